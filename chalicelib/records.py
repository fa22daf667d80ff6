"""The few facts that everything passes on: subjects, records and what comes in about them. No behaviour, no storage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

SubjectKind = Literal["organisation", "individual_business", "government_body", "natural_person"]
Status = Literal["active", "revoked", "cancelled", "moved_out", "merged"]
Category = Literal["basic", "positive", "negative", "other"]
Severity = Literal["minor", "general", "severe"]


@dataclass(frozen=True)
class Identifier:
    """One number by which a register knows a subject: type and number belong together."""

    type: str
    number: str


@dataclass(frozen=True)
class Office:
    """A body that provides, decides or recognises: its code (USCC) and name."""

    code: str
    name: str


@dataclass(frozen=True)
class Profile:
    """What the registers say of a subject: the facts of one version."""

    name: str
    kind: SubjectKind
    status: Status = "active"
    legal_representative: str | None = None
    successor: str | None = None
    registration: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """One subject under its random id. `codes` are its USCCs, the current one first; people have none.

    `version` rises with every change of what is public; `published` is the version that publication shows.
    `profiles_kept` counts the earlier versions of the profile. `merged_into` is the id of the subject that has taken this one's
    place, `absorbed` are the ids of those whose place this one has taken.
    """

    id: str
    profile: Profile
    codes: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    version: int = 0
    published: int = 0
    profiles_kept: int = 0
    merged_into: str | None = None
    absorbed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Link:
    """From a record of an organisation to that in the archive of a person responsible for it, or back (NT-29).

    `role` is the person's office as the provider states it; the way back has none.
    """

    subject_id: str
    record_id: str
    role: str = ""


@dataclass(frozen=True)
class Record:
    """One document about one subject, as it was decided: the name stays that of the day.

    A list entry or a commitment is a record too: its title is the list's name or the matter, and it has no number.
    `people` are all names in the row, to be covered in free text. `responsible` links to the records of the people whom the
    provider states to be responsible; `parent` is the way back, and a record that has one is never public. `origin` is the id of
    the subject, merged into this one, in whose archive the record was entered.
    """

    id: str
    subject_id: str
    catalogue: str
    category: Category
    title: str
    document_no: str | None
    provider: Office
    determined_on: date
    entered_on: date
    valid_until: date | None
    end_source: str
    end_defaulted: bool
    severity: Severity | None
    subject_name: str
    content: Mapping[str, Any]
    people: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    batch: str = ""
    facts_digest: str = ""
    changing_digest: str = ""
    revision: int = 1
    responsible: tuple[Link, ...] = ()
    parent: Link | None = None
    origin: str | None = None


@dataclass(frozen=True)
class Refusal:
    """Why a row was not taken: its line in the file (the header is line 1), the column, and what to do."""

    line: int
    column: str
    reason: str
    row: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What became of a submission. `covered` are the lines taken of which publication covers something in free text,
    `endless` those that are kept and not shown until their provider tells the end."""

    batch: str
    accepted: int = 0
    duplicate: int = 0
    refused: tuple[Refusal, ...] = ()
    covered: tuple[int, ...] = ()
    endless: tuple[int, ...] = ()


@dataclass(frozen=True)
class Batch:
    """One submission: what kind, by which provider (USCC), when (instants in UTC), and how many rows became what.

    `via` is the id of the API key that brought it, or `command`; `office` is the provider's office that answers for its
    review (NT-39).
    """

    id: str
    kind: str
    provider: str
    started: str
    ended: str | None = None
    accepted: int = 0
    duplicate: int = 0
    refused: int = 0
    via: str = "command"
    office: str | None = None


@dataclass(frozen=True)
class ApiKey:
    """What a program with a key may do: never the key itself, which only its holder has.

    `office` is the office of its holder that answers for review (NT-39). `expires` is the last day on which it works;
    `networks` are CIDR ranges, none means from anywhere; `created` and `revoked` are instants in UTC; `last_used` is a civil
    date; `version` rises when the key is changed.
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


@dataclass(frozen=True)
class Act:
    """One act for the trail: what was done, in whose archive, to what. Of the facts only a keyed digest is kept (NT-8c)."""

    action: str
    subject_id: str
    about: str
    facts: Any


@dataclass(frozen=True)
class Report:
    """One report that was asked for: on whom, by whom, for what; instants in UTC.

    `state` says whether its PDF is made yet. `recipient` is whom it is only for, None the subject itself. `file` is where the
    signed PDF is kept and `digest` its SHA-256, both None until it is made.
    """

    number: str
    subject_id: str
    state: Literal["asked", "ready"]
    asked_at: str
    asked_by: str
    purpose: str
    recipient: str | None = None
    file: str | None = None
    digest: str | None = None
