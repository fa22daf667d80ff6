"""Until when a record counts and shows, and on which rule."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.law.catalogue import Item
from chalicelib.law.parameters import Rules
from chalicelib.law.validity import counts_on, ends_on, public_until, severity_of
from chalicelib.records.kinds import Severity

from .builders import DEFAULT, LONG_AGO, NANTONG, a_choice, a_licence, a_rule, an_item, default_validity, nantong, rules

NEW = date(2026, 4, 1)
TABLE = [
    ("general: one year", date(2025, 3, 14), "general", date(2026, 3, 14)),
    ("severe: three years", date(2025, 3, 14), "severe", date(2028, 3, 14)),
    ("general, 28 February of a leap year", date(2024, 2, 28), "general", date(2025, 2, 28)),
    ("general, a leap day", date(2024, 2, 29), "general", date(2025, 2, 28)),
    ("general, 1 March of a leap year", date(2024, 3, 1), "general", date(2025, 3, 1)),
    ("severe, a leap day", date(2024, 2, 29), "severe", date(2027, 2, 28)),
    ("general, the last day of the year", date(2025, 12, 31), "general", date(2026, 12, 31)),
    ("general, New Year's Day", date(2026, 1, 1), "general", date(2027, 1, 1)),
    ("never rolls over a holiday", date(2025, 2, 17), "general", date(2026, 2, 17)),
    ("the city's first day", date(2018, 6, 26), "severe", date(2021, 6, 26)),
]


@pytest.mark.clause("NT-30", "AK-1.3")
@pytest.mark.parametrize(("case", "determined_on", "severity", "expected"), TABLE)
def test_a_negative_record_is_valid_one_or_three_years_from_its_determination(
    case: str, determined_on: date, severity: Severity, expected: date
) -> None:
    ending = ends_on(determined_on, severity, nantong())
    assert (ending.last_day, ending.source, ending.defaulted) == (expected, NANTONG, False), case


@pytest.mark.clause("NT-30")
@pytest.mark.parametrize(("case", "determined_on", "severity", "last_day"), TABLE)
def test_a_record_counts_to_its_last_day_and_not_the_day_after(case: str, determined_on: date, severity: Severity, last_day: date) -> None:
    end = ends_on(determined_on, severity, nantong()).last_day
    days = [last_day - timedelta(days=1), last_day, last_day + timedelta(days=1)]
    assert [counts_on(end, day) for day in days] == [True, True, False], case


@pytest.mark.clause("NT-30")
def test_a_record_without_an_end_counts_on_every_day() -> None:
    assert counts_on(None, date(2999, 1, 1))


@pytest.mark.clause("NT-30")
@pytest.mark.parametrize(
    ("determined_on", "expected"),
    [(date(2025, 12, 31), date(2026, 12, 30)), (date(2026, 1, 1), date(2026, 12, 31)), (date(2026, 1, 2), date(2027, 1, 1))],
)
def test_a_city_that_counts_the_first_day_ends_a_day_earlier(determined_on: date, expected: date) -> None:
    assert ends_on(determined_on, "general", nantong(count_first_day=True)).last_day == expected


@pytest.mark.clause("NT-30", "AK-1.3")
@pytest.mark.parametrize(
    ("case", "determined_on", "severity", "expected", "source", "defaulted"),
    [
        ("the day before the city's first value", date(2018, 6, 25), "severe", date(2019, 6, 25), DEFAULT, True),
        ("the day of the city's first value", date(2018, 6, 26), "severe", date(2021, 6, 26), NANTONG, False),
        ("the day after", date(2018, 6, 27), "severe", date(2021, 6, 27), NANTONG, False),
        ("long before", date(2001, 5, 5), "general", date(2002, 5, 5), DEFAULT, True),
    ],
)
def test_a_determination_before_the_citys_first_value_asks_the_default_layer(
    case: str, determined_on: date, severity: Severity, expected: date, source: str, defaulted: bool
) -> None:
    ending = ends_on(determined_on, severity, nantong())
    assert (ending.last_day, ending.source, ending.defaulted) == (expected, source, defaulted), case


def two_rules() -> Rules:
    """36 and 12 months by the old rule; from 2026-04-01 24 months and 3."""
    old = (LONG_AGO, {"general": 12, "severe": 36}, "旧规")
    new = (NEW, {"general": {"minimum": 0, "maximum": 3}, "severe": {"minimum": 12, "maximum": 24}}, "新规")
    return rules(a_rule("validity", old, new, unit="months"), a_choice("count_first_day", False))


@pytest.mark.clause("NT-30")
@pytest.mark.parametrize(
    ("case", "determined_on", "severity", "expected", "source"),
    [
        ("ended before the new rule began", date(2025, 3, 30), "general", date(2026, 3, 30), "旧规"),
        ("ended on the eve of the new rule", date(2025, 3, 31), "general", date(2026, 3, 31), "旧规"),
        ("would end on the new rule's first day", date(2025, 4, 1), "general", date(2026, 3, 31), "新规"),
        ("the new period is over already: the eve of the new rule", date(2024, 1, 15), "severe", date(2026, 3, 31), "新规"),
        ("the new period ends the day before the rule began", date(2024, 3, 31), "severe", date(2026, 3, 31), "新规"),
        ("the new period ends the day it began", date(2024, 4, 1), "severe", date(2026, 4, 1), "新规"),
        ("the new period ends the day after", date(2024, 4, 2), "severe", date(2026, 4, 2), "新规"),
        ("the shorter of the two", date(2025, 3, 1), "severe", date(2027, 3, 1), "新规"),
        ("determined on the eve of the new rule", date(2026, 3, 31), "severe", date(2028, 3, 31), "新规"),
        ("determined on its first day", NEW, "severe", date(2028, 4, 1), "新规"),
        ("determined the day after", date(2026, 4, 2), "severe", date(2028, 4, 2), "新规"),
    ],
)
def test_where_an_old_and_a_new_rule_could_apply_the_shorter_does(
    case: str, determined_on: date, severity: Severity, expected: date, source: str
) -> None:
    ending = ends_on(determined_on, severity, two_rules())
    assert (ending.last_day, ending.source) == (expected, source), case


@pytest.mark.clause("NT-30")
@pytest.mark.parametrize("determined_on", [date(2025, 3, 31), date(2025, 4, 1), date(2026, 3, 31)])
def test_a_new_rule_that_is_longer_changes_nothing_for_earlier_records(determined_on: date) -> None:
    ending = ends_on(determined_on, "general", nantong((NEW, {"general": 2, "severe": 5}, "新规")))
    assert (ending.last_day, ending.source) == (determined_on.replace(year=determined_on.year + 1), NANTONG)


@pytest.mark.clause("NT-30")
def test_a_later_shorter_default_reaches_the_records_of_a_silent_city() -> None:
    silent = rules(default=(default_validity((NEW, {"general": 6}, "新的默认")), a_choice("count_first_day", False)))
    ending = ends_on(date(2025, 12, 1), "general", silent)
    assert (ending.last_day, ending.source, ending.defaulted) == (date(2026, 6, 1), "新的默认", True)


@pytest.mark.clause("NT-30")
@given(determined_on=st.dates(date(2015, 1, 1), date(2030, 1, 1)), severity=st.sampled_from(["general", "severe"]))
def test_no_rule_lengthens_another(determined_on: date, severity: Severity) -> None:
    both = ends_on(determined_on, severity, two_rules()).last_day
    old = a_rule("validity", (LONG_AGO, {"general": 12, "severe": 36}, "旧规"), unit="months")
    alone = ends_on(determined_on, severity, rules(old, a_choice("count_first_day", False))).last_day
    assert both is not None
    assert alone is not None
    assert determined_on <= both <= alone
    assert both == alone or both >= NEW - timedelta(days=1)


@pytest.mark.clause("NT-30")
@pytest.mark.parametrize(
    ("case", "severity", "last_day", "minimum"),
    [
        ("a tier with both limits ends at the longest", "general", date(2027, 5, 10), date(2026, 8, 10)),
        ("a tier of one number has no shortest publicity", "severe", date(2027, 5, 10), None),
        ("a tier of nothing ended before it began", "minor", date(2026, 5, 9), None),
    ],
)
def test_a_tier_may_have_a_shortest_and_a_longest_publicity(case: str, severity: Severity, last_day: date, minimum: date | None) -> None:
    silent = rules(default=(default_validity(), a_choice("count_first_day", False)))
    ending = ends_on(date(2026, 5, 10), severity, silent)
    assert (ending.last_day, ending.minimum) == (last_day, minimum), case


@pytest.mark.clause("NT-30")
@pytest.mark.parametrize("day", [date(2026, 5, 9), date(2026, 5, 10), date(2026, 5, 11)])
def test_a_tier_of_nothing_is_never_shown_from_the_determination_on(day: date) -> None:
    silent = rules(default=(default_validity(), a_choice("count_first_day", False)))
    assert counts_on(ends_on(date(2026, 5, 10), "minor", silent).last_day, day) is (day < date(2026, 5, 10))


@pytest.mark.clause("NT-30")
def test_a_severity_that_the_city_does_not_have_takes_the_default_layers_period_and_unit() -> None:
    own = a_rule("validity", (date(2018, 6, 26), {"general": 1, "severe": 3}, NANTONG))
    months = a_rule("validity", (LONG_AGO, {"minor": 3}, DEFAULT), unit="months")
    ending = ends_on(date(2026, 5, 10), "minor", rules(own, default=(months, a_choice("count_first_day", False))))
    assert (ending.last_day, ending.source, ending.defaulted) == (date(2026, 8, 10), DEFAULT, True)


OWN_VALIDITY = {"unit": "months", "general": 6, "severe": {"minimum": 3, "maximum": 60}, "source": "《示例法》第九条"}


@pytest.mark.clause("NT-30")
@pytest.mark.parametrize(
    ("case", "severity", "expected", "source", "defaulted"),
    [
        ("shorter than the city's", "general", date(2026, 9, 14), "《示例法》第九条", False),
        ("longer than the city's", "severe", date(2031, 3, 14), "《示例法》第九条", False),
        ("a tier that it lacks", "minor", date(2026, 3, 13), DEFAULT, True),
    ],
)
def test_an_item_whose_own_law_sets_a_period_has_that_one(
    case: str, severity: Severity, expected: date, source: str, defaulted: bool
) -> None:
    ending = ends_on(date(2026, 3, 14), severity, nantong(), an_item(validity=OWN_VALIDITY))
    assert (ending.last_day, ending.source, ending.defaulted) == (expected, source, defaulted), case


DETERMINED = date(2026, 2, 26)
PENALTY = an_item(stated_end_source="公示截止期")


@pytest.mark.clause("NT-30")
@pytest.mark.parametrize(
    ("case", "stated_end", "expected", "source"),
    [
        ("the stated end is a day before the law's", date(2027, 2, 25), date(2027, 2, 25), "公示截止期"),
        ("the stated end is the law's", date(2027, 2, 26), date(2027, 2, 26), NANTONG),
        ("the stated end is a day past the law's", date(2027, 2, 27), date(2027, 2, 26), NANTONG),
        ("the stated end is years past the law's", date(2031, 1, 1), date(2027, 2, 26), NANTONG),
        ("the stated end says: none", date(2099, 12, 31), date(2027, 2, 26), NANTONG),
        ("no end is stated", None, date(2027, 2, 26), NANTONG),
    ],
)
def test_a_penalty_is_public_until_the_earlier_of_its_stated_end_and_the_laws(
    case: str, stated_end: date | None, expected: date, source: str
) -> None:
    ending = public_until(PENALTY, determined_on=DETERMINED, severity="general", stated_end=stated_end, rules=nantong())
    assert (ending.last_day, ending.source) == (expected, source), case


@pytest.mark.clause("NT-30")
def test_a_record_that_is_computed_does_not_heed_a_stated_end() -> None:
    item = an_item(publicity_rule="computed")
    ending = public_until(item, determined_on=DETERMINED, severity="general", stated_end=date(2026, 3, 1), rules=nantong())
    assert ending.last_day == date(2027, 2, 26)


@pytest.mark.parametrize(
    ("case", "stated_end", "expected"),
    [
        ("the day before no end", date(2099, 12, 30), date(2099, 12, 30)),
        ("2099/12/31 is no end", date(2099, 12, 31), None),
        ("nor is a day after it", date(2100, 1, 1), None),
        ("none stated", None, None),
        ("an ordinary end", date(2029, 6, 30), date(2029, 6, 30)),
    ],
)
def test_a_licence_shows_until_its_stated_end(case: str, stated_end: date | None, expected: date | None) -> None:
    ending = public_until(a_licence(), determined_on=DETERMINED, severity=None, stated_end=stated_end, rules=nantong())
    assert (ending.last_day, ending.source) == (expected, "许可证有效期至"), case


@pytest.mark.clause("NT-30")
@pytest.mark.parametrize(
    ("case", "item"),
    [
        ("no severity is known", an_item(severity_rule="none", publicity_rule="computed")),
        ("it shows until a stated end, and none is stated", an_item(severity_rule="none", publicity_rule="stated")),
    ],
)
def test_negative_information_always_ends(case: str, item: Item) -> None:
    ending = public_until(item, determined_on=DETERMINED, severity=None, stated_end=None, rules=nantong())
    assert ending.last_day == date(2027, 2, 26), case


@pytest.mark.clause("NT-15")
@pytest.mark.parametrize(
    ("item", "stated", "expected"),
    [
        (PENALTY, "轻微", "minor"),
        (PENALTY, "一般", "general"),
        (PENALTY, " 严重 ", "severe"),
        (PENALTY, "", "general"),
        (PENALTY, "不详", "general"),
        (a_licence(), "严重", None),
    ],
)
def test_the_provider_states_the_severity_and_who_states_none_means_general(item: Item, stated: str, expected: Any) -> None:
    words = a_rule("severity_words", (LONG_AGO, {"轻微": "minor", "一般": "general", "严重": "severe"}, "示例标准"), unit="words")
    assert severity_of(item, stated, rules(default=(words,)), DETERMINED) == expected
