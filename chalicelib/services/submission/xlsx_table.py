"""Reads XLSX workbooks: the one sheet that has content, its first row the header, every cell as its reader would type it.

A department's file is not trusted: its unpacked size, its rows and its columns are bounded before anything is read, and
document type definitions (by which XML can grow without bound) are refused.
"""

from __future__ import annotations

import re
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

import openpyxl
from openpyxl.formula.tokenizer import TokenizerError
from openpyxl.utils.escape import unescape

from chalicelib.law.decisions import Refused
from chalicelib.services.submission.table import Fault, Row, Table, columns_of, heading, row_of, tidy

MOST_UNPACKED = 400 << 20
"""Bytes of all sheets together once unpacked: about 300,000 rows of the widest layout."""
MOST_OTHER = 128 << 20
"""Bytes of everything else once unpacked, the table of texts among it, which is held in memory."""
MOST_ROWS = 1_048_576
"""Rows of a sheet, as in Excel itself."""
EXACT = 10**15
"""From here on Excel keeps no number exactly: it has 15 digits."""
LOOKED_AT = 200
"""Rows in which a sheet must show something to count as having content."""
CHUNK = 1 << 20

_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_FORMULA = re.compile(rb"<(?:[A-Za-z0-9]+:)?f[\s/>]")
_UNSAFE = re.compile(rb"<!DOCTYPE|<!ENTITY|^(?:\xff\xfe|\xfe\xff)")
_OVERLAP = 64
_BROKEN = (
    BadZipFile, zlib.error, ParseError, TokenizerError, KeyError, IndexError, ValueError, TypeError, AttributeError, OSError, EOFError,
    NotImplementedError, RuntimeError,
)  # fmt: skip
"""What openpyxl raises for a workbook that is damaged, encrypted or something else."""

Cells = Sequence[Any]


def open_table(path: Path) -> Table:
    """An XLSX file as a table, or `Refused`: damaged, too large, several sheets with content, no header in row 1."""
    formulas = _examine(path)
    with _workbook(path) as book:
        sheet = _sheet(book, path)
        about = min(sheet.max_row or 1, MOST_ROWS) - 1
        header = _header(next(_cells(sheet, path), ()))
    columns = columns_of(header, path)
    return Table(path, columns, about, lambda: _rows(path, columns, formulas))


def _rows(path: Path, columns: tuple[str, ...], formulas: bool) -> Iterator[Row]:
    with ExitStack() as stack:
        values = _cells(_sheet(stack.enter_context(_workbook(path)), path), path)
        written: Iterator[Cells] = iter(())
        if formulas:
            written = _cells(_sheet(stack.enter_context(_workbook(path, data_only=False)), path), path)
        for line, cells in enumerate(values, start=1):
            beside = next(written, ())
            if line == 1:
                continue
            texts, fault = _read(columns, cells, beside)
            if fault or any(texts):
                yield row_of(line, columns, texts[: len(columns)], fault)


def _read(columns: tuple[str, ...], cells: Cells, beside: Cells) -> tuple[list[str], Fault | None]:
    """The texts of a row's cells, and the first cell that cannot be taken."""
    texts: list[str] = []
    first: Fault | None = None
    for place, cell in enumerate(cells):
        text, reason = _text(cell)
        if not reason and _lacks_its_result(cell, beside[place] if place < len(beside) else None):
            reason = "是没有计算结果的公式：请在表格软件中打开并保存，或把公式粘贴为数值"
        text = tidy(text)
        if not reason and text and place >= len(columns):
            reason = f"第{place + 1}格超出了表头：请删去，或在表头补上列名"
        if reason and first is None:
            first = Fault(columns[place] if place < len(columns) else "", reason)
        texts.append(text)
    return texts, first


