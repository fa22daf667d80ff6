"""The opaque cursor by which an answer goes on: where the last one ended, readable by nobody but the service that made it."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from chalicelib.law.decisions import Refused


def cursor_at(position: list[Any]) -> str:
    """A cursor for a position: strings and whole numbers."""
    return base64.urlsafe_b64encode(json.dumps(position, ensure_ascii=False, separators=(",", ":")).encode()).decode().rstrip("=")


def position_of(cursor: str, types: tuple[type, ...]) -> list[Any]:
    """The position in a cursor; `Refused` when it is not one of these types."""
    try:
        position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise Refused("翻页参数 cursor 无效：请从第一页重新开始") from error
    if not isinstance(position, list) or [type(part) for part in position] != list(types) or not _sane(position):
        raise Refused("翻页参数 cursor 无效：请从第一页重新开始")
    return position


def _sane(position: list[Any]) -> bool:
    return all(0 <= part < 10_000 if isinstance(part, int) else len(part) < 300 and part.isprintable() for part in position)
