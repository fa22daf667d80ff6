"""What a subject sets going, and what follows: complaints, cases with their steps, what is told of a change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Tell:
    """Whom a change of a record is told to: its subject and the people responsible by one kind of notice, `about` an id, with `facts`;
    everyone who received it by another kind. An empty kind is told to nobody."""

    subject: str = ""
    receivers: str = ""
    about: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Aftermath:
    """What is to follow from one change of a record, when it was done (`at`, an instant in UTC; `day`, the civil date), by whom (a
    keyed id) and by which case. `words` are those of a record that was purged, to be taken out wherever else they stand."""

    record_id: str
    subject_id: str
    act: str
    actor: str
    reason: str
    at: str
    day: date
    tell: Tell = field(default_factory=Tell)
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Complaint:
    """What a subject complains of: under which receipt, when (an instant in UTC), by whom, about which query (its id, or empty).

    `answer` is what the desk answered and `answered` when; None while it has not.
    """

    receipt: str
    made: str
    by: str
    about: str
    text: str
    answer: str | None = None
    answered: str | None = None


@dataclass(frozen=True)
class Case:
    """One run of a procedure about records of a subject, under the number by which people speak of it (`YY-20261122-7K3M9Q2X`).

    `procedure` and `state` are names of `law.procedures`; `received` is the civil date from which its periods count, `due` the last
    day for what comes next, `provisional` while a year's holidays are not announced. `waits_for` is whose queue it stands in
    (`officer`, `supervisor`, `provider:<USCC>` ...), empty when nobody's. `assigned_to` is the keyed id of who has taken it on.
    `facts` are the procedure's own, kept sealed; `version` rises with every step. `files_gone` is the day on which the files that came
    with it were deleted.
    """

    id: str
    procedure: str
    subject_id: str
    about: tuple[str, ...]
    state: str
    received: date
    due: date | None = None
    provisional: bool = False
    waits_for: str = ""
    assigned_to: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    version: int = 0
    files_gone: date | None = None

    @property
    def number(self) -> str:
        """The number by which people speak of it."""
        return self.id


@dataclass(frozen=True)
class CaseStep:
    """One step of a case: when (an instant in UTC), by whom (a keyed id) in which role, from which state to which, and why."""

    at: str
    actor: str
    role: str
    action: str
    before: str
    after: str
    reason: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
