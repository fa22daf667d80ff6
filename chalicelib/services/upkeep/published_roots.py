"""The signed roots of the trail as anyone may read them: whoever notes one can tell later that nothing of that day was changed (NT-36)."""

from __future__ import annotations

from datetime import date
from typing import Any

from chalicelib.services.common.cursors import cursor_at, position_of
from chalicelib.storage import roots

A_PAGE = 50


def page(cursor: str | None, *, day: date) -> dict[str, Any]:
    """The latest roots, the latest first, 50 a page, as JSON; `Refused` for a cursor that is none."""
    place = position_of(cursor, (str, int)) if cursor else None
    found = roots.latest(A_PAGE + 1, (place[0], place[1]) if place else ("9", 0))
    shown = found[:A_PAGE]
    following = cursor_at([shown[-1]["day"], shown[-1]["edition"]]) if len(found) > A_PAGE else None
    return {"items": shown, "next": following, "as_of": day.isoformat()}
