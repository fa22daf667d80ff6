"""Mandates on paper (委托书): one officer enters them, another confirms them; from then on they count as a delegation (NT-22)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal

from chalicelib import cities, clock, settings
from chalicelib.law import rights as law
from chalicelib.law import two_persons
from chalicelib.law.decisions import Refused
from chalicelib.law.desk import checked_reason
from chalicelib.law.identifiers import check_uscc
from chalicelib.law.masking import mask_number
from chalicelib.law.parameters import Rules
from chalicelib.records.people import Delegation, Mandate, PaperMandate, Session
from chalicelib.services.common import scans
from chalicelib.services.common.scans import checked_scan
from chalicelib.services.identity import delegations as online
from chalicelib.storage import delegations, files
from chalicelib.storage import paper_mandates as kept
from chalicelib.storage.archive import Conflict, Loaded

FOLDER = "mandates/"
Decided = Literal["confirmed", "refused", "revoked"]


class Unknown(Exception):
    """There is no such mandate at the desk."""


@dataclass(frozen=True)
class Shown:
    """A mandate as the desk sees it: `state` of one that counts is that of its delegation; `mine` says that I entered it."""

    mandate: PaperMandate
    number: str
    state: str
    mine: bool


def enter(session: Session, form: Mapping[str, str], rights: Iterable[str], scan: bytes | None) -> PaperMandate:
    """Take in a mandate on paper; `Refused` with what is wrong. It counts for nothing until another officer has confirmed it."""
    code = check_uscc(form.get("code", "")).number
    giver = delegations.organisation(code)
    if giver is None:
        raise Refused("档案里没有这个单位：请核对统一社会信用代码")
    name, to, last_day = online.receiver(form)
    profile = giver.subject.profile
    chosen = law.delegable(Mandate(code, profile.name, tuple(law.RIGHTS)), rights, last_day, clock.today())
    now = clock.now()
    delegation = Delegation(
        id="d_" + secrets.token_hex(10),
        code=code,
        organisation=profile.name,
        to=to,
        to_name=name,
        rights=chosen,
        last_day=last_day,
        representative=profile.legal_representative,
        by=session.person.id,
        given=now.isoformat(timespec="seconds"),
        on_paper=True,
    )
    place = scans.keep(FOLDER, giver.subject.id, scan, checked_scan(scan)[0]) if scan else None
    mandate = PaperMandate(delegation, session.person.id, session.person.name, place)
    kept.enter(mandate, giver, now, _rules())
    return mandate


def listing(session: Session) -> list[Shown]:
    """Those that wait for a second officer, then those that have not come to their last day, the latest first."""
    found = [_shown(mandate, giver, session) for mandate, giver in kept.all_mandates()]
    current = [one for one in found if one.mandate.delegation.last_day >= clock.today()]
    latest = sorted(current, key=lambda one: one.mandate.delegation.given, reverse=True)
    return sorted(latest, key=lambda one: one.state != "waiting")


def confirm(session: Session, mandate_id: str) -> None:
    """Confirm by the original; `Refused` to who entered it, and when it does not wait any more."""
    mandate, giver = _waiting(session, mandate_id)
    if clock.today() > mandate.delegation.last_day:
        raise Refused("委托的最后一天已经过去：不能再确认")
    with _once():
        kept.confirm(_decided(mandate, session, "confirmed"), giver, session.person.id, clock.now(), _rules())


def refuse(session: Session, mandate_id: str, reason: str) -> None:
    """Do not confirm, for a reason; `Refused` to who entered it, and when it does not wait any more."""
    mandate, giver = _waiting(session, mandate_id)
    with _once():
        kept.refuse(_decided(mandate, session, "refused", checked_reason(reason)), giver, session.person.id, clock.now(), _rules())


def revoke(session: Session, mandate_id: str, reason: str) -> None:
    """End one that counts, for a reason; one officer is enough. `Refused` when it does not count."""
    mandate, giver = _known(mandate_id)
    if _state(mandate, giver) not in ("in force", "suspended"):
        raise Refused("这份委托书现在不在有效状态：请刷新列表")
    with _once():
        kept.revoke(_decided(mandate, session, "revoked", checked_reason(reason)), giver, session.person.id, clock.now(), _rules())


def scan_link(mandate_id: str) -> str | None:
    """A new link to the scan that works for five minutes; None where there is no scan."""
    mandate, _ = _known(mandate_id)
    return files.link_here(mandate.scan, f"{mandate_id}.{mandate.scan.rpartition('.')[2]}", clock.now()) if mandate.scan else None


def _rules() -> Rules:
    return cities.load(settings.city()).rules


@contextmanager
def _once() -> Iterator[None]:
    try:
        yield
    except Conflict as error:
        raise Refused("这份委托书已经有人决定：请刷新列表") from error


def _known(mandate_id: str) -> tuple[PaperMandate, Loaded]:
    found = kept.load(mandate_id)
    if found is None:
        raise Unknown
    return found


def _waiting(session: Session, mandate_id: str) -> tuple[PaperMandate, Loaded]:
    mandate, giver = _known(mandate_id)
    if mandate.state != "waiting":
        raise Refused("这份委托书已经有人决定：请刷新列表")
    two_persons.refuse_own(mandate.entered_by, session.person.id)
    return mandate, giver


def _decided(mandate: PaperMandate, session: Session, state: Decided, reason: str | None = None) -> PaperMandate:
    at = clock.now().isoformat(timespec="seconds")
    return replace(mandate, state=state, decided=at, decided_by=session.person.id, reason=reason, version=mandate.version + 1)


def _shown(mandate: PaperMandate, giver: Loaded, session: Session) -> Shown:
    number = mask_number(mandate.delegation.to.number)
    return Shown(mandate, number, _state(mandate, giver), mandate.entered_by == session.person.id)


def _state(mandate: PaperMandate, giver: Loaded) -> str:
    """The state of the paper, or of the delegation that it has become: the organisation may have ended that itself."""
    if mandate.state != "confirmed":
        return mandate.state
    given = next(one for one in delegations.given_by(giver) if one.id == mandate.delegation.id)
    return online.state(given, giver.subject.profile.legal_representative, clock.today())
