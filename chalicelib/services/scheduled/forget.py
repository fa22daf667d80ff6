"""What is done when a record has been kept long enough (NT-8c): it is deleted, and a person of whom nothing is left is forgotten.

The trail stays: it holds ids and keyed digests, from which nothing can be read back.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

from chalicelib import cities, clock, settings
from chalicelib.law.retention import traces_kept_until
from chalicelib.records.access import Act
from chalicelib.services.common.due_work import OF_ONE, Worked, work_off
from chalicelib.services.consent import written_consents
from chalicelib.services.scheduled import scans_kept, tips_forgotten
from chalicelib.services.upkeep.backup import ERASED, FORGOTTEN
from chalicelib.storage import archive, due, forgetting
from chalicelib.storage.archive import Changes, Conflict
from chalicelib.storage.due import Due

_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")
_log = logging.getLogger("mingxin")


def forget(day: date, *, seconds: float = math.inf, place: str = "") -> Worked:
    """Delete every record that was kept until before `day`, and the scans of papers, and erase whom nothing is held of any more; see
    `due_work.work_off`."""
    worked = work_off(due.FORGET, day, partial(_forget, day=day), seconds=seconds, place=place)
    if not place:  # a run that goes on has done them
        written_consents.waiting()  # lets go of sheets that lapsed while nobody looked
        papers = work_off(due.SCANS, day, scans_kept.drop)
        worked.due, worked.done, worked.failed = worked.due + papers.due, worked.done + papers.done, worked.failed + papers.failed
    return worked


def _forget(items: Sequence[Due], *, day: date) -> int:
    return sum(_forget_one(item, day) for item in items)


def _forget_one(item: Due, day: date) -> bool:
    try:
        if item.sk == tips_forgotten.HEAD:
            tips_forgotten.forget(item, day)
            return True
        if item.sk != forgetting.MARK:
            _drop_record(item)
        _erase_or_look_again(item.subject_id, day)
    except Conflict:  # somebody else changed it: it stays due, unless another run has done it
        return not due.still(due.FORGET, [item], day)
    except OF_ONE as error:  # one that fails never keeps the others from their end
        _log.error("what is due of %s could not be forgotten: %s", item.subject_id, type(error).__name__)
        return False
    return True


def _drop_record(item: Due) -> None:
    record_id, changes = item.sk.removeprefix("REC#"), Changes()
    if archive.load_subjects([item.subject_id])[item.subject_id].subject.profile.kind == "natural_person":
        forgetting.look_again(changes, item.subject_id, item.since)  # whoever is cut off here finds the person again
    forgetting.drop_record(changes, item.subject_id, record_id, forgetting.versions_of(item.subject_id, record_id))
    act = Act(FORGOTTEN, item.subject_id, record_id, item.since)
    archive.put_trail(changes, [act], actor="schedule", reason="forget", at=clock.now())
    changes.commit()


def _erase_or_look_again(subject_id: str, day: date) -> None:
    """Erase a person of whom nothing is held but who they were; queries and reports are kept for their own time first."""
    loaded = archive.load_subjects([subject_id])[subject_id]
    if loaded.subject.profile.kind != "natural_person":
        return  # a register's organisation stays: its name and code are public for good
    changes, others = Changes(), forgetting.others_of(subject_id)
    rules = cities.load(settings.city()).rules
    until = max((traces_kept_until(_day_in(place, day), rules) for place in others), default=date.min)
    if any(place.startswith("REC#") for place in others):
        forgetting.look_no_more(changes, subject_id)
    elif until >= day:
        forgetting.look_again(changes, subject_id, (until + timedelta(days=1)).isoformat())
    else:
        forgetting.erase(changes, loaded)
        archive.put_trail(changes, [Act(ERASED, subject_id, subject_id, "forget")], actor="schedule", reason="forget", at=clock.now())
    changes.commit()


def _day_in(place: str, day: date) -> date:
    """The day that stands in the place of a query, report or case; today where none does."""
    found = _DAY.search(place)
    return date(*map(int, found.groups())) if found else day
