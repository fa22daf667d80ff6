"""The one question that every public answer asks of every entry; apart, because a look-up needs no more law than this."""

from __future__ import annotations

from datetime import date
from typing import Protocol

MEASURES_SUSPENDED = "measures_suspended"
"""The flag of a record whose joint measures are suspended while it is verified (AK-4.5, HY-27a)."""
SUSPENDED = "use_suspended"
"""The flag of a record that is not used while an objection to it runs, where the city rules so (NT-32f)."""


class Counting(Protocol):
    """As much of a record as says whether it counts."""

    @property
    def valid_until(self) -> date | None: ...

    @property
    def ended(self) -> object | None: ...

    @property
    def flags(self) -> tuple[str, ...]: ...


def counts_on(valid_until: date | None, day: date) -> bool:
    """Whether a record whose last day is `valid_until` still counts, and may show, on `day` (NT-30)."""
    return valid_until is None or day <= valid_until


def counts(record: Counting, day: date) -> bool:
    """Whether a record counts on a day: it has not ended, neither by its last day (NT-30) nor by a procedure (NT-35, NT-36)."""
    return record.ended is None and counts_on(record.valid_until, day)


def in_use(record: Counting, day: date) -> bool:
    """Whether a record may be shown and given to others on a day: it counts, and its use is not suspended (NT-32f)."""
    return counts(record, day) and SUSPENDED not in record.flags
