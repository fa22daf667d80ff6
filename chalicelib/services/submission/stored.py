"""Checked rows on their way into the archive, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from chalicelib.services.submission.parties import CellRefused
from chalicelib.services.submission.rows import RecordRow, SubjectRow

Decided = Literal["accepted", "duplicate"]


@dataclass(frozen=True)
class Result:
    """What became of one row."""

    line: int
    decided: Decided | CellRefused


@dataclass
class Stored:
    """What became of rows, and the ids of subjects whose publication is behind: it must be made from the whole archive."""

    results: list[Result] = field(default_factory=list)
    behind: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Line:
    """A checked row and where it stood in the file."""

    number: int
    row: SubjectRow | RecordRow
