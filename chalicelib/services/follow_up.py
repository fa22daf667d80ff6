"""What hangs on a new record: measures are proposed, what came up is put before the recogniser of a list (HY-20c, NTN-3c)."""

from __future__ import annotations

from datetime import date

from chalicelib import cities, clock, settings
from chalicelib.cities import City
from chalicelib.law import lists as law
from chalicelib.law.procedures import Role
from chalicelib.records import Record, Subject
from chalicelib.services import casework, measures, notices, record_changes, what_follows
from chalicelib.services.casework import By
from chalicelib.storage import archive, cases, followups
from chalicelib.storage.archive import Changes

SYSTEM: Role = "schedule"
LIMIT = 200
"""Records that one run looks at."""


def due(day: date, limit: int = LIMIT) -> dict[str, int]:
    """Look at the records that came in, and do what was left out after changes: counts of due, done and failed. Run again it finds what
    is left, and does nothing twice."""
    waiting = followups.waiting(day, limit)
    for place in waiting:
        _look_at(*place)
        followups.done(place)
    counts = what_follows.left_out()
    return {**counts, "due": counts["due"] + len(waiting), "done": counts["done"] + len(waiting)}


def _look_at(subject_id: str, record_id: str) -> None:
    found = archive.collection(record_changes.holding(subject_id).subject.id)
    subject, records = found if found else (None, [])
    record = next((one for one in records if one.id == record_id), None)
    if subject is None or record is None:
        return  # merged or purged meanwhile: nothing hangs on it here
    city = cities.load(settings.city())
    measures.propose(subject, record)
    for entry in records:
        _put_before_recogniser(subject, entry, record, city)
    if record.catalogue == "redlist" and record.valid_until is None:
        to = f"provider:{record.provider.code}"
        notices.announce("end missing", to, about=record.id, day=clock.today(), facts={"list": record.title})


def _put_before_recogniser(subject: Subject, entry: Record, record: Record, city: City) -> None:
    """Open a case for the recogniser of an entry, once for an entry and a record; it advises, a person decides."""
    matter = law.matter_of(entry, record, city.rules, clock.today()) if entry.id != record.id else None
    about = (entry.id, record.id)
    if matter is None or any(case.about == about for case in cases.of_subject([subject.id], law.REVIEW.name)):
        return
    recogniser, changes = law.recogniser_of(entry), Changes()
    facts = {"provider": recogniser, "matter": matter, "list": entry.title}
    case = casework.begin(changes, law.REVIEW, subject.id, about, By("schedule", SYSTEM, matter), facts=facts, due=None)
    kind = "incentive doubted" if matter == "incentive" else "watched act"
    users = [f"body:{code}" for code in measures.users_of(subject.id, entry.id)] if matter == "incentive" else []
    for to in (f"provider:{recogniser}", "officers", *users):
        notices.together(changes, kind, to, about=case.id, day=clock.today(), facts={"number": case.number, "list": entry.title})
    changes.commit()
