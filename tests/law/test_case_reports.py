"""When a case report is due: monthly in Nantong, quarterly in Ankang, nowhere else."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib import cities
from chalicelib.law import case_reports as law
from chalicelib.law.decisions import Refused


@pytest.mark.parametrize(
    ("city", "day", "due"),
    [
        pytest.param("nantong", "2026-10-31", "2026-09", marks=pytest.mark.clause("NT-28b")),
        pytest.param("nantong", "2026-11-01", "2026-10", marks=pytest.mark.clause("NT-28b")),
        pytest.param("nantong", "2027-01-01", "2026-12", marks=pytest.mark.clause("NT-28b")),
        pytest.param("ankang", "2026-12-31", "2026-Q3", marks=pytest.mark.clause("AK-5")),
        pytest.param("ankang", "2027-01-01", "2026-Q4", marks=pytest.mark.clause("AK-5")),
        ("karamay", "2027-01-01", None),
        ("hanyang", "2027-01-01", None),
        ("nantong", "2018-06-25", None),
    ],
)
def test_a_report_is_due_on_the_day_after_its_period(city: str, day: str, due: str | None) -> None:
    found = law.due_on(date.fromisoformat(day), cities.load(city).rules)
    assert (found.name if found else None) == due


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("2024-02", "2024-02-01", "2024-02-29"), ("2026-Q3", "2026-07-01", "2026-09-30"), ("2026-Q4", "2026-10-01", "2026-12-31")],
)
def test_a_period_has_its_days(name: str, first: str, last: str) -> None:
    assert law.period(name) == law.Period(name, date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("name", ["2026-13", "2026-Q5", "2026", "../2026-01"])
def test_what_is_no_period_is_refused(name: str) -> None:
    with pytest.raises(Refused):
        law.period(name)
