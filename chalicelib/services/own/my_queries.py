"""Who asked about a subject, shown to itself, and the complaint that it can make about it (HY-27b, HY-27d)."""

from __future__ import annotations

import secrets

from chalicelib import clock
from chalicelib.law.decisions import Refused
from chalicelib.records.people import Session
from chalicelib.records.remedies import Complaint
from chalicelib.services.identity import people_sessions
from chalicelib.services.querying import queries
from chalicelib.services.querying.queries import Page
from chalicelib.services.reporting import reports
from chalicelib.storage import allowances, complaints, own_archive
from chalicelib.storage.archive import Conflict

SHORTEST, LONGEST = 5, 2000
"""Characters of a complaint."""
MOST_A_DAY = 20
"""Complaints that one subject may make on one day."""
LONGEST_ID = 40


def of_session(session: Session, cursor: str | None) -> Page:
    """Who asked about whom a session acts for, the latest first."""
    people_sessions.needed(session, "read")
    identifier = people_sessions.subject_of(session)
    holder = own_archive.holder_of(identifier)
    return queries.of_subject(holder.id, cursor) if holder else queries.of_number(identifier, cursor)


def complaints_of(session: Session) -> list[Complaint]:
    """The complaints that were made for whom a session acts for, the latest first."""
    people_sessions.needed(session, "read")
    identifier = people_sessions.subject_of(session)
    holder = own_archive.holder_of(identifier)
    return complaints.of(holder.id if holder else None, identifier)


def complain(session: Session, about: str, text: str) -> Complaint:
    """A complaint, kept with its receipt; `about` is the number of a query, or empty. `Refused` with what is wrong."""
    people_sessions.needed(session, "read")
    if not SHORTEST <= len(text) <= LONGEST:
        raise Refused("请写明投诉的内容（{least}至{most}个字）", least=SHORTEST, most=LONGEST)
    if len(about) > LONGEST_ID or not about.isprintable():
        raise Refused("查询编号不对：请从查询记录中点“投诉这次查询”，或者留空")
    identifier = people_sessions.subject_of(session)
    holder = own_archive.holder_of(identifier)
    now = clock.now()
    if not allowances.take("complaint", f"{identifier.type}|{identifier.number}", clock.today(), now, MOST_A_DAY):
        raise Refused("今天已经提交了{most}件投诉，请明天再提交，或者拨打服务热线", most=MOST_A_DAY)
    day = now.astimezone(clock.SHANGHAI)
    receipt = f"TS-{day:%Y%m%d}-{''.join(secrets.choice(reports.ALPHABET) for _ in range(8))}"
    complaint = Complaint(receipt, now.isoformat(timespec="seconds"), session.person.id, about, text)
    try:
        complaints.put(complaint, holder.id if holder else None, identifier, now)
    except Conflict as error:
        raise Refused("现在没有存下来，请再提交一次") from error
    return complaint
