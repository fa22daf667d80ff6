"""Finds the QR code that a page of a PDF shows and reads its modules, as far as telling it from every other takes."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import segno
from PIL import Image

RESOLUTION = 300
"""Dots to the inch: a module of the code is a dozen of them."""
DARK = 128
"""The grey from which on a dot is light."""
BAR = re.compile(rb"\x01{21,}")
"""A dark line long enough for the edge of a finder square."""
FINDER = 7
"""Modules across one of the three squares in a code's corners."""


def shows(pdf: Path, address: str) -> bool:
    """Whether the code on the first page of a PDF says an address, module for module."""
    printed = pdf.with_suffix("")
    subprocess.run(["pdftoppm", "-gray", "-r", str(RESOLUTION), "-l", "1", "-singlefile", pdf, printed], check=True)
    page = Image.open(pdf.with_suffix(".pgm"))
    expected = [[bool(module) for module in row] for row in segno.make(address, error="m", micro=False).matrix]
    top, left, size = _square(page)
    module = size / len(expected)
    found = [
        [_dark(page, left + (column + 0.5) * module, top + (row + 0.5) * module) for column in range(len(expected))]
        for row in range(len(expected))
    ]
    return found == expected


def _square(page: Image.Image) -> tuple[int, int, int]:
    """Where the code begins, and how many dots it measures: from its first finder square to the end of the second."""
    dots = page.point([1] * DARK + [0] * (256 - DARK)).tobytes()
    for top in range(page.height):
        bars = BAR.finditer(dots, top * page.width, (top + 1) * page.width)
        finders = [bar for bar in bars if _is_finder(page, bar.start() % page.width, top, len(bar[0]))]
        if len(finders) == 2:
            first, second = finders
            return top, first.start() % page.width, second.end() - first.start()
    raise AssertionError("no code on this page")


def _is_finder(page: Image.Image, left: int, top: int, size: int) -> bool:
    module = size / FINDER
    middle = [_dark(page, left + (place + 0.5) * module, top + size / 2) for place in range(FINDER)]
    return middle == [True, False, True, True, True, False, True]


def _dark(page: Image.Image, x: float, y: float) -> bool:
    value = page.getpixel((min(int(x), page.width - 1), min(int(y), page.height - 1)))
    assert isinstance(value, int)
    return value < DARK
