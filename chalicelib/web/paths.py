"""Which face serves what, and what may reach it: the one table that makes CloudFront's behaviours and the local front."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal
from urllib.parse import unquote

Face = Literal["public", "members"]

_OWN_PAGE = re.compile(r"/(?:me|business|desk|authorise)(?:/[A-Za-z0-9_-]+)*")
_PLACE = re.compile(r"(?:record=r|about=q)_[a-z0-9]{1,40}|number=XF-[0-9]{8}-[0-9A-Z]{8}", re.ASCII)
"""The record, query or repair that a page is about, by an id of ours: of all that can stand in an address nothing else is kept."""

MINUTE, YEAR = 60, 31_536_000
ASKED_ON_PAGES = ("body", "cursor", "entry", "field", "from", "lang", "limit", "month", "q", "subject", "to")
"""The parameters that public pages know. Others do not reach them: links gather tails, and each would be one more copy to keep."""
SESSION_COOKIE, ATTEMPT_COOKIE = "mingxin", "mingxin-login"
HOST_ONLY = "__Host-"
"""How a cookie begins that a browser takes from this host over https alone (RFC 6265bis, 4.1.3.2)."""
MEMBERS_COOKIES = tuple(HOST_ONLY * secure + name for secure in (True, False) for name in (SESSION_COOKIE, ATTEMPT_COOKIE))
"""The cookies that the members face sets, over https and on one machine; no other reaches it."""


@dataclass(frozen=True)
class Row:
    """Paths, as CloudFront writes them (`*` stands for anything), and what happens to requests for them.

    `queries` are the parameters that are let through (None: all), `cookies` likewise. `longest` is how many seconds an answer
    may be kept at most, whatever it says itself. `posts` says whether anything may be sent there.
    """

    patterns: tuple[str, ...]
    face: Face
    queries: tuple[str, ...] | None = None
    cookies: tuple[str, ...] = ()
    longest: int = 0
    posts: bool = False

    def fits(self, path: str) -> bool:
        """Whether a path is one of this row's."""
        return any(fnmatchcase(path, pattern) for pattern in self.patterns)


def _under(*folders: str) -> tuple[str, ...]:
    return tuple(pattern for folder in folders for pattern in (folder, folder + "/*"))


WITH_A_KEY = (
    *("/api/v1/records", "/api/v1/shared/*", "/api/v1/reviews", "/api/v1/compare"),
    "/api/v1/doubts",
    *_under("/api/v1/consents", "/api/v1/reports", "/api/v1/measures", "/api/v1/verifications"),
)
"""What programs call with a key."""

PATHS: tuple[Row, ...] = (
    Row(
        _under("/me", "/business", "/desk", "/login", "/logout", "/authorise", "/members", "/local", "/unsubscribe", "/receipts"),
        "members",
        cookies=MEMBERS_COOKIES,
        posts=True,
    ),
    Row(_under("/tips"), "members", posts=True),  # no cookie arrives: nobody can tell who reports
    Row(WITH_A_KEY, "members", posts=True),
    Row(_under("/verify"), "public", queries=("lang",), posts=True),
    Row(("/static/*",), "public", queries=(), longest=YEAR),
    # Where programs ask, a parameter that nobody knows is refused in words: it must arrive.
    Row(("/api/*", "/publicity/*.csv", "/publicity/*.json", "/publicity/*.atom"), "public", longest=MINUTE),
    Row(("*",), "public", queries=ASKED_ON_PAGES, longest=MINUTE),
)
"""The first row that fits a path decides; the last one takes the rest."""


def row_of(path: str) -> Row:
    """The row of a path."""
    return next(row for row in PATHS if row.fits(path))


def face_of(path: str) -> Face:
    """The face that serves a path."""
    return row_of(path).face


def let_through(path: str, query: str, cookies: str) -> tuple[str, str]:
    """What of a query string and of a Cookie header reaches the face of a path; both stay as they were written."""
    row = row_of(path)
    if row.queries is not None:
        query = "&".join(_named(query.split("&"), row.queries))
    return query, "; ".join(_named([cookie.strip() for cookie in cookies.split(";")], row.cookies))


def _named(pairs: Iterable[str], names: Iterable[str]) -> list[str]:
    return [pair for pair in pairs if unquote(pair.partition("=")[0]) in names]


def own_page(asked: str) -> str:
    """A page of ours for people who are signed in, to go on to, with the record, query or repair that it is about; empty for any other
    address."""
    path, mark, place = asked.partition("?")
    return asked if _OWN_PAGE.fullmatch(path) and (not mark or _PLACE.fullmatch(place)) else ""


def with_place(path: str, parameters: Iterable[tuple[str, str]]) -> str:
    """A path with the one of its parameters that says which record, query or repair it is about; they are somebody's, so no others."""
    found = (f"{name}={value}" for name, value in parameters)
    return next((f"{path}?{place}" for place in found if _PLACE.fullmatch(place)), path)
