"""Who works on a case of the desk: taken on, handed over to a colleague, given back; each step stands in its history and the trail."""

from __future__ import annotations

from chalicelib import clock
from chalicelib.law.decisions import Refused
from chalicelib.law.desk import queues_of
from chalicelib.law.masking import holds_person_number
from chalicelib.law.objections import stated_text
from chalicelib.law.procedures import Role
from chalicelib.records.people import Colleague, Session
from chalicelib.records.remedies import Case
from chalicelib.services.identity import who_acts
from chalicelib.services.remedies import casework
from chalicelib.services.remedies.casework import By, Conflict, Overtaken, Unknown
from chalicelib.storage import cases, colleagues


def colleagues_for(session: Session, case: Case) -> list[Colleague]:
    """To whom a case can be handed over: who works from the same queue, but for whoever asks."""
    if case.waits_for not in queues_of(session.person.roles):
        return []
    me = who_acts.keyed(session.person.id)
    return [one for one in colleagues.of_role(case.waits_for, clock.now()) if one.id != me]


def take(session: Session, number: str, version: int) -> Case:
    """Take a case on, or over from somebody else; both stand in its history."""
    case = _theirs(session, number, version)
    return _assign(case, Colleague(who_acts.keyed(session.person.id), session.person.name), _by(session, case))


def hand_over(session: Session, number: str, version: int, to: str, reason: str) -> Case:
    """Hand a case over to a colleague (the keyed id), for a reason that stands in its history."""
    case = _theirs(session, number, version)
    colleague = next((one for one in colleagues_for(session, case) if one.id == to), None)
    if colleague is None:
        raise Refused("请从名单中选择接手的人：名单里是近90天登录过的同事")
    return _assign(case, colleague, _by(session, case, _why(reason)))


def give_back(session: Session, number: str, version: int, reason: str) -> Case:
    """Give a case back to the queue: nobody's from now on."""
    case = _theirs(session, number, version)
    if not case.assigned_to:
        raise Refused("这一件还没有人办理")
    return _assign(case, None, _by(session, case, _why(reason)))


def _theirs(session: Session, number: str, version: int) -> Case:
    case = cases.load(number)
    if case is None or case.waits_for not in queues_of(session.person.roles):
        raise Unknown
    if case.version != version:
        raise Overtaken
    return case


def _assign(case: Case, to: Colleague | None, by: By) -> Case:
    try:
        return casework.assign(case, to, by)
    except Conflict as error:
        raise Overtaken from error


def _by(session: Session, case: Case, reason: str = "") -> By:
    roles: dict[str, Role] = {"officer": "officer", "supervisor": "supervisor"}
    return By(session.person.id, roles.get(case.waits_for, "provider"), reason)


def _why(reason: str) -> str:
    words = stated_text(reason, "理由")
    if holds_person_number(words):
        raise Refused("理由中不要写证件号码")
    return words
