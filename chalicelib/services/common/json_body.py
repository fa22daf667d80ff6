"""JSON as a program sends it, read strictly: UTF-8, no key twice, no words that JSON does not have."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from chalicelib.law.decisions import Refused


def read(body: bytes, *, numbers_as_text: bool = False) -> Any:
    """What a body says; `Refused` when it is no such JSON. Numbers as they were written, or as numbers."""
    try:
        return json.loads(
            body.decode("utf-8-sig"),
            parse_int=str if numbers_as_text else None,
            parse_float=str if numbers_as_text else None,
            parse_constant=_no_number,
            object_pairs_hook=_without_twins,
        )
    except UnicodeDecodeError as error:
        raise Refused("请求正文不是 UTF-8 编码：JSON 只接受 UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise Refused("请求正文不是有效的 JSON，或同一个键出现了两次：请核对") from error


def _without_twins(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    entries = list(pairs)
    found = dict(entries)
    if len(found) != len(entries):
        raise ValueError("a key stands twice")
    return found


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no JSON")
