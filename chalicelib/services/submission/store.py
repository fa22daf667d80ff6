"""Rows stored whole: groups of rows in one transaction, decided on what was read, decided again when somebody was faster."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from random import SystemRandom

from chalicelib.cities import City
from chalicelib.law.certificates import CORRECTED
from chalicelib.law.lists import is_looked_at
from chalicelib.law.names import same_name
from chalicelib.law.objections import FLAGS
from chalicelib.law.repair import repair_term
from chalicelib.records.access import Act
from chalicelib.records.entries import Record
from chalicelib.records.identifiers import Identifier
from chalicelib.records.subjects import Link, Subject
from chalicelib.records.submissions import Batch
from chalicelib.services.publication import publish
from chalicelib.services.submission import entering
from chalicelib.services.submission.parties import RESPONSIBLE, CellRefused, Party, Responsible
from chalicelib.services.submission.rows import RecordRow, SubjectRow
from chalicelib.services.submission.stored import Decided, Line, Result, Stored
from chalicelib.services.telling import notices
from chalicelib.storage import archive, engine, followups, names_apart, publication, publishing, submissions
from chalicelib.storage.archive import Changes, Conflict, Existing, Loaded
from chalicelib.storage.keys import keyring
from chalicelib.storage.names_apart import Names
from chalicelib.storage.publication import Document

TRIES = 8
"""How often a row is decided again when others change the same subject at the same moment."""

_chance = SystemRandom()


def store(lines: Sequence[Line], batch: Batch, city: City, today: date, at: datetime) -> Stored:
    """Store a group of rows; each is stored whole or not at all, and shown by the same transaction where that can be."""
    group = _Group(lines, batch, city, today, at)
    try:
        group.store()
    except Conflict:
        for line in lines[len(group.stored.results) :]:
            _store_alone(line, group.stored, batch, city, today, at)
    return group.stored


def _store_alone(line: Line, stored: Stored, batch: Batch, city: City, today: date, at: datetime) -> None:
    for attempt in range(TRIES):
        try:
            group = _Group([line], batch, city, today, at)
            group.store()
            stored.results += group.stored.results
            stored.behind |= group.stored.behind
            return
        except Conflict:
            time.sleep(_chance.uniform(0, 0.02 * 2**attempt))
    refused = CellRefused("", "同一主体正被其他提交频繁更新，本行未入库：请稍后重新提交")
    stored.results.append(Result(line.number, refused))


@dataclass
class _Pending:
    """A subject that a transaction will change: what it adds to the publication. `whole`: it does more than add."""

    loaded: Loaded
    added: list[Record] = field(default_factory=list)
    whole: bool = False


class _Group:
    """Rows decided one after the other on one reading of the archive; what one row changes, the next one sees."""

    def __init__(self, lines: Sequence[Line], batch: Batch, city: City, today: date, at: datetime) -> None:
        self._lines, self._batch, self._city, self._today, self._at = lines, batch, city, today, at
        self._ids: dict[Identifier, str] = {}
        self._subjects: dict[str, Loaded] = {}
        self._look_up({line.row.party.identifiers[0] for line in lines})
        self._look_up({identifier for line in lines for identifier in line.row.identifiers()})
        self._records = archive.existing_records(self._expected_records())
        codes = {loaded.subject.id: loaded.subject.codes[0] for loaded in self._subjects.values() if loaded.subject.codes}
        found = publication.read_documents(codes.values())
        self._documents = {subject_id: found[code] for subject_id, code in codes.items() if code in found}
        self._begin()
        self.stored = Stored()

    def _look_up(self, identifiers: set[Identifier]) -> None:
        """Whom identifiers mean, as far as it is not known yet; a subject that is found tells its other identifiers itself."""
        ids = archive.subjects_of(identifiers - self._ids.keys())
        loaded = archive.load_subjects(set(ids.values()) - self._subjects.keys())
        while moved := {one.subject.id: one.subject.merged_into for one in loaded.values() if one.subject.merged_into}:
            # Merged since the identifiers were read: another archive has taken its place.
            ids = {identifier: moved.get(subject_id, subject_id) for identifier, subject_id in ids.items()}
            loaded = {key: one for key, one in loaded.items() if key not in moved}
            loaded |= archive.load_subjects(set(moved.values()) - self._subjects.keys() - loaded.keys())
        self._ids |= ids
        self._subjects |= loaded
        self._ids |= {identifier: subject_id for subject_id, one in loaded.items() for identifier in one.subject.identifiers}

    def _begin(self) -> None:
        self._changes = Changes()
        self._pending: dict[str, _Pending] = {}
        self._acts: list[Act] = []
        self._entered: list[Record] = []
        self._decided: list[Result] = []

    def store(self) -> None:
        """Write all rows; `stored` has the results of those that are. `Conflict` when somebody else was faster."""
        items = beside = 3  # the entry in the trail, the batch's list of records, the note of names that are sent apart
        for line in self._lines:
            more = self._most_items(line)
            if items + more > archive.MOST_TOGETHER or self._changes.size > archive.LARGEST_TOGETHER:
                self._commit()
                items = beside
            items += more
            self._decided.append(self._decide(line))
        self._commit()

    def _most_items(self, line: Line) -> int:
        """About the most items that a row writes: new identifiers, and of a profile head, earlier profile and document; of a record head,
        record and its earlier version, document and feed entry, the mark of what is looked at once more, the notice of a negative one,
        and for each person responsible five.

        Where it is more (several codes, several feeds), what is shown is left to a transaction of its own.
        """
        row = line.row
        unknown = sum(identifier not in self._ids for identifier in row.party.identifiers)
        return unknown + (7 + 5 * len(row.responsible) if isinstance(row, RecordRow) else 3)

    def _commit(self) -> None:
        """One transaction: what the rows change, their entry in the trail, and what of it can be shown at once; then the names."""
        if self._acts:
            archive.put_trail(self._changes, self._acts, actor=self._batch.provider, reason=self._batch.id, at=self._at)
        if self._entered:
            submissions.put_taken(self._changes, self._batch.id, self._entered)
        room = archive.MOST_TOGETHER - len(self._changes) - len(self._pending) - 1
        shown: dict[str, Document] = {}
        names: dict[str, Names] = {}
        for subject_id, pending in self._pending.items():
            addition = self._addition(pending)
            if addition is None or len(addition.writes) > room or self._changes.size + addition.size > engine.LARGEST_TRANSACTION:
                self.stored.behind.add(subject_id)
            else:
                room -= len(addition.writes)
                self._changes.publish(addition.writes, addition.size)
                loaded = pending.loaded
                loaded.written, loaded.subject = addition.written, replace(loaded.subject, published=loaded.subject.version)
                if addition.names:
                    names[subject_id] = Names(loaded.subject.version, addition.names)
                if addition.document:
                    shown[subject_id] = addition.document
            archive.put_subject(self._changes, pending.loaded, self._at)
        self._commit_with(names)
        self.stored.results += self._decided
        self._documents |= shown
        for pending in self._pending.values():
            pending.loaded.found_version = pending.loaded.subject.version
        self._begin()

    def _commit_with(self, names: Mapping[str, Names]) -> None:
        """The transaction, and after it the names of whom it enters."""
        if not names:
            self._changes.commit()
            return
        note = names_apart.announce(self._changes, names.keys(), self._at)
        self._changes.commit()
        changed = names_apart.send(names)
        if not changed or publish.bring_names(changed, self._city, self._today):
            names_apart.settle(note)

    def _addition(self, pending: _Pending) -> publishing.Addition | None:
        """What is shown by the same transaction; None when the publication must be made from the whole archive."""
        loaded, subject = pending.loaded, pending.loaded.subject
        if pending.whole or subject.published != (loaded.found_version or 0):
            return None
        base = self._documents.get(subject.id)
        if subject.codes and (base.version if base else 0) != subject.published:
            return None  # it was published by somebody else meanwhile, or is damaged
        added = publish.public_part(subject, pending.added, self._city, self._today)
        publishing.mark_months([added])
        return publishing.addition(added, base, loaded.written)

    def _decide(self, line: Line) -> Result:
        try:
            if isinstance(line.row, SubjectRow):
                return Result(line.number, self._subject(line.row))
            return Result(line.number, self._record(line.row))
        except CellRefused as refused:
            return Result(line.number, refused)

    def _known_again(self, loaded: Loaded) -> Decided:
        """A row that was here already; its subject may still be unpublished, after a submission that was cut off."""
        if loaded.subject.published != loaded.subject.version and loaded.subject.id not in self._pending:
            self.stored.behind.add(loaded.subject.id)
        return "duplicate"

    def _find(self, party: Party) -> Loaded | None:
        """The subject that the row's numbers mean; numbers of different subjects in one row are refused."""
        found = {self._ids[identifier] for identifier in party.identifiers if identifier in self._ids}
        if len(found) > 1:
            raise CellRefused(party.layout.code, "本行的几个号码分别属于不同的主体，请核对统一社会信用代码与其他登记号码")
        return self._subjects[found.pop()] if found else None

    def _subject(self, row: SubjectRow) -> Decided:
        loaded = self._find(row.party)
        if loaded is None:
            loaded = self._new(row.party)
            loaded.subject = replace(loaded.subject, profile=row.profile)
            self._change(loaded, row.party.identifiers, "subject.entered", row.party.code, current_code=True)
            return "accepted"
        before = loaded.subject
        known = set(row.party.identifiers) <= set(before.identifiers) and row.party.code == before.codes[0]
        if before.profile == row.profile and known:
            return self._known_again(loaded)
        former = before.former_names
        if not same_name(before.profile.name, row.profile.name):
            former = tuple(name for name in (*former, before.profile.name) if not same_name(name, row.profile.name))
        loaded.subject = replace(before, profile=row.profile, former_names=former)
        self._change(loaded, row.party.identifiers, "subject.changed", row.party.code, current_code=True).whole = True
        archive.put_profile(self._changes, loaded, before)
        return "accepted"

    def _record(self, row: RecordRow) -> Decided:
        loaded = self._find(row.party)
        new = loaded is None
        there: Existing | None = None
        if loaded is None:
            loaded = self._new(row.party)
        else:
            self._refuse_other_name(loaded.subject, row.party)
            there = self._known(row, loaded.subject)
            if there is not None and not there.recalled:
                return self._again(row, loaded, there)
        people = [(person, self._person(person)) for person in row.responsible]
        codes = loaded.subject.codes
        record = self._in_place_of(there, entering.record_of(row, loaded.subject, self._batch, self._today))
        links = tuple(Link(other.subject.id, entering.linked_id(record, other.subject.id), person.role) for person, other in people)
        record = replace(record, responsible=links)
        pending = self._change(loaded, row.party.identifiers, "subject.entered" if new else "subject.numbered", row.party.code)
        pending.added.append(record)
        pending.whole |= there is not None or (not new and loaded.subject.codes != codes)
        self._put_record(record, loaded, reach=row.reach)
        if is_looked_at(row.item, row.severity, self._city.rules, row.determined_on):
            followups.put(self._changes, record)
        for (person, other), link in zip(people, links, strict=True):
            self._change(other, (person.identifier,), "subject.entered" if other.subject.version == 0 else "subject.numbered")
            before = archive.existing_records([(other.subject.id, link.record_id)]).get(link.record_id) if there else None
            self._put_record(self._in_place_of(before, entering.linked(record, link, person.name)), other)
        return "accepted"

    def _in_place_of(self, there: Existing | None, record: Record) -> Record:
        """A record as the next version of one that is there, which is put aside; as it is where there is none. An objection that still
        runs keeps its flag on what came anew (NT-32f)."""
        if there is None:
            return replace(record, revision=1)
        there.keep(self._changes)
        flags = record.flags if record.parent else tuple(flag for flag in there.flags if flag in FLAGS)
        return replace(record, id=there.id, origin=there.origin, revision=there.revision + 1, flags=flags)

    def _put_record(self, record: Record, loaded: Loaded, action: str = "record.entered", reach: Mapping[str, str] | None = None) -> None:
        self._records[record.id] = archive.put_record(self._changes, record, loaded)
        if action == "record.entered" and record.category == "negative":
            to, day = f"s:{record.subject_id}", self._today
            notices.together(self._changes, "record entered", to, about=record.id, day=day, facts=reach, data_key=loaded.data_key)
            term = repair_term(record, self._city.rules) if record.parent is None else None
            if term and term.earliest > day:
                notices.together(self._changes, "repair possible", to, about=record.id, day=term.earliest)
        if action == "record.entered" and record.parent is None:
            self._entered.append(record)
        self._acts.append(Act(action, record.subject_id, record.id, record.facts_digest))

    def _person(self, person: Responsible) -> Loaded:
        """The archive of someone responsible, known or new; a known one under another name is refused."""
        subject_id = self._ids.get(person.identifier)
        if subject_id is None:
            return self._enter(archive.new_subject("natural_person", person.name))
        loaded = self._subjects[subject_id]
        if not any(same_name(person.name, name) for name in (loaded.subject.profile.name, *loaded.subject.former_names)):
            raise CellRefused(RESPONSIBLE, "责任人员的姓名与其证件号码已登记的姓名不一致：请核对姓名和证件号码")
        return loaded

    def _known(self, row: RecordRow, subject: Subject) -> Existing | None:
        """The document if it is there already with the same facts, or was taken back with its batch; with other facts it is refused."""
        ids = [entering.record_id(row, owner) for owner in (subject.id, *subject.absorbed)]
        there = next((self._records[record_id] for record_id in ids if record_id in self._records), None)
        if there is None or there.recalled:
            return there
        if CORRECTED in there.flags:
            self._refuse_as_before_the_correction(row, there)
        elif there.facts_digest != keyring().digest(row.facts()):
            other = "确属另一份文书的请核对文书号" if row.document_no else "确属另一条的请核对名称和日期"
            raise CellRefused(row.identity_column, f"这份文书已经入库，但内容与本行不同：更正请走更正程序，不能覆盖；{other}")
        return there

    def _refuse_as_before_the_correction(self, row: RecordRow, there: Existing) -> None:
        """What was corrected is the same document only with its corrected facts: the digest of a row tells of those before."""
        record = there.opened(self._subjects[there.subject_id])
        responsible = {(self._ids.get(person.identifier), person.role) for person in row.responsible}
        if not row.says(record) or responsible != {(link.subject_id, link.role) for link in record.responsible}:
            raise CellRefused(
                row.identity_column,
                "这份文书的内容已经更正，本行不是更正后的内容：请按更正后的内容报送；仍有错误的请走更正程序",
            )

    def _again(self, row: RecordRow, loaded: Loaded, there: Existing) -> Decided:
        """A known document: the same, or a new version of it where what may change has changed."""
        record = replace(
            entering.record_of(row, loaded.subject, self._batch, self._today),
            id=there.id,
            origin=there.origin,
            flags=there.flags,
            ended=there.ended,
        )
        if CORRECTED not in there.flags and record.changing_digest == there.changing_digest:
            return self._known_again(loaded)
        before = there.opened(loaded)
        if row.changing() == {name: before.content.get(name) for name in row.changing()}:
            return self._known_again(loaded)
        record = replace(record, responsible=before.responsible)
        there.keep(self._changes)
        self._change(loaded, (), "subject.numbered").whole = True
        self._put_record(replace(record, revision=there.revision + 1), loaded, "record.changed")
        return "accepted"

    def _refuse_other_name(self, subject: Subject, party: Party) -> None:
        if not any(same_name(party.name, name) for name in (subject.profile.name, *subject.former_names)):
            column = "证件号码" if party.kind == "natural_person" else party.layout.name
            raise CellRefused(column, "名称与该号码已登记的现用名称、曾用名称都不一致：请核对名称和号码；更名请先报送主体登记信息")

    def _new(self, party: Party) -> Loaded:
        if party.kind != "natural_person" and party.code is None:
            raise CellRefused(party.layout.code, "没有统一社会信用代码，其他登记号码也不属于任何已知主体：请补填统一社会信用代码")
        subject = archive.new_subject(party.kind, party.name)
        profile = replace(subject.profile, legal_representative=party.legal_representative, registration=dict(party.private))
        return self._enter(replace(subject, profile=profile))

    def _enter(self, subject: Subject) -> Loaded:
        loaded = archive.fresh(subject)
        self._subjects[subject.id] = loaded
        return loaded

    def _change(
        self, loaded: Loaded, identifiers: tuple[Identifier, ...], action: str, code: str | None = None, *, current_code: bool = False
    ) -> _Pending:
        """The subject's next version with the row's identifiers; a new identifier is mapped in the same transaction."""
        subject = loaded.subject
        added = [identifier for identifier in identifiers if identifier not in subject.identifiers]
        codes = subject.codes
        if code is not None:
            others = tuple(other for other in codes if other != code)
            codes = (code, *others) if current_code else codes if code in codes else (*codes, code)
        # One transaction is one version, however many of its rows are about the subject.
        version = (loaded.found_version or 0) + 1
        loaded.subject = replace(subject, version=version, codes=codes, identifiers=(*subject.identifiers, *added))
        for identifier in added:
            if identifier not in self._ids:
                archive.put_identifier(self._changes, identifier, subject.id)
                self._ids[identifier] = subject.id
        if action != "subject.numbered" or added:
            self._acts.append(Act(action, subject.id, subject.id, [version, len(added)]))
        return self._pending.setdefault(subject.id, _Pending(loaded))

    def _expected_records(self) -> Iterable[tuple[str, str]]:
        for row in (line.row for line in self._lines):
            if isinstance(row, RecordRow):
                subject_ids = {self._ids[identifier] for identifier in row.party.identifiers if identifier in self._ids}
                for subject_id in subject_ids:
                    owners = (subject_id, *self._subjects[subject_id].subject.absorbed)
                    yield from ((subject_id, entering.record_id(row, owner)) for owner in owners)
