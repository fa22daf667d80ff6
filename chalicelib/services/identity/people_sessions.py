"""Sessions of people: how long they last, whom they act for, and the token that proves a form is ours."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib import clock
from chalicelib.law.decisions import Refused
from chalicelib.law.rights import RIGHTS, in_force
from chalicelib.records.identifiers import Identifier
from chalicelib.records.people import Mandate, Person
from chalicelib.records.people import Session as Session
from chalicelib.storage import archive, delegations, people_sessions
from chalicelib.storage.keys import keyring

IDLE = timedelta(minutes=30)
"""How long a session lasts without a request."""
LONGEST = timedelta(hours=8)
"""How long a session lasts at most."""
DRAFTS_KEPT = timedelta(hours=6)
"""How long after its end a session is still known: to tell whose a form is that came too late."""


@dataclass(eq=False)
class Expired(Exception):
    """The session is over by its time; it may still say whose a form is."""

    session: Session


class NotAllowed(Exception):
    """The mandate by which somebody acts does not give the right that it is named by."""


def begin(person: Person) -> tuple[Session, str]:
    """A session under a new id, and the cookie that opens it (256 random bits)."""
    now = clock.now()
    cookie = secrets.token_urlsafe(32)
    leads_to = archive.id_of(person.identifier) if person.identifier else None
    return people_sessions.open_session(cookie, person, now, now + LONGEST + DRAFTS_KEPT, leads_to or ""), cookie


def find(cookie: str) -> Session | None:
    """Who is signed in with a cookie, seen now; None when nobody is, `Expired` when the time is over."""
    session = people_sessions.find_session(cookie) if cookie else None
    if session is None:
        return None
    now = clock.now()
    if now >= ends(session):
        raise Expired(session)
    return people_sessions.note_seen(session, now)


def ends(session: Session) -> datetime:
    """The instant at which a session ends unless its person goes on."""
    return min(session.seen + IDLE, session.started + LONGEST)


def end(session: Session) -> None:
    """Sign out."""
    people_sessions.end_session(session)


def mandates(person: Person) -> tuple[Mandate, ...]:
    """The organisations for which a person may act now: what the issuer states, else by delegations that count today."""
    stated = {mandate.code for mandate in person.mandates}
    return person.mandates + tuple(mandate for mandate in _by_delegation(person) if mandate.code not in stated)


def _by_delegation(person: Person) -> Iterable[Mandate]:
    """Of several delegations by one organisation all rights count together."""
    found: dict[str, Mandate] = {}
    for delegation, representative in delegations.given_to(person.identifier) if person.identifier else ():
        if in_force(delegation, representative, clock.today()):
            before = found.get(delegation.code)
            allowed = {*delegation.rights, *(before.rights if before else ())}
            rights = tuple(right for right in RIGHTS if right in allowed)
            found[delegation.code] = Mandate(delegation.code, delegation.organisation, rights, delegation.id)
    return found.values()


def act_for(session: Session, code: str) -> Session:
    """Act for an organisation (USCC) from now on, or with an empty code for oneself; `Refused` without a mandate."""
    if code and code not in {mandate.code for mandate in mandates(session.person)}:
        raise Refused("您没有代表这个单位的授权：请由法定代表人委托，或到信用信息服务窗口办理", "NT-22")
    own = Identifier("uscc", code) if code else session.person.identifier
    return people_sessions.act_for(session, code, (archive.id_of(own) if own else None) or "")


def mandate_of(session: Session) -> Mandate | None:
    """By what mandate a session acts; None when its person acts for themselves, or may no longer act."""
    if not session.acting_for:
        return None
    stated = (mandate for mandate in session.person.mandates if mandate.code == session.acting_for)
    return next(stated, None) or next((mandate for mandate in mandates(session.person) if mandate.code == session.acting_for), None)


def form_token(session: Session) -> str:
    """What a form of this session carries; nobody else can compute it, and it fits only while the session acts for the same."""
    return keyring().digest(["form", session.key, session.acting_for])


def sign_out_token(session: Session) -> str:
    """What the form that signs out carries: it fits whomever the session acts for, on every page that is still open."""
    return keyring().digest(["sign out", session.key])


def fits_form(expected: str, token: str) -> bool:
    """Whether a form carries the token that is expected."""
    return hmac.compare_digest(expected.encode(), token.encode())


def subject_of(session: Session) -> Identifier:
    """By which number the subject is known for whom a session acts; `NotAllowed` for people who have none."""
    if session.acting_for:
        return Identifier("uscc", session.acting_for)
    if session.person.identifier is None:
        raise NotAllowed("read")
    return session.person.identifier


def needed(session: Session, right: str) -> None:
    """That a session has a right: whoever acts for themselves has all; else `NotAllowed` unless the mandate gives it."""
    mandate = mandate_of(session)
    if session.acting_for and (mandate is None or right not in mandate.rights):
        raise NotAllowed(right)
