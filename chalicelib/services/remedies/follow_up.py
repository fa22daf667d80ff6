"""What hangs on a new record: measures are proposed, what came up is put before the recogniser of a list (HY-20c, NTN-3c)."""

from __future__ import annotations

import logging
from datetime import date

from chalicelib import cities, clock, settings
from chalicelib.cities import City
from chalicelib.law import lists as law
from chalicelib.law.procedures import Role
from chalicelib.records.entries import Record
from chalicelib.records.subjects import Subject
from chalicelib.services.common.due_work import OF_ONE
from chalicelib.services.remedies import casework, measures, record_changes, what_follows
from chalicelib.services.remedies.casework import By
from chalicelib.services.telling import notices
from chalicelib.storage import archive, cases, followups
from chalicelib.storage.archive import Changes, Conflict
from chalicelib.storage.followups import Place

SYSTEM: Role = "schedule"
LIMIT = 200
"""Records that one run looks at."""
LOG = logging.getLogger("mingxin")


def due(day: date, limit: int = LIMIT) -> dict[str, int]:
    """Look at the records that came in, and do what was left out after changes: counts of due, done and failed. What comes of one is
    written in one transaction with the note that it was looked at, so that nothing is done twice or by half; what fails is found again."""
    waiting = followups.waiting(day, limit)
    done = sum(_done(place, day) for place in waiting)
    left_out = what_follows.left_out()
    return {
        "due": len(waiting) + left_out["due"],
        "done": done + left_out["done"],
        "failed": len(waiting) - done + left_out["failed"],
    }


def _done(place: Place, day: date) -> bool:
    try:
        changes = Changes()
        _look_at(changes, *place)
        followups.done(changes, place)
        changes.commit()
    except Conflict:  # another run has looked at it, or will
        return True
    except OF_ONE as error:  # the others are looked at all the same
        LOG.error("what hangs on a record of %s was not looked at: %s", place[0], type(error).__name__)
        followups.failed(place, day, clock.now())
        return False
    return True


def _look_at(changes: Changes, subject_id: str, record_id: str) -> None:
    found = archive.collection(record_changes.holding(subject_id).subject.id)
    subject, records = found if found else (None, [])
    record = next((one for one in records if one.id == record_id), None)
    if subject is None or record is None:
        return  # merged or purged meanwhile: nothing hangs on it here
    city = cities.load(settings.city())
    measures.propose(changes, subject, record)
    for entry in records:
        _put_before_recogniser(changes, subject, entry, record, city)
    if record.catalogue == "redlist" and record.valid_until is None:
        missing = {"list": record.title}
        notices.together(changes, "end missing", f"provider:{record.provider.code}", about=record.id, day=clock.today(), facts=missing)


def _put_before_recogniser(changes: Changes, subject: Subject, entry: Record, record: Record, city: City) -> None:
    """Open a case for the recogniser of an entry, once for an entry and a record; it advises, a person decides."""
    matter = law.matter_of(entry, record, city.rules, clock.today()) if entry.id != record.id else None
    about = (entry.id, record.id)
    if matter is None or any(case.about == about for case in cases.of_subject([subject.id], law.REVIEW.name)):
        return
    recogniser = law.recogniser_of(entry)
    facts = {"provider": recogniser, "matter": matter, "list": entry.title, "kind": casework.kind_of(entry)}
    case = casework.begin(changes, law.REVIEW, subject.id, about, By("schedule", SYSTEM, matter), facts=facts, due=None)
    kind = "incentive doubted" if matter == "incentive" else "watched act"
    users = [f"body:{code}" for code in measures.users_of(subject.id, entry.id)] if matter == "incentive" else []
    for to in (f"provider:{recogniser}", "officers", *users):
        notices.together(changes, kind, to, about=case.id, day=clock.today(), facts={"number": case.number, "list": entry.title})
