"""Every deadline and period of all five cities over a Spring Festival, a worked Saturday, New Year into a year whose schedule is not
out, and 29 February; each on the day before its last day, on it, and on the day after."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib import cities
from chalicelib.law import clean_years, corrections, lists, objections, repair, retention, timeliness, tips
from chalicelib.law.deadlines import Deadline, public_by
from chalicelib.law.parameters import Rules
from chalicelib.law.repair import Application
from chalicelib.law.showing import counts
from chalicelib.law.validity import ends_on
from chalicelib.records.entries import Ended
from chalicelib.records.kinds import Severity

from .builders import a_record, an_item

CITIES = ("nantong", "karamay", "ankang", "hanyang", "shijiazhuang")
NEVER = date(2035, 1, 1)
AN_ITEM = an_item(retention_years=5)
pytestmark = pytest.mark.usefixtures("autumn_of_2026")


def on(text: str) -> date:
    return date.fromisoformat(text)


def around(day: date) -> Iterator[date]:
    """The day before, the day, and the day after."""
    return (day + timedelta(days=days) for days in (-1, 0, 1))


def verification_due(asked: date, rules: Rules) -> Deadline:
    """Of a request on the day of the receipt."""
    return objections.verification_due(asked, objections.decision_due(asked, rules).day, rules)


STARTS = (on("2026-02-12"), on("2026-05-06"), on("2026-12-29"), on("2024-02-26"))
"""Before the Spring Festival (15 to 23 February, the 14th and the 28th are worked); before the worked Saturday of 9 May; before the New
Year of 2027, of which nothing is announced, so that every last day in it is provisional; before 29 February."""
IN_WORKING_DAYS: tuple[tuple[str, Callable[[date, Rules], Deadline], frozenset[str], tuple[str, str, str, str]], ...] = (
    (
        "a correction (NT-32)",
        objections.correction_due,
        frozenset({"nantong"}),
        ("2026-02-24", "2026-05-09", "2027-01-04", "2024-02-29"),
    ),
    ("a verification (NT-32)", verification_due, frozenset({"nantong"}), ("2026-02-26", "2026-05-12", "2027-01-06", "2024-03-04")),
    ("a publicity (NT-35)", repair.public_until, frozenset({"nantong"}), ("2026-02-26", "2026-05-12", "2027-01-06", "2024-03-04")),
    ("to be public (KLM-3)", public_by, frozenset({"karamay", "hanyang"}), ("2026-02-28", "2026-05-14", "2027-01-08", "2024-03-06")),
    ("a decision (NT-32)", objections.decision_due, frozenset({"nantong"}), ("2026-03-04", "2026-05-19", "2027-01-13", "2024-03-11")),
    ("an appeal (NT-33)", objections.appeal_due, frozenset(), ("2026-03-04", "2026-05-19", "2027-01-13", "2024-03-11")),
    ("an opinion (NT-35)", repair.opinion_by, frozenset(), ("2026-03-04", "2026-05-19", "2027-01-13", "2024-03-11")),
    ("a tip (KLM-15)", tips.answer_due, frozenset(), ("2026-03-11", "2026-05-26", "2027-01-20", "2024-03-18")),
)
"""What is due, by which function, which cities rule it themselves (elsewhere the default layer speaks), and the four last days."""


@pytest.mark.clause("NT-32", "NT-33", "NT-35", "KLM-3", "HY-25a", "KLM-15")
@pytest.mark.parametrize("city", CITIES)
@pytest.mark.parametrize(("name", "due_after", "ruled_by", "last_days"), IN_WORKING_DAYS, ids=[row[0] for row in IN_WORKING_DAYS])
def test_what_is_due_in_working_days_is_in_time_through_its_last_day_and_late_after_it(
    name: str, due_after: Callable[[date, Rules], Deadline], ruled_by: frozenset[str], last_days: tuple[str, ...], city: str
) -> None:
    rules = cities.load(city).rules
    for start, last_day in zip(STARTS, map(on, last_days), strict=True):
        due = due_after(start, rules)
        assert due.day == last_day, (name, start)
        assert due.provisional is (last_day.year == 2027), (name, start)
        assert due.defaulted is (city not in ruled_by), (name, city)
        assert [objections.light(due.day, day, rules) for day in around(last_day)] == ["soon", "soon", "late"], (name, start)


Holds = Callable[[date, Rules, date], bool]
"""Whether something that began on a day still holds on another."""


def _as(severity: Severity) -> Holds:
    def holds(determined_on: date, rules: Rules, day: date) -> bool:
        ends = ends_on(determined_on, severity, rules).last_day
        return counts(a_record(determined_on=determined_on, valid_until=ends), day)

    return holds


def _exit_is_announced(left_on: date, rules: Rules, day: date) -> bool:
    entry = a_record(catalogue="blacklist", entered_on=on("2018-07-01"), valid_until=NEVER, ended=Ended("exited", left_on))
    return lists.exit_notice(entry, cities.load("nantong").catalogue["blacklist"], rules, day) is not None


def _stands_in_the_way_of_a_repair(determined_on: date, rules: Rules, day: date) -> bool:
    record = a_record(determined_on=on("2019-01-01"), valid_until=NEVER)
    act = replace(record, id="r_2", determined_on=determined_on)
    stated = Application(on("2019-02-01"), ("payment",), "罚款已经缴清（示例）", "今后守法（示例）", "已建立（示例）")
    found = repair.advice(record, stated, [record, act], "organisation", day, rules)
    return any(finding.holds is False and "又有" in finding.template for finding in found)


def _closes_the_green_channel(determined_on: date, rules: Rules, day: date) -> bool:
    ended = a_record(determined_on=determined_on, valid_until=determined_on)
    return not clean_years.standing([ended], None, day, rules).is_open


def _record_is_kept(last_day_of_use: date, rules: Rules, day: date) -> bool:
    until = retention.kept_until(a_record(valid_until=last_day_of_use), AN_ITEM)
    return until is not None and day <= until


PERIODS: tuple[tuple[str, Holds, tuple[str, ...], tuple[str, str, str, str]], ...] = (
    ("a minor record (NT-30)", _as("minor"), CITIES, ("2025-11-17", "2026-02-09", "2026-10-01", "2024-05-29")),
    ("a general record (NT-30)", _as("general"), CITIES, ("2025-02-17", "2025-05-09", "2026-01-01", "2025-02-28")),
    ("a severe record (NT-30)", _as("severe"), ("nantong",), ("2023-02-17", "2023-05-09", "2024-01-01", "2027-02-28")),
    ("a severe record, no rule", _as("severe"), CITIES[1:], ("2025-02-17", "2025-05-09", "2026-01-01", "2025-02-28")),
    ("the notice of an exit (HY-20d)", _exit_is_announced, CITIES, ("2026-01-19", "2026-04-10", "2026-12-03", "2024-03-29")),
    (
        "the notice of a correction (NT-32)",
        lambda made, rules, day: day <= corrections.announced_until(made, rules)[0],
        CITIES,
        ("2026-01-18", "2026-04-09", "2026-12-02", "2024-03-30"),
    ),
    ("an act of the same kind (NT-34)", _stands_in_the_way_of_a_repair, CITIES, ("2025-02-17", "2025-05-09", "2026-01-01", "2025-02-28")),
    ("a bad record (KLM-6)", _closes_the_green_channel, CITIES, ("2023-02-17", "2023-05-09", "2024-01-01", "2027-02-28")),
    ("a record kept (NT-8c)", _record_is_kept, CITIES, ("2021-02-17", "2021-05-09", "2022-01-01", "2029-02-28")),
    (
        "a trace kept",
        lambda left, rules, day: day <= retention.traces_kept_until(left, rules),
        CITIES,
        ("2021-02-17", "2021-05-09", "2022-01-01", "2029-02-28"),
    ),
    (
        "the scan of a paper kept",
        lambda last_day, rules, day: day <= retention.scan_kept_until(last_day, rules),
        CITIES,
        ("2021-02-17", "2021-05-09", "2022-01-01", "2029-02-28"),
    ),
    (
        "who made a tip (HY-18)",
        lambda closed, rules, day: day <= tips.reporter_kept_until(closed, rules),
        CITIES,
        ("2026-01-17", "2026-04-09", "2026-12-01", "2024-03-29"),
    ),
    (
        "a tip kept",
        lambda closed, rules, day: day <= tips.tip_kept_until(closed, rules),
        CITIES,
        ("2025-02-17", "2025-05-09", "2026-01-01", "2025-02-28"),
    ),
)
"""What holds for a period of the calendar, in which cities, and: the days on which it begins so that its last day is the Spring Festival
of 17 February 2026, the worked Saturday of 9 May 2026, and 1 January 2027; and its last day when it begins on 29 February 2024.
Such a period never rolls over a holiday, and no calendar makes it provisional."""
ENDS = (on("2026-02-17"), on("2026-05-09"), on("2027-01-01"))


@pytest.mark.clause("NT-30", "NT-32", "NT-34", "NT-8c", "HY-20d", "NTN-3a", "KLM-6", "HY-18")
@pytest.mark.parametrize(
    ("name", "holds", "days", "city"),
    [pytest.param(name, holds, days, city, id=f"{name}, {city}") for name, holds, of, days in PERIODS for city in of],
)
def test_a_period_of_the_calendar_holds_through_its_last_day_and_not_on_the_day_after(
    name: str, holds: Holds, days: tuple[str, str, str, str], city: str
) -> None:
    rules = cities.load(city).rules
    *begins, last_of_leap_day = map(on, days)
    for began, last_day in [*zip(begins, ENDS, strict=True), (on("2024-02-29"), last_of_leap_day)]:
        assert [holds(began, rules, day) for day in around(last_day)] == [True, True, False], (name, began)


@pytest.mark.clause("NT-17")
@pytest.mark.parametrize("city", CITIES)
@pytest.mark.parametrize(
    ("arose_on", "last_day"),
    [
        ("2026-01-15", "2026-02-28"),
        ("2026-04-30", "2026-05-31"),
        ("2026-11-30", "2026-12-31"),
        ("2026-12-01", "2027-01-31"),
        ("2024-01-31", "2024-02-29"),
    ],
)
def test_a_list_entry_is_reported_by_the_last_day_of_the_next_month_holiday_or_not(city: str, arose_on: str, last_day: str) -> None:
    rules = cities.load(city).rules
    due = timeliness.reported_by(on(arose_on), rules)
    assert (due.day, due.provisional, due.defaulted) == (on(last_day), False, city != "nantong")
    assert [objections.light(due.day, day, rules) == "late" for day in around(due.day)] == [False, False, True]


@pytest.mark.clause("NT-35")
@pytest.mark.parametrize("city", CITIES)
@pytest.mark.parametrize("opinion_on", STARTS)
def test_an_opinion_has_effect_on_the_day_after_its_publicity_and_not_before(city: str, opinion_on: date) -> None:
    last_day = repair.public_until(opinion_on, cities.load(city).rules).day
    assert [day >= repair.takes_effect_on(last_day) for day in around(last_day)] == [False, False, True]


@pytest.mark.clause("HY-26b", "AK-4.4b")
@pytest.mark.parametrize(
    ("set_by", "last_day"),
    [("2026-02-17", "2026-02-24"), ("2026-05-09", "2026-05-09"), ("2027-01-01", "2027-01-04"), ("2024-02-29", "2024-02-29")],
)
def test_a_subjects_own_last_day_to_correct_rolls_to_the_next_working_day(set_by: str, last_day: str) -> None:
    assert [repair.no_longer_target(day, on(set_by)) for day in around(on(last_day))] == [True, True, False]
