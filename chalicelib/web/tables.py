"""Entries of publicity as CSV: one row an entry, the columns of the kind in the reader's language, no cell a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.services.common.cells import inert
from chalicelib.web import words
from chalicelib.web.language import listed, say

CSV = "text/csv; charset=utf-8"
_ITEM_OF = {"licences": "licence", "penalties": "penalty"}
_COMMON = ("公示日期", "展示至", "失信程度", "标记", "提供单位", "提供单位代码")
_OWN = frozenset({"document_no", "determined_on"})
"""Labels of what stands in columns of its own."""


def csv_of(kind: str, entries: Iterable[Mapping[str, Any]]) -> str:
    """A table with a mark at its beginning, so that spreadsheets read it as UTF-8."""
    labels = {name: say(label["label"]) for name, label in words.CONTENT.get(_ITEM_OF.get(kind, kind), {}).items() if name not in _OWN}
    file = io.StringIO()
    writer = csv.writer(file)
    heads = ("编号", "主体名称", "统一社会信用代码", "主体类别", "标题", "文书号", words.PUBLICITY[kind].day)
    writer.writerow([*map(say, (*heads, *_COMMON)), *labels.values()])
    for entry in entries:
        writer.writerow([inert(_spelled(value)) for value in (*_facts(entry), *(entry["content"].get(name) for name in labels))])
    return "\ufeff" + file.getvalue()


def _facts(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    subject, provider = entry["subject"], entry["provider"]
    return (
        entry["id"],
        subject["name"],
        subject["code"],
        say(words.KIND.get(subject["kind"], subject["kind"])),
        entry["title"],
        entry["document_no"],
        entry["determined_on"],
        entry["published_on"],
        entry["valid_until"],
        say(words.SEVERITY.get(entry["severity"] or "", "")),
        listed(say(words.FLAG.get(flag, flag)) for flag in entry["flags"]),
        provider["name"],
        provider["code"],
    )


def _spelled(value: Any) -> str:
    if value is None:
        return ""
    return say("是" if value else "否") if isinstance(value, bool) else str(value)
