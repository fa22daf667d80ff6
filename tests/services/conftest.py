"""What tests of use cases share: an archive with nothing in it, and files as departments send them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chalicelib.records.submissions import Outcome
from chalicelib.services.submission import intake
from chalicelib.storage import keys, publishing
from tests.services.rows import OFFICE

Send = Callable[..., Outcome]


@pytest.fixture
def archive(tables: str, at: Callable[[str], None]) -> Iterator[None]:
    """Empty tables, fresh keys, and the morning of 21 November 2026."""
    keys.keyring.cache_clear()
    publishing._marked.clear()
    at("2026-11-21T09:00:00+08:00")
    yield
    keys.keyring.cache_clear()


@pytest.fixture
def send(archive: None, tmp_path: Path) -> Send:
    """Sends rows of a kind as a CSV file and answers what became of them; the file is `sent.csv` in `tmp_path`."""

    def send(kind: str, *rows: dict[str, str], encoding: str = "utf-8-sig") -> Outcome:
        path = tmp_path / "sent.csv"
        with path.open("w", encoding=encoding, newline="") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(column for row in rows for column in row)))
            writer.writeheader()
            writer.writerows(rows)
        return intake.import_file(kind, path, provider=OFFICE)

    return send
