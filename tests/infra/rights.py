"""What a policy allows and what a call needs, both as pairs of an action and a resource, so that they can be compared."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
POLICIES = ROOT / ".chalice"
MEMBERS = ROOT / "infra" / "members.yaml"
Right = tuple[str, str]

WRITES = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
"""The rights that the parts of a transaction need (Amazon DynamoDB Developer Guide, "Using IAM with transactions")."""
FOLDERS = {"attachments", "exits", "exports", "reports", "mandates", "written", "trail"}
"""The folders of the buckets in which a right is to every file."""
LOGS = frozenset({("logs:CreateLogStream", "Logs"), ("logs:PutLogEvents", "Logs")})
TAKES = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
"""What Lambda needs to hand a queue's messages to a function (AWS Lambda Developer Guide, "Using Lambda with Amazon SQS")."""


def by_the_platform(name: str) -> frozenset[Right]:
    """What Lambda itself does with a function's role, as the template has it: no call of the function shows it."""
    template = yaml.safe_load(MEMBERS.read_text(encoding="utf-8"))["Resources"]
    properties = template.get(name.capitalize(), {}).get("Properties", {})
    failed = {("sqs:SendMessage", _resource(properties["DeadLetterQueue"]["TargetArn"]))} if "DeadLetterQueue" in properties else set()
    queues = [_resource(event["Properties"]["Queue"]) for event in properties.get("Events", {}).values()]
    return LOGS | failed | {(action, queue) for action in TAKES for queue in queues}


def allowed(name: str) -> set[Right]:
    """Every action of a function's policy on every resource that it names."""
    document = json.loads((POLICIES / f"policy-{name}.json").read_text(encoding="utf-8"))
    rights = set()
    for statement in document["Statement"]:
        assert statement["Effect"] == "Allow"
        rights |= {(action, _resource(named)) for action in statement["Action"] for named in statement["Resource"]}
    return rights


def _resource(named: Any) -> str:
    """`Archive`, `Archive/index/due`, `Logs`: the short name of a resource, from the parameter or resource that the policy names."""
    match named:
        case "*":
            return "*"
        case {"Ref": str(parameter)}:
            return parameter.removesuffix("Arn")
        case {"Fn::GetAtt": [str(resource), "Arn"]}:
            return resource
        case {"Fn::Sub": str(text)}:
            return text.replace("${", "").replace("Arn}", "")
    raise AssertionError(f"{named} is not the name of one resource")


def needed(calls: Iterable[Mapping[str, Any]], prefix: str) -> set[Right]:
    """What a function's role must allow for these calls; tables are named without their prefix."""
    rights: set[Right] = set()
    for call in calls:
        match call:
            case {"service": "kms", "operation": operation}:
                rights.add((f"kms:{operation}", "SigningKey" if operation == "Sign" else "MasterKey"))
            case {"service": "sns" | "sesv2" as service, "operation": operation}:
                rights.add((f"{service.removesuffix('v2')}:{operation}", "*"))
            case {"service": "s3", "operation": operation, "Bucket": bucket, "Key": key}:
                rights.add((f"s3:{operation}", _file(bucket, key)))
            case {"service": "sqs", "operation": operation, "QueueName": queue}:
                rights.add((f"sqs:{operation}", _table(queue, prefix)))
            case {"service": "sqs", "operation": operation, "QueueUrl": address}:
                rights.add((f"sqs:{operation}", _table(address.rpartition("/")[2], prefix)))
            case {"service": "dynamodb", "writes": writes}:
                rights |= {(f"dynamodb:{WRITES[kind]}", _table(table, prefix)) for kind, table in writes}
            case {"service": "dynamodb", "operation": operation, "tables": tables}:
                rights |= {(f"dynamodb:{operation}", _table(table, prefix)) for table in tables}
            case {"service": "dynamodb", "operation": operation, "TableName": table}:
                index = f"/index/{call['IndexName']}" if "IndexName" in call else ""
                rights.add((f"dynamodb:{operation}", _table(table, prefix) + index))
            case _:
                raise AssertionError(f"{call} is a call that nobody described here")
    return rights


def _file(bucket: str, key: str) -> str:
    """A file, or all of its folder where a right is to that."""
    folder, _, _ = key.partition("/")
    return f"{bucket.removeprefix('mingxin-').capitalize()}/{f'{folder}/*' if folder in FOLDERS else key}"


def _table(name: str, prefix: str) -> str:
    return "".join(part.capitalize() for part in name.removeprefix(prefix).split("-"))
