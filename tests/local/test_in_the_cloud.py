"""The command line on a deployed system: its settings are the caller's own."""

from __future__ import annotations

import pytest

from local import command


def test_the_deployed_system_is_reached_by_the_callers_own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("DATA", "aws"), ("CITY", "nantong"), ("TABLES", "mingxin-prod-"), ("KEYS", "kms:a-key")):
        monkeypatch.setenv(f"MINGXIN_{name}", value)
    command.use_running_system()


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGXIN_DATA", "aws")
    monkeypatch.setenv("MINGXIN_TABLES", "mingxin-prod-")
    monkeypatch.delenv("MINGXIN_KEYS")
    with pytest.raises(command.NothingUsable, match="MINGXIN_CITY、MINGXIN_KEYS"):
        command.use_running_system()
