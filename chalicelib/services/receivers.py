"""Who received a record, by query, review or report: found from the traces, for telling them what became of it (NT-32, KLM-20)."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import date

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import clock
from chalicelib.records import Query
from chalicelib.services import measures, notices, record_changes
from chalicelib.storage import followups, queries
from chalicelib.storage.archive import Changes, Conflict
from chalicelib.storage.followups import Owed as Owed

AT_ONCE = 100
MOST = 5000
"""Traces that are looked through at most, the latest first."""
LOG = logging.getLogger("mingxin")


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


def owe(changes: Changes, kind: str, subject_id: str, record_id: str, number: str) -> Owed:
    """Note, in what is written together with a change to a record, that its measures have to follow and that everyone who received it
    is to be told; by `settle` right after, or by the job that finds what a crash left."""
    owed = Owed(subject_id, record_id, kind, number, clock.today())
    followups.owe(changes, owed)
    return owed


def settle(*owed: Owed) -> int:
    """Do what is owed; how much was done. What cannot be done now is logged and found again."""
    done = 0
    for one in owed:
        try:
            measures.follow(one.subject_id, one.record_id)
            tell(one.kind, one.subject_id, one.record_id, one.day, {"number": one.number})
            followups.settled(one)
        except (Conflict, BotoCoreError, ClientError, KeyError, ValueError) as error:  # the act itself is done
            LOG.error("what follows from a change to %s waits: %s", one.record_id, type(error).__name__)
        else:
            done += 1
    return done


def _traces(subject_id: str) -> Iterator[Query]:
    subject = record_changes.holding(subject_id).subject
    before: str | None = None
    for _ in range(MOST // AT_ONCE):
        page = queries.about((subject.id, *subject.absorbed), (), before=before, limit=AT_ONCE)
        yield from (query for _, query in page)
        if len(page) < AT_ONCE:
            return
        before = page[-1][0]
