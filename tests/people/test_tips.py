"""A tip from the public form to its answer: who made it is known to one named handler, and nobody sees without a note."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import boto3
import pytest
from chalice import Chalice

from chalicelib.services.desk import tips
from chalicelib.services.scheduled import forget
from chalicelib.storage import notices as kept
from chalicelib.storage import raw_items
from chalicelib.storage import tips as stored
from chalicelib.web.paths import row_of
from tests.people.browser import Browser, said
from tests.people.conftest import NAME, ORGANISATION
from tests.people.desk import at_desk
from tests.services.faults import killed_at
from tests.web.gateway import Answer, ask

HERE, ANSWER, DESK = "/tips", "/tips/answer", "/desk/tips"
BODY, OTHER_BODY = "11990000YW00000048", "11990000YW00000123"
TEXT = "2026年11月20日上午，该单位把废水直接排入示例河（演示）。"
WHO = {"name": "钱演甲", "contact": "示例路二号信箱"}
GIVEN = {"about": "organisation", "organisation": NAME, "code": ORGANISATION, "matter": "pollution", "text": TEXT}
forks = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


def _form(browser: Browser) -> str:
    found = re.search(r'name="form" value="([\w.]+)"', browser.get(HERE).body)
    assert found
    return found[1]


def _opened(answer: Answer) -> tuple[str, str]:
    """The number and secret that the page tells."""
    found = re.findall(r"(JB-\d{8}-\w{8}|(?:[0-9A-F]{5}-){3}[0-9A-F]{5})", answer.body)
    assert len(found) == 2, answer.body
    return found[0], found[1]


@pytest.fixture
def tip(browser: Browser) -> tuple[str, str]:
    """A tip of somebody who says who they are: its number and secret."""
    return _opened(browser.post(HERE, {**GIVEN, **WHO, "form": _form(browser)}))


def _tables(*tables: str) -> str:
    return str([boto3.client("dynamodb").scan(TableName=f"mingxin-{table}")["Items"] for table in tables])


def _acts() -> list[str]:
    entries = boto3.client("dynamodb").scan(TableName="mingxin-trail")["Items"]
    return sorted(
        action for entry in entries for action, _, _ in raw_items.acts_of(entry) if action.startswith(("tip", "rep", "subject.er"))
    )


@pytest.mark.clause("KLM-15", "AK-3.7", "HY-18")
@pytest.mark.notice("tip passed on")
def test_a_tip_goes_to_the_body_without_its_reporter_and_back_as_an_answer(
    browser: Browser, members: Chalice, register: None, tip: tuple[str, str]
) -> None:
    number, secret = tip
    records = _tables("publication")
    handler = at_desk(members, "handler-yi", f"{DESK}/{number}")
    assert TEXT in said(handler.get(f"{DESK}/{number}"))
    assert handler.post(f"{DESK}/{number}", {"do": "take_on"}).status == 303
    handler.get(f"{DESK}/{number}")
    passed = {"do": "pass_on", "body": BODY, "text": "请核查该单位的排污口（演示）。"}
    assert handler.post(f"{DESK}/{number}", passed).status == 303
    assert [one.kind for one in kept.of(f"provider:{BODY}", 10)[0]] == ["tip passed on"]
    clerk = at_desk(members, "provider-yi", DESK)
    words = said(clerk.get(f"{DESK}/{number}"))
    assert "请核查该单位的排污口" in words
    for hidden in (TEXT, "钱演甲", "示例路二号", "演举报一"):
        assert hidden not in words
    assert at_desk(members, "provider-er", DESK).get(f"{DESK}/{number}").status == 404
    assert clerk.post(f"{DESK}/{number}", {"do": "reply", "text": "已责令停止排放（演示）。"}).status == 303
    assert clerk.get(f"{DESK}/{number}").status == 404
    handler.get(f"{DESK}/{number}")
    assert handler.post(f"{DESK}/{number}", {"do": "answer", "text": "已由生态环境部门责令停止排放（演示）。"}).status == 303
    words = said(browser.post(ANSWER, {"number": number.lower(), "secret": secret.replace("-", " ")}))
    assert "已由生态环境部门责令停止排放" in words
    assert "没有人查看过" in words
    assert _tables("publication") == records


@pytest.mark.clause("HY-18", "KLM-15")
def test_who_made_a_tip_is_sealed_and_opened_by_its_handler_alone_each_time_with_a_note(
    browser: Browser, members: Chalice, tip: tuple[str, str]
) -> None:
    number, secret = tip
    everything = _tables("archive", "trail", "sessions", "outbox")
    for hidden in ("钱演甲", "示例路二号", TEXT, NAME, secret.replace("-", "")):
        assert hidden not in everything
    first, second = at_desk(members, "handler-yi", f"{DESK}/{number}"), at_desk(members, "handler-er", f"{DESK}/{number}")
    open_it = {"do": "open", "text": "需要核对举报的时间"}
    assert first.post(f"{DESK}/{number}", open_it).status == 422
    first.post(f"{DESK}/{number}", {"do": "take_on"})
    for page in (first, second):
        assert "钱演甲" not in said(page.get(f"{DESK}/{number}"))
    assert second.post(f"{DESK}/{number}", open_it).status == 422
    assert first.post(f"{DESK}/{number}", {"do": "open", "text": " "}).status == 422
    assert "reporter.opened" not in _acts()
    words = said(first.post(f"{DESK}/{number}", open_it))
    assert "钱演甲" in words
    assert "示例路二号信箱" in words
    assert _acts().count("reporter.opened") == 1
    assert "演举报一：需要核对举报的时间" in said(second.get(f"{DESK}/{number}"))
    words = said(browser.post(ANSWER, {"number": number, "secret": secret}))
    assert "承办人查看，理由：需要核对举报的时间" in words
    assert "演举报一" not in words


@pytest.mark.clause("HY-18")
def test_a_reporter_is_shown_to_nobody_whose_note_could_not_be_kept(
    members: Chalice, tip: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    number, _ = tip
    handler = at_desk(members, "handler-yi", f"{DESK}/{number}")
    handler.post(f"{DESK}/{number}", {"do": "take_on"})
    handler.get(f"{DESK}/{number}")
    monkeypatch.setattr("chalicelib.storage.engine.write_together", lambda writes: False)
    answer = handler.post(f"{DESK}/{number}", {"do": "open", "text": "需要核对"})
    assert (answer.status, "钱演甲" in answer.body) == (409, False)


@pytest.mark.clause("KLM-15")
def test_a_tip_on_a_person_is_not_taken_and_says_where_to_turn(browser: Browser) -> None:
    answer = browser.post(HERE, {**GIVEN, "about": "person", "form": _form(browser)})
    assert answer.status == 422
    for words in ("不受理对个人的举报", "110", "12345"):
        assert words in said(answer)
    assert "tip.made" not in _acts()


def test_the_same_form_sent_twice_is_one_tip_and_another_sites_or_no_form_is_none(browser: Browser, tip: tuple[str, str]) -> None:
    sent = {**GIVEN, "form": _form(browser)}
    assert _opened(browser.post(HERE, sent)) == _opened(browser.post(HERE, sent))
    assert _acts() == ["tip.made"] * 2
    for form in ("", "20261121." + "0" * 32 + ".f_made-up", sent["form"][:-1] + "?"):
        assert browser.post(HERE, {**GIVEN, "form": form}).status == 422
    assert browser.post(HERE, {**GIVEN, "form": _form(browser)}, Sec_Fetch_Site="cross-site").status == 403
    assert browser.post(HERE, {**GIVEN, "form": _form(browser)}, Origin="https://elsewhere.example").status == 403
    assert _acts() == ["tip.made"] * 2


def test_a_form_of_the_day_before_yesterday_is_too_old(browser: Browser, at: Callable[[str], None]) -> None:
    at("2026-11-21T09:00:00+08:00")
    form = _form(browser)
    at("2026-11-23T09:00:00+08:00")
    assert "放得太久" in said(browser.post(HERE, {**GIVEN, "form": form}))


@pytest.mark.clause("HY-18")
def test_wrong_numbers_and_wrong_secrets_get_one_answer_and_few_tries(
    members: Chalice, browser: Browser, tip: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    number, secret = tip
    monkeypatch.setattr(tips, "MOST_TRIES", 3)
    wrong = [{"number": number, "secret": "0" * 20}, {"number": "JB-20261121-00000000", "secret": secret}]
    answers = [browser.post(ANSWER, one) for one in wrong]
    assert {answer.status for answer in answers} == {404}
    assert len({re.sub(r"\s+", " ", answer.body) for answer in answers}) == 1
    for _ in range(2):
        browser.post(ANSWER, wrong[0])
    assert browser.post(ANSWER, {"number": number, "secret": secret}).status == 422


def test_one_network_address_sends_only_so_many_tips_a_day(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tips, "MOST_A_DAY", 1)
    assert [browser.post(HERE, {**GIVEN, "form": _form(browser)}).status for _ in range(2)] == [200, 422]
    body = f"form={_form(browser)}".encode()
    elsewhere = ask(browser.app, HERE, "POST", {"Content-Type": "application/x-www-form-urlencoded"}, body, source_ip="192.0.2.9")
    assert "今天提交的举报已满" not in said(elsewhere)


@pytest.mark.clause("HY-18")
def test_no_cookie_reaches_the_form_so_that_nobody_can_tell_who_reports() -> None:
    assert {row_of(path).cookies for path in (HERE, ANSWER)} == {()}


def test_two_handlers_cannot_take_the_same_step(members: Chalice, tip: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    number, _ = tip
    handler = at_desk(members, "handler-yi", f"{DESK}/{number}")
    before = stored.load(number)
    handler.post(f"{DESK}/{number}", {"do": "take_on"})
    monkeypatch.setattr(stored, "load", lambda _: before)
    other = at_desk(members, "handler-er", f"{DESK}/{number}")
    assert other.post(f"{DESK}/{number}", {"do": "take_on"}).status == 409


@forks
@pytest.mark.clause("NT-8c", "HY-18")
def test_who_made_a_tip_is_forgotten_after_a_month_and_the_tip_after_a_year_wherever_the_job_is_cut_off(
    members: Chalice, browser: Browser, at: Callable[[str], None], tip: tuple[str, str]
) -> None:
    number, secret = tip
    handler = at_desk(members, "handler-yi", f"{DESK}/{number}")
    handler.post(f"{DESK}/{number}", {"do": "take_on"})
    handler.get(f"{DESK}/{number}")
    handler.post(f"{DESK}/{number}", {"do": "open", "text": "需要核对"})
    handler.post(f"{DESK}/{number}", {"do": "turn_down", "text": "不属于失信行为，请向主管部门反映（演示）。"})
    assert forget.forget(date(2026, 12, 21)).due == 0
    _forget_killed(date(2026, 12, 22))
    assert forget.forget(date(2026, 12, 22)).due == 0
    kept = stored.load(number)
    assert kept is not None
    assert (kept.text, stored.openings(number)) == (TEXT, [])
    assert forget.forget(date(2027, 11, 21)).due == 0
    _forget_killed(date(2027, 11, 22))
    assert stored.load(number) is None
    assert "'S#t_" not in _tables("archive")
    assert "'S#w_" not in _tables("archive")
    assert _acts().count("subject.erased") == 2
    at("2027-11-22T09:00:00+08:00")
    assert browser.post(ANSWER, {"number": number, "secret": secret}).status == 404


def _forget_killed(day: date) -> None:
    number = 1
    while killed_at(number, lambda: forget.forget(day), after=False):
        number += 1
    assert number > 1
