"""Makes the tables and queues of `infra/resources.yaml`, the file that is deployed, on a stand-in for AWS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import yaml

FILE = Path(__file__).resolve().parent.parent / "infra" / "resources.yaml"

CLOUD_ONLY = frozenset(
    {"PointInTimeRecoverySpecification", "SSESpecification", "DeletionProtectionEnabled", "TimeToLiveSpecification", "Tags"},
)
"""Table properties that are left out here: `create_table` does not take them, or they are in the way on one machine.

Items that end by themselves are among them: the engine would judge by the machine's clock and not by `MINGXIN_NOW`.
Reads never rely on it."""

CLOUD_ONLY_QUEUE = "KmsMasterKeyId"
"""The property of a queue that is left out here: the stand-in has none of the deployed keys."""


class _Reader(yaml.SafeLoader):
    """Reads `!Sub x` as `{"Sub": x}` and so on."""


def _short_form(reader: yaml.SafeLoader, tag: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.SequenceNode):
        return {tag: reader.construct_sequence(node, deep=True)}
    return {tag: reader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None}


_Reader.add_multi_constructor("!", _short_form)


def _resolved(value: Any, prefix: str, arns: dict[str, str]) -> Any:
    match value:
        case {"Sub": str(text)}:
            return text.replace("${Prefix}", prefix)
        case {"GetAtt": str(attribute)}:
            return arns[attribute.removesuffix(".Arn")]
        case dict():
            return {key: _resolved(inner, prefix, arns) for key, inner in value.items()}
        case list():
            return [_resolved(inner, prefix, arns) for inner in value]
    return value


def create(prefix: str, *, queues: bool = True, file: Path = FILE) -> tuple[str, ...]:
    """Makes what is not there yet and answers with the names of all tables. The endpoints are those of the environment."""
    dynamodb, tables, arns = boto3.client("dynamodb"), [], dict[str, str]()
    there = set(dynamodb.list_tables()["TableNames"])
    for name, resource in yaml.load(file.read_text("utf-8"), _Reader)["Resources"].items():  # noqa: S506 (a SafeLoader)
        if resource["Type"] == "AWS::SQS::Queue" and queues:
            properties = {key: value for key, value in resource["Properties"].items() if key != CLOUD_ONLY_QUEUE}
            arns[name] = _queue(_resolved(properties, prefix, arns))
        if resource["Type"] == "AWS::DynamoDB::Table":
            properties = {key: value for key, value in resource["Properties"].items() if key not in CLOUD_ONLY}
            properties = _resolved(properties, prefix, arns)
            tables.append(properties["TableName"])
            if properties["TableName"] not in there:
                dynamodb.create_table(**properties)
            else:
                _add_indexes(properties)
    return tuple(tables)


def allow_sender(address: str) -> None:
    """Lets the stand-in for SES send from an address, as whoever deploys proves once that it is theirs."""
    ses = boto3.client("sesv2")
    if address not in {identity["IdentityName"] for identity in ses.list_email_identities()["EmailIdentities"]}:
        ses.create_email_identity(EmailIdentity=address)


def _add_indexes(properties: dict[str, Any]) -> None:
    """Gives a table that is there already, from an earlier version of the file, the indexes that it lacks."""
    wanted = properties.get("GlobalSecondaryIndexes")
    if not wanted:
        return
    dynamodb, name = boto3.client("dynamodb"), properties["TableName"]
    there = dynamodb.describe_table(TableName=name)["Table"].get("GlobalSecondaryIndexes", ())
    has = {index["IndexName"] for index in there}
    updates = [{"Create": index} for index in wanted if index["IndexName"] not in has]
    if updates:
        keys = properties["AttributeDefinitions"]
        dynamodb.update_table(TableName=name, AttributeDefinitions=keys, GlobalSecondaryIndexUpdates=updates)


def _queue(properties: dict[str, Any]) -> str:
    """Makes one queue if it is not there yet; answers with its ARN."""
    sqs = boto3.client("sqs")
    attributes = {key: json.dumps(value) if isinstance(value, dict) else str(value) for key, value in properties.items()}
    url = sqs.create_queue(QueueName=attributes.pop("QueueName"), Attributes=attributes)["QueueUrl"]
    return str(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"])
