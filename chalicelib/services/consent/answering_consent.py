"""Answering requests for consent: agreed to by a code, in whole or in part, refused, given unasked, and taken back at once (NT-22)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import partial

from chalicelib import clock
from chalicelib.law import consent as law
from chalicelib.law.decisions import Refused
from chalicelib.law.names import same_name
from chalicelib.records.identifiers import Identifier
from chalicelib.records.messages import Contacts
from chalicelib.records.reports import Consent
from chalicelib.services.consent.consents import (
    Listed,
    Page,
    Unknown,
    checked_purpose,
    checked_terms,
    commit,
    committed,
    holder,
    listed,
    named_office,
    names_of,
    new_number,
    page,
    take_turn,
)
from chalicelib.services.delivery import contacts as reaching
from chalicelib.services.delivery import messages
from chalicelib.services.identity import codes
from chalicelib.services.identity.on_behalf import Acting
from chalicelib.storage import consents
from chalicelib.storage.archive import Conflict

MOST_GIVEN_A_DAY = 20
"""How often a subject may give unasked in a day: each stands in somebody's list."""


def give(acting: Acting, asker_code: str, asker_name: str, *, purpose: str, items: Iterable[str], uses: int, last_day: date) -> Consent:
    """Write down a consent that its subject gives unasked; it counts once the subject has agreed to it by a code like to any other."""
    subject, now = acting.subject, clock.now()
    asker = named_office(asker_code, asker_name)
    if subject == Identifier("uscc", asker.code):
        raise Refused("不用授权给自己：可以直接申请自己的报告")
    consent = Consent(
        id=new_number(),
        way="in advance",
        subject=subject,
        subject_name=acting.name,
        asker=asker,
        purpose=checked_purpose(purpose),
        items=checked_terms(items, uses, last_day, subject),
        uses=uses,
        last_day=last_day,
        asked=now.isoformat(timespec="microseconds"),
        asked_by=acting.actor,
        answer_until=clock.today() + timedelta(days=law.DAYS_TO_ANSWER),
    )
    take_turn(f"given {subject.type} {subject.number}", MOST_GIVEN_A_DAY)
    consents.add(consent, acting.actor, now, "consent.offered")
    return consent


def about(acting: Acting, cursor: str | None = None) -> Page:
    """The consents and requests about a subject, the latest first, 50 a page."""
    numbers, names = _own(acting)
    return page(partial(consents.of_subject, numbers), partial(_is_theirs, numbers=numbers, names=names), cursor)


def find(acting: Acting, number: str) -> Listed:
    """One of them by its request number, as typed; `Unknown` when it is none of theirs, or none at all."""
    found = consents.load(number.strip().upper())
    if found is None or not _is_theirs(found, *_own(acting)):
        raise Unknown
    return listed(found)


def reachable(acting: Acting) -> str | None:
    """Where a code would go, covered; None while the subject has verified no contact."""
    to = reaching.usable(reaching.reached(_own(acting)[0])[1])
    return reaching.covered(*to) if to else None


def code_waits(consent: Consent) -> bool:
    """Whether a code for a consent was sent and can still be typed in."""
    return codes.waiting(_place(consent))


def send_code(acting: Acting, number: str) -> None:
    """Send a code to the contact that the subject verified itself, because the subject presses the button now (NT-22)."""
    consent = find(acting, number).consent
    _refuse_by_code(consent)
    owner, kept = _reached(acting)
    to = reaching.usable(kept)
    if to is None:
        raise Refused("还没有经过验证的联系方式：请先登记手机或电子邮箱", "NT-22")
    code = codes.make(_place(consent), reaching.counted(owner))
    minutes = codes.LIFE.seconds // 60
    kind: messages.Kind = "consent code at counter" if acting.beside else "consent code"
    if not messages.send(kind, consent.id, owner, *to, language=kept.language, code=code, minutes=minutes):
        raise Refused("验证码没有发出去：请过一会儿再试")


def agree(acting: Acting, number: str, *, items: Sequence[str], uses: int, last_day: date, code: str) -> Consent:
    """Agree to a request, or to less of it, with the code that was sent; `Refused` with what is wrong."""
    consent = find(acting, number).consent
    _refuse_by_code(consent)
    by, at = acting.actor, clock.now().isoformat(timespec="seconds")
    after = law.agreed(consent, items, uses, last_day, by=by, at=at, today=clock.today())
    _reached(acting)
    codes.take(_place(consent), code)
    return commit(after, "consent.agreed", by, partial(acting.leave_trace, what="同意别人查询"))


def refuse(acting: Acting, number: str) -> Consent:
    """Turn a request down."""
    by, at = acting.actor, clock.now().isoformat(timespec="seconds")
    after = law.refused(find(acting, number).consent, by=by, at=at, today=clock.today())
    return commit(after, "consent.refused", by, partial(acting.leave_trace, what="不同意别人查询"))


def revoke(acting: Acting, number: str) -> Consent:
    """Take a consent back: from this moment nothing is given by it."""
    while True:
        after = law.revoked(find(acting, number).consent, at=clock.now().isoformat(timespec="seconds"))
        try:
            return committed(after, "consent.revoked", acting.actor, partial(acting.leave_trace, what="撤销授权"))
        except Conflict:  # it is being used at this moment: it is revoked all the same, after that use
            continue


def _own(acting: Acting) -> tuple[tuple[Identifier, ...], tuple[str, ...]]:
    """Every number of a subject, and every name."""
    loaded = holder(acting.subject)
    names = (acting.name, *(names_of(loaded) if loaded else ()))
    return tuple(dict.fromkeys((acting.subject, *(loaded.subject.identifiers if loaded else ())))), names


def _reached(acting: Acting) -> tuple[Identifier, Contacts]:
    """By which number a subject is reached, and how; `Refused` where the officer who helps entered that contact: the code would prove
    nothing but that the officer has the phone."""
    owner, kept = reaching.reached(_own(acting)[0])
    if acting.beside and reaching.entered_by(kept) == acting.actor:
        raise Refused("这个联系方式是您在窗口登记的：请另一名工作人员当面办理同意，或者由本人登录办理、提交书面授权", "NT-22")
    return owner, kept


def _is_theirs(consent: Consent, numbers: Sequence[Identifier], names: Sequence[str]) -> bool:
    """A person's name must be right too: a request under another name is for nobody."""
    if consent.subject not in numbers:
        return False
    named = consent.subject_name
    return consent.subject.type == "uscc" or named is None or any(same_name(named, name) for name in names)


def _refuse_by_code(consent: Consent) -> None:
    law.refuse_unanswerable(consent, clock.today())
    if consent.way == "written":
        raise Refused("这是在窗口书面提交的授权，正在由工作人员核对：不用再填写验证码")


def _place(consent: Consent) -> str:
    return f"consent|{consent.id}"
