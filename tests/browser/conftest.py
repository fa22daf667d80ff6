"""One running system and one browser for all tests of this folder: a person in front of the demo city."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from chalicelib import cities
from local.children import free_port
from local.environment import ROOT

from .people import Person

Come = Callable[..., Person]
NOW = "2026-12-01T09:00:00+08:00"
"""The clock of the tour in the README."""
WIDTHS = (390, 1280)
"""Pixels: a phone and a desk."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FOUND = """async rules => {
    const found = await axe.run(document, {runOnly: rules, resultTypes: ["violations"]});
    return found.violations.map(one => one.id + ": " + one.nodes.map(node => node.target.join(" ")).slice(0, 5).join(" | "));
}"""
DRAFT = """\
title = "信息目录（演示草案，征求意见稿）"
about = "演示：取消正面信息。"
opens = 2026-11-15
closes = 2026-12-15
takes_effect = 2027-01-01
comments_to = "演示信箱 catalogue@xinyong.nantong.example"

[[comments]]
received = "2026-11-20"
by = "一位市民（演示）"
text = "希望增加说明。"
reply = "已经采纳（演示）"
"""


@dataclass(frozen=True)
class Window:
    """The running system: its address, and the environment in which the command line finds it and no other."""

    address: str
    environment: dict[str, str]


@pytest.fixture(scope="package")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    """The demo city as `make run` starts it, on the morning of the README's tour; its catalogue has a draft open for comment."""
    city = _with_a_draft(tmp_path_factory.mktemp("city") / "nantong")
    with running(MINGXIN_DATA="memory", MINGXIN_CITY=str(city)) as started:
        yield started


@contextlib.contextmanager
def running(now: str = NOW, demo: str = "", **settings: str) -> Iterator[Window]:
    """A system as `make run` starts it with these settings; it ends with the block."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MINGXIN_", "MAKE", "PORT"))}
    own = {**kept, **settings}
    port = free_port()
    given = {**own, "PORT": str(port), "MINGXIN_NOW": now, "MINGXIN_DEMO": demo, "MINGXIN_LIMITS": "0"}
    command = [sys.executable, "-m", "local.run"]
    with subprocess.Popen(command, cwd=ROOT, env=given, stdout=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout is not None
        try:
            assert any("is ready at" in line for line in process.stdout), "the system did not start: see above"
            yield Window(f"http://127.0.0.1:{port}", own)
        finally:
            process.terminate()


def _with_a_draft(folder: Path) -> Path:
    shutil.copytree(cities.HERE / "nantong", folder)
    shutil.copytree(folder / "catalogue", folder / "draft" / "catalogue")
    (folder / "draft" / "catalogue" / "positive.toml").unlink()
    (folder / "draft" / "draft.toml").write_text(DRAFT, encoding="utf-8")
    return folder


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, which reaches this machine and nothing else."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.fail("The tests need Chromium: run them by `make test`.", pytrace=False)
    arguments = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--lang=zh-CN"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium's sandbox refuses to work for root
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield started
        started.close()


@pytest.fixture(scope="package")
def axe() -> str:
    """The source of axe-core."""
    path = ROOT / "node_modules" / "axe-core" / "axe.min.js"
    if not path.exists():
        pytest.fail("The tests need npm's packages: run them by `make test`.", pytrace=False)
    return path.read_text(encoding="utf-8")


def violations(page: Page, axe: str, width: int) -> list[str]:
    """What axe-core finds on a page at a width in pixels."""
    page.set_viewport_size({"width": width, "height": 844})
    page.evaluate(axe)  # past the content policy, which lets no page run a script
    found: list[str] = page.evaluate(FOUND, RULES)
    return found


@pytest.fixture(scope="package")
def page(browser: Browser, window: Window) -> Iterator[Page]:
    """The page of a reader who goes from address to address; one for all tests, to save their time."""
    with browser.new_context(base_url=window.address, locale="zh-CN") as context:
        yield context.new_page()


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser complains of while `page` is in use. That a page's own status is an error is no complaint."""
    heard: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and message.location["url"] != page.url:
            heard.append(message.text)

    def fail(error: object) -> None:
        heard.append(str(error))

    page.on("console", hear)
    page.on("pageerror", fail)
    yield heard
    page.remove_listener("console", hear)
    page.remove_listener("pageerror", fail)


@pytest.fixture
def phone(browser: Browser, window: Window) -> Iterator[Page]:
    """A fresh page on a phone."""
    with _a_phone(browser, window) as context:
        yield context.new_page()


@pytest.fixture
def phone_without_scripts(browser: Browser, window: Window) -> Iterator[Page]:
    """A fresh page on a phone whose browser runs no scripts."""
    with _a_phone(browser, window, scripts=False) as context:
        yield context.new_page()


def _a_phone(browser: Browser, window: Window, *, scripts: bool = True) -> BrowserContext:
    return browser.new_context(
        base_url=window.address,
        viewport={"width": 390, "height": 844},
        is_mobile=True,
        has_touch=True,
        locale="zh-CN",
        java_script_enabled=scripts,
    )


@pytest.fixture
def mingxin(window: Window, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Calls the command line in a folder of its own, for the running system."""

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(ROOT / "mingxin"), *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=window.environment, capture_output=True, encoding="utf-8", timeout=120, check=False
        )

    return call


@pytest.fixture(scope="module")
def started() -> Iterator[Window]:
    """A system of its own: what these people do stays in it, and its clock is moved."""
    with running(MINGXIN_DATA="memory") as window:
        yield window


@pytest.fixture(scope="module")
def come(browser: Browser, started: Window) -> Iterator[Come]:
    """Lets somebody sign in, each in a browser of their own."""
    contexts: list[BrowserContext] = []

    def come(sub: str, kind: str = "staff") -> Person:
        contexts.append(browser.new_context(base_url=started.address, locale="zh-CN", accept_downloads=True))
        return Person(contexts[-1], sub, kind)

    yield come
    for context in contexts:
        context.close()
