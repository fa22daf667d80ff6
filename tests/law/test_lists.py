"""Leaving a list: the notice and its days, monitoring only where it may be, and what is put before a recogniser."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib import cities
from chalicelib.law import lists
from chalicelib.law.decisions import Refused
from chalicelib.records.entries import Ended, Record
from chalicelib.records.kinds import EndedHow

from .builders import a_record, uscc

TODAY = date(2026, 11, 21)
HANYANG, NANTONG = cities.load("hanyang"), cities.load("nantong")


def an_entry(**changes: Any) -> Record:
    """A black list entry of an organisation."""
    listed = {
        "catalogue": "blacklist",
        "determined_on": date(2025, 4, 24),
        "entered_on": date(2025, 5, 1),
        "valid_until": date(2026, 11, 20),
        "severity": "severe",
        "content": {"recogniser_code": "11320699000ARLRP06"},
    }
    return a_record(**(listed | changes))


def _notice(entry: Record, day: date) -> lists.ExitNotice | None:
    return lists.exit_notice(entry, NANTONG.catalogue[entry.catalogue], NANTONG.rules, day)


@pytest.mark.clause("HY-20d", "NTN-3a")
@pytest.mark.parametrize(
    ("last_day", "day", "shown"),
    [
        (date(2026, 11, 20), date(2026, 11, 20), False),
        (date(2026, 11, 20), date(2026, 11, 21), True),
        (date(2026, 11, 20), date(2026, 12, 20), True),
        (date(2026, 11, 20), date(2026, 12, 21), False),
        (date(2026, 12, 31), date(2027, 1, 1), True),
        (date(2028, 2, 28), date(2028, 2, 29), True),
        (date(2028, 2, 28), date(2028, 3, 29), True),
        (date(2028, 2, 28), date(2028, 3, 30), False),
    ],
)
def test_the_notice_of_an_exit_shows_from_the_day_after_the_last_one_for_thirty_days(last_day: date, day: date, shown: bool) -> None:
    assert (_notice(an_entry(valid_until=last_day), day) is not None) is shown


@pytest.mark.clause("AK-4.2")
@pytest.mark.parametrize("city", ["ankang", "karamay", "nantong"])
@pytest.mark.parametrize(
    ("who", "prefix", "for_reference"),
    [
        ("an organ", "11", False),
        ("a public institution", "12", False),
        ("a mass organisation", "13", True),
        ("an association", "51", True),
        ("a trade union", "81", True),
        ("a credit institution", "91", True),
    ],
)
def test_the_lists_of_all_but_public_bodies_are_for_reference(who: str, prefix: str, for_reference: bool, city: str) -> None:
    rules = cities.load(city).rules
    for catalogue in ("redlist", "blacklist"):
        entry = an_entry(catalogue=catalogue, content={"recogniser_code": uscc(prefix=prefix)})
        assert lists.is_for_reference(entry, rules) is for_reference, (who, catalogue)


@pytest.mark.clause("HY-20d", "HY-20b")
@pytest.mark.parametrize(
    ("how", "announced"),
    [("exited", True), ("repaired", True), ("expired_early", True), ("withdrawn", False), ("corrected", False), ("purged", False)],
)
def test_a_wrong_listing_is_corrected_and_not_announced_as_an_exit(how: EndedHow, announced: bool) -> None:
    entry = an_entry(valid_until=date(2028, 4, 23), ended=Ended(how, TODAY, "TC-1"))
    assert (_notice(entry, TODAY) is not None) is announced


@pytest.mark.parametrize(
    "entry",
    [
        an_entry(catalogue="watchlist", category="other"),
        an_entry(catalogue="warnings", category="other"),
        an_entry(catalogue="penalty"),
        an_entry(entered_on=date(2026, 11, 21)),
        an_entry(valid_until=None),
    ],
    ids=["watch list", "national warning", "no list", "entered after its end", "without end"],
)
def test_what_never_showed_has_no_notice(entry: Record) -> None:
    assert _notice(entry, TODAY) is None


@pytest.mark.clause("HY-20b")
def test_who_leaves_a_black_list_is_monitored_in_hanyang_alone_and_never_after_a_wrong_listing() -> None:
    entry, until = an_entry(), date(2027, 5, 21)
    assert lists.monitored_until(entry, until, "duties done", HANYANG.rules, TODAY) == until
    assert lists.monitored_until(entry, None, "duties done", HANYANG.rules, TODAY) is None
    assert lists.monitored_until(entry, date(2026, 11, 22), "duties done", HANYANG.rules, TODAY) == date(2026, 11, 22)
    for refused in (
        (entry, until, "wrong", HANYANG.rules),
        (entry, until, "duties done", NANTONG.rules),
        (an_entry(catalogue="redlist"), until, "other", HANYANG.rules),
        (entry, TODAY, "duties done", HANYANG.rules),
    ):
        with pytest.raises(Refused):
            lists.monitored_until(*refused, TODAY)  # type: ignore[arg-type]


RED = an_entry(catalogue="redlist", category="positive", severity=None, valid_until=date(2027, 4, 24))
WATCH = an_entry(catalogue="watchlist", category="other", severity=None, valid_until=date(2027, 4, 24))
ACT = an_entry(id="r_1", catalogue="penalty", severity="general", determined_on=date(2026, 10, 1), valid_until=date(2027, 10, 1))
SEVERE = replace(ACT, severity="severe")


@pytest.mark.clause("HY-20c", "NTN-3c")
@pytest.mark.parametrize(
    ("entry", "record", "city", "matter"),
    [
        (RED, ACT, "hanyang", "incentive"),
        (RED, ACT, "nantong", None),
        (RED, replace(ACT, category="positive"), "hanyang", None),
        (RED, replace(ACT, valid_until=date(2026, 11, 20)), "hanyang", None),
        (RED, replace(ACT, valid_until=date(2026, 11, 21)), "hanyang", "incentive"),
        (replace(RED, valid_until=None), ACT, "hanyang", None),
        (RED, replace(ACT, determined_on=date(2025, 4, 23)), "hanyang", None),
        (RED, replace(ACT, determined_on=date(2025, 4, 24)), "hanyang", "incentive"),
        (RED, replace(ACT, ended=Ended("repaired", TODAY)), "hanyang", None),
        (WATCH, SEVERE, "nantong", "watched"),
        (WATCH, ACT, "nantong", None),
        (replace(WATCH, valid_until=date(2026, 11, 20)), SEVERE, "nantong", None),
        (WATCH, replace(SEVERE, catalogue="blacklist"), "nantong", None),
    ],
)
def test_what_is_put_before_the_recogniser_of_a_listed_subject(entry: Record, record: Record, city: str, matter: str | None) -> None:
    assert lists.matter_of(entry, record, cities.load(city).rules, TODAY) == matter


@pytest.mark.clause("HY-26c")
def test_only_an_entry_that_counts_can_leave_its_list() -> None:
    lists.refuse_leaving(an_entry(valid_until=TODAY), TODAY)
    for entry, reason in (
        (an_entry(), "已经失效"),
        (an_entry(catalogue="penalty"), "只有红名单"),
        (an_entry(catalogue="warnings"), "只有红名单"),
    ):
        with pytest.raises(Refused, match=reason):
            lists.refuse_leaving(entry, TODAY)
