"""Measures the bars of small pictures; templates draw them, with the same numbers as a table beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BAR = 22
"""Width of a bar and the gap beside it, in the picture's own units."""
GAP = 6
HEIGHT = 90
"""Height of the longest bar."""
ABOVE = 20
"""Room above the bars for the largest number."""
BELOW = 22
"""Room under the bars for the names of the first and last one."""


@dataclass(frozen=True)
class Bar:
    """One bar: what it stands for, its number, and where it is drawn."""

    label: str
    number: int
    x: int
    y: int
    height: int


@dataclass(frozen=True)
class Chart:
    """A row of bars with one scale from zero."""

    bars: tuple[Bar, ...]
    width: int
    height: int
    base: int
    total: int
    largest: Bar | None


def chart(numbers: Sequence[tuple[str, int]]) -> Chart:
    """Bars for labelled numbers. Zero has no bar, every other number at least one unit."""
    most = max((number for _, number in numbers), default=0)
    bars = []
    for place, (label, number) in enumerate(numbers):
        height = max(1, round(number / most * HEIGHT)) if number else 0
        bars.append(Bar(label, number, place * (BAR + GAP), ABOVE + HEIGHT - height, height))
    largest = max(bars, key=lambda bar: bar.number) if most else None
    width = max(1, len(bars)) * (BAR + GAP) - GAP
    return Chart(tuple(bars), width, ABOVE + HEIGHT + BELOW, ABOVE + HEIGHT, sum(bar.number for bar in bars), largest)
