"""Rows stored whole: groups of rows in one transaction, decided on what was read, decided again when somebody was faster."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from random import SystemRandom
from typing import Literal

from chalicelib.law.names import same_name
from chalicelib.records import Batch, Record, Subject
from chalicelib.services.submission.parties import CellRefused, Party
from chalicelib.services.submission.rows import RecordRow, SubjectRow
from chalicelib.services.submission.values import same_document_no
from chalicelib.storage import archive
from chalicelib.storage.archive import Changes, Conflict, Loaded
from chalicelib.storage.keys import keyring

GROUP = 30
"""Rows looked up together; a group is written in as few transactions as its items allow."""
TRIES = 8
"""How often a row is decided again when others change the same subject at the same moment."""

_PREFIX = {"record": "r_", "list": "l_", "commitment": "c_"}
_chance = SystemRandom()

Decided = Literal["accepted", "duplicate"]


@dataclass(frozen=True)
class Result:
    """What became of one row, and the subject whose publication must follow."""

    line: int
    decided: Decided | CellRefused
    subject_id: str | None = None


@dataclass(frozen=True)
class Line:
    """A checked row and where it stood in the file."""

    number: int
    row: SubjectRow | RecordRow


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
        self._ids = archive.subjects_of({identifier for line in lines for identifier in line.row.party.identifiers})
        self._subjects = archive.load_subjects(self._ids.values())
        self._records = archive.existing_digests(self._expected_records())
        self._changes = Changes()
        self._decided: list[Result] = []
        self.stored: list[Result] = []

    def store(self) -> None:
        """Write all rows; `stored` has the results of those that are. `Conflict` when somebody else was faster."""
        for line in self._lines:
            if len(self._changes) > archive.MOST_TOGETHER - _most_items(line):
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
                decided, subject_id = self._subject(line.row)
            else:
                decided, subject_id = self._record(line.row)
        except CellRefused as refused:
            return Result(line.number, refused)
        return Result(line.number, decided, subject_id)

    def _find(self, party: Party) -> Loaded | None:
        """The subject that the row's numbers mean; numbers of different subjects in one row are refused."""
        found = {self._ids[identifier] for identifier in party.identifiers if identifier in self._ids}
        if len(found) > 1:
            raise CellRefused(party.layout.code, "本行的几个号码分别属于不同的主体，请核对统一社会信用代码与其他登记号码")
        return self._subjects[found.pop()] if found else None

    def _subject(self, row: SubjectRow) -> tuple[Decided, str]:
        loaded = self._find(row.party)
        if loaded is None:
            loaded = self._new(row.party)
            loaded.subject = replace(loaded.subject, profile=row.profile)
            self._change(loaded, None, row.party, "subject.entered", current_code=True)
            return "accepted", loaded.subject.id
        before = loaded.subject
        known = set(row.party.identifiers) <= set(before.identifiers) and row.party.code == before.codes[0]
        if before.profile == row.profile and known:
            return "duplicate", before.id
        former = before.former_names
        if not same_name(before.profile.name, row.profile.name):
            former = tuple(name for name in (*former, before.profile.name) if not same_name(name, row.profile.name))
        loaded.subject = replace(before, profile=row.profile, former_names=former)
        self._change(loaded, before, row.party, "subject.changed", current_code=True)
        return "accepted", before.id

    def _record(self, row: RecordRow) -> tuple[Decided, str]:
        loaded = self._find(row.party)
        if loaded is not None:
            self._refuse_other_name(loaded.subject, row.party)
            record_id = _record_id(row, loaded.subject.id)
            digest = keyring().digest(row.facts())
            if record_id in self._records:
                if self._records[record_id] != digest:
                    raise CellRefused(
                        row.identity_column,
                        "这份文书已经入库，但内容与本行不同：更正请走更正程序，不能覆盖；确属另一份文书的请核对文书号",
                    )
                return "duplicate", loaded.subject.id
            action = "subject.numbered"
        else:
            loaded, action = self._new(row.party), "subject.entered"
        record = self._record_of(row, loaded.subject)
        self._change(loaded, None, row.party, action, current_code=False)
        self._records[record.id] = record.facts_digest
        archive.put_record(self._changes, record, loaded)
        archive.put_trail(
            self._changes,
            action="record.entered",
            subject_id=record.subject_id,
            about=record.id,
            actor=self._batch.provider,
            reason=self._batch.id,
            facts=record.facts_digest,
            at=self._at,
        )
        return "accepted", record.subject_id

    def _refuse_other_name(self, subject: Subject, party: Party) -> None:
        if not any(same_name(party.name, name) for name in (subject.profile.name, *subject.former_names)):
            column = "证件号码" if party.kind == "natural_person" else party.layout.name
            raise CellRefused(column, "名称与该号码已登记的现用名称、曾用名称都不一致：请核对名称和号码；更名请先报送主体登记信息")

    def _new(self, party: Party) -> Loaded:
        if party.kind != "natural_person" and party.code is None:
            raise CellRefused(party.layout.code, "没有统一社会信用代码，其他登记号码也不属于任何已知主体：请补填统一社会信用代码")
        subject = archive.new_subject(party.kind, party.name)
        profile = replace(subject.profile, legal_representative=party.legal_representative, registration=dict(party.private))
        loaded = archive.fresh(replace(subject, profile=profile))
        self._subjects[loaded.subject.id] = loaded
        return loaded

    def _change(self, loaded: Loaded, before: Subject | None, party: Party, action: str, *, current_code: bool) -> None:
        """The subject's next version with the row's identifiers; a new identifier is mapped in the same transaction."""
        subject = loaded.subject
        added = [identifier for identifier in party.identifiers if identifier not in subject.identifiers]
        codes = subject.codes
        if party.code is not None:
            others = [code for code in codes if code != party.code]
            codes = (party.code, *others) if current_code else tuple(codes) if party.code in codes else (*codes, party.code)
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


def _most_items(line: Line) -> int:
    """The most items that a row can write: head, earlier profile, record, two trail entries, one for each identifier."""
    return 5 + len(line.row.party.identifiers)
