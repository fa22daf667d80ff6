"""Every page for people who are signed in, each seen by whom it is for: usable by all, on a phone and on a desk, in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from playwright.sync_api import Page

from app import create_app
from local.demo import a_person_number

from .addresses import in_language
from .conftest import Come, violations
from .people import (
    CODE,
    REPAIRED,
    Person,
    act_for_the_company,
    agree,
    apply_for_repair,
    ask_for_a_report,
    object_to_the_wrong_one,
    register_a_phone,
    upload,
    verify,
)

OTHER_CODE = "91990000YW00100260"
NO_PAGES = frozenset({"/desk/submissions/template", "/desk/batches/{batch}/refused", "/desk/case-reports/{period}", "/me/queries.json"})
"""What is a file and no page."""
SEEN = (("zh", 390), ("en", 1280))
"""The language and the width in pixels in which each page is looked at."""
Seen = Mapping[str, tuple[Person, str]]


@pytest.fixture(scope="module")
def seen(come: Come, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """Each route with whom it is looked at by, and an address of it where there is something to see."""
    clerk, officer, supervisor = come("provider-yi"), come("officer-yi"), come("supervisor")
    company = come("li-yaner", "citizens")
    upload(clerk, tmp_path_factory.mktemp("file"))
    batch = clerk.page.url
    act_for_the_company(company)
    number = object_to_the_wrong_one(company)
    verify(officer, clerk, number)
    verified = clerk.page.url
    apply_for_repair(company)
    repair = company.page.url.rpartition("/")[2]
    ask_for_a_report(company)
    own = _of_company(company, number, repair) | {"/me/reports/{number}": company.page.url}
    ours = _of_officer(officer, number, repair) | _of_counter(officer)
    theirs = {"/desk/batches/{batch}": batch, "/desk/verifications/{number}": verified} | _of_clerk(clerk)
    found = {
        **{route: (clerk, address) for route, address in theirs.items()},
        **{route: (officer, address) for route, address in ours.items()},
        **{route: (company, address) for route, address in own.items()},
        **{route: (supervisor, route) for route in ("/desk/appeals", "/desk/bulletin", "/desk/jobs", "/desk/jobs/failed")},
        **_of_handler(come("handler-yi")),
        "/desk/appeals/{number}": (supervisor, f"/desk/appeals/{number}"),
    }
    return found | _of_consent(company, come("zhang-yansan", "citizens")) | _of_consent_at_counter(company, officer, ours)


def _of_company(company: Person, number: str, repair: str) -> dict[str, str]:
    simple = ("/me", "/me/archived", "/me/acting", "/me/lists", "/me/reports", "/me/queries", "/me/queries/complaints", "/me/consents")
    simple += ("/me/green-channel", "/me/notices", "/me/contacts", "/me/delegations", "/me/repairs", "/business", "/business/consents")
    page = company.goes("/me")
    cards = page.locator("article", has_text="处罚").filter(has_not_text=REPAIRED)
    objection = cards.get_by_role("link", name="提出异议").last.get_attribute("href")
    renewal = cards.get_by_role("link", name="申请修复").last.get_attribute("href")
    assert objection
    assert renewal
    made = {"/me/objections": objection, "/me/repairs/new": renewal, "/me/repairs/objection": "/me/repairs/objection"}
    made |= {"/me/objections/{number}": f"/me/objections/{number}", "/me/objections/{number}/letter": f"/me/objections/{number}/letter"}
    return {**dict.fromkeys(simple, ""), **made, "/me/repairs/{number}": f"/me/repairs/{repair}"}


def _of_officer(officer: Person, number: str, repair: str) -> dict[str, str]:
    simple = ("/desk", "/desk/mandates", "/desk/written-consents", "/desk/objections", "/desk/complaints", "/desk/special-needs")
    simple += (
        "/desk/case-reports",
        "/desk/typical-cases",
        "/desk/merges",
        "/desk/measures",
        "/desk/notices",
        "/desk/notices/preview",
        "/desk/notices/letters",
        "/desk/lists",
    )
    one = f"/desk/objections/{number}"
    made = {"/desk/objections/{number}": one, "/desk/objections/{number}/letter": one + "/letter"}
    return {**dict.fromkeys(simple, ""), **made, "/desk/repairs/{number}": f"/desk/repairs/{repair}"}


def _of_handler(handler: Person) -> Seen:
    """A tip that anybody has sent, as who handles tips reads it."""
    handler.goes("/tips")
    handler.fills(organisation="示例丙建筑有限公司", text="示例：2026年11月，在示例路工地使用没有检验的材料，已经多次。")
    handler.presses("提交举报")
    link = handler.goes("/desk/tips").locator("main a[href^='/desk/tips/JB-']").first.get_attribute("href")
    assert link
    return {"/desk/tips": (handler, "/desk/tips"), "/desk/tips/{number}": (handler, link)}


def _of_clerk(clerk: Person) -> dict[str, str]:
    page = clerk.goes("/desk/records")
    clerk.fills(code=CODE)
    clerk.presses("查找")
    record = page.locator("main a[href^='/desk/records/s_']").first.get_attribute("href")
    assert record
    simple = ("/desk/verifications", "/desk/repairs", "/desk/records", "/desk/submissions", "/desk/batches", "/desk/declared")
    simple += ("/desk/promises",)
    return {**dict.fromkeys(simple, ""), "/desk/records/{subject}/{record}": record}


def _of_counter(officer: Person) -> dict[str, str]:
    page = officer.goes("/desk/counter")
    page.locator("#document").select_option("resident_id")
    officer.fills(number=a_person_number(200), reason="本人到窗口打印档案（演示）")
    page.locator("#checked").check()
    officer.presses("打开档案")
    opened = re.sub(r"https?://[^/]+", "", page.url)
    parts = ("", "/archive", "/consents", "/contacts", "/objections", "/repairs", "/reports")
    return {"/desk/counter": "/desk/counter", **{"/desk/counter/{counter}" + part: opened + part for part in parts}}


def _asked_for(company: Person, **whom: str) -> str:
    """The company asks for a report on somebody; the request's number."""
    company.goes("/business")
    company.fills(purpose="签订供货合同（演示）", last_day="2026-12-31", **whom)
    company.page.get_by_label("行政处罚信息").check()
    company.page.locator("main").get_by_role("button", name="申请").click()
    company.reads("签订供货合同（演示）")
    return company.page.url.rpartition("/")[2]


