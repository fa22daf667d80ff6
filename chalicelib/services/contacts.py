"""How a subject is reached: phone and e-mail, each verified by a code before it is used, changed by whoever is signed in as it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal, cast

from chalicelib import cities, clock, settings
from chalicelib.channels import Kind
from chalicelib.law.decisions import Refused
from chalicelib.records import Contact, Contacts, Identifier, Session
from chalicelib.services import codes, messages, people_sessions
from chalicelib.storage import contacts, outbox
from chalicelib.storage.archive import Conflict
from chalicelib.storage.keys import keyring

ASK_AGAIN = timedelta(days=366)
"""After how long a contact is asked for again."""
KINDS: tuple[Kind, ...] = ("phone", "email")
_PHONE = re.compile(r"\+?[0-9][0-9 -]{6,20}")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
LONGEST_EMAIL = 200


def of_session(session: Session) -> Contacts:
    """The contacts of whom a session acts for."""
    return contacts.of(_owner(session))


def need_confirming(session: Session, today: date) -> Literal["", "old", "phone", "email"]:
    """Why whom a session acts for should look at its contacts: they are older than a year (`old`), or one sent a message back."""
    verified, refused = contacts.hints(people_sessions.subject_of(session))
    if refused:
        return cast(Literal["phone", "email"], refused)
    return "old" if verified is not None and today > verified + ASK_AGAIN else ""


def send_code(session: Session, kind: str, value: str) -> str:
    """Send a code to a contact that somebody wishes to be reached by; the contact in its one form. Nothing changes yet."""
    owner, channel, to = _owner(session), _kind(kind), checked(kind, value)
    code = codes.make(_place(owner, channel, to), _counted(owner))
    minutes = codes.LIFE.seconds // 60
    if not messages.send("contact code", "contacts", owner, channel, to, language=contacts.of(owner).language, code=code, minutes=minutes):
        raise Refused("验证码没有发出去：请核对联系方式，过一会儿再试")
    return to


def verify(session: Session, kind: str, value: str, code: str) -> None:
    """Use a contact from now on, by the code that was sent there; the one before is told, without naming anyone."""
    owner, channel, to = _owner(session), _kind(kind), checked(kind, value)
    codes.take(_place(owner, channel, to), code)
    fresh = Contact(to, clock.today())
    while True:
        before = contacts.of(owner)
        changed = replace(before, phone=fresh) if channel == "phone" else replace(before, email=fresh)
        try:
            contacts.keep(owner, changed, "contact.verified", session.person.id, clock.now())
        except Conflict:  # another page of the same subject was first: on top of what it left
            continue
        break
    outbox.unsuppress(channel, to, clock.now())
    old = before.phone if channel == "phone" else before.email
    if old and old.value != to:
        hotline = cities.identity(settings.city()).hotline
        messages.send("contact changed", "contacts", owner, channel, old.value, language=before.language, phone=hotline)


def wish(session: Session, *, notices: bool, queries: str, language: str) -> None:
    """Keep what somebody wishes to be told, how soon they wish to hear of queries (`daily` or `at once`), and in which language."""
    owner = _owner(session)
    if language not in ("zh", "en"):
        raise Refused("请选择中文或英文")
    soon: Literal["daily", "at once"] = "at once" if queries == "at once" else "daily"
    while True:
        before = contacts.of(owner)
        wished = replace(before, notices=notices, queries=soon, language=cast(Literal["zh", "en"], language))
        try:
            contacts.keep(owner, wished, "contact.wished", session.person.id, clock.now())
        except Conflict:
            continue
        return


def usable(kept: Contacts) -> tuple[Kind, str] | None:
    """Where a code or a link goes: the verified phone, else the verified e-mail address; None when there is neither."""
    if kept.phone:
        return "phone", kept.phone.value
    return ("email", kept.email.value) if kept.email else None


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


def _owner(session: Session) -> Identifier:
    if session.acting_for:
        people_sessions.needed(session, "contact")
    return people_sessions.subject_of(session)


def _kind(kind: str) -> Kind:
    if kind not in KINDS:
        raise Refused("请选择手机或电子邮箱")
    return kind


def _counted(owner: Identifier) -> str:
    return keyring().public_id("u_", "codes of", owner.type, owner.number)


def _place(owner: Identifier, channel: Kind, to: str) -> str:
    """One for each new contact and day: who mistypes today tries again tomorrow."""
    return "|".join(("contact", _counted(owner), channel, to, clock.today().isoformat()))
