"""The cookies that the members face sets: opaque, for this host alone, unreadable to scripts."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

from chalice.app import Request

from chalicelib import settings
from chalicelib.web.paths import HOST_ONLY


def given(request: Request, name: str) -> str:
    """What the browser sends under a name; empty when it sends nothing."""
    try:
        found = SimpleCookie(request.headers.get("Cookie") or "").get(_full(name))
    except CookieError:
        return ""
    return found.value if found else ""


def setting(name: str, value: str) -> str:
    """The header that sets a cookie until the browser is closed."""
    return f"{_full(name)}={value}; Path=/; HttpOnly; SameSite=Lax{_secure()}"


def clearing(name: str) -> str:
    """The header that takes a cookie away."""
    return setting(name, "") + "; Max-Age=0"


def _full(name: str) -> str:
    return (HOST_ONLY if _secure() else "") + name


def _secure() -> str:
    """A window that is reached over https never shows a cookie elsewhere; one on one machine has http alone."""
    return "; Secure" if settings.site().startswith("https:") else ""
