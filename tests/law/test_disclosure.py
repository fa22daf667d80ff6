"""Who sees which records, fields and names."""

from __future__ import annotations

from datetime import date
from typing import Any, get_args

import pytest

from chalicelib.law.catalogue import Disclosure, Field
from chalicelib.law.disclosure import Audience, may_see, shown_in_publicity, shown_legal_representative, shown_name, visible_content
from chalicelib.records.kinds import SubjectKind

from .builders import LONG_AGO, a_choice, a_rule, an_item, resident_id, rules, with_fields

PERSON = resident_id("19900103")
DAY = date(2026, 11, 21)
CLASSES = with_fields(
    Field("open", "公开", "公开", disclosure="public"),
    Field("between_bodies", "共享", "共享", disclosure="shared"),
    Field("on_authority", "授权", "授权", disclosure="authorised"),
    Field("hidden", "不对外", "不对外", disclosure="secret"),
)
SEEN: list[tuple[Audience, set[Disclosure], list[str]]] = [
    ("anyone", {"public"}, ["open"]),
    ("government", {"public", "shared"}, ["open", "between_bodies"]),
    ("authorised", {"public", "authorised"}, ["open", "on_authority"]),
    ("subject", {"public", "shared", "authorised"}, ["open", "between_bodies", "on_authority"]),
]


@pytest.mark.clause("NT-19", "HY-5")
@pytest.mark.parametrize(("audience", "classes", "fields"), SEEN)
def test_an_audience_sees_the_items_of_its_classes(audience: Audience, classes: set[Disclosure], fields: list[str]) -> None:
    assert {word for word in get_args(Disclosure) if may_see(an_item(disclosure=word), audience)} == classes


@pytest.mark.clause("NT-19", "HY-5", "HY-25c")
@pytest.mark.parametrize(("audience", "classes", "fields"), SEEN)
def test_an_audience_sees_the_fields_of_its_classes_in_order(audience: Audience, classes: set[Disclosure], fields: list[str]) -> None:
    content = {"hidden": "丁", "on_authority": "丙", "between_bodies": "乙", "open": "甲", "unknown": "戊"}
    assert list(visible_content(CLASSES, content, audience)) == fields


TYPES = with_fields(
    Field("facts", "事实", "事实", type="free_text"),
    Field("place", "地点", "地点"),
    Field("head", "负责人", "负责人", type="person_name"),
    Field("head_number", "证件号码", "证件号码", type="id_number"),
    Field("fine", "罚款", "罚款", type="money"),
    Field("licence_no", "许可编号", "许可编号", type="code"),
)
CONTENT: dict[str, Any] = {
    "facts": f"南通示例王伟店的王伟，证号{PERSON}",
    "place": "王伟家中",
    "head": "李示例",
    "head_number": PERSON,
    "fine": "85000.00",
    "licence_no": PERSON,
}


@pytest.mark.clause("HY-25c", "NT-4", "SJZ-2")
@pytest.mark.parametrize("audience", ["anyone", "government", "authorised"])
def test_people_and_numbers_are_covered_for_all_but_the_subject(audience: Audience) -> None:
    covered = "3" + "*" * 16 + PERSON[-1]
    assert visible_content(TYPES, CONTENT, audience, people=("王伟",), keep=("南通示例王伟店",)) == {
        "facts": f"南通示例王伟店的王*，证号{covered}",
        "place": "王*家中",
        "head": "李**",
        "head_number": covered,
        "fine": "85000.00",
        "licence_no": covered,
    }


def test_the_subject_sees_its_own_record_uncovered() -> None:
    assert visible_content(TYPES, CONTENT, "subject", people=("王伟",)) == CONTENT


def test_a_fact_that_is_missing_is_shown_as_missing() -> None:
    assert visible_content(TYPES, {}, "anyone") == dict.fromkeys(("facts", "place", "head", "head_number", "fine", "licence_no"))


@pytest.mark.clause("NT-4")
@pytest.mark.parametrize(
    ("case", "kind", "subject", "on", "shown"),
    [
        ("a company shows anywhere", "penalties", "organisation", DAY, True),
        ("so does an individual business", "licences", "individual_business", DAY, True),
        ("and a government body", "penalties", "government_body", DAY, True),
        ("a person shows in the kind that the city names", "licences", "natural_person", DAY, True),
        ("the day before the city named it", "licences", "natural_person", date(2018, 6, 25), False),
        ("on the day", "licences", "natural_person", date(2018, 6, 26), True),
        ("a person shows in no other kind", "penalties", "natural_person", DAY, False),
    ],
)
def test_people_show_only_in_the_kinds_that_the_city_names(case: str, kind: str, subject: SubjectKind, on: date, shown: bool) -> None:
    named = a_choice("natural_persons_public", ["licences"], begins=date(2018, 6, 26))
    none = a_choice("natural_persons_public", [])
    assert shown_in_publicity(kind, subject, rules(named, default=(none,)), on) is shown, case


@pytest.mark.clause("NT-4")
@pytest.mark.parametrize("kind", ["licences", "penalties", "redlist", "blacklist"])
def test_where_the_city_is_silent_people_show_nowhere(kind: str) -> None:
    assert not shown_in_publicity(kind, "natural_person", rules(default=(a_choice("natural_persons_public", []),)), DAY)


@pytest.mark.clause("HY-25c", "NT-4")
@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("natural_person", "王示例", "王**"),
        ("organisation", "南通示例有限公司", "南通示例有限公司"),
        ("individual_business", "南通示例王伟建材店", "南通示例王伟建材店"),
        ("government_body", "南通市示例局", "南通市示例局"),
    ],
)
def test_a_persons_name_is_masked_and_a_trade_name_stays(kind: SubjectKind, name: str, expected: str) -> None:
    assert shown_name(kind, name) == expected


@pytest.mark.clause("HY-25c", "NT-4")
@pytest.mark.parametrize(
    ("case", "kind", "name", "on", "expected"),
    [
        ("a company's is registration data", "organisation", "罗示例", date(2026, 5, 31), "罗示例"),
        ("until the day the city rules otherwise", "organisation", "罗示例", date(2026, 6, 1), "罗**"),
        ("and after it", "organisation", "罗示例", date(2026, 6, 2), "罗**"),
        ("an operator is masked whatever the city rules", "individual_business", "罗示例", date(2026, 5, 31), "罗**"),
        ("nobody is named", "organisation", None, date(2026, 5, 31), None),
        ("an empty name", "organisation", "", date(2026, 5, 31), None),
    ],
)
def test_a_legal_representative_shows_unless_the_city_rules_otherwise(
    case: str, kind: SubjectKind, name: str | None, on: date, expected: str | None
) -> None:
    rule = a_rule(
        "legal_representative_public", (LONG_AGO, {"value": True}, "甲"), (date(2026, 6, 1), {"value": False}, "乙"), unit="yes_no"
    )
    assert shown_legal_representative(kind, name, rules(rule), on) == expected, case
