"""A subject's own report addressed to a named reader: the subject authorises first and hands it over itself (NT-22)."""

from __future__ import annotations

from chalicelib import clock
from chalicelib.law.decisions import Refused
from chalicelib.records.people import Session
from chalicelib.records.reports import Report
from chalicelib.services.consent import consents
from chalicelib.services.identity import people_sessions
from chalicelib.services.reporting import own_reports, reports
from chalicelib.storage import allowances, own_archive

LONGEST_NAME = 100


def make(session: Session, recipient: str, purpose: str) -> Report:
    """A report on whom a session acts for, "only for" a named reader, with what an authorised reader may see."""
    people_sessions.needed(session, "report")
    people_sessions.needed(session, "consent")
    name = " ".join(recipient.split())
    if not 2 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise Refused("请填写接收人的名称（2至{most}个字）", most=LONGEST_NAME)
    holder = own_archive.holder_of(people_sessions.subject_of(session))
    if holder is None:
        raise Refused("档案里没有您的信息，没有可以出具的报告")
    words = consents.checked_purpose(purpose)
    if not allowances.take("own report", holder.id, clock.today(), clock.now(), own_reports.MOST_A_DAY):
        raise Refused("今天已经申请了{most}份报告，请明天再申请；已经申请的都可以随时查看和下载", most=own_reports.MOST_A_DAY)
    return reports.ask_for(holder.id, asked_by=session.person.id, purpose=words, reader="authorised", recipient=name)
