"""Queues: hints that make work begin at once. What is to be done stands in the archive, so a lost hint loses nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import botocore.session

from chalicelib import settings
from chalicelib.storage import engine

AT_ONCE = 10
"""Messages that one request takes at most (Amazon SQS quotas)."""
WAIT = 1
"""Seconds that a request for messages stays open: one that does not wait asks some of the machines that keep a queue, and not all."""


@dataclass(frozen=True)
class Held:
    """A message as it lies in a queue: its id there, what it says, since when (UTC), and the receipt that takes it out."""

    id: str
    body: str
    since: datetime
    receipt: str


def send(queue: str, body: str) -> None:
    """Put a message into a queue of this window."""
    _client().send_message(QueueUrl=_address(settings.tables() + queue), MessageBody=body)


def held(queue: str, most: int, hidden_seconds: int = 0) -> list[Held]:
    """Messages that lie in a queue, the longest there first, `most` or a few more; so long nobody else finds them there."""
    address = _address(settings.tables() + queue)
    about = _client().get_queue_attributes(QueueUrl=address, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"]
    found: dict[str, Held] = {}
    while int(about["ApproximateNumberOfMessages"]) and len(found) < most:
        answer = _client().receive_message(
            QueueUrl=address,
            MaxNumberOfMessages=AT_ONCE,
            VisibilityTimeout=hidden_seconds,
            WaitTimeSeconds=WAIT,
            AttributeNames=["SentTimestamp"],
        )
        fresh = {one["MessageId"]: _held(one) for one in answer.get("Messages", ()) if one["MessageId"] not in found}
        if not fresh:
            break
        found |= fresh
    return sorted(found.values(), key=lambda one: (one.since, one.id))


def take_out(queue: str, message: Held) -> None:
    """Take a message out of a queue for good."""
    _client().delete_message(QueueUrl=_address(settings.tables() + queue), ReceiptHandle=message.receipt)


def show_again(queue: str, message: Held) -> None:
    """Let others find a message at once that was hidden for a while."""
    address = _address(settings.tables() + queue)
    _client().change_message_visibility(QueueUrl=address, ReceiptHandle=message.receipt, VisibilityTimeout=0)


def _held(message: Any) -> Held:
    since = datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC)
    return Held(message["MessageId"], message["Body"], since, message["ReceiptHandle"])


@cache
def _client() -> Any:
    return botocore.session.get_session().create_client("sqs", config=engine.CONFIG)


@cache
def _address(name: str) -> str:
    return str(_client().get_queue_url(QueueName=name)["QueueUrl"])
