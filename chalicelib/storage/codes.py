"""One-time codes and links, for minutes and days. The table is tidied days late, so every condition compares the time itself.

Keys: `CODE#<place>` / `-`, `CODES#<owner and day>` / `-`, `LINK#<keyed digest of the token>` / `-`. Neither a code nor a token is kept.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import settings
from chalicelib.storage import engine
from chalicelib.storage.keys import keyring
from chalicelib.storage.packing import SCHEMA

_KEPT_COUNTS = timedelta(days=400)
"""For how long it is known how many codes were made for a place: longer than what it is for can last."""


def count_up(owner: str, day: str, most: int, now: datetime) -> bool:
    """Count one more code for an owner on a day; False when there were `most` already."""
    return _update(
        f"CODES#{keyring().public_id('', 'codes', owner, day)}",
        "SET #type = :type, #schema = :schema, expires_at = :kept ADD sent :one",
        "attribute_not_exists(sent) OR sent < :most",
        {":type": _text("code_count"), ":kept": _instant(now + timedelta(days=2)), ":one": _number(1), ":most": _number(most)},
    )


def put_code(place: str, code: str, life: timedelta, most: int, now: datetime) -> bool:
    """A new code for a place, which makes the one before it worthless; False when there were `most` already."""
    values = {
        ":type": _text("code"),
        ":kept": _instant(now + _KEPT_COUNTS),
        ":digest": _text(_digest(place, code)),
        ":until": _instant(now + life),
        ":one": _number(1),
        ":zero": _number(0),
        ":most": _number(most),
    }
    change = "SET #type = :type, #schema = :schema, expires_at = :kept, digest = :digest, good_until = :until, tries = :zero ADD sent :one"
    return _update(_code(place), change, "attribute_not_exists(sent) OR sent < :most", values)


def take_code(place: str, code: str, tries: int, now: datetime) -> bool:
    """Whether a code is the right one, once. Each try is counted before anything is compared, so that no more than `tries` are."""
    digest = _count_try(place, tries, now)
    if digest is None or not hmac.compare_digest(digest, _digest(place, code)):
        return False
    spent = {":digest": _text(digest)}
    return _update(_code(place), "SET #schema = :schema REMOVE digest", "digest = :digest", spent, named={"#schema": "schema"})


def tries_left(place: str, tries: int, now: datetime) -> int:
    """How many tries are left for the code of a place; 0 when there is none that is still good."""
    found = engine.client().get_item(TableName=settings.table("sessions"), Key=_key(_code(place)), ConsistentRead=True).get("Item", {})
    if "digest" not in found or int(found["good_until"]["N"]) <= now.timestamp():
        return 0
    return max(0, tries - int(found["tries"]["N"]))


def put_link(token: str, to: str, life: timedelta, now: datetime) -> None:
    """Keep where a link leads, for a while."""
    item = {
        **_key(_link(token)),
        "type": _text("link"),
        "schema": _number(SCHEMA),
        "to": _text(to),
        "expires_at": _instant(now + life),
    }
    engine.client().put_item(TableName=settings.table("sessions"), Item=item)


def link_to(token: str, now: datetime) -> str | None:
    """Where a link leads; None when there is none or its time is over. Asking changes nothing."""
    found = engine.client().get_item(TableName=settings.table("sessions"), Key=_key(_link(token)), ConsistentRead=True).get("Item")
    if found is None or int(found["expires_at"]["N"]) <= now.timestamp():
        return None
    return str(found["to"]["S"])


def _count_try(place: str, tries: int, now: datetime) -> str | None:
    """The digest to compare with, for one more try; None when there is no code, its time is over or its tries are used."""
    try:
        answer = engine.client().update_item(
            TableName=settings.table("sessions"),
            Key=_key(_code(place)),
            UpdateExpression="ADD tries :one",
            ConditionExpression="attribute_exists(digest) AND tries < :most AND good_until > :now",
            ExpressionAttributeValues={":one": _number(1), ":most": _number(tries), ":now": _instant(now)},
            ReturnValues="ALL_NEW",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return None
    return str(answer["Attributes"]["digest"]["S"])


def _update(pk: str, change: str, condition: str, values: dict[str, Any], named: dict[str, str] | None = None) -> bool:
    try:
        engine.client().update_item(
            TableName=settings.table("sessions"),
            Key=_key(pk),
            UpdateExpression=change,
            ConditionExpression=condition,
            ExpressionAttributeNames=named or {"#type": "type", "#schema": "schema"},
            ExpressionAttributeValues={":schema": _number(SCHEMA), **values},
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
    return True


def _digest(place: str, code: str) -> str:
    return keyring().digest(["code", place, code])


def _code(place: str) -> str:
    return "CODE#" + keyring().public_id("", "code", place)


def _link(token: str) -> str:
    return "LINK#" + keyring().public_id("", "link", token)


def _key(pk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": "-"}}


def _text(value: str) -> dict[str, str]:
    return {"S": value}


def _number(value: int) -> dict[str, str]:
    return {"N": str(value)}


def _instant(value: datetime) -> dict[str, str]:
    return _number(int(value.timestamp()))
