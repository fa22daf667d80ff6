"""The index of names, as readers get it: one item for each ending of a name, so any part of a name is the beginning of one.

Keys: `NAME#<first two characters of the ending>` / `<the rest>\\x01<code>`. A name that is found by all of it alone stands apart, where
no part of it leads: `NAME#\\x01<name>` / `\\x01<code>`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib import settings
from chalicelib.storage import engine
from chalicelib.storage.packing import unpack, upcast

PARTITION = "NAME#"
"""How the partitions of the index begin."""

END = "\x01"
"""Parts the name from the code in a sort key; sorts before every character of a name."""

PREFIX = 2
"""Characters of an ending that its partition has."""

Key = tuple[str, str]


@dataclass(frozen=True)
class NameEntry:
    """One ending of a name, the code of the organisation, and what it tells of it."""

    ending: str
    code: str
    facts: dict[str, Any]


def key_of(ending: str, code: str) -> Key:
    """Where the ending of a name of an organisation stands."""
    return PARTITION + ending[:2], ending[2:] + END + code


def key_of_whole(name: str, code: str) -> Key:
    """Where a folded name of an organisation stands that is found by all of it alone. Of one of two characters there is no part."""
    return (PARTITION + END + name, END + code) if len(name) > PREFIX else key_of(name, code)


def beginning_with(folded: str, limit: int, after: tuple[str, str] | None = None) -> list[NameEntry]:
    """Endings of names that begin with a folded text of two or more characters, in order; one Query.

    `after` is the ending and code behind which to go on; the ending begins with the text too.
    """
    pk = PARTITION + folded[:2]
    request: dict[str, Any] = {
        "TableName": settings.table("publication"),
        "KeyConditionExpression": "pk = :pk" + (" AND begins_with(sk, :rest)" if folded[2:] else ""),
        "ExpressionAttributeValues": {":pk": {"S": pk}, **({":rest": {"S": folded[2:]}} if folded[2:] else {})},
        "Limit": limit,
    }
    if after:
        first, rest = key_of(*after)
        request["ExclusiveStartKey"] = {"pk": {"S": first}, "sk": {"S": rest}}
    return [_entry(folded[:2], item) for item in engine.client().query(**request)["Items"]]


def all_of(folded: str, limit: int) -> list[NameEntry]:
    """Names that are found by all of them alone, and are this text; one Query."""
    pk = PARTITION + END + folded
    asked = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": pk}}, "Limit": limit}
    return [_entry(folded, item) for item in engine.client().query(TableName=settings.table("publication"), **asked)["Items"]]


def _entry(first: str, item: engine.Item) -> NameEntry:
    rest, _, code = item["sk"]["S"].rpartition(END)
    return NameEntry(first + rest, code, unpack(upcast(item)["body"]["B"]))
