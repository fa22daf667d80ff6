"""Two weeks of a simulated city: nothing ended is shown, nothing is told twice or lost, whatever breaks; the same seed, the same run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bench import simulate
from chalicelib.storage import keys, publishing, report_keys

DAYS = 14


@pytest.fixture
def run(empty_tables: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], simulate.City]:
    """Simulates a city in empty tables, in a folder of its own."""

    def run(name: str) -> simulate.City:
        empty_tables()
        keys.keyring.cache_clear()
        publishing._marked.clear()
        report_keys.report_key.cache_clear()
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.setenv("MINGXIN_ROOTS", str(folder / "roots"))
        monkeypatch.setenv("MINGXIN_SIGNING", str(folder / "signing.pem"))
        monkeypatch.setenv("MINGXIN_KEYS", str(folder / "keys.json"))
        for changed in ("NOW", "NOW_SINCE", "SITE", "FILES", "SMS_GATEWAY", "SMS_GATEWAY_KEY", "SMS_GATEWAY_SECRET"):
            monkeypatch.setenv(f"MINGXIN_{changed}", "")
        return simulate.simulate(11, DAYS, folder)

    return run


@pytest.mark.clause("NT-30", "NT-32", "NT-35", "NTG-2.5")
def test_a_simulated_city_shows_nothing_that_has_ended_reminds_of_every_last_day_and_tells_all_once(
    archive: None, run: Callable[[str], simulate.City]
) -> None:
    first = run("first")
    assert first.failures == []
    seen = {name: first.score[name] > 0 for name in ("records that ended", "cut off", "objections", "repairs", "messages", "reminders")}
    assert all(seen.values()), seen
    assert simulate.digest(run("again")) == simulate.digest(first), "the same seed gives the same run"
