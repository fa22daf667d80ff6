"""On which day each open case is to be looked at for reminders: an entry of the index `due` beside the number that leads to the case.

Key: `CASE#<number>` / `WATCH`. It is written with every step of the case, in the same transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from botocore.exceptions import ClientError

from chalicelib import settings
from chalicelib.records.remedies import Case
from chalicelib.storage import engine
from chalicelib.storage.packing import SCHEMA

PART = "watch"


@dataclass(frozen=True)
class Watched:
    """A case to look at: its number, since when it stands as it does, and at which step."""

    number: str
    since: date
    version: int


def write(case: Case, day: date) -> engine.Item:
    """The write that goes with a step of a case: it is looked at on the day of the step, and not at all once it waits for nobody."""
    item = {
        "pk": {"S": "CASE#" + case.id},
        "sk": {"S": "WATCH"},
        "type": {"S": "case_watch"},
        "schema": {"N": str(SCHEMA)},
        "since": {"S": day.isoformat()},
        "version": {"N": str(case.version)},
    }
    if case.waits_for:
        item |= {"due_shard": {"S": _shard(case.id)}, "next_due": {"S": day.isoformat()}}
    return {"Put": {"TableName": settings.table("archive"), "Item": item}}


def due(day: date, limit: int) -> Iterator[Watched]:
    """The cases to look at on a day or before it, at most `limit` a shard."""
    for shard in range(settings.shards()):
        values = {":shard": {"S": f"{PART}#{shard}"}, ":day": {"S": day.isoformat()}}
        found = engine.due("archive", "due_shard = :shard AND next_due <= :day", values, limit)
        keys = [(item["pk"]["S"], "WATCH") for item in found]
        for item in engine.batch_get(settings.table("archive"), keys):
            number = item["pk"]["S"].removeprefix("CASE#")
            yield Watched(number, date.fromisoformat(item["since"]["S"]), int(item["version"]["N"]))


def look_again(watched: Watched, day: date | None) -> None:
    """Look at a case again on a day, or no more; unless it has taken a step meanwhile, which says so itself."""
    change = "SET next_due = :day" if day else "REMOVE due_shard, next_due"
    values = {":version": {"N": str(watched.version)}} | ({":day": {"S": day.isoformat()}} if day else {})
    try:
        engine.client().update_item(
            TableName=settings.table("archive"),
            Key={"pk": {"S": "CASE#" + watched.number}, "sk": {"S": "WATCH"}},
            UpdateExpression=change,
            ConditionExpression="version = :version",
            ExpressionAttributeValues=values,
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise


def _shard(number: str) -> str:
    return f"{PART}#{int(hashlib.sha256(number.encode()).hexdigest()[:4], 16) % settings.shards()}"
