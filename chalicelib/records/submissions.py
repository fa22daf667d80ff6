"""What providers send: batches with what was refused, recalls, and decisions declared but not yet sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal


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

    `via` is the id of the API key or of the person that brought it, or `command`; `office` is the provider's office that answers
    for its review (NT-39). `timely` says of what was new, by the month (`2026-11`) of the decision, how many came in time and how
    many late.
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
    timely: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Recall:
    """That a whole batch is to be taken back: proposed by one person for a reason, decided by another (keyed ids; NT-37).

    `proposed` and `decided` are instants in UTC. Of the records that the batch entered `looked_at` have been gone through: `withdrawn`
    are so now, the others had ended already or came again with a later batch. `version` rises with every step.
    """

    batch: str
    provider: str
    reason: str
    proposed: str
    proposed_by: str
    state: Literal["waiting", "refused", "running", "done"] = "waiting"
    decided: str | None = None
    decided_by: str | None = None
    looked_at: int = 0
    withdrawn: int = 0
    version: int = 1


@dataclass(frozen=True)
class Declared:
    """A decision of a provider (USCC) that it says it has made and not sent yet (KLM-3): catalogue item, number and day.

    `declared` is an instant in UTC, `by` the keyed id of who declared it; `arrived` the day on which its row came in. A declaration
    made by mistake is withdrawn for a reason.
    """

    id: str
    provider: str
    item: str
    number: str
    decided_on: date
    declared: str
    by: str
    arrived: date | None = None
    withdrawn: str | None = None
    version: int = 1


@dataclass(frozen=True)
class MonthTotal:
    """How many decisions of a catalogue item a provider says that it made in a month (`2026-11`); 0 is a zero report (NTN-2)."""

    provider: str
    month: str
    item: str
    count: int
    stated: str
    by: str
    version: int = 1
