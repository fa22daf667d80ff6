"""Who received a record, by query, review or report: found from the traces, for telling them what became of it (NT-32, KLM-20)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from chalicelib.records.access import Query
from chalicelib.services.remedies import record_changes
from chalicelib.services.telling import notices
from chalicelib.storage import queries
from chalicelib.storage.keys import keyring

_EXPORTS = "x_"
AT_ONCE = 100
MOST = 5000
"""Traces that are looked through at most, the latest first."""


def of_exports(name: str) -> str:
    """The id of somebody to whom exports go, by the name that an export states."""
    return keyring().public_id(_EXPORTS, "receiver of exports", name)


def of_record(subject_id: str, record_id: str) -> Mapping[str, str]:
    """Who was given a record of a subject: by id (`k_...` of a key, the USCC of an organisation that used a consent, `x_...` of
    whom an export went to), the name under which they asked; the latest first."""
    found: dict[str, str] = {}
    for query in _traces(subject_id):
        if query.basis != "counter" and any(given.id == record_id for given in query.given):
            found.setdefault(query.receiver or query.key, query.asker)
    return found


def tell(kind: str, subject_id: str, record_id: str, day: date, facts: Mapping[str, str] | None = None) -> int:
    """Announce what became of a record to everyone who received it; to how many. Telling again is harmless.

    Whom an export went to reads nothing here: officers are told to send word.
    """
    told = of_record(subject_id, record_id)
    for key in told:
        notices.announce(kind, f"body:{key}", about=record_id, day=day, facts=facts)
        if key.startswith(_EXPORTS):
            notices.announce(
                "receiver to tell", "officers", about=f"{record_id}#{key}", day=day, facts={**(facts or {}), "asker": told[key]}
            )
    return len(told)


def _traces(subject_id: str) -> Iterator[Query]:
    subject = record_changes.holding(subject_id).subject
    before: str | None = None
    for _ in range(MOST // AT_ONCE):
        page = queries.about((subject.id, *subject.absorbed), (), before=before, limit=AT_ONCE)
        yield from (query for _, query in page)
        if len(page) < AT_ONCE:
            return
        before = page[-1][0]
