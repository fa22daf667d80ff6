"""Reads CSV in UTF-8 with or without byte order mark, or in GB18030, row by row."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from chalicelib.law.decisions import Refused
from chalicelib.services.submission.table import Fault, Row, Table, columns_of, heading, row_of, tidy

CHUNK = 1 << 20

csv.field_size_limit(1 << 20)


def open_table(path: Path) -> Table:
    """A CSV file as a table, or `Refused`: another encoding, no header, a column twice."""
    encoding, lines = _examine(path)
    with path.open(encoding=encoding, newline="") as file:
        try:
            header = next(csv.reader(file), [])
        except csv.Error as error:
            raise Refused("{file} 的表头无法读取（{error}）", file=path.name, error=error) from error
    columns = columns_of([heading(cell) for cell in header], path)
    return Table(path, columns, max(lines - 1, 0), lambda: _rows(path, encoding, columns))


def _rows(path: Path, encoding: str, columns: tuple[str, ...]) -> Iterator[Row]:
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, strict=True)
        next(reader)
        for line in count(2):
            try:
                texts = [tidy(cell) for cell in next(reader)]
            except StopIteration:
                return
            except csv.Error:
                yield Row(line, {}, Fault("", "本行的引号没有配对，本行以及被它吞掉的后续各行都没有读取：请核对引号后重新提交"))
                continue
            if any(texts):
                yield row_of(line, columns, texts, _fault(texts, len(columns)))


def _fault(texts: list[str], columns: int) -> Fault | None:
    if len(texts) != columns and any("\n" in text for text in texts):
        return Fault("", "本行有一格跨了几行，格数也与表头不同，多半是引号没有配对、吞掉了后面的行：请核对引号后重新提交")
    if len(texts) > columns:
        return Fault("", f"本行比表头多{len(texts) - columns}格：内容里的逗号请用引号括起来，行末多余的逗号请删去")
    return None


def _examine(path: Path) -> tuple[str, int]:
    """The encoding of a file and about how many lines it has, read once in chunks."""
    decoders = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8", "gb18030")}
    lines, last = 0, b""
    with path.open("rb") as file:
        marked = file.read(3) == codecs.BOM_UTF8
        file.seek(0)
        while chunk := file.read(CHUNK):
            lines, last = lines + chunk.count(b"\n"), chunk
            for name in list(decoders):
                try:
                    decoders[name].decode(chunk)
                except UnicodeDecodeError:
                    del decoders[name]
    for name in list(decoders):
        try:
            decoders[name].decode(b"", final=True)
        except UnicodeDecodeError:
            del decoders[name]
    if not decoders:
        raise Refused("{file} 既不是 UTF-8 也不是 GB18030 编码，请另存为 CSV（UTF-8）后重新提交", file=path.name)
    encoding = next(iter(decoders))
    return ("utf-8-sig" if encoding == "utf-8" and marked else encoding), lines + (not last.endswith(b"\n"))
