"""A legal representative lets others act for the organisation: named rights, to a last day, revocable at once (NT-22)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from chalicelib import clock
from chalicelib.law import rights as law
from chalicelib.law.decisions import Refused
from chalicelib.law.identifiers import check_person_number
from chalicelib.law.masking import mask_number
from chalicelib.records.identifiers import Identifier
from chalicelib.records.people import Delegation, Session
from chalicelib.services.identity import people_sessions
from chalicelib.storage import delegations
from chalicelib.storage.archive import Conflict

State = Literal["in force", "suspended", "ended", "revoked"]
LONGEST_NAME = 50


class Unknown(Exception):
    """There is no such delegation here."""


@dataclass(frozen=True)
class Given:
    """A delegation as the organisation sees it: its number is covered."""

    id: str
    to_name: str
    to_number: str
    rights: tuple[str, ...]
    last_day: date
    state: State
    on_paper: bool


def of_session(session: Session) -> list[Given]:
    """The delegations of the organisation for which a session acts, newest first."""
    _needs_right(session)
    giver = delegations.organisation(session.acting_for)
    if giver is None:
        return []
    representative = giver.subject.profile.legal_representative
    found = sorted(delegations.given_by(giver), key=lambda one: one.given, reverse=True)
    return [_given(one, representative) for one in found]


def give(session: Session, form: Mapping[str, str], rights: Iterable[str]) -> Delegation:
    """Delegate rights to a person by name and number; `Refused` with what is wrong."""
    _needs_right(session)
    mandate = people_sessions.mandate_of(session)
    giver = delegations.organisation(session.acting_for)
    if mandate is None or giver is None:
        raise Refused("档案里没有这个单位的登记信息，不能在网上委托：请到信用信息服务窗口办理")
    name, to, last_day = receiver(form)
    if to == session.person.identifier:
        raise Refused("不用委托给自己：您本来就可以办理")
    chosen = law.delegable(mandate, rights, last_day, clock.today())
    now = clock.now()
    delegation = Delegation(
        id="d_" + secrets.token_hex(10),
        code=session.acting_for,
        organisation=giver.subject.profile.name,
        to=to,
        to_name=name,
        rights=chosen,
        last_day=last_day,
        representative=giver.subject.profile.legal_representative,
        by=session.person.id,
        given=now.isoformat(timespec="seconds"),
    )
    delegations.give(delegation, giver, session.person.id, now)
    return delegation


def receiver(form: Mapping[str, str]) -> tuple[str, Identifier, date]:
    """To whom a form gives, by name and number, and its last day; `Refused` with what is wrong."""
    name = form.get("name", "")
    if not 2 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise Refused("请填写受托人的姓名（2至{most}个字）", most=LONGEST_NAME)
    to = check_person_number(form.get("id_type", ""), form.get("id_number", ""))
    try:
        return name, to, date.fromisoformat(form.get("last_day", ""))
    except ValueError as error:
        raise Refused("请填写委托的最后一天，例如 2026-12-31") from error


def revoke(session: Session, delegation_id: str) -> None:
    """End a delegation of the organisation for which a session acts; `Unknown` when it is none of it. Once is enough."""
    _needs_right(session)
    giver = delegations.organisation(session.acting_for)
    while True:
        found = next((one for one in delegations.given_by(giver) if one.id == delegation_id), None) if giver else None
        if giver is None or found is None:
            raise Unknown
        if found.revoked:
            return
        try:
            delegations.revoke(found, giver, session.person.id, clock.now())
        except Conflict:  # somebody revokes it at this moment: look again
            continue


def _needs_right(session: Session) -> None:
    if not session.acting_for:  # for oneself there is nothing to delegate
        raise people_sessions.NotAllowed("delegate")
    people_sessions.needed(session, "delegate")


def _given(one: Delegation, representative: str | None) -> Given:
    now = state(one, representative, clock.today())
    return Given(one.id, one.to_name, mask_number(one.to.number), one.rights, one.last_day, now, one.on_paper)


def state(delegation: Delegation, representative: str | None, today: date) -> State:
    """How a delegation stands on a day, with the legal representative that the register names."""
    if delegation.revoked:
        return "revoked"
    if today > delegation.last_day:
        return "ended"
    return "suspended" if law.suspended(delegation, representative) else "in force"
