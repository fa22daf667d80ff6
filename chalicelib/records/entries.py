"""What is held about a subject: records with what they say, and how they end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from chalicelib.records.kinds import Category, EndedHow, Severity
from chalicelib.records.subjects import Link, Office


@dataclass(frozen=True)
class Ended:
    """That a record counts no more: how, since which civil date, and by which case (its number; None where there was none)."""

    how: EndedHow
    on: date
    case: str | None = None


@dataclass(frozen=True)
class Record:
    """One document about one subject, as it was decided: the name stays that of the day.

    A list entry or a commitment is a record too: its title is the list's name or the matter, and it has no number.
    `people` are all names in the row, to be covered in free text. `responsible` links to the records of the people whom the
    provider states to be responsible; `parent` is the way back, and a record that has one is never public. `origin` is the id of
    the subject, merged into this one, in whose archive the record was entered. One that has `ended` is shown to its subject and to
    officers alone, in the archived part.
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
    ended: Ended | None = None
