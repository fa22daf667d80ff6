"""A provider's clerks put their own records right: one corrects with a reason, two take back; others' records are not there."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from chalice import Chalice

from app import create_app
from chalicelib.records.entries import Record
from chalicelib.records.identifiers import Identifier
from chalicelib.services.remedies import provider_records
from chalicelib.services.remedies.casework import By
from chalicelib.services.reporting import reports
from chalicelib.services.submission import intake
from chalicelib.storage import archive as storage
from chalicelib.storage import stubs
from local.demo import a_person_number
from tests.people.browser import Browser, said
from tests.people.conftest import NAME, ORGANISATION
from tests.people.desk import at_desk
from tests.services.rows import a_penalty
from tests.web.gateway import ask

pytestmark = pytest.mark.clause("NT-36", "NT-37")

HERE = "/desk/records"
BODY = "11990000YW00000048"
COMPANY, DIRECTOR = Identifier("uscc", ORGANISATION), Identifier("resident_id", a_person_number(1))
SEARCH = {"code": ORGANISATION, "document_no": "示罚〔2026〕7号"}


@pytest.fixture
def clerk(members: Chalice, register: None, tmp_path: Path) -> Browser:
    """The clerk of a body that sent a severe penalty, with a person responsible for it."""
    row = a_penalty(
        **{"行政相对人名称": NAME, "行政相对人代码_1(统一社会信用代码)": ORGANISATION},
        数据来源单位="示例市场监督管理局",
        数据来源单位统一社会信用代码=BODY,
        行政处罚决定书文号="示罚〔2026〕7号",
        备注="失信程度：严重",
        责任人员=f"李演二/{DIRECTOR.number}/总经理",
    )
    path = tmp_path / "own.csv"
    path.write_text(",".join(row) + "\n" + ",".join(row.values()), "utf-8")
    assert intake.import_file("penalties", path, provider=BODY).accepted == 1
    return at_desk(members, "provider-yi", HERE)


def record_of(identifier: Identifier) -> Record:
    found = storage.collection(storage.subjects_of([identifier])[identifier])
    assert found
    (record,) = [one for one in found[1] if one.document_no == "示罚〔2026〕7号"]
    return record


def page_of(clerk: Browser) -> str:
    """Find the record; the path of its page."""
    answer = clerk.post(HERE, SEARCH)
    found = re.search(rf'href="({HERE}/s_\w+/r_\w+)"', answer.body)
    assert found, said(answer)
    return found[1]


def form_of(clerk: Browser, path: str) -> dict[str, str]:
    """The correction's form as its page gives it."""
    page = clerk.get(path).body
    texts = dict(re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>([^<]*)</textarea>', page))
    chosen = dict(re.findall(r'<select[^>]* name="(\w+)">.*?<option selected value="([^"]*)"', page))
    return {**texts, **chosen}


def test_a_correction_is_a_new_version_announced_without_what_was_wrong(clerk: Browser) -> None:
    report = reports.ask_for(record_of(COMPANY).subject_id, asked_by="p_1", purpose="示例")
    reports.render(report.number)
    path = page_of(clerk)
    form = form_of(clerk, path)
    wrong = form["facts"]
    assert clerk.post(path, {**form, "do": "correct", "reason": "笔误（示例）"}).status == 422
    assert clerk.post(path, {**form, "facts": "更正后的事实（示例）。", "do": "correct"}).status == 422
    assert clerk.post(path, {**form, "facts": "更正后的事实（示例）。", "do": "correct", "reason": "笔误（示例）"}).status == 303
    for holder in (COMPANY, DIRECTOR):
        record = record_of(holder)
        assert (record.content["facts"], record.flags, record.revision) == ("更正后的事实（示例）。", ("corrected",), 2), holder
        (before,) = storage.earlier_records(record.subject_id, record.id)
        assert before.content["facts"] == wrong
    public = create_app("public")
    announced = ask(public, "/publicity/corrections")
    assert "示罚〔2026〕7号" in announced.body
    assert wrong not in said(announced)
    assert "笔误" not in said(announced)
    assert "更正后的事实" in ask(public, f"/subjects/{ORGANISATION}").body
    stub = stubs.by_number(report.number)
    assert stub
    assert stubs.superseded(stub, record_of(COMPANY).entered_on)


def test_one_clerk_proposes_to_take_a_record_back_and_another_confirms(clerk: Browser, members: Chalice) -> None:
    path = page_of(clerk)
    clerk.get(path)
    assert clerk.post(path, {"do": "withdraw", "reason": "不是本单位的决定（示例）"}).headers["Location"] == HERE
    assert "您提出的" in said(clerk.get(HERE))
    (case,) = provider_records.proposals([BODY])
    answer = clerk.post(HERE, {"decision": "confirm", "number": case.number})
    assert (answer.status, "另一名经办人" in said(answer)) == (422, True)
    clerk.get(path)
    assert clerk.post(path, {"do": "withdraw", "reason": "再来一次（示例）"}).status == 422
    public = create_app("public")
    assert "示罚〔2026〕7号" in ask(public, f"/api/v1/subjects/{ORGANISATION}").body
    other = at_desk(members, "provider-er", HERE)
    assert case.number not in other.page
    assert other.post(HERE, {"decision": "confirm", "number": case.number}).status == 404
    provider_records.confirm([BODY], case.number, By("p_second", "provider"))
    for path in (f"/api/v1/subjects/{ORGANISATION}", "/publicity/penalties.json", "/publicity/penalties.csv"):
        assert "示罚〔2026〕7号" not in ask(public, path).body
    assert "提供单位已经撤回" in ask(public, "/publicity/corrections").body
    assert {record_of(holder).ended.how for holder in (COMPANY, DIRECTOR) if record_of(holder).ended} == {"withdrawn"}  # type: ignore[union-attr]


def test_a_second_clerk_can_turn_a_withdrawal_down(clerk: Browser) -> None:
    record = record_of(COMPANY)
    case = provider_records.propose([BODY], record.subject_id, record.id, By("p_first", "provider", "报错了（示例）"))
    clerk.get(HERE)
    assert clerk.post(HERE, {"decision": "maybe", "number": case.number}).status == 422
    assert clerk.post(HERE, {"decision": "turn down", "number": case.number}).status == 303
    assert provider_records.proposals([BODY]) == []
    assert replace(record_of(COMPANY), responsible=record.responsible) == record


def test_a_record_of_another_body_is_not_there(clerk: Browser, members: Chalice) -> None:
    path = page_of(clerk)
    other = at_desk(members, "provider-er", HERE)
    assert "找到 0 条" in said(other.post(HERE, SEARCH))
    other.get(HERE)
    assert (other.get(path).status, at_desk(members, "officer-yi").get(HERE).status) == (404, 403)
    other.get(HERE)
    assert other.post(path, {"do": "withdraw", "reason": "示例"}).status == 404


@pytest.mark.parametrize("wrong", [{"code": "123"}, {"code": ""}, {"id_type": "居民身份证", "id_number": "1"}])
def test_a_number_that_cannot_be_is_said_to_be_wrong(clerk: Browser, wrong: dict[str, str]) -> None:
    assert clerk.post(HERE, wrong).status == 422
