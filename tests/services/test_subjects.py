"""One archive a subject, found by any of its numbers; names change, records keep theirs."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.records.identifiers import Identifier
from chalicelib.services.publication import look_up, search
from chalicelib.storage import archive as storage
from tests.services.conftest import Send
from tests.services.rows import (
    CODE,
    OFFICE,
    OFFICE_NAME,
    PARTY,
    REGISTRATION_NUMBER,
    a_code,
    a_licence,
    a_penalty,
    a_person,
    a_person_number,
    a_subject,
)

DAY = date(2026, 11, 21)


def _subject_id(number: str, kind: str = "uscc") -> str:
    return storage.subjects_of([Identifier(kind, number)])[Identifier(kind, number)]


@pytest.mark.clause("NT-18")
def test_every_number_of_an_organisation_leads_to_the_same_archive(send: Send) -> None:
    send("subjects", a_subject())
    send("licences", a_licence(**{REGISTRATION_NUMBER: "320699000000017"}))
    by_old_number = a_penalty(**{CODE: "", REGISTRATION_NUMBER: "320699000000017"})
    assert send("penalties", by_old_number).accepted == 1
    assert (
        len(
            {_subject_id(a_code()), _subject_id("320699000000017", "registration_number"), _subject_id(a_code()[8:17], "organisation_code")}
        )
        == 1
    )
    found = storage.collection(_subject_id(a_code()))
    assert found is not None
    assert sorted(record.catalogue for record in found[1]) == ["licence", "penalty"]


def test_a_subject_id_is_random_and_tells_nothing(send: Send) -> None:
    send("subjects", a_subject(), a_subject(主体名称="示例乙有限公司", 统一社会信用代码=a_code(2)))
    one, other = _subject_id(a_code()), _subject_id(a_code(2))
    assert one != other
    assert a_code()[8:17] not in one


def test_numbers_of_different_subjects_in_one_row_are_refused(send: Send) -> None:
    send("licences", a_licence(**{REGISTRATION_NUMBER: "320699000000017"}))
    send("subjects", a_subject(主体名称="示例乙有限公司", 统一社会信用代码=a_code(2)))
    outcome = send("penalties", a_penalty(**{CODE: a_code(2), PARTY: "示例乙有限公司", REGISTRATION_NUMBER: "320699000000017"}))
    assert "不同的主体" in outcome.refused[0].reason


def test_a_renamed_organisation_is_found_by_both_names_and_its_records_keep_theirs(send: Send) -> None:
    send("subjects", a_subject())
    send("penalties", a_penalty())
    assert send("subjects", a_subject(主体名称="示例新名食品有限公司")).accepted == 1
    send("licences", a_licence(**{PARTY: "示例新名食品有限公司"}))
    found = look_up.organisation(a_code(), day=DAY)
    assert found is not None
    assert (found["name"], found["former_names"]) == ("示例新名食品有限公司", ["示例甲食品有限公司"])
    assert {record["document_no"]: record["subject_name"] for record in found["records"]} == {
        "示罚〔2026〕1号": "示例甲食品有限公司",
        "示许〔2026〕1号": "示例新名食品有限公司",
    }
    for name, matched in (("示例新名食品有限公司", "name"), ("示例甲食品有限公司", "former_name"), (a_code().lower(), "code")):
        (item,) = search.search(name, day=DAY)["items"]
        assert (item["name"], item["code"], item["matched"]) == ("示例新名食品有限公司", a_code(), matched)
    assert [profile.name for profile in storage.earlier_profiles(_subject_id(a_code()))] == ["示例甲食品有限公司"]


def test_only_a_register_row_renames(send: Send) -> None:
    send("subjects", a_subject())
    assert send("licences", a_licence(**{PARTY: "示例别名食品有限公司"})).accepted == 0
    found = look_up.organisation(a_code(), day=DAY)
    assert found is not None
    assert found["name"] == "示例甲食品有限公司"


def test_the_same_register_row_again_changes_nothing(send: Send) -> None:
    send("subjects", a_subject())
    assert send("subjects", a_subject()).duplicate == 1
    assert storage.earlier_profiles(_subject_id(a_code())) == []


@pytest.mark.clause("AK-1.1")
def test_a_reissued_code_leads_to_the_same_subject_and_the_old_one_still_does(send: Send) -> None:
    send("subjects", a_subject())
    send("penalties", a_penalty())
    reissued = a_code(1, county="320698")
    assert reissued[8:17] == a_code()[8:17]
    send("subjects", a_subject(统一社会信用代码=reissued))
    for code in (a_code(), reissued):
        found = look_up.organisation(code, day=DAY)
        assert found is not None
        assert (found["code"], len(found["records"])) == (reissued, 1)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("存续", "active"),
        ("存续（在营、开业、在册）", "active"),
        ("吊销，未注销", "revoked"),
        ("注销", "cancelled"),
        ("迁出", "moved_out"),
        ("因合并解散", "merged"),
    ],
)
def test_the_status_of_the_register_shows(send: Send, words: str, status: str) -> None:
    send("subjects", a_subject(登记状态=words))
    found = look_up.organisation(a_code(), day=DAY)
    assert found is not None
    assert found["status"] == status


def test_a_cancelled_organisation_stays_with_its_records_and_names_its_successor(send: Send) -> None:
    send("penalties", a_penalty())
    send("subjects", a_subject(登记状态="注销", 承继主体统一社会信用代码=a_code(2)))
    found = look_up.organisation(a_code(), day=DAY)
    assert found is not None
    assert (found["status"], found["successor"]["code"], len(found["records"])) == ("cancelled", a_code(2), 1)


@pytest.mark.clause("HY-25c", "NT-4", "SJZ-2")
def test_an_individual_business_is_a_kind_of_its_own_with_its_operator_masked(send: Send) -> None:
    code = a_code(5, "92")
    name = "示例钱示例水产店"
    facts = f"{name}经营者钱示例（身份证号{a_person_number()}，电话13800001234）发布虚假广告。"
    send("penalties", a_penalty(**{CODE: code, PARTY: name, "行政相对人类别": "个体工商户", "违法事实": facts}))
    found = look_up.organisation(code, day=DAY)
    assert found is not None
    assert (found["kind"], found["name"], found["legal_representative"]) == ("individual_business", name, "钱**")
    shown = found["records"][0]["content"]["facts"]
    assert shown.startswith(f"{name}经营者钱**（身份证号")
    assert a_person_number() not in shown
    assert "13800001234" not in shown


@pytest.mark.clause("NTG-2.2")
def test_a_government_body_is_a_subject_with_its_own_archive(send: Send) -> None:
    send("penalties", a_penalty(**{CODE: a_code(7, "11"), PARTY: "示例市演示局"}))
    found = look_up.organisation(a_code(7, "11"), day=DAY)
    assert found is not None
    assert found["kind"] == "government_body"


@pytest.mark.clause("NT-18")
def test_type_and_number_belong_together(send: Send) -> None:
    number = a_person_number("19900615")
    send("penalties", a_penalty(**a_person()))
    with_other_type = a_person(证件类型="护照", 证件号码="E12345678")
    send("penalties", a_penalty(**with_other_type))
    assert _subject_id(number, "resident_id") != _subject_id("E12345678", "passport")
    assert storage.subjects_of([Identifier("passport", number)]) == {}


@pytest.mark.clause("NTG-2.4")
def test_a_government_bodys_integrity_record_carries_its_explanation_and_the_day_by_which_it_is_put_right(send: Send) -> None:
    code = a_code(5, "11")
    row = {
        "主体名称": "示例市演示局", "统一社会信用代码": code, "文号": "示政信〔2026〕1号", "事项名称": "拖欠示例企业账款",
        "认定日期": "2026/03/02",
        "有效期至": "2027/03/01", "认定单位": OFFICE_NAME, "认定单位统一社会信用代码": OFFICE, "失信程度": "一般",
        "主要事实": "逾期未支付（示例）", "书面说明": "因预算调整延迟，已说明（示例）", "整改期限": "2026/12/31",
        "整改情况": "已支付一半（示例）",
    }  # fmt: skip
    assert send("government_dishonesty", row).refused == ()
    found = look_up.organisation(code, day=date(2026, 11, 21))
    assert found is not None
    (record,) = found["records"]
    assert record["content"]["explanation"] == "因预算调整延迟，已说明（示例）"
    assert record["content"]["rectify_by"] == "2026-12-31"
    assert found["kind"] == "government_body"
