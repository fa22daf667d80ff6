"""Rows stored whole: groups of rows in one transaction, decided on what was read, decided again when somebody was faster."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from random import SystemRandom
from typing import Literal
from zlib import crc32

from chalicelib.law.names import same_name
from chalicelib.records import Batch, Identifier, Link, Record, Subject
from chalicelib.services.submission.parties import RESPONSIBLE, CellRefused, Party, Responsible
from chalicelib.services.submission.rows import RecordRow, SubjectRow
from chalicelib.services.submission.values import same_document_no
from chalicelib.storage import archive
from chalicelib.storage.archive import Changes, Conflict, Existing, Loaded
from chalicelib.storage.keys import keyring

LANES = 4
GROUP = 30 * LANES
"""Rows looked up together, 30 a lane; a lane's are written in as few transactions as their items allow."""
TRIES = 8
"""How often a row is decided again when others change the same subject at the same moment."""

_PREFIX = {"record": "r_", "list": "l_", "commitment": "c_"}
_chance = SystemRandom()

Decided = Literal["accepted", "duplicate"]


@dataclass(frozen=True)
class Result:
    """What became of one row: the subject as it is after it, and the record that it added.

    `whole` says that it did more than add: the publication must be made from the whole archive.
    """

    line: int
    decided: Decided | CellRefused
    subject: Subject | None = None
    added: Record | None = None
    new: bool = False
    whole: bool = False
    others: tuple[Subject, ...] = ()


@dataclass(frozen=True)
class Line:
    """A checked row and where it stood in the file."""

    number: int
    row: SubjectRow | RecordRow


class Lanes:
    """Stores rows in several lanes at once; all rows about one subject go in one lane, in the order in which they came."""

    def __init__(self, batch: Batch, today: date, at: datetime) -> None:
        self._store = partial(store, batch=batch, today=today, at=at)
        self._workers = ThreadPoolExecutor(LANES)

    def __enter__(self) -> Lanes:
        return self

    def __exit__(self, *_: object) -> None:
        self._workers.shutdown()

    def store(self, lines: Sequence[Line]) -> list[Result]:
        """Store rows; answers when all of them are decided."""
        lanes: list[list[Line]] = [[] for _ in range(LANES)]
        for line in lines:
            lanes[crc32(line.row.party.identifiers[0].number.encode()) % LANES].append(line)
        return [result for results in self._workers.map(self._store, filter(None, lanes)) for result in results]


def store(lines: Sequence[Line], batch: Batch, today: date, at: datetime) -> list[Result]:
    """Store a group of rows; each is stored whole or not at all."""
    group = _Group(lines, batch, today, at)
    try:
        group.store()
    except Conflict:
        return group.stored + [_store_alone(line, batch, today, at) for line in lines[len(group.stored) :]]
    return group.stored


def _store_alone(line: Line, batch: Batch, today: date, at: datetime) -> Result:
    for attempt in range(TRIES):
        try:
            group = _Group([line], batch, today, at)
            group.store()
            return group.stored[0]
        except Conflict:
            time.sleep(_chance.uniform(0, 0.02 * 2**attempt))
    return Result(line.number, CellRefused("", "同一主体正被其他提交频繁更新，本行未入库：请稍后重新提交"))


