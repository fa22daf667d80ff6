"""Repair on its pages: applied for by its subject or at the counter, decided by the provider's clerk, public, objected to, in effect."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from chalice import Chalice

from app import create_app
from chalicelib import clock
from chalicelib.services.remedies import repair_effect
from chalicelib.services.scheduled import forget
from chalicelib.services.submission import intake
from chalicelib.storage import cases
from local.demo import a_person_number
from tests.people.browser import Browser, said
from tests.people.conftest import NAME, ORGANISATION
from tests.people.desk import COUNTER, PNG, at_desk, opened, send_file
from tests.services.rows import a_penalty, a_person
from tests.web.gateway import ask

pytestmark = pytest.mark.clause("NT-34", "NT-35")

BODY = "11990000YW00000048"
NEW = "/me/repairs/new"
FORM = {
    "corrected_on": "2026-03-05",
    "ways": ["payment", "volunteering"],
    "correction": "罚款已经缴清（示例）",
    "commitment": "今后守法诚信经营（示例）",
    "management": "已建立管理制度（示例）",
}
AGREE = {"decision": "agree", "effect": "ends", "words": "已经纠正，同意修复（示例）"}


@pytest.fixture
def registered(register: None, tmp_path: Path) -> None:
    """A penalty of the organisation, and one of a citizen, by the body whose clerk is at the desk."""
    from_body = {"数据来源单位": "示例市场监督管理局", "数据来源单位统一社会信用代码": BODY}
    party = {"行政相对人名称": NAME, "行政相对人代码_1(统一社会信用代码)": ORGANISATION}
    person = a_person(行政相对人名称="钱演甲", 证件号码=a_person_number(200))
    rows = [
        a_penalty(**party, **from_body, 行政处罚决定书文号="示罚〔2026〕7号"),
        a_penalty(**{**person, **from_body, "行政处罚决定书文号": "示罚〔2026〕8号"}),
    ]
    path = tmp_path / "own.csv"
    columns = list(rows[0])
    path.write_text("\n".join(",".join(line) for line in [columns, *([row[name] for name in columns] for row in rows)]), "utf-8")
    assert intake.import_file("penalties", path, provider=BODY).accepted == 2


@pytest.fixture
def owner(browser: Browser, registered: None) -> Browser:
    browser.sign_in("li-yaner")
    browser.act_for(ORGANISATION)
    return browser


def record_on(page: str, which: str) -> str:
    """The address at which a repair of a record is applied for, as its card leads there."""
    cards = [card for card in page.split("<article") if which in card]
    found = re.search(r'href="(/me/repairs/new\?record=[^"]+)"', cards[0])
    assert found, cards
    return found[1]


def applied(owner: Browser) -> str:
    """Apply; the path of the repair."""
    address = record_on(owner.get("/me").body, "示罚〔2026〕7号")
    owner.get(address)
    answer = send_file(owner, NEW, {**FORM, "record": address.partition("=")[2]}, "proof1", PNG)
    assert answer.status == 303, said(answer)
    return answer.headers["Location"]


def test_a_subject_learns_what_is_needed_applies_and_sees_the_opinion_take_effect(
    owner: Browser, members: Chalice, at: Callable[[str], None]
) -> None:
    address = record_on(owner.get("/me").body, "示罚〔2026〕7号")
    page = said(owner.get(address))
    for words in ("纠正之后随时可以申请", "不再失信的承诺", "没有同类失信行为的记录", "2027年2月25日"):
        assert words in page
    here = applied(owner)
    number = here.rpartition("/")[2]
    assert "最晚 2026年12月4日 提出意见" in said(owner.get(here))
    clerk = at_desk(members, "provider-yi", "/desk/repairs")
    assert number in clerk.page
    desk = f"/desk/repairs/{number}"
    page = said(clerk.get(desk))
    assert "罚款已经缴清（示例）" in page
    assert "是否同意修复，由提供单位决定" in page
    link = clerk.post(desk + "/proofs/0").headers["Location"]
    assert ask(members, link, headers={"Accept": "*/*"}).raw == PNG
    clerk.get(desk)
    assert clerk.post(desk, AGREE).status == 303
    assert "公示到 2026年11月27日" in said(owner.get(here))
    public = create_app("public")
    for ending in ("", ".json", ".csv", ".atom"):
        answer = ask(public, f"/publicity/repairs{ending}")
        assert (answer.status, number in answer.body) == (200, True), ending
    assert "提出异议" in said(ask(public, "/publicity/repairs"))
    at("2026-11-28T00:05:00+08:00")
    assert repair_effect.take_effect(clock.today())["done"] == 1
    assert number not in ask(public, "/publicity/repairs").body
    for path in (f"/subjects/{ORGANISATION}", f"/api/v1/subjects/{ORGANISATION}", "/publicity/penalties.json"):
        assert "示罚〔2026〕7号" not in ask(public, path).body
    owner.sign_in("li-yaner")
    owner.act_for(ORGANISATION)
    assert "修复已生效" in said(owner.get(here))
    assert "示罚〔2026〕7号" in owner.get("/me/archived").body
    assert "示罚〔2026〕7号" not in owner.get("/me").body
    owner.get("/me/archived")
    ended = re.search(r'name="certify" value="([^"]+)"', owner.page)
    assert ended
    certificate = owner.post("/me/reports", {"certify": ended[1]}).headers["Location"].partition("?")[0]
    assert "信用修复证明" in said(owner.get(certificate))
    at("2031-11-29T09:00:00+08:00")
    forget.forget(clock.today())
    page = said(at_desk(members, "provider-yi", desk).get(desk))
    assert ("查看证明材料" in page, "已于 2031年11月29日 删除" in page) == (False, True)


def test_anybody_who_is_signed_in_objects_to_a_public_opinion_and_so_does_who_comes_to_the_window(owner: Browser, members: Chalice) -> None:
    number = applied(owner).rpartition("/")[2]
    desk = f"/desk/repairs/{number}"
    clerk, other = at_desk(members, "provider-yi", desk), Browser(members)
    assert clerk.post(desk, AGREE).status == 303
    other.sign_in("qian-yanyi", onward="/me/repairs/objection")
    wrong = other.post("/me/repairs/objection", {"number": "XF-20261121-00000000", "reason": "没有纠正（示例）"})
    assert (wrong.status, "没有这个编号" in said(wrong)) == (422, True)
    answer = other.post("/me/repairs/objection", {"number": number, "reason": "没有纠正（示例）"})
    assert "已经收到您的异议" in said(other.get(answer.headers["Location"]))
    page = said(clerk.get(desk))
    assert "没有纠正（示例）" in page
    assert "钱演乙" not in page
    assert clerk.post(desk, AGREE).status == 303
    officer = at_desk(members, "officer-yi", "/desk/repairs")
    assert number in officer.page
    officer.get(desk)
    assert officer.post(desk, {"decision": "object", "words": "窗口收到的异议（示例）"}).status == 303
    assert "待提供单位核实" in said(clerk.get(desk))


def test_a_clerk_refuses_with_a_reason_and_a_clerk_of_another_body_sees_nothing(owner: Browser, members: Chalice) -> None:
    here = applied(owner)
    number = here.rpartition("/")[2]
    desk = f"/desk/repairs/{number}"
    other = at_desk(members, "provider-er", "/desk/repairs")
    assert number not in other.page
    assert other.get(desk).status == 404
    other.get("/desk/special-needs")
    assert other.post(desk, AGREE).status == 404
    clerk = at_desk(members, "provider-yi", desk)
    for wrong, reason in (({"words": "好"}, "请选择"), ({"decision": "refuse"}, "请写明意见"), ({**AGREE, "effect": "shortens"}, "日期")):
        answer = clerk.post(desk, wrong)
        assert (answer.status, reason in said(answer)) == (422, True), reason
    assert clerk.post(desk, {"decision": "refuse", "words": "影响还没有消除（示例）"}).status == 303
    assert "影响还没有消除（示例）" in said(owner.get(here))


def test_an_applicant_takes_the_application_back_and_nobody_else_sees_it(owner: Browser, members: Chalice) -> None:
    here = applied(owner)
    other = Browser(members)
    other.sign_in("qian-yanyi")
    assert other.get(here).status == 404
    assert "YY" not in other.get("/me/repairs").body
    owner.get(here)
    assert owner.post(here).status == 303
    page = owner.get(here)
    assert "申请人已撤回" in said(page)
    owner.get("/me/repairs/objection")
    assert owner.post(here).status == 422
    assert here in owner.get("/me/repairs").body


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"commitment": ""}, "承诺"),
        ({"corrected_on": "2026-11-22"}, "今天之后"),
        ({"corrected_on": ""}, "日期"),
        ({"ways": []}, "纠正方式"),
    ],
)
def test_what_is_missing_in_an_application_is_said_and_the_rest_stays_in_the_form(
    owner: Browser, wrong: dict[str, str], reason: str
) -> None:
    address = record_on(owner.get("/me").body, "示罚〔2026〕7号")
    owner.get(address)
    answer = send_file(owner, NEW, {**FORM, "record": address.partition("=")[2], **wrong}, "proof1", PNG)
    assert (answer.status, reason in said(answer)) == (422, True)
    assert "罚款已经缴清（示例）" in answer.body


@pytest.mark.clause("NT-22")
def test_an_officer_puts_a_written_application_in_at_the_counter(registered: None, members: Chalice) -> None:
    officer = at_desk(members, "officer-yi", "/desk/counter")
    where = opened(officer, COUNTER) + "/repairs"
    page = officer.get(where).body
    found = re.search(r'name="record" type="radio" value="([^"]+)"[^>]*> <label[^>]*>示罚〔2026〕8号', page)
    assert found
    form = {name: value for name, value in FORM.items() if name != "management"}
    assert send_file(officer, where, form, "proof1", PNG).status == 422
    assert send_file(officer, where, {**form, "record": found[1]}, "proof1", PNG).status == 303
    assert "XF-20261121-" in said(officer.get(where))
    assert len(cases.queue(f"provider:{BODY}", 10)[0]) == 1
