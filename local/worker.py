"""Does on one machine what Lambda does with queues: takes messages and calls the job that they are for."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

import boto3

from chalicelib import jobs

WAIT = 10
"""Seconds that one question for messages stays open."""
OVERDUE_EVERY = 300
"""Seconds."""
_LOG = logging.getLogger("mingxin.worker")


def start(prefix: str) -> None:
    """Make reports as they are asked for, in a thread of its own; what was asked for earlier first."""
    threading.Thread(target=_work, args=(prefix,), daemon=True).start()


def _work(prefix: str) -> None:
    sqs = boto3.client("sqs")
    looked = -float(OVERDUE_EVERY)
    while True:
        try:
            if time.monotonic() - looked >= OVERDUE_EVERY:
                looked = time.monotonic()
                jobs.overdue()
            take(sqs, prefix)
        except Exception:  # noqa: BLE001 (the next round comes)
            _LOG.exception("A report could not be made.")
            time.sleep(1)


def take(sqs: Any, prefix: str, wait: int = WAIT) -> int:
    """One round: the messages that are there, each deleted once its report is made; how many."""
    address = sqs.get_queue_url(QueueName=prefix + "reports")["QueueUrl"]
    messages = sqs.receive_message(QueueUrl=address, WaitTimeSeconds=wait).get("Messages", [])
    for message in messages:
        jobs.reports([message["Body"]])
        sqs.delete_message(QueueUrl=address, ReceiptHandle=message["ReceiptHandle"])
    return len(messages)
