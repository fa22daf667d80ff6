"""What follows from a record that came in or was changed: marked in the transaction of that, found by the index `due`.

Keys: `S#<subject id>` / `NEW#<record id>`, due from the day on which the record was entered until it was looked at, and `CHANGED#<record
id>#<kind>#<day>`, due until everyone who received the record was told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from chalicelib import settings
from chalicelib.records import Record
from chalicelib.storage import engine
from chalicelib.storage.archive import Changes
from chalicelib.storage.models import ArchiveItem, FollowUpItem

DUE, CHANGED = "look at#0", "changed#0"
_PREFIX, _CHANGED = "NEW#", "CHANGED#"

Place = tuple[str, str]
"""A subject's id and a record's."""


@dataclass(frozen=True)
class Owed:
    """A change to a record of which those who received it are to be told on a day: the kind of notice, and the number of the case."""

    subject_id: str
    record_id: str
    kind: str
    number: str
    day: date


def put(changes: Changes, record: Record) -> None:
    """Mark a new record, together with it."""
    place = _PREFIX + record.id
    item = FollowUpItem("S#" + record.subject_id, place, due_shard=DUE, next_due=record.entered_on.isoformat())
    changes.publish([{"Put": {"TableName": settings.table("archive"), "Item": item.serialize()}}], 500)


def waiting(day: date, limit: int) -> list[Place]:
    """The records to look at on a day, the earliest first; never a scan."""
    return [(item["pk"]["S"].removeprefix("S#"), item["sk"]["S"].removeprefix(_PREFIX)) for item in _due(DUE, day, limit)]


def done(place: Place) -> None:
    """A record was looked at; harmless when it was already."""
    _no_longer_due("S#" + place[0], _PREFIX + place[1])


def owe(changes: Changes, owed: Owed) -> None:
    """Mark a change to a record, together with it."""
    item = FollowUpItem("S#" + owed.subject_id, _place(owed), number=owed.number, due_shard=CHANGED, next_due=owed.day.isoformat())
    changes.publish([{"Put": {"TableName": settings.table("archive"), "Item": item.serialize()}}], 500)


def owed(day: date, limit: int) -> list[Owed]:
    """The changes of which somebody is still to be told on a day, the earliest first."""
    answer = _due(CHANGED, day, limit)
    keys = [(item["pk"]["S"], item["sk"]["S"]) for item in answer]
    items = (ArchiveItem.from_raw_data(item) for item in engine.batch_get(settings.table("archive"), keys))
    return [_owed(item) for item in items if item.due_shard == CHANGED]


def settled(owed: Owed) -> None:
    """Everyone was told; harmless when they were already."""
    _no_longer_due("S#" + owed.subject_id, _place(owed))


def _place(owed: Owed) -> str:
    return f"{_CHANGED}{owed.record_id}#{owed.kind}#{owed.day.isoformat()}"


def _owed(item: FollowUpItem) -> Owed:
    record_id, kind, day = item.sk.removeprefix(_CHANGED).split("#")
    return Owed(item.pk.removeprefix("S#"), record_id, kind, item.number or "", date.fromisoformat(day))


def _due(shard: str, day: date, limit: int) -> list[engine.Item]:
    answer = engine.client().query(
        TableName=settings.table("archive"),
        IndexName="due",
        KeyConditionExpression="due_shard = :shard AND next_due <= :day",
        ExpressionAttributeValues={":shard": {"S": shard}, ":day": {"S": day.isoformat()}},
        Limit=limit,
    )
    return list(answer["Items"])


def _no_longer_due(pk: str, sk: str) -> None:
    engine.client().update_item(
        TableName=settings.table("archive"),
        Key={"pk": {"S": pk}, "sk": {"S": sk}},
        UpdateExpression="REMOVE due_shard, next_due",
        ConditionExpression="attribute_exists(pk)",
    )
