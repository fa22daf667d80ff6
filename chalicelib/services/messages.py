"""Sends one message to one contact, with its record in the outbox. A message that fails never fails what it tells of."""

from __future__ import annotations

import logging
import secrets

from chalicelib import channels, cities, clock, settings
from chalicelib.channels import Kind, Unsent
from chalicelib.records import Identifier
from chalicelib.services import message_texts
from chalicelib.services.message_texts import Language
from chalicelib.storage import outbox
from chalicelib.storage.keys import keyring

LOG = logging.getLogger("mingxin")


def send(
    kind: message_texts.Kind,
    about: str,
    recipient: Identifier,
    channel: Kind,
    to: str,
    *,
    language: Language = "zh",
    once: bool = False,
    **words: object,
) -> bool:
    """Send a message of a kind about something (an id); whether it was handed over. With `once`, the same one never goes twice."""
    city = cities.identity(settings.city())
    reader = keyring().public_id("u_", "messages to", recipient.type, recipient.number)
    message_id = keyring().public_id("m_", kind, about, reader, channel) if once else "m_" + secrets.token_hex(12)
    if not outbox.claim(message_id, kind=kind, about=about, recipient=reader, channel=channel, at=clock.now()):
        return False
    title, text = message_texts.TEXTS[kind][language]
    said = text.format(**words)
    sender = city.email_sender if channel == "email" else city.sms_signature
    try:
        channels.channel(channel).send(to, title, said, sender)
    except Unsent as error:
        LOG.warning("message %s of kind %s was not sent: %s", message_id, kind, error)
        outbox.note(message_id, "failed")
        return False
    outbox.note(message_id, "sent")
    outbox.keep_locally({"at": clock.now().isoformat(timespec="seconds"), "channel": channel, "to": to, "title": title, "text": said})
    return True


def kept_locally() -> list[dict[str, str]] | None:
    """The messages as their readers would see them, the latest first; None wherever messages go to people."""
    folder = settings.local_messages()
    return None if folder is None else outbox.kept_locally(folder)
