"""Case reports to the credit authority: which period is due to be reported on a day, by the city's rule (AK-5, NT-28b)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from chalicelib.law.decisions import Refused
from chalicelib.law.parameters import Rules, in_force
from chalicelib.law.timeliness import last_of_month

_PERIOD = re.compile(r"(\d{4})-(?:Q([1-4])|(0[1-9]|1[0-2]))")


@dataclass(frozen=True)
class Period:
    """A month (`2026-10`) or a quarter (`2026-Q3`) with its first and last day."""

    name: str
    first: date
    last: date


@dataclass(frozen=True)
class Rule:
    """How often cases are reported, with its source: `monthly`, `quarterly`, or `none`."""

    how_often: str
    source: str
    defaulted: bool


def rule_on(day: date, rules: Rules) -> Rule:
    """The rule in force on a day."""
    found = in_force("case_reports", on=day, rules=rules)
    return Rule(str(found.value), found.source, found.defaulted)


def due_on(day: date, rules: Rules) -> Period | None:
    """The latest period that is over on a day and is to be reported; None where the city asks for no reports."""
    how_often = rule_on(day, rules).how_often
    if how_often == "monthly":
        last = day.replace(day=1) - timedelta(days=1)
        return period(f"{last:%Y-%m}")
    if how_often == "quarterly":
        last = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1) - timedelta(days=1)
        return period(f"{last.year}-Q{last.month // 3}")
    return None


def period(name: str) -> Period:
    """A period by its name; `Refused` for what is none."""
    found = _PERIOD.fullmatch(name)
    if not found:
        raise Refused("没有这个报送期", "NT-28b")
    if found[2]:
        first = date(int(found[1]), int(found[2]) * 3 - 2, 1)
        return Period(name, first, last_of_month(first.replace(month=first.month + 2)))
    first = date(int(found[1]), int(found[3]), 1)
    return Period(name, first, last_of_month(first))
