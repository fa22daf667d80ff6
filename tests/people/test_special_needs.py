"""Special needs at the desk: a body's clerk or an officer applies, an officer who did not apply decides."""

from __future__ import annotations

import re

import pytest
from chalice import Chalice

from chalicelib.services.identity import api_keys
from chalicelib.services.querying import special_needs
from tests.people.browser import Browser, said
from tests.people.desk import at_desk

pytestmark = pytest.mark.clause("HY-23b")

HERE = "/desk/special-needs"
REASON = {"reason": "职责需要"}


@pytest.fixture
def form(members: Chalice) -> dict[str, str]:
    """An application for a key that reads one item."""
    key, _ = api_keys.create("示例市场监督管理局", ["shared:read"], items=["licence"])
    return {"key": key.id, "items": "penalty", "purpose": "演示专项检查", "basis": "《示例办法》第三条", "until": "2026-12-31"}


def applied(browser: Browser, form: dict[str, str]) -> str:
    """Apply; the path of the application."""
    browser.get(HERE)
    assert browser.post(HERE, form).status == 303
    (need,) = special_needs.listing()
    return f"{HERE}/{need.id}"


def state() -> str:
    return special_needs.listing()[0].state


def test_a_clerk_applies_and_an_officer_grants(members: Chalice, form: dict[str, str]) -> None:
    clerk, officer = at_desk(members, "provider-yi"), at_desk(members, "officer-yi", HERE)
    need = applied(clerk, form)
    assert "演示专项检查" in said(officer.get(HERE))
    assert officer.post(need, {**REASON, "decision": "grant", "until": "2026-11-30"}).status == 303
    page = said(clerk.get(HERE))
    assert "已同意" in page
    assert "2026年11月30日" in page


def test_a_clerk_decides_nothing_and_sees_what_the_own_body_applied_for_alone(members: Chalice, form: dict[str, str]) -> None:
    clerk, other = at_desk(members, "provider-yi"), at_desk(members, "provider-er", HERE)
    need = applied(clerk, form)
    assert "演示专项检查" not in other.get(HERE).body
    answers = [other.post(path, {**REASON, "decision": "grant"}) for path in (need, f"{HERE}/n_0123456789abcdef0123")]
    assert [answer.status for answer in answers] == [403, 403]
    assert clerk.post(need, {**REASON, "decision": "grant"}).status == 403
    assert state() == "open"


def test_an_officer_does_not_decide_on_the_own_application(members: Chalice, form: dict[str, str]) -> None:
    first, second = at_desk(members, "officer-yi"), at_desk(members, "officer-er", HERE)
    need = applied(first, form)
    assert "由另一名经办人决定" in said(first.get(HERE))
    answer = first.post(need, {**REASON, "decision": "grant"})
    assert answer.status == 422
    assert "录入的人不能确认" in said(answer)
    assert state() == "open"
    assert second.post(need, {**REASON, "decision": "refuse"}).status == 303
    assert state() == "refused"


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"decision": "grant"}, "请写明理由"),
        (REASON, "请选择同意或不同意"),
        ({**REASON, "decision": "grant", "until": "soon"}, "请填写日期"),
    ],
)
def test_a_decision_says_what_and_why(members: Chalice, form: dict[str, str], sent: dict[str, str], reason: str) -> None:
    need = applied(at_desk(members, "provider-yi"), form)
    officer = at_desk(members, "officer-yi", HERE)
    answer = officer.post(need, sent)
    assert answer.status == 422
    assert reason in said(answer)
    assert state() == "open"


def test_an_application_that_is_not_there_is_missing(members: Chalice, archive: None) -> None:
    officer = at_desk(members, "officer-yi", HERE)
    assert officer.post(f"{HERE}/n_0123456789abcdef0123", {**REASON, "decision": "grant"}).status == 404


WRONG = [({"key": "k_nothing"}, "没有这把密钥"), ({"items": ""}, "目录项"), ({"until": ""}, "请填写日期")]


@pytest.mark.parametrize(("wrong", "reason"), WRONG)
def test_an_application_that_cannot_be_is_refused(members: Chalice, form: dict[str, str], wrong: dict[str, str], reason: str) -> None:
    clerk = at_desk(members, "provider-yi", HERE)
    answer = clerk.post(HERE, {**form, **wrong})
    assert answer.status == 422
    assert reason in said(answer)
    assert re.search(r'value="演示专项检查"', answer.body)
