"""A form that came after the session had ended comes back to who filled it in, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable

import boto3
import pytest
from chalice import Chalice

from tests.people.browser import Browser, said
from tests.people.conftest import ORGANISATION

PAGE = "/me/queries/complaints"
TEXT = "填到一半登录就到时了"
LATE = "2026-11-21T09:40:00+08:00"
BACK = "填写的内容已经替您放回表单"


@pytest.fixture
def too_late(browser: Browser, register: None, at: Callable[[str], None]) -> str:
    """A complaint that was sent when the session was over; where its person was led."""
    browser.sign_in("qian-yanjia")
    browser.get(PAGE)
    at(LATE)
    return browser.post(PAGE, {"text": TEXT}).headers["Location"]


def test_a_form_is_kept_given_back_and_forgotten_when_it_is_taken(browser: Browser, too_late: str) -> None:
    assert too_late == "/login?next=%2Fme%2Fqueries%2Fcomplaints&over=1&kept=1"
    assert "已经替您保密保存6小时" in said(browser.get(too_late))
    assert TEXT not in str(boto3.client("dynamodb").scan(TableName="mingxin-sessions")["Items"])
    again = browser.sign_in("qian-yanjia", onward=PAGE)
    for page in (again, browser.get(PAGE)):  # looking takes nothing away
        assert f">{TEXT}</textarea>" in page.body
        assert BACK in said(page)
    assert browser.post(PAGE, {"text": TEXT}).status == 303
    assert BACK not in said(browser.get(PAGE))


def test_nobody_else_gets_it(members: Chalice, too_late: str) -> None:
    other = Browser(members)
    assert TEXT not in other.sign_in("qian-yanyi", onward=PAGE).body


@pytest.mark.parametrize(("instant", "there"), [("15:39:59", True), ("15:40:00", False)])
def test_it_is_kept_for_six_hours(browser: Browser, too_late: str, at: Callable[[str], None], instant: str, there: bool) -> None:
    at(f"2026-11-21T{instant}+08:00")
    assert (TEXT in browser.sign_in("qian-yanjia", onward=PAGE).body) == there


def test_a_form_of_an_organisation_waits_until_its_person_acts_for_it_again(
    browser: Browser, register: None, at: Callable[[str], None]
) -> None:
    browser.sign_in("li-yaner")
    browser.act_for(ORGANISATION)
    browser.get(PAGE)
    at(LATE)
    browser.post(PAGE, {"text": TEXT})
    as_oneself = browser.sign_in("li-yaner", onward=PAGE)
    assert TEXT not in as_oneself.body
    assert "用另一个身份填写的内容还保留着" in said(as_oneself)
    browser.act_for(ORGANISATION)
    assert TEXT in browser.get(PAGE).body


def test_a_form_that_is_not_ours_is_not_kept(browser: Browser, register: None, at: Callable[[str], None]) -> None:
    browser.sign_in("qian-yanjia")
    browser.get(PAGE)
    at(LATE)
    assert "kept" not in browser.post(PAGE, {"text": TEXT, "token": "0" * 32}).headers["Location"]
    assert "kept" not in browser.post(PAGE, {"text": TEXT}, Origin="https://elsewhere.example").headers["Location"]
    assert TEXT not in browser.sign_in("qian-yanjia", onward=PAGE).body


def test_a_delegation_that_was_filled_in_too_late_comes_back_whole(browser: Browser, register: None, at: Callable[[str], None]) -> None:
    browser.sign_in("li-yaner")
    browser.act_for(ORGANISATION)
    browser.get("/me/delegations")
    at(LATE)
    browser.post("/me/delegations", {"name": "周演代", "rights": ["read", "report"]})
    browser.sign_in("li-yaner")
    browser.act_for(ORGANISATION)
    body = browser.get("/me/delegations").body
    assert 'value="周演代"' in body
    assert body.count(" checked") == 2
