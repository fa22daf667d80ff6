"""New records to be looked at once more: each marked in the transaction that stores it, found by the index `due`.

Key: `S#<subject id>` / `NEW#<record id>`; due from the day on which the record was entered until it was looked at. One that failed
stands behind the others of its day: `<day>#<instant>`.
"""

from __future__ import annotations

from datetime import date, datetime

from chalicelib import settings
from chalicelib.records.entries import Record
from chalicelib.storage import engine
from chalicelib.storage.archive import Changes
from chalicelib.storage.models import FollowUpItem

DUE = "look at#0"
_PREFIX = "NEW#"

Place = tuple[str, str]
"""A subject's id and a record's."""


def put(changes: Changes, record: Record) -> None:
    """Mark a new record, together with it."""
    place = _PREFIX + record.id
    item = FollowUpItem("S#" + record.subject_id, place, due_shard=DUE, next_due=record.entered_on.isoformat())
    changes.publish([{"Put": {"TableName": settings.table("archive"), "Item": item.serialize()}}], 500)


def waiting(day: date, limit: int) -> list[Place]:
    """The records to look at on a day, the earliest first; never a scan."""
    values = {":shard": {"S": DUE}, ":end": {"S": day.isoformat() + "$"}}
    found = engine.due("archive", "due_shard = :shard AND next_due < :end", values, limit)
    return [(item["pk"]["S"].removeprefix("S#"), item["sk"]["S"].removeprefix(_PREFIX)) for item in found]


def failed(place: Place, day: date, at: datetime) -> None:
    """A record could not be looked at: others are first, so that many such ones hold up nothing."""
    moment = f"{day.isoformat()}#{at.isoformat(timespec='microseconds')}"
    engine.put_off(settings.table("archive"), "S#" + place[0], _PREFIX + place[1], moment)


def done(changes: Changes, place: Place) -> None:
    """A record was looked at, with what came of it; whoever commits meets `Conflict` when another has looked at it already."""
    update = {
        "TableName": settings.table("archive"),
        "Key": {"pk": {"S": "S#" + place[0]}, "sk": {"S": _PREFIX + place[1]}},
        "UpdateExpression": "REMOVE due_shard, next_due",
        "ConditionExpression": "attribute_exists(due_shard)",
    }
    changes.publish([{"Update": update}], 500)
