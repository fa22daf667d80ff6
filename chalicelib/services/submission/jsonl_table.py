"""Reads JSON Lines in UTF-8: one object a line, its keys the columns, its values texts, numbers, true, false or null."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

from chalicelib.law.decisions import Refused
from chalicelib.services.submission.table import Fault, Row, Table, columns_of, heading, tidy

LONGEST = 1 << 20
"""Bytes of one line."""


def open_table(path: Path) -> Table:
    """A JSON Lines file as a table, or `Refused`: not UTF-8, or no object in it.

    It is read once ahead, since any line may bring a column of its own.
    """
    columns: dict[str, None] = {}
    rows = objects = 0
    for row in _rows(path):
        rows, objects = rows + 1, objects + bool(row.cells)
        columns.update(dict.fromkeys(row.cells))
    if not objects:
        raise Refused(f"{path.name} 中没有一行是完整的 JSON 对象：请每行写一个对象，不要换行排版")
    return Table(path, columns_of(list(columns), path), rows, lambda: _rows(path))


def cells_of(values: Mapping[str, Any]) -> tuple[dict[str, str], Fault | None]:
    """The cells of one JSON object, and the first thing in it that no cell can hold."""
    cells: dict[str, str] = {}
    faults: list[Fault] = []
    for key, value in values.items():
        column = heading(_printable(key))
        if column in cells:
            faults.append(Fault(column, "同一列在本行出现两次：请只保留一个"))
            continue
        if isinstance(value, list | dict):
            faults.append(Fault(column, "内容是嵌套的对象或数组：请改为一段文字"))
        text = _text(value)
        cells[column] = tidy(_printable(text))
        if _printable(text) != text or _printable(key) != key:
            faults.append(Fault(column, "含有无效的字符（不成对的代理码）：请重新导出"))
    return cells, faults[0] if faults else None


def _rows(path: Path) -> Iterator[Row]:
    for line, raw in _lines(path):
        if raw is None:
            yield Row(line, {}, Fault("", f"本行超过 {LONGEST >> 20} MB：请核对是否每行一个对象"))
            continue
        try:
            text = raw.decode("utf-8").strip()
        except UnicodeDecodeError as error:
            raise Refused(f"{path.name} 第{line}行不是 UTF-8 编码：JSON Lines 只接受 UTF-8，请转换后重新提交") from error
        if text:
            cells, fault = _read(text)
            if fault or any(cells.values()):
                yield Row(line, cells, fault)


def _lines(path: Path) -> Iterator[tuple[int, bytes | None]]:
    """Each line with its number from 1; None for one that is too long."""
    with path.open("rb") as file:
        for number in count(1):
            line = file.readline(LONGEST + 1)
            if not line:
                return
            if len(line) <= LONGEST:
                yield number, line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
                continue
            while line and not line.endswith(b"\n"):
                line = file.readline(LONGEST)
            yield number, None


def _read(text: str) -> tuple[dict[str, str], Fault | None]:
    """Numbers stay as they are written: 18 digits lose nothing, and 3.2E+17 is seen for what it is."""
    try:
        values = json.loads(text, parse_int=str, parse_float=str, parse_constant=_no_number, object_pairs_hook=_without_twins)
    except _Twice as twice:
        return {}, Fault(heading(_printable(str(twice))), "同一列在本行出现两次：请只保留一个")
    except (ValueError, RecursionError):
        return {}, Fault("", "本行不是完整的 JSON 对象：请每行写一个对象，不要换行排版")
    if not isinstance(values, dict):
        return {}, Fault("", '本行不是 JSON 对象：请写成 {"列名": "内容"}')
    return cells_of(values)


class _Twice(ValueError):
    """A key that an object has twice."""


def _without_twins(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Twice(key)
        found[key] = value
    return found


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)


def _printable(text: str) -> str:
    """The text with what no file can hold (half of a surrogate pair) replaced."""
    return text.encode("utf-8", "replace").decode("utf-8")
