"""What a provider may correct in its own record, and for how long the correction is announced."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chalicelib import cities
from chalicelib.law import corrections
from chalicelib.law.decisions import Refused

from .builders import a_record

CITY = cities.load("nantong")
ITEM = CITY.catalogue["penalty"]
RECORD = a_record(content={"facts": "原来的事实（示例）", "decision": "处以罚款"})


@pytest.mark.clause("NT-36")
def test_a_corrected_record_has_other_facts_and_says_that_it_was_corrected() -> None:
    after = corrections.amended(RECORD, {"facts": "更正后的事实（示例）"}, ITEM, CITY.rules)
    assert after.content == {"facts": "更正后的事实（示例）", "decision": "处以罚款"}
    assert after.flags == ("corrected",)
    assert corrections.amended(after, {"facts": "再次更正（示例）"}, ITEM, CITY.rules).flags == ("corrected",)


@pytest.mark.clause("NT-30", "NT-36")
@pytest.mark.parametrize(
    ("before", "severity", "ends"),
    [("severe", "general", date(2027, 2, 26)), ("general", "severe", date(2027, 2, 25))],
)
def test_another_severity_never_makes_a_record_last_longer(before: str, severity: str, ends: date) -> None:
    last = date(2029, 2, 26) if before == "severe" else date(2027, 2, 25)
    record = replace(RECORD, severity=before, valid_until=last)  # type: ignore[arg-type]
    after = corrections.amended(record, {"severity": severity}, ITEM, CITY.rules)
    assert (after.severity, after.valid_until) == (severity, ends)


@pytest.mark.clause("NT-36")
@pytest.mark.parametrize("values", [{}, {"facts": "原来的事实（示例）"}, {"nothing": "x"}, {"facts": "长" * 4001}])
def test_nothing_changed_or_no_such_field_is_refused(values: dict[str, str]) -> None:
    with pytest.raises(Refused):
        corrections.amended(RECORD, values, ITEM, CITY.rules)


@pytest.mark.clause("NT-37")
@pytest.mark.parametrize(("length", "taken"), [(0, False), (1, True), (500, True), (501, False)])
def test_a_reason_is_stated(length: int, taken: bool) -> None:
    if taken:
        assert corrections.checked_reason("因" * length) == "因" * length
    else:
        with pytest.raises(Refused, match="理由"):
            corrections.checked_reason("因" * length)


def test_a_correction_is_announced_for_thirty_days() -> None:
    until, rule = corrections.announced_until(date(2024, 1, 30), CITY.rules)
    assert until == date(2024, 2, 29)
    assert rule.defaulted
