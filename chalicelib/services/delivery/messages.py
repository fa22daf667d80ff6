"""Sends one message to one contact at once, as a code that somebody waits for. A message that fails never fails what it tells of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

from chalicelib import channels, cities, clock, settings
from chalicelib.law import telling
from chalicelib.law.reminders import REMINDERS
from chalicelib.records.identifiers import Identifier
from chalicelib.records.kinds import ChannelKind
from chalicelib.records.messages import Former, Message
from chalicelib.services.delivery import deliver
from chalicelib.services.telling import message_texts, sending
from chalicelib.services.telling.message_texts import Kind as Kind
from chalicelib.services.telling.message_texts import Language
from chalicelib.storage import outbox
from chalicelib.storage.keys import keyring

CODES: frozenset[Kind] = frozenset({"contact code", "contact code at counter", "consent code", "consent code at counter"})
"""What somebody has just asked for."""


def send(
    kind: Kind,
    about: str,
    recipient: Identifier,
    channel: channels.Kind,
    to: str,
    *,
    language: Language = "zh",
    once: bool = False,
    **words: object,
) -> bool:
    """Send a message of a kind about something (an id); whether it was handed over. With `once`, the same one never goes twice. Where
    something came back from nothing is sent but the codes that somebody waits for."""
    city, now = cities.identity(settings.city()), clock.now()
    reader = _reader(recipient)
    message_id = id_of(kind, about if once else f"{about} {now.isoformat()}", recipient, channel)
    statutory = kind in REMINDERS and REMINDERS[kind].statutory
    covers = ((kind, about),) if statutory else ()
    message = Message(message_id, reader, kind, about, clock.today(), channel, state="claimed", statutory=statutory, covers=covers)
    if not outbox.put(message, now, "claims", now.isoformat(timespec="microseconds")):
        return False
    if kind not in CODES and outbox.suppressed([(channel, to)]):
        outbox.note(message_id, "suppressed", clock.now(), detail="refused before")
        return False
    title, text = message_texts.TEXTS[kind][language]
    outgoing = channels.Outgoing(
        to=to,
        title=title,
        text=text.format(**words),
        sender=city.email_sender if channel == "email" else city.sms_signature,
        reference=message_id,
        template=f"{kind}.{language}",
        values={name: str(value) for name, value in words.items()},
    )
    handed = sending.hand_over(channel, outgoing)
    state = "failed" if handed.state == "again" else handed.state  # somebody waits for it: they ask again
    part = deliver.for_an_officer(message) if state == "uncertain" and statutory else None
    outbox.note(message_id, state, clock.now(), provider=handed.provider, provider_id=handed.provider_id, detail=handed.detail, part=part)
    return state == "sent"


def tell_former(recipient: Identifier, channel: channels.Kind, to: str, *, language: Language) -> None:
    """Tell a contact that it is its owner's no more: soon, again where nobody takes it for now, and a phone not in the night."""
    now = clock.now()
    instant = now.isoformat(timespec="microseconds")
    message_id = id_of("contact changed", f"contacts {instant}", recipient, channel)
    kind, about = "contact changed", "contacts"
    message = Message(
        message_id, _reader(recipient), kind, about, clock.today(), channel, covers=((kind, about),), former=Former(to, language)
    )
    if outbox.put(message, now, "messages", instant):
        deliver.hint([message_id])


def id_of(kind: Kind, about: str, recipient: Identifier, channel: channels.Kind) -> str:
    """The id of the message of a kind about something that goes to somebody once."""
    return outbox.message_id(_reader(recipient), kind, about, None, channel)


@dataclass(frozen=True)
class Seen:
    """A message as its reader sees it: an e-mail's sender, text and HTML; a text message behind its signature, and as how many it is
    paid; a letter as it was printed. `title` is a text message's for this page alone. `at` is an instant (UTC)."""

    at: str
    way: ChannelKind
    to: str
    sender: str
    title: str
    text: str
    html: str
    parts: int = 0


def may_have_gone(message_id: str) -> bool:
    """Whether a message went, or nobody can say that it did not."""
    return outbox.load([message_id])[message_id].state not in ("failed", "suppressed")


def kept_locally() -> list[Seen] | None:
    """The messages as their readers would see them, the latest first; None wherever messages go to people."""
    folder = settings.local_messages()
    return None if folder is None else [_seen(facts) for facts in outbox.kept_locally(folder)]


def _seen(facts: dict[str, str]) -> Seen:
    way, at, to = cast(ChannelKind, facts["way"]), facts["at"], facts["to"]
    message = Seen(at, way, to, facts["sender"], facts["title"], facts["text"], facts["html"])
    if message.way != "phone":
        return message
    text = message.sender + message.text
    return replace(message, text=text, parts=telling.parts(text))


def _reader(recipient: Identifier) -> str:
    return keyring().public_id("u_", "messages to", recipient.type, recipient.number)
