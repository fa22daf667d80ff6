"""What is public, as readers get it: one document an organisation, feeds by kind and month, names. Reads nothing else.

Keys: `ORG#<code>` / `DOC` and `DOC#<part>`; `FEED#<kind>#<month>#<shard>` / `<date>#<record id>`; `FEEDS#<kind>` / `<month>`;
`NAME#<first two characters>` / `<the rest>\\x01<code>`.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import settings
from chalicelib.storage import engine
from chalicelib.storage.packing import unpack, upcast

END = "\x01"
"""Parts the name from the code in a name's sort key; sorts before every character of a name."""


@dataclass(frozen=True)
class Document:
    """One part of an organisation's public document. `head` is empty in later parts; `more` says that another part follows.

    `good_through` is the last day on which nothing in this part has ended: until then it can be shown as it is.
    """

    version: int
    head: dict[str, Any]
    records: list[dict[str, Any]]
    more: bool
    good_through: str


@dataclass(frozen=True)
class FeedEntry:
    """One entry of a feed and the key that a cursor goes on from."""

    month: str
    key: str
    entry: dict[str, Any]


def read_document(code: str, part: int = 0) -> Document | None:
    """One part of the document of an organisation, by one GetItem; None when nothing is published under that code."""
    found = _get("ORG#" + code, part_key(part))
    return None if found is None else _document(found)


def _document(item: engine.Item) -> Document:
    body = unpack(item["body"]["B"])
    return Document(int(item["version"]["N"]), body["head"], body["records"], body["more"], body["good_through"])


def read_documents(codes: Iterable[str]) -> dict[str, Document]:
    """The first parts of several organisations' documents, by code, read consistently; for those who add to them."""
    items = engine.batch_get(settings.table("publication"), [("ORG#" + code, part_key(0)) for code in codes])
    return {item["pk"]["S"].removeprefix("ORG#"): _document(upcast(item)) for item in items}


def part_key(part: int) -> str:
    """The sort key of a part of a document."""
    return "DOC" if part == 0 else f"DOC#{part:04d}"


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


def read_feed(kind: str, month: str, *, first: str, last: str, limit: int) -> list[FeedEntry]:
    """Entries of a feed's month with keys from `first` up to but without `last`, latest first, at most `limit`.

    One Query a shard, merged.
    """
    shards = [_read_feed_shard(kind, month, shard, first, last, limit) for shard in range(settings.shards())]
    merged = heapq.merge(*shards, key=lambda found: found.key, reverse=True)
    return [entry for _, entry in zip(range(limit), merged, strict=False)]


def names_equal(folded: str, limit: int, after: str = "") -> list[dict[str, Any]]:
    """Organisations that bear, or once bore, exactly this folded name, in the order of their codes after `after`; one Query."""
    begin = folded[2:] + END
    answer = engine.client().query(
        TableName=settings.table("publication"),
        KeyConditionExpression="pk = :pk AND sk BETWEEN :low AND :high",
        Limit=limit,
        ExpressionAttributeValues={
            ":pk": {"S": "NAME#" + folded[:2]},
            ":low": {"S": begin + after + ("\x00" if after else "")},
            ":high": {"S": begin + "\uffff"},
        },
    )
    return [unpack(upcast(item)["body"]["B"]) for item in answer["Items"]]


def ready() -> bool:
    """Whether the table answers."""
    try:
        _get("ORG#ready", "DOC")
    except (BotoCoreError, ClientError):
        return False
    return True


def _read_feed_shard(kind: str, month: str, shard: int, first: str, last: str, limit: int) -> list[FeedEntry]:
    request: dict[str, Any] = {
        "TableName": settings.table("publication"),
        "KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :last",
        "ExpressionAttributeValues": {":pk": {"S": f"FEED#{kind}#{month}#{shard}"}, ":first": {"S": first}, ":last": {"S": last}},
        "ScanIndexForward": False,
        "Limit": limit + 1,
    }
    found: list[FeedEntry] = []
    while True:  # one page unless the entries are very long: a page has 1 MB
        answer = engine.client().query(**request)
        page = [FeedEntry(month, item["sk"]["S"], unpack(upcast(item)["body"]["B"])) for item in answer["Items"]]
        found += [entry for entry in page if entry.key != last]
        if "LastEvaluatedKey" not in answer or len(found) >= limit:
            return found[:limit]
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _get(pk: str, sk: str) -> dict[str, Any] | None:
    item = engine.client().get_item(TableName=settings.table("publication"), Key={"pk": {"S": pk}, "sk": {"S": sk}}).get("Item")
    return upcast(item) if item else None
