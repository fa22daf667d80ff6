"""Promises to bring missing papers later: taken by the body that accepts, closed by it, shown to who promised (KLM-6, AK-2.3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from chalicelib import clock
from chalicelib.law import clean_years, desk
from chalicelib.law import promises as law
from chalicelib.law.deadlines import Deadline
from chalicelib.law.decisions import Refused
from chalicelib.records.people import Session
from chalicelib.records.remedies import Case
from chalicelib.services.remedies import casework
from chalicelib.services.remedies.casework import By
from chalicelib.services.remedies.casework import Overtaken as Overtaken
from chalicelib.services.remedies.casework import Unknown as Unknown
from chalicelib.services.reporting import reports, verify
from chalicelib.storage import archive, cases, submissions
from chalicelib.storage.archive import Changes

MOST = 100
"""Promises that one page shows."""


def of_subject(subject_ids: Iterable[str]) -> list[Case]:
    """The promises that a subject made, the latest first."""
    return cases.of_subject(subject_ids, law.PROCEDURE.name)


def waiting(session: Session) -> list[Case]:
    """The open promises to the bodies for which somebody is a clerk, the nearest last day first."""
    found = (case for body in desk.bodies_of(session.person.roles) for case in cases.queue(f"provider:{body}", MOST)[0])
    return sorted((case for case in found if case.procedure == law.PROCEDURE.name), key=lambda case: (case.due or date.max, case.id))


def take(session: Session, body: str, number: str, code: str, promised: law.Promised) -> Case:
    """Take a promise of whoever shows a certificate of the green channel: the body learns what that says and nothing more.

    `Refused` when it is no such certificate or holds no more, or the same is promised already; `Unknown` for another's body.
    """
    if body not in desk.bodies_of(session.person.roles):
        raise Unknown
    subject_id, number, name = _certified(number, code)
    same = (promised.matter, body)
    if any(case.waits_for and (case.facts["matter"], case.facts["provider"]) == same for case in of_subject([subject_id])):
        raise Refused("这件事项的承诺已经登记，还没有办结", clean_years.CLAUSE)
    known = submissions.provider(body)
    facts = {"provider": body, "body_name": known[0].name if known else body, "name": name}
    changes = Changes()
    case = casework.begin(
        changes,
        law.PROCEDURE,
        subject_id,
        (number,),
        By(session.person.id, "provider"),
        facts={**facts, "matter": promised.matter, "papers": promised.papers},
        due=Deadline(promised.until, provisional=False),
    )
    _commit(changes)
    return case


def close(session: Session, number: str, action: str) -> Case:
    """Note that the papers came, or did not by the last day; `Refused` before that day is over. No record is made of it: a broken
    promise that is one comes in as every record does."""
    case = casework.current(number, law.PROCEDURE, None)
    if case.facts["provider"] not in desk.bodies_of(session.person.roles):
        raise Unknown
    changes = Changes()
    step = law.closing(action, case.due or clock.today(), clock.today())
    after = casework.step(changes, case, law.PROCEDURE, step, By(session.person.id, "provider"))
    _commit(changes)
    return after


def _certified(number: str, code: str) -> tuple[str, str, str]:
    verdict = verify.by_code(number, code, day=clock.today())
    report = reports.by_number(verdict.number) if verdict.number and not verdict.superseded else None
    content = reports.content(report.subject_id, report.number) if report else None
    if report is None or content is None or content.certificate != clean_years.TITLE:
        raise Refused("没有核验通过：请核对绿色通道资格证明的编号和校验码；已被替代的，请当事人重新取得", clean_years.CLAUSE)
    found = archive.collection(report.subject_id)
    return (found[0].merged_into if found and found[0].merged_into else report.subject_id), report.number, content.name


def _commit(changes: Changes) -> None:
    try:
        changes.commit()
    except casework.Conflict as error:
        raise Overtaken from error
