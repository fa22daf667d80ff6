"""Drafts of a new edition of a city's catalogue: when one is open for comment, where comments go, what came in (NT-8b).

A draft is the folder `draft/` of a city: `draft.toml`, and the items of the new edition in `catalogue/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib import cities
from chalicelib.law.catalogue import Item, parse_item
from chalicelib.law.decisions import Refused
from chalicelib.law.parameters import in_force

_DATES = ("opens", "closes", "takes_effect")


@dataclass(frozen=True)
class Draft:
    """A draft edition. Comments are taken from `opens` to `closes`, both included; it is in force from `takes_effect` on."""

    title: str
    about: str
    opens: date
    closes: date
    takes_effect: date
    comments_to: str
    items: tuple[Item, ...]
    comments: tuple[Mapping[str, str], ...]


@cache
def load(city: str) -> Draft | None:
    """The draft of a city; None when it has none, `Refused` with what is wrong in it."""
    path = cities.folder(city) / "draft"
    if not (path / "draft.toml").is_file():
        return None
    raw = cities.read_toml(path / "draft.toml")
    begin, end, effect = (_date(path, raw, name) for name in _DATES)
    if not begin <= end < effect:
        raise Refused(f"{path / 'draft.toml'}：征求意见应在新目录生效之前（opens ≤ closes < takes_effect）", "NT-8b")
    words = in_force("forbidden_fields", on=begin, rules=cities.load(city).rules).value
    files = sorted((path / "catalogue").glob("*.toml"))
    items = tuple(parse_item(entry, words) for file in files for entry in cities.read_toml(file).get("items", ()))
    if not items:
        raise Refused(f"{path / 'catalogue'} 没有目录项", "NT-8b")
    comments = tuple({part: str(entry.get(part, "")) for part in ("received", "by", "text", "reply")} for entry in raw.get("comments", ()))
    return Draft(_text(path, raw, "title"), _text(path, raw, "about"), begin, end, effect, _text(path, raw, "comments_to"), items, comments)


def _date(path: Path, raw: Mapping[str, Any], name: str) -> date:
    value = raw.get(name)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Refused(f"{path / 'draft.toml'} 的 {name} 应为日期，例如 2026-10-01", "NT-8b")
    return value


def _text(path: Path, raw: Mapping[str, Any], name: str) -> str:
    if not str(raw.get(name, "")).strip():
        raise Refused(f"{path / 'draft.toml'} 没有填写 {name}", "NT-8b")
    return str(raw[name])
