"""Which value of a rule is in force on a day, and what a file must hold to be a rule at all."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib.law.decisions import Refused
from chalicelib.law.parameters import from_then_on, in_force

from .builders import DEFAULT, NANTONG, NANTONG_BEGINS, a_choice, a_rule, nantong, parsed_parameter, rules

SECOND = date(2026, 4, 1)


@pytest.mark.clause("NT-30")
@pytest.mark.parametrize(
    ("case", "on", "general", "source", "defaulted"),
    [
        ("long before the city's first value", date(2001, 1, 1), {"minimum": 3, "maximum": 12}, DEFAULT, True),
        ("the day before the city's first value", date(2018, 6, 25), {"minimum": 3, "maximum": 12}, DEFAULT, True),
        ("the day of the city's first value", NANTONG_BEGINS, 1, NANTONG, False),
        ("the day after", date(2018, 6, 27), 1, NANTONG, False),
        ("the day before the second value", date(2026, 3, 31), 1, NANTONG, False),
        ("the day of the second value", SECOND, 2, "新规", False),
        ("the day after the second value", date(2026, 4, 2), 2, "新规", False),
    ],
)
def test_the_value_in_force_is_the_last_that_has_begun(case: str, on: date, general: Any, source: str, defaulted: bool) -> None:
    found = in_force("validity", on=on, rules=nantong((SECOND, {"general": 2}, "新规")))
    assert (found.facts["general"], found.source, found.defaulted) == (general, source, defaulted), case


def test_a_choice_of_no_is_a_value() -> None:
    assert in_force("count_first_day", on=SECOND, rules=rules(a_choice("count_first_day", False))).value is False


def test_a_rule_that_nobody_set_is_refused_by_name_and_day() -> None:
    with pytest.raises(Refused, match=r"suspension.*2026-04-01"):
        in_force("suspension", on=SECOND, rules=nantong())


def test_a_rule_that_has_not_begun_is_refused() -> None:
    with pytest.raises(Refused, match="没有值"):
        in_force("waiting", on=date(2026, 3, 31), rules=rules(a_choice("waiting", 1, begins=SECOND)))


@pytest.mark.parametrize(
    ("case", "own", "default", "expected"),
    [
        ("only the value in force", [2018], [], [("own", 2018)]),
        ("then each later value of the city", [2018, 2022, 2026], [], [("own", 2018), ("own", 2022), ("own", 2026)]),
        ("from the default layer to the city's", [2022], [1990], [("default", 1990), ("own", 2022)]),
        ("a city without its own rule follows the default layer", [], [1990, 2022], [("default", 1990), ("default", 2022)]),
        ("the default layer until the city rules", [2026], [1990, 2022], [("default", 1990), ("default", 2022), ("own", 2026)]),
        ("the default layer no longer once the city has ruled", [2018], [1990, 2022], [("own", 2018)]),
    ],
)
def test_later_values_follow_in_order(case: str, own: list[int], default: list[int], expected: list[tuple[str, int]]) -> None:
    def layer(name: str, years: list[int]) -> Any:
        return [a_rule("validity", *((date(year, 1, 1), {"general": 1}, name) for year in years))] if years else []

    found = from_then_on("validity", on=date(2019, 5, 1), rules=rules(*layer("own", own), default=tuple(layer("default", default))))
    assert [(value.source, value.begins.year) for value in found] == expected, case


def test_a_file_that_has_all_it_needs_is_a_rule() -> None:
    rule = parsed_parameter()
    assert (rule.unit, rule.values[0].begins, rule.values[0].facts, rule.values[0].source) == (
        "years",
        NANTONG_BEGINS,
        {"general": 1},
        NANTONG,
    )


@pytest.mark.parametrize(
    ("case", "changes", "reason"),
    [
        ("no description", {"description": ""}, "description"),
        ("no unit", {"unit": None}, "unit"),
        ("an unknown unit", {"unit": "fortnights"}, "fortnights"),
        ("no values", {"values": []}, "values"),
        ("one value in single brackets", {"values": {"from": SECOND, "value": 1, "source": "甲"}}, "双方括号"),
        ("no first day", {"values": [{"value": 1, "source": "甲"}]}, "生效日期"),
        ("a first day as text", {"values": [{"from": "2026-04-01", "value": 1, "source": "甲"}]}, "生效日期"),
        ("a first day with a time", {"values": [{"from": datetime(2026, 4, 1, tzinfo=UTC), "value": 1, "source": "甲"}]}, "生效日期"),
        ("no source", {"values": [{"from": SECOND, "value": 1}]}, "依据"),
        ("a blank source", {"values": [{"from": SECOND, "value": 1, "source": " "}]}, "依据"),
        ("nothing said", {"values": [{"from": SECOND, "source": "甲"}]}, "没有任何值"),
        (
            "days out of order",
            {"values": [{"from": SECOND, "value": 1, "source": "甲"}, {"from": NANTONG_BEGINS, "value": 2, "source": "乙"}]},
            "由早到晚",
        ),
        ("a day twice", {"values": [{"from": SECOND, "value": 1, "source": "甲"}, {"from": SECOND, "value": 2, "source": "乙"}]}, "不重复"),
    ],
)
def test_a_file_that_lacks_something_is_refused_with_what_it_lacks(case: str, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        parsed_parameter(**changes)
