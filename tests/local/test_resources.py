"""The tables of the file that is deployed, on the engine; and the fixtures that every storage test stands on."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from typing import Any

import boto3
import pytest
import yaml

from chalicelib import clock
from local import resources

NAMES = ("archive", "publication", "outbox", "sessions", "trail")


@pytest.fixture
def dynamodb(tables: str) -> Any:
    return boto3.client("dynamodb")


def test_all_five_tables_are_there_with_their_keys(dynamodb: Any, tables: str) -> None:
    for name in NAMES:
        table = dynamodb.describe_table(TableName=tables + name)["Table"]
        assert [(key["AttributeName"], key["KeyType"]) for key in table["KeySchema"]] == [("pk", "HASH"), ("sk", "RANGE")]
        assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    for name in ("archive", "outbox"):
        (index,) = dynamodb.describe_table(TableName=tables + name)["Table"]["GlobalSecondaryIndexes"]
        assert (index["IndexName"], index["Projection"]["ProjectionType"]) == ("due", "KEYS_ONLY")


def test_a_table_of_an_earlier_version_gets_the_index_that_it_lacks(dynamodb: Any, tables: str) -> None:
    keys = [{"AttributeName": name, "KeyType": kind} for name, kind in (("pk", "HASH"), ("sk", "RANGE"))]
    named = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")]
    dynamodb.create_table(TableName="old-outbox", KeySchema=keys, AttributeDefinitions=named, BillingMode="PAY_PER_REQUEST")
    try:
        resources.create("old-", queues=False)
        (index,) = dynamodb.describe_table(TableName="old-outbox")["Table"]["GlobalSecondaryIndexes"]
        assert index["IndexName"] == "due"
    finally:
        for name in NAMES:
            dynamodb.delete_table(TableName="old-" + name)


def test_making_them_again_changes_nothing(tables: str) -> None:
    assert resources.create(tables, queues=False) == tuple(tables + name for name in NAMES)


def test_every_table_is_protected_in_the_cloud() -> None:
    template = yaml.load(resources.FILE.read_text("utf-8"), resources._Reader)  # noqa: S506 (a SafeLoader)
    kept = [entry for entry in template["Resources"].values() if entry["Type"] == "AWS::DynamoDB::Table"]
    assert len(kept) == len(NAMES)
    for table in kept:
        assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")
        assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["Properties"]["SSESpecification"] == {
            "SSEEnabled": True,
            "SSEType": "KMS",
            "KMSMasterKeyId": {"GetAtt": "DataKey.Arn"},
        }
        assert table["Properties"]["DeletionProtectionEnabled"] is True


@pytest.mark.parametrize("count", [3, 130])
def test_a_test_begins_with_empty_tables(dynamodb: Any, tables: str, count: int) -> None:
    for name in NAMES:
        assert dynamodb.scan(TableName=tables + name)["Count"] == 0
    for number in range(count):
        dynamodb.put_item(TableName=tables + "trail", Item={"pk": {"S": "a"}, "sk": {"S": str(number)}})


def test_emptying_takes_little_time(dynamodb: Any, tables: str, empty_tables: Callable[[], None]) -> None:
    best = 9.0
    for _ in range(5):
        for number in range(10):
            dynamodb.put_item(TableName=tables + "archive", Item={"pk": {"S": "a"}, "sk": {"S": str(number)}})
        began = time.perf_counter()
        empty_tables()
        best = min(best, time.perf_counter() - began)
    print(f"emptied in {best * 1000:.0f} ms")
    assert best < 0.15


def test_a_neighbour_without_the_access_key_sees_no_table(tables: str) -> None:
    stranger = boto3.client("dynamodb", aws_access_key_id="stranger", aws_secret_access_key="local")
    assert stranger.list_tables()["TableNames"] == []


def test_no_test_leaves_this_machine() -> None:
    with pytest.raises(RuntimeError, match=r"198\.51\.100\.1"), socket.socket() as outside:
        outside.connect(("198.51.100.1", 80))


def test_the_clock_stands_where_a_test_puts_it(at: Callable[[str], None]) -> None:
    at("2026-11-21T23:59:00+08:00")
    assert clock.today().isoformat() == "2026-11-21"
    at("2026-11-22T00:00:00+08:00")
    assert clock.today().isoformat() == "2026-11-22"
    assert os.environ["MINGXIN_NOW"].startswith("2026-11-22")
