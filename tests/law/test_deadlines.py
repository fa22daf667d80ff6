"""Working days by the State Council's schedules of 2025 and 2026, and deadlines counted in them."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.law.deadlines import Deadline, is_provisional, is_working_day, public_by, rolled_to_working_day, working_days_after

from .builders import a_choice, rules


@pytest.mark.clause("KLM-3")
@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2025, 1, 26), True),
        (date(2025, 1, 28), False),
        (date(2025, 2, 4), False),
        (date(2025, 2, 5), True),
        (date(2025, 2, 8), True),
        (date(2025, 4, 27), True),
        (date(2025, 5, 5), False),
        (date(2025, 9, 28), True),
        (date(2025, 10, 8), False),
        (date(2025, 10, 11), True),
        (date(2026, 1, 1), False),
        (date(2026, 1, 2), False),
        (date(2026, 1, 3), False),
        (date(2026, 1, 4), True),
        (date(2026, 2, 14), True),
        (date(2026, 2, 15), False),
        (date(2026, 2, 23), False),
        (date(2026, 2, 24), True),
        (date(2026, 2, 28), True),
        (date(2026, 5, 5), False),
        (date(2026, 5, 6), True),
        (date(2026, 5, 9), True),
        (date(2026, 5, 10), False),
        (date(2026, 9, 20), True),
        (date(2026, 9, 25), False),
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),
        (date(2026, 10, 11), False),
        (date(2026, 11, 20), True),
        (date(2026, 11, 21), False),
        (date(2026, 11, 22), False),
    ],
)
def test_working_days_follow_the_announced_schedule(day: date, worked: bool) -> None:
    assert is_working_day(day) is worked


@pytest.mark.clause("KLM-3", "HY-25a")
@pytest.mark.parametrize(
    ("case", "decided_on", "expected"),
    [
        ("an ordinary Friday", date(2026, 11, 6), date(2026, 11, 17)),
        ("a Saturday counts like the Friday", date(2026, 11, 7), date(2026, 11, 17)),
        ("a Sunday counts like the Friday", date(2026, 11, 8), date(2026, 11, 17)),
        ("a Monday", date(2026, 11, 9), date(2026, 11, 18)),
        ("before Spring Festival 2026, one worked Saturday", date(2026, 2, 9), date(2026, 2, 25)),
        ("a day later", date(2026, 2, 10), date(2026, 2, 26)),
        ("over the festival and both worked Saturdays", date(2026, 2, 13), date(2026, 3, 2)),
        ("on the worked Saturday itself", date(2026, 2, 14), date(2026, 3, 3)),
        ("on a day of the festival", date(2026, 2, 20), date(2026, 3, 3)),
        ("over Labour Day 2026 and its worked Saturday", date(2026, 4, 29), date(2026, 5, 12)),
        ("over a worked Sunday and Mid-Autumn 2026", date(2026, 9, 18), date(2026, 9, 29)),
        ("over National Day 2026, the last day a worked Saturday", date(2026, 9, 23), date(2026, 10, 10)),
        ("a day later, past the Sunday", date(2026, 9, 24), date(2026, 10, 12)),
        ("on the eve of National Day 2026", date(2026, 9, 30), date(2026, 10, 15)),
        ("over New Year 2026 and its worked Sunday", date(2025, 12, 24), date(2026, 1, 5)),
        ("over Spring Festival 2025", date(2025, 1, 24), date(2025, 2, 10)),
        ("over National Day 2025", date(2025, 9, 26), date(2025, 10, 13)),
    ],
)
def test_a_decision_is_public_by_the_seventh_working_day_after_it(case: str, decided_on: date, expected: date) -> None:
    seven = rules(a_choice("publicity_deadline", 7, "working_days"))
    assert public_by(decided_on, seven) == Deadline(expected, provisional=False, source="示例文件 publicity_deadline"), case


@pytest.mark.clause("KLM-3", "HY-25a")
def test_a_publicity_deadline_of_the_default_layer_says_so() -> None:
    silent = rules(default=(a_choice("publicity_deadline", 7, "working_days"),))
    assert public_by(date(2026, 11, 9), silent).defaulted


@pytest.mark.clause("KLM-3", "HY-25a")
@pytest.mark.usefixtures("autumn_of_2026")
@pytest.mark.parametrize(
    ("case", "decided_on", "expected", "provisional"),
    [
        ("ends on the last working day of 2026", date(2026, 12, 22), date(2026, 12, 31), False),
        ("one day later runs into 2027", date(2026, 12, 23), date(2027, 1, 4), True),
        ("and the day after that", date(2026, 12, 24), date(2027, 1, 5), True),
        ("begins in 2027", date(2027, 1, 4), date(2027, 1, 13), True),
    ],
)
def test_a_deadline_in_a_year_without_a_schedule_is_provisional(case: str, decided_on: date, expected: date, provisional: bool) -> None:
    assert working_days_after(decided_on, 7) == Deadline(expected, provisional), case


@pytest.mark.parametrize("year", range(2007, 2027))
def test_a_year_whose_schedule_is_out_is_not_provisional(year: int) -> None:
    assert not is_provisional(year)


def test_a_far_year_is_provisional() -> None:
    assert is_provisional(2090)


@pytest.mark.parametrize(
    ("case", "last_day", "expected"),
    [
        ("the working day before the festival stays", date(2026, 2, 13), date(2026, 2, 13)),
        ("a worked Saturday stays", date(2026, 2, 14), date(2026, 2, 14)),
        ("the first day of the festival", date(2026, 2, 15), date(2026, 2, 24)),
        ("the last day of the festival", date(2026, 2, 23), date(2026, 2, 24)),
        ("the day after the festival stays", date(2026, 2, 24), date(2026, 2, 24)),
        ("the Saturday before a worked Sunday", date(2026, 9, 19), date(2026, 9, 20)),
        ("an ordinary Saturday", date(2026, 11, 21), date(2026, 11, 23)),
        ("New Year", date(2026, 1, 1), date(2026, 1, 4)),
    ],
)
def test_a_subjects_last_day_to_act_rolls_to_the_next_working_day(case: str, last_day: date, expected: date) -> None:
    assert rolled_to_working_day(last_day) == Deadline(expected, provisional=False), case


@pytest.mark.usefixtures("autumn_of_2026")
@pytest.mark.parametrize(("last_day", "expected"), [(date(2026, 12, 31), date(2026, 12, 31)), (date(2027, 1, 1), date(2027, 1, 4))])
def test_a_last_day_that_rolls_in_an_unannounced_year_is_provisional(last_day: date, expected: date) -> None:
    assert rolled_to_working_day(last_day) == Deadline(expected, provisional=last_day.year == 2027)
