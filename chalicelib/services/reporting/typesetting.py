"""Sets a report as a PDF: PDF/A-3a and PDF/UA-1 by typst, its data attached as JSON. The same report gives the same bytes."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC
from functools import cache
from typing import Any

import segno
import typst

from chalicelib import settings
from chalicelib.cities import Identity
from chalicelib.law.reporting import Entry, ReportContent

STANDARDS = ["a-3a", "ua-1"]
TEMPLATE = "report.typ"
MOST_RARE = 200
"""Different characters without a glyph that one report may have."""
_NO_GLYPH = re.compile(r'the text `"(?P<text>.+?)"` could not be displayed')


class CannotSet(Exception):
    """A report cannot be set; the message is typst's, without any of the text."""


def typeset(content: ReportContent, code: str, city: Identity, *, demo: bool) -> bytes:
    """The PDF of a report, not yet signed. `code` is the check code under its number.

    A character that no font of ours has is printed as its number, 〔U+20000〕: the attached data hold the character itself.
    """
    address = f"https://{city.host}/verify/{content.number}/{code}"
    sheet = json.dumps(_sheet(content, code, city, demo=demo), ensure_ascii=False)
    data = json.dumps({**content.as_facts(), "issuer": city.operator}, ensure_ascii=False, indent=1)
    for _ in range(MOST_RARE):
        try:
            return _compiled(sheet, data, _square(address))
        except typst.TypstError as error:
            missing = _NO_GLYPH.search(str(error))
            text = json.loads(f'"{missing["text"]}"', strict=False) if missing and "\\" not in missing["text"] else ""
            if not text or text not in sheet:
                raise CannotSet(type(error).__name__) from error
            for character in text:
                sheet = sheet.replace(character, f"〔U+{ord(character):04X}〕")
    raise CannotSet("too many characters without a glyph")


def _compiled(sheet: str, data: str, square: str) -> bytes:
    return compiler().compile(format="pdf", pdf_standards=STANDARDS, sys_inputs={"sheet": sheet, "data": data, "square": square})  # type: ignore[no-any-return]


@cache
def compiler() -> Any:
    """The compiler of this process: fonts are read once."""
    fonts = settings.fonts()
    folders = [str(path) for path in (fonts, fonts / "400Regular", fonts / "700Bold") if path.is_dir()]
    return typst.Compiler(str(settings.ROOT / "templates" / TEMPLATE), font_paths=folders, ignore_system_fonts=True)


def _square(address: str) -> str:
    """The QR code as SVG."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", xmldecl=False, border=0)
    return drawn.getvalue().decode()


def _sheet(content: ReportContent, code: str, city: Identity, *, demo: bool) -> dict[str, Any]:
    """What stands on the sheet, in words."""
    made, stamped = content.made_at, content.made_at.astimezone(UTC)  # typst writes the file's own date as one in UTC
    first, last = content.period
    return {
        "title": content.title,
        "certifies": [[line.label, line.text] for line in content.certifies],
        "site": city.site_name,
        "brand": city.brand_colour,
        "demo": demo,
        "number": content.number,
        "code": code,
        "date": [stamped.year, stamped.month, stamped.day, stamped.hour, stamped.minute, stamped.second],
        "made": f"{made.year}年{made.month}月{made.day}日 {made:%H:%M}",
        "subject": [[line.label, line.text] for line in content.subject],
        "purpose": content.purpose,
        "recipient": f"仅供 {content.recipient} 使用" if content.recipient else "仅供主体本人使用",
        "data_date": _day(content.data_date),
        "period": f"{_day(first)} 至 {_day(last)}" if first else f"截至 {_day(last)}",
        "bodies": "、".join(content.bodies),
        "counts": [[section.name, len(section.entries)] for section in content.sections],
        "objections": sum("异议处理中" in entry.flags for section in content.sections for entry in section.entries),
        "sections": [
            {"name": section.name, "searched": "、".join(section.searched), "entries": [_printed(entry) for entry in section.entries]}
            for section in content.sections
        ],
        "site_address": f"https://{city.host}/verify",
        "operator": city.operator,
        "hotline": city.hotline,
    }


def _printed(entry: Entry) -> dict[str, Any]:
    ends = f"至 {_day(entry.valid_until)}" if entry.valid_until else "长期"
    return {
        "title": entry.title,
        "catalogue": entry.catalogue,
        "number": entry.document_no or "",
        "source": entry.source.label,
        "determined": _day(entry.determined_on),
        "ends": ends,
        "ends_source": entry.valid_until_source,
        "marks": [*([entry.severity] if entry.severity else []), *entry.flags],
        "lines": [[line.label, line.text] for line in entry.lines],
    }


def _day(day: Any) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
