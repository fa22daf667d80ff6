"""Objections that belong together at the desk: asked by one request, decided together; and what is shown before anything is sent."""

from __future__ import annotations

import re

import pytest
from chalice import Chalice

from chalicelib.services.remedies import objection_desk
from local.demo import a_person_number
from tests.people.browser import Browser, said
from tests.people.desk import PNG, at_desk, send_file
from tests.people.test_provider_submissions import OWN
from tests.services.conftest import Send
from tests.services.rows import a_penalty, a_person
from tests.web.gateway import Answer

MINE, HERE = "/me/objections", "/desk/objections"


@pytest.fixture
def citizen(members: Chalice, register: None, send: Send) -> Browser:
    """Somebody with two records by one provider, signed in."""
    row = {**a_person(行政相对人名称="钱演甲", 证件号码=a_person_number(200)), "行政处罚决定书文号": "示罚〔2026〕3号"}
    assert send("penalties", a_penalty(**row)).accepted == 1
    browser = Browser(members)
    browser.sign_in("qian-yanjia")
    return browser


def both(citizen: Browser) -> tuple[list[str], list[str]]:
    """The numbers of an objection to each record, and the records."""
    records = list(dict.fromkeys(re.findall(r"/me/objections\?record=(r_\w+)", citizen.get("/me").body)))
    numbers = []
    for record in records:
        citizen.get(f"{MINE}?record={record}")
        fields = {"record": record, "choice": "wrong", "text": "写错了（演示）。"}
        numbers.append(send_file(citizen, MINE, fields, "file-1", PNG).headers["Location"].rpartition("/")[2])
    assert len(numbers) == 2
    return numbers, records


def version(number: str) -> str:
    return str(objection_desk.find(number).case.version)


def do(browser: Browser, number: str, what: str, **fields: str | list[str]) -> Answer:
    browser.get(f"{HERE}/{number}")
    return browser.post(f"{HERE}/{number}", {"version": version(number), "do": what, **fields})


@pytest.mark.clause("NT-32")
def test_related_objections_are_shown_together_asked_by_one_request_and_decided_together(members: Chalice, citizen: Browser) -> None:
    (first, second), records = both(citizen)
    officer = at_desk(members, "officer-yi")
    assert second in said(officer.get(f"{HERE}/{first}"))
    assert do(officer, first, "verify", provider=OWN, text="请一并核实（演示）。", also=["YY-20261121-00000000"]).status == 422
    assert do(officer, first, "verify", provider=OWN, text="请一并核实（演示）。", also=second).status == 303
    clerk = at_desk(members, "provider-yi", "/desk/verifications")
    (request,) = set(re.findall(r"/desk/verifications/(HS-[\w-]+)", clerk.page))
    page = said(clerk.get(f"/desk/verifications/{request}"))
    assert "示罚〔2026〕2号" in page
    assert "示罚〔2026〕3号" in page
    assert clerk.post(f"/desk/verifications/{request}", {"version": "1", "finding": "right", "text": "一致（演示）。"}).status == 303
    for number in (first, second):
        assert "一致（演示）。" in said(officer.get(f"{HERE}/{number}"))
    results = {f"result-{record}": "stands" for record in records}
    own = {f"result-{records[0]}": "stands"}
    together = {"with": f"{second}@{version(second)}", "reason": "matches"}
    assert do(officer, first, "decide", **own, **together).status == 422
    assert "核实中" in said(officer.get(f"{HERE}/{first}"))
    assert do(officer, first, "decide", **results, **{**together, "with": f"{second}@1"}).status == 409
    assert do(officer, first, "decide", **results, **together).status == 303
    for number in (first, second):
        assert "经提供单位核实，记录与原始文书一致。" in said(citizen.get(f"{MINE}/{number}/letter"))
    assert "相关的异议" not in said(officer.get(f"{HERE}/{first}"))


def test_a_request_that_asks_for_another_objection_too_goes_on_when_one_is_taken_back(members: Chalice, citizen: Browser) -> None:
    (first, second), _ = both(citizen)
    officer = at_desk(members, "officer-yi")
    assert do(officer, first, "verify", provider=OWN, text="请一并核实（演示）。", also=second).status == 303
    (request,) = objection_desk.find(second).verifications
    for number, state in ((first, "asked"), (second, "no longer needed")):
        citizen.get(f"{MINE}/{number}")
        assert citizen.post(f"{MINE}/{number}", {"version": version(number), "do": "withdraw"}).status == 303
        assert objection_desk.verification(request.id).state == state


def test_the_exact_words_are_shown_before_they_are_sent_and_what_is_missing_is_told(members: Chalice, citizen: Browser) -> None:
    (number, _), (record, _) = both(citizen)
    officer = at_desk(members, "officer-yi")
    shown = said(do(officer, number, "preview", step="verify", provider=OWN, text="请核对金额（演示）。", forward="a1", clean="a1"))
    assert "请核对金额（演示）。" in shown
    assert "有异议待核查" not in shown  # the provider has told no way to reach it
    assert do(officer, number, "preview", step="verify", provider="1", text="请核对").status == 422
    assert "请补充身份证明。" in said(do(officer, number, "preview", step="evidence", text="请补充身份证明。"))
    assert do(officer, number, "preview", step="evidence").status == 422
    assert do(officer, number, "preview", step="decide", reason="inside period").status == 422
    assert version(number) == "1"
    answer = do(officer, number, "edit", step="evidence", text="再改改（演示）")
    assert (answer.status, "再改改（演示）" in answer.body) == (200, True)
    letter = said(do(officer, number, "preview", step="decide", reason="inside period", **{f"result-{record}": "stands"}))
    assert "记录仍在法定的使用期限内。" in letter
    assert "申请复核" in letter
    assert do(officer, number, "preview", step="decide", reason="matches", **{f"result-{record}": "stands"}).status == 422


@pytest.mark.clause("NT-33")
def test_an_officer_puts_own_words_into_the_letter_and_the_ways_to_go_on_stay_in_it(members: Chalice, citizen: Browser) -> None:
    (number, _), (record, _) = both(citizen)
    officer = at_desk(members, "officer-yi")
    decision = {f"result-{record}": "stands", "reason": "inside period"}
    own = "我们当面核对了决定书原件（演示）。\n\n谢谢您指出来。"
    assert do(officer, number, "decide", **decision, letter=f"证件号码 {a_person_number(200)}").status == 422
    page = said(do(officer, number, "preview", step="decide", **decision, letter=own))
    assert "我们当面核对了决定书原件（演示）。" in page
    assert do(officer, number, "decide", **decision, letter=own).status == 303
    letter = said(citizen.get(f"{MINE}/{number}/letter"))
    for words in ("我们当面核对了决定书原件（演示）。", "谢谢您指出来。", "维持记录，取消异议标注", "申请复核"):
        assert words in letter
    assert "记录仍在法定的使用期限内" not in letter
    assert objection_desk.find(number).case.facts["decisions"][0]["reasons"] == "记录仍在法定的使用期限内。"


def test_our_own_words_sent_back_unchanged_stay_ours_in_every_language(members: Chalice, citizen: Browser) -> None:
    (number, _), (record, _) = both(citizen)
    officer = at_desk(members, "officer-yi")
    decision = {f"result-{record}": "stands", "reason": "inside period"}
    page = do(officer, number, "preview", step="decide", **decision).body
    found = re.search(r"<textarea[^>]* id=\"letter\"[^>]*>([^<]+)</textarea>", page)
    assert found
    assert do(officer, number, "decide", **decision, letter=found[1]).status == 303
    assert objection_desk.find(number).case.facts["decisions"][0]["letter"] == ""
