"""Scans of papers that people hand in: checked by their bytes, kept privately, shown by links that live a few minutes."""

from __future__ import annotations

from chalicelib import clock
from chalicelib.law import scans as law
from chalicelib.storage import files

TYPES = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg"}


def keep(content: bytes, paper: str) -> str:
    """Keep the scan of a paper under its id, and answer where; `Refused` when it is no scan."""
    kind = law.kind_of(content)
    place = f"scans/{paper}.{kind}"
    files.files().put(place, content, TYPES[kind])
    return place


def link(place: str) -> str:
    """A new link to a scan that works for five minutes."""
    return files.files().link(place, place.rpartition("/")[2], clock.now())
