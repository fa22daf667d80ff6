"""A row as the record that enters the archive: its id, its facts, and as it stands with the people responsible."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from chalicelib.records.entries import Record
from chalicelib.records.subjects import Link, Subject
from chalicelib.records.submissions import Batch
from chalicelib.services.submission.rows import RecordRow
from chalicelib.storage.keys import keyring

_PREFIX = {"record": "r_", "list": "l_", "commitment": "c_"}


def record_of(row: RecordRow, subject: Subject, batch: Batch, today: date) -> Record:
    """The first version of what a row tells of a subject, entered today."""
    return Record(
        id=record_id(row, subject.id),
        subject_id=subject.id,
        catalogue=row.item.code,
        category=row.item.category,
        title=row.title,
        document_no=row.document_no,
        provider=row.provider,
        determined_on=row.determined_on,
        entered_on=today,
        valid_until=row.ending.last_day,
        end_source=row.ending.source,
        end_defaulted=row.ending.defaulted,
        severity=row.severity,
        subject_name=row.party.name,
        content=row.content,
        people=row.party.people,
        batch=batch.id,
        facts_digest=keyring().digest(row.facts()),
        changing_digest=keyring().digest(row.changing()),
    )


def record_id(row: RecordRow, subject_id: str) -> str:
    """A document is body, number and subject: the same document has the same id, however often it comes."""
    return keyring().public_id(_PREFIX[row.item.shape], *row.key, subject_id)


def linked_id(record: Record, person_id: str) -> str:
    """The id under which a record stands with a person responsible for it."""
    return keyring().public_id("r_", "responsible", record.id, person_id)


def linked(record: Record, link: Link, name: str) -> Record:
    """An organisation's severe record as it stands in the archive of a person responsible for it: the same facts, the way
    back, and never public by itself."""
    back = Link(record.subject_id, record.id)
    return replace(record, id=link.record_id, subject_id=link.subject_id, subject_name=name, responsible=(), parent=back)
