"""`rebuild`, `backup`, `restore` and `batch`: what they print, and their exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from chalicelib.law.decisions import Refused
from chalicelib.services.publication import rebuild
from chalicelib.services.submission import batches
from chalicelib.services.upkeep import backup
from local import command

BATCH = {"batch": "b_1", "kind": "penalties", "provider": "P", "started": "2026-11-21T09:00:00+08:00", "ended": None, "state": "cut_off"}
COUNTS = {"accepted": 1, "duplicate": 0, "refused": 2}


@pytest.fixture(autouse=True)
def system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "use_running_system", lambda: None)


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(command.main, list(arguments))


def last_line(result: Result) -> Any:
    return json.loads(result.stdout.strip().split("\n")[-1])


@pytest.mark.parametrize(("failed", "code"), [(0, 0), (2, 1)])
def test_a_rebuild_prints_its_counts(monkeypatch: pytest.MonkeyPatch, failed: int, code: int) -> None:
    counts = {"subjects": 3, "published": 1, "removed": 0, "failed": failed, "seconds": 0.1}
    monkeypatch.setattr(rebuild, "rebuild", lambda progress: counts)
    result = invoke("rebuild")
    assert (result.exit_code, last_line(result)) == (code, counts)


def test_a_backup_reminds_of_the_key_and_a_restore_takes_erasures(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(backup, "backup", lambda to, progress: asked.append(to) or {"archive": 1})
    monkeypatch.setattr(backup, "restore", lambda of, erasures, progress: asked.append((of, erasures)) or {"archive": 1, "failed": 0})
    result = invoke("backup", str(tmp_path / "copy"))
    assert (result.exit_code, last_line(result)) == (0, {"archive": 1})
    assert "主密钥" in result.stderr
    assert invoke("restore", str(tmp_path / "copy"), "--erasures", str(tmp_path)).exit_code == 0
    assert asked == [tmp_path / "copy", (tmp_path / "copy", tmp_path)]


@pytest.mark.parametrize(("error", "said"), [(Refused("档案库不是空的"), "档案库不是空的"), (TimeoutError("x"), "数据库持续繁忙")])
def test_what_cannot_be_done_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: Exception, said: str) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(backup, "restore", fails)
    result = invoke("restore", str(tmp_path))
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert said in result.stderr


def test_submissions_are_listed_and_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    months: list[Any] = []
    monkeypatch.setattr(batches, "listing", lambda month: months.append(month) or [{**BATCH, **COUNTS}])
    monkeypatch.setattr(batches, "show", lambda one, refused_to: {**BATCH, **COUNTS})
    result = invoke("batch", "list", "--month", "2026-11")
    assert result.stdout.split("\n")[0] == "b_1\t2026-11-21T09:00:00+08:00\tpenalties\tP\t中断\t1\t0\t2"
    assert (last_line(result), months) == ({"batches": 1}, ["2026-11"])
    shown = invoke("batch", "show", "b_1", "--refused", str(tmp_path / "again.csv"))
    assert last_line(shown) == {**BATCH, **COUNTS}
    assert "again.csv" in shown.stderr
