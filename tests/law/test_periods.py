"""On which day a period ends."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.law.periods import Period, Unit


@pytest.mark.clause("NT-30")
@pytest.mark.parametrize(
    ("case", "start", "count", "unit", "expected"),
    [
        ("the same date next year", date(2025, 3, 14), 1, "years", date(2026, 3, 14)),
        ("the same date three years on", date(2025, 3, 14), 3, "years", date(2028, 3, 14)),
        ("the day before a leap day", date(2024, 2, 28), 1, "years", date(2025, 2, 28)),
        ("a leap day ends on 28 February", date(2024, 2, 29), 1, "years", date(2025, 2, 28)),
        ("the day after a leap day", date(2024, 3, 1), 1, "years", date(2025, 3, 1)),
        ("a leap day to a leap day", date(2024, 2, 29), 4, "years", date(2028, 2, 29)),
        ("28 February stays, though the later year has a 29th", date(2023, 2, 28), 1, "years", date(2024, 2, 28)),
        ("the last day of the year", date(2025, 12, 31), 1, "years", date(2026, 12, 31)),
        ("New Year's Day", date(2026, 1, 1), 1, "years", date(2027, 1, 1)),
        ("months end on the same date", date(2026, 1, 15), 3, "months", date(2026, 4, 15)),
        ("30 January and a month", date(2026, 1, 30), 1, "months", date(2026, 2, 28)),
        ("31 January and a month", date(2026, 1, 31), 1, "months", date(2026, 2, 28)),
        ("1 February and a month", date(2026, 2, 1), 1, "months", date(2026, 3, 1)),
        ("months into the next year", date(2026, 11, 30), 3, "months", date(2027, 2, 28)),
        ("days do not count the first", date(2026, 12, 29), 5, "days", date(2027, 1, 3)),
        ("nothing has ended the day before", date(2026, 3, 1), 0, "months", date(2026, 2, 28)),
    ],
)
def test_a_period_does_not_count_its_first_day(case: str, start: date, count: int, unit: Unit, expected: date) -> None:
    assert Period(count, unit).last_day(start) == expected, case


@pytest.mark.clause("NT-30")
@pytest.mark.parametrize(
    ("case", "start", "count", "unit", "expected"),
    [
        ("a year from New Year is the whole year", date(2026, 1, 1), 1, "years", date(2026, 12, 31)),
        ("a year from 2 January", date(2026, 1, 2), 1, "years", date(2027, 1, 1)),
        ("a year before 1 March of a leap year", date(2023, 3, 1), 1, "years", date(2024, 2, 29)),
        ("a year before 1 March of a common year", date(2024, 3, 1), 1, "years", date(2025, 2, 28)),
        ("a month", date(2026, 1, 15), 1, "months", date(2026, 2, 14)),
        ("five days", date(2026, 12, 29), 5, "days", date(2027, 1, 2)),
        ("nothing", date(2026, 3, 1), 0, "years", date(2026, 2, 28)),
    ],
)
def test_a_period_that_counts_its_first_day_ends_a_day_earlier(case: str, start: date, count: int, unit: Unit, expected: date) -> None:
    assert Period(count, unit).last_day(start, count_first_day=True) == expected, case


@pytest.mark.parametrize(
    ("period", "expected"), [(Period(1, "years"), "1年"), (Period(3, "months"), "3个月"), (Period(30, "days"), "30日")]
)
def test_a_period_reads_as_a_page_shows_it(period: Period, expected: str) -> None:
    assert period.label() == expected
