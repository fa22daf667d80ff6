"""A subject's own repairs: what can be repaired and what that needs, the application, and how it stands; and the objection that
anybody may make to an opinion while it is public (NT-34, NT-35)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib import cities, clock, settings
from chalicelib.law.decisions import Refused
from chalicelib.law.repair import Application, Finding, RepairTerm, repair_term
from chalicelib.records.entries import Record
from chalicelib.records.people import Session
from chalicelib.records.remedies import Case
from chalicelib.services.identity import people_sessions
from chalicelib.services.remedies import record_changes, repair_opinions, repairs
from chalicelib.services.remedies.casework import By
from chalicelib.services.remedies.repairs import Shown, Unknown
from chalicelib.storage import allowances, own_archive

MOST_OBJECTIONS_A_DAY = 5
"""Objections to opinions that one person may make on one day."""


@dataclass(frozen=True)
class Prepared:
    """A record about which a repair can be applied for: its term, and what the system sees of the conditions already now."""

    record: Record
    term: RepairTerm
    advice: tuple[Finding, ...]
    person: bool


def listed(session: Session) -> list[Case]:
    """The repairs of whom a session acts for, the latest first."""
    people_sessions.needed(session, "read")
    subject_id = _subject(session)
    return repairs.of_subject(subject_id) if subject_id else []


def prepared(session: Session, record_id: str) -> Prepared:
    """What somebody has to know before applying; `Unknown` for a record of others, `Refused` with why there can be no repair."""
    people_sessions.needed(session, "repair")
    return prepared_for(_subject(session), record_id)


def prepared_for(subject_id: str | None, record_id: str) -> Prepared:
    """The same for a subject that was identified otherwise, as at the counter."""
    if subject_id is None:
        raise Unknown
    record = repairs.repairable(subject_id, record_id)
    term = repair_term(record, cities.load(settings.city()).rules)
    if term is None:
        raise Unknown
    kind = record_changes.holding(record.subject_id).subject.profile.kind
    soonest = Application(record.determined_on, (), "", "")
    return Prepared(record, term, repairs.advised(record, soonest, clock.today()), kind == "natural_person")


def apply(session: Session, record_id: str, application: Application, proofs: Sequence[bytes]) -> Case:
    """Apply for whom a session acts for; `Unknown` or `Refused` as above."""
    people_sessions.needed(session, "repair")
    subject_id = _subject(session)
    if subject_id is None:
        raise Unknown
    return repairs.apply(subject_id, record_id, application, proofs, By(session.person.id, "subject"))


def shown(session: Session, number: str) -> Shown:
    """A repair of whom a session acts for; `Unknown` for every other."""
    people_sessions.needed(session, "read")
    _refuse_others(session, number)
    return repairs.shown(number)


def take_back(session: Session, number: str) -> Case:
    """Take an application of one's own back."""
    people_sessions.needed(session, "repair")
    _refuse_others(session, number)
    return repair_opinions.take_back(number, By(session.person.id, "subject"))


def object_to(session: Session, number: str, reason: str) -> Case:
    """Object to an opinion that is public; `Unknown` when none is under this number."""
    if not allowances.take("repair objection", session.person.id, clock.today(), clock.now(), MOST_OBJECTIONS_A_DAY):
        raise Refused("今天已经提交了{most}件异议，请明天再提交，或者拨打服务热线", most=MOST_OBJECTIONS_A_DAY)
    return repair_opinions.object_to(number, reason, By(session.person.id, "anyone"))


def _refuse_others(session: Session, number: str) -> None:
    if number not in {case.number for case in listed(session)}:
        raise Unknown


def _subject(session: Session) -> str | None:
    holder = own_archive.holder_of(people_sessions.subject_of(session))
    return holder.id if holder else None