def _text(cell: Any) -> tuple[str, str]:
    """A cell as its reader would type it, and why it cannot be taken, if so."""
    value, kind = cell.value, cell.data_type
    if value is None:
        return "", ""
    if kind == "e":
        return str(value), f"单元格是错误值 {value}：请改正后重新提交"
    if isinstance(value, bool):
        return ("是" if value else "否"), ""
    if isinstance(value, datetime):
        return (value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")), ""
    if isinstance(value, date | time):
        return value.isoformat(), ""
    if isinstance(value, int | float):
        return _number(value)
    return unescape(str(value)), ""


def _number(value: int | float) -> tuple[str, str]:
    if abs(value) >= EXACT:
        return f"{value:.0f}", "被 Excel 存成了数字，第15位以后的数字已丢失：请把该列设为“文本”后重新填写"
    text = format(Decimal(f"{value:.15g}"), "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text), ""


def _lacks_its_result(cell: Any, written: Any) -> bool:
    """Whether a cell holds a formula of which the file keeps no result; an empty text ("str") is a result."""
    return written is not None and written.data_type == "f" and cell.value is None and cell.data_type != "str"


def _header(cells: Cells) -> list[str]:
    texts = [heading(_text(cell)[0]) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _sheet(book: Any, path: Path) -> Any:
    """The one sheet to read: hidden ones hold choices for drop-down lists, empty ones nothing."""
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    filled = [sheet for sheet in sheets if _has_content(sheet, path)]
    if len(filled) > 1:
        names = "、".join(sheet.title for sheet in filled)
        raise Refused(f"{path.name} 有几张工作表都有内容（{names}）：请每张另存为一个文件，分别提交")
    if not filled:
        raise Refused(f"{path.name} 是空文件，没有表头：第一行应为列名")
    return filled[0]


def _has_content(sheet: Any, path: Path) -> bool:
    return any(cell.value is not None for cells in islice(_cells(sheet, path), LOOKED_AT) for cell in cells)


def _cells(sheet: Any, path: Path) -> Iterator[Cells]:
    """The cells of each row, from row 1 on, also of rows that the file leaves out; `Refused` where the file is damaged."""
    sheet.reset_dimensions()  # what a file says of its own size is often wrong
    rows = sheet.iter_rows()
    for line in range(1, MOST_ROWS + 2):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what openpyxl would lose when saving
            try:
                cells = next(rows, None)
            except _BROKEN as error:
                raise Refused(f"{path.name} 第{line}行附近已损坏，不能读取：请在表格软件中重新保存后提交") from error
        if cells is None:
            return
        if line > MOST_ROWS:
            raise Refused(f"{path.name} 超过 {MOST_ROWS} 行：请拆成几个文件后分别提交")
        yield cells


@contextmanager
def _workbook(path: Path, data_only: bool = True) -> Iterator[Any]:
    """A workbook with the results of its formulas, or else with the formulas themselves; closed at the end."""
    with path.open("rb") as file, closing(_load(file, path, data_only)) as book:
        yield book


def _load(file: IO[bytes], path: Path, data_only: bool) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return openpyxl.load_workbook(file, read_only=True, data_only=data_only, keep_links=False)
        except _BROKEN as error:
            raise _unreadable(path) from error


def _examine(path: Path) -> bool:
    """Whether the sheets hold formulas; `Refused` for what is no workbook, too large or unsafe.

    The sizes that a zip archive declares bind whoever unpacks it: Python's zipfile gives no byte more.
    """
    try:
        with ZipFile(path) as archive:
            parts = archive.infolist()
            if "xl/workbook.xml" not in archive.namelist():
                raise _unreadable(path)
            sheets = sum(part.file_size for part in parts if _SHEET.fullmatch(part.filename))
            if sheets > MOST_UNPACKED or sum(part.file_size for part in parts) - sheets > MOST_OTHER:
                raise Refused(f"{path.name} 解压后过大：请拆成几个文件，或另存为 CSV（UTF-8）后提交")
            xml = [part.filename for part in parts if part.filename.endswith((".xml", ".rels"))]
            if any(_found(archive, name, _UNSAFE) for name in xml):
                raise Refused(f"{path.name} 含有不安全的 XML 声明，不能读取：请在表格软件中重新保存后提交")
            return any(_found(archive, name, _FORMULA) for name in xml if _SHEET.fullmatch(name))
    except _BROKEN as error:
        raise _unreadable(path) from error


def _found(archive: ZipFile, name: str, pattern: re.Pattern[bytes]) -> bool:
    """Whether a part of the archive holds a pattern."""
    with archive.open(name) as part:
        tail = b""
        while chunk := part.read(CHUNK):
            if pattern.search(tail + chunk):
                return True
            tail = chunk[-_OVERLAP:]
    return False


def _unreadable(path: Path) -> Refused:
    return Refused(f"{path.name} 不是完整的 XLSX 工作簿，不能读取：请在表格软件中另存为 XLSX 或 CSV（UTF-8）后重新提交")
