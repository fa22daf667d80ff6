"""What a policy allows and what a call needs, both as pairs of an action and a resource, so that they can be compared."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

POLICIES = Path(__file__).resolve().parents[2] / ".chalice"
Right = tuple[str, str]

WRITES = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
"""The rights that the parts of a transaction need (Amazon DynamoDB Developer Guide, "Using IAM with transactions")."""
BY_THE_PLATFORM = frozenset({("logs:CreateLogStream", "Logs"), ("logs:PutLogEvents", "Logs"), ("sqs:SendMessage", "JobsFailed")})
"""What Lambda itself does with a function's role: no call of the function shows it."""


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
                rights.add((f"kms:{operation}", "MasterKey"))
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


def _table(name: str, prefix: str) -> str:
    return name.removeprefix(prefix).capitalize()
