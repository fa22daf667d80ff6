"""The tour of the README as a person walks it: on a phone, by the keys alone, without scripts, on paper, and after a mistake."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import feedparser
import pytest
from playwright.sync_api import Browser, Page, expect

from local.environment import ROOT

from .addresses import CODE, MISSPELT, NAME, in_language
from .conftest import Window, running

LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
SEARCH = {"zh": "查询", "en": "Search"}
OBJECT = {"zh": "如何对这一条提出异议", "en": "How to object to this entry"}
YOURS = {"zh": "您要说的这一条", "en": "The entry you are writing about"}
MOST_TABS = 40
"""Presses of Tab after which somebody gives up."""
MARKED = """element => {
    const style = getComputedStyle(element);
    return element.matches(":focus-visible") && (style.outlineStyle !== "none" || style.boxShadow !== "none");
}"""
Mingxin = Callable[..., subprocess.CompletedProcess[str]]


def begin(page: Page, language: str) -> None:
    """Opens the first page and changes to the language as a person does."""
    page.goto("/")
    if language == "en":
        page.get_by_role("link", name="English").click()


def walk(page: Page, language: str) -> None:
    """From the first page to the way to object to a penalty: three steps."""
    page.locator("#q").fill(NAME)
    page.get_by_role("button", name=SEARCH[language]).click()
    page.get_by_role("link", name=NAME).click()
    expect(page).to_have_url(re.compile(f"/subjects/{CODE}"))
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
    page.locator(".mx-card--negative").first.get_by_role("link", name=OBJECT[language]).click()


def expect_the_way_to_object(page: Page, language: str) -> None:
    expect(page).to_have_url(re.compile(rf"/help/objection\?subject={CODE}{'&lang=en' if language == 'en' else ''}&entry=r_\w+$"))
    about = page.locator(".mx-about")
    expect(about).to_contain_text(NAME)
    expect(about).to_contain_text(CODE)
    expect(about).to_contain_text("演罚〔2026〕")
    expect(page.locator(".mx-letter")).to_contain_text("演罚〔2026〕")


@pytest.mark.clause("NT-21")
@LANGUAGES
def test_from_the_first_page_to_how_to_object_there_are_three_steps(phone: Page, language: str) -> None:
    begin(phone, language)
    walk(phone, language)
    expect_the_way_to_object(phone, language)


@LANGUAGES
def test_the_same_way_works_without_scripts(phone_without_scripts: Page, language: str) -> None:
    begin(phone_without_scripts, language)
    walk(phone_without_scripts, language)
    expect_the_way_to_object(phone_without_scripts, language)


@LANGUAGES
def test_the_same_way_works_by_the_keys_alone(phone: Page, language: str) -> None:
    phone.goto(in_language("/", language))
    phone.keyboard.press("Tab")
    skip = phone.locator(".govuk-skip-link")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    phone.keyboard.press("Enter")
    expect(phone.locator("#main")).to_be_focused()
    press_tab_until(phone, "#q")
    phone.keyboard.type(NAME)
    phone.keyboard.press("Enter")
    expect(phone).to_have_url(re.compile(r"/search\?"))
    press_tab_until(phone, f"a[href*='/subjects/{CODE}']")
    phone.keyboard.press("Enter")
    expect(phone).to_have_url(re.compile(f"/subjects/{CODE}"))
    press_tab_until(phone, ".mx-card--negative .mx-card__foot a")
    phone.keyboard.press("Enter")
    expect_the_way_to_object(phone, language)


def press_tab_until(page: Page, target: str) -> None:
    """Goes on by Tab to an element; every stop on the way is seen and marked."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        stop = page.locator(":focus")
        expect(stop).to_be_in_viewport()
        assert stop.evaluate(MARKED), stop.evaluate("element => element.outerHTML")
        if stop.evaluate("(element, target) => element.matches(target)", target):
            return
    pytest.fail(f"{MOST_TABS} times Tab did not lead to {target}")


