"""How often somebody may do a thing on one day: counted before it is done, so that no two callers take the same turn.

Keys: `ALLOWANCE#<keyed digest of the thing, whose it is and the day>` / `-`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from botocore.exceptions import ClientError

from chalicelib import settings
from chalicelib.storage import engine
from chalicelib.storage.keys import keyring
from chalicelib.storage.packing import SCHEMA

KEEP = timedelta(days=2)
"""How long a day's count is kept from its last turn."""


def take(thing: str, owner: str, day: date, now: datetime, most: int) -> bool:
    """Take one of the `most` turns of a civil day; False when there is none left."""
    place = "ALLOWANCE#" + keyring().public_id("", thing, owner, day.isoformat())
    try:
        engine.client().update_item(
            TableName=settings.table("sessions"),
            Key={"pk": {"S": place}, "sk": {"S": "-"}},
            UpdateExpression="SET #schema = :schema, expires_at = :end ADD taken :one",
            ConditionExpression="attribute_not_exists(taken) OR taken < :most",
            ExpressionAttributeNames={"#schema": "schema"},
            ExpressionAttributeValues={
                ":schema": {"N": str(SCHEMA)},
                ":end": {"N": str(int((now + KEEP).timestamp()))},
                ":one": {"N": "1"},
                ":most": {"N": str(most)},
            },
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
    return True
