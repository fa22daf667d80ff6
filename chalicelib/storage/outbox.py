"""What was sent to whom, as proof: each message claimed once before it is sent, and what became of it. No words, no contact, no number.

Key: `MESSAGE#<id>` / `-`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from botocore.exceptions import ClientError

from chalicelib import settings
from chalicelib.storage import engine
from chalicelib.storage.packing import SCHEMA

KEPT_LOCALLY = "messages.jsonl"


def claim(message_id: str, *, kind: str, about: str, recipient: str, channel: str, at: datetime) -> bool:
    """Take a message for oneself before sending it; False when somebody had it already."""
    facts = {"type": "message", "kind": kind, "about": about, "recipient": recipient, "channel": channel, "state": "claimed"}
    item = {
        **_key(message_id),
        "schema": {"N": str(SCHEMA)},
        "at": {"S": at.isoformat(timespec="microseconds")},
        **{name: {"S": text} for name, text in facts.items()},
    }
    try:
        engine.client().put_item(TableName=settings.table("outbox"), Item=item, ConditionExpression="attribute_not_exists(pk)")
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
    return True


def note(message_id: str, state: str) -> None:
    """What became of a message: `sent` or `failed`."""
    engine.client().update_item(
        TableName=settings.table("outbox"),
        Key=_key(message_id),
        UpdateExpression="SET #state = :state",
        ConditionExpression="attribute_exists(pk)",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={":state": {"S": state}},
    )


def keep_locally(facts: Mapping[str, str]) -> None:
    """On one machine, where nobody has a phone: keep a message as its reader would see it. Elsewhere nothing is kept."""
    folder = settings.local_messages()
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(folder / KEPT_LOCALLY, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8") as file:
        file.write(json.dumps(facts, ensure_ascii=False) + "\n")


def kept_locally(folder: Path) -> list[dict[str, str]]:
    """The messages kept on this machine, the latest first."""
    file = folder / KEPT_LOCALLY
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return [json.loads(line) for line in reversed(lines)]


def _key(message_id: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": "MESSAGE#" + message_id}, "sk": {"S": "-"}}
