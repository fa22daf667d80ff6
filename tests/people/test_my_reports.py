"""Own reports on the members' pages: asked for, read, fetched, and unreadable once their subject is erased."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
from chalice import Chalice

from chalicelib.records.identifiers import Identifier
from chalicelib.services.reporting import own_reports, reports
from chalicelib.storage import archive as archives
from chalicelib.storage import files, queues, report_keys
from local.demo import a_person_number
from tests.people.browser import Browser, said
from tests.people.conftest import NAME, ORGANISATION
from tests.web.gateway import ask

ALL = ("basic", "positive", "negative", "other")


@pytest.fixture(autouse=True)
def house(archive: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Private files and a signing key of a test's own."""
    monkeypatch.setenv("MINGXIN_FILES", str(tmp_path / "files"))
    monkeypatch.setenv("MINGXIN_SIGNING", str(tmp_path / "signing.pem"))
    monkeypatch.setattr(queues, "send", lambda queue, body: None)
    files.files.cache_clear()
    report_keys.report_key.cache_clear()
    yield tmp_path / "files"
    files.files.cache_clear()
    report_keys.report_key.cache_clear()


def asked(browser: Browser, *categories: str) -> str:
    """The number of a report that was asked for on the page."""
    browser.get("/me/reports")
    answer = browser.post("/me/reports", {"purpose": "申请贷款", "category": categories or ALL})
    assert answer.status == 303, answer.body
    return answer.headers["Location"].removeprefix("/me/reports/").removesuffix("?waiting=1")


def link_to(browser: Browser, number: str) -> str:
    """Where the button of a report leads."""
    browser.get(f"/me/reports/{number}")
    return browser.post(f"/me/reports/{number}").headers["Location"]


@pytest.mark.clause("NT-27")
def test_a_person_asks_reads_and_fetches_their_own_report(browser: Browser, members: Chalice, register: None) -> None:
    browser.sign_in("qian-yanjia")
    number = asked(browser)
    waiting = browser.get(f"/me/reports/{number}?waiting=1")
    assert waiting.headers["Refresh"] == "4"
    page = browser.get(f"/me/reports/{number}")
    assert "Refresh" not in page.headers, "who reads is not interrupted"
    for text in (number, "申请贷款", "本人（本单位）", "示罚〔2026〕2号", "钱演甲", "无记录", "有效期至", "已到期和已修复的记录不在报告中"):
        assert text in said(page)
    assert "下载签名的 PDF 文件" not in said(page)
    assert reports.render(number)
    ready = browser.get(f"/me/reports/{number}?waiting=1")
    assert "Refresh" not in ready.headers
    assert "下载签名的 PDF 文件" in said(ready)
    first, second = link_to(browser, number), link_to(browser, number)
    assert first != second, "every click gets a link of its own"
    found = ask(members, second)
    assert (found.headers["Content-Type"], found.raw[:5]) == ("application/pdf", b"%PDF-")
    assert number in said(browser.get("/me/reports"))


def test_a_link_works_for_five_minutes(browser: Browser, members: Chalice, register: None, at: Callable[[str], None]) -> None:
    browser.sign_in("qian-yanjia")
    number = asked(browser)
    assert reports.render(number)
    at("2026-11-21T10:00:00+08:00")
    browser.sign_in("qian-yanjia")
    link = link_to(browser, number)
    for instant, status in (("10:04:00", 200), ("10:05:10", 404)):
        at(f"2026-11-21T{instant}+08:00")
        assert ask(members, link).status == status


def test_a_page_stops_looking_again_when_the_pdf_takes_too_long(browser: Browser, register: None, at: Callable[[str], None]) -> None:
    browser.sign_in("qian-yanjia")
    number = asked(browser)
    at("2026-11-21T09:10:00+08:00")
    assert "Refresh" not in browser.get(f"/me/reports/{number}?waiting=1").headers


@pytest.mark.clause("NT-27")
def test_a_report_of_some_categories_speaks_of_no_other(browser: Browser, register: None) -> None:
    browser.sign_in("qian-yanjia")
    words = said(browser.get(f"/me/reports/{asked(browser, 'positive')}"))
    assert "正面信息" in words
    assert "负面信息" not in words
    assert "示罚〔2026〕2号" not in words


