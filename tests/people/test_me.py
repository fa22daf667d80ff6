"""One's own archive: everything that is held, with where it comes from, until when it counts and what can be done."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from chalice import Chalice

from chalicelib import clock
from chalicelib.records.identifiers import Identifier
from chalicelib.services.own import my_archive
from chalicelib.storage import archive, engine
from local.demo import a_person_number
from tests.people.browser import Browser, said
from tests.people.conftest import NAME, ORGANISATION, OTHER
from tests.services.conftest import Send
from tests.services.rows import a_licence, a_penalty, a_person

CITIZEN = {"行政相对人名称": "钱演甲", "证件号码": a_person_number(200)}


@pytest.mark.clause("NT-22")
def test_a_person_sees_their_own_record_whole_with_source_class_end_and_ways(browser: Browser, register: None) -> None:
    words = said(browser.sign_in("qian-yanjia"))
    for text in (
        "示罚〔2026〕2号",
        "社会公开",
        "有效期至",
        "次日零时起不再使用",
        "提出异议",
        "信用修复：纠正并消除影响之后随时可以向",
        "最晚到",
        "第三十四条",
        "现在有效的记录 1 条",
    ):
        assert text in words
    assert "示罚〔2026〕1号" not in words


def test_nobody_sees_the_archive_of_another(browser: Browser, register: None) -> None:
    words = said(browser.sign_in("qian-yanyi"))
    assert "没有记录" in words
    assert "示罚" not in words


def test_what_has_ended_stands_in_the_archived_part_from_the_first_moment(
    browser: Browser, register: None, at: Callable[[str], None]
) -> None:
    last_day = re.search(r"有效期至 (\d+)年(\d+)月(\d+)日", said(browser.sign_in("qian-yanjia")))
    assert last_day
    day = "{}-{:0>2}-{:0>2}".format(*last_day.groups())
    for instant, places in ((f"{day}T23:50:00+08:00", (True, False)), (f"{day}T23:59:59.999+08:00", (False, True))):
        at(instant)
        browser.sign_in("qian-yanjia")
        found = tuple("示罚〔2026〕2号" in browser.get(path).body for path in ("/me", "/me/archived"))
        assert found == places


@pytest.mark.clause("NT-29")
def test_whoever_is_stated_responsible_sees_the_record_and_whose_it_was_first(browser: Browser, register: None, send: Send) -> None:
    responsible = f"钱演甲/{a_person_number(200)}/安全负责人"
    facts = {"行政相对人名称": NAME, "行政相对人代码_1(统一社会信用代码)": ORGANISATION, "责任人员": responsible, "备注": "失信程度：严重"}
    assert send("penalties", a_penalty(**facts, 行政处罚决定书文号="示罚〔2026〕9号")).accepted == 1
    words = said(browser.sign_in("qian-yanjia"))
    assert "示罚〔2026〕9号" in words
    assert f"这是关于单位“{NAME}”的记录" in words


def test_fifty_records_stand_on_a_page_newest_first(browser: Browser, register: None, send: Send) -> None:
    day = "2026/{:02}/{:02}".format
    rows = [
        a_licence(
            **a_person(**CITIZEN),
            行政许可决定文书号=f"示许〔2026〕{number}号",
            许可决定日期=day(1 + number // 28, 1 + number % 28),
        )
        for number in range(120)
    ]
    assert send("licences", *rows).accepted == 120
    shown = []
    browser.sign_in("qian-yanjia")
    for page, count in (("", 50), ("?page=2", 50), ("?page=3", 21), ("?page=99", 21)):
        body = browser.get("/me" + page).body
        numbers = re.findall(r"行政许可决定文书号</dt><dd[^>]*>示许〔2026〕(\d+)号", body)
        assert len(re.findall("<article", body)) == count
        shown += numbers if page != "?page=99" else []
    assert shown == [str(number) for number in reversed(range(120))]


def test_a_page_of_records_takes_three_requests(browser: Browser, register: None) -> None:
    browser.sign_in("qian-yanjia")
    asked: list[str] = []

    def note(model: Any, **_: object) -> None:
        asked.append(model.name)

    events = engine.client().meta.events
    events.register("before-call.dynamodb", note)
    try:
        assert "<article" in browser.get("/me").body
    finally:
        events.unregister("before-call.dynamodb", note)
    assert asked == ["GetItem", "Query", "BatchGetItem"]


def test_where_a_number_is_thought_to_lead_never_shows_the_archive_of_another(browser: Browser, register: None) -> None:
    citizen, organisation = Identifier("resident_id", CITIZEN["证件号码"]), Identifier("uscc", ORGANISATION)
    ids = archive.subjects_of([citizen, organisation])
    of = partial(my_archive.of_identifier, day=clock.today(), archived=False, page=1)
    own = of(citizen)
    assert own.entries != of(organisation).entries
    for hint in (ids[citizen], ids[organisation], "s_nobody"):
        assert of(citizen, hint=hint) == own
    unknown = Identifier("resident_id", a_person_number(777))
    assert of(unknown, hint=ids[citizen]) == of(unknown)


def test_an_archive_that_begins_after_its_subject_signed_in_is_found(browser: Browser, send: Send) -> None:
    assert "没有记录" in said(browser.sign_in("qian-yanjia"))
    send("licences", a_licence(**a_person(**CITIZEN), 行政许可决定文书号="示许〔2026〕77号"))
    assert "示许〔2026〕77号" in said(browser.get("/me"))


@pytest.mark.parametrize("page", ["0x1", "-1", "１２", "99999"])
def test_a_page_that_is_no_number_is_refused(browser: Browser, page: str) -> None:
    browser.sign_in("qian-yanjia")
    assert browser.get(f"/me?page={page}").status == 422


@pytest.mark.clause("NT-22")
def test_an_organisation_is_seen_by_who_has_its_mandate_and_by_nobody_else(browser: Browser, register: None) -> None:
    browser.sign_in("li-yaner")
    words = said(browser.act_for(ORGANISATION))
    assert f"现在代表：{NAME}" in words
    assert "示罚〔2026〕1号" in words
    assert "示罚〔2026〕2号" not in words
    browser.get("/me/acting")
    assert browser.post("/me/acting", {"for": OTHER}).status == 422
    assert f"现在代表：{NAME}" in said(browser.get("/me"))


def test_a_form_given_out_while_acting_for_one_is_not_taken_for_another(members: Chalice, browser: Browser, register: None) -> None:
    browser.sign_in("li-yaner")
    old = browser.get("/me/acting").body
    browser.act_for(ORGANISATION)
    browser.page = old
    assert browser.post("/me/acting", {"for": ""}).status == 403
