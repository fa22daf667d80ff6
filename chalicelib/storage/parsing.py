"""Reads what DynamoDB answers: items are taken as they came, only their bytes are decoded.

botocore takes each value of each attribute apart by the description of all ten types that it could have: for a page of records that was
more than all the rest of the page. What comes out is the same.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

from botocore.parsers import JSONParser, ResponseParser, ResponseParserFactory

_VALUE = "AttributeValue"


class Parsers(ResponseParserFactory):
    """Gives a session's clients our parser where they speak DynamoDB's protocol."""

    def create_parser(self, protocol_name: str) -> ResponseParser:
        """The parser of a protocol."""
        return _Parser() if protocol_name == "json" else super().create_parser(protocol_name)


class _Parser(JSONParser):
    def _handle_list(self, shape: Any, value: list[Any]) -> list[Any]:
        if shape.member.type_name == "map" and shape.member.value.name == _VALUE:
            return [{name: one if "S" in one else _plain(one) for name, one in item.items()} for item in value]  # most are texts
        parsed: list[Any] = super()._handle_list(shape, value)
        return parsed

    def _handle_map(self, shape: Any, value: Mapping[str, Any]) -> dict[str, Any]:
        if shape.value.name == _VALUE:
            return {name: _plain(one) for name, one in value.items()}
        parsed: dict[str, Any] = super()._handle_map(shape, value)
        return parsed


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    for kind, held in value.items():  # a value has one type
        if kind in _AS_THEY_CAME:
            return value
        return {kind: _DECODED[kind](held)}
    return value


_AS_THEY_CAME = frozenset({"S", "N", "BOOL", "NULL", "SS", "NS"})
_DECODED: Mapping[str, Callable[[Any], Any]] = {
    "B": b64decode,
    "BS": lambda texts: [b64decode(text) for text in texts],
    "L": lambda values: [_plain(one) for one in values],
    "M": lambda values: {name: _plain(one) for name, one in values.items()},
}
