"""What may be reported of an organisation, what a body may be told of it, and how long it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from chalicelib import cities
from chalicelib.law import tips
from chalicelib.law.decisions import Refused
from local.demo import a_code, a_person_number

TEXT = "2026年11月20日上午，示例路1号的仓库把废水直接排入河道（演示）。"
GIVEN = {
    "about": "organisation",
    "organisation": "演示甲化工厂",
    "code": "",
    "matter": "pollution",
    "text": TEXT,
    "name": "",
    "contact": "",
}


@pytest.mark.clause("KLM-15", "AK-3.7", "HY-18")
@pytest.mark.parametrize(
    "changes", [{}, {"code": a_code("91", 1)}, {"name": "钱演甲", "contact": "示例路2号"}, {"matter": "unlicensed"}, {"text": "长" * 20}]
)
def test_a_tip_on_an_organisation_is_taken_with_or_without_its_code_and_the_reporters_name(changes: Mapping[str, str]) -> None:
    given = {**GIVEN, **changes}
    taken = tips.stated(**given)
    assert (taken.organisation, taken.code, taken.text, taken.name) == ("演示甲化工厂", given["code"], given["text"], given["name"])


@pytest.mark.clause("KLM-15")
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"about": "person"}, "不受理对个人的举报.*110.*12345"),
        ({"code": a_person_number(1)}, "不受理对个人的举报"),
        ({"organisation": f"演示某人 {a_person_number(1)}"}, "不受理对个人的举报"),
        ({"text": TEXT + a_person_number(1)}, "证件号码"),
        ({"text": "短" * 19}, "20至2000个字"),
        ({"text": "长" * 2001}, "20至2000个字"),
        ({"organisation": "示"}, "单位名称"),
        ({"organisation": "示例\u202e工厂"}, "单位名称"),
        ({"matter": "他看着不顺眼"}, "哪一类行为"),
        ({"code": a_code("91", 1)[:-1] + "?"}, "统一社会信用代码"),
        ({"name": "长" * 51}, "姓名最多50个字"),
    ],
)
def test_a_tip_on_a_person_or_without_what_it_needs_is_refused_and_says_why(changes: Mapping[str, str], why: str) -> None:
    with pytest.raises(Refused, match=why):
        tips.stated(**{**GIVEN, **changes})


@pytest.mark.clause("HY-18")
@pytest.mark.parametrize("trace", ["13800000000", "someone@example.com", a_person_number(1), "０１３８００００００００ 13900000000"])
def test_a_body_is_told_nothing_that_leads_to_the_reporter(trace: str) -> None:
    assert tips.passed_on(" 请核查示例路1号的排污口。\r\n") == "请核查示例路1号的排污口。"
    with pytest.raises(Refused, match="可能透露举报人"):
        tips.passed_on(f"请核查示例路1号的排污口，联系 {trace}")


@pytest.mark.clause("KLM-15")
@pytest.mark.parametrize(
    ("state", "action"), [("answered", "answer"), ("received", "pass_on"), ("received", "answer"), ("replied", "reply")]
)
def test_a_tip_goes_its_way_and_no_other(state: str, action: str) -> None:
    with pytest.raises(Refused):
        tips.PROCEDURE.move(state, action, "handler")
    with pytest.raises(Refused):
        tips.PROCEDURE.move(state, action, "provider")


def test_a_tip_is_answered_in_fifteen_working_days_its_reporter_kept_a_month_and_itself_a_year() -> None:
    rules = cities.load("nantong").rules
    assert tips.answer_due(date(2026, 11, 2), rules).day == date(2026, 11, 23)
    assert tips.reporter_kept_until(date(2026, 11, 22), rules) == date(2026, 12, 22)
    assert tips.tip_kept_until(date(2026, 11, 22), rules) == date(2027, 11, 22)
