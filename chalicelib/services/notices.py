"""Announces what somebody is to be told, once, and shows everybody what they were told. An announcement never fails the act it tells of."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import clock
from chalicelib.law import reminders
from chalicelib.records import Message, Notice
from chalicelib.storage import notices, queues
from chalicelib.storage.engine import Item

QUEUE = "notices"
STATED: Mapping[str, str] = {"phone": "stated_phone", "letter": "stated_address"}
"""The facts of a notice that say where its reader is reached, as a record's provider stated it; used for nothing else."""
LOG = logging.getLogger("mingxin")


def announce(kind: str, to: str, *, about: str, day: date, facts: Mapping[str, str] | None = None) -> bool:
    """Have somebody told on a day (or as soon as it is past); whether this is the first time it was said.

    `to` is `s:<subject id>`, `provider:<USCC>`, `body:<id>`, `officers` or `supervisors`, `about` an id. The same kind, about and day
    is put once for each, so calling again is harmless. What cannot be put is logged and never raised. ValueError for a kind that
    `law.reminders` does not have for them.
    """
    row = reminders.announced(kind, to)
    at_once = row.moment == "at once"
    try:
        first = notices.put(_notice(kind, to, about, day, facts or {}), clock.now(), at_once=at_once)
    except (BotoCoreError, ClientError, KeyError, ValueError) as error:
        LOG.error("the notice %s about %s was not announced: %s", kind, about, type(error).__name__)
        return False
    if first and at_once:
        _hint(to)
    return first


def announcement(
    kind: str, to: str, *, about: str, day: date, facts: Mapping[str, str] | None = None, data_key: bytes | None = None
) -> Item:
    """The same as a write for the transaction of the act itself: told if and only if it is done. An act of the same day that comes
    again, as of a record taken back and entered anew, is told again. `data_key` is the subject's, read where it is not given."""
    row = reminders.announced(kind, to)
    notice = _notice(kind, to, about, day, facts or {})
    put = notices.write(notice, clock.now(), data_key=data_key, at_once=row.moment == "at once")["Put"]
    return {"Put": {name: value for name, value in put.items() if name != "ConditionExpression"}}


def stated(message: Message) -> str | None:
    """The phone number or address that a record's provider stated, for a notice that says nothing; None where it is gone."""
    kind, about = message.covers[0]
    found = notices.find(message.to, message.day, kind, about)
    return found.facts.get(STATED[message.channel]) if found else None


def _notice(kind: str, to: str, about: str, day: date, facts: Mapping[str, str]) -> Notice:
    return Notice(to, kind, about, day, clock.now().isoformat(timespec="seconds"), dict(facts))


def _hint(to: str) -> None:
    try:
        queues.send(QUEUE, f"to:{to}")
    except (BotoCoreError, ClientError) as error:  # the job finds it
        LOG.warning("a notice was not queued: %s", type(error).__name__)
