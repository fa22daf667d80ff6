"""Who is known: bodies, people and organisations, the links between them, what is announced of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from chalicelib.records.identifiers import Identifier
from chalicelib.records.kinds import AnnouncementKind, Category, Status, SubjectKind


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
class Announcement:
    """What is announced of a subject beside its records, from a civil day through a last one, in a kind of publicity.

    `id` is what people name it by, `case` the case that it belongs to, `record` the id of the record that it is about and `catalogue`
    that record's item. `source` is the rule that sets the last day, `defaulted` whether that is the default layer's. `people` are the
    names to be covered. `revision` is the version of the record that it tells of, where it is told only as long as the record is so.
    """

    id: str
    kind: AnnouncementKind
    record: str
    catalogue: str
    category: Category
    title: str
    document_no: str | None
    provider: Office
    on: date
    until: date
    source: str
    defaulted: bool
    content: Mapping[str, Any]
    people: tuple[str, ...] = ()
    case: str = ""
    revision: int = 0


@dataclass(frozen=True)
class Subject:
    """One subject under its random id. `codes` are its USCCs, the current one first; people have none.

    `version` rises with every change of what is public; `published` is the version that publication shows.
    `profiles_kept` counts the earlier versions of the profile. `merged_into` is the id of the subject that has taken this one's
    place, `absorbed` are the ids of those whose place this one has taken. `announced` is what is announced of it besides its records.
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
    announced: tuple[Announcement, ...] = ()


@dataclass(frozen=True)
class Link:
    """From a record of an organisation to that in the archive of a person responsible for it, or back (NT-29).

    `role` is the person's office as the provider states it; the way back has none.
    """

    subject_id: str
    record_id: str
    role: str = ""
