"""The connection to DynamoDB. Endpoint, region and credentials are those of the AWS SDK's environment; nothing is set here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config

CONFIG = Config(
    connect_timeout=2,
    read_timeout=10,
    max_pool_connections=16,
    retries={"mode": "standard", "total_max_attempts": 6},
    parameter_validation=False,  # the service checks them too
    account_id_endpoint_mode="disabled",  # the region's own endpoint, as the roles name it
)
MOST_READS = 100
"""How many items one BatchGetItem may ask for (Amazon DynamoDB quotas)."""
MOST_WRITES = 100
"""How many items one transaction may write (Amazon DynamoDB quotas)."""
LARGEST_TRANSACTION = 3_500_000
"""Bytes that one transaction may have together, a little under the quota of 4 MB."""

Item = dict[str, Any]
"""A raw item, attribute values typed as DynamoDB gives them."""


@cache
def client() -> Any:
    """The DynamoDB client of this process; thread-safe."""
    return botocore.session.get_session().create_client("dynamodb", config=CONFIG)


def batch_get(table: str, keys: Iterable[tuple[str, str]], attributes: str | None = None) -> Iterator[Item]:
    """The items that are there under these keys, in no order, read consistently; all attributes or the named ones."""
    wanted: list[Item] = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in dict.fromkeys(keys)]
    for start in range(0, len(wanted), MOST_READS):
        asked: Item = {"Keys": wanted[start : start + MOST_READS], "ConsistentRead": True}
        if attributes:
            asked["ProjectionExpression"] = attributes
        request: Any = {table: asked}
        while request:  # what the engine had no room for is asked again
            answer = client().batch_get_item(RequestItems=request)
            yield from answer["Responses"].get(table, ())
            request = answer.get("UnprocessedKeys")


def query(table: str, pk: str) -> Iterator[Item]:
    """All items of a partition, read consistently, page after page."""
    request: Item = {
        "TableName": table,
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": pk}},
        "ConsistentRead": True,
    }
    while True:
        answer = client().query(**request)
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def write_together(writes: list[Item]) -> bool:
    """One transaction; False when a condition fails or another transaction is on one of the items: nothing is written then."""
    dynamodb = client()
    try:
        dynamodb.transact_write_items(TransactItems=writes)
    except dynamodb.exceptions.TransactionCanceledException:
        return False
    return True
