"""The list of measures: what a measure must say before it loads, what it can be tied to, and its own last day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from chalicelib.law.decisions import Refused
from chalicelib.law.measures import Measure, parse_measure


def a_measure(**changes: Any) -> dict[str, Any]:
    """A measure as its file has it."""
    raw = {
        "id": "honours",
        "effect": "penalty",
        "binding": "mandatory",
        "matter": "评先评优",
        "target": "列入黑名单的企业",
        "means": "取消参加评先评优资格",
        "bodies": ["示例市示例局"],
        "applies_to": ["blacklist"],
        "severities": ["severe"],
        "term": {"count": 1, "unit": "years"},
        "term_source": "示例",
        "basis": "《示例办法》第一条",
    }
    return {**raw, **changes}


def parsed(**changes: Any) -> Measure:
    return parse_measure(a_measure(**changes))


@pytest.mark.clause("KLM-18", "HY-19", "AK-4.3", "KLM-20c")
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"basis": " "}, "没有依据"),
        ({"basis": None}, "没有依据"),
        ({"matter": ""}, "缺少 matter"),
        ({"target": ""}, "缺少 target"),
        ({"means": ""}, "缺少 means"),
        ({"bodies": []}, "缺少 bodies"),
        ({"applies_to": []}, "缺少 applies_to"),
        ({"binding": "usual"}, "mandatory、recommended"),
        ({"effect": None}, "incentive、penalty"),
        ({"severities": ["grave"]}, "severities"),
        ({"term": None}, "没有期限"),
        ({"term": {"count": 0, "unit": "years"}}, "没有期限"),
        ({"term": {"count": 1, "unit": "working_days"}}, "没有期限"),
    ],
)
def test_a_measure_without_basis_body_or_term_does_not_load(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        parsed(**change)


@pytest.mark.clause("KLM-20c", "AK-4.4c", "HY-26d")
@pytest.mark.parametrize(
    ("term", "decided_on", "record_ends", "last_day"),
    [
        ({"count": 1, "unit": "years"}, date(2026, 11, 21), None, date(2027, 11, 21)),
        ({"count": 1, "unit": "years"}, date(2026, 11, 21), date(2027, 11, 20), date(2027, 11, 20)),
        ({"count": 1, "unit": "years"}, date(2026, 11, 21), date(2027, 11, 21), date(2027, 11, 21)),
        ({"count": 1, "unit": "years"}, date(2026, 11, 21), date(2027, 11, 22), date(2027, 11, 21)),
        ({"count": 1, "unit": "years"}, date(2028, 2, 29), None, date(2029, 2, 28)),
        ({"count": 6, "unit": "months"}, date(2026, 8, 31), None, date(2027, 2, 28)),
        ({"count": 30, "unit": "days"}, date(2026, 12, 31), None, date(2027, 1, 30)),
    ],
)
def test_a_measure_has_its_own_term_and_never_outlasts_its_record(
    term: dict[str, Any], decided_on: date, record_ends: date | None, last_day: date
) -> None:
    assert parsed(term=term).last_day(decided_on, record_ends) == last_day


@pytest.mark.parametrize(
    ("severities", "catalogue", "severity", "fits"),
    [
        (["severe"], "blacklist", "severe", True),
        (["severe"], "blacklist", "general", False),
        ([], "blacklist", "general", True),
        ([], "penalty", "severe", False),
    ],
)
def test_a_measure_is_tied_to_the_records_that_it_names(severities: list[str], catalogue: str, severity: Any, fits: bool) -> None:
    assert parsed(severities=severities).fits(catalogue, severity) is fits
