"""How facts become bytes in an item: compact JSON, compressed; and the schema number that every item carries."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from typing import Any

SCHEMA = 1
"""The schema number that writers put on every item."""

UPCASTS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
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
    return zlib.compress(json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode(), 6)


def unpack(body: bytes) -> Any:
    """Facts from compressed JSON."""
    return json.loads(zlib.decompress(body))
