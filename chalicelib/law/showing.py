"""The one question that every public answer asks of every entry; apart, because a look-up needs no more law than this."""

from __future__ import annotations

from datetime import date


def counts_on(valid_until: date | None, day: date) -> bool:
    """Whether a record whose last day is `valid_until` still counts, and may show, on `day` (NT-30)."""
    return valid_until is None or day <= valid_until
