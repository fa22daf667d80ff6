"""A wrong record is challenged and corrected, a right one repaired, by the people whom the regulation names, each at their own pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import Come
from .people import (
    CODE,
    PATIENCE,
    REPAIRED,
    WRONG,
    Person,
    act_for_the_company,
    apply_for_repair,
    ask_for_a_report,
    object_to_the_wrong_one,
    upload,
    verify,
)

PUBLIC_UNTIL = 8
"""Of December: five working days after the first. The next morning the repair is in effect."""


@pytest.mark.clause("NT-31", "NT-32", "NT-34", "NT-35", "NT-26")
def test_upload_object_verify_decide_and_correct_then_repair_until_the_record_is_gone_everywhere(come: Come, tmp_path: Path) -> None:
    clerk, officer, company = come("provider-yi"), come("officer-yi"), come("li-yaner", "citizens")
    upload(clerk, tmp_path)
    act_for_the_company(company)
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
    act_for_the_company(owner)
    assert REPAIRED not in owner.page.locator("main").inner_text()
    owner.goes("/me/archived")
    owner.reads(REPAIRED)
    ask_for_a_report(owner)
    owner.reads(WRONG)
    assert REPAIRED not in owner.page.locator("main").inner_text()


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


def fetch_a_report(company: Person, folder: Path) -> Path:
    """A report as a file, as it was before the repair."""
    ask_for_a_report(company)
    company.reads(REPAIRED)
    with company.page.expect_download() as loading:
        company.presses("下载")
    path = folder / "report.pdf"
    loading.value.save_as(path)
    return path


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
