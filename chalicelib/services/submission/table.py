"""What every submitted file becomes, whatever its format: columns, and rows one after the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chalicelib.law.decisions import Refused
from chalicelib.law.names import standard_characters

_PRIVATE_USE = re.compile("[\ue000-\uf8ff]")
_UNPRINTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Control characters and those that turn the direction of writing; line ends and tabs stay."""

_OPENING, _CLOSING = re.compile(r"\s*[（(]\s*"), re.compile(r"\s*[）)]")
_OTHER_SEPARATOR = re.compile(r"[;；，\t|]")

MOST_COLUMNS = 500
"""Columns of one file; the widest national layout has 31."""

LONGEST_ROW = 20_000
"""Characters of one row in all: what is stored of it must fit into one item."""


@dataclass(frozen=True)
class Fault:
    """Why a row cannot be read as it stands in its file: the column (empty: the row as a whole) and what to do."""

    column: str
    reason: str


@dataclass(frozen=True)
class Row:
    """One row as it came: its line in the file, its cells by column, and what is wrong with it before anything is checked.

    In CSV and XLSX the header is line 1 and rows count as a spreadsheet counts them; in JSON Lines it is the line of the file.
    """

    line: int
    cells: Mapping[str, str]
    fault: Fault | None = None


@dataclass(frozen=True)
class Table:
    """A file that can be read: its columns, about how many rows it has, and `rows()`: each row that has any content."""

    path: Path
    columns: tuple[str, ...]
    about_rows: int
    rows: Callable[[], Iterator[Row]]


def tidy(text: str) -> str:
    """A cell without spaces around it, without characters that nobody can see, with the standard ones of GB 18030-2022."""
    return _UNPRINTED.sub("", standard_characters(text) if _PRIVATE_USE.search(text) else text).strip()


def heading(text: str) -> str:
    """A column's name as the layouts write it: departments type its brackets in full width, or with spaces around them."""
    return _CLOSING.sub(")", _OPENING.sub("(", tidy(text)))


def columns_of(header: Sequence[str], path: Path) -> tuple[str, ...]:
    """The columns of a header row, or `Refused`: none, too many, one twice, or all in one cell."""
    columns = tuple(header)
    if not any(columns):
        raise Refused("{file} 没有表头：第一行应为列名，不能空着", file=path.name)
    if len(columns) == 1 and _OTHER_SEPARATOR.search(columns[0]):
        raise Refused("{file} 的各列之间不是英文逗号：请另存为 CSV（UTF-8，以逗号分隔）后重新提交", file=path.name)
    if len(columns) > MOST_COLUMNS:
        raise Refused("{file} 有 {count} 列，超过 {most} 列：请核对第一行是否为表头", file=path.name, count=len(columns), most=MOST_COLUMNS)
    twice = sorted({column for column in columns if column and columns.count(column) > 1})
    if twice:
        raise Refused("表头有重复的列：{columns}", columns="、".join(twice))
    return columns


def row_of(line: int, columns: Sequence[str], texts: Sequence[str], fault: Fault | None = None) -> Row:
    """A row from the texts of its cells; missing cells at its end are empty."""
    padded = [*texts, *[""] * (len(columns) - len(texts))]
    return Row(line, dict(zip(columns, padded, strict=False)), fault)


def bounded(row: Row) -> Row:
    """The row, or, when it is too long to be kept, only that it is."""
    if sum(map(len, row.cells.values())) <= LONGEST_ROW:
        return row
    return Row(row.line, {}, Fault("", f"本行内容超过{LONGEST_ROW // 10_000}万字，不能入库：请删减"))
