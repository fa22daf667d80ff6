"""What is still to follow from a change of a record, put with the change itself: whatever a crash leaves out is found by the index `due`.

Key: `AFTER#<record id>` / `<instant>#<random>`; sealed, and emptied once it is done.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from chalicelib import settings
from chalicelib.records.remedies import Aftermath, Tell
from chalicelib.storage import archive, engine
from chalicelib.storage.archive import Changes, Loaded
from chalicelib.storage.keys import keyring
from chalicelib.storage.packing import SCHEMA

DUE = "after#0"
_PREFIX = "AFTER#"

Place = tuple[str, str]
"""The two keys of one."""


def leave(changes: Changes, left: Aftermath, loaded: Loaded) -> None:
    """Note what is to follow, with the change; `loaded` is the subject of its record."""
    pk, sk, owner = _PREFIX + left.record_id, f"{left.at}#{secrets.token_hex(4)}", loaded.subject.id
    item = {
        "pk": {"S": pk},
        "sk": {"S": sk},
        "type": {"S": "aftermath"},
        "schema": {"N": str(SCHEMA)},
        "subject": {"S": owner},
        "sealed": {"B": keyring().seal(loaded.data_key, {**asdict(left), "day": left.day.isoformat()}, owner=owner, place=pk + sk)},
        "due_shard": {"S": DUE},
        "next_due": {"S": left.at},
    }
    changes.publish([{"Put": {"TableName": settings.table("archive"), "Item": item}}], 1000)


def of_record(record_id: str) -> Iterator[tuple[Place, Aftermath]]:
    """What is still to follow from changes of a record, the earliest change first."""
    yield from _opened(engine.query(settings.table("archive"), _PREFIX + record_id))


def waiting(before: str, limit: int) -> Iterator[tuple[Place, Aftermath | None]]:
    """The same of all records, of changes before an instant, at most `limit`, from the index; None for what cannot be read."""
    answer = engine.client().query(
        TableName=settings.table("archive"),
        IndexName="due",
        KeyConditionExpression="due_shard = :shard AND next_due < :before",
        ExpressionAttributeValues={":shard": {"S": DUE}, ":before": {"S": before}},
        Limit=limit,
    )
    places = [(item["pk"]["S"], item["sk"]["S"]) for item in answer["Items"]]
    found = engine.batch_get(settings.table("archive"), places)
    for item in sorted(found, key=lambda item: (item["sk"]["S"], item["pk"]["S"])):
        try:
            yield from _opened([item])
        except (KeyError, ValueError):
            yield (item["pk"]["S"], item["sk"]["S"]), None


def failed(place: Place, at: str) -> None:
    """It could not be done: others are first, so that many such ones hold up nothing."""
    engine.put_off(settings.table("archive"), *place, at)


def done(place: Place) -> None:
    """Nothing follows any more; harmless when that was said already."""
    engine.client().update_item(
        TableName=settings.table("archive"),
        Key={"pk": {"S": place[0]}, "sk": {"S": place[1]}},
        UpdateExpression="REMOVE due_shard, next_due, sealed",
        ConditionExpression="attribute_exists(pk)",
    )


def _opened(items: Iterable[engine.Item]) -> Iterator[tuple[Place, Aftermath]]:
    for item in items:
        if "sealed" not in item:
            continue
        pk, sk, owner = item["pk"]["S"], item["sk"]["S"], item["subject"]["S"]
        data_key = archive.load_subjects([owner])[owner].data_key
        yield (pk, sk), _aftermath(keyring().unseal(data_key, item["sealed"]["B"], owner=owner, place=pk + sk))


def _aftermath(facts: Mapping[str, Any]) -> Aftermath:
    return Aftermath(**{**facts, "day": date.fromisoformat(facts["day"]), "tell": Tell(**facts["tell"]), "words": tuple(facts["words"])})
