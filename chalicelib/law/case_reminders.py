"""What is announced of an open case, to whom and for which day: from its last day, by the table of reminders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from chalicelib.law.deadlines import is_working_day
from chalicelib.law.reminders import REMINDERS, Reminder
from chalicelib.records.remedies import Case

_BY_ROLE = {"officer": ("case arrived", "decision"), "handler": ("case arrived", "decision"), "supervisor": ("appeal received", "appeal")}
_BY_PROCEDURE = {
    "verification": ("verification asked", "verification"),
    "repair": ("opinion asked", "opinion"),
    "exit": ("exit asked", "exit"),
    "tip": ("verification asked", "verification"),
}
"""What a provider is asked; of its other procedures it is told by them."""

_IN_STATE = {"objection asks": "evidence"}
_PROMISE = "promise"


@dataclass(frozen=True)
class Announced:
    """One notice of a case: its kind, to whom, and for which day."""

    kind: str
    to: str
    day: date


def of_case(case: Case, since: date) -> Iterator[Announced]:
    """All that will be announced of a case as it stands, given that it stands so since a day; nothing of one that waits for nobody."""
    kinds = _kinds(case)
    if kinds is None:
        return
    arrived, what = kinds
    for kind in (arrived, f"{what} due", f"{what} overdue"):
        row = REMINDERS.get(kind)
        day = since if kind == arrived else case.due and row and day_for(row, case.due)
        if row and day:
            yield from (Announced(kind, to, day) for to in _addresses(row, case))


def still_so(kind: str, to: str, case: Case, day: date) -> bool:
    """Whether what a notice says of a case still holds on a day: nobody is told of what is settled or waits for somebody else."""
    if case.waits_for in ("", "schedule"):
        return False
    if kind in _IN_STATE:
        return case.state == _IN_STATE[kind]
    if kind == "measure asked":
        return case.waits_for.startswith("body:")
    return any((one.kind, one.to) == (kind, to) and one.day <= day for one in of_case(case, day))


def day_for(row: Reminder, last_day: date) -> date:
    """The day on which a row of the table is announced for something with a last day."""
    if row.moment == "days after":
        return last_day + timedelta(days=row.count)
    if row.moment == "days before":
        return last_day - timedelta(days=row.count)
    if row.moment == "working days before":
        return _working_days_before(last_day, row.count)
    return last_day


def _kinds(case: Case) -> tuple[str, str] | None:
    """What is announced when a case comes to whoever it waits for, and of what its last day is; None where nobody is reminded, as of
    what waits for its day."""
    if case.procedure == _PROMISE:
        return "promise made", "promise"
    if case.waits_for.startswith("provider:"):
        return _BY_PROCEDURE.get(case.procedure)
    if case.waits_for.startswith("body:"):
        return "measure ended" if case.state == "to stop" else "measure asked", ""
    if "correct" in case.state:
        return "case arrived", "correction"
    return _BY_ROLE.get(case.waits_for)


def _addresses(row: Reminder, case: Case) -> Iterator[str]:
    provider = case.waits_for if case.waits_for.startswith("provider:") else f"provider:{case.facts.get('provider', '')}"
    for audience in row.to:
        if audience in ("officers", "supervisors"):
            yield audience
        elif audience == "subject" and case.procedure == _PROMISE:  # elsewhere the step itself tells the subject
            yield f"s:{case.subject_id}"
        elif audience == "body" and case.waits_for.startswith("body:"):
            yield case.waits_for
        elif audience == "provider" and provider != "provider:":
            yield provider


def _working_days_before(day: date, count: int) -> date:
    while count > 0:
        day -= timedelta(days=1)
        count -= is_working_day(day)
    return day
