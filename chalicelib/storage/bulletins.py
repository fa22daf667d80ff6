"""Bulletins on the providers' submissions, each made once, and how much was used of the archive day by day. Nothing of people.

Keys: `BULLETINS` / `<quarter>` (`2026-Q3`); `USES#<month>` / `<day>`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from chalicelib import settings
from chalicelib.records.access import Act
from chalicelib.storage import archive, engine, raw_items
from chalicelib.storage.models import ArchiveItem, BulletinItem, UsesItem
from chalicelib.storage.packing import pack, unpack

_BULLETINS, _USES = "BULLETINS", "USES#"
_ANSWERED = ".answered"
"""How the acts end that tell of a query."""


def put(quarter: str, facts: Mapping[str, Any], actor: str, at: datetime) -> None:
    """Keep the bulletin of a quarter, with its entry in the trail; `Conflict` when there is one already."""
    changes = archive.Changes()
    changes.put(BulletinItem(_BULLETINS, quarter, body=pack(dict(facts))))
    archive.put_trail(changes, [Act("bulletin.made", "-", quarter, dict(facts))], actor=actor, reason=quarter, at=at)
    changes.commit()


def find(quarter: str) -> dict[str, Any] | None:
    """The bulletin of a quarter; None while there is none."""
    found = [ArchiveItem.from_raw_data(item) for item in engine.batch_get(settings.table("archive"), [(_BULLETINS, quarter)])]
    return unpack(found[0].body) if found else None


def quarters() -> list[str]:
    """The quarters that have a bulletin, the latest first."""
    return sorted((item["sk"]["S"] for item in engine.query(settings.table("archive"), _BULLETINS)), reverse=True)


def count_uses(day: date, begin: datetime, end: datetime) -> dict[str, dict[str, int]]:
    """How many queries of each kind each user made on a day, from one instant to another, as the trail tells; kept under the day."""
    uses: dict[str, Counter[str]] = {}
    last = end.astimezone(UTC).isoformat(timespec="microseconds")
    for entry in raw_items.trail_since(begin, end):
        if entry["sk"]["S"] >= last:
            continue
        for action, _, _ in raw_items.acts_of(entry):
            if action.endswith(_ANSWERED):
                uses.setdefault(entry["actor"]["S"], Counter())[action.removesuffix(_ANSWERED)] += 1
    counted = {actor: dict(kinds) for actor, kinds in sorted(uses.items())}
    item = UsesItem(_USES + f"{day:%Y-%m}", day.isoformat(), body=pack(counted))
    engine.client().put_item(TableName=settings.table("archive"), Item=item.serialize())
    return counted


def uses(month: str) -> dict[str, dict[str, dict[str, int]]]:
    """By day of a month (`2026-11`): by user, how many queries of each kind. Days that are not counted yet are left out."""
    items = map(ArchiveItem.from_raw_data, engine.query(settings.table("archive"), _USES + month))
    return {item.sk: unpack(item.body) for item in items}
