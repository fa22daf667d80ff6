"""A wrong record is challenged and corrected, a right one repaired, by the people whom the regulation names, each at their own pages."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.services.rows import a_penalty

from .conftest import Window, running

CODE, NAME = "91990000YW00100185", "南通演示云杉建材有限公司"
CLERKS = "11990000YW00000048"
WRONG, REPAIRED = "演桥罚〔2026〕901号", "演桥罚〔2026〕902号"
PUBLIC_UNTIL = 8
"""Of December: five working days after the first. The next morning the repair is in effect."""
PATIENCE = 120_000
"""Milliseconds in which the schedules of a busy machine follow its clock."""
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64) + b"IEND\xaeB`\x82"


@pytest.fixture(scope="module")
def started() -> Iterator[Window]:
    """A system of its own: what these people do stays in it, and its clock is moved."""
    with running(MINGXIN_DATA="memory") as window:
        yield window


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


Come = Callable[..., Person]


@pytest.fixture
def come(browser: Browser, started: Window) -> Iterator[Come]:
    """Lets somebody sign in, each in a browser of their own."""
    contexts: list[BrowserContext] = []

    def come(sub: str, kind: str = "staff") -> Person:
        contexts.append(browser.new_context(base_url=started.address, locale="zh-CN", accept_downloads=True))
        return Person(contexts[-1], sub, kind)

    yield come
    for context in contexts:
        context.close()


@pytest.mark.clause("NT-31", "NT-32", "NT-34", "NT-35", "NT-26")
def test_upload_object_verify_decide_and_correct_then_repair_until_the_record_is_gone_everywhere(
    come: Come, started: Window, tmp_path: Path
) -> None:
    clerk, officer, company = come("provider-yi"), come("officer-yi"), come("li-yaner", "citizens")
    upload(clerk, tmp_path)
    company.goes("/me/acting").locator(f"button[name=for][value='{CODE}']").click()
    number = object_to_the_wrong_one(company)
    verify(officer, clerk, number)
    decide_and_correct(officer, number)
    company.goes(f"/me/objections/{number}/letter")
    company.reads("金额写错，我们改过来（演示）。", "申请复核")
    anybody = company.page.context.new_page()
    anybody.goto(f"/subjects/{CODE}")
    expect(anybody.locator("article", has_text=WRONG)).to_contain_text("8,500.00 元")
    anybody.goto("/publicity/corrections")
    expect(anybody.locator("main")).to_contain_text(WRONG)
    report = fetch_a_report(company, tmp_path)
    expect_verdict(anybody, report, "报告真实")
    apply_for_repair(company)
    agree(clerk)
    anybody.goto("/publicity/repairs")
    expect(anybody.locator("main")).to_contain_text(REPAIRED)
    expect_everywhere(anybody, shown=True)
    move_the_clock(anybody)
    anybody.goto(f"/subjects/{CODE}")
    expect_everywhere(anybody, shown=False)
    expect_verdict(anybody, report, "报告已被替代")
    owner = come("li-yaner", "citizens")
    owner.goes("/me/acting").locator(f"button[name=for][value='{CODE}']").click()
    assert REPAIRED not in owner.page.locator("main").inner_text()
    owner.goes("/me/archived")
    owner.reads(REPAIRED)
    ask_for_a_report(owner)
    owner.reads(WRONG)
    assert REPAIRED not in owner.page.locator("main").inner_text()


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


def decide_and_correct(officer: Person, number: str) -> None:
    """The officer reads the answer, writes the letter in own words, sends it, and corrects the amount."""
    page = officer.goes(f"/desk/objections/{number}")
    officer.reads("金额多写了一个零（演示）。")
    page.locator("select[name^=result-]").select_option("amend")
    page.get_by_label("经提供单位核实，记录与原始文书不一致。").check()
    officer.presses("看告知书")
    officer.fills(letter="金额写错，我们改过来（演示）。")
    officer.presses("按改过的再看一遍")
    officer.reads("金额写错，我们改过来（演示）。", "申请复核")
    officer.presses("就这样发出")
    officer.reads("认定有误，待更正")
    page.locator("[name=amend][value$='/fine']").check()
    page.locator("textarea[name$='/fine']").fill("8500.00")
    officer.page.get_by_role("button", name="更正", exact=True).click()
    officer.reads("已更正")


def ask_for_a_report(company: Person) -> None:
    """The company asks for a report and reads it at once."""
    company.goes("/me/reports")
    company.fills(purpose="投标（演示）")
    company.presses("申请报告")
    company.page.get_by_role("button", name="下载").first.wait_for(timeout=PATIENCE)


def fetch_a_report(company: Person, folder: Path) -> Path:
    """A report as a file, as it was before the repair."""
    ask_for_a_report(company)
    company.reads(REPAIRED)
    with company.page.expect_download() as loading:
        company.presses("下载")
    path = folder / "report.pdf"
    loading.value.save_as(path)
    return path


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


def agree(clerk: Person) -> None:
    """The clerk reads the application and agrees."""
    clerk.goes("/desk/repairs").get_by_role("link", name="XF-").click()
    clerk.fills(words="已经纠正，同意修复（演示）")
    clerk.presses("同意修复，公示意见")
    clerk.reads(f"公示到 2026年12月{PUBLIC_UNTIL}日")


def expect_everywhere(page: Page, *, shown: bool) -> None:
    """Wherever anybody can see the repaired record, or nowhere any more."""
    addresses = [f"/subjects/{CODE}", f"/api/v1/subjects/{CODE}"]
    addresses += [f"/publicity/penalties{kind}?from=2026-11-01&to=2026-12-31" for kind in ("", ".json", ".csv", ".atom")]
    for address in addresses:
        answer = page.request.get(address)
        assert (answer.status, REPAIRED in answer.text()) == (200, shown), address
    assert REPAIRED not in page.request.get("/search", params={"q": "演示云杉"}).text()


def expect_verdict(page: Page, report: Path, verdict: str) -> None:
    """What anybody reads who checks the file of the report."""
    page.goto("/verify")
    page.locator("#file").set_input_files(report)
    page.get_by_role("button", name="核验").last.click()
    expect(page.locator("main")).to_contain_text(verdict)


def move_the_clock(page: Page) -> None:
    """Morning by morning to the one after the last day of publicity; the schedules of the machine follow."""
    for _ in range(PUBLIC_UNTIL):
        page.goto("/local/outbox")
        page.get_by_role("button", name="到第二天").click()
    for _ in range(PATIENCE // 2000):
        page.goto(f"/subjects/{CODE}")
        if not page.get_by_text(REPAIRED).count():
            return
        page.wait_for_timeout(2000)
    pytest.fail("the repair did not take effect")
