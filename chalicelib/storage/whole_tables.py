"""Whole tables, page by page: the only place where a Scan is allowed. For rebuilding, backing up and restoring, never for answering."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chalicelib import settings
from chalicelib.storage import due, engine
from chalicelib.storage.engine import Item

PAGE = 1000
"""Items that one Scan looks at; DynamoDB stops at 1 MB before that."""

Key = tuple[str, str]
_HEAD = "pk, version, published, due_shard, data_key"


@dataclass(frozen=True)
class Page:
    """One page of a table: what was found, how many items were looked at, and the position to go on from (None at the end)."""

    items: list[Item]
    looked_at: int
    position: Item | None


@dataclass(frozen=True)
class Head:
    """What a rebuild must know of a subject before it reads more; `published`: this version is noted as public."""

    subject_id: str
    version: int
    published: bool
    erased: bool


def pages(table: str, *, position: Item | None = None, **more: Any) -> Iterator[Page]:
    """A table (`archive`), read consistently from a position on. `more` are further parameters of Scan."""
    request: dict[str, Any] = {"TableName": settings.table(table), "Limit": PAGE, "ConsistentRead": True, **more}
    while True:
        if position:
            request["ExclusiveStartKey"] = position
        answer = engine.client().scan(**request)
        position = answer.get("LastEvaluatedKey")
        yield Page(answer["Items"], answer["ScannedCount"], position)
        if position is None:
            return


def about_items(table: str) -> int:
    """About how many items a table has; the cloud counts every six hours."""
    return int(engine.client().describe_table(TableName=settings.table(table))["Table"]["ItemCount"])


def first_items(table: str, limit: int) -> list[Item]:
    """A few items of a table, none when it is empty."""
    return list(engine.client().scan(TableName=settings.table(table), Limit=limit, ConsistentRead=True)["Items"])


def subject_pages() -> Iterator[tuple[list[Head], int]]:
    """All subjects, page by page, each page with the number of items of the archive that were looked at for it."""
    condition = {":head": {"S": "HEAD"}, ":subject": {"S": "S#"}}
    found = pages(
        "archive",
        FilterExpression="sk = :head AND begins_with(pk, :subject)",
        ProjectionExpression=_HEAD,
        ExpressionAttributeValues=condition,
    )
    for page in found:
        yield [_head(item) for item in page.items], page.looked_at


def heads(subject_ids: Iterable[str]) -> dict[str, Head]:
    """The same facts of some subjects; unknown ones are left out."""
    keys = [("S#" + subject_id, "HEAD") for subject_id in subject_ids]
    found = map(_head, engine.batch_get(settings.table("archive"), keys, _HEAD))
    return {head.subject_id: head for head in found}


def date_records() -> int:
    """Makes records due that were kept before records became due: the day after their last one; how many."""
    undated = "begins_with(sk, :record) AND attribute_exists(valid_until)"
    never = " AND attribute_not_exists(due_shard) AND attribute_not_exists(archived_on)"
    dated = 0
    for page in pages(
        "archive",
        FilterExpression=undated + never,
        ProjectionExpression="pk, sk, valid_until",
        ExpressionAttributeValues={":record": {"S": "REC#"}},
    ):
        for item in page.items:
            dated += _make_due(item)
    return dated


def _make_due(item: Item) -> int:
    last_day = date.fromisoformat(item["valid_until"]["S"])
    update = {
        "TableName": settings.table("archive"),
        "Key": {"pk": item["pk"], "sk": item["sk"]},
        "UpdateExpression": "SET due_shard = :shard, next_due = :day",
        "ConditionExpression": "valid_until = :until AND attribute_not_exists(due_shard) AND attribute_not_exists(archived_on)",
        "ExpressionAttributeValues": {
            ":until": item["valid_until"],
            ":shard": {"S": due.shard_of(due.EXPIRE, item["pk"]["S"])},
            ":day": {"S": due.day_after(last_day)},
        },
    }
    return int(engine.write_together([{"Update": update}]))


def subjects_of_records(record_ids: Iterable[str]) -> dict[str, str]:
    """The subjects under which records stand, by record id. Looks at the whole archive: there is no index from a record to its subject."""
    wanted = {"REC#" + record_id for record_id in record_ids}
    found: dict[str, str] = {}
    if not wanted:
        return found
    record = {":record": {"S": "REC#"}}
    for page in pages(
        "archive", FilterExpression="begins_with(sk, :record)", ProjectionExpression="pk, sk", ExpressionAttributeValues=record
    ):
        for item in page.items:
            if item["sk"]["S"] in wanted:
                found[item["sk"]["S"].removeprefix("REC#")] = item["pk"]["S"].removeprefix("S#")
    return found


def put_all(table: str, items: Iterable[Item]) -> int:
    """Put items as they are, over what is there; how many. TimeoutError when the engine has no room for long."""
    return _write_all(table, [{"PutRequest": {"Item": item}} for item in items])


def put_missing(table: str, items: Iterable[Item]) -> int:
    """Put only items whose keys are not there; how many. For what may never be overwritten."""
    wanted = {(item["pk"]["S"], item["sk"]["S"]): item for item in items}
    there = {(item["pk"]["S"], item["sk"]["S"]) for item in engine.batch_get(settings.table(table), wanted, "pk, sk")}
    return put_all(table, [item for key, item in wanted.items() if key not in there])


def delete_all(table: str, keys: Iterable[Key]) -> int:
    """Delete items by key; how many were asked for."""
    return _write_all(table, [{"DeleteRequest": {"Key": {"pk": {"S": pk}, "sk": {"S": sk}}}} for pk, sk in keys])


def _write_all(table: str, requests: Sequence[Item]) -> int:
    engine.batch_write(settings.table(table), requests)
    return len(requests)


def _head(item: Item) -> Head:
    version, published = int(item["version"]["N"]), int(item.get("published", {"N": "0"})["N"])
    return Head(item["pk"]["S"].removeprefix("S#"), version, version == published and "due_shard" not in item, "data_key" not in item)
