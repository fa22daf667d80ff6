"""The connection to DynamoDB. Endpoint, region and credentials are those of the AWS SDK's environment; nothing is set here."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import count
from random import SystemRandom
from threading import Lock
from typing import Any

import botocore.session
from botocore.config import Config

from chalicelib import settings
from chalicelib.storage.parsing import Parsers

CONFIG = Config(
    connect_timeout=2,
    read_timeout=10,
    max_pool_connections=16,
    retries={"mode": "standard", "total_max_attempts": 6},
    parameter_validation=False,  # the service checks them too
    user_agent=f"Botocore/{botocore.__version__} mingxin",  # else it is put together anew for each request, a tenth of what one costs
    account_id_endpoint_mode="disabled",  # the region's own endpoint, as the roles name it
)
MOST_READS = 100
"""How many items one BatchGetItem may ask for (Amazon DynamoDB quotas)."""
LONGEST_KEYS = (2048, 1024)
"""Bytes of a partition key and of a sort key (Amazon DynamoDB quotas)."""
MOST_IN_BATCH = 25
"""How many items one BatchWriteItem may hold (Amazon DynamoDB quotas)."""
TRIES = 10
"""How often what the engine had no room for is asked again, waiting longer each time: about 20 seconds in all."""
TRIES_TOGETHER = 5
"""How often a transaction is sent that others were in the way of; after that its writer reads and decides again."""
MOST_WRITES = 100
"""How many items one transaction may write (Amazon DynamoDB quotas)."""
LARGEST_TRANSACTION = 3_500_000
"""Bytes that one transaction may have together, a little under the quota of 4 MB."""

Item = dict[str, Any]
"""A raw item, attribute values typed as DynamoDB gives them."""

_PASSING = frozenset({"None", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
"""Reasons of a cancelled transaction that pass by themselves: the AWS SDK leaves them to us."""
_chance = SystemRandom()


_making = Lock()
_met: Counter[str] = Counter()


@cache
def client() -> Any:
    """The DynamoDB client of this process; thread-safe."""
    made = create_client("dynamodb")
    made.meta.events.register("after-call.dynamodb", _note_retries)
    return made


def _note_retries(parsed: Item, **_: Any) -> None:
    if again := parsed.get("ResponseMetadata", {}).get("RetryAttempts"):
        _met["retries"] += again


def met() -> Mapping[str, int]:
    """How often this process had to ask again (`retries`: throttled or unanswered) and met another's transaction (`conflicts`)."""
    return {name: _met[name] for name in ("retries", "conflicts")}


def met_since(before: Mapping[str, int]) -> dict[str, int]:
    """What was met since an earlier answer of `met`."""
    return {name: count - before[name] for name, count in met().items()}


def put_off(table: str, pk: str, sk: str, moment: str) -> None:
    """Let something that is due stand behind what is due before a moment; harmless when it is due no more."""
    try:
        client().update_item(
            TableName=table,
            Key={"pk": {"S": pk}, "sk": {"S": sk}},
            UpdateExpression="SET next_due = :moment",
            ConditionExpression="attribute_exists(due_shard)",
            ExpressionAttributeValues={":moment": {"S": moment}},
        )
    except client().exceptions.ConditionalCheckFailedException:
        return


def create_client(service: str) -> Any:
    """A new client of an AWS service. All come from one session, which reads the SDK's descriptions once: 80 ms of a cold start."""
    with _making:  # a session is not thread-safe, its clients are
        return _session().create_client(service, config=CONFIG)


@cache
def _session() -> botocore.session.Session:
    session = botocore.session.get_session()
    session.register_component("response_parser_factory", Parsers())
    return session


