"""Counts what publicity holds, month by month, for the overview: made anew by a schedule, so that no writer pays for it."""

from __future__ import annotations

from collections import Counter
from datetime import date

from chalicelib import clock
from chalicelib.services.publication.publicity import KINDS
from chalicelib.storage import feeds
from chalicelib.storage.feeds import Counts

MONTHS = 12
"""How many months are counted, this one included."""
AT_ONCE = 1000
"""Entries that one Query asks for."""


def refresh() -> dict[str, int]:
    """Count the entries of the last twelve months of every kind anew; counts of months and entries read.

    Entries are counted by their last day, so that readers leave out what has ended since without a new count.
    """
    today = clock.today()
    read = months = 0
    for kind in KINDS:
        wanted = set(last_months(today))
        counted = {month: _by_last_day(kind, month) for month in feeds.months_with_entries(kind) if month in wanted}
        empty: dict[str, dict[str, int]] = {month: {} for month in sorted(wanted)}
        feeds.write_counts(kind, Counts(clock.now().isoformat(timespec="seconds"), {**empty, **counted}))
        months += len(counted)
        read += sum(sum(ends.values()) for ends in counted.values())
    return {"months": months, "entries": read}


def last_months(today: date) -> list[str]:
    """This month and those before it, as YYYY-MM, latest first."""
    return [f"{(today.year * 12 + today.month - 1 - back) // 12}-{(today.month - 1 - back) % 12 + 1:02d}" for back in range(MONTHS)]


def _by_last_day(kind: str, month: str) -> dict[str, int]:
    ends: Counter[str] = Counter()
    last = "~"
    while True:
        page = feeds.read(kind, month, first="0", last=last, limit=AT_ONCE)
        ends.update(found.entry["valid_until"] or "" for found in page.entries)
        if not page.more or not page.entries:
            return dict(ends)
        last = page.entries[-1].key
