"""What a consent is on each day, and how little of it may be given and used: tables of days and words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib import cities
from chalicelib.law import consent as law
from chalicelib.law.decisions import Refused
from chalicelib.records.identifiers import Identifier
from chalicelib.records.reports import Consent
from chalicelib.records.subjects import Office

PERSON = Identifier("resident_id", "990000198004050001")
LAST, TODAY = date(2026, 12, 31), date(2026, 11, 21)


def a_consent(**other: object) -> Consent:
    """A consent to two uses of two items, agreed to."""
    usual = Consent(
        id="Q-20261121-00000000",
        way="asked",
        subject=PERSON,
        subject_name="钱演甲",
        asker=Office("91990000YW00100260", "演示青禾物流有限公司"),
        purpose="签订供货合同",
        items=("penalty", "licence"),
        uses=2,
        last_day=LAST,
        asked="2026-11-21T01:00:00.000000+00:00",
        asked_by="p_2",
        answer_until=date(2026, 12, 21),
        answer="agreed",
    )
    return replace(usual, **other)  # type: ignore[arg-type]


@pytest.mark.clause("NT-22")
@pytest.mark.parametrize(
    ("facts", "day", "state"),
    [
        ({}, LAST - timedelta(days=1), "in force"),
        ({}, LAST, "in force"),
        ({}, LAST + timedelta(days=1), "ended"),
        ({"used": 1}, LAST, "in force"),
        ({"used": 2}, LAST, "used up"),
        ({"revoked": "2026-11-21T02:00:00+00:00"}, TODAY, "revoked"),
        ({"revoked": "2026-11-21T02:00:00+00:00", "used": 2}, LAST + timedelta(days=1), "revoked"),
        ({"answer": "refused"}, TODAY, "refused"),
        ({"answer": "open"}, date(2026, 12, 20), "open"),
        ({"answer": "open"}, date(2026, 12, 21), "open"),
        ({"answer": "open"}, date(2026, 12, 22), "lapsed"),
        ({"answer": "open", "last_day": date(2026, 11, 30)}, date(2026, 12, 1), "lapsed"),
    ],
)
def test_what_a_consent_is_on_a_day(facts: dict[str, object], day: date, state: str) -> None:
    assert law.state_of(a_consent(**facts), day) == state


@pytest.mark.clause("NT-22", "SJZ-6")
@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"subject": Identifier("resident_id", "990000198005120008")}, "不是这个主体"),
        ({"subject": Identifier("passport", PERSON.number)}, "不是这个主体"),
        ({"purpose": "放贷"}, "不是这个用途"),
        ({"items": ["penalty", "redlist"]}, "范围"),
        ({"items": []}, "范围"),
        ({"today": LAST + timedelta(days=1)}, "已到期"),
    ],
)
def test_another_subject_purpose_scope_or_day_is_refused(other: dict[str, object], reason: str) -> None:
    asked = {"subject": PERSON, "purpose": " 签订供货合同 ", "items": None, "today": LAST}
    after = law.used(a_consent(), **asked)  # type: ignore[arg-type]
    assert (after.used, after.version) == (1, 2)
    with pytest.raises(Refused, match=reason):
        law.used(a_consent(), **{**asked, **other})  # type: ignore[arg-type]


@pytest.mark.parametrize("state", [{"answer": "open"}, {"answer": "refused"}, {"revoked": "x"}, {"used": 2}])
def test_a_consent_that_is_not_in_force_entitles_to_nothing(state: dict[str, object]) -> None:
    with pytest.raises(Refused):
        law.used(a_consent(**state), PERSON, "签订供货合同", None, TODAY)


@pytest.mark.clause("NT-22")
@pytest.mark.parametrize(
    ("items", "uses", "last_day", "reason"),
    [
        (["penalty", "redlist"], 1, LAST, "范围"),
        ([], 1, LAST, "范围"),
        (["penalty"], 3, LAST, "次数"),
        (["penalty"], 0, LAST, "次数"),
        (["penalty"], 1, LAST + timedelta(days=1), "最后一天"),
        (["penalty"], 1, TODAY - timedelta(days=1), "最后一天"),
    ],
)
def test_a_subject_agrees_to_what_is_asked_or_less_and_never_to_more(items: list[str], uses: int, last_day: date, reason: str) -> None:
    asked = a_consent(answer="open")
    less = law.agreed(asked, ["licence"], 1, TODAY, by="p_1", at="now", today=TODAY)
    assert (less.items, less.uses, less.last_day, less.answer) == (("licence",), 1, TODAY, "agreed")
    with pytest.raises(Refused, match=reason):
        law.agreed(asked, items, uses, last_day, by="p_1", at="now", today=TODAY)


def test_only_an_open_request_is_answered_and_only_a_given_consent_taken_back() -> None:
    given, asked = a_consent(), a_consent(answer="open")
    with pytest.raises(Refused):
        law.agreed(given, given.items, 1, LAST, by="p_1", at="now", today=TODAY)
    with pytest.raises(Refused):
        law.refused(given, by="p_1", at="now", today=TODAY)
    with pytest.raises(Refused):
        law.revoked(asked, at="now")
    assert law.revoked(given, at="now").revoked == "now"


@pytest.mark.clause("NT-19", "NT-22")
@pytest.mark.parametrize(
    ("items", "uses", "days", "reason"),
    [
        ([], 1, 1, "至少选择"),
        (["penalty", "nothing"], 1, 1, "不能经授权"),
        (["penalty", "registration"], 1, 1, "只有单位才有"),
        (["penalty"], 0, 1, "次数"),
        (["penalty"], law.MOST_USES + 1, 1, "次数"),
        (["penalty"], 1, -1, "已经过去"),
        (["penalty"], 1, law.LONGEST + 1, "最长"),
    ],
)
def test_a_request_that_cannot_be_is_refused(items: list[str], uses: int, days: int, reason: str) -> None:
    catalogue = cities.load("nantong").catalogue
    assert "shared" not in {item.disclosure for item in law.askable(catalogue, PERSON).values()}
    assert law.checked_terms(["penalty"], 1, TODAY, catalogue=catalogue, subject=PERSON, today=TODAY) == ("penalty",)
    with pytest.raises(Refused, match=reason):
        law.checked_terms(items, uses, TODAY + timedelta(days=days), catalogue=catalogue, subject=PERSON, today=TODAY)
