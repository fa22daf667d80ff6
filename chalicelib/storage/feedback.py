"""What bodies answered about measures, kept by body so that it can be counted (HY-23): which measure and what was done, nothing of whom.

Key: `MEASURES#<USCC of the body>` / `<number of the case>#<step>`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pynamodb.attributes import UnicodeAttribute

from chalicelib import settings
from chalicelib.storage import engine
from chalicelib.storage.archive import Changes
from chalicelib.storage.models import ArchiveItem

_PREFIX = "MEASURES#"


class FeedbackItem(ArchiveItem, discriminator="measure_feedback"):
    """One answer of a body about one measure."""

    measure = UnicodeAttribute()
    done = UnicodeAttribute()
    at = UnicodeAttribute()


def put(changes: Changes, body: str, place: str, *, measure: str, done: str, at: datetime) -> None:
    """Add an answer to what is written together."""
    changes.put(FeedbackItem(_PREFIX + body, place, measure=measure, done=done, at=at.isoformat(timespec="seconds")))


def of_body(body: str) -> Iterator[str]:
    """What a body answered, each time that it did."""
    for item in engine.query(settings.table("archive"), _PREFIX + body):
        yield item["done"]["S"]


def answers_of(body: str) -> Iterator[tuple[str, str]]:
    """The same with the instant (UTC) of each."""
    for item in engine.query(settings.table("archive"), _PREFIX + body):
        yield item["done"]["S"], item["at"]["S"]
