"""Who acts: people who signed in, for whom they act, and by what right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from chalicelib.records.identifiers import Identifier
from chalicelib.records.kinds import IssuerKind


@dataclass(frozen=True)
class Mandate:
    """That a person may act for an organisation (USCC and name), and what they may do there.

    `delegation` is the id of the delegation by which; empty where the issuer itself states it.
    """

    code: str
    name: str
    rights: tuple[str, ...]
    delegation: str = ""


@dataclass(frozen=True)
class Person:
    """Somebody as an issuer identified them. `id` names them in the trail, keyed, so that nothing can be guessed back.

    `name_differs` says that the archive knows the number under another name. `roles` are those of the staff issuer alone.
    """

    id: str
    issuer: IssuerKind
    name: str
    identifier: Identifier | None = None
    name_differs: bool = False
    mandates: tuple[Mandate, ...] = ()
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Colleague:
    """Somebody who works at the desk, by the keyed id under which cases are assigned to them."""

    id: str
    name: str


@dataclass(frozen=True)
class CounterSession:
    """A subject's archive, opened by an officer for the subject who stands at the counter (NT-22).

    `document` is what the officer looked at, in words; `until` the instant at which it closes by itself.
    """

    id: str
    subject_id: str
    identifier: Identifier
    name: str
    document: str
    reason: str
    until: datetime


@dataclass(frozen=True)
class Session:
    """A person who is signed in: since when, last seen when (instants in UTC), and for which organisation (USCC) they act;
    empty when for themselves. `key` is where the session is kept, never what opens it. `counter` is what an officer has opened.
    `leads_to` is the id of the archive that the number of whom they act for led to when the session began to act so: a hint, which may
    have become wrong."""

    key: str
    person: Person
    started: datetime
    seen: datetime
    acting_for: str = ""
    counter: CounterSession | None = None
    leads_to: str = ""


@dataclass(frozen=True)
class Delegation:
    """What a legal representative lets somebody else do for an organisation until a last day.

    `representative` is who the register named when it was given; `by` is the id of the person who gave it, `revoked` an
    instant in UTC. `on_paper` says that it was given on paper, at the counter.
    """

    id: str
    code: str
    organisation: str
    to: Identifier
    to_name: str
    rights: tuple[str, ...]
    last_day: date
    representative: str | None
    by: str
    given: str
    revoked: str | None = None
    on_paper: bool = False


@dataclass(frozen=True)
class PaperMandate:
    """A mandate on paper as it was handed in: it counts, as a delegation, once a second officer has confirmed it.

    `delegation` is what it gives; `entered_by` and `decided_by` are ids of persons, `decided` an instant in UTC; `scan` is
    where the scan of the paper is kept; `version` rises with every step.
    """

    delegation: Delegation
    entered_by: str
    entered_by_name: str
    scan: str | None = None
    state: Literal["waiting", "confirmed", "refused", "revoked"] = "waiting"
    decided: str | None = None
    decided_by: str | None = None
    reason: str | None = None
    version: int = 1
