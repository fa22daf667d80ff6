"""Whom we reach and what we tell: contacts, notices and the messages that carry them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from chalicelib.records.kinds import ChannelKind, MessageState, NoticeState


@dataclass(frozen=True)
class Contact:
    """A phone number or an e-mail address that its owner has verified by a code; `verified` is the civil date of that, `officer` the id
    of the officer who entered it at the counter, None where its owner did, signed in."""

    value: str
    verified: date
    officer: str | None = None


@dataclass(frozen=True)
class Contacts:
    """How a subject is reached: only what it verified itself. `notices` says whether it wishes more than it must be sent,
    `queries` how soon it wishes to hear who looked at its information, `language` in which language; `version` is 0 while nothing is
    kept."""

    phone: Contact | None = None
    email: Contact | None = None
    notices: bool = True
    queries: Literal["daily", "at once"] = "daily"
    language: Literal["zh", "en"] = "zh"
    version: int = 0


@dataclass(frozen=True)
class Notice:
    """Something that somebody is to be told: which kind, about what (an id), for which day, and the few facts to say.

    `to` is `s:<subject id>`, `provider:<USCC>`, `body:<id>`, `officers` or `supervisors`; `at` is the instant of the announcement
    (UTC), `messages` are the ids of those by which it went out; `damaged` says that its facts cannot be opened.
    """

    to: str
    kind: str
    about: str
    day: date
    at: str
    facts: Mapping[str, str] = field(default_factory=dict)
    state: NoticeState = "due"
    messages: tuple[str, ...] = ()
    damaged: bool = False


@dataclass(frozen=True)
class Former:
    """A contact by which nobody is reached any more and that is told so, and in which language."""

    value: str
    language: Literal["zh", "en"]


@dataclass(frozen=True)
class Message:
    """What goes to somebody by one channel: one notice, or several of a day together.

    `to` is as in `Notice`; codes and links that carry no notice have a keyed id there. `covers` are the kinds and abouts of the
    notices in it. `times` are the instants (UTC) of its states; `provider_id` is what the channel `provider` calls it, `detail` a
    word on why it did not go. `stated` says that its address comes from a record's provider, so that it may say nothing else; `former`
    is the address where nothing else keeps it any more, until it is told.
    """

    id: str
    to: str
    kind: str
    about: str
    day: date
    channel: ChannelKind
    state: MessageState = "due"
    statutory: bool = False
    covers: tuple[tuple[str, str], ...] = ()
    times: Mapping[str, str] = field(default_factory=dict)
    attempt: int = 0
    provider: str | None = None
    provider_id: str | None = None
    detail: str | None = None
    stated: bool = False
    former: Former | None = None
