"""Who may use the green channel: years without a bad record, or a role model; and what is promised when papers are missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib import cities
from chalicelib.law import clean_years, promises
from chalicelib.law.decisions import Refused
from chalicelib.records.entries import Ended, Record

from .builders import a_record

DECIDED = date(2023, 11, 22)
THREE_YEARS_ON = date(2026, 11, 22)
OLD = date(2010, 1, 1)


def _standing(records: Sequence[Record], day: date = THREE_YEARS_ON, established: date | None = OLD, city: str = "karamay") -> Any:
    return clean_years.standing(records, established, day, cities.load(city).rules)


@pytest.mark.clause("KLM-6", "AK-2.3", "HY-11")
@pytest.mark.parametrize("city", ["karamay", "ankang", "hanyang", "nantong"])
@pytest.mark.parametrize(
    ("day", "is_open"),
    [(THREE_YEARS_ON - timedelta(days=1), False), (THREE_YEARS_ON, False), (THREE_YEARS_ON + timedelta(days=1), True)],
    ids=["before", "third anniversary", "after"],
)
def test_a_bad_record_stands_against_it_through_its_third_anniversary(day: date, is_open: bool, city: str) -> None:
    found = _standing([a_record(determined_on=DECIDED, valid_until=date(2024, 11, 21))], day, city=city)
    assert found.is_open is is_open
    assert found.from_when == (None if is_open else THREE_YEARS_ON + timedelta(days=1))
    assert found.defaulted is (city == "nantong")


@pytest.mark.clause("KLM-6", "AK-2.3", "HY-11")
@pytest.mark.parametrize(
    ("changes", "is_open"),
    [
        ({}, False),
        ({"ended": Ended("repaired", date(2026, 1, 1))}, True),
        ({"ended": Ended("corrected", date(2026, 1, 1))}, True),
        ({"ended": Ended("withdrawn", date(2026, 1, 1))}, True),
        ({"ended": Ended("exited", date(2026, 1, 1))}, True),
        ({"ended": Ended("expired_early", date(2026, 1, 1))}, False),
        ({"flags": ("use_suspended",)}, True),
        ({"flags": ("under_objection",)}, False),
        ({"category": "other"}, True),
        ({"determined_on": date(2020, 1, 1), "valid_until": date(2027, 3, 1)}, False),
    ],
)
def test_repaired_corrected_and_withdrawn_records_do_not_count_and_one_that_is_still_valid_does(
    changes: Mapping[str, Any], is_open: bool
) -> None:
    record = a_record(**{"determined_on": date(2026, 2, 26), **changes})
    assert _standing([record]).is_open is is_open


@pytest.mark.clause("KLM-6", "AK-2.3")
def test_a_role_model_is_one_as_long_as_the_list_says_so_and_the_certificate_names_who_does() -> None:
    bad = a_record(determined_on=date(2026, 2, 26))
    content = {"recogniser": "示例税务局"}
    entry = a_record(catalogue="redlist", category="positive", title="A级纳税人", valid_until=date(2026, 12, 31), content=content)
    found = _standing([bad, entry])
    assert found.is_open
    assert clean_years.statement(found) == "该主体列入“A级纳税人”（示例税务局认定），是诚信典型。"
    assert clean_years.statement_in_english(found) == "The subject is on the red list “A级纳税人” kept by 示例税务局: a role model."
    assert not _standing([bad, entry], date(2027, 1, 1)).is_open
    assert not _standing([bad, a_record(catalogue="redlist", category="positive", valid_until=None)]).is_open


@pytest.mark.clause("KLM-6")
def test_what_has_not_existed_for_three_years_has_not_had_them_yet() -> None:
    young = _standing([], established=DECIDED + timedelta(days=1))
    assert (young.is_open, young.from_when) == (False, THREE_YEARS_ON + timedelta(days=1))
    assert _standing([], established=DECIDED).is_open
    assert _standing([], established=None).is_open
    with pytest.raises(Refused) as refusal:
        clean_years.refuse_closed(young)
    assert refusal.value.from_when == THREE_YEARS_ON + timedelta(days=1)


def test_clean_years_are_certified_in_words_without_any_number_of_points() -> None:
    assert clean_years.statement(_standing([])) == "该主体自 2023年11月22日 起连续3年没有不良信用记录（已修复、已更正、已撤回的不计）。"
    assert clean_years.statement_in_english(_standing([])) == (
        "Since 22 November 2023 the subject has had no bad credit record, 3 years in a row (records that were repaired, corrected or "
        "withdrawn do not count)."
    )


GIVEN: Mapping[str, Any] = {"matter": "食品经营许可", "papers": "房屋租赁合同", "until": date(2026, 12, 1), "needed_by_law": False}


@pytest.mark.clause("KLM-6", "AK-2.3")
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"needed_by_law": True}, "法律法规要求"),
        ({"until": THREE_YEARS_ON}, "今天以后"),
        ({"matter": " "}, "办理事项"),
        ({"papers": "长" * 501}, "所缺的材料"),
        ({"papers": "身份证990000199005230009"}, "证件号码"),
    ],
)
def test_papers_that_the_law_demands_cannot_be_promised_and_a_promise_has_its_day(changes: Mapping[str, Any], why: str) -> None:
    assert promises.promised(**GIVEN, today=THREE_YEARS_ON).papers == "房屋租赁合同"
    with pytest.raises(Refused, match=why):
        promises.promised(**{**GIVEN, **changes}, today=THREE_YEARS_ON)


@pytest.mark.clause("KLM-6", "AK-2.3")
@pytest.mark.parametrize(("days", "kept", "may_break"), [(-1, "keep", False), (0, "keep", False), (1, "keep_late", True)])
def test_a_promise_is_kept_through_its_last_day_and_broken_only_after_it(days: int, kept: str, may_break: bool) -> None:
    until = date(2026, 12, 1)
    today = until + timedelta(days=days)
    assert promises.closing("keep", until, today) == kept
    if may_break:
        assert promises.closing("break", until, today) == "break"
    else:
        with pytest.raises(Refused, match="还没有过去"):
            promises.closing("break", until, today)
    with pytest.raises(Refused):
        promises.closing("keep_late", until, today)
