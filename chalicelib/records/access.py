"""Who may ask and who asked: keys with their scopes, special needs, queries, and acts of staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from chalicelib.records.kinds import QueryBasis, QueryKind


@dataclass(frozen=True)
class Grant:
    """Catalogue items that a key may read besides its own, up to a last day, by the decision of a special need (HY-23b)."""

    need: str
    items: tuple[str, ...]
    until: date


@dataclass(frozen=True)
class ApiKey:
    """What a program with a key may do: never the key itself, which only its holder has.

    `office` is the office of its holder that answers for review (NT-39). `expires` is the last day on which it works;
    `networks` are CIDR ranges, none means from anywhere; `created` and `revoked` are instants in UTC; `last_used` is a civil
    date; `version` rises when the key is changed. `items` are the catalogue items that it may read, none means all of the
    classes that are open to it; `grants` are more of them for a while (HY-23b). `holder` is the organisation (USCC) in whose name
    it asks for consent.
    """

    id: str
    name: str
    scopes: tuple[str, ...]
    networks: tuple[str, ...]
    created: str
    expires: date | None = None
    last_used: date | None = None
    revoked: str | None = None
    version: int = 1
    office: str | None = None
    items: tuple[str, ...] = ()
    grants: tuple[Grant, ...] = ()
    holder: str | None = None


@dataclass(frozen=True)
class SpecialNeed:
    """What the holder of a key asks for beyond its catalogue items, and what was decided (HY-23b).

    `made` and `decided` are instants in UTC; `until` is the last day for which it is asked; `made_by` and `decided_by` are keyed
    ids, `body` the USCC of the body whose clerk asks: empty where the centre asks itself.
    """

    id: str
    key: str
    items: tuple[str, ...]
    purpose: str
    basis: str
    until: date
    made: str
    state: Literal["open", "granted", "refused"] = "open"
    decided: str | None = None
    decided_by: str | None = None
    reason: str | None = None
    version: int = 1
    made_by: str | None = None
    body: str = ""


@dataclass(frozen=True)
class Given:
    """A record that a query gave out: enough to know it again."""

    id: str
    catalogue: str
    title: str
    document_no: str | None


@dataclass(frozen=True)
class Query:
    """One query of information that is not open to everyone, as its subject sees it (HY-27b).

    `at` is an instant in UTC; `key` the id of the API key, `asker` and `office` its holder and the office that answers for
    review (NT-39); `basis` the word for what entitled the asker. `given` is empty when nothing was found or to be given.
    `receiver` is who received it, where that is not the key: an organisation (USCC), or whom an export went to.
    """

    id: str
    at: str
    kind: QueryKind
    key: str
    asker: str
    office: str | None
    purpose: str
    matter: str
    basis: QueryBasis
    given: tuple[Given, ...] = ()
    receiver: str = ""


@dataclass(frozen=True)
class Act:
    """One act for the trail: what was done, in whose archive, to what. Of the facts only a keyed digest is kept (NT-8c)."""

    action: str
    subject_id: str
    about: str
    facts: Any
