"""A few weeks of a simulated city: nothing ended is shown, nothing is told twice or lost, whatever breaks; the same seed, the same run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bench import simulate
from chalicelib.storage import keys, publishing, report_keys

DAYS = 8


@pytest.mark.clause("NT-30")
def test_a_simulated_city_shows_nothing_that_has_ended_and_tells_each_end_once(
    archive: None, empty_tables: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINGXIN_ROOTS", str(tmp_path / "roots"))
    monkeypatch.setenv("MINGXIN_SIGNING", str(tmp_path / "signing.pem"))
    report_keys.report_key.cache_clear()
    first = simulate.simulate(11, DAYS, tmp_path)
    assert first.failures == []
    assert first.score["records that ended"] > 3
    assert first.score["jobs cut off"] > 0
    empty_tables()
    keys.keyring.cache_clear()
    publishing._marked.clear()
    monkeypatch.setenv("MINGXIN_ROOTS", str(tmp_path / "again"))
    assert simulate.digest(simulate.simulate(11, DAYS, tmp_path)) == simulate.digest(first)
