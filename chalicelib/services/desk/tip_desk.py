"""Tips at the desk: a named handler takes one on, passes it to the competent body without the reporter, and answers (KLM-15, HY-18)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from chalicelib import cities, clock, settings
from chalicelib.law import desk
from chalicelib.law import tips as law
from chalicelib.law.decisions import Refused
from chalicelib.law.identifiers import check_uscc
from chalicelib.law.procedures import Role
from chalicelib.records.people import Session
from chalicelib.records.tips import Opening, Reporter, Tip
from chalicelib.services.identity import who_acts
from chalicelib.services.remedies.casework import Overtaken as Overtaken
from chalicelib.services.remedies.casework import Unknown as Unknown
from chalicelib.services.telling import notices
from chalicelib.storage import tips
from chalicelib.storage.archive import Conflict

MOST = 100
"""Tips that one page shows."""
HANDLER = "handler"


@dataclass(frozen=True)
class Shown:
    """A tip as somebody at the desk may see it, and what they may do with it; a body sees what it was told and no more. `mine` says that
    it is theirs to handle."""

    tip: Tip
    label: str
    mine: bool
    may: frozenset[str]
    openings: tuple[Opening, ...] = ()


def waiting(session: Session) -> list[Shown]:
    """The tips that wait for whoever is signed in: all open ones at the centre for its handlers, for clerks those passed to their body."""
    handlers = tips.waiting(HANDLER, MOST) if HANDLER in session.person.roles else []
    bodies = [tip for body in desk.bodies_of(session.person.roles) for tip in tips.waiting(_queue(body), MOST)]
    return [_shown(session, tip) for tip in (*handlers, *bodies)]


def find(session: Session, number: str) -> Shown:
    """One tip as they may see it; `Unknown` when there is none, or it is no business of theirs."""
    return _shown(session, _whole(session, number))


def take_on(session: Session, number: str) -> None:
    """Take a tip on: from now on this handler alone may look at who made it."""
    tip = _whole(session, number)
    if HANDLER not in session.person.roles:
        raise Unknown
    _step(tip, "take_on", session, handler=_by(session), handler_name=session.person.name)


def open_reporter(session: Session, number: str, reason: str) -> Reporter:
    """Who made a tip, for its handler alone, and only once it stands written down why; `Refused` when nobody said."""
    tip = _mine(session, number)
    opening = Opening(clock.now().isoformat(timespec="seconds"), session.person.name, desk.checked_reason(reason))
    try:
        found = tips.open_reporter(tip.number, opening, by=_by(session), at=clock.now())
    except Conflict as error:
        raise Overtaken from error
    if found is None:
        raise Refused("举报人没有写明身份，或者保存期限已过")
    return found


def pass_on(session: Session, number: str, body: str, text: str) -> None:
    """Tell the competent body, in words of the handler's own: the tip itself and who made it stay here."""
    tip = _mine(session, number)
    law.PROCEDURE.move(tip.state, "pass_on", "handler")
    code, words = check_uscc(body).number, law.passed_on(text)
    _step(tip, "pass_on", session, waits_for=_queue(code), body=code, passed_on=words, reply="")
    notices.announce("tip passed on", f"provider:{code}", about=tip.number, day=clock.today())


def reply(session: Session, number: str, text: str) -> None:
    """What the competent body did about it."""
    tip = _whole(session, number)
    if tip.body not in desk.bodies_of(session.person.roles):
        raise Unknown
    _step(tip, "reply", session, reply=law.written(text))


def answer(session: Session, number: str, text: str) -> None:
    """Answer the reporter; the tip is closed, and forgotten in its time."""
    _close(_mine(session, number), "answer", session, text)


def turn_down(session: Session, number: str, text: str) -> None:
    """Not take a tip, with the reason and where to turn."""
    _close(_mine(session, number), "turn_down", session, text)


def _close(tip: Tip, action: str, session: Session, text: str) -> None:
    state = law.PROCEDURE.target(law.PROCEDURE.move(tip.state, action, "handler"), tip.state)
    today, rules = clock.today(), cities.load(settings.city()).rules
    closed = replace(tip, state=state.name, answer=law.written(text), closed=today)
    look_again = law.reporter_kept_until(today, rules) + timedelta(days=1)
    try:
        tips.step(closed, action, look_again=look_again, by=_by(session), at=clock.now())
    except Conflict as error:
        raise Overtaken from error


def _step(tip: Tip, action: str, session: Session, *, waits_for: str = HANDLER, **changes: str) -> None:
    role: Role = "provider" if action == "reply" else "handler"
    state = law.PROCEDURE.target(law.PROCEDURE.move(tip.state, action, role), tip.state)
    try:
        tips.step(replace(tip, state=state.name, **changes), action, waits_for=waits_for, by=_by(session), at=clock.now())  # type: ignore[arg-type]
    except Conflict as error:
        raise Overtaken from error


def _whole(session: Session, number: str) -> Tip:
    tip = tips.load(number)
    handles = HANDLER in session.person.roles
    if tip is None or not (handles or (tip.state == "passed_on" and tip.body in desk.bodies_of(session.person.roles))):
        raise Unknown
    return tip


def _mine(session: Session, number: str) -> Tip:
    tip = _whole(session, number)
    if HANDLER not in session.person.roles or tip.handler != _by(session):
        raise Refused("这件举报不由您办理：请先承办", law.CLAUSE)
    return tip


def _shown(session: Session, tip: Tip) -> Shown:
    label, handles = law.PROCEDURE.state(tip.state).label, HANDLER in session.person.roles
    mine = handles and tip.handler == _by(session)
    moves = {move.action for move in law.PROCEDURE.open_to(tip.state, "handler")} if handles else set()
    may = moves - {"take_on"} if mine else moves & {"take_on"}
    if tip.body in desk.bodies_of(session.person.roles):
        may |= {move.action for move in law.PROCEDURE.open_to(tip.state, "provider")}
    if not handles:
        return Shown(replace(tip, text="", handler_name="", secret=""), label, mine, frozenset(may))
    return Shown(tip, label, mine, frozenset(may), tuple(tips.openings(tip.number)) if tip.named else ())


def _queue(body: str) -> str:
    return f"provider:{body}"


def _by(session: Session) -> str:
    return who_acts.keyed(session.person.id)
