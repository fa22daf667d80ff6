"""What the city holds and why: its catalogue, and the draft of a new edition while it is open for comment (NT-8, NT-8b)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from chalicelib import cities, settings
from chalicelib.cities import drafts
from chalicelib.cities.drafts import Draft
from chalicelib.law.catalogue import Item
from chalicelib.law.decisions import phrase
from chalicelib.law.masking import mask_free_text

FORMAT = phrase("CSV、XLSX、JSON Lines 文件或接口，每条记录一行")
"""The format in which every item is submitted."""

Facts = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """An item of the draft and what it does to the edition in force: `new`, `changed`, `same`, or `gone`."""

    item: Facts
    change: str


@dataclass(frozen=True)
class OpenDraft:
    """A draft on a day. `state`: `announced` before the first day for comments, `open`, `closed` until it takes effect."""

    draft: Draft
    state: str
    changes: tuple[Change, ...]
    comments: tuple[Mapping[str, str], ...]


def published(*, day: date) -> Facts:
    """The catalogue in force. `defaulted`: the city's document lists no kinds, the default catalogue applies."""
    city = cities.load(settings.city())
    items = [_facts(item) for item in city.catalogue.values()]
    return {"city": city.identity.name, "defaulted": city.catalogue_defaulted, "items": items, "as_of": day.isoformat()}


def draft(*, day: date) -> OpenDraft | None:
    """The draft of a new edition, until the day on which it takes effect; None when there is none."""
    found = drafts.load(settings.city())
    if found is None or day >= found.takes_effect:
        return None
    state = "announced" if day < found.opens else "open" if day <= found.closes else "closed"
    present = {code: _facts(item) for code, item in cities.load(settings.city()).catalogue.items()}
    drafted = {item.code: _facts(item) for item in found.items}
    changes = [Change(facts, _change(facts, present.get(code))) for code, facts in drafted.items()]
    changes += [Change(facts, "gone") for code, facts in present.items() if code not in drafted]
    comments = tuple({part: mask_free_text(text) for part, text in comment.items()} for comment in found.comments)
    return OpenDraft(found, state, tuple(changes), comments)


def _change(facts: Facts, present: Facts | None) -> str:
    if present is None:
        return "new"
    return "same" if {**facts, "defaulted": None} == {**present, "defaulted": None} else "changed"


def _facts(item: Item) -> Facts:
    """All particulars of an item that NT-8 names, and its legal basis."""
    return {
        "code": item.code,
        "name": item.name,
        "category": item.category,
        "field": item.sphere,
        "disclosure": item.disclosure,
        "provider": item.provider,
        "update_cycle": item.update_cycle,
        "format": FORMAT,
        "period_of_use": item.period_of_use,
        "retention_years": item.retention_years,
        "basis": item.basis,
        "source": item.source,
        "defaulted": item.defaulted,
        "fields": [
            {
                "name": field.name,
                "label": field.label,
                "type": field.type,
                "disclosure": field.disclosure,
                "required": field.required,
                "column": field.column,
            }
            for field in item.fields
        ],
    }
