"""People at their own machines, and the steps that several of them take one after another, as they press and read them."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tests.services.rows import a_penalty

CODE, NAME = "91990000YW00100185", "南通演示云杉建材有限公司"
CLERKS = "11990000YW00000048"
WRONG, REPAIRED = "演桥罚〔2026〕901号", "演桥罚〔2026〕902号"
PATIENCE = 120_000
"""Milliseconds in which the schedules of a busy machine follow its clock."""
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64) + b"IEND\xaeB`\x82"


class Person:
    """Somebody at their own machine."""

    def __init__(self, context: BrowserContext, sub: str, kind: str) -> None:
        self.page: Page = context.new_page()
        self.page.goto(f"/login/{kind}")
        self.page.locator(f"button[value={sub}]").click()

    def goes(self, address: str) -> Page:
        """Opens a page by its address."""
        self.page.goto(address)
        return self.page

    def presses(self, name: str) -> Page:
        """Presses the first button that says so."""
        self.page.get_by_role("button", name=name).first.click()
        return self.page

    def fills(self, **fields: str) -> None:
        """Writes into fields by their names."""
        for name, value in fields.items():
            self.page.locator(f"main [name={name}]:not([type=hidden])").first.fill(value)

    def reads(self, *texts: str) -> None:
        """Finds texts on the page that is open."""
        for text in texts:
            expect(self.page.locator("main")).to_contain_text(text)


def code_of(page: Page, about: str) -> str:
    """The code in the latest message of this machine."""
    other = page.context.new_page()
    other.goto("/local/outbox")
    text = other.locator("article", has_text=about).first.inner_text()
    other.close()
    found = re.search(r"验证码 (\d{6})", text)
    assert found, text
    return found[1]


def register_a_phone(page: Page, phone: str) -> None:
    """Somebody who is signed in registers a phone by the code that comes to it."""
    page.goto("/me/contacts")
    page.locator("#value-phone").fill(phone)
    page.get_by_role("button", name=re.compile("获取验证码.*手机")).click()
    page.locator("#code").fill(code_of(page, "验证联系方式"))
    page.get_by_role("button", name="确认").click()
    expect(page.locator("section[aria-labelledby=phone]")).to_contain_text(phone)


def agree(page: Page, number: str) -> None:
    """Whoever is asked finds a request by its number and agrees to it by a code."""
    page.goto("/me/consents")
    page.locator("#number").fill(number)
    page.get_by_role("button", name="查找").click()
    page.get_by_role("button", name="获取验证码").click()
    page.locator("#code").fill(code_of(page, "确认授权"))
    page.get_by_role("button", name="同意", exact=True).click()
    expect(page.get_by_text("有效", exact=True)).to_be_visible()


def act_for_the_company(company: Person) -> None:
    """Whoever speaks for the company acts for it from now on."""
    company.goes("/me/acting").locator(f"button[name=for][value='{CODE}']").click()


def upload(clerk: Person, folder: Path) -> None:
    """A clerk sends two penalties as a file, and reads the receipt."""
    party = {"行政相对人名称": NAME, "行政相对人代码_1(统一社会信用代码)": CODE, "处罚决定日期": "2026/11/20"}
    party |= {"处罚有效期": "2027/11/19", "公示截止期": "2027/11/19", "处罚机关统一社会信用代码": CLERKS}
    party |= {"数据来源单位统一社会信用代码": CLERKS}
    rows = [a_penalty(**party, 行政处罚决定书文号=number) for number in (WRONG, REPAIRED)]
    path = folder / "penalties.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    page = clerk.goes("/desk/submissions")
    page.locator("#kind").select_option("penalties")
    clerk.fills(office="演示法规科")
    page.locator("#file").set_input_files(path)
    clerk.presses("看预览")
    clerk.reads(WRONG)
    clerk.presses("提交")
    clerk.reads("报送回执", "演示法规科", "2 行")


def object_to_the_wrong_one(company: Person) -> str:
    """The company objects from its own card; the number under which it was received."""
    company.page.locator("article", has_text=WRONG).get_by_role("link", name="提出异议").click()
    company.page.locator("[name=choice][value=wrong]").check()
    company.fills(text="罚款金额多写了一个零（演示）。")
    company.presses("提交异议")
    company.reads("已经收到")
    return re.findall(r"YY-\d{8}-\w{8}", company.page.url)[0]


def verify(officer: Person, clerk: Person, number: str) -> None:
    """The officer takes the case on and asks, the clerk answers."""
    officer.goes("/desk")
    officer.page.locator("main").get_by_role("link", name="异议处理").first.click()
    officer.page.get_by_role("link", name=number).click()
    officer.page.locator("summary", has_text="由谁办理").click()
    officer.presses("由我办理")
    officer.presses("看发给提供单位的内容")
    officer.reads("一字不差", "罚款金额多写了一个零（演示）。")
    officer.presses("就这样发出")
    officer.reads("还没有答复")
    clerk.goes("/desk/verifications").get_by_role("link", name="HS-").click()
    clerk.page.locator("[name=finding][value=partly]").check()
    clerk.fills(text="金额多写了一个零（演示）。")
    clerk.presses("提交答复")
    clerk.reads("已答复：部分有误")


def ask_for_a_report(company: Person) -> None:
    """The company asks for a report and reads it at once."""
    company.goes("/me/reports")
    company.fills(purpose="投标（演示）")
    company.presses("申请报告")
    company.page.get_by_role("button", name="下载").first.wait_for(timeout=PATIENCE)


def apply_for_repair(company: Person) -> None:
    """The company applies for repair from its own card."""
    company.goes("/me").locator("article", has_text=REPAIRED).get_by_role("link", name="申请修复").click()
    company.fills(
        corrected_on="2026-11-25", correction="已经改正（演示）", commitment="不再发布虚假广告（演示）", management="审查制度（演示）"
    )
    company.page.locator("[name=ways]").first.check()
    company.page.locator("#proof1").set_input_files({"name": "proof.png", "mimeType": "image/png", "buffer": PNG})
    company.presses("提交修复申请")
    company.reads("待提供单位提出修复意见")
