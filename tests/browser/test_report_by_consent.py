"""Two companies, as people use the window: one asks for a report on the other, the other agrees, and the file proves itself."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from .conftest import Window, chromium
from .people import agree, register_a_phone
from .printed_code import shows

ASKER, ASKED = ("zhang-yansan", "演示青禾物流有限公司"), ("li-yaner", "演示云杉建材有限公司")
ON_RECORD = "南通" + ASKER[1]
"""As the archive knows the one that asks; the issuer leaves the place out."""
CODE = "91990000YW00100185"
PHONE = "13911112222"
Person = Callable[[tuple[str, str]], Page]


@pytest.fixture
def person(browser: Browser, window: Window) -> Iterator[Person]:
    """Signs somebody in, in a browser of their own, for the organisation that they represent."""
    yield from _people(browser, window)


@pytest.fixture
def person_in_the_hall(browser: Browser, window: Window) -> Iterator[Person]:
    """The same in a browser that remembers whole pages for the way back, as people's browsers do and Playwright's does not."""
    remembering = chromium(browser.browser_type, without=["--disable-back-forward-cache"])
    yield from _people(remembering, window)
    remembering.close()


def _people(browser: Browser, window: Window) -> Iterator[Person]:
    opened: list[BrowserContext] = []

    def sign_in(who: tuple[str, str]) -> Page:
        opened.append(browser.new_context(base_url=window.address, viewport={"width": 390, "height": 844}, locale="zh-CN"))
        page = opened[-1].new_page()
        page.goto("/login")
        page.locator("a[href*='/login/citizens']").click()
        page.get_by_role("button", name=who[0]).click()
        page.wait_for_url(f"{window.address}/**")
        page.goto("/me/acting")
        page.get_by_role("button", name=re.compile(who[1])).click()
        expect(page.locator(".mx-member__for")).to_contain_text(who[1])
        return page

    yield sign_in
    for context in opened:
        context.close()


def ask(page: Page) -> str:
    """Ask for consent to one report on the other company; the request's number."""
    page.goto("/business")
    page.locator("#code").fill(CODE)
    page.locator("#purpose").fill("签订供货合同")
    page.locator("#item-penalty").check()
    page.locator("#item-licence").check()
    page.locator("#last_day").fill("2026-12-31")
    page.get_by_role("button", name="申请").click()
    expect(page.get_by_text("等待答复")).to_be_visible()
    return page.url.rpartition("/")[2]


def fetch(page: Page, number: str, folder: Path) -> Path:
    """Use the consent, wait for the file as a person does, and save it."""
    page.goto(f"/business/consents/{number}")
    page.get_by_role("button", name="出具报告").click()
    expect(page.locator("main")).to_contain_text(f"仅供{ON_RECORD}使用")
    button = page.get_by_role("button", name="下载签名的 PDF 文件")
    for _ in range(30):
        if button.is_visible():
            break
        page.wait_for_timeout(1000)
        page.get_by_role("link", name="看看做好了没有").click()
    with page.expect_download() as started:
        button.click()
    return Path(started.value.path()).rename(folder / started.value.suggested_filename)


@pytest.mark.clause("NT-22", "NT-26", "NT-27", "HY-27b")
def test_a_company_asks_another_agrees_and_the_report_proves_itself(person: Person, tmp_path: Path) -> None:
    asker, asked = person(ASKER), person(ASKED)
    number = ask(asker)
    register_a_phone(asked, PHONE)
    agree(asked, number)
    pdf = fetch(asker, number, tmp_path)

    visitor = asker.context.new_page()
    visitor.goto("/verify")
    visitor.locator("#file").set_input_files(pdf)
    visitor.locator("form[enctype] button").click()
    verdict = visitor.get_by_role("status")
    expect(verdict).to_contain_text("报告真实")
    expect(verdict).to_contain_text(ON_RECORD[0] + "*" * (len(ON_RECORD) - 1))
    damaged = tmp_path / "damaged.pdf"
    content = bytearray(pdf.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    visitor.locator("#file").set_input_files(damaged)
    visitor.locator("form[enctype] button").click()
    expect(verdict).to_contain_text("没有核验通过")

    text = subprocess.run(["pdftotext", "-l", "1", pdf, "-"], capture_output=True, encoding="utf-8", check=True).stdout
    found = re.search(r"校验码\s+(\w{16})", text)
    assert found, text
    path = f"/verify/{pdf.stem}/{found[1]}"
    assert shows(pdf, f"https://xinyong.nantong.example{path}")
    visitor.goto(path)
    expect(verdict).to_contain_text("报告真实")

    asked.goto("/me/queries")
    expect(asked.locator("main")).to_contain_text("签订供货合同")
    expect(asked.locator("main")).to_contain_text(ASKER[1])
    asker.goto("/business/consents")
    expect(asker.locator("main")).to_contain_text("次数已用完")


@pytest.mark.clause("NT-22")
def test_a_shared_computer_keeps_nothing_of_who_has_signed_out(person_in_the_hall: Person) -> None:
    page = person_in_the_hall(ASKED)
    seen = ["/me", "/me/queries", "/me/reports", "/me/contacts", "/me/consents"]
    for path in seen:
        page.goto(path)
        expect(page.get_by_role("button", name="退出登录")).to_be_visible()
    page.get_by_role("button", name="退出登录").click()
    expect(page).to_have_url(re.compile("/login"))
    for _ in seen:
        page.go_back()
        expect(page.locator(".mx-member")).to_have_count(0)
        expect(page.get_by_role("heading", level=1)).to_have_text("登录")
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert page.context.cookies() == []
    assert page.evaluate("caches.keys().then(names => names.length)") == 0
