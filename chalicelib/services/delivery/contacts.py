"""How a subject is reached: phone and e-mail, each verified by a code before it is used, changed by whoever is signed in as it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Literal, cast

from chalicelib import clock
from chalicelib.channels import Kind
from chalicelib.law.decisions import Refused
from chalicelib.records.identifiers import Identifier
from chalicelib.records.messages import Contact, Contacts
from chalicelib.records.people import Session
from chalicelib.services.delivery import messages
from chalicelib.services.identity import codes, people_sessions
from chalicelib.services.identity.on_behalf import Acting
from chalicelib.storage import contacts, outbox
from chalicelib.storage.archive import Conflict
from chalicelib.storage.keys import keyring

ASK_AGAIN = timedelta(days=366)
"""After how long a contact is asked for again."""
Confirming = Literal["", "old", "phone", "email"]
KINDS: tuple[Kind, ...] = ("phone", "email")
_PHONE = re.compile(r"\+?[0-9][0-9 -]{6,20}")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
LONGEST_EMAIL = 200


def of(acting: Acting) -> Contacts:
    """The contacts of a subject."""
    return contacts.of(acting.subject)


def need_confirming(session: Session, today: date) -> Confirming:
    """Why whom a session acts for should look at its contacts."""
    return why_confirm(contacts.hints(people_sessions.subject_of(session)), today)


def why_confirm(hints: contacts.Hints, today: date) -> Confirming:
    """Why contacts should be looked at: they are older than a year (`old`), or one sent a message back; empty when they need not be."""
    if hints.refused:
        return cast(Confirming, hints.refused)
    return "old" if hints.asked is not None and today > hints.asked + ASK_AGAIN else ""


def send_code(acting: Acting, kind: str, value: str) -> str:
    """Send a code to a contact that somebody wishes to be reached by; the contact in its one form. Nothing changes yet."""
    owner, channel, to = acting.subject, _kind(kind), checked(kind, value)
    code = codes.make(_place(owner, channel, to), counted(owner))
    minutes = codes.LIFE.seconds // 60
    kind_of_code: messages.Kind = "contact code at counter" if acting.beside else "contact code"
    if not messages.send(kind_of_code, "contacts", owner, channel, to, language=contacts.of(owner).language, code=code, minutes=minutes):
        raise Refused("验证码没有发出去：请核对联系方式，过一会儿再试")
    return to


def verify(acting: Acting, kind: str, value: str, code: str) -> None:
    """Use a contact from now on, by the code that was sent there; the one before is told, without naming anyone."""
    owner, channel, to = acting.subject, _kind(kind), checked(kind, value)
    codes.take(_place(owner, channel, to), code)
    contact = Contact(to, clock.today(), acting.actor if acting.beside else None)
    before = _changed(acting, lambda kept: _with(kept, channel, contact), "contact.verified", "登记联系方式")
    outbox.unsuppress(channel, to, clock.now())
    _tell_the_one_before(owner, before, channel, to)


def remove(acting: Acting, kind: str) -> None:
    """Use a contact no more, and tell it so. A lost phone receives no code, so none is needed: identity is enough."""
    channel = _kind(kind)
    before = _changed(acting, lambda kept: _with(kept, channel, None), "contact.removed", "删除联系方式")
    _tell_the_one_before(acting.subject, before, channel, None)


def wish(acting: Acting, *, notices: bool, queries: str, language: str) -> None:
    """Keep what somebody wishes to be told, how soon they wish to hear of queries (`daily` or `at once`), and in which language."""
    if language not in ("zh", "en"):
        raise Refused("请选择中文或英文")
    wished = cast(Literal["zh", "en"], language)
    soon: Literal["daily", "at once"] = "at once" if queries == "at once" else "daily"
    _changed(acting, lambda kept: replace(kept, notices=notices, queries=soon, language=wished), "contact.wished", "选择通知方式")


def reached(numbers: Iterable[Identifier]) -> tuple[Identifier, Contacts]:
    """By which of its numbers a subject is reached, and how."""
    tried = list(dict.fromkeys(numbers))
    found = [(number, contacts.of(number)) for number in tried]
    return next(((number, kept) for number, kept in found if usable(kept)), found[0])


def usable(kept: Contacts) -> tuple[Kind, str] | None:
    """Where a code or a link goes: the verified phone, else the verified e-mail address; None when there is neither."""
    if kept.phone:
        return "phone", kept.phone.value
    return ("email", kept.email.value) if kept.email else None


def entered_by(kept: Contacts) -> str | None:
    """The officer who entered the contact that a code goes to, at the counter; None where its owner did, signed in."""
    to = usable(kept)
    contact = dict(_both(kept))[to[0]] if to else None
    return contact.officer if contact else None


def checked(kind: str, value: str) -> str:
    """A phone number with its country code, or an e-mail address, in its one form; `Refused` when it cannot be one."""
    text = value.strip()
    if _kind(kind) == "phone":
        if not _PHONE.fullmatch(text):
            raise Refused("请填写手机号码，例如 13800000000；境外号码请以 + 和国家代码开头")
        digits = re.sub(r"[ -]", "", text)
        return digits if digits.startswith("+") else "+86" + digits
    if len(text) > LONGEST_EMAIL or not _EMAIL.fullmatch(text):
        raise Refused("请填写电子邮箱，例如 name@example.com")
    return text


def covered(kind: Kind, value: str) -> str:
    """A contact as a page shows it: enough for its owner to know it."""
    if kind == "phone":
        return f"{value[:3]}****{value[-4:]}"
    name, _, host = value.partition("@")
    return f"{name[:1]}***@{host}"


def _changed(acting: Acting, change: Callable[[Contacts], Contacts], action: str, what: str) -> Contacts:
    """Keep changed contacts; what they were before."""
    while True:
        before = contacts.of(acting.subject)
        try:
            contacts.keep(acting.subject, change(before), action, acting.actor, clock.now(), partial(acting.leave_trace, what=what))
        except Conflict:  # another page of the same subject was first: on top of what it left
            continue
        return before


def _both(kept: Contacts) -> tuple[tuple[Kind, Contact | None], ...]:
    return ("phone", kept.phone), ("email", kept.email)


def _with(kept: Contacts, channel: Kind, contact: Contact | None) -> Contacts:
    return replace(kept, phone=contact) if channel == "phone" else replace(kept, email=contact)


def _tell_the_one_before(owner: Identifier, before: Contacts, channel: Kind, now: str | None) -> None:
    old = dict(_both(before))[channel]
    if old and old.value != now:
        messages.tell_former(owner, channel, old.value, language=before.language)


def _kind(kind: str) -> Kind:
    if kind not in KINDS:
        raise Refused("请选择手机或电子邮箱")
    return kind


def all_covered(kept: Contacts) -> dict[Kind, str]:
    """Every contact as an officer sees it, by its kind."""
    return {kind: covered(kind, one.value) for kind, one in _both(kept) if one}


def counted(owner: Identifier) -> str:
    """Under what the codes of a subject are counted, whatever they are for."""
    return keyring().public_id("u_", "codes of", owner.type, owner.number)


def _place(owner: Identifier, channel: Kind, to: str) -> str:
    """One for each new contact and day: who mistypes today tries again tomorrow."""
    return "|".join(("contact", counted(owner), channel, to, clock.today().isoformat()))
