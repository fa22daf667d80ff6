"""How Hypothesis runs the law's properties: without a time limit for a busy machine, the same examples each time, no files; and the
calendar of the autumn of 2026."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import settings

from chalicelib.law import deadlines
from chalicelib.law.deadlines import is_provisional

settings.register_profile("law", deadline=None, database=None, derandomize=True)
settings.load_profile("law")


class NotAnnounced:
    """A year as it is known before its schedule is out: weekends and New Year's Day, no weekend that is worked."""

    weekend_workdays: frozenset[date] = frozenset()

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < 5 and (day.month, day.day) != (1, 1)


@pytest.fixture
def autumn_of_2026(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The calendar as it stood before the schedule of 2027 was out, whatever the installed calendar knows by now."""
    known = deadlines._calendar
    monkeypatch.setattr(deadlines, "_calendar", lambda year: known(year) if year <= 2026 else NotAnnounced())
    is_provisional.cache_clear()
    yield
    is_provisional.cache_clear()
