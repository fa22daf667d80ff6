"""Objections through the pages and with keys: made by the subject, verified by the provider, decided at the desk, appealed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from urllib.parse import quote_plus

import pytest
from chalice import Chalice

from app import create_app
from chalicelib.services.identity import api_keys
from chalicelib.services.own import private_files
from chalicelib.services.remedies import objection_desk, provider_records
from chalicelib.services.remedies.casework import By
from chalicelib.services.scheduled import forget
from chalicelib.storage import cases, files
from local.demo import a_code
from tests.people.browser import Browser, said
from tests.people.conftest import ORGANISATION
from tests.people.desk import PNG, at_desk, opened, send_file
from tests.services.rows import OFFICE
from tests.web.gateway import Answer, ask

MINE = "/me/objections"
CLERKS = "11990000YW00000048"
"""The provider for which provider-yi works."""
TEXT = "这份处罚决定说的不是我，请核对（演示）。"


@pytest.fixture
def citizen(members: Chalice, register: None) -> Browser:
    browser = Browser(members)
    browser.sign_in("qian-yanjia")
    return browser


def _record(citizen: Browser) -> str:
    found = re.search(r"/me/objections\?record=(r_\w+)", citizen.get("/me").body)
    assert found
    return found[1]


def _object(citizen: Browser, **changes: str) -> str:
    record = _record(citizen)
    citizen.get(f"{MINE}?record={record}")
    answer = send_file(citizen, MINE, {"record": record, "choice": "not me", "text": TEXT, **changes}, "file-1", PNG)
    assert answer.status == 303, said(answer)
    return answer.headers["Location"].rpartition("/")[2]


def _version(browser: Browser) -> str:
    found = re.findall(r'name="version" value="(\d+)"', browser.page)
    assert found
    return found[-1]


def _do(browser: Browser, path: str, do: str, **fields: str) -> Answer:
    browser.get(path)
    return browser.post(path, {"version": _version(browser), "do": do, **fields})


@pytest.mark.clause("NT-31", "NT-31b", "NT-32", "NT-33")
def test_an_objection_goes_from_the_record_to_the_answer_and_its_appeal(members: Chalice, citizen: Browser) -> None:
    number = _object(citizen, to="provider")
    page = said(citizen.get(f"{MINE}/{number}"))
    for words in (number, "核实中", "2026年12月4日", "期限内", TEXT):
        assert words in page
    assert "异议处理中" in said(citizen.get("/me"))
    _, key = api_keys.create("示例系统", [f"submit:{OFFICE}"])
    (request,) = json.loads(_call(members, "/api/v1/verifications", key).body)["items"]
    not_ours = {"finding": "not ours", "text": "由演示单位提供。"}
    assert _call(members, f"/api/v1/verifications/{request['number']}", key, not_ours).status == 200
    officer, here = at_desk(members, "officer-yi", "/desk/objections"), f"/desk/objections/{number}"
    assert number in officer.page
    officer.get(here)
    assert officer.post(f"/desk/cases/{number}", {"version": _version(officer), "do": "take"}).status == 303
    assert "我" in said(officer.get("/desk/objections"))
    assert _do(officer, here, "verify", provider=CLERKS, text="请对照原始文书核实当事人。", forward="a1", clean="a1").status == 303
    clerk = at_desk(members, "provider-yi", "/desk/verifications")
    found = re.search(r"/desk/verifications/(HS-[\w-]+)", clerk.page)
    assert found
    there = f"/desk/verifications/{found[1]}"
    assert "请对照原始文书核实当事人。" in said(clerk.get(there))
    assert clerk.post(f"{there}/files", {"file": "a1"}).headers["Location"].startswith("/members/files/")
    assert _do(clerk, there, "", finding="wrong").status == 422
    assert _do(clerk, there, "", finding="right", text="与原始文书一致。").status == 303
    other = at_desk(members, "provider-er", "/desk/verifications")
    assert other.get(there).status == 404
    assert "没有等待核实的记录" in said(clerk.get("/desk/verifications"))
    officer.get(here)
    assert officer.post(f"{here}/files", {"file": "a1"}).headers["Location"].startswith("/members/files/")
    result = {f"result-{_record(citizen)}": "stands"}
    assert "记录与原始文书不一致" not in officer.page
    assert _do(officer, here, "decide", **result).status == 422
    assert _do(officer, here, "decide", **result, reason="matches").status == 303
    letter = said(officer.get(f"{here}/letter"))
    assert "经提供单位核实，记录与原始文书一致。" in letter
    assert "申请复核" in letter
    assert "异议处理中" not in said(citizen.get("/me"))
    assert _do(citizen, f"{MINE}/{number}", "appeal", text="核实得不对。").status == 303
    supervisor = at_desk(members, "supervisor", "/desk/appeals")
    assert number in supervisor.page
    assert _do(supervisor, f"/desk/appeals/{number}", "decide", **result, reason="same subject").status == 303
    letter = said(citizen.get(f"{MINE}/{number}/letter"))
    assert "行政复议" in letter
    assert "行政诉讼" in letter


@pytest.mark.clause("NT-32")
def test_a_provider_opens_the_redacted_copy_that_an_officer_put_in_and_the_subject_reads_what_went(
    members: Chalice, citizen: Browser
) -> None:
    number = _object(citizen)
    officer, here = at_desk(members, "officer-yi"), f"/desk/objections/{number}"
    asking = {"step": "verify", "provider": CLERKS, "text": "请核对当事人。", "forward": "a1"}
    refused = _do(officer, here, "preview", **asking)
    assert (refused.status, "材料 1.png 还没有遮盖" in said(refused)) == (422, True)
    seen = said(_do(officer, here, "preview", **asking, clean="a1"))
    assert "材料 1.png（原件，经办人看过，没有需要遮盖的个人信息）" in seen
    assert _put_in(officer, number, b"MZ").status == 422
    assert _put_in(officer, number, COVERED).headers["Location"] == here
    assert _put_in(officer, number, COVERED, version="1").status == 409
    page = said(officer.get(here))
    assert "打开材料 1-redacted.pdf" in page
    assert "1.png 看过" not in page
    assert _opened(members, officer.post(f"{here}/files", {"file": "c1"})) == COVERED
    assert "材料 1-redacted.pdf（遮盖件）" in said(_do(officer, here, "preview", **asking))
    assert _do(officer, here, "verify", **asking).status == 303
    (request,) = objection_desk.find(number).verifications
    there = f"/desk/verifications/{request.id}"
    clerk = at_desk(members, "provider-yi", there)
    assert "打开材料 1-redacted.pdf" in said(clerk.get(there))
    assert _opened(members, clerk.post(f"{there}/files", {"file": "c1"})) == COVERED
    assert clerk.post(f"{there}/files", {"file": "a1"}).status == 404
    assert "1-redacted.pdf（遮盖件）" in said(citizen.get(f"{MINE}/{number}"))


COVERED = b"%PDF-1.7 covered %%EOF"


def _put_in(officer: Browser, number: str, content: bytes, version: str = "") -> Answer:
    here = f"/desk/objections/{number}"
    officer.get(here)
    return send_file(officer, f"{here}/redacted", {"version": version or _version(officer), "do": "redact", "of": "a1"}, "file", content)


def _opened(members: Chalice, answer: Answer) -> bytes:
    found = private_files.linked(answer.headers["Location"].removeprefix(files.LINKS))
    assert found
    return found[1]


def test_two_officers_who_act_on_the_same_page_one_is_told_that_the_other_was_first(members: Chalice, citizen: Browser) -> None:
    here = f"/desk/objections/{_object(citizen)}"
    first, second = (at_desk(members, who, here) for who in ("officer-yi", "officer-er"))
    step = {"version": _version(first), "do": "evidence", "text": "请补充身份证明。"}
    assert first.post(here, step).status == 303
    answer = second.post(here, step)
    assert answer.status == 409
    assert "另有人先办理" in said(answer)


@pytest.mark.clause("NT-31b")
def test_who_comes_from_a_public_page_chooses_the_organisation_and_lands_at_the_record(members: Chalice, register: None) -> None:
    entry = re.search(r"entry=(r_\w+)", ask(create_app("public"), f"/subjects/{ORGANISATION}").body)
    assert entry
    page = f"{MINE}?record={entry[1]}"
    representative = Browser(members)
    assert representative.get(page).headers["Location"] == f"/login?next={quote_plus(page)}"
    for_themselves = representative.sign_in("li-yaner", onward=quote_plus(page))
    assert "没有这条记录" in said(for_themselves)
    choosing = f"/me/acting?next={quote_plus(page)}"
    assert f'<a class="govuk-link" href="{choosing}">是单位的记录' in for_themselves.body
    representative.get(choosing)
    chosen = representative.post("/me/acting", {"for": ORGANISATION, "next": page}).headers["Location"]
    assert chosen == page
    assert "对这条记录提出异议" in said(representative.get(chosen))


def test_evidence_and_withdrawal(members: Chalice, citizen: Browser) -> None:
    number = _object(citizen)
    here = f"/desk/objections/{number}"
    assert _do(at_desk(members, "officer-yi", here), here, "evidence", text="请补充身份证明。").status == 303
    assert "请补充身份证明。" in said(citizen.get(f"{MINE}/{number}"))
    assert citizen.post(f"{MINE}/{number}/files", {"file": "a9"}).status == 404
    citizen.get(f"{MINE}/{number}")
    fields = {"version": _version(citizen), "do": "evidence", "text": "见附件。"}
    assert send_file(citizen, f"{MINE}/{number}", fields, "file-1", PNG).status == 303
    assert _do(citizen, f"{MINE}/{number}", "withdraw").status == 303
    assert "已撤回" in said(citizen.get(MINE))
    assert _do_blindly(citizen, f"{MINE}/{number}").status == 422


def _do_blindly(browser: Browser, path: str) -> Answer:
    browser.get(path)
    return browser.post(path, {"version": "1", "do": "forget"})


def test_a_wrong_record_is_corrected_at_the_desk(members: Chalice, citizen: Browser) -> None:
    number, record = _object(citizen), _record(citizen)
    officer, here = at_desk(members, "officer-yi"), f"/desk/objections/{number}"
    officer.get(here)
    assert _do(officer, here, "verify", provider=OFFICE, text="请核对当事人。", forward="a1", clean="a1").status == 303
    assert _do(officer, here, "decide", **{f"result-{record}": "amend", "reason": "other subject"}).status == 303
    assert _do(officer, here, "correct").status == 422
    place = f"{record}/facts"
    assert _do(officer, here, "correct", **{"amend": place, f"value-{place}": "更正后的事实（演示）。"}).status == 303
    page = said(citizen.get("/me"))
    assert "更正后的事实（演示）。" in page
    assert "已更正" in page


@pytest.mark.clause("NT-8c")
def test_files_go_five_years_after_the_objection_and_the_pages_say_since_when(
    members: Chalice, citizen: Browser, at: Callable[[str], None]
) -> None:
    number, record = _object(citizen), _record(citizen)
    here = f"/desk/objections/{number}"
    assert _put_in(at_desk(members, "officer-yi"), number, COVERED).status == 303
    assert (
        _do(at_desk(members, "officer-yi", here), here, "verify", provider=CLERKS, text="请核对当事人。", forward="a1", clean="a1").status
        == 303
    )
    (request,) = objection_desk.find(number).verifications
    objection_desk.answer_verification(By("key-1", "provider"), request.id, CLERKS, None, finding="right", text="")
    at("2026-11-23T09:00:00+08:00")
    assert (
        _do(at_desk(members, "officer-yi", here), here, "decide", **{f"result-{record}": "stands", "reason": "other subject"}).status == 303
    )
    assert forget.forget(date(2031, 11, 23)).due == 0, "a request to verify does not take what the objection still keeps"
    at("2031-11-24T09:00:00+08:00")
    shown = (("qian-yanjia", f"{MINE}/{number}"), ("officer-yi", here), ("provider-yi", f"/desk/verifications/{request.id}"))
    assert all("打开材料" in said(_signed_in(members, who).get(path)) for who, path in shown)
    case = objection_desk.find(number).case
    kept = [one["file"] for one in (*case.facts["attachments"], *case.facts["redacted"])]
    assert all(files.files().get(file) for file in kept)
    assert forget.forget(date(2031, 11, 24)).done == 1
    for file in kept:
        with pytest.raises(FileNotFoundError):
            files.files().get(file)
    for who, path in shown:
        page = said(_signed_in(members, who).get(path))
        assert ("打开材料" in page, "已于 2031年11月24日 删除" in page) == (False, True), path


def _signed_in(members: Chalice, who: str) -> Browser:
    browser = Browser(members)
    browser.sign_in(who, "citizens" if who == "qian-yanjia" else "staff")
    return browser


@pytest.mark.clause("NT-31b")
def test_an_objection_is_taken_in_at_the_counter(members: Chalice, register: None, citizen: Browser) -> None:
    record = _record(citizen)
    officer = at_desk(members, "officer-yi", "/desk/counter")
    here = opened(officer) + "/objections"
    officer.get(here)
    refused = send_file(officer, here, {"record": record, "text": TEXT}, "file-1", PNG)
    assert refused.status == 422
    answer = send_file(officer, here, {"record": record, "choice": "wrong", "text": TEXT}, "file-1", PNG)
    assert answer.status == 303
    assert "已经受理，编号 YY-20261121-" in said(officer.get(answer.headers["Location"]))
    assert "在服务窗口提出" in said(citizen.get(f"{MINE}/{_number_in(citizen)}"))


def _number_in(citizen: Browser) -> str:
    found = re.search(r"/me/objections/(YY-[\w-]+)", citizen.get(MINE).body)
    assert found
    return found[1]


def test_who_acts_by_a_mandate_without_this_right_does_not_object(members: Chalice, register: None) -> None:
    browser = Browser(members)
    browser.sign_in("zhang-yansan")
    assert browser.get(f"{MINE}/YY-20261121-00000000").status == 404


@pytest.mark.clause("HY-27d")
def test_a_complaint_reaches_the_desk_and_its_answer_the_subject(members: Chalice, citizen: Browser) -> None:
    citizen.get("/me/queries/complaints")
    assert citizen.post("/me/queries/complaints", {"text": "没有理由的查询（演示）。"}).status == 303
    officer = at_desk(members, "officer-yi", "/desk/complaints")
    assert "没有理由的查询（演示）。" in said(officer.get("/desk/complaints"))
    hidden = {name: re.findall(rf'name="{name}" value="([\w-]+)"', officer.page)[-1] for name in ("owner", "receipt")}
    assert officer.post("/desk/complaints", {**hidden, "text": ""}).status == 422
    assert officer.post("/desk/complaints", {**hidden, "text": "已核查，系依法查询（演示）。"}).status == 303
    assert officer.post("/desk/complaints", {**hidden, "text": "再答一次。"}).status == 409
    assert "已核查，系依法查询（演示）。" in said(citizen.get("/me/queries/complaints"))


@pytest.mark.clause("HY-27d")
def test_the_queue_of_complaints_is_narrowed_by_what_they_are_about_how_long_they_wait_and_their_number(
    members: Chalice, citizen: Browser, at: Callable[[str], None]
) -> None:
    def complained(text: str) -> str:
        citizen.get("/me/queries/complaints")
        citizen.post("/me/queries/complaints", {"text": text})
        return text

    at("2026-11-14T08:59:00+08:00")
    early = complained("早的投诉（演示）。")
    at("2026-11-21T08:59:00+08:00")
    late = complained("晚的投诉（演示）。")
    officer = at_desk(members, "officer-yi", "/desk/complaints")
    shown = said(officer.get("/desk/complaints"))
    assert early in shown
    assert late in shown
    assert "2 件" in said(officer.get("/desk"))
    receipt = re.findall(r'name="receipt" value="([\w-]+)"', officer.get("/desk/complaints").body)[-1]
    for query, found in (
        ("age=week", {early}),
        ("age=month", set()),
        ("about=other", {early, late}),
        ("about=query", set()),
        (f"number={receipt.lower()}", {late}),
    ):
        page = said(officer.get(f"/desk/complaints?{query}"))
        assert {text for text in (early, late) if text in page} == found, query
        assert ("没有符合条件的" in page) is not found, query


def _call(app: Chalice, path: str, secret: str, body: object = None, **headers: str) -> Answer:
    sent = json.dumps(body, ensure_ascii=False).encode() if body is not None else None
    given = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json", **headers}
    return ask(app, path, "GET" if body is None else "POST", given, sent)


@pytest.mark.clause("NT-32", "HY-27d")
def test_a_users_doubt_is_verified_by_the_providers_program(members: Chalice, register: None) -> None:
    _, user = api_keys.create("示例使用单位", ["shared:read"])
    _, provider = api_keys.create("示例系统", [f"submit:{OFFICE}"])
    path = f"/api/v1/shared/subjects/{ORGANISATION}"
    asked = {"X-Purpose": "audit", "X-Matter": "1"}
    record = json.loads(_call(members, path, user, **asked).body)["records"][0]["id"]
    doubt = {"subject": {"code": ORGANISATION}, "record": record, "text": "与我单位掌握的情况不符。"}
    assert _call(members, "/api/v1/doubts", user, {**doubt, "subject": {"code": a_code("91", 1002)}}).status == 422
    received = json.loads(_call(members, "/api/v1/doubts", user, doubt).body)
    assert received["due"] == "2026-12-04"
    found = json.loads(_call(members, path, user, **asked).body)
    assert found["records"][0]["flags"] == ["under_objection"]
    officer, here = at_desk(members, "officer-yi"), f"/desk/objections/{received['number']}"
    assert _do(officer, here, "verify", provider=OFFICE, text="请核对。").status == 303
    (request,) = json.loads(_call(members, "/api/v1/verifications", provider).body)["items"]
    assert (request["question"], request["due"], request["state"]) == ("请核对。", "2026-11-27", "open")
    there = f"/api/v1/verifications/{request['number']}"
    assert _call(members, there, provider, {"finding": "perhaps"}).status == 422
    assert _call(members, there, provider, {"finding": "wrong", "extra": ""}).status == 422
    assert json.loads(_call(members, there, provider, {"finding": "right"}).body)["state"] == "answered"
    assert _call(members, there, provider, {"finding": "right"}).status == 422
    _, other = api_keys.create("示例别的系统", [f"submit:{a_code('11', 77)}"])
    assert _call(members, there, other, {"finding": "right"}).status == 404


@pytest.mark.clause("NT-36")
def test_the_desk_reads_that_a_disputed_record_was_taken_back_meanwhile(members: Chalice, citizen: Browser) -> None:
    number = _object(citizen)
    case = cases.load(number)
    assert case
    officer = at_desk(members, "officer-yi", f"/desk/objections/{number}")
    assert "已撤回" not in said(officer.get(f"/desk/objections/{number}"))
    proposed = provider_records.propose([OFFICE], case.subject_id, case.about[0], By("p_one", "provider", "报送有误（示例）"))
    provider_records.confirm([OFFICE], proposed.number, By("p_two", "provider", "核对无误（示例）"))
    assert "现在已经是“已撤回”，不再公示和使用" in said(officer.get(f"/desk/objections/{number}"))
