"""How channels do, for every process that sends: failures in a row, and until when one rests.

Key in `outbox`: `CHANNEL#<name>` / `-`; what it says ends by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib import settings
from chalicelib.storage import engine
from chalicelib.storage.packing import SCHEMA


@dataclass(frozen=True)
class Health:
    """Failures in a row, and the instant (UTC) until which a channel rests; empty while it does not."""

    strikes: int = 0
    rests_until: str = ""


def of(names: Iterable[str]) -> dict[str, Health]:
    """How each of some channels does."""
    wanted = {_place(name): name for name in names}
    found = engine.batch_get(settings.table("outbox"), [(place, "-") for place in wanted])
    known = {wanted[item["pk"]["S"]]: Health(int(item["strikes"]["N"]), item["rests_until"]["S"]) for item in found}
    return {name: known.get(name, Health()) for name in wanted.values()}


def strike(name: str, most: int, rest: timedelta, at: datetime) -> Health:
    """Count a failure; after `most` in a row the channel rests for a while. How it does then."""
    answer = engine.client().update_item(
        TableName=settings.table("outbox"),
        Key={"pk": {"S": _place(name)}, "sk": {"S": "-"}},
        UpdateExpression="SET rests_until = if_not_exists(rests_until, :none), #schema = :schema ADD strikes :one",
        ExpressionAttributeNames={"#schema": "schema"},
        ExpressionAttributeValues={":none": {"S": ""}, ":one": {"N": "1"}, ":schema": {"N": str(SCHEMA)}},
        ReturnValues="ALL_NEW",
    )
    strikes = int(answer["Attributes"]["strikes"]["N"])
    if strikes < most:
        return Health(strikes, answer["Attributes"]["rests_until"]["S"])
    return _put(name, Health(0, (at + rest).isoformat(timespec="microseconds")))


def well(name: str) -> Health:
    """It took something: failures are counted anew."""
    return _put(name, Health())


def _put(name: str, health: Health) -> Health:
    item = {
        "pk": {"S": _place(name)},
        "sk": {"S": "-"},
        "schema": {"N": str(SCHEMA)},
        "strikes": {"N": str(health.strikes)},
        "rests_until": {"S": health.rests_until},
    }
    engine.client().put_item(TableName=settings.table("outbox"), Item=item)
    return health


def _place(name: str) -> str:
    return "CHANNEL#" + name
