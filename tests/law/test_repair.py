"""Repair: who may ask, what the system advises on which clause and from which day, and the days of opinion and publicity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib import cities
from chalicelib.law import repair
from chalicelib.law.deadlines import Deadline
from chalicelib.law.decisions import Refused
from chalicelib.law.repair import Application, Finding
from chalicelib.records.entries import Ended, Record
from chalicelib.records.subjects import Link

from .builders import ENDS, a_choice, a_record, rules

TODAY = date(2026, 11, 22)
NANTONG = cities.load("nantong").rules
STATED = Application(date(2026, 3, 5), ("payment",), "罚款已经缴清（示例）", "今后守法诚信经营（示例）", "已经建立管理制度（示例）")


def another(determined_on: date, **changes: Any) -> Record:
    """Another act of the same kind."""
    return a_record(id="r_2", document_no="示罚〔2026〕9号", determined_on=determined_on, valid_until=date(2028, 1, 1), **changes)


def found(clause: str, findings: tuple[Finding, ...], words: str) -> Finding:
    (finding,) = [one for one in findings if one.clause == clause and words in one.template]
    return finding


def advised(record: Record, application: Application, *others: Record, on: date = TODAY, **own: Any) -> tuple[Finding, ...]:
    chosen = rules(*own.values()) if own else NANTONG
    return repair.advice(record, application, [record, *others], "organisation", on, chosen)


@pytest.mark.clause("NT-34")
@pytest.mark.parametrize(
    ("case", "changes", "clause"),
    [
        ("on its last day", {"valid_until": TODAY}, None),
        ("the day after its last day", {"valid_until": date(2026, 11, 21)}, "NT-34"),
        ("without an end", {"valid_until": None}, None),
        ("that was repaired already", {"ended": Ended("repaired", date(2026, 6, 1))}, "NT-34"),
        ("that is positive", {"category": "positive"}, "NT-34"),
        ("of a responsible person", {"parent": Link("s_2", "r_9")}, "NT-29"),
        ("stated to be repairable", {"content": {"repairable": True}}, None),
        ("stated to be beyond repair", {"content": {"repairable": False}}, "HY-26"),
    ],
)
def test_a_negative_record_can_be_repaired_while_it_counts(case: str, changes: Mapping[str, Any], clause: str | None) -> None:
    record = a_record(**changes)
    if clause is None:
        repair.refuse_unrepairable(record, TODAY)
    else:
        with pytest.raises(Refused) as refused:
            repair.refuse_unrepairable(record, TODAY)
        assert refused.value.clause == clause, case


@pytest.mark.clause("NT-34", "HY-26b", "AK-4.4b")
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"corrected_on": date(2026, 11, 23)}, "在今天之后"),
        ({"ways": ()}, "至少选择一种"),
        ({"ways": ("score",)}, "至少选择一种"),
        ({"correction": " "}, "怎样纠正"),
        ({"commitment": ""}, "不再失信的承诺"),
        ({"management": ""}, "信用管理制度"),
        ({"commitment": "诺" * 2001}, "2000"),
    ],
)
def test_an_application_states_correction_ways_commitment_and_management(changes: Mapping[str, Any], reason: str) -> None:
    assert repair.checked(STATED, "organisation", TODAY) == STATED
    with pytest.raises(Refused, match=reason):
        repair.checked(replace(STATED, **changes), "organisation", TODAY)


@pytest.mark.clause("NT-34")
def test_a_person_needs_no_management_system() -> None:
    assert repair.checked(replace(STATED, management=""), "natural_person", TODAY).management == ""


@pytest.mark.clause("AK-4.4", "NTN-3d", "HY-26c")
@pytest.mark.parametrize(
    ("way", "clause"),
    [("community_service", "AK-4.4"), ("volunteering", "NTN-3d"), ("training", "NTN-3d"), ("commitment", "NTN-3d"), ("payment", "HY-26c")],
)
def test_service_volunteering_training_commitment_and_doing_the_duty_are_ways_of_repair(way: str, clause: str) -> None:
    assert repair.WAYS[way][1] == clause
    assert repair.checked(replace(STATED, ways=(way,)), "organisation", TODAY).ways == (way,)


@pytest.mark.clause("NT-34")
@pytest.mark.parametrize(
    ("case", "again_on", "applied_on", "holds", "from_when"),
    [
        ("nothing since", None, TODAY, True, None),
        ("an act on the day of the correction itself", date(2026, 3, 5), TODAY, True, None),
        ("an act the day after the correction", date(2026, 3, 6), TODAY, False, date(2027, 3, 7)),
        ("an act on the very day of the application", TODAY, TODAY, False, date(2027, 11, 23)),
        ("an act a year ago to the day", date(2026, 3, 6), date(2027, 3, 6), False, date(2027, 3, 7)),
        ("an act a year and a day ago", date(2026, 3, 6), date(2027, 3, 7), True, None),
    ],
)
def test_the_year_without_an_act_of_the_same_kind_is_looked_back_on_and_not_waited_for(
    case: str, again_on: date | None, applied_on: date, holds: bool, from_when: date | None
) -> None:
    others = [another(again_on)] if again_on else []
    finding = found("NT-34", advised(a_record(valid_until=date(2029, 2, 25)), STATED, *others, on=applied_on), "同类失信行为")
    assert (finding.holds, finding.from_when) == (holds, from_when), case


@pytest.mark.clause("NT-34")
@pytest.mark.parametrize(
    ("applied_on", "holds", "from_when"),
    [(date(2025, 2, 27), False, date(2025, 3, 1)), (date(2025, 2, 28), False, date(2025, 3, 1)), (date(2025, 3, 1), True, None)],
)
def test_a_year_after_an_act_on_29_february_ends_on_28_february(applied_on: date, holds: bool, from_when: date | None) -> None:
    record = a_record(determined_on=date(2023, 5, 1), valid_until=date(2026, 5, 1))
    application = replace(STATED, corrected_on=date(2023, 6, 1))
    finding = found("NT-34", advised(record, application, another(date(2024, 2, 29)), on=applied_on), "同类失信行为")
    assert (finding.holds, finding.from_when) == (holds, from_when)


@pytest.mark.clause("NT-34")
@pytest.mark.parametrize(
    ("case", "changes"),
    [
        ("of another kind", {"title": "超标排放"}),
        ("in another catalogue item", {"catalogue": "blacklist"}),
        ("that was withdrawn", {"ended": Ended("withdrawn", date(2026, 6, 1))}),
        ("that was repaired", {"ended": Ended("repaired", date(2026, 6, 1))}),
    ],
)
def test_an_act_does_not_stand_in_the_way(case: str, changes: Mapping[str, Any]) -> None:
    other = replace(another(date(2026, 5, 1)), **changes)
    assert found("NT-34", advised(a_record(), STATED, other), "同类失信行为").holds, case


@pytest.mark.clause("NT-34")
@pytest.mark.parametrize(("applied_on", "holds", "from_when"), [(3, False, 4), (4, True, None), (5, True, None)])
def test_where_a_city_wants_a_wait_it_counts_from_the_correction(applied_on: int, holds: bool, from_when: int | None) -> None:
    own = {"wait": a_choice("repair_wait", 30, "days"), "look_back": a_choice("repair_look_back", 1, "years")}
    finding = found("NT-34", advised(a_record(), STATED, on=date(2026, 4, applied_on), **own), "纠正之后")
    assert (finding.holds, finding.from_when) == (holds, date(2026, 4, from_when) if from_when else None)


@pytest.mark.clause("NT-34")
def test_where_no_wait_is_ruled_one_may_apply_on_the_day_of_the_correction() -> None:
    assert found("NT-34", advised(a_record(), replace(STATED, corrected_on=TODAY)), "等待期").holds


@pytest.mark.clause("HY-26")
def test_the_way_that_was_stated_at_listing_is_put_before_the_provider() -> None:
    finding = found("HY-26", advised(a_record(content={"repairable": True, "repair_way": "履行义务"}), STATED), "修复方式")
    assert finding.holds is None
    assert finding.values == {"way": "履行义务"}


@pytest.mark.clause("HY-26b", "AK-4.4b")
@pytest.mark.parametrize(
    ("case", "rectify_by", "holds"),
    [
        ("the day before the last", "2026-03-06", True),
        ("on the last day", "2026-03-05", True),
        ("a day late", "2026-03-04", False),
        ("no period was set", None, None),
    ],
)
def test_who_corrects_within_the_set_period_is_no_longer_a_target_of_joint_penalties(
    case: str, rectify_by: str | None, holds: bool | None
) -> None:
    finding = found("HY-26b", advised(a_record(content={"rectify_by": rectify_by}), STATED), "联合惩戒")
    assert finding.holds is holds, case


@pytest.mark.clause("NT-35")
@pytest.mark.usefixtures("autumn_of_2026")
@pytest.mark.parametrize(
    ("case", "opinion_on", "last_day", "effective", "provisional"),
    [
        ("an ordinary Monday", date(2026, 11, 9), date(2026, 11, 16), date(2026, 11, 17), False),
        ("an ordinary Friday", date(2026, 11, 6), date(2026, 11, 13), date(2026, 11, 14), False),
        ("over Spring Festival and its worked Saturday", date(2026, 2, 11), date(2026, 2, 25), date(2026, 2, 26), False),
        ("on the worked Saturday itself", date(2026, 2, 14), date(2026, 2, 28), date(2026, 3, 1), False),
        ("on a day of the festival", date(2026, 2, 20), date(2026, 2, 28), date(2026, 3, 1), False),
        ("ends on the last working day of 2026", date(2026, 12, 24), date(2026, 12, 31), date(2027, 1, 1), False),
        ("a day later, into an unannounced year", date(2026, 12, 25), date(2027, 1, 4), date(2027, 1, 5), True),
        ("over 29 February 2024", date(2024, 2, 27), date(2024, 3, 5), date(2024, 3, 6), False),
    ],
)
def test_an_opinion_is_public_for_five_working_days_and_then_takes_effect(
    case: str, opinion_on: date, last_day: date, effective: date, provisional: bool
) -> None:
    until = repair.public_until(opinion_on, NANTONG)
    assert (until.day, until.provisional, until.defaulted) == (last_day, provisional, False), case
    assert repair.takes_effect_on(until.day) == effective, case


@pytest.mark.clause("NT-35")
def test_an_announced_window_is_never_shortened_when_its_calendar_comes_out() -> None:
    announced, earlier = Deadline(date(2027, 1, 5), provisional=True), Deadline(date(2027, 1, 4), provisional=False)
    later = Deadline(date(2027, 1, 6), provisional=False)
    assert repair.never_earlier(announced, earlier) == announced
    assert repair.never_earlier(announced, later) == later
    assert not repair.never_earlier(announced, Deadline(date(2027, 1, 5), provisional=False)).provisional


@pytest.mark.clause("NT-35")
@pytest.mark.parametrize(("city", "days"), [("nantong", date(2026, 11, 16)), ("hanyang", date(2026, 11, 16))])
def test_each_city_has_its_publicity_or_says_that_the_default_speaks(city: str, days: date) -> None:
    until = repair.public_until(date(2026, 11, 9), cities.load(city).rules)
    assert until.day == days
    assert until.defaulted == (city != "nantong")


@pytest.mark.clause("NT-35")
def test_the_provider_has_its_period_for_the_opinion() -> None:
    assert repair.opinion_by(date(2026, 2, 11), NANTONG).day == date(2026, 3, 3)


@pytest.mark.clause("NT-35")
@pytest.mark.parametrize(
    ("effect", "until", "taken"),
    [
        ("ends", None, ("ends", None)),
        ("shortens", date(2026, 12, 2), ("shortens", date(2026, 12, 2))),
        ("shortens", date(2027, 2, 24), ("shortens", date(2027, 2, 24))),
        ("shortens", date(2026, 12, 1), None),
        ("shortens", ENDS, None),
        ("shortens", None, None),
        ("forgets", None, None),
    ],
)
def test_an_opinion_says_that_the_record_ends_or_ends_earlier(
    effect: str, until: date | None, taken: tuple[str, date | None] | None
) -> None:
    if taken is None:
        with pytest.raises(Refused):
            repair.checked_effect(effect, until, a_record(), date(2026, 12, 2))
    else:
        assert repair.checked_effect(effect, until, a_record(), date(2026, 12, 2)) == taken
