"""A browser as far as signing in needs one: it keeps cookies, goes where it is sent, and presses the issuer's buttons."""

from __future__ import annotations

import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from html import unescape
from typing import TYPE_CHECKING

from chalice import Chalice

from tests.web.gateway import Answer, ask

if TYPE_CHECKING:
    from tests.infra.functions import Served

SITE = "https://credit.example"


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


_ISSUER = urllib.request.build_opener(_Stay)


class Browser:
    """One person's browser on one app."""

    def __init__(self, app: Chalice | Served) -> None:
        self.app = app
        self.cookies: dict[str, str] = {}
        self.page = ""

    def get(self, address: str) -> Answer:
        return self._went(ask(self.app, address, headers=self._headers()))

    def post(self, address: str, fields: Mapping[str, str | Sequence[str]] | None = None, **headers: str) -> Answer:
        """Send a form with the token of the page that was seen last; `headers` go along, with - for _."""
        body = urllib.parse.urlencode({"token": self.token(address), **(fields or {})}, doseq=True)
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {**self._headers(), "Content-Type": "application/x-www-form-urlencoded", **more}
        return self._went(ask(self.app, address, "POST", sent, body.encode()))

    def send(self, address: str, body: bytes, content_type: str) -> Answer:
        """Send a body of a type as it is."""
        return self._went(ask(self.app, address, "POST", {**self._headers(), "Content-Type": content_type}, body))

    def token(self, address: str = "/logout") -> str:
        """What a form of the page that was seen last proves itself by: the first one signs out, the others carry one token."""
        found = re.findall(r'name="token" value="(\w+)"', self.page)
        return found[0 if address == "/logout" else -1] if found else ""

    def to_issuer(self, kind: str = "citizens", onward: str = "") -> str:
        """Begin to sign in; the address at the issuer."""
        answer = self.get(f"/login/{kind}" + (f"?next={onward}" if onward else ""))
        assert answer.status == 303, answer.body
        return answer.headers["Location"]

    def sign_in(self, sub: str, kind: str = "citizens", onward: str = "") -> Answer:
        """Sign in as somebody, and go on to the page behind."""
        answer = self.get(way_back(self.to_issuer(kind, onward), sub))
        assert answer.status == 303, answer.body
        return self.get(answer.headers["Location"])

    def act_for(self, code: str) -> Answer:
        """Act for an organisation, and go on."""
        self.get("/me/acting")
        return self.get(self.post("/me/acting", {"for": code}).headers["Location"])

    def _headers(self) -> dict[str, str]:
        pairs = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Cookie": pairs} if pairs else {}

    def _went(self, answer: Answer) -> Answer:
        for cookie in answer.cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
            if "Max-Age=0" in cookie:
                del self.cookies[name]
        self.page = answer.body or self.page
        return answer


def way_back(address: str, sub: str) -> str:
    """Choose somebody at the local issuer; the address at which the browser comes back, without the site."""
    request = urllib.request.Request(address, urllib.parse.urlencode({"sub": sub}).encode())  # noqa: S310 (our issuer)
    try:
        _ISSUER.open(request, timeout=10)
    except urllib.error.HTTPError as answer:
        location = answer.headers["Location"]
        answer.close()
        assert location.startswith(SITE), location
        return location.removeprefix(SITE)
    raise AssertionError("the issuer kept the browser")


def said(answer: Answer) -> str:
    """A page's words, without its marks."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.body)))
