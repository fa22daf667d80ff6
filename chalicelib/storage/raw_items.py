"""Items as they lie in `archive` and `trail`, sealed and unread: what a backup copies again, and what a restore marks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib import settings
from chalicelib.storage import archive, engine
from chalicelib.storage.archive import identifier_key
from chalicelib.storage.engine import Item
from chalicelib.storage.keys import _ROOT
from chalicelib.storage.packing import SCHEMA, upcast

TRIES = 5
"""How often a partition is read again that changes while it is read."""

API_KEYS = "KEYS#api"
"""The partition of the API keys."""

_MARK = {"pk": {"S": "RESTORE"}, "sk": {"S": "-"}}
Key = tuple[str, str]


def wrapped_root() -> bytes | None:
    """The wrapped root secret of the archive; None when it has none yet."""
    items = list(engine.batch_get(settings.table("archive"), [(_ROOT["pk"]["S"], _ROOT["sk"]["S"])]))
    return bytes(items[0]["wrapped"]["B"]) if items else None


def is_root(item: Item) -> bool:
    """Whether this is the item of the wrapped root secret."""
    return bool(item["pk"] == _ROOT["pk"] and item["sk"] == _ROOT["sk"])


def root_digest(wrapped: bytes) -> str:
    """What tells an archive by its root secret."""
    return hashlib.sha256(wrapped).hexdigest()


def trail_since(begin: datetime, end: datetime) -> Iterator[Item]:
    """Entries of the trail that bear an instant from `begin` on, up to the day after `end`; by Query."""
    day, last = begin.astimezone(UTC).date(), end.astimezone(UTC).date() + timedelta(days=1)
    while day <= last:
        for shard in range(settings.shards()):
            yield from _from(
                settings.table("trail"), f"{day.isoformat()}#{shard}", begin.astimezone(UTC).isoformat(timespec="microseconds")
            )
        day += timedelta(days=1)


def acts_of(entry: Item) -> list[tuple[str, str, str]]:
    """The acts of an entry of the trail: what was done, the subject's id, the id of what it was done to."""
    return [(action, subject, about) for action, subject, about, _ in json.loads(upcast(entry)["acts"]["S"])]


def _from(table: str, pk: str, sk: str) -> Iterator[Item]:
    request: dict[str, Any] = {
        "TableName": table,
        "KeyConditionExpression": "pk = :pk AND sk >= :sk",
        "ExpressionAttributeValues": {":pk": {"S": pk}, ":sk": {"S": sk}},
        "ConsistentRead": True,
    }
    while True:
        answer = engine.client().query(**request)
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def partition(pk: str) -> list[Item]:
    """All items of a partition of the archive, its head and the rest of one moment."""
    items: list[Item] = []
    for _ in range(TRIES):
        items = list(engine.query(settings.table("archive"), pk))
        head = [item for item in items if item["sk"]["S"] == "HEAD"]
        if head == list(engine.batch_get(settings.table("archive"), [(pk, "HEAD")])):
            break
    return items


def identifiers_of(subject_ids: Iterable[str]) -> list[Item]:
    """The items by which subjects are found under their numbers. Subjects whose key is erased have none that could be known."""
    readable = [
        item["pk"]["S"].removeprefix("S#")
        for item in engine.batch_get(settings.table("archive"), [("S#" + subject_id, "HEAD") for subject_id in subject_ids])
        if "data_key" in item
    ]
    keys = [
        (identifier_key(identifier), "-")
        for loaded in archive.load_subjects(readable).values()
        for identifier in loaded.subject.identifiers
    ]
    return list(engine.batch_get(settings.table("archive"), keys))


def keys_under(pk: str) -> set[Key]:
    """The keys of a partition of the archive."""
    return {(item["pk"]["S"], item["sk"]["S"]) for item in engine.query(settings.table("archive"), pk)}


def restore_mark() -> tuple[str, int] | None:
    """The backup that is being restored here and how many of its files are in; None when none is."""
    items = list(engine.batch_get(settings.table("archive"), [(_MARK["pk"]["S"], _MARK["sk"]["S"])]))
    return (items[0]["backup"]["S"], int(items[0]["files"]["N"])) if items else None


def mark_restore(backup: str, files: int) -> None:
    """Note that so many files of a backup are in."""
    item = {**_MARK, "schema": {"N": str(SCHEMA)}, "type": {"S": "restore"}, "backup": {"S": backup}, "files": {"N": str(files)}}
    engine.client().put_item(TableName=settings.table("archive"), Item=item)


def unmark_restore() -> None:
    """The restore has come to its end."""
    engine.client().delete_item(TableName=settings.table("archive"), Key=_MARK)
