"""What schedules do: each job calls one service and gives back its counts. The day is the clock's."""

from __future__ import annotations

from chalicelib.services import counts
from chalicelib.services import publish as publishing


def publish() -> dict[str, int]:
    """Bring publication up for the subjects that an interrupted submission left behind: counts of due, done and failed."""
    return publishing.pending()


def count() -> dict[str, int]:
    """Count anew what publicity holds, for its overview: counts of months and entries."""
    return counts.refresh()
