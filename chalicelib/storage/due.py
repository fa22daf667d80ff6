"""What becomes due on which day, read from the index `due` and confirmed on the items themselves; never a scan.

An item that becomes due has `due_shard` (what is to be done, and a shard) and `next_due` (the first day on which it is).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from chalicelib import settings
from chalicelib.law.parameters import Rules
from chalicelib.law.retention import scan_kept_until
from chalicelib.records.entries import Record
from chalicelib.storage import engine
from chalicelib.storage.changes import Changes

EXPIRE, FORGET, SCANS, PUBLISH = "expire", "forget", "scan", "publish"
"""Records whose last day is over, archived ones whose time of keeping is, papers whose scan was kept long enough, and subjects
whose publication is behind."""

_THROUGH_THE_DAY = "$"
"""Sorts after a day, and after all that begins with the day and `#`, but before the next day."""


@dataclass(frozen=True)
class Due:
    """An item that is due, by its key in the archive, since a day (YYYY-MM-DD)."""

    pk: str
    sk: str
    since: str

    @property
    def subject_id(self) -> str:
        """The subject in whose collection it is."""
        return self.pk.removeprefix("S#")


@dataclass(frozen=True)
class Page:
    """Some items that are due in a shard, the oldest first, and the place to go on from (empty at the end)."""

    items: list[Due]
    place: str


def shard_of(what: str, subject_id: str) -> str:
    """Where an item of a subject is due."""
    return f"{what}#{int(subject_id[-4:], 16) % settings.shards()}"


def of_scan(last_day: date, rules: Rules) -> tuple[str, str]:
    """Where and from when on the scan of a paper is due that could count until a day; papers are few, so one shard holds them."""
    return f"{SCANS}#0", day_after(scan_kept_until(last_day, rules))


def day_after(last_day: date) -> str:
    """The first day on which what ends on `last_day` is due."""
    return (last_day + timedelta(days=1)).isoformat()


def page(what: str, shard: int, day: date, *, place: str = "", limit: int) -> Page:
    """What is due in a shard on a day or was before it, from a place on; one Query."""
    request: engine.Item = {
        "TableName": settings.table("archive"),
        "IndexName": "due",
        "KeyConditionExpression": "due_shard = :shard AND next_due < :end",
        "ExpressionAttributeValues": {":shard": {"S": f"{what}#{shard}"}, ":end": {"S": day.isoformat() + _THROUGH_THE_DAY}},
        "Limit": limit,
    }
    if place:
        request["ExclusiveStartKey"] = json.loads(place)
    answer = engine.client().query(**request)
    items = [Due(item["pk"]["S"], item["sk"]["S"], item["next_due"]["S"][:10]) for item in answer["Items"]]
    return Page(items, json.dumps(answer["LastEvaluatedKey"]) if "LastEvaluatedKey" in answer else "")


def still(what: str, items: Iterable[Due], day: date) -> list[Due]:
    """Those items that are due by what they themselves say: the index follows a moment later."""
    wanted = {(item.pk, item.sk): item for item in items}
    found = engine.batch_get(settings.table("archive"), wanted, "pk, sk, due_shard, next_due")
    end = day.isoformat() + _THROUGH_THE_DAY
    there = {
        (item["pk"]["S"], item["sk"]["S"])
        for item in found
        if "due_shard" in item and item["due_shard"]["S"].partition("#")[0] == what and item["next_due"]["S"] < end
    }
    return [item for key, item in wanted.items() if key in there]


def put_aside(changes: Changes, record: Record, *, on: date, kept_until: date | None) -> None:
    """Move a record that is due to the archived part, where it is kept until a last day; only while it is due in this version."""
    names = {":expire": shard_of(EXPIRE, record.subject_id), ":on": on.isoformat()}
    then = "SET archived_on = :on REMOVE due_shard, next_due"
    if kept_until is not None:
        then = "SET archived_on = :on, due_shard = :forget, next_due = :then"
        names |= {":forget": shard_of(FORGET, record.subject_id), ":then": day_after(kept_until)}
    update = {
        "TableName": settings.table("archive"),
        "Key": {"pk": {"S": "S#" + record.subject_id}, "sk": {"S": "REC#" + record.id}},
        "UpdateExpression": then,
        "ConditionExpression": "due_shard = :expire AND version = :version",
        "ExpressionAttributeValues": {**{name: {"S": text} for name, text in names.items()}, ":version": {"N": str(record.revision)}},
    }
    changes.publish([{"Update": update}], 500)


def awaiting_publication(limit: int) -> Iterator[str]:
    """Ids of subjects whose publication is behind, at most `limit` of a shard, from the index; never a scan."""
    for shard in range(settings.shards()):
        for item in engine.due("archive", "due_shard = :shard", {":shard": {"S": f"{PUBLISH}#{shard}"}}, limit):
            yield item["pk"]["S"].removeprefix("S#")
