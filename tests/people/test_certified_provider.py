"""Signing in at a certified implementation of OpenID Connect too (npm oidc-provider), so that nothing fits one provider alone."""

from __future__ import annotations

import http.cookiejar
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from chalice import Chalice

from app import create_app
from chalicelib.services.identity import identity_provider
from local.children import free_port, start, stop, wait_for
from local.demo import a_person_number
from tests.people.browser import SITE, Browser, _Stay, said

HERE = Path(__file__).resolve().parent
CLAIMS = {"name": "钱演甲", "cert_type": "居民身份证", "cert_no": a_person_number(200)}
MAPPED = {"id_type": "cert_type", "id_number": "cert_no"}


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address. It demands PKCE, gives the number under other names, and tells claims by userinfo alone."""
    port, log = free_port(), tmp_path_factory.mktemp("provider") / "log"
    command = ["node", str(HERE / "provider.mjs"), str(port), SITE + "/login/callback", json.dumps(CLAIMS)]
    child = start("oidc-provider", command, port=port, log=log, folder=HERE)
    try:
        wait_for(child)
        yield f"http://127.0.0.1:{port}"
    finally:
        stop([child])


@pytest.fixture
def members(archive: None, provider: str, monkeypatch: pytest.MonkeyPatch) -> Chalice:
    settings = {"ISSUER": provider, "CLIENT": "mingxin", "SECRET": "a-secret-of-the-tests", "CLAIMS": json.dumps(MAPPED)}
    for name, value in settings.items():
        monkeypatch.setenv(f"MINGXIN_CITIZENS_{name}", value)
    monkeypatch.setenv("MINGXIN_SITE", SITE)
    identity_provider._kept.clear()
    return create_app("members")


def way_through(address: str) -> str:
    """Log in and agree as its pages ask; the address at which the browser comes back, without the site."""
    opener = urllib.request.build_opener(_Stay, urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    form: dict[str, str] | None = None
    for _ in range(12):
        try:
            with opener.open(address, urllib.parse.urlencode(form).encode() if form else None, timeout=10) as page:
                body = page.read().decode()
            action, prompt = re.search(r'action="([^"]+)"', body), re.search(r'name="prompt" value="(\w+)"', body)
            assert action, body
            assert prompt, body
            address, form = urllib.parse.urljoin(address, action[1]), {"prompt": prompt[1], "login": "somebody", "password": "any"}
        except urllib.error.HTTPError as answer:
            location = answer.headers["Location"] or ""
            answer.close()
            if location.startswith(SITE):
                return location.removeprefix(SITE)
            if not location:
                raise
            address, form = urllib.parse.urljoin(address, location), None
    raise AssertionError("the provider kept the browser")


@pytest.mark.clause("NT-22")
def test_a_citizen_signs_in_at_a_certified_provider(members: Chalice) -> None:
    browser = Browser(members)
    back = way_through(browser.to_issuer())
    assert "iss=" in back
    answer = browser.get(back)
    assert answer.status == 303, said(answer)
    assert "已登录：钱演甲" in said(browser.get(answer.headers["Location"]))


def test_it_takes_no_code_without_the_verifier_that_belongs_to_it(members: Chalice, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Browser(members)
    back = way_through(browser.to_issuer())
    genuine = identity_provider.claims_for
    monkeypatch.setattr(
        identity_provider,
        "claims_for",
        lambda issuer, attempt, code: genuine(
            issuer, identity_provider.Attempt(attempt.state, attempt.nonce, "x" * 43, attempt.redirect), code
        ),
    )
    assert browser.get(back).status == 401
