"""Opens a submitted file by what it holds, not by its name: CSV, XLSX or JSON Lines."""

from __future__ import annotations

import codecs
from dataclasses import replace
from pathlib import Path

from chalicelib.law.decisions import Refused
from chalicelib.services.submission import csv_table, jsonl_table
from chalicelib.services.submission.table import Fault as Fault
from chalicelib.services.submission.table import Row as Row
from chalicelib.services.submission.table import Table as Table
from chalicelib.services.submission.table import bounded

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0"


def open_table(path: Path) -> Table:
    """A file as a table, or `Refused` with what to do about it."""
    table = _open(path)
    return replace(table, rows=lambda: map(bounded, table.rows()))


def _open(path: Path) -> Table:
    if not path.is_file():
        raise Refused(f"找不到文件 {path}")
    with path.open("rb") as file:
        start = file.read(1024)
    if start.startswith(_ZIP):
        from chalicelib.services.submission import xlsx_table  # openpyxl is slow to import: only who sends a workbook waits for it

        return xlsx_table.open_table(path)
    if start.startswith(_OLE):
        raise Refused(f"{path.name} 是旧版 XLS 或加了密码的工作簿，不能读取：请在表格软件中另存为不加密码的 XLSX 或 CSV（UTF-8）后重新提交")
    if start.startswith(b"%PDF"):
        raise Refused(f"{path.name} 是 PDF 文件，不是表格：请提交 CSV、XLSX 或 JSON Lines 文件")
    first = start.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    if first == b"[":
        raise Refused(f"{path.name} 是 JSON 数组：请改为 JSON Lines，每行写一个对象，去掉外层方括号和行末逗号")
    return jsonl_table.open_table(path) if first == b"{" else csv_table.open_table(path)
