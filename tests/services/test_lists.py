"""Lists, warnings and commitments: each entry with its recogniser, basis and end, public exactly as long as it is valid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from chalicelib import cities
from chalicelib.records.identifiers import Identifier
from chalicelib.services.publication import exits, look_up, publicity
from chalicelib.services.submission import covering
from chalicelib.storage import archive as storage
from tests.services.conftest import Send
from tests.services.rows import (
    OFFICE,
    OFFICE_NAME,
    a_black_entry,
    a_code,
    a_commitment,
    a_person,
    a_red_entry,
    a_subject,
    a_warning,
    a_watch_entry,
)


def _organisation(day: str = "2026-11-21") -> dict[str, Any]:
    found = look_up.organisation(a_code(), day=date.fromisoformat(day))
    assert found is not None
    return found


@pytest.mark.clause("HY-9", "KLM-21", "NT-17", "HY-26")
def test_a_list_entry_names_who_recognised_it_on_what_basis_until_when_and_whether_it_can_be_repaired(send: Send) -> None:
    assert send("blacklist", a_black_entry()).accepted == 1
    (entry,) = _organisation()["lists"]
    assert entry.pop("id").startswith("l_")
    expected = {
        "list": "blacklist", "name": "严重违法失信名单", "recogniser": {"code": OFFICE, "name": OFFICE_NAME}, "basis": "《示例办法》第二条",
        "reason": "串通投标", "listed_on": "2025-04-24", "valid_until": "2028-04-23", "severity": "severe", "repairable": True,
        "repair_way": "履行义务并公示5个工作日",
    }  # fmt: skip
    assert {part: entry[part] for part in expected} == expected
    (item,) = publicity.announced("blacklist", day=date(2026, 11, 21))["items"]
    content = {part: item["content"][part] for part in ("recogniser", "recogniser_code", "basis", "reason")}
    assert content == {"recogniser": OFFICE_NAME, "recogniser_code": OFFICE, "basis": "《示例办法》第二条", "reason": "串通投标"}
    assert (item["title"], item["determined_on"], item["valid_until"]) == ("严重违法失信名单", "2025-04-24", "2028-04-23")


@pytest.mark.clause("HY-9", "KLM-21")
@pytest.mark.parametrize("column", ["认定单位", "认定依据"])
@pytest.mark.parametrize(("kind", "row"), [("redlist", a_red_entry), ("blacklist", a_black_entry), ("watchlist", a_watch_entry)])
def test_an_entry_without_its_recogniser_or_its_basis_is_refused(send: Send, kind: str, row: Callable[..., Any], column: str) -> None:
    outcome = send(kind, {**row(), column: ""})
    assert (outcome.accepted, [refusal.column for refusal in outcome.refused]) == (0, [column])


@pytest.mark.clause("AK-2.1", "KLM-10", "HY-14")
def test_a_red_list_entry_shows_without_severity(send: Send) -> None:
    send("redlist", a_red_entry())
    (entry,) = _organisation()["lists"]
    assert (entry["list"], entry["severity"], entry["repairable"], entry["repair_way"]) == ("redlist", None, None, None)
    (item,) = publicity.announced("redlist", day=date(2026, 11, 21))["items"]
    assert (item["kind"], item["title"], item["document_no"]) == ("redlist", "诚信典型", None)


@pytest.mark.clause("HY-20a", "HY-25d")
@pytest.mark.parametrize(("day", "shown"), [("2027-04-23", 1), ("2027-04-24", 1), ("2027-04-25", 0)])
def test_a_list_entry_is_public_exactly_as_long_as_it_is_valid(send: Send, day: str, shown: int) -> None:
    send("redlist", a_red_entry())
    assert len(_organisation(day)["lists"]) == shown
    assert len(publicity.announced("redlist", day=date.fromisoformat(day))["items"]) == shown


@pytest.mark.clause("HY-20a", "HY-25d")
@pytest.mark.parametrize("end", ["", "2099/12/31"])
def test_a_black_or_watch_list_entry_without_an_end_is_refused(send: Send, end: str) -> None:
    for kind, row in (("blacklist", a_black_entry(有效期至=end)), ("watchlist", a_watch_entry(有效期至=end))):
        (refusal,) = send(kind, row).refused
        assert refusal.column == "有效期至"


def test_a_red_list_entry_without_an_end_is_kept_and_not_published(send: Send) -> None:
    assert send("redlist", a_red_entry(有效期至="")).accepted == 1
    assert _organisation()["lists"] == []
    assert publicity.announced("redlist", day=date(2026, 11, 21))["items"] == []


@pytest.mark.clause("NT-30")
def test_a_black_list_entry_never_shows_longer_than_negative_information_is_valid(send: Send) -> None:
    send("blacklist", a_black_entry(有效期至="2035/01/01", 失信程度=""))
    assert _organisation()["lists"][0]["valid_until"] == "2028-04-24"


ASSOCIATION, COMPANY = a_code(901, "51"), a_code(902, "91")


@pytest.mark.clause("AK-4.2")
@pytest.mark.parametrize("city", ["ankang", "karamay", "nantong"])
@pytest.mark.parametrize("recogniser", [ASSOCIATION, COMPANY])
def test_a_list_of_an_association_or_a_credit_institution_is_kept_and_never_public(
    send: Send, monkeypatch: pytest.MonkeyPatch, city: str, recogniser: str
) -> None:
    monkeypatch.setenv("MINGXIN_CITY", city)
    of_association = {"认定单位": "示例行业协会", "认定单位统一社会信用代码": recogniser}
    assert send("blacklist", a_black_entry(**of_association)).accepted == 1
    assert send("redlist", a_red_entry(**of_association), a_red_entry()).accepted == 2
    assert [entry["recogniser"]["name"] for entry in _organisation()["lists"]] == [OFFICE_NAME]
    (subject_id,) = storage.subjects_of([Identifier("uscc", a_code())]).values()
    found = storage.collection(subject_id)
    assert found is not None
    assert len(found[1]) == 3
    notices = exits.notices(*found, cities.load(city), date(2027, 5, 1))
    assert [notice["content"]["recogniser"] for notice in notices.values()] == [OFFICE_NAME]


def test_a_watch_list_is_shared_and_never_public(send: Send) -> None:
    assert send("watchlist", a_watch_entry()).accepted == 1
    found = _organisation()
    assert (found["lists"], found["records"], found["commitments"]) == ([], [], [])
    for kind in publicity.KINDS:
        assert publicity.announced(kind, day=date(2026, 11, 21))["items"] == [], kind


@pytest.mark.clause("NTN-3b")
def test_a_national_warning_shows_with_its_source(send: Send) -> None:
    send("warnings", a_warning())
    (entry,) = _organisation()["lists"]
    assert (entry["list"], entry["name"], entry["recogniser"]["name"], entry["origin"]) == (
        "warnings", "大数据警示名单", "国家公共信用信息中心", "信用中国（演示）",
    )  # fmt: skip
    (item,) = publicity.announced("warnings", day=date(2026, 11, 21))["items"]
    assert (item["content"]["publisher"], item["content"]["origin"]) == ("国家公共信用信息中心", "信用中国（演示）")


@pytest.mark.clause("KLM-5", "AK-2.2", "HY-10", "NTG-3.1")
def test_anyone_reads_a_commitment(send: Send) -> None:
    township = a_commitment(主体名称="示例镇人民政府", 统一社会信用代码=a_code(8, "11"))
    send("commitments", a_commitment(), a_commitment(承诺类型="专项", 承诺事项="安全生产"), township)
    found = {entry["matter"]: entry for entry in _organisation()["commitments"]}
    assert {matter: entry["type"] for matter, entry in found.items()} == {"综合信用承诺": "general", "安全生产": "special"}
    entry = found["综合信用承诺"]
    assert (entry["text"], entry["made_on"], entry["valid_until"]) == ("承诺依法诚信经营（演示）。", "2026-01-05", None)
    assert entry["id"].startswith("c_")
    shown = publicity.announced("commitments", day=date(2026, 11, 21))["items"]
    assert {item["content"]["text"] for item in shown} == {"承诺依法诚信经营（演示）。"}
    assert {item["subject"]["code"] for item in shown} == {a_code(), a_code(8, "11")}


def test_the_same_entry_twice_is_one_and_another_day_is_another(send: Send) -> None:
    outcome = send("redlist", a_red_entry(), a_red_entry(), a_red_entry(列入日期="2026/04/24", 有效期至="2028/04/24"))
    assert (outcome.accepted, outcome.duplicate) == (2, 1)


WRONG = [
    ("redlist", a_black_entry(), "名单类型", "分开报送"),
    ("blacklist", a_black_entry(是否可修复="也许"), "是否可修复", "不在"),
    ("blacklist", a_black_entry(名单名称=""), "名单名称", "没有填写"),
    ("blacklist", a_black_entry(列入日期="2026/11/22", 有效期至="2027/01/01"), "列入日期", "晚于今天"),
    ("commitments", a_commitment(承诺类型="口头"), "承诺类型", "不在"),
    ("commitments", a_commitment(承诺内容=""), "承诺内容", "没有填写"),
    ("warnings", a_warning(来源=""), "来源", "没有填写"),
]


@pytest.mark.parametrize(("kind", "row", "column", "reason"), WRONG)
def test_a_wrong_row_comes_back_for_its_reason(send: Send, kind: str, row: dict[str, str], column: str, reason: str) -> None:
    (refusal,) = send(kind, row).refused
    assert refusal.column == column
    assert reason in refusal.reason


@pytest.mark.clause("HY-25c", "NT-4", "SJZ-2")
def test_a_person_on_a_list_is_not_public(send: Send) -> None:
    number = a_person()["证件号码"]
    person = {"主体名称": "孙示例", "主体类别": "自然人", "统一社会信用代码": "", "证件号码": number}
    assert send("blacklist", a_black_entry(**person)).accepted == 1
    assert publicity.announced("blacklist", day=date(2026, 11, 21))["items"] == []


@pytest.mark.clause("NT-8")
def test_what_matches_no_catalogue_item_is_refused_and_what_does_is_kept(send: Send) -> None:
    row = {
        "主体名称": "示例甲食品有限公司",
        "统一社会信用代码": a_code(),
        "文号": "示奖〔2026〕1号",
        "荣誉名称": "示例先进单位",
        "授予日期": "2026/05/01",
    }
    assert send("commendation", row).accepted == 1
    (record,) = _organisation()["records"]
    assert (record["catalogue"], record["category"], record["title"]) == ("commendation", "positive", "示例先进单位")
    with pytest.raises(Exception, match="信息目录中没有"):
        send("horoscopes", row)


def test_the_archive_keeps_a_watch_list_entry_whole_that_nobody_sees(send: Send) -> None:
    send("subjects", a_subject())
    send("watchlist", a_watch_entry(是否可修复="是", 修复方式="补报后移出"))
    from chalicelib.records.identifiers import Identifier

    identifier = Identifier("uscc", a_code())
    found = storage.collection(storage.subjects_of([identifier])[identifier])
    assert found is not None
    (entry,) = found[1]
    assert (entry.catalogue, entry.content["repairable"], entry.content["repair_way"]) == ("watchlist", True, "补报后移出")


def test_a_national_warning_is_taken_as_it_was_published_and_an_ended_one_never_shows(send: Send) -> None:
    assert send("warnings", a_warning(有效期至="2026/07/01")).accepted == 1
    assert _organisation()["lists"] == []


def test_a_red_list_entry_without_an_end_is_kept_and_its_provider_is_asked(send: Send) -> None:
    outcome = send("redlist", a_red_entry(有效期至=""))
    assert (outcome.accepted, outcome.endless) == (1, (2,))
    assert covering.sentences(outcome) == ["1 行没有有效期至，已保存，暂不公示，请补报截止日期：第 2 行"]
    assert _organisation()["lists"] == []