class _Group:
    """Rows decided one after the other on one reading of the archive; what one row changes, the next one sees."""

    def __init__(self, lines: Sequence[Line], batch: Batch, today: date, at: datetime) -> None:
        self._lines, self._batch, self._today, self._at = lines, batch, today, at
        self._ids = archive.subjects_of({identifier for line in lines for identifier in line.row.identifiers()})
        self._subjects = archive.load_subjects(self._ids.values())
        self._records = archive.existing_records(self._expected_records())
        self._changes = Changes()
        self._decided: list[Result] = []
        self.stored: list[Result] = []

    def store(self) -> None:
        """Write all rows; `stored` has the results of those that are. `Conflict` when somebody else was faster."""
        for line in self._lines:
            if len(self._changes) > archive.MOST_TOGETHER - _most_items(line) or self._changes.size > archive.LARGEST_TOGETHER:
                self._commit()
            self._decided.append(self._decide(line))
        self._commit()

    def _commit(self) -> None:
        self._changes.commit()
        self._changes = Changes()
        self.stored += self._decided
        self._decided = []
        for loaded in self._subjects.values():
            loaded.found_version = loaded.subject.version

    def _decide(self, line: Line) -> Result:
        try:
            if isinstance(line.row, SubjectRow):
                return self._subject(line.number, line.row)
            return self._record(line.number, line.row)
        except CellRefused as refused:
            return Result(line.number, refused)

    def _find(self, party: Party) -> Loaded | None:
        """The subject that the row's numbers mean; numbers of different subjects in one row are refused."""
        found = {self._ids[identifier] for identifier in party.identifiers if identifier in self._ids}
        if len(found) > 1:
            raise CellRefused(party.layout.code, "本行的几个号码分别属于不同的主体，请核对统一社会信用代码与其他登记号码")
        return self._subjects[found.pop()] if found else None

    def _subject(self, line: int, row: SubjectRow) -> Result:
        loaded = self._find(row.party)
        if loaded is None:
            loaded = self._new(row.party)
            loaded.subject = replace(loaded.subject, profile=row.profile)
            self._change(loaded, None, row.party.identifiers, "subject.entered", row.party.code, current_code=True)
            return Result(line, "accepted", loaded.subject, new=True)
        before = loaded.subject
        known = set(row.party.identifiers) <= set(before.identifiers) and row.party.code == before.codes[0]
        if before.profile == row.profile and known:
            return Result(line, "duplicate", before)
        former = before.former_names
        if not same_name(before.profile.name, row.profile.name):
            former = tuple(name for name in (*former, before.profile.name) if not same_name(name, row.profile.name))
        loaded.subject = replace(before, profile=row.profile, former_names=former)
        self._change(loaded, before, row.party.identifiers, "subject.changed", row.party.code, current_code=True)
        return Result(line, "accepted", loaded.subject, whole=True)

    def _record(self, line: int, row: RecordRow) -> Result:
        loaded = self._find(row.party)
        new = loaded is None
        if loaded is None:
            loaded = self._new(row.party)
        else:
            self._refuse_other_name(loaded.subject, row.party)
            there = self._known(row, loaded.subject)
            if there is not None:
                return self._again(line, row, loaded, there)
        people = [(person, self._person(person)) for person in row.responsible]
        codes = loaded.subject.codes
        record = self._record_of(row, loaded.subject)
        links = tuple(Link(other.subject.id, _linked_id(record, other.subject.id), person.role) for person, other in people)
        record = replace(record, responsible=links)
        self._change(loaded, None, row.party.identifiers, "subject.entered" if new else "subject.numbered", row.party.code)
        self._put_record(record, loaded)
        for (person, other), link in zip(people, links, strict=True):
            self._change(other, None, (person.identifier,), "subject.entered" if other.subject.version == 0 else "subject.numbered")
            self._put_record(_linked(record, link, person.name), other)
        return Result(
            line,
            "accepted",
            loaded.subject,
            record,
            new,
            whole=not new and loaded.subject.codes != codes,
            others=tuple(other.subject for _, other in people),
        )

    def _put_record(self, record: Record, loaded: Loaded, action: str = "record.entered") -> None:
        self._records[record.id] = archive.put_record(self._changes, record, loaded)
        archive.put_trail(
            self._changes,
            action=action,
            subject_id=record.subject_id,
            about=record.id,
            actor=self._batch.provider,
            reason=self._batch.id,
            facts=record.facts_digest,
            at=self._at,
        )

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
        """The document if it is there already with the same facts; with other facts it is refused."""
        there = self._records.get(_record_id(row, subject.id))
        if there is not None and there.facts_digest != keyring().digest(row.facts()):
            raise CellRefused(
                row.identity_column,
                "这份文书已经入库，但内容与本行不同：更正请走更正程序，不能覆盖；确属另一份文书的请核对文书号",
            )
        return there

    def _again(self, line: int, row: RecordRow, loaded: Loaded, there: Existing) -> Result:
        """A known document: the same, or a new version of it where what may change has changed."""
        record = self._record_of(row, loaded.subject)
        if record.changing_digest == there.changing_digest:
            return Result(line, "duplicate", loaded.subject)
        there.keep(self._changes)
        self._change(loaded, None, (), "subject.numbered")
        self._put_record(replace(record, revision=there.revision + 1), loaded, "record.changed")
        return Result(line, "accepted", loaded.subject, whole=True)

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
        self,
        loaded: Loaded,
        before: Subject | None,
        identifiers: tuple[Identifier, ...],
        action: str,
        code: str | None = None,
        *,
        current_code: bool = False,
    ) -> None:
        """The subject's next version with the row's identifiers; a new identifier is mapped in the same transaction."""
        subject = loaded.subject
        added = [identifier for identifier in identifiers if identifier not in subject.identifiers]
        codes = subject.codes
        if code is not None:
            others = tuple(other for other in codes if other != code)
            codes = (code, *others) if current_code else codes if code in codes else (*codes, code)
        loaded.subject = replace(subject, version=subject.version + 1, codes=codes, identifiers=(*subject.identifiers, *added))
        for identifier in added:
            if identifier not in self._ids:
                archive.put_identifier(self._changes, identifier, subject.id)
                self._ids[identifier] = subject.id
        archive.put_subject(self._changes, loaded, before, self._at)
        if action != "subject.numbered" or added:
            archive.put_trail(
                self._changes,
                action=action,
                subject_id=subject.id,
                about=subject.id,
                actor=self._batch.provider,
                reason=self._batch.id,
                facts=[loaded.subject.version, len(added)],
                at=self._at,
            )

    def _record_of(self, row: RecordRow, subject: Subject) -> Record:
        return Record(
            id=_record_id(row, subject.id),
            subject_id=subject.id,
            catalogue=row.item.code,
            category=row.item.category,
            title=row.title,
            document_no=row.document_no,
            provider=row.provider,
            determined_on=row.determined_on,
            entered_on=self._today,
            valid_until=row.ending.last_day,
            end_source=row.ending.source,
            end_defaulted=row.ending.defaulted,
            severity=row.severity,
            subject_name=row.party.name,
            content=row.content,
            people=row.party.people,
            batch=self._batch.id,
            facts_digest=keyring().digest(row.facts()),
            changing_digest=keyring().digest(row.changing()),
        )

    def _expected_records(self) -> Iterable[tuple[str, str]]:
        for line in self._lines:
            for identifier in line.row.party.identifiers if isinstance(line.row, RecordRow) else ():
                if subject_id := self._ids.get(identifier):
                    yield subject_id, _record_id(line.row, subject_id)  # type: ignore[arg-type]


def _record_id(row: RecordRow, subject_id: str) -> str:
    """A document is body, number and subject: the same document has the same id, however often it comes."""
    body = row.body.code or row.body.name or row.provider.code
    return keyring().public_id(_PREFIX[row.item.shape], row.item.code, body, *map(same_document_no, row.identity), subject_id)


def _linked_id(record: Record, person_id: str) -> str:
    return keyring().public_id("r_", "responsible", record.id, person_id)


def _linked(record: Record, link: Link, name: str) -> Record:
    """An organisation's severe record as it stands in the archive of a person responsible for it: the same facts, the way
    back, and never public by itself."""
    back = Link(record.subject_id, record.id)
    return replace(record, id=link.record_id, subject_id=link.subject_id, subject_name=name, responsible=(), parent=back)


def _most_items(line: Line) -> int:
    """The most items that a row can write: head, earlier profile, record, two trail entries, one for each identifier; for
    each person responsible a head, an identifier, a record and two trail entries."""
    people = len(line.row.responsible) if isinstance(line.row, RecordRow) else 0
    return 5 + len(line.row.party.identifiers) + 5 * people
