"""The green channel for whom a session acts for: how they stand, the certificate of it, and what they promised (KLM-6, AK-2.3, HY-11)."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib import cities, clock, settings
from chalicelib.law import clean_years as law
from chalicelib.law.decisions import Refused
from chalicelib.records.entries import Record
from chalicelib.records.people import Session
from chalicelib.records.remedies import Case
from chalicelib.records.reports import Report
from chalicelib.records.subjects import Subject
from chalicelib.services.identity import people_sessions
from chalicelib.services.remedies import promises
from chalicelib.services.reporting import reports
from chalicelib.services.reporting.own_reports import MOST_A_DAY
from chalicelib.storage import allowances, archive, own_archive


@dataclass(frozen=True)
class Shown:
    """How somebody stands, None while nothing is held of them, and the promises they made, the latest first."""

    standing: law.Standing | None
    promises: tuple[Case, ...]


def of_session(session: Session) -> Shown:
    """What its subject sees, and nobody else: yes with its basis, or what stands against it."""
    people_sessions.needed(session, "report")
    holder = own_archive.holder_of(people_sessions.subject_of(session))
    found = archive.collection(holder.id) if holder else None
    if found is None:
        return Shown(None, ())
    return Shown(standing_of(*found), tuple(promises.of_subject((found[0].id, *found[0].absorbed))))


def certify(session: Session) -> Report:
    """A signed certificate that the green channel is open; `Refused` when it is not, or the day's turns are used up."""
    shown = of_session(session)
    holder = own_archive.holder_of(people_sessions.subject_of(session))
    if shown.standing is None or holder is None:
        raise Refused("本平台没有关于您的任何信息，所以没有可以出具的报告")
    law.refuse_closed(shown.standing)
    if not allowances.take("own report", holder.id, clock.today(), clock.now(), MOST_A_DAY):
        raise Refused("今天已经申请了{most}份报告，请明天再申请；已经申请的都可以随时查看和下载", most=MOST_A_DAY)
    return reports.ask_for(holder.id, asked_by=session.person.id, purpose="证明符合绿色通道的条件", green_channel=True)


def standing_of(subject: Subject, records: list[Record]) -> law.Standing:
    """How a subject stands today by all its records, those that have ended too."""
    return law.standing(records, law.established_on(subject), clock.today(), cities.load(settings.city()).rules)
