"""By when a decision must be in, and the light that a provider's submissions earn."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib import cities
from chalicelib.law.timeliness import Colour, Figures, due_by, light, month_closes, working_days_left

NANTONG = cities.load("nantong").rules
DAY = date(2026, 11, 21)


@pytest.mark.clause("NT-17")
@pytest.mark.parametrize(
    ("listed_on", "last_day"),
    [
        (date(2026, 1, 1), date(2026, 2, 28)),
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2026, 2, 1), date(2026, 3, 31)),
        (date(2027, 12, 31), date(2028, 1, 31)),
        (date(2028, 1, 15), date(2028, 2, 29)),
    ],
)
def test_a_list_entry_is_reported_by_the_end_of_the_month_after_it_arose(listed_on: date, last_day: date) -> None:
    due = due_by("redlist", listed_on, NANTONG)
    assert due is not None
    assert (due.day, due.defaulted) == (last_day, False)
    assert "第十七条" in due.source


@pytest.mark.clause("KLM-3")
@pytest.mark.parametrize(
    ("decided_on", "last_day", "provisional"),
    [
        (date(2026, 2, 11), date(2026, 2, 27), False),  # over the Spring Festival, whose 14 and 28 February are worked Saturdays
        (date(2026, 2, 12), date(2026, 2, 28), False),
        (date(2026, 2, 13), date(2026, 3, 2), False),
        (date(2026, 11, 12), date(2026, 11, 23), False),
        (date(2026, 12, 25), date(2027, 1, 6), True),  # into a year whose holidays are not announced
        (date(2028, 2, 29), date(2028, 3, 9), True),
    ],
)
def test_a_penalty_is_due_seven_working_days_after_its_decision(decided_on: date, last_day: date, provisional: bool) -> None:
    due = due_by("penalty", decided_on, cities.load("karamay").rules)
    assert due is not None
    assert (due.day, due.provisional) == (last_day, provisional)


def test_what_has_no_deadline_is_never_late() -> None:
    assert due_by("commitments", DAY, NANTONG) is None


def test_a_month_is_closed_when_the_last_of_its_deadlines_is_over() -> None:
    assert month_closes(date(2026, 10, 1), NANTONG).day == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("until", "left"),
    [(date(2026, 11, 20), 0), (date(2026, 11, 23), 1), (date(2026, 11, 24), 2), (date(2026, 11, 19), -1), (date(2026, 11, 18), -2)],
)
def test_working_days_are_counted_without_today_and_below_zero_once_the_day_is_over(until: date, left: int) -> None:
    assert working_days_left(until, DAY) == left


@pytest.mark.clause("NT-5")
@pytest.mark.parametrize(
    ("figures", "colour"),
    [
        (Figures(), "green"),
        (Figures(on_time=10), "green"),
        (Figures(on_time=9, late=1), "yellow"),
        (Figures(on_time=89, late=11), "red"),
        (Figures(on_time=90, late=10), "yellow"),
        (Figures(on_time=99, missing=1), "yellow"),
        (Figures(missing=1), "red"),
        (Figures(taken=95, refused=5), "green"),
        (Figures(taken=94, refused=6), "yellow"),
        (Figures(taken=80, refused=20), "yellow"),
        (Figures(taken=79, refused=21), "red"),
    ],
)
def test_late_missing_and_wrong_rows_turn_the_light(figures: Figures, colour: Colour) -> None:
    found = light(figures, NANTONG, DAY)
    assert found.colour == colour
    assert bool(found.reasons)
    assert found.defaulted
    assert "本市文件未规定" in found.source


@pytest.mark.clause("NTN-2")
@pytest.mark.parametrize(("months", "colour"), [(0, "green"), (1, "yellow"), (2, "red"), (3, "red")])
def test_months_without_a_word_turn_the_light(months: int, colour: Colour) -> None:
    assert light(Figures(silent_months=months), NANTONG, DAY).colour == colour


def test_each_reason_tells_its_numbers() -> None:
    found = light(Figures(on_time=8, late=1, missing=1, taken=70, refused=30), NANTONG, DAY)
    told = [text.format(**values) for text, values in found.reasons]
    assert told == ["应当报送的10件中，迟报1件，缺报1件", "报送的行有30.0%被退回"]


def test_a_share_of_nothing_is_none() -> None:
    assert (Figures().share(0), Figures().wrong_share) == (None, None)
