"""What follows from a change of a record: who is responsible follows, publication, measures, and everybody who must know is told.

It is noted with the change and done right after it; what a crash or a busy moment leaves out the job `follow` does, which alone has the
right to take purged words out of everything else. Each part is safe to do again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import clock
from chalicelib.records.entries import Record
from chalicelib.records.remedies import Aftermath
from chalicelib.records.subjects import Link
from chalicelib.services.remedies import casework, measures, receivers, record_changes
from chalicelib.services.remedies.record_changes import Alter, Why
from chalicelib.services.telling import notices
from chalicelib.storage import aftermath, archive, files, purging
from chalicelib.storage.aftermath import Place
from chalicelib.storage.archive import Conflict

LIMIT = 200
"""Changes of which one run of the job does what is left."""
LEFT_OUT = timedelta(minutes=2)
"""After this the job takes what follows from a change for left out: until then whoever made the change may still be at it."""
LOG = logging.getLogger("mingxin")


def change(subject_id: str, record_id: str, alter: Alter, why: Why) -> Record:
    """Change a record and nothing else, with all that follows; the record as it is then. `Conflict` when others change the same
    subject for long."""
    changed = casework.attempt(lambda changes: record_changes.change(changes, subject_id, record_id, alter, why))
    settle([record_id])
    return changed


def settle(record_ids: Iterable[str]) -> None:
    """Do what follows from changes of records; what cannot be done now is left to the job."""
    for record_id in record_ids:
        for place, left in aftermath.of_record(record_id):
            _done(place, left, purge=False)


def left_out(limit: int = LIMIT) -> dict[str, int]:
    """Do what was left out: counts of due, done and failed."""
    now = clock.now()
    before = (now - LEFT_OUT).isoformat(timespec="microseconds")
    outcomes: list[bool] = []
    for place, left in aftermath.waiting(before, limit):
        outcomes.append(left is not None and _done(place, left, purge=True))
        if not outcomes[-1]:
            aftermath.failed(place, now.isoformat(timespec="microseconds"))
    return {"due": len(outcomes), "done": sum(outcomes), "failed": len(outcomes) - sum(outcomes)}


def _done(place: Place, left: Aftermath, *, purge: bool) -> bool:
    try:
        record = _followed(left)
        if record is not None and record.ended is not None and record.ended.how == "purged":
            if not purge:
                return False
            for link in _places(record):
                _purge(link, left)
        aftermath.done(place)
    except (Conflict, TimeoutError, KeyError, ValueError, BotoCoreError, ClientError) as error:
        LOG.warning("what follows from a change of %s is left to the job: %s", left.record_id, type(error).__name__)
        return False
    return True


def _followed(left: Aftermath) -> Record | None:
    """The record, after all that its change asks for; None once it is kept no longer."""
    try:
        record = record_changes.find(left.subject_id, left.record_id)
    except KeyError:
        return None
    record_changes.follow(record, left)
    record_changes.show(record_changes.touched(record))
    measures.follow(record.subject_id, record.id)
    for link in _places(record):
        _tell(link, left)
    return record


def _places(record: Record) -> tuple[Link, ...]:
    return (Link(record.subject_id, record.id), *record.responsible)


def _purge(link: Link, left: Aftermath) -> None:
    """Nothing of what the record said is left in what was given out of it or written about it (NT-14b)."""
    subject = record_changes.holding(link.subject_id).subject
    for loaded in archive.load_subjects((subject.id, *subject.absorbed)).values():
        purging.everywhere(loaded, link.record_id, left.words, files.files().delete)


def _tell(link: Link, left: Aftermath) -> None:
    tell = left.tell
    if tell.receivers:
        receivers.tell(tell.receivers, link.subject_id, link.record_id, left.day, {"number": left.reason})
    if tell.subject:
        about = tell.about or link.record_id
        notices.announce(tell.subject, f"s:{link.subject_id}", about=about, day=left.day, facts=tell.facts)
