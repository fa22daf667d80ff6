"""By when a provider's decision must be in, and which light its submissions earn: green, yellow or red (KLM-3, NT-5, NT-17)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from chalicelib.law.deadlines import Deadline, is_working_day, public_by
from chalicelib.law.decisions import Refused, phrase
from chalicelib.law.parameters import Rules, in_force

Colour = Literal["green", "yellow", "red"]

DECISIONS = ("licence", "penalty")
"""The catalogue items whose decisions are public within working days (KLM-3): a provider declares them by number and date."""
LISTS = ("redlist", "blacklist")
"""The catalogue items whose entries are reported by the end of a month (NT-17)."""
ITEMS = (*DECISIONS, *LISTS)

GREEN = phrase("按时报送，没有缺报，退回的行在界限以内")


def due_by(item: str, decided_on: date, rules: Rules) -> Deadline | None:
    """Last day on which a decision is in time, by its catalogue item (KLM-3, HY-25a, NT-17); None for items without a deadline."""
    if item in DECISIONS:
        return public_by(decided_on, rules)
    return reported_by(decided_on, rules) if item in LISTS else None


def reported_by(listed_on: date, rules: Rules) -> Deadline:
    """Last day to report an entry on a red or black list: the last one of the month after it arose (NT-17)."""
    rule = in_force("list_reporting", on=listed_on, rules=rules)
    if rule.value != "end_of_next_month":
        raise Refused(f"参数 list_reporting 的值 {rule.value} 不认识（{rule.source}）", "NT-17")
    return Deadline(last_of_month(last_of_month(listed_on) + timedelta(days=1)), False, rule.source, rule.defaulted)


def month_closes(month: date, rules: Rules) -> Deadline:
    """The day after which a month's decisions are missing if they are not in: the latest deadline of a decision of its last day."""
    last = last_of_month(month)
    return max((due for item in ITEMS if (due := due_by(item, last, rules))), key=lambda due: due.day)


def last_of_month(day: date) -> date:
    """The last day of a day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


@dataclass(frozen=True)
class Figures:
    """What counts of a provider's submissions in a period: decisions in time, late and missing, rows taken and refused, and the
    months in which it neither submitted nor said that there was nothing."""

    on_time: int = 0
    late: int = 0
    missing: int = 0
    taken: int = 0
    refused: int = 0
    silent_months: int = 0

    @property
    def due(self) -> int:
        """How many decisions had to be in."""
        return self.on_time + self.late + self.missing

    def share(self, count: int) -> float | None:
        """A count as percent of what had to be in; None when nothing had to."""
        return round(100 * count / self.due, 1) if self.due else None

    @property
    def wrong_share(self) -> float | None:
        """Refused rows as percent of all that came; None when nothing came."""
        came = self.taken + self.refused
        return round(100 * self.refused / came, 1) if came else None


@dataclass(frozen=True)
class Light:
    """A provider's light and why: sentences with their values. `source` names the thresholds' rule, `defaulted` says that the
    city's own document is silent on them."""

    colour: Colour
    reasons: tuple[tuple[str, Mapping[str, object]], ...]
    source: str
    defaulted: bool


def light(figures: Figures, rules: Rules, on: date) -> Light:
    """The light that figures earn by the thresholds of a day (NT-5)."""
    rule = in_force("submission_light", on=on, rules=rules)
    facts = rule.facts
    behind = figures.share(figures.late + figures.missing) or 0
    wrong = figures.wrong_share or 0
    found: list[tuple[Colour, str, Mapping[str, object]]] = [
        (
            _colour(behind, facts["yellow"], facts["red"]),
            phrase("应当报送的{due}件中，迟报{late}件，缺报{missing}件"),
            {"due": figures.due, "late": figures.late, "missing": figures.missing},
        ),
        (_colour(wrong, facts["yellow_wrong"], facts["red_wrong"]), phrase("报送的行有{share}%被退回"), {"share": wrong}),
        (
            _colour(figures.silent_months, facts["yellow_silent_months"] - 1, facts["red_silent_months"] - 1),
            phrase("有{months}个月既没有报送，也没有零报告"),
            {"months": figures.silent_months},
        ),
    ]
    reasons = tuple((text, values) for colour, text, values in found if colour != "green")
    order: tuple[Colour, ...] = ("red", "yellow", "green")
    colour = next(one for one in order if any(one == each for each, _, _ in found))
    return Light(colour, reasons or ((GREEN, {}),), rule.source, rule.defaulted)


def _colour(measured: float, yellow: float, red: float) -> Colour:
    """Above which threshold a measure lies."""
    return "red" if measured > red else "yellow" if measured > yellow else "green"


def working_days_left(until: date, today: date) -> int:
    """How many working days are left after today, up to a last day; the working days since it, below zero, once it is over."""
    first, last = sorted((until, today))
    days = sum(is_working_day(first + timedelta(days=count)) for count in range(1, (last - first).days + 1))
    return days if until >= today else -days
