"""A record with the content that a correction states: read as intake reads a cell, so that the corrected row sent again is the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.cities import City
from chalicelib.law import corrections as law
from chalicelib.law.catalogue import Field
from chalicelib.law.decisions import Refused
from chalicelib.records.entries import Record
from chalicelib.services.submission import values as cells


def amended(record: Record, values: Mapping[str, str], city: City) -> Record:
    """A record with new values by field, amounts in CNY; `Refused` as `law.corrections.amended`, and for what its field cannot hold."""
    item = city.catalogue[record.catalogue]
    fields = {field.name: field for field in item.fields}
    read = {name: _read(value.strip(), fields[name]) if name in fields else value for name, value in values.items()}
    return law.amended(record, read, item, city.rules)


def _read(text: str, field: Field) -> Any:
    if field.required and not text:
        raise Refused("{field}没有填写，请补填", "NT-36", field=field.label)
    if field.type == "date":
        day = cells.day(text)
        return day.isoformat() if day else None
    if field.type in ("money", "money_10k"):
        return cells.yuan(text)
    return (field.choices or {}).get(text, cells.text_or_none(text))
