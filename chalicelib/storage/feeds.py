"""Feeds of publicity as readers get them: which months have entries, the entries of a month, and how many there are.

Keys: `FEED#<kind>#<month>#<shard>` / `<date>#<record id>`; `FEEDS#<kind>` / `<month>`; `COUNTS` / `<kind>`. In the index `latest`
entries stand by the day of their publication: `<kind>#<shard>` / `<date>#<record id>`.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib import settings
from chalicelib.storage import engine
from chalicelib.storage.packing import SCHEMA, pack, unpack, unpacked_text, upcast


@dataclass(frozen=True)
class FeedEntry:
    """One entry, the key that a cursor goes on from, and about how many bytes the entry has as text."""

    key: str
    entry: dict[str, Any]
    size: int


@dataclass(frozen=True)
class FeedPage:
    """Entries of a month or of the index, latest first. `more` says that it goes on below the last of them."""

    entries: tuple[FeedEntry, ...]
    more: bool


@dataclass(frozen=True)
class Counts:
    """How many entries of a kind each month holds, by their last day (empty: without end), as counted at an instant in UTC."""

    counted_at: str
    months: Mapping[str, Mapping[str, int]]


def months_with_entries(kind: str) -> list[str]:
    """The months in which a publicity kind has entries, latest first; one Query."""
    answer = engine.client().query(
        TableName=settings.table("publication"),
        KeyConditionExpression="pk = :pk",
        ScanIndexForward=False,
        ExpressionAttributeValues={":pk": {"S": "FEEDS#" + kind}},
        ProjectionExpression="sk",
    )
    return [item["sk"]["S"] for item in answer["Items"]]


def latest_of(kind: str, shard: int, entry: Mapping[str, Any]) -> engine.Item:
    """What puts an entry of a kind into the index `latest`."""
    return {"latest_shard": {"S": f"{kind}#{shard}"}, "latest": {"S": f"{entry['published_on']}#{entry['id']}"}}


def read(kind: str, month: str, *, first: str, last: str, limit: int) -> FeedPage:
    """Entries of a month with keys from `first` up to but without `last`, latest first, about `limit` of them.

    Exactly one Query a shard; where long entries fill a shard's answer (1 MB), the page ends there and says that more follows.
    """
    asked = {"KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :last", "Limit": limit + 1}  # `last` itself may be among them
    return _merged(asked, "sk", f"FEED#{kind}#{month}", first, last)


def read_latest(kind: str, *, last: str, limit: int) -> FeedPage:
    """Entries of a kind by the day of their publication up to but without `last`, latest first, about `limit` of them; likewise."""
    asked = {"KeyConditionExpression": "latest_shard = :pk AND latest BETWEEN :first AND :last", "Limit": limit + 1}
    return _merged({**asked, "IndexName": "latest"}, "latest", kind, "0", last)


def _merged(asked: Mapping[str, Any], sorted_by: str, place: str, first: str, last: str) -> FeedPage:
    """The entries of all shards of a place as one page."""
    found: list[list[FeedEntry]] = []
    reached = ""
    for shard in range(settings.shards()):
        entries, through = _read_shard(asked, sorted_by, f"{place}#{shard}", first, last)
        found.append(entries)
        reached = max(reached, through)
    merged = heapq.merge(*found, key=lambda entry: entry.key, reverse=True)
    # Below the point that the slowest shard has reached, its entries are still missing among the others'.
    return FeedPage(tuple(entry for entry in merged if entry.key >= reached), bool(reached))


def _read_shard(asked: Mapping[str, Any], sorted_by: str, pk: str, first: str, last: str) -> tuple[list[FeedEntry], str]:
    """A shard's entries, and the key down to which it has been read; empty when it has been read to its end."""
    answer = engine.client().query(
        TableName=settings.table("publication"),
        ExpressionAttributeValues={":pk": {"S": pk}, ":first": {"S": first}, ":last": {"S": last}},
        ScanIndexForward=False,
        **asked,
    )
    entries = [_entry(item, item[sorted_by]["S"]) for item in answer["Items"] if item[sorted_by]["S"] != last]
    more = answer.get("LastEvaluatedKey")
    return entries, more[sorted_by]["S"] if more else ""


def _entry(item: engine.Item, key: str) -> FeedEntry:
    text = unpacked_text(upcast(item)["body"]["B"])
    return FeedEntry(key, json.loads(text), len(text))


def read_counts() -> dict[str, Counts]:
    """The counts of every kind that has been counted; one Query."""
    answer = engine.client().query(
        TableName=settings.table("publication"),
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "COUNTS"}},
    )
    found = {item["sk"]["S"]: unpack(upcast(item)["body"]["B"]) for item in answer["Items"]}
    return {kind: Counts(body["counted_at"], body["months"]) for kind, body in found.items()}


def write_counts(kind: str, counts: Counts) -> None:
    """Put the counts of a kind in the place of earlier ones."""
    body = pack({"counted_at": counts.counted_at, "months": counts.months})
    item = {"pk": {"S": "COUNTS"}, "sk": {"S": kind}, "schema": {"N": str(SCHEMA)}, "body": {"B": body}}
    engine.client().put_item(TableName=settings.table("publication"), Item=item)
