"""How long an objection takes at most, as the city rules it, for whoever thinks of making one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from chalicelib import cities, settings
from chalicelib.law.parameters import in_force

Step = Literal["objection_verification", "objection_decision", "correction"]
STEPS: tuple[Step, ...] = ("objection_verification", "objection_decision", "correction")


@dataclass(frozen=True)
class StepPeriod:
    """The longest time that a step may take, in working days, and the rule that says so."""

    step: Step
    working_days: int
    source: str
    defaulted: bool


def in_force_on(day: date) -> tuple[StepPeriod, ...]:
    """The periods of an objection made on a day, in the order of its steps (NT-32)."""
    rules = cities.load(settings.city()).rules
    found = ((step, in_force(step, on=day, rules=rules)) for step in STEPS)
    return tuple(StepPeriod(step, int(rule.value), rule.source, rule.defaulted) for step, rule in found)
