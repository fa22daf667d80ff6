"""What anyone tells of an organisation: the tip, who made it, and who looked at that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Tip:
    """What somebody told of an organisation's serious breach, under a number (`JB-20261122-7K3M9Q2X`), and what became of it (KLM-15).

    `state` is one of `law.tips.PROCEDURE`. `received` is the civil date from which its period counts, `due` the last day for the
    answer. `organisation` is the name as it was told, `code` its USCC or empty; `matter` a word of `law.tips.MATTERS`. `secret` is a
    keyed digest of what opens the answer, `named` whether the reporter said who they are: that is kept apart. `handler` is the keyed
    id of who works on it, `body` (USCC) to whom it was passed on, in the words `passed_on`. `closed` is the civil date of its end.
    """

    number: str
    state: str
    received: date
    due: date
    organisation: str
    code: str
    matter: str
    text: str
    secret: str
    named: bool
    handler: str = ""
    handler_name: str = ""
    body: str = ""
    passed_on: str = ""
    reply: str = ""
    answer: str = ""
    closed: date | None = None
    version: int = 0


@dataclass(frozen=True)
class Reporter:
    """Who made a tip: a name and how they are reached, as far as they said."""

    name: str
    contact: str


@dataclass(frozen=True)
class Opening:
    """That a handler looked at who made a tip: when (an instant in UTC), by which handler, and why."""

    at: str
    handler: str
    reason: str
