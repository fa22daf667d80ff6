"""A severe record of an organisation is entered in the archives of the people responsible, and of nobody else (NT-29)."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.records.entries import Record
from chalicelib.records.identifiers import Identifier
from chalicelib.services.publication import look_up, publicity
from chalicelib.storage import archive as storage
from tests.services.conftest import Send
from tests.services.rows import CODE, a_code, a_penalty, a_person, a_person_number

SEVERE = {"备注": "失信程度：严重", "公示截止期": "2029/02/25", "处罚有效期": "2029/02/25"}
DIRECTOR, MANAGER = a_person_number("19700101"), a_person_number("19750505")


def _records(kind: str, number: str) -> list[Record]:
    identifier = Identifier(kind, number)
    subject_id = storage.subjects_of([identifier]).get(identifier)
    found = storage.collection(subject_id) if subject_id else None
    return found[1] if found else []


@pytest.mark.clause("NT-29", "KLM-16", "AK-3.8")
def test_a_severe_record_enters_the_archives_of_the_people_responsible_linked_both_ways(send: Send) -> None:
    outcome = send("penalties", a_penalty(**SEVERE, 责任人员=f"李示例/{DIRECTOR}/主要负责人;周示例/护照:E12345678/直接责任人员"))
    assert (outcome.accepted, outcome.refused) == (1, ())
    (record,) = _records("uscc", a_code())
    (of_director,), (of_other,) = _records("resident_id", DIRECTOR), _records("passport", "E12345678")
    assert [(link.record_id, link.role) for link in record.responsible] == [(of_director.id, "主要负责人"), (of_other.id, "直接责任人员")]
    for linked in (of_director, of_other):
        assert linked.parent is not None
        assert (linked.parent.subject_id, linked.parent.record_id) == (record.subject_id, record.id)
        assert (linked.severity, linked.valid_until, linked.content) == ("severe", date(2029, 2, 25), record.content)


@pytest.mark.clause("NT-29", "KLM-16", "AK-3.8")
def test_being_the_legal_representative_is_not_enough(send: Send) -> None:
    send("penalties", a_penalty(**SEVERE))
    assert _records("resident_id", a_person_number()) == []


@pytest.mark.clause("NT-29", "KLM-16", "AK-3.8")
@pytest.mark.parametrize("severity", ["一般", ""])
def test_a_record_that_is_not_severe_stays_with_the_organisation(send: Send, severity: str) -> None:
    send("penalties", a_penalty(备注=f"失信程度：{severity}", 责任人员=f"李示例/{DIRECTOR}/主要负责人"))
    assert _records("resident_id", DIRECTOR) == []


def test_who_is_responsible_is_public_nowhere(send: Send) -> None:
    text = "当事人负责人李示例串通投标。"
    send("penalties", a_penalty(**SEVERE, 责任人员=f"李示例/{DIRECTOR}/主要负责人", 违法事实=text))
    found = look_up.organisation(a_code(), day=date(2026, 11, 21))
    assert found is not None
    assert found["records"][0]["content"]["facts"] == "当事人负责人李**串通投标。"
    assert "李示例" not in str(found)
    assert len(publicity.announced("penalties", day=date(2026, 11, 21))["items"]) == 1


def test_the_same_row_again_links_nobody_twice(send: Send) -> None:
    row = a_penalty(**SEVERE, 责任人员=f"李示例/{DIRECTOR}/主要负责人")
    send("penalties", row)
    assert send("penalties", row).duplicate == 1
    assert len(_records("resident_id", DIRECTOR)) == 1


def test_one_person_responsible_in_two_organisations_has_both_in_one_archive(send: Send) -> None:
    send(
        "penalties",
        a_penalty(**SEVERE, 责任人员=f"李示例/{DIRECTOR}/主要负责人"),
        a_penalty(**SEVERE, 责任人员=f"李示例／{DIRECTOR}／董事", **{CODE: a_code(2), "行政相对人名称": "示例乙有限公司"}),
    )
    assert len(_records("resident_id", DIRECTOR)) == 2


WRONG = [
    ("李示例/主要负责人", "校验|18位"),
    ("李示例", "缺少"),
    (f"/{DIRECTOR}/主要负责人", "缺少"),
    (f"李示例/{DIRECTOR[:-1]}{'0' if DIRECTOR[-1] != '0' else '1'}/主要负责人", "校验位"),
    (f"李示例/{DIRECTOR}/a;李示例/{DIRECTOR}/b", "两次"),
    (f"李示例/{a_person_number('20150101')}/主要负责人", "18周岁"),
    (f"别的名字/{MANAGER}/主要负责人", "不一致"),
]


@pytest.mark.parametrize(("people", "reason"), WRONG)
def test_a_row_whose_people_cannot_be_told_is_refused_whole(send: Send, people: str, reason: str) -> None:
    send("penalties", a_penalty(**a_person(行政相对人名称="周示例", 证件号码=MANAGER), 行政处罚决定书文号="示罚〔2026〕9号"))
    outcome = send("penalties", a_penalty(**SEVERE, 责任人员=people))
    (refusal,) = outcome.refused
    assert refusal.column == "责任人员"
    assert any(word in refusal.reason for word in reason.split("|"))
    assert _records("uscc", a_code()) == []
