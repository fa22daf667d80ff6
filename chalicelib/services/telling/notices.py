"""Announces what somebody is to be told: with the act that it tells of, in one transaction, or by itself, once."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import clock
from chalicelib.law import reminders
from chalicelib.records.kinds import NoticeState
from chalicelib.records.messages import Message, Notice
from chalicelib.storage import notices, queues
from chalicelib.storage.archive import Changes
from chalicelib.storage.engine import Item

QUEUE = "notices"
STATED: Mapping[str, str] = {"phone": "stated_phone", "letter": "stated_address"}
"""The facts of a notice that say where its reader is reached, as a record's provider stated it; used for nothing else."""
SIZE = 700
"""About how many bytes a notice has."""
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
        hint(to)
    return first


def together(
    changes: Changes,
    kind: str,
    to: str,
    *,
    about: str,
    day: date,
    facts: Mapping[str, str] | None = None,
    data_key: bytes | None = None,
) -> None:
    """Have somebody told of an act, in what is written together with it: told if and only if it is done. `hint` afterwards makes
    it quick where it waits for nothing."""
    changes.last(f"{to}|{day}|{kind}|{about}", announcement(kind, to, about=about, day=day, facts=facts, data_key=data_key), SIZE)


def once(changes: Changes, kind: str, to: str, *, about: str, day: date, facts: Mapping[str, str]) -> None:
    """The same for what may never be told twice: whoever commits meets `Conflict` when it was announced before."""
    at_once = reminders.announced(kind, to).moment == "at once"
    changes.publish([notices.write(_notice(kind, to, about, day, facts), clock.now(), at_once=at_once)], SIZE)


def announcement(
    kind: str, to: str, *, about: str, day: date, facts: Mapping[str, str] | None = None, data_key: bytes | None = None
) -> Item:
    """The same as a write. An act of the same day that comes again, as of a record taken back and entered anew, is told again.

    `data_key` is the subject's, read from its archive where it is not given; KeyError when it has none.
    """
    row = reminders.announced(kind, to)
    notice = _notice(kind, to, about, day, facts or {})
    put = notices.write(notice, clock.now(), data_key=data_key, at_once=row.moment == "at once")["Put"]
    return {"Put": {name: value for name, value in put.items() if name != "ConditionExpression"}}


def told(kind: str, to: str, *, about: str, day: date, facts: Mapping[str, str], message: str = "") -> None:
    """Keep among somebody's notices what they have had already by a message (its id), or, without one, read on their page alone."""
    reminders.announced(kind, to)
    state: NoticeState = "told" if message else "page only"
    notice = replace(_notice(kind, to, about, day, facts), state=state, messages=(message,) if message else ())
    notices.put(notice, clock.now())


def stated(message: Message) -> str | None:
    """The phone number or address that a record's provider stated, for a notice that says nothing; None where it is gone."""
    kind, about = message.covers[0]
    found = notices.find(message.to, message.day, kind, about)
    return found.facts.get(STATED[message.channel]) if found else None


def hint(to: str) -> None:
    """Let the queue tell somebody now what waits for nothing; the job finds what is lost here."""
    try:
        queues.send(QUEUE, f"to:{to}")
    except (BotoCoreError, ClientError) as error:
        LOG.warning("a notice was not queued: %s", type(error).__name__)


def _notice(kind: str, to: str, about: str, day: date, facts: Mapping[str, str]) -> Notice:
    return Notice(to, kind, about, day, clock.now().isoformat(timespec="seconds"), dict(facts))
