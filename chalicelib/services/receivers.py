"""Who received a record, by query, review or report: found from the traces, for telling them what became of it (NT-32, KLM-20)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from chalicelib.records import Query, Record
from chalicelib.services import notices, record_changes
from chalicelib.storage import archive, queries
from chalicelib.storage.archive import Changes

AT_ONCE = 100
MOST = 5000
"""Traces that are looked through at most, the latest first."""


def of_record(subject_id: str, record_id: str) -> Mapping[str, str]:
    """Who was given a record of a subject: by id (`k_...` of a key), the name under which they asked; the latest first."""
    found: dict[str, str] = {}
    for query in _traces(subject_id):
        if query.basis != "counter" and any(given.id == record_id for given in query.given):
            found.setdefault(query.key, query.asker)
    return found


def tell(kind: str, subject_id: str, record_id: str, day: date, facts: Mapping[str, str] | None = None) -> int:
    """Announce what became of a record to everyone who received it; to how many. Telling again is harmless."""
    told = of_record(subject_id, record_id)
    for key in told:
        notices.announce(kind, f"body:{key}", about=record_id, day=day, facts=facts)
    return len(told)


def tell_with(changes: Changes, kind: str, record: Record, day: date, facts: Mapping[str, str]) -> None:
    """The same in the transaction of what it tells; those for whom it has no room are told at once."""
    told = list(of_record(record.subject_id, record.id))
    room = max(0, archive.MOST_TOGETHER - len(changes))
    for key in told[:room]:
        changes.publish([notices.announcement(kind, f"body:{key}", about=record.id, day=day, facts=facts)], 1000)
    for key in told[room:]:
        notices.announce(kind, f"body:{key}", about=record.id, day=day, facts=facts)


def _traces(subject_id: str) -> Iterator[Query]:
    subject = record_changes.holding(subject_id).subject
    before: str | None = None
    for _ in range(MOST // AT_ONCE):
        page = queries.about((subject.id, *subject.absorbed), (), before=before, limit=AT_ONCE)
        yield from (query for _, query in page)
        if len(page) < AT_ONCE:
            return
        before = page[-1][0]
