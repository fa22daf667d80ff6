"""Reads submitted files: CSV in UTF-8 with or without byte order mark, or GB18030, row by row."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from chalicelib.law.decisions import Refused
from chalicelib.law.names import standard_characters

CHUNK = 1 << 20
_NOT_CSV = {b"PK\x03\x04": "XLSX 工作簿", b"\xd0\xcf\x11\xe0": "XLS 工作簿", b"%PDF": "PDF 文件"}

csv.field_size_limit(1 << 20)


@dataclass(frozen=True)
class Row:
    """One row as it came: its line (the header is line 1, as a spreadsheet counts) and its cells by column."""

    line: int
    cells: Mapping[str, str]
    surplus: int = 0


@dataclass(frozen=True)
class Table:
    """A file that can be read: its encoding, its columns, and about how many rows it has."""

    path: Path
    encoding: str
    columns: tuple[str, ...]
    about_rows: int

    def rows(self) -> Iterator[Row]:
        """Each row that has any content."""
        with self.path.open(encoding=self.encoding, newline="") as file:
            reader = csv.reader(file)
            next(reader)
            try:
                for line, cells in enumerate(reader, start=2):
                    texts = [standard_characters(cell).strip() for cell in cells]
                    if any(texts):
                        padded = texts + [""] * (len(self.columns) - len(texts))
                        yield Row(line, dict(zip(self.columns, padded, strict=False)), max(len(texts) - len(self.columns), 0))
            except csv.Error as error:
                raise Refused(f"第{reader.line_num}行附近不是有效的 CSV（{error}），请核对引号后重新导出") from error


def open_table(path: Path) -> Table:
    """A file as a table, or `Refused` with what to do about it."""
    if not path.is_file():
        raise Refused(f"找不到文件 {path}")
    with path.open("rb") as file:
        start = file.read(4)
    for magic, name in _NOT_CSV.items():
        if start.startswith(magic):
            raise Refused(f"{path.name} 是{name}，不是 CSV：请在表格软件中“另存为 CSV（UTF-8）”后重新提交")
    encoding, lines = _examine(path)
    with path.open(encoding=encoding, newline="") as file:
        try:
            header = next(csv.reader(file), [])
        except csv.Error as error:
            raise Refused(f"{path.name} 的表头无法读取（{error}）") from error
    columns = tuple(cell.strip() for cell in header)
    if not any(columns):
        raise Refused(f"{path.name} 是空文件，没有表头")
    twice = sorted({column for column in columns if column and columns.count(column) > 1})
    if twice:
        raise Refused(f"表头有重复的列：{'、'.join(twice)}")
    return Table(path, encoding, columns, max(lines - 1, 0))


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
        raise Refused(f"{path.name} 既不是 UTF-8 也不是 GB18030 编码，请另存为 CSV（UTF-8）后重新提交")
    encoding = next(iter(decoders))
    return ("utf-8-sig" if encoding == "utf-8" and marked else encoding), lines + (not last.endswith(b"\n"))
