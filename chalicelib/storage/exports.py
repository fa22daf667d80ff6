"""What an export needs of the archive: which records were changed since a day, by the trail; and what was exported until when.

Keys: `EXPORTS` / `<instant>`; `EXPORTING` / `<since>`, when the job began to export what was changed since a day.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta

from pynamodb.attributes import UnicodeAttribute

from chalicelib import settings
from chalicelib.storage import engine
from chalicelib.storage.archive import Changes, Conflict
from chalicelib.storage.models import ArchiveItem

_COLLECTION, _BEGUN = "EXPORTS", "EXPORTING"
_RECORDS = ("r_", "l_", "c_")
"""How the ids of records begin."""

Place = tuple[str, str]
"""A subject's id and a record's."""


class ExportItem(ArchiveItem, discriminator="export"):
    """One export: up to which day (inclusive) it holds what was changed."""

    until = UnicodeAttribute()


class BegunItem(ArchiveItem, discriminator="export_begun"):
    """When an export was begun (UTC): whoever goes on with it leaves the same traces."""

    at = UnicodeAttribute()


def begin(since: date, instant: str) -> str:
    """The instant (UTC) at which the export of what was changed since a day was begun: this one, unless a run before was cut off."""
    changes = Changes()
    changes.put(BegunItem(_BEGUN, since.isoformat(), at=instant))
    try:
        changes.commit()
    except Conflict:
        key = {"pk": {"S": _BEGUN}, "sk": {"S": since.isoformat()}}
        found = engine.client().get_item(TableName=settings.table("archive"), Key=key, ConsistentRead=True)
        return str(found["Item"]["at"]["S"])
    return instant


def changed(since: date, until: date) -> Iterator[Place]:
    """The records that were entered or changed on these days, both included, as the trail tells; some more than once."""
    day = since - timedelta(days=1)  # the trail's days are those of UTC
    while day <= until:
        for shard in range(settings.shards()):
            for item in engine.query(settings.table("trail"), f"{day.isoformat()}#{shard}"):
                for _action, subject_id, about, _digest in json.loads(item["acts"]["S"]):
                    if str(about).startswith(_RECORDS):
                        yield subject_id, about
        day += timedelta(days=1)


def last() -> date | None:
    """The last day that the latest export holds; None before the first."""
    found = [date.fromisoformat(item["until"]["S"]) for item in engine.query(settings.table("archive"), _COLLECTION)]
    return max(found, default=None)


def note(until: date, instant: str) -> None:
    """Note that everything up to a day was exported."""
    changes = Changes()
    changes.put(ExportItem(_COLLECTION, instant, until=until.isoformat()))
    changes.commit()
