"""What is done when a tip was kept long enough: first who made it is deleted, later the tip itself (KLM-15, NT-8c)."""

from __future__ import annotations

from datetime import date, timedelta

from chalicelib import cities, clock, settings
from chalicelib.law import tips as law
from chalicelib.storage import tips
from chalicelib.storage.due import Due

HEAD = tips.HEAD
"""The place of a tip among what is due."""


def forget(item: Due, day: date) -> None:
    """Delete what is kept no longer of a closed tip on a day; `Conflict` when somebody else does at this moment."""
    tip = tips.of_owner(item.subject_id)
    kept_until = law.tip_kept_until(tip.closed, cities.load(settings.city()).rules) if tip and tip.closed else date.min
    if tip is None or day > kept_until:
        tips.erase(item.subject_id, tip.number if tip else "-", clock.now())
    else:
        tips.erase_reporter(tip, kept_until + timedelta(days=1), clock.now())