def test_what_is_missing_is_said_and_what_was_filled_in_stays(browser: Browser, register: None) -> None:
    browser.sign_in("qian-yanjia")
    browser.get("/me/reports")
    answer = browser.post("/me/reports", {"category": ["basic"]})
    assert (answer.status, "请写明查询目的" in said(answer)) == (422, True)
    browser.get("/me/reports")
    answer = browser.post("/me/reports", {"purpose": "投标用"})
    assert (answer.status, "请至少选择一类信息" in said(answer)) == (422, True)
    assert 'value="投标用"' in answer.body


def test_nobody_opens_the_report_of_another(browser: Browser, members: Chalice, register: None) -> None:
    browser.sign_in("qian-yanjia")
    number = asked(browser)
    other = Browser(members)
    other.sign_in("li-yaner")
    other.act_for(ORGANISATION)
    answers = [other.get(f"/me/reports/{guess}") for guess in (number, "NT-20261121-ABCDEFGH")]
    assert [answer.status for answer in answers] == [404, 404]
    assert said(answers[0]).replace(number, "") == said(answers[1]).replace("NT-20261121-ABCDEFGH", "")


@pytest.mark.clause("NT-27")
def test_an_organisations_report_is_for_whoever_has_the_right(browser: Browser, register: None) -> None:
    browser.sign_in("li-yaner")
    browser.act_for(ORGANISATION)
    words = said(browser.get(f"/me/reports/{asked(browser)}"))
    assert NAME in words
    assert "示罚〔2026〕1号" in words


def test_whoever_is_not_in_the_archive_is_told_so(browser: Browser, register: None) -> None:
    browser.sign_in("qian-yanyi")
    assert "没有可以出具的报告" in said(browser.get("/me/reports"))
    browser.get("/me/acting")
    assert browser.post("/me/reports", {"purpose": "了解", "category": ["basic"]}).status == 422


def test_after_the_days_turns_no_more_are_made_until_midnight(
    browser: Browser, register: None, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_reports, "MOST_A_DAY", 2)
    browser.sign_in("qian-yanjia")
    assert asked(browser) != asked(browser)
    answer = browser.post("/me/reports", {"purpose": "了解", "category": ["basic"]})
    assert (answer.status, "今天已经申请了2份报告" in said(answer)) == (422, True)
    at("2026-11-22T00:00:00+08:00")
    browser.sign_in("qian-yanjia")
    assert asked(browser)


def test_a_pdf_lies_sealed_and_nobody_reads_it_once_its_subject_is_erased(
    browser: Browser, members: Chalice, register: None, house: Path
) -> None:
    browser.sign_in("qian-yanjia")
    number = asked(browser)
    assert reports.render(number)
    (kept,) = house.glob("reports/*.pdf")
    assert b"%PDF" not in kept.read_bytes()
    link = link_to(browser, number)
    assert ask(members, link).status == 200
    (subject_id,) = archives.subjects_of([Identifier("resident_id", a_person_number(200))]).values()
    boto3.client("dynamodb").update_item(
        TableName="mingxin-archive", Key={"pk": {"S": "S#" + subject_id}, "sk": {"S": "HEAD"}}, UpdateExpression="REMOVE data_key"
    )
    assert browser.get(link).status == 404


def test_no_answer_of_a_signed_in_person_is_kept_and_errors_too_let_one_sign_out(browser: Browser, register: None) -> None:
    browser.sign_in("qian-yanjia")
    for address, status in (
        ("/me/reports", 200),
        ("/me/reports/NT-1", 404),
        ("/me?page=x", 422),
        ("/me/queries.json", 200),
        ("/desk", 403),
    ):
        answer = browser.get(address)
        assert (answer.status, answer.headers["Cache-Control"]) == (status, "no-store"), address
        if not address.endswith(".json"):
            assert "已登录：钱演甲" in said(answer), address
            assert re.search(r'action="/logout"', answer.body), address
    assert browser.post("/logout").headers["Location"] == "/login?out=citizens"
    assert "已登录" not in said(browser.get("/login"))
