"""Mandates on paper: one officer enters them, another confirms them, and only then do they count, as a delegation."""

from __future__ import annotations

import re

import boto3
import pytest
from chalice import Chalice

from chalicelib.storage import delegations, paper_mandates
from local.demo import a_person_number
from tests.people.browser import Browser, said
from tests.people.conftest import ORGANISATION
from tests.people.desk import PNG, at_desk, send_file
from tests.web.gateway import ask

pytestmark = pytest.mark.clause("NT-22")

HERE = "/desk/mandates"
FORM = {
    "code": ORGANISATION,
    "name": "钱演甲",
    "id_type": "身份证",
    "id_number": a_person_number(200),
    "rights": ["read", "report"],
    "last_day": "2026-12-31",
}


@pytest.fixture
def first(members: Chalice, register: None) -> Browser:
    return at_desk(members, "officer-yi", HERE)


@pytest.fixture
def second(members: Chalice, register: None) -> Browser:
    return at_desk(members, "officer-er", HERE)


@pytest.fixture
def delegate(members: Chalice) -> Browser:
    browser = Browser(members)
    browser.sign_in("qian-yanjia")
    return browser


@pytest.fixture
def entered(first: Browser) -> str:
    """The path of a mandate that one officer has entered with a scan."""
    assert send_file(first, HERE, FORM, "scan", PNG).status == 303
    found = re.search(rf'action="({HERE}/d_\w+)/scan"', first.get(HERE).body)
    assert found
    return found[1]


def may_act(delegate: Browser) -> bool:
    return ORGANISATION in delegate.get("/me/acting").body


def decide(officer: Browser, mandate: str, decision: str, reason: str = "") -> int:
    officer.get(HERE)
    return officer.post(mandate, {"decision": decision, "reason": reason}).status


@pytest.mark.clause("NT-36")
def test_it_counts_once_a_second_officer_has_confirmed_it(entered: str, second: Browser, delegate: Browser, members: Chalice) -> None:
    assert not may_act(delegate)
    assert "等另一名经办人确认" in said(second.get(HERE))
    assert decide(second, entered, "confirm") == 303
    assert "示罚〔2026〕1号" in said(delegate.act_for(ORGANISATION))
    representative = Browser(members)
    representative.sign_in("li-yaner")
    representative.act_for(ORGANISATION)
    assert "凭纸质委托书" in said(representative.get("/me/delegations"))
    trail = str(boto3.client("dynamodb").scan(TableName="mingxin-trail")["Items"])
    assert "mandate.waiting" in trail
    assert "mandate.confirmed" in trail
    assert "钱演甲" not in trail


def test_who_entered_it_does_not_confirm_it(entered: str, first: Browser, delegate: Browser) -> None:
    assert "由另一名经办人确认" in said(first.get(HERE))
    for decision in ("confirm", "refuse"):
        answer = first.post(entered, {"decision": decision, "reason": "示例"})
        assert answer.status == 422
        assert "录入的人不能确认" in said(answer)
    assert not may_act(delegate)


def test_a_refused_one_never_counts(entered: str, second: Browser, delegate: Browser) -> None:
    assert decide(second, entered, "refuse") == 422  # without a reason
    assert decide(second, entered, "refuse", "公章不清楚") == 303
    assert "公章不清楚" in said(second.get(HERE))
    assert decide(second, entered, "confirm") == 422
    assert not may_act(delegate)


def test_an_officer_revokes_one_that_counts(entered: str, first: Browser, second: Browser, delegate: Browser) -> None:
    assert decide(first, entered, "revoke", "单位书面要求") == 422  # it does not count yet
    decide(second, entered, "confirm")
    delegate.act_for(ORGANISATION)
    assert decide(first, entered, "revoke", "单位书面要求") == 303
    assert delegate.get("/me").headers["Location"] == "/me/acting?over=1"
    assert "已撤销" in said(first.get(HERE))


def test_the_organisation_revokes_it_itself(entered: str, second: Browser, delegate: Browser, members: Chalice) -> None:
    decide(second, entered, "confirm")
    representative = Browser(members)
    representative.sign_in("li-yaner")
    representative.act_for(ORGANISATION)
    representative.get("/me/delegations")
    assert representative.post(entered.replace(HERE, "/me/delegations")).status == 303
    assert not may_act(delegate)
    assert "已撤销" in said(second.get(HERE))
    assert decide(second, entered, "revoke", "再撤销一次") == 422


def test_of_two_who_decide_at_once_one_is_heard(entered: str, second: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = paper_mandates.load(entered.rpartition("/")[2])
    decide(second, entered, "confirm")
    monkeypatch.setattr(paper_mandates, "load", lambda mandate_id: stale)
    assert decide(second, entered, "refuse", "示例") == 422
    giver = delegations.organisation(ORGANISATION)
    assert giver
    assert [one.revoked for one in delegations.given_by(giver)] == [None]


def test_the_scan_is_shown_by_a_link(entered: str, second: Browser, members: Chalice) -> None:
    second.get(HERE)
    link = second.post(entered + "/scan").headers["Location"]
    answer = ask(members, link, headers={"Accept": "*/*"})
    assert (answer.status, answer.headers["Content-Type"], answer.raw) == (200, "image/png", PNG)


def test_without_a_scan_there_is_none_to_show(first: Browser) -> None:
    assert first.post(HERE, FORM).status == 303
    found = re.search(rf"{HERE}/(d_\w+)", first.get(HERE).body)
    assert found is None  # who entered it has nothing to press


@pytest.mark.parametrize("content", [b"MZ not a scan", PNG[:-12], b"%PDF-1.7 broken off", b"\x89PNG\r\n\x1a\n" + bytes(4 << 20) + PNG[-8:]])
def test_what_is_no_scan_is_refused_whatever_it_is_called(first: Browser, content: bytes) -> None:
    answer = send_file(first, HERE, FORM, "scan", content)
    assert answer.status == 422
    assert "扫描件" in said(answer)
    assert "没有等待确认或有效的委托书" in said(answer)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"code": "91990000YW0099999X"}, "统一社会信用代码"),
        ({"rights": []}, "至少选择一项"),
        ({"rights": ["delegate"]}, "不能再委托"),
        ({"last_day": "2026-11-20"}, "已经过去"),
        ({"id_number": "123"}, "18位"),
        ({"name": ""}, "姓名"),
    ],
)
def test_one_that_cannot_be_is_refused_with_what_to_do(first: Browser, wrong: dict[str, str], reason: str) -> None:
    answer = first.post(HERE, {**FORM, **wrong})
    assert answer.status == 422
    assert reason in said(answer)


def test_one_that_is_not_there_is_missing(second: Browser) -> None:
    made_up = f"{HERE}/d_0123456789abcdef0123"
    assert decide(second, made_up, "confirm") == 404
    second.get(HERE)
    assert second.post(made_up + "/scan").status == 404
