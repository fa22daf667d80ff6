"""Opinions on repairs take effect when their publicity has ended without an objection; the original moves to the archive (NT-35)."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import date

from chalicelib import cities, clock, settings
from chalicelib.law import repair as law
from chalicelib.law.deadlines import Deadline
from chalicelib.law.repair_steps import REPAIR
from chalicelib.law.showing import counts
from chalicelib.records.entries import Ended, Record
from chalicelib.records.remedies import Case, Tell
from chalicelib.services.common.due_work import OF_ONE
from chalicelib.services.identity import who_acts
from chalicelib.services.remedies import casework, record_changes, repair_opinions, repairs, what_follows
from chalicelib.services.remedies.casework import By
from chalicelib.services.remedies.record_changes import Why
from chalicelib.storage.archive import Changes, Conflict

LOG = logging.getLogger("mingxin")


def take_effect(day: date) -> dict[str, int]:
    """Let every opinion take effect whose publicity ended before a day without an objection: counts of due, done and failed."""
    found = {"due": 0, "done": 0, "failed": 0}
    for case in repairs.queue(repairs.SCHEDULE):
        if case.due is None or case.due >= day:
            break
        if case.procedure != REPAIR.name:
            continue
        found["due"] += 1
        try:
            _take_effect(case, day)
            found["done"] += 1
        except (Conflict, *OF_ONE) as error:  # another was first, or it fails by itself: the next run looks again
            LOG.error("repair %s has not taken effect: %s", case.id, type(error).__name__)
            found["failed"] += 1
    return found


def _take_effect(case: Case, day: date) -> None:
    by = By("schedule", "schedule", case.number)
    record = record_changes.find(case.subject_id, case.about[0])
    if not counts(record, day):
        repair_opinions.lapse(case)
        return
    if case.due is None or _postponed(case, record, day, by):
        return
    changes = Changes()
    subject, receivers = ("repair shortened", "record shortened") if _shortens(case) else ("repair took effect", "record repaired")
    tell = Tell(subject, receivers, case.number, {"number": case.number, "which": case.facts["which"]})
    why = Why("record.repaired", who_acts.keyed("schedule"), case.number, clock.now(), tell)
    record_changes.change(changes, record.subject_id, record.id, _alteration(case), why)
    casework.step(changes, case, REPAIR, "take effect", by)
    changes.commit()
    what_follows.settle([record.id])


def _alteration(case: Case) -> record_changes.Alter:
    """What the opinion said becomes of the record, and of those of the people responsible for it (NT-35)."""
    if case.due is None:
        raise KeyError(case.number)
    effective = law.takes_effect_on(case.due)
    until = date.fromisoformat(case.facts["until"]) if case.facts["until"] else None
    if _shortens(case) and until is not None:
        return lambda record: replace(record, valid_until=until, end_source=f"修复意见 {case.number}", end_defaulted=False)
    return lambda record: replace(record, ended=Ended("repaired", effective, case.number))


def _shortens(case: Case) -> bool:
    """Whether the opinion leaves the record standing until an earlier day."""
    return bool(case.facts["effect"] == "shortens")


def _postponed(case: Case, record: Record, day: date, by: By) -> bool:
    """Whether the announced window has become longer, now that its calendar is out: it is never cut, and may grow."""
    if not case.provisional or case.due is None:
        return False
    announced = Deadline(case.due, case.provisional)
    opinion_on = date.fromisoformat(case.facts["opinion_on"])
    recomputed = law.public_until(opinion_on, cities.load(settings.city()).rules)
    public = law.never_earlier(announced, recomputed)
    if public.day < day:
        return False
    changes = Changes()
    after = casework.step(changes, case, REPAIR, "recompute", by, due=public)
    repair_opinions.announce(changes, after, record, public, opinion_on)
    changes.commit()
    record_changes.show([record.subject_id])
    return True
