"""A record written as the row in which it could have come in: the other way round from `rows`, for those who receive it from us."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from chalicelib.law.catalogue import Field, Item
from chalicelib.records.entries import Record
from chalicelib.records.kinds import Severity, SubjectKind
from chalicelib.records.subjects import Subject
from chalicelib.services.submission.rows import SOURCE, layout_of

KINDS: dict[SubjectKind, str] = {
    "organisation": "法人及非法人组织",
    "government_body": "法人及非法人组织",
    "individual_business": "个体工商户",
    "natural_person": "自然人",
}
SEVERITIES: dict[Severity, str] = {"minor": "轻微", "general": "一般", "severe": "严重"}
NO_END = "2099/12/31"
_PER_10K = Decimal(10000)


def row_of(record: Record, item: Item, subject: Subject) -> dict[str, str]:
    """The cells of a record of an organisation by the columns of its item's layout."""
    layout = layout_of(item)
    cells = {field.column: _spelled(record.content.get(field.name), field) for field in item.fields if field.disclosure != "secret"}
    cells |= {layout.name: record.subject_name, layout.kind: KINDS[subject.profile.kind], layout.code: subject.codes[0]}
    cells |= {SOURCE[0]: record.provider.name, SOURCE[1]: record.provider.code}
    columns = item.columns
    cells[columns["title"][0]] = record.title
    cells[columns["determined_on"][0]] = record.determined_on.isoformat()
    if "document_no" in columns:
        cells[columns["document_no"][0]] = record.document_no or ""
    if "stated_end" in columns:
        cells[columns["stated_end"][0]] = record.valid_until.isoformat() if record.valid_until else _without_end(item)
    if record.severity:
        cells["失信程度"] = SEVERITIES[record.severity]
    return cells


def _without_end(item: Item) -> str:
    return NO_END if item.without_end == "say" else ""


def _spelled(value: Any, field: Field) -> str:
    if value is None:
        return ""
    if field.choices:
        return next((word for word, meant in field.choices.items() if meant == value), "")
    if field.type == "money_10k":
        return format(Decimal(str(value)) / _PER_10K, "f")
    return str(value)
