"""Does on one machine what Lambda does with queues: takes messages and calls the job that they are for."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import boto3
from botocore.exceptions import EndpointConnectionError

from chalicelib import jobs

WAIT = 10
"""Seconds that one question for messages stays open."""
QUEUES: Mapping[str, Callable[[Iterable[str]], object]] = {"reports": jobs.reports, "notices": jobs.notices, "jobs": jobs.more}
"""What is done with the messages of each queue."""
_LOG = logging.getLogger("mingxin.worker")


def start(prefix: str) -> None:
    """Do what the queues bring, each in a thread of its own."""
    for queue in QUEUES:
        threading.Thread(target=_work, args=(prefix, queue), daemon=True).start()


def _work(prefix: str, queue: str) -> None:
    sqs = boto3.client("sqs")
    while True:
        try:
            take(sqs, prefix, queue)
        except EndpointConnectionError:  # the stand-in for AWS is being stopped, or started again
            time.sleep(1)
        except Exception:  # noqa: BLE001 (the next round comes)
            _LOG.exception("A message of the queue %s could not be worked off.", queue)
            time.sleep(1)


def take(sqs: Any, prefix: str, queue: str = "reports", wait: int = WAIT) -> int:
    """One round: the messages that are there, each deleted once it is worked off; how many."""
    address = sqs.get_queue_url(QueueName=prefix + queue)["QueueUrl"]
    messages = sqs.receive_message(QueueUrl=address, WaitTimeSeconds=wait).get("Messages", [])
    for message in messages:
        QUEUES[queue]([message["Body"]])
        sqs.delete_message(QueueUrl=address, ReceiptHandle=message["ReceiptHandle"])
    return len(messages)
