"""A subject's own reports: asked for by itself or by who may for it, free and as often as is needed (NT-25)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib import cities, clock, settings
from chalicelib.law.decisions import Refused
from chalicelib.law.reporting import CATEGORIES, ReportContent
from chalicelib.records.people import Session
from chalicelib.records.reports import Report
from chalicelib.services.identity import people_sessions
from chalicelib.services.reporting import reports
from chalicelib.storage import allowances, own_archive

MOST_A_DAY = 20
"""Reports on one subject that it may ask for on one day: far more than anybody needs, and few enough to keep machines away."""
A_PAGE = 50


class Nothing(Exception):
    """No report to show: nothing is held about this subject, or there is none of this number on it."""


@dataclass(frozen=True)
class Listed:
    """A page of the reports on a subject, the latest first; `held` says whether there is an archive to report on."""

    held: bool
    reports: tuple[Report, ...]
    page: int
    pages: int


@dataclass(frozen=True)
class Shown:
    """A report, and what it says."""

    report: Report
    content: ReportContent


def listed(session: Session, page: int) -> Listed:
    """The reports on whom a session acts for, `A_PAGE` a page."""
    subject_id = _subject(session)
    found = reports.reports_on(subject_id) if subject_id else []
    pages = max(1, -(-len(found) // A_PAGE))
    page = min(max(1, page), pages)
    return Listed(subject_id is not None, tuple(found[(page - 1) * A_PAGE : page * A_PAGE]), page, pages)


def ask(session: Session, purpose: str, categories: Sequence[str]) -> Report:
    """A new report for its subject, of the categories that are named; `Refused` when words are missing or the day's turns are used up."""
    subject_id = _subject(session)
    if subject_id is None:
        raise Refused("本平台没有关于您的任何信息，所以没有可以出具的报告")
    purpose = reports.stated(purpose, "查询目的")
    wanted = [category for category in CATEGORIES if category in categories]
    if not wanted:
        raise Refused("请至少选择一类信息")
    now = clock.now()
    if not allowances.take("own report", subject_id, clock.today(), now, MOST_A_DAY):
        raise Refused("今天已经申请了{most}份报告，请明天再申请；已经申请的都可以随时查看和下载", most=MOST_A_DAY)
    items = cities.load(settings.city()).catalogue.values()
    scope = None if len(wanted) == len(CATEGORIES) else tuple(item.code for item in items if item.category in wanted)
    return reports.ask_for(subject_id, asked_by=session.person.id, purpose=purpose, scope=scope)


def certify(session: Session, record_id: str) -> Report:
    """A signed certificate that a record was repaired, corrected, withdrawn or has ended; `Refused` when there is nothing to certify."""
    subject_id = _subject(session)
    if subject_id is None:
        raise Refused("本平台没有关于您的任何信息，所以没有可以出具的报告")
    if not allowances.take("own report", subject_id, clock.today(), clock.now(), MOST_A_DAY):
        raise Refused("今天已经申请了{most}份报告，请明天再申请；已经申请的都可以随时查看和下载", most=MOST_A_DAY)
    return reports.ask_for(subject_id, asked_by=session.person.id, purpose="证明记录的更正、修复或到期", certified=record_id)


def shown(session: Session, number: str) -> Shown:
    """A report on whom a session acts for; `Nothing` when there is none of this number on them."""
    subject_id = _subject(session)
    found = reports.whole(subject_id, number) if subject_id else None
    if found is None:
        raise Nothing
    return Shown(*found)


def fetch_link(session: Session, number: str) -> str | None:
    """A new link to the PDF that works for five minutes; None while it is not made. `Nothing` as above."""
    return reports.fetch_link(shown(session, number).report.subject_id, number)


def _subject(session: Session) -> str | None:
    people_sessions.needed(session, "report")
    holder = own_archive.holder_of(people_sessions.subject_of(session))
    return holder.id if holder else None
