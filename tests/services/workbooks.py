"""Workbooks as Excel itself writes them, which openpyxl does not: texts in a table of their own, days as numbers with a format."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from openpyxl.utils import get_column_letter

SHEET = "xl/worksheets/sheet1.xml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {"worksheets/sheet1.xml": "worksheet", "styles.xml": "styles", "sharedStrings.xml": "sharedStrings"}


def write_as_excel_does(path: Path, row: Mapping[str, Any]) -> Path:
    """A header and one row; each text in two runs of different fonts, with a reading aid that is no part of it."""
    texts: list[str] = []
    lines = [list(row), list(row.values())]
    sheet = "".join(_row(number, values, texts) for number, values in enumerate(lines, 1))
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">{"".join(_content_types())}</Types>',
        "_rels/.rels": _relations({"xl/workbook.xml": "officeDocument"}),
        "xl/_rels/workbook.xml.rels": _relations(_PARTS),
        "xl/workbook.xml": _part("workbook", '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets>'),
        "xl/styles.xml": _part("styleSheet", '<cellXfs><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs>'),
        "xl/sharedStrings.xml": _part("sst", "".join(map(_runs, texts))),
        SHEET: _part("worksheet", f'<dimension ref="A1:{get_column_letter(len(row))}2"/><sheetData>{sheet}</sheetData>'),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + text)
    return path


def _row(number: int, values: list[Any], texts: list[str]) -> str:
    cells = "".join(_cell(f"{get_column_letter(place)}{number}", value, texts) for place, value in enumerate(values, 1))
    return f'<row r="{number}" spans="1:{len(values)}" ht="15" customHeight="1">{cells}</row>'


def _cell(at: str, value: Any, texts: list[str]) -> str:
    if isinstance(value, date):
        return f'<c r="{at}" s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{at}"><v>{value!r}</v></c>'
    if not value:
        return f'<c r="{at}" s="0"/>'
    texts.append(value)
    return f'<c r="{at}" t="s"><v>{len(texts) - 1}</v></c>'


def _runs(text: str) -> str:
    first, rest = escape(text[:1]), escape(text[1:])
    bold = f'<r><rPr><b/></rPr><t xml:space="preserve">{rest}</t></r>'
    return f'<si><r><t>{first}</t></r>{bold}<rPh sb="0" eb="1"><t>yin</t></rPh></si>'


def _part(root: str, content: str) -> str:
    return f'<{root} xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{content}</{root}>'


def _relations(targets: Mapping[str, str]) -> str:
    relations = (
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (target, kind) in enumerate(targets.items(), 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{"".join(relations)}</Relationships>'


def _content_types() -> Iterator[str]:
    yield '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    for name, kind in {"workbook.xml": "sheet.main", **_PARTS}.items():
        yield f'<Override PartName="/xl/{name}" ContentType="{_TYPE}.{kind}+xml"/>'
