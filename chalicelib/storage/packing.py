"""How facts become bytes in an item: compact JSON, compressed; and the schema number that every item carries."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from typing import Any

SCHEMA = 2
"""The schema number that writers put on every item."""


def _as_of_schema_2(item: dict[str, Any]) -> dict[str, Any]:
    """Schema 1 had one act in an entry of the trail, in attributes of its own, and a document that was not as it is given out."""
    if "action" in item:
        act = [item[part]["S"] for part in ("action", "subject", "about", "digest")]
        rest = {name: value for name, value in item.items() if name not in ("action", "subject", "about", "digest")}
        return {**rest, "acts": {"S": json.dumps([act], separators=(",", ":"))}}
    if item["pk"]["S"].startswith("ORG#"):
        part = unpack(item["body"]["B"])
        shown = {"more": {"BOOL": part["more"]}, "good_through": {"S": part["good_through"]}}
        return {**item, **shown, "body": {"B": pack({**part["head"], "records": part["records"]})}}
    return item


UPCASTS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _as_of_schema_2}
"""For each older schema number, the step that brings a raw item to the next one."""


def upcast(item: dict[str, Any]) -> dict[str, Any]:
    """A raw DynamoDB item brought to today's schema, step by step; an item of a newer schema is an error, never guessed at."""
    schema = int(item["schema"]["N"])
    if schema > SCHEMA:
        raise ValueError(f"item of schema {schema}, this code knows up to {SCHEMA}: deploy the newer code")
    for step in range(schema, SCHEMA):
        item = UPCASTS[step](item)
    return item


def pack(facts: Any) -> bytes:
    """Facts as compressed JSON."""
    return zlib.compress(json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode(), 3)


def unpack(body: bytes) -> Any:
    """Facts from compressed JSON."""
    return json.loads(unpacked_text(body))


def unpacked_text(body: bytes) -> bytes:
    """The JSON itself, in UTF-8: its length tells how much an entry adds to an answer."""
    return zlib.decompress(body)
