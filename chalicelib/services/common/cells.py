"""Cells of the tables that are given out, so that no spreadsheet takes one for a formula."""

from __future__ import annotations


def inert(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + cell if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠") else cell
