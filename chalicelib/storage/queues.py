"""Queues: hints that make work begin at once. What is to be done stands in the archive, so a lost hint loses nothing."""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.session

from chalicelib import settings
from chalicelib.storage import engine


def send(queue: str, body: str) -> None:
    """Put a message into a queue of this window."""
    _client().send_message(QueueUrl=_address(settings.tables() + queue), MessageBody=body)


@cache
def _client() -> Any:
    return botocore.session.get_session().create_client("sqs", config=engine.CONFIG)


@cache
def _address(name: str) -> str:
    return str(_client().get_queue_url(QueueName=name)["QueueUrl"])
