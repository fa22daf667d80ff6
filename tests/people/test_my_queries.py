"""Who asked about oneself, and the complaint about it."""

from __future__ import annotations

import json
from collections.abc import Callable

import boto3
import pytest
from chalice import Chalice

from chalicelib.records.identifiers import Identifier
from chalicelib.records.people import Mandate
from chalicelib.services.identity import api_keys, people_sessions
from chalicelib.services.own import my_queries
from chalicelib.services.querying import queries
from chalicelib.services.querying.asked import read
from chalicelib.services.querying.shared import query
from local.demo import a_person_number
from tests.people.browser import Browser, said
from tests.people.conftest import NAME, ORGANISATION

HERE, COMPLAINTS = "/me/queries", "/me/queries/complaints"


@pytest.fixture
def bureau(members: Chalice) -> queries.Asking:
    """A government body that asks."""
    key, _ = api_keys.create("示例市场监督管理局", ["shared:read"], office="演示信用科")
    return queries.asking(key, "行政审批", "演审〔2026〕7号")


@pytest.mark.clause("HY-27b")
def test_a_subject_sees_who_asked_when_what_for_on_what_basis_and_what_was_given(
    browser: Browser, register: None, bureau: queries.Asking
) -> None:
    assert query(read({"code": ORGANISATION}), bureau, cursor=None)
    browser.sign_in("li-yaner")
    browser.act_for(ORGANISATION)
    words = said(browser.get(HERE))
    for text in (
        "示例市场监督管理局",
        "演示信用科",
        "2026年11月21日 09:00",
        "行政审批",
        "演审〔2026〕7号",
        "政府部门之间依法共享",
        "示罚〔2026〕1号",
    ):
        assert text in words
    assert "这一条有误" in words
    (item,) = json.loads(browser.get(HERE + ".json").body)["items"]
    assert (item["asker"]["name"], item["matter"]) == ("示例市场监督管理局", "演审〔2026〕7号")


@pytest.mark.clause("HY-27b")
def test_whoever_is_not_in_the_archive_sees_who_asked_for_their_number(browser: Browser, register: None, bureau: queries.Asking) -> None:
    number = {"name": "钱演乙", "id_type": "resident_id", "id_number": a_person_number(201)}
    query(read(number), bureau, cursor=None)
    browser.sign_in("qian-yanyi")
    words = said(browser.get(HERE))
    assert "示例市场监督管理局" in words
    assert "没有得到任何记录" in words


def test_fifty_queries_stand_on_a_page(browser: Browser, register: None, bureau: queries.Asking, at: Callable[[str], None]) -> None:
    for second in range(52):
        at(f"2026-11-21T09:00:{second:02}+08:00")
        queries.leave_trace(bureau, "query", Identifier("resident_id", a_person_number(201)), [])
    browser.sign_in("qian-yanyi")
    first = browser.get(HERE)
    assert first.body.count("<article") == 50
    following = json.loads(browser.get(HERE + ".json").body)["next"]
    assert f"cursor={following}" in first.body
    assert browser.get(f"{HERE}?cursor={following}").body.count("<article") == 2


def test_who_may_not_read_for_an_organisation_sees_no_queries_of_it(
    browser: Browser, register: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.sign_in("li-yaner")
    browser.act_for(ORGANISATION)
    monkeypatch.setattr(people_sessions, "mandate_of", lambda session: Mandate(ORGANISATION, NAME, ("report",)))
    for address in (HERE, HERE + ".json", COMPLAINTS):
        assert (browser.get(address).status, address) == (403, address)
    assert browser.get("/me/reports").status == 200


@pytest.mark.parametrize("sub", ["qian-yanjia", "qian-yanyi"])
def test_a_complaint_is_taken_sealed_with_a_receipt_and_a_trail(browser: Browser, register: None, sub: str) -> None:
    browser.sign_in(sub)
    browser.get(COMPLAINTS + "?about=q_1234")
    assert 'value="q_1234"' in browser.page
    before = boto3.client("dynamodb").scan(TableName="mingxin-trail")["Count"]
    answer = browser.post(COMPLAINTS, {"about": "q_1234", "text": "这个单位没有理由查询我"})
    assert answer.status == 303
    words = said(browser.get(answer.headers["Location"]))
    receipt = answer.headers["Location"].partition("receipt=")[2]
    assert f"已经收到您的投诉，受理编号 {receipt}" in words
    assert "这个单位没有理由查询我" in words
    assert boto3.client("dynamodb").scan(TableName="mingxin-trail")["Count"] == before + 1
    kept = str(boto3.client("dynamodb").scan(TableName="mingxin-archive")["Items"])
    assert "没有理由" not in kept


@pytest.mark.parametrize("text", ["短", "长" * 2001])
def test_a_complaint_that_says_too_little_or_too_much_is_not_taken(browser: Browser, register: None, text: str) -> None:
    browser.sign_in("qian-yanjia")
    browser.get(COMPLAINTS)
    answer = browser.post(COMPLAINTS, {"text": text})
    assert (answer.status, f">{text}</textarea>" in answer.body) == (422, True)
    assert "还没有提交过投诉" in said(answer)


def test_nobody_sees_the_complaint_of_another(browser: Browser, members: Chalice, register: None) -> None:
    browser.sign_in("qian-yanjia")
    browser.get(COMPLAINTS)
    there = browser.post(COMPLAINTS, {"text": "投诉的内容在这里"}).headers["Location"]
    other = Browser(members)
    other.sign_in("qian-yanyi")
    words = said(other.get(there))
    assert "投诉的内容在这里" not in words
    assert "已经收到" not in words


def test_a_subject_makes_only_so_many_complaints_a_day(browser: Browser, register: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(my_queries, "MOST_A_DAY", 1)
    browser.sign_in("qian-yanjia")
    browser.get(COMPLAINTS)
    assert [browser.post(COMPLAINTS, {"text": "投诉的内容"}).status for _ in range(2)] == [303, 422]