@LANGUAGES
def test_what_a_page_says_goes_on_paper_and_what_can_be_pressed_does_not(phone: Page, language: str) -> None:
    phone.goto(in_language(f"/subjects/{CODE}", language))
    phone.emulate_media(media="print")
    for screen in ("nav", ".mx-footer__links", ".mx-header__switch", ".mx-card__foot a"):
        for part in phone.locator(screen).all():
            expect(part).to_be_hidden()
    expect(phone.locator(".mx-print")).to_contain_text(f"/subjects/{CODE}")
    expect(phone.locator(".mx-until__day").first).to_be_visible()
    expect(phone.get_by_role("heading", level=1)).to_be_visible()
    assert phone.pdf(format="A4").startswith(b"%PDF")


@LANGUAGES
@pytest.mark.parametrize("mistake", ["/nothing", f"/subjects/{MISSPELT}"])
def test_a_mistake_ends_in_a_page_from_which_the_search_goes_on(phone: Page, mistake: str, language: str) -> None:
    phone.goto(in_language(mistake, language))
    walk(phone, language)
    expect_the_way_to_object(phone, language)
    phone.goto(in_language(mistake, language))
    phone.get_by_role("link", name={"zh": "回到首页", "en": "Go to the first page of the site"}[language]).click()
    expect(phone).to_have_url(re.compile(r"/\?lang=en$" if language == "en" else r"[^/]/$"))


@LANGUAGES
def test_publicity_is_narrowed_to_a_period_and_a_body(phone: Page, language: str) -> None:
    phone.goto(in_language("/publicity/penalties", language))
    phone.locator("#from").fill("2026-10-01")
    phone.locator("#to").fill("2026-10-31")
    phone.locator(".mx-filter button").click()
    expect(phone).to_have_url(re.compile("from=2026-10-01&to=2026-10-31"))
    expect(phone.locator("#from")).to_have_value("2026-10-01")
    cards = phone.locator(".mx-card")
    everybody = cards.count()
    assert everybody > 1
    for card in cards.all():
        expect(card).to_contain_text("2026年10月" if language == "zh" else "October 2026")
    phone.locator(".mx-filter summary").click()
    body = phone.locator(".mx-filter details a").first
    name = body.inner_text()
    body.click()
    expect(phone).to_have_url(re.compile("from=2026-10-01&to=2026-10-31&body="))
    assert 0 < cards.count() < everybody
    for card in cards.all():
        expect(card).to_contain_text(name)


