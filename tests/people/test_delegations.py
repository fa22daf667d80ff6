"""A legal representative lets others act for the organisation: named rights, to a last day, and never on their own."""

from __future__ import annotations

import re
from collections.abc import Callable

import boto3
import pytest
from chalice import Chalice

from chalicelib.services.upkeep import merge
from local.demo import a_person_number
from tests.people.browser import Browser, said
from tests.people.conftest import NAME, ORGANISATION, OTHER
from tests.services.conftest import Send
from tests.services.rows import a_subject

pytestmark = pytest.mark.clause("NT-22")

FORM = {"name": "钱演甲", "id_number": a_person_number(200), "rights": ["read", "report"], "last_day": "2026-12-31"}


@pytest.fixture
def representative(members: Chalice, register: None) -> Browser:
    """The browser of the legal representative, acting for the organisation, on the page of delegations."""
    browser = Browser(members)
    browser.sign_in("li-yaner")
    browser.act_for(ORGANISATION)
    browser.get("/me/delegations")
    return browser


@pytest.fixture
def delegate(members: Chalice) -> Browser:
    browser = Browser(members)
    browser.sign_in("qian-yanjia")
    return browser


def test_a_delegate_does_what_was_named_and_nothing_else(representative: Browser, delegate: Browser) -> None:
    assert ORGANISATION not in delegate.get("/me/acting").body
    assert representative.post("/me/delegations", FORM).status == 303
    assert "示罚〔2026〕1号" in said(delegate.act_for(ORGANISATION))
    assert delegate.get("/me/delegations").status == 403
    listed = said(representative.get("/me/delegations"))
    assert "钱演甲" in listed
    assert a_person_number(200) not in listed


def test_a_delegate_without_the_right_to_read_sees_no_record(representative: Browser, delegate: Browser) -> None:
    representative.post("/me/delegations", {**FORM, "rights": ["contact"]})
    answer = delegate.act_for(ORGANISATION)
    assert answer.status == 403
    assert "示罚" not in answer.body


def test_a_delegation_ends_after_its_last_day(representative: Browser, members: Chalice, at: Callable[[str], None]) -> None:
    representative.post("/me/delegations", {**FORM, "last_day": "2026-11-22"})
    for instant, offered in (("2026-11-22T23:50:00+08:00", True), ("2026-11-23T00:00:00+08:00", False)):
        at(instant)
        browser = Browser(members)
        browser.sign_in("qian-yanjia")
        assert (ORGANISATION in browser.get("/me/acting").body) == offered


def test_a_revoked_delegation_ends_in_the_midst_of_a_session(representative: Browser, delegate: Browser) -> None:
    representative.post("/me/delegations", FORM)
    delegate.act_for(ORGANISATION)
    number = re.search(r'action="(/me/delegations/d_\w+)"', representative.get("/me/delegations").body)
    assert number
    assert representative.post(number[1]).status == 303
    turned_away = delegate.get("/me")
    assert (turned_away.status, turned_away.headers["Location"]) == (303, "/me/acting?over=1")
    assert "授权已经结束" in said(delegate.get("/me/acting?over=1"))
    assert "示罚〔2026〕2号" in said(delegate.get("/me"))


def test_a_changed_legal_representative_suspends_what_the_one_before_gave(representative: Browser, delegate: Browser, send: Send) -> None:
    representative.post("/me/delegations", FORM)
    delegate.act_for(ORGANISATION)
    row = {"主体名称": NAME, "统一社会信用代码": ORGANISATION, "法定代表人": "吴演新", "法定代表人证件号码": a_person_number(40)}
    assert send("subjects", a_subject(**row)).accepted == 1
    assert delegate.get("/me").headers["Location"] == "/me/acting?over=1"
    assert "已中止：法定代表人已变更" in said(representative.get("/me/delegations"))


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"rights": []}, "至少选择一项"),
        ({"rights": ["read", "delegate"]}, "不能再委托"),
        ({"rights": ["everything"]}, "不能委托"),
        ({"last_day": "2026-11-20"}, "已经过去"),
        ({"last_day": "2027-11-23"}, "最长366天"),
        ({"last_day": "soon"}, "最后一天"),
        ({"id_number": "123"}, "18位"),
        ({"id_number": a_person_number(1)}, "委托给自己"),
        ({"name": ""}, "姓名"),
    ],
)
def test_a_delegation_that_cannot_be_is_refused_with_what_to_do(representative: Browser, wrong: dict[str, str], reason: str) -> None:
    answer = representative.post("/me/delegations", {**FORM, **wrong})
    assert answer.status == 422
    assert reason in said(answer)
    assert "还没有委托任何人" in said(answer)


def test_a_delegation_of_another_organisation_is_as_one_that_is_not(members: Chalice, representative: Browser) -> None:
    representative.post("/me/delegations", FORM)
    number = re.search(r'action="/me/delegations/(d_\w+)"', representative.get("/me/delegations").body)
    assert number
    other = Browser(members)
    other.sign_in("zhang-yansan")
    other.act_for(OTHER)
    answers = []
    for guess in (number[1], "d_0123456789abcdef0123"):
        other.get("/me/delegations")
        answers.append(other.post(f"/me/delegations/{guess}"))
    assert answers[0].status == 404
    assert answers[0].body.replace(number[1], "") == answers[1].body.replace("d_0123456789abcdef0123", "")


@pytest.mark.clause("NT-36")
def test_the_trail_says_who_gave_a_delegation_and_holds_nothing_of_it(representative: Browser) -> None:
    representative.post("/me/delegations", FORM)
    entries = str(boto3.client("dynamodb").scan(TableName="mingxin-trail")["Items"])
    assert "delegation.given" in entries
    assert re.search(r"'actor': \{'S': 'p_\w+'\}", entries)
    assert "钱演甲" not in entries
    assert a_person_number(200) not in str(boto3.client("dynamodb").scan(TableName="mingxin-archive")["Items"])


def test_what_a_merged_organisation_gave_rests_when_another_represents_it_and_can_be_ended(
    representative: Browser, delegate: Browser, members: Chalice
) -> None:
    representative.post("/me/delegations", FORM)
    delegate.act_for(ORGANISATION)
    merge.merge(ORGANISATION, OTHER, merge.Order("示例市演示信用中心", "同一单位（演示）", ("示例复核岗",)))
    assert delegate.get("/me").headers["Location"] == "/me/acting?over=1", "nobody acts for it by the word of who represents it no more"
    successor = Browser(members)
    successor.sign_in("zhang-yansan")
    successor.act_for(OTHER)
    listed = successor.get("/me/delegations")
    assert "已中止：法定代表人已变更" in said(listed)
    number = re.search(r'action="(/me/delegations/d_\w+)"', listed.body)
    assert number
    assert successor.post(number[1]).status == 303
    assert "已撤销" in said(successor.get("/me/delegations"))
