"""The two ways in which a view answers when all is well: a page or JSON."""

from __future__ import annotations

import json
from typing import Any

from chalice.app import Response

HTML = "text/html; charset=utf-8"
NOT_INDEXED = {"X-Robots-Tag": "noindex, noarchive"}
"""For what search engines must not find: results, lists of documents, trade names that can be a person's."""
NOT_KEPT = {"X-Robots-Tag": "noarchive"}
"""For what search engines may find but not copy: a copy would outlive the record."""


def page(template: str, headers: dict[str, str] | None = None, **facts: Any) -> Response:
    """A page."""
    # Loaded with the first page: whoever answers programs pays nothing for pages.
    from chalicelib.web import pages

    return Response(pages.render(template, **facts), {"Content-Type": HTML, **(headers or {})})


def data(facts: Any, headers: dict[str, str] | None = None) -> Response:
    """JSON for programs, readable as it stands. Search engines keep no copy."""
    return as_json(json.dumps(facts, ensure_ascii=False, separators=(",", ":")), headers)


def as_json(text: str, headers: dict[str, str] | None = None) -> Response:
    """The same, of a text that is JSON already."""
    return Response(text, {"Content-Type": "application/json", **NOT_INDEXED, **(headers or {})})