def test_a_kind_of_publicity_is_saved_as_a_table_and_read_as_a_feed(phone: Page) -> None:
    phone.goto("/publicity/penalties")
    with phone.expect_download() as started:
        phone.get_by_role("link", name="CSV", exact=True).click()
    assert started.value.suggested_filename == "penalties.csv"
    content = Path(started.value.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf"), "a spreadsheet would not know that it is UTF-8"
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == phone.locator(".mx-card").count()
    feed = phone.request.get(phone.locator("link[rel=alternate][type='application/atom+xml']").get_attribute("href") or "")
    read = feedparser.parse(feed.body(), response_headers={"content-type": feed.headers["content-type"]})
    assert (read.bozo, read.version) == (0, "atom10")
    assert len(read.entries) >= len(rows), "a feed holds more than a page: who subscribes reads one answer"
    days = [entry.published for entry in read.entries]
    assert days == sorted(days, reverse=True)


def test_a_file_that_is_sent_in_shows_at_once_and_a_mended_row_after_it(phone: Page, mingxin: Mingxin, tmp_path: Path) -> None:
    sample = tmp_path / "penalties.csv"
    shutil.copy(ROOT / "docs" / "samples" / "penalties.csv", sample)
    send = ("import", "penalties", sample.name, "--provider", from_the_readme(r"--provider (\w{18})"))
    sent = mingxin(*send)
    assert sent.returncode == 3, sent.stderr
    assert last_line(sent.stdout) == {"accepted": 1, "duplicate": 0, "refused": 1}
    phone.goto(from_the_readme(r"<http://127\.0\.0\.1:8000(/subjects/\w{18})>"))
    expect(phone.locator(".mx-card--negative")).to_have_count(1)
    wrong, right = from_the_readme(r"s/(\w{18})/\w{18}/"), from_the_readme(r"s/\w{18}/(\w{18})/")
    phone.goto(f"/subjects/{right}")
    expect(phone.locator(".mx-card")).to_have_count(0)
    sample.write_text(sample.read_text(encoding="utf-8").replace(wrong, right), encoding="utf-8")
    mended = mingxin(*send)
    assert mended.returncode == 0, mended.stderr
    assert last_line(mended.stdout) == {"accepted": 1, "duplicate": 1, "refused": 0}
    phone.goto(f"/subjects/{right}")
    expect(phone.locator(".mx-card--negative")).to_have_count(1)


def test_a_penalty_is_gone_the_day_after_its_last_and_no_job_has_run(browser: Browser, tmp_path: Path) -> None:
    """Step 5: the same data, and the clock moved."""
    mended = tmp_path / "mended.csv"
    wrong, right = from_the_readme(r"s/(\w{18})/\w{18}/"), from_the_readme(r"s/\w{18}/(\w{18})/")
    sample = (ROOT / "docs" / "samples" / "penalties.csv").read_text(encoding="utf-8")
    mended.write_text(sample.replace(wrong, right), encoding="utf-8")
    first = from_the_readme(r"<http://127\.0\.0\.1:8000/subjects/(\w{18})>")
    command = [str(ROOT / "mingxin"), "import", "penalties", str(mended), "--provider", from_the_readme(r"--provider (\w{18})")]
    data = str(tmp_path / "data")
    with running(demo="0", MINGXIN_DATA=data) as window:
        sent = subprocess.run(command, env=window.environment, capture_output=True, encoding="utf-8", timeout=120, check=False)
        assert last_line(sent.stdout) == {"accepted": 2, "duplicate": 0, "refused": 0}
        assert penalties_shown(browser, window, first, right) == [1, 1]
    moved = from_the_readme(r"MINGXIN_NOW=(\S+) MINGXIN_DATA=data/tour make run\n```\n\n```sh\ncurl")
    assert moved.startswith("2027-")
    with running(moved, demo="0", MINGXIN_DATA=data) as window:
        assert penalties_shown(browser, window, first, right) == [0, 1]


def test_another_city_opens_with_its_own_name(browser: Browser) -> None:
    """Step 6: the same code with another city's folder."""
    with running(demo="0", MINGXIN_CITY="karamay", MINGXIN_DATA="memory") as window, browser.new_context() as context:
        page = context.new_page()
        page.goto(window.address)
        expect(page).to_have_title(re.compile("克拉玛依"))
        health = page.request.get(f"{window.address}/healthz").json()
        assert {name: health[name] for name in ("city", "today")} == {"city": "karamay", "today": "2026-12-01"}


def penalties_shown(browser: Browser, window: Window, *codes: str) -> list[int]:
    """How many penalties the pages of organisations show."""
    with browser.new_context() as context:
        page = context.new_page()
        counts = []
        for code in codes:
            page.goto(f"{window.address}/subjects/{code}")
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            counts.append(page.locator(".mx-card--negative").count())
        return counts


def from_the_readme(pattern: str) -> str:
    """What the tour in the README writes at a place."""
    return re.findall(pattern, (ROOT / "README.md").read_text(encoding="utf-8"))[0]


def last_line(said: str) -> dict[str, int]:
    """The counts in the last line of an import."""
    told = json.loads(said.splitlines()[-1])
    return {name: told[name] for name in ("accepted", "duplicate", "refused")}
