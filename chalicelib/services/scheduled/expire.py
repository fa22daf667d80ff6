"""What is done on the day after a record's last one (NT-30): it leaves publication and moves to the archived part.

Readers hide it from the first moment of that day by themselves; this tidies up, tells the subject and lets what hangs on it end.
"""

from __future__ import annotations

import logging
import math
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from random import SystemRandom

from chalicelib import cities, clock, settings
from chalicelib.cities import City
from chalicelib.law.retention import kept_until
from chalicelib.law.showing import counts
from chalicelib.records.access import Act
from chalicelib.records.entries import Record
from chalicelib.services.common.due_work import OF_ONE, Worked, work_off
from chalicelib.services.publication import publish
from chalicelib.services.remedies import when_ended
from chalicelib.storage import archive, due, engine, publishing
from chalicelib.storage.archive import Changes, Conflict, Loaded
from chalicelib.storage.due import Due

TRIES = 8
"""How often a subject is read again that others change at the same moment."""
TOGETHER = 40
"""Records of one subject that end in one transaction; publication finds room beside them."""

_chance = SystemRandom()
_log = logging.getLogger("mingxin")


def expire(day: date, *, seconds: float = math.inf, place: str = "") -> Worked:
    """End every record whose last day was before `day` and that is not archived yet; see `due_work.work_off`.

    Safe to run twice, twice at once, late or after a kill: a record is archived, its subject told, what is public of it brought up
    and the trail written in one transaction, and only while the record is due; measures stop before that, once however often.
    """
    city = cities.load(settings.city())
    return work_off(due.EXPIRE, day, partial(_end, day=day, city=city), seconds=seconds, place=place)


def _end(items: Sequence[Due], *, day: date, city: City) -> int:
    of_subject: dict[str, list[Due]] = defaultdict(list)
    for item in items:
        of_subject[item.subject_id].append(item)
    return sum(_end_of_subject(subject_id, mine, day, city) for subject_id, mine in of_subject.items())


def _end_of_subject(subject_id: str, items: Sequence[Due], day: date, city: City) -> int:
    """How many of a subject's records are archived now, by this run or by another that was faster."""
    done = 0
    for start in range(0, len(items), TOGETHER):
        try:
            done += _end_together(subject_id, items[start : start + TOGETHER], day, city)
        except OF_ONE as error:  # one subject that cannot be read never keeps the others from their end
            _log.error("records of %s could not be ended: %s", subject_id, type(error).__name__)
    return done


def _end_together(subject_id: str, items: Sequence[Due], day: date, city: City) -> int:
    waiting = list(items)
    for attempt in range(TRIES):
        try:
            return len(items) - len(waiting) + _end_some(subject_id, waiting, day, city)
        except Conflict:
            time.sleep(_chance.uniform(0, 0.02 * 2**attempt))
            waiting = due.still(due.EXPIRE, waiting, day)
    return len(items) - len(waiting)


def _end_some(subject_id: str, items: Sequence[Due], day: date, city: City) -> int:
    """How many of these are archived. One that is still coming from another archive ends when it counts here."""
    wanted = {item.sk.removeprefix("REC#") for item in items}
    found = archive.load_collection(subject_id)
    if found is None:
        raise KeyError(subject_id)
    loaded, records = found
    ended = [record for record in records if record.id in wanted and not counts(record, day)]
    when_ended.follow(ended, loaded)
    if ended:
        _archive(loaded, records, ended, day, city)
    return len(ended)


def _archive(loaded: Loaded, records: Sequence[Record], ended: Sequence[Record], day: date, city: City) -> None:
    """The one transaction that ends records. What is public goes with it where it fits; else its subject is left due for `publish`."""
    changes, before = Changes(), loaded.subject
    loaded.subject = replace(before, version=before.version + 1)
    for record in ended:
        item = city.catalogue.get(record.catalogue)
        due.put_aside(changes, record, on=day, kept_until=kept_until(record, item) if item else None)
    acts = [Act("record.archived", record.subject_id, record.id, [str(record.valid_until), record.end_source]) for record in ended]
    archive.put_trail(changes, acts, actor="schedule", reason="expire", at=clock.now())
    when_ended.tell(changes, ended, loaded)
    public = publish.public_part(loaded.subject, records, city, day)
    shown = publishing.replacement(public, loaded.written)
    fits = len(changes) + len(shown.writes) + 2 <= archive.MOST_TOGETHER and changes.size + shown.size <= engine.LARGEST_TRANSACTION
    if fits:
        changes.publish(shown.writes, shown.size)
        loaded.written, loaded.subject = shown.written, replace(loaded.subject, published=loaded.subject.version)
    archive.put_subject(changes, loaded, clock.now())
    changes.commit()
