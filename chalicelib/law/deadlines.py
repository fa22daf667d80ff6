"""Working days and the deadlines counted in them; a deadline in a year whose schedule is not out yet is provisional."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.law.parameters import Rules, in_force

if TYPE_CHECKING:
    from holidays import HolidayBase


@dataclass(frozen=True)
class Deadline:
    """The last day to act. `provisional`: the State Council has not announced that year's holidays; it may move."""

    day: date
    provisional: bool
    source: str = ""
    defaulted: bool = False


@cache
def _calendar(year: int) -> HolidayBase:
    import holidays  # what only names a deadline, as the public face, does not pay for the calendar

    return holidays.country_holidays("CN", years=year)


def is_working_day(day: date) -> bool:
    """Monday to Friday but holidays, and the weekends that are worked to make up for them (国务院办公厅 yearly schedule)."""
    return _calendar(day.year).is_working_day(day)


@cache
def is_provisional(year: int) -> bool:
    """Whether the schedule of a year is still unknown: each announced year has at least one worked weekend."""
    return not any(day.year == year for day in _calendar(year).weekend_workdays)


def working_days_after(start: date, count: int) -> Deadline:
    """The last of `count` working days after `start`, which itself is not counted."""
    day, left, provisional = start, count, False
    while left > 0:
        day += timedelta(days=1)
        provisional = provisional or is_provisional(day.year)
        left -= is_working_day(day)
    return Deadline(day, provisional)


def rolled_to_working_day(last_day: date) -> Deadline:
    """A subject's own last day to act: when it is no working day, the next one (民法典 Art. 203)."""
    day = last_day
    while not is_working_day(day):
        day += timedelta(days=1)
    return Deadline(day, is_provisional(last_day.year) or is_provisional(day.year))


def public_by(decided_on: date, rules: Rules) -> Deadline:
    """Last day to make a licence or penalty public, counted from its decision (KLM-3, HY-25a)."""
    rule = in_force("publicity_deadline", on=decided_on, rules=rules)
    deadline = working_days_after(decided_on, int(rule.value))
    return Deadline(deadline.day, deadline.provisional, rule.source, rule.defaulted)
