"""What lasts for a while only: requests that are to be answered once. DynamoDB tidies these items up, days late; readers look themselves.

Keys: `ONCE#<keyed digest>` / `-`. Nothing personal stands here: an item points to the result, and the archive keeps that.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import settings
from chalicelib.storage import engine
from chalicelib.storage.packing import SCHEMA, upcast

KEEP = timedelta(hours=24)
"""How long the same request gets the same answer."""
LEASE = timedelta(minutes=5)
"""How long a request may take: after that whoever had it is thought dead, and the same request may begin anew."""

_FREE = "attribute_not_exists(pk) OR expires_at <= :now OR (attribute_not_exists(outcome) AND lease_until <= :now AND digest = :digest)"


@dataclass(frozen=True)
class Claim:
    """The right to do a request: only who holds it may finish or give it up."""

    place: str
    token: str


@dataclass(frozen=True)
class Earlier:
    """The same request as it came before: the digest of what it asked, and what it led to; None while it still runs."""

    digest: str
    outcome: str | None


def claim(place: str, digest: str, now: datetime) -> Claim | Earlier:
    """Take the request `place` for oneself, or learn of the one before; one conditional write, so of two at once one gets it."""
    own = Claim("ONCE#" + place, secrets.token_hex(8))
    item = {
        **_key(own),
        "type": {"S": "once"},
        "schema": {"N": str(SCHEMA)},
        "digest": {"S": digest},
        "token": {"S": own.token},
        "lease_until": {"N": str(_seconds(now + LEASE))},
        "expires_at": {"N": str(_seconds(now + KEEP))},
    }
    try:
        engine.client().put_item(
            TableName=settings.table("sessions"),
            Item=item,
            ConditionExpression=_FREE,
            ExpressionAttributeValues={":now": {"N": str(_seconds(now))}, ":digest": {"S": digest}},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except ClientError as error:
        if not _condition_failed(error):
            raise
        found = upcast(error.response["Item"])
        if found["token"]["S"] == own.token:  # our own write, whose answer was lost on the way: the SDK sent it again
            return own
        return Earlier(found["digest"]["S"], found["outcome"]["S"] if "outcome" in found else None)
    return own


def finish(own: Claim, outcome: str) -> None:
    """Note what the request led to. When another took it over in the meantime, that one's outcome stays."""
    _while_ours(
        own,
        engine.client().update_item,
        UpdateExpression="SET outcome = :outcome",
        ExpressionAttributeValues={":outcome": {"S": outcome}, ":token": {"S": own.token}},
    )


def give_up(own: Claim) -> None:
    """Let go of a request that came to nothing: it may come again."""
    _while_ours(own, engine.client().delete_item, ExpressionAttributeValues={":token": {"S": own.token}})


def _while_ours(own: Claim, write: Any, **facts: Any) -> None:
    try:
        write(
            TableName=settings.table("sessions"),
            Key=_key(own),
            ConditionExpression="#token = :token",
            ExpressionAttributeNames={"#token": "token"},
            **facts,
        )
    except ClientError as error:
        if not _condition_failed(error):
            raise


def _key(own: Claim) -> dict[str, Any]:
    return {"pk": {"S": own.place}, "sk": {"S": "-"}}


def _condition_failed(error: ClientError) -> bool:
    return bool(error.response["Error"]["Code"] == "ConditionalCheckFailedException")


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())