def _of_consent(company: Person, other: Person) -> Seen:
    """A consent that the company asks of another one, as each of them reads it, and the report by another that was agreed to."""
    used, number = (_asked_for(company, code=OTHER_CODE) for _ in range(2))
    other.goes("/me/acting").locator(f"button[name=for][value='{OTHER_CODE}']").click()
    register_a_phone(other.page, "13911112222")
    agree(other.page, used)
    company.goes(f"/business/consents/{used}")
    company.presses("出具报告")
    company.reads("签订供货合同（演示）")
    return {
        "/business/consents/{number}": (company, f"/business/consents/{number}"),
        "/business/reports/{number}": (company, company.page.url),
        "/me/consents/{number}": (other, f"/me/consents/{number}"),
    }


def _of_consent_at_counter(company: Person, officer: Person, ours: Mapping[str, str]) -> Seen:
    """A request to the person who stands at the counter, as the officer reads it."""
    number = _asked_for(company, name="钱演甲", id_number=a_person_number(200))
    return {"/desk/counter/{counter}/consents/{number}": (officer, f"{ours['/desk/counter/{counter}']}/consents/{number}")}


def test_every_page_of_members_is_looked_at_here(seen: Seen) -> None:
    routes = create_app("members").routes
    pages = {route for route, methods in routes.items() if "GET" in methods and route.startswith(("/me/", "/me", "/business", "/desk"))}
    pages = {route for route in pages if not route.startswith("/members")}
    assert {*seen, *NO_PAGES} == pages


@pytest.mark.parametrize(("language", "width"), SEEN)
def test_axe_finds_nothing_on_any_page_of_members(seen: Seen, axe: str, language: str, width: int) -> None:
    found = {}
    for route, (person, address) in seen.items():
        wrong = _wrong_with(person.page, in_language(address or route, language), axe, width)
        if wrong:
            found[route] = wrong
    assert found == {}


def test_what_is_shown_before_it_is_sent_is_usable_by_all(seen: Seen, axe: str) -> None:
    officer, address = seen["/desk/objections/{number}"]
    page = officer.goes(address)
    page.locator("select[name^=result-]").select_option("stands")
    page.get_by_label("记录仍在法定的使用期限内。").check()
    officer.presses("看告知书")
    assert [violations(page, axe, width) for width in (390, 1280)] == [[], []]


def _wrong_with(page: Page, address: str, axe: str, width: int) -> list[str]:
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200, address
    wrong = violations(page, axe, width)
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [*wrong, *([f"it is {wide} pixels wide"] if wide > width else [])]
