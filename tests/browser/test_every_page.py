"""Every page of the public face, in both languages, on a phone and on a desk: usable by all, in one language, without dead ends."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page

from app import create_app
from local.gateway import Routes

from .addresses import FILES, MISTAKES, PAGES, SHOWN, in_language
from .conftest import WIDTHS, Window, violations

LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
EVERY_PAGE = pytest.mark.parametrize("address", SHOWN)
TAGS = {"zh": "zh-CN", "en": "en"}
HREFS = "links => links.map(link => link.href)"
DEAD = "links => links.filter(link => !document.getElementById(link.hash.slice(1))).map(link => link.hash)"


def test_every_public_route_has_an_address_here() -> None:
    routes = create_app("public").routes
    assert {*PAGES, *FILES} == set(routes)
    found = Routes(routes)
    for route, addresses in (*PAGES.items(), *FILES.items()):
        for address in addresses:
            match = found.find(urlsplit(address).path)
            assert match is not None, address
            assert match.route == route, address


@LANGUAGES
@EVERY_PAGE
def test_axe_finds_nothing_on_any_page(page: Page, axe: str, complaints: list[str], address: str, language: str) -> None:
    answer = page.goto(in_language(address, language))
    assert answer is not None
    assert answer.status == MISTAKES.get(address, 200)
    assert page.locator("html").get_attribute("lang") == TAGS[language]
    for width in WIDTHS:
        assert violations(page, axe, width) == [], f"{width} pixels"
    assert complaints == []


@LANGUAGES
@EVERY_PAGE
def test_no_page_scrolls_sideways_on_a_phone(page: Page, address: str, language: str) -> None:
    page.goto(in_language(address, language))
    for fold in page.locator("details").all()[:3]:
        fold.locator("summary").click()
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@LANGUAGES
def test_every_link_keeps_the_language_and_leads_somewhere(page: Page, window: Window, language: str) -> None:
    leads: dict[str, str] = {}
    for address in SHOWN:
        page.goto(in_language(address, language))
        assert page.eval_on_selector_all("a[href^='#']", DEAD) == [], address
        assert page.locator("a[hreflang]").get_attribute("hreflang") == TAGS["en" if language == "zh" else "zh"], address
        leads.update(dict.fromkeys(page.eval_on_selector_all("a[href]:not([href^='#'], [hreflang])", HREFS), address))
    inside = {href: origin for href, origin in leads.items() if href.startswith(window.address)}
    assert len(inside) > 100
    for href, origin in inside.items():
        assert parse_qs(urlsplit(href).query).get("lang", ["zh"]) == [language], f"{href} on {origin}"
    wrong = {href: why for href in inside if (why := why_it_leads_nowhere(page, href))}
    assert wrong == {}


def why_it_leads_nowhere(page: Page, href: str) -> str | None:
    """What is wrong with where a link leads: nothing is there, or not the place on the page that it names."""
    address, _, place = href.partition("#")
    answer = page.request.get(address)
    if not answer.ok:
        return f"{answer.status}"
    return None if not place or f'id="{place}"' in answer.text() else f"there is no {place}"


@pytest.mark.parametrize(("address", "media_type"), [pair for files in FILES.values() for pair in files.items()])
def test_what_is_no_page_answers_in_its_type(page: Page, address: str, media_type: str) -> None:
    answer = page.request.get(address)
    assert (answer.status, answer.headers["content-type"]) == (200, media_type)