def batch_get(
    table: str, keys: Iterable[tuple[str, str]], attributes: str | None = None, named: Mapping[str, str] | None = None
) -> Iterator[Item]:
    """The items that are there under these keys, in no order, read consistently; all attributes or the named ones, of which `named` says
    what those are that must not be written as they are. Under a key that is longer than any can be there is nothing."""
    wanted: list[Item] = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in dict.fromkeys(keys) if _can_be(pk, sk)]
    for start in range(0, len(wanted), MOST_READS):
        asked: Item = {"Keys": wanted[start : start + MOST_READS], "ConsistentRead": True}
        if attributes:
            asked["ProjectionExpression"] = attributes
        if named:
            asked["ExpressionAttributeNames"] = named
        request: Any = {table: asked}
        waits = 0
        while request:
            answer = client().batch_get_item(RequestItems=request)
            found = answer["Responses"].get(table, ())
            yield from found
            request = answer.get("UnprocessedKeys")
            if request and not found:  # not an answer that grew too large, but an engine that is too busy
                _wait(table, waits)
                waits += 1


def _can_be(pk: str, sk: str) -> bool:
    return len(pk.encode("utf-8", "replace")) <= LONGEST_KEYS[0] and 0 < len(sk.encode("utf-8", "replace")) <= LONGEST_KEYS[1]


def batch_write(table: str, requests: Sequence[Item]) -> None:
    """Put and delete requests, each by itself and without conditions. TimeoutError when the engine has no room for long."""
    for start in range(0, len(requests), MOST_IN_BATCH):
        waiting: Any = {table: list(requests[start : start + MOST_IN_BATCH])}
        for attempt in count():
            waiting = client().batch_write_item(RequestItems=waiting).get("UnprocessedItems")
            if not waiting:
                break
            _wait(table, attempt)


def _wait(table: str, attempt: int) -> None:
    """Longer each time; TimeoutError after the last."""
    if attempt + 1 >= TRIES:
        raise TimeoutError(f"the table {table} has no room at this rate")
    time.sleep(_chance.uniform(0.5, 1) * 0.04 * 2**attempt)


def query(table: str, pk: str, *, before: str | None = None, beginning: str | None = None) -> Iterator[Item]:
    """All items of a partition, or those whose sort key stands before a text or begins with one, read consistently, page after page."""
    request: Item = {
        "TableName": table,
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": pk}},
        "ConsistentRead": True,
    }
    if before is not None:
        request["KeyConditionExpression"] += " AND sk < :before"
        request["ExpressionAttributeValues"][":before"] = {"S": before}
    if beginning is not None:
        request["KeyConditionExpression"] += " AND begins_with(sk, :beginning)"
        request["ExpressionAttributeValues"][":beginning"] = {"S": beginning}
    while True:
        answer = client().query(**request)
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def due(table: str, condition: str, values: Mapping[str, Item], limit: int) -> Iterator[Item]:
    """Keys of what stands in the index `due` of a table (by its short name) under a condition, the earliest first, at most `limit`:
    page after page, for one holds only as many as fit in a megabyte."""
    request: Item = {
        "TableName": settings.table(table),
        "IndexName": "due",
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": values,
    }
    while limit > 0:
        answer = client().query(**request, Limit=limit)
        yield from answer["Items"]
        limit -= len(answer["Items"])
        if "LastEvaluatedKey" not in answer:
            return
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def write_together(writes: list[Item]) -> bool:
    """One transaction; False when a condition fails, or when others keep it away for long: nothing is written then."""
    dynamodb = client()
    token = secrets.token_hex(16)  # one for all tries: what was written although its answer was lost is not written again
    for attempt in range(TRIES_TOGETHER):
        try:
            dynamodb.transact_write_items(TransactItems=writes, ClientRequestToken=token)
        except dynamodb.exceptions.TransactionCanceledException as error:
            reasons = {reason["Code"] for reason in error.response["CancellationReasons"]}
            _met["conflicts" if reasons & {"TransactionConflict", "ConditionalCheckFailed"} else "retries"] += 1
            if not reasons <= _PASSING:
                return False
        else:
            return True
        time.sleep(_chance.uniform(0, 0.02 * 2**attempt))
    return False
