"""The green channel as its subject and a body at the desk use it: a certificate that anyone can verify, and papers promised by a day."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from chalice import Chalice

from chalicelib.services.delivery import remind
from chalicelib.services.remedies import promises
from chalicelib.services.reporting import reports, verify
from chalicelib.storage import notices as kept
from chalicelib.storage import reports as stored
from tests.people.browser import Browser, said
from tests.people.conftest import NAME, ORGANISATION, OTHER, OTHER_NAME
from tests.people.desk import at_desk
from tests.services.conftest import Send
from tests.services.rows import a_red_entry

HERE, DESK, BODY = "/me/green-channel", "/desk/promises", "11990000YW00000048"


@pytest.fixture
def certificate(browser: Browser, register: None) -> tuple[str, str]:
    """The number and check code of the certificate of an organisation without bad records."""
    browser.sign_in("zhang-yansan")
    browser.act_for(OTHER)
    browser.get(HERE)
    answer = browser.post(HERE)
    assert answer.status == 303, said(answer)
    number = re.findall(r"/me/reports/([\w-]+)", answer.headers["Location"])[0]
    assert reports.render(number)
    found = stored.kept(number)
    assert found is not None
    return number, found.code


def _promise(number: str, code: str, **changes: str) -> dict[str, str]:
    given = {
        "body": BODY,
        "number": number,
        "code": code,
        "matter": "食品经营许可（演示）",
        "papers": "房屋租赁合同",
        "until": "2026-12-01",
    }
    return {**given, "not_needed_by_law": "yes", **changes}


@pytest.mark.clause("KLM-6", "AK-2.3", "HY-11")
def test_whoever_has_clean_years_gets_a_certificate_that_anyone_can_verify(browser: Browser, certificate: tuple[str, str]) -> None:
    number, code = certificate
    words = said(browser.get(f"/me/reports/{number}"))
    assert "绿色通道资格证明" in words
    assert "连续3年没有不良信用记录" in words
    verdict = verify.by_code(number, code, day=date(2026, 11, 21))
    assert (verdict.genuine, verdict.superseded, verdict.subject) == (True, False, OTHER_NAME)


@pytest.mark.clause("KLM-6", "AK-2.3")
def test_whoever_has_a_bad_record_sees_which_until_when_and_gets_no_certificate(browser: Browser, register: None) -> None:
    browser.sign_in("li-yaner")
    browser.act_for(ORGANISATION)
    words = said(browser.get(HERE))
    assert "现在不符合条件" in words
    assert "示罚〔2026〕1号" in words
    assert re.search(r"最早从 2029年\d+月\d+日 起符合", words)
    browser.get("/me/reports")
    assert browser.post(HERE).status == 422
    assert "示罚〔2026〕1号" not in said(at_desk(browser.app, "provider-yi", DESK).get(DESK))


@pytest.mark.clause("HY-11", "KLM-6")
def test_a_role_model_gets_it_although_a_record_stands_against_it(browser: Browser, register: None, send: Send) -> None:
    send("redlist", a_red_entry(主体名称=NAME, 统一社会信用代码=ORGANISATION))
    browser.sign_in("li-yaner")
    browser.act_for(ORGANISATION)
    words = said(browser.get(HERE))
    assert "列入诚信典型名单" in words
    assert "示罚〔2026〕1号" not in words
    assert browser.post(HERE).status == 303


@pytest.mark.clause("KLM-6", "AK-2.3")
@pytest.mark.notice("promise made", "promise due")
def test_papers_promised_by_a_day_are_reminded_of_before_it_and_noted_when_they_come(
    browser: Browser, members: Chalice, certificate: tuple[str, str], at: Callable[[str], None]
) -> None:
    clerk = at_desk(members, "provider-yi", DESK)
    assert clerk.post(DESK, _promise(*certificate)).status == 303
    words = said(clerk.get(DESK))
    assert "房屋租赁合同" in words
    assert "已登记，还没有办结" in said(clerk.post(DESK, _promise(*certificate))).replace("已经登记", "已登记")
    case = re.findall(r"RQ-[\w-]+", clerk.page)[0]
    browser.get("/me")
    assert "房屋租赁合同" in said(browser.get(HERE))
    subject = promises.cases.load(case)
    assert subject is not None
    for day, kinds in (("2026-11-21", {"promise made"}), ("2026-11-27", {"promise made", "promise due"})):
        at(f"{day}T08:30:00+08:00")
        remind.remind(date.fromisoformat(day))
        found, _ = kept.of(f"s:{subject.subject_id}", 50)
        assert {one.kind for one in found if one.kind.startswith("promise")} == kinds, day
    clerk = at_desk(members, "provider-yi", DESK)
    assert clerk.post(f"{DESK}/{case}", {"do": "break"}).status == 422
    assert at_desk(members, "provider-er", DESK).post(f"{DESK}/{case}", {"do": "keep"}).status == 404
    assert clerk.post(f"{DESK}/{case}", {"do": "keep"}).status == 303
    assert clerk.post(f"{DESK}/{case}", {"do": "keep"}).status == 422
    closed = promises.cases.load(case)
    assert closed is not None
    assert (closed.state, closed.waits_for) == ("kept", "")


@pytest.mark.clause("KLM-6")
@pytest.mark.notice("promise overdue")
@pytest.mark.parametrize(("day", "told"), [("2026-12-01", 0), ("2026-12-02", 1)])
def test_a_promise_that_is_not_kept_by_its_day_is_told_the_day_after_to_both_sides(
    members: Chalice, certificate: tuple[str, str], at: Callable[[str], None], day: str, told: int
) -> None:
    clerk = at_desk(members, "provider-yi", DESK)
    assert clerk.post(DESK, _promise(*certificate)).status == 303
    case = promises.cases.load(re.findall(r"RQ-[\w-]+", said(clerk.get(DESK)))[0])
    assert case is not None
    at(f"{day}T08:30:00+08:00")
    remind.remind(date.fromisoformat(day))
    for to in (f"s:{case.subject_id}", f"provider:{BODY}"):
        assert [one.kind for one in kept.of(to, 50)[0]].count("promise overdue") == told, to


@pytest.mark.clause("KLM-6")
def test_only_a_certificate_that_holds_opens_the_way_and_a_wrong_one_tells_nothing(
    members: Chalice, certificate: tuple[str, str], send: Send
) -> None:
    number, code = certificate
    clerk = at_desk(members, "provider-yi", DESK)
    answers = [clerk.post(DESK, _promise(number, "0" * 16)), clerk.post(DESK, _promise("NT-20261121-00000000", code))]
    assert clerk.post(DESK, _promise(number, code, body="11990000YW00000123")).status == 422
    assert clerk.post(DESK, _promise(number, code, not_needed_by_law="")).status == 422
    assert send("redlist", a_red_entry(主体名称=OTHER_NAME, 统一社会信用代码=OTHER)).accepted == 1  # something has changed since
    answers.append(clerk.post(DESK, _promise(number, code)))
    assert {(answer.status, "没有核验通过" in said(answer)) for answer in answers} == {(422, True)}
