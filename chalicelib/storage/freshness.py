"""When publication was last brought up to date, and what was left to do then: one item of `publication`.

Key: `FRESH` / `-`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib import settings
from chalicelib.storage import engine
from chalicelib.storage.packing import SCHEMA, upcast

_KEY = {"pk": {"S": "FRESH"}, "sk": {"S": "-"}}


@dataclass(frozen=True)
class Freshness:
    """The last time that everything due was published (UTC), and how many subjects could not be."""

    at: datetime
    behind: int


def note(now: datetime, behind: int) -> None:
    """Note that publication was brought up to date now, but for `behind` subjects."""
    item = {**_KEY, "schema": {"N": str(SCHEMA)}, "at": {"S": now.astimezone(UTC).isoformat()}, "behind": {"N": str(behind)}}
    engine.client().put_item(TableName=settings.table("publication"), Item=item)


def read() -> Freshness | None:
    """The last note; None when there is none yet."""
    found = engine.client().get_item(TableName=settings.table("publication"), Key=_KEY).get("Item")
    if found is None:
        return None
    item = upcast(found)
    return Freshness(datetime.fromisoformat(item["at"]["S"]), int(item["behind"]["N"]))
