"""Whoever sends what no form of ours would send gets a refusal: never an error of the house, never their words in a header."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote, urlencode

import pytest
from chalice import Chalice

from app import create_app
from chalicelib import clock, settings
from chalicelib.services.identity import api_keys
from chalicelib.storage import files
from tests.people.browser import Browser
from tests.people.conftest import ORGANISATION
from tests.people.desk import at_desk
from tests.services.rows import OFFICE
from tests.web.gateway import Answer, ask

HOSTILE: Mapping[str, str] = {
    "too long": "x" * 3000,
    "control": "a\x00b\x1b[31m",
    "another line": "a\r\nSet-Cookie: mingxin=stolen\r\n\r\n<script>",
    "elsewhere": "//elsewhere.example/..%2f..%2f",
    "marks": "\"'><script>alert(1)</script>{{7*7}}${x}%(name)s{name}",
    "formula": "=cmd|'/c calc'!A1",
    "reversed": "\u202e\ufeff\U0001f600\u0661\u0662",
    "number": "9" * 400,
}
"""What is tried for every part of an address and every field of a form."""
FORM = "application/x-www-form-urlencoded"
_LEAVES = ("/logout", "/me/acting")
"""After these whoever is signed in is somebody else."""


def _names() -> tuple[str, ...]:
    """The name of every field of every form."""
    pages = (path.read_text("utf-8") for path in (settings.ROOT / "templates").glob("*.html"))
    return tuple(sorted({name for page in pages for name in re.findall(r' name="([a-z_-]+)"', page)} - {"token", "do", "decision"}))


def _addresses(routes: Mapping[str, Mapping[str, object]], value: str) -> Iterator[tuple[str, str]]:
    """Each route with the hostile value in its gaps, and its methods."""
    for route, methods in routes.items():
        if route in _LEAVES:
            continue
        address = re.sub(r"\{\w+\}", quote(value, safe=""), route)
        yield from ((address, method) for method in methods if method != "HEAD")


def _harmless(answer: Answer, address: str, method: str) -> None:
    assert answer.status < 500, (method, address, answer.body[-300:])
    for name, text in answer.headers.items():
        assert "\n" not in text, (method, address, name)
        assert "\r" not in text, (method, address, name)
    assert "elsewhere.example" not in answer.headers.get("Location", "").partition("?")[0]
    assert "html" not in answer.headers.get("Content-Type", "") or "<script>" not in answer.body, (method, address)
    assert "Set-Cookie: mingxin=stolen" not in str(answer.headers)
    assert not [cookie for cookie in answer.cookies if "stolen" in cookie]


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_visitor_breaks_the_public_face(archive: None, kind: str) -> None:
    public, value = create_app("public"), HOSTILE[kind]
    query = urlencode(dict.fromkeys(("q", "from", "to", "body", "field", "month", "cursor", "limit", "lang", "subject", "entry"), value))
    for address, method in _addresses(public.routes, value):
        body = urlencode({"number": value, "code": value}).encode()
        asked = ask(public, address, method, {"Content-Type": FORM}, body) if method == "POST" else ask(public, f"{address}?{query}")
        _harmless(asked, address, method)
        _harmless(ask(public, address) if method == "GET" else asked, address, method)


@pytest.mark.parametrize("kind", ["too long", "another line", "marks"])
def test_nobody_who_is_signed_in_breaks_the_members_face(members: Chalice, register: None, kind: str) -> None:
    value = HOSTILE[kind]
    acting = Browser(members)
    acting.sign_in("li-yaner")
    acting.act_for(ORGANISATION)
    acting.get("/me/contacts")
    desk = [at_desk(members, sub, "/desk/notices") for sub in ("officer-yi", "provider-yi")]
    pages = {browser: browser.page for browser in (acting, *desk)}
    scopes = [f"submit:{OFFICE}", "shared:read", "review", "compare", "consent", f"measures:{OFFICE}"]
    secret = api_keys.create("示例系统", scopes, holder=OFFICE)[1]
    given = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json", "X-Purpose": quote(value), "X-Matter": quote(value)}
    body = json.dumps({"subject": {"code": value}, "kind": value, "rows": [{value: value}]}).encode()
    query = urlencode(dict.fromkeys(("cursor", "page", "record", "code", "quarter", "next"), value))
    fields = {**dict.fromkeys(_names(), value), "do": "publish", "decision": "agree"}
    for address, method in _addresses(members.routes, value):
        if address.startswith("/api/"):
            _harmless(ask(members, address, method, given, body if method == "POST" else None), address, method)
            continue
        for browser in desk if address.startswith("/desk") else [acting]:
            browser.page = pages[browser]
            answer = browser.get(f"{address}?{query}") if method == "GET" else browser.post(address, fields)
            _harmless(answer, address, method)


@pytest.mark.parametrize("token", ["a.é", "a.\ud800", ".", "", "é" * 300])
def test_a_made_up_link_to_a_file_leads_nowhere(archive: None, token: str) -> None:
    assert files.named(token, clock.now()) is None
