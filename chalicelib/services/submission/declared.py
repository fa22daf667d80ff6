"""What a provider declares of its decisions, so that a missing one is seen: each one, a month's total, a zero report (NT-5, NTN-2)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from chalicelib import cities, clock, settings
from chalicelib.law import timeliness
from chalicelib.law.deadlines import Deadline
from chalicelib.law.decisions import Refused
from chalicelib.law.masking import holds_person_number
from chalicelib.records.submissions import Declared as Declared
from chalicelib.records.submissions import MonthTotal as MonthTotal
from chalicelib.services.submission.values import same_document_no
from chalicelib.storage import declared, submissions
from chalicelib.storage.archive import Conflict

LONGEST = 100
"""Characters of a decision's number and of a reason."""
MOST_IN_A_MONTH = 9999
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Waiting:
    """A declared decision that is not in: by when it must be, and how many working days are left (below zero: since when)."""

    declared: Declared
    due: Deadline
    days_left: int


def items() -> dict[str, str]:
    """The catalogue items of which decisions are declared, with their names; those that have no numbers are declared by totals alone."""
    catalogue = cities.load(settings.city()).catalogue
    return {code: catalogue[code].name for code in timeliness.ITEMS if code in catalogue}


def declare(provider: str, item: str, number: str, decided_on: date, *, by: str) -> Declared:
    """Say that a provider (USCC) has made a decision that is not sent yet; saying it again changes nothing. `by` is a keyed id.

    `Refused` for an item without numbers, a number or a day that cannot be. One that was withdrawn counts again.
    """
    if item not in timeliness.DECISIONS or item not in items():
        raise Refused("请选择行政许可或者行政处罚")
    text = " ".join(number.split())
    if not 1 <= len(text) <= LONGEST or not text.isprintable() or holds_person_number(text):
        raise Refused("请填写决定书文号（1至{most}个字）", most=LONGEST)
    if decided_on > clock.today():
        raise Refused("决定日期晚于今天：请核对")
    now = clock.now()
    declared_id = declared.declaration_id(provider, item, same_document_no(text))
    before = next((one for one in declared.decisions(provider) if one.id == declared_id), None)
    if before is not None and before.withdrawn is None:
        if before.decided_on != decided_on:
            raise Refused("这个文号已经登记，决定日期是{day}：登记错了的请先撤销", day=before.decided_on)
        return before
    version = before.version + 1 if before and before.decided_on == decided_on else 1
    one = Declared(declared_id, provider, item, text, decided_on, now.isoformat(timespec="seconds"), by, version=version)
    _keep(one, "decision.declared")
    submissions.note_provider(provider, "", clock.today())
    return one


def withdraw(provider: str, declared_id: str, reason: str, *, by: str) -> None:
    """Take back a declaration that was made by mistake, for a reason. `Refused` when it does not wait any more."""
    text = " ".join(reason.split())
    if not 1 <= len(text) <= LONGEST or holds_person_number(text):
        raise Refused("请写明撤销的理由（1至{most}个字）", most=LONGEST)
    one = next((one for one in _open(provider) if one.id == declared_id), None)
    if one is None:
        raise Refused("没有这件等待报送的决定：可能已经报送或者撤销，请刷新页面")
    _keep(replace(one, withdrawn=text, by=by, version=one.version + 1), "decision.withdrawn")


def state_total(provider: str, item: str, month: str, count: int, *, by: str) -> None:
    """Say how many decisions of an item a provider made in a month (`2026-11`); 0 is a zero report. A later word takes the place of
    the one before. `Refused` for an item or a month that cannot be."""
    if item not in items():
        raise Refused("请选择种类")
    if not _MONTH.fullmatch(month) or month > f"{clock.today():%Y-%m}":
        raise Refused("请填写本月或者以前的月份，例如 2026-11")
    if not 0 <= count <= MOST_IN_A_MONTH:
        raise Refused("请填写0至{most}的整数", most=MOST_IN_A_MONTH)
    before = next((one for one in declared.totals(provider) if (one.month, one.item) == (month, item)), None)
    now = clock.now()
    version = before.version + 1 if before else 1
    try:
        declared.put_total(MonthTotal(provider, month, item, count, now.isoformat(timespec="seconds"), by, version), now)
    except Conflict as error:
        raise _at_once() from error
    submissions.note_provider(provider, "", clock.today())


def waiting(provider: str) -> list[Waiting]:
    """The declared decisions of a provider that are not in, the most urgent first."""
    rules, today = cities.load(settings.city()).rules, clock.today()
    found = []
    for one in _open(provider):
        due = timeliness.due_by(one.item, one.decided_on, rules)
        if due is not None:
            found.append(Waiting(one, due, timeliness.working_days_left(due.day, today)))
    return sorted(found, key=lambda one: (one.due.day, one.declared.number))


def totals(provider: str) -> list[MonthTotal]:
    """The totals that a provider has stated, the latest month first."""
    return sorted(declared.totals(provider), key=lambda one: (one.month, one.item), reverse=True)


def to_remind(day: date, within: int) -> Iterable[tuple[str, Waiting]]:
    """Of every provider the declared decisions whose last day is at most `within` calendar days away, by provider."""
    for office, _ in submissions.providers():
        yield from ((office.code, one) for one in waiting(office.code) if one.due.day - timedelta(days=within) <= day)


def _open(provider: str) -> list[Declared]:
    return [one for one in declared.decisions(provider) if one.arrived is None and one.withdrawn is None]


def _keep(one: Declared, action: str) -> None:
    try:
        declared.put(one, action, clock.now())
    except Conflict as error:
        raise _at_once() from error


def _at_once() -> Refused:
    return Refused("另有人正在登记同一项：请刷新页面后再试")
