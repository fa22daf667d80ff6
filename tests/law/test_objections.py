"""By when each step of an objection is due, what it puts on a record, and how near its last day is (NT-32)."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib import cities
from chalicelib.law import objections as law
from chalicelib.law.decisions import Refused
from chalicelib.law.parameters import Rules
from chalicelib.law.showing import in_use
from chalicelib.records.entries import Ended

from .builders import a_choice, rules

RULES = rules(
    a_choice("objection_decision", 10, "working_days"),
    a_choice("objection_verification", 5, "working_days"),
    a_choice("correction", 3, "working_days"),
    a_choice("amber", 2, "working_days"),
)


@pytest.mark.clause("NT-32")
@pytest.mark.parametrize(
    ("received", "settled", "why"),
    [
        (date(2026, 2, 6), date(2026, 2, 27), "over the Spring Festival, two Saturdays of which are worked"),
        (date(2026, 2, 9), date(2026, 2, 28), "a Saturday that is worked is a working day"),
        (date(2028, 2, 15), date(2028, 2, 29), "29 February is a day like others"),
        (date(2026, 9, 17), date(2026, 10, 8), "over the National Day, a Sunday before which is worked"),
    ],
)
def test_an_objection_is_settled_within_ten_working_days_of_its_receipt(received: date, settled: date, why: str) -> None:
    due = law.decision_due(received, RULES)
    assert due.day == settled, why
    assert law.light(due.day, settled, RULES) == "soon"
    assert law.light(due.day, date.fromordinal(settled.toordinal() + 1), RULES) == "late"


@pytest.mark.clause("NT-32")
def test_a_last_day_in_a_year_whose_holidays_are_unknown_is_provisional() -> None:
    assert law.decision_due(date(2040, 12, 24), RULES).provisional
    assert not law.decision_due(date(2026, 11, 2), RULES).provisional


@pytest.mark.clause("NT-32")
def test_a_provider_verifies_within_the_time_that_there_is_to_decide() -> None:
    decision = date(2026, 12, 4)
    assert law.verification_due(date(2026, 11, 23), decision, RULES).day == date(2026, 11, 30)
    assert law.verification_due(date(2026, 12, 2), decision, RULES).day == decision
    assert law.verification_due(date(2026, 12, 9), decision, RULES).day == date(2026, 12, 9)


@pytest.mark.clause("NT-32")
def test_a_record_found_wrong_is_corrected_within_three_working_days_of_that_decision() -> None:
    assert law.correction_due(date(2025, 12, 31), RULES).day == date(2026, 1, 6)
    assert law.correction_due(date(2026, 12, 4), RULES).day == date(2026, 12, 9)


@pytest.mark.parametrize(
    ("today", "light"),
    [
        (date(2026, 12, 1), "on time"),
        (date(2026, 12, 2), "soon"),
        (date(2026, 12, 4), "soon"),
        (date(2026, 12, 5), "late"),
    ],
)
def test_a_last_day_turns_amber_two_working_days_before_and_red_after(today: date, light: str) -> None:
    assert law.light(date(2026, 12, 4), today, RULES) == light
    assert law.light(None, today, RULES) == "on time"


def test_over_a_weekend_amber_begins_on_the_thursday_before() -> None:
    monday = date(2026, 12, 7)
    assert [law.light(monday, date(2026, 12, day), RULES) for day in (2, 3, 6, 7, 8)] == ["on time", "soon", "soon", "soon", "late"]


@pytest.mark.clause("NT-31")
def test_plain_choices_are_the_grounds_of_the_regulation() -> None:
    assert {choice.ground for choice in law.CHOICES.values()} == set(law.GROUNDS)
    assert law.grounds_of(["too old", "not me", "wrong"]) == ("facts", "past period")
    for wrong in ((), ("nonsense",), ("wrong", "nonsense")):
        with pytest.raises(Refused, match="异议理由"):
            law.grounds_of(wrong)


@pytest.mark.clause("NT-32f", "AK-4.5", "HY-27a")
@pytest.mark.parametrize(
    ("city", "goes_on"), [("nantong", True), ("karamay", False), ("ankang", False), ("hanyang", False), ("shijiazhuang", False)]
)
def test_what_is_suspended_follows_the_citys_rule_in_force_on_the_day_of_receipt(city: str, goes_on: bool) -> None:
    flags = law.flags_while_open(date(2026, 11, 23), cities.load(city).rules)
    assert flags[0] == "under_objection"
    assert ("use_suspended" not in flags) is goes_on
    assert "measures_suspended" in flags


def test_where_a_city_says_that_measures_go_on_they_do() -> None:
    own: Rules = rules(
        a_choice("use_goes_on_while_objected", True, "yes_no"), a_choice("measures_suspended_while_verified", False, "yes_no")
    )
    assert law.flags_while_open(date(2026, 11, 23), own) == ("under_objection",)


def test_what_is_suspended_or_has_ended_is_not_in_use() -> None:
    class Entry:
        valid_until = date(2026, 12, 31)

        def __init__(self, flags: tuple[str, ...] = (), ended: Ended | None = None) -> None:
            self.flags, self.ended = flags, ended

    last = date(2026, 12, 31)
    assert in_use(Entry(), last)
    assert in_use(Entry(("under_objection",)), last)
    assert not in_use(Entry(("under_objection", "use_suspended")), last)
    assert not in_use(Entry(ended=Ended("corrected", date(2026, 12, 1))), last)
    assert not in_use(Entry(), date(2027, 1, 1))


@pytest.mark.parametrize("stated", [{"r": ""}, {"r": "forget"}])
def test_every_record_is_decided_on_in_words_that_there_are(stated: dict[str, str]) -> None:
    with pytest.raises(Refused, match="每一条记录"):
        law.results_of(stated)


def test_a_decision_has_reasons_from_the_library_or_in_own_words() -> None:
    nothing = law.Verified()
    assert law.reasons_text(["over", "inside period"], " 另附说明。 ", nothing).endswith("另附说明。")
    assert law.reasons_text([], "另附说明。", nothing) == "另附说明。"
    for none in ((), ("nonsense",)):
        with pytest.raises(Refused, match="理由"):
            law.reasons_text(none, " ", nothing)


@pytest.mark.clause("NT-32")
@pytest.mark.parametrize(
    ("verified", "true"),
    [
        (law.Verified(), set()),
        (law.Verified(frozenset({"not ours"})), set()),
        (law.Verified(frozenset({"right"})), {"matches"}),
        (law.Verified(frozenset({"partly"})), {"differs"}),
        (law.Verified(frozenset({"wrong", "right"})), {"matches", "differs"}),
        (law.Verified(silent=True), {"no proof"}),
    ],
)
def test_a_reason_that_tells_of_the_provider_is_offered_only_while_it_is_true(verified: law.Verified, true: set[str]) -> None:
    assert law.reasons_true(verified).keys() & {"matches", "differs", "no proof"} == true
    assert law.reasons_true(verified).keys() >= {"document stands", "same subject", "other subject", "forbidden", "over"}
