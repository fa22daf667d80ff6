"""Works off what is due: shard by shard, batch by batch, each item looked at once in a run, until the time is out."""

from __future__ import annotations

import json
import logging
import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from botocore.exceptions import ClientError

from chalicelib import settings
from chalicelib.law.decisions import Refused
from chalicelib.storage import due
from chalicelib.storage.due import Due

A_BATCH = 100
"""Items that one Query of the index gives: as many as one request can confirm."""

OF_ONE = (ClientError, KeyError, Refused, TypeError, ValueError)
"""What keeps one item from being done and none of the others. An engine that gives no answer at all is not among them: then the run
ends, and says so."""

LOG = logging.getLogger("mingxin")
AGAIN = "again"
"""The place of a run that goes on by beginning anew: what it has done is due no more."""

Handle = Callable[[Sequence[Due]], int]
"""Does what is to be done with items that are due; how many are done. What fails stays due."""


@dataclass
class Worked:
    """What a run did. `lag` is for how many days the oldest item was due; `left` is the place from which the rest goes on, empty
    when nothing is left."""

    due: int = 0
    done: int = 0
    failed: int = 0
    lag: int = 0
    left: str = ""


def work_off(what: str, day: date, handle: Handle, *, seconds: float = math.inf, place: str = "") -> Worked:
    """All that is due on a day or was before it, from a place on. A run that has no time for more ends with the place where it was.

    What could not be done stays in the index and is found again by the next run; in this one the next batch follows.
    """
    began, worked = time.monotonic(), Worked()
    first, at = json.loads(place) if place else (0, "")
    for shard in range(first, settings.shards()):
        while True:
            page = due.page(what, shard, day, place=at, limit=A_BATCH)
            _work(what, page.items, day, handle, worked)
            at = page.place
            if not at:
                break
            if time.monotonic() - began >= seconds:
                worked.left = json.dumps([shard, at])
                return worked
        if shard + 1 < settings.shards() and time.monotonic() - began >= seconds:
            worked.left = json.dumps([shard + 1, ""])
            return worked
    return worked


def in_parts(work: Callable[[Sequence[str]], Counter[str]], several: Sequence[str]) -> Counter[str]:
    """Do something with several at once; where that fails, with each half, so that one that cannot be read stops none of the others.

    What fails must have changed nothing yet. Counts of due, done and failed.
    """
    try:
        return work(several)
    except OF_ONE as error:
        if len(several) < 2:
            LOG.error("one of what is due could not be read: %s", type(error).__name__)
            return Counter(due=len(several), failed=len(several))
    middle = len(several) // 2
    return in_parts(work, several[:middle]) + in_parts(work, several[middle:])


def _work(what: str, items: Sequence[Due], day: date, handle: Handle, worked: Worked) -> None:
    found = due.still(what, items, day)
    done = handle(found)
    worked.due += len(found)
    worked.done += done
    worked.failed += len(found) - done
    worked.lag = max([worked.lag, *((day - date.fromisoformat(item.since)).days for item in found)])
