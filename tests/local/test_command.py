"""The command line: exit codes, the last line, and sentences for people. Services are stood in for here; they have tests of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from chalicelib.law.decisions import Refused
from chalicelib.records.submissions import Outcome, Refusal
from local import command
from local.environment import ROOT, RunFile

PROVIDER = "11320699000ARLRP06"
REFUSED = (Refusal(3, "统一社会信用代码", "统一社会信用代码校验位不对，请核对第9至18位"),)


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A system that seems to run; gives its environment."""
    exported = {"MINGXIN_NOW": "2027-01-04T09:00:00+08:00", "MINGXIN_NOW_SINCE": "1"}
    for name in ("MINGXIN_NOW", "MINGXIN_NOW_SINCE", "MINGXIN_DATA", "MINGXIN_CITY"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(command, "running", lambda data, city: RunFile(os.getpid(), 8000, "memory", "nantong", 1, exported))
    return exported


@pytest.fixture
def imports(monkeypatch: pytest.MonkeyPatch, system: dict[str, str]) -> Callable[[Outcome | Refused], list[Any]]:
    """Says how the service answers; gives what it was asked."""

    def answer(outcome: Outcome | Refused) -> list[Any]:
        asked: list[Any] = []

        def import_file(
            kind: str, path: Path, *, provider: str, reviewer: str | None, progress: Callable[[int, int], None], warn: Callable[[str], None]
        ) -> Outcome:
            asked.extend((kind, path.name, provider))
            warn("未使用的列：备注")
            progress(1, 2)
            if isinstance(outcome, Refused):
                raise outcome
            return outcome

        module = types.ModuleType("chalicelib.services.submission.intake")
        module.import_file = import_file  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "chalicelib.services.submission.intake", module)
        return asked

    return answer


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "penalties.csv"
    path.write_text("行政相对人名称\n")
    return str(path)


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(command.main, list(arguments))


def last_line(result: Result) -> Any:
    return json.loads(result.stdout.strip().split("\n")[-1])


@pytest.mark.parametrize(
    ("accepted", "duplicate", "refused", "code"),
    [(2, 0, (), 0), (0, 2, (), 0), (1, 1, REFUSED, 3), (0, 1, REFUSED, 3), (0, 0, REFUSED, 2), (0, 0, (), 2)],
)
def test_the_exit_code_tells_what_became_of_a_file(
    imports: Callable[[Outcome], list[Any]], file: str, accepted: int, duplicate: int, refused: tuple[Refusal, ...], code: int
) -> None:
    asked = imports(Outcome("b_1", accepted, duplicate, refused))
    result = invoke("import", "penalties", file, "--provider", PROVIDER.lower())
    assert result.exit_code == code
    assert last_line(result) == {"batch": "b_1", "accepted": accepted, "duplicate": duplicate, "refused": len(refused)}
    assert asked == ["penalties", "penalties.csv", PROVIDER]


def test_refused_rows_are_told_on_stderr(imports: Callable[[Outcome], list[Any]], file: str) -> None:
    imports(Outcome("b_1", 1, 0, REFUSED))
    result = invoke("import", "penalties", file, "--provider", PROVIDER)
    assert "拒收 1 行" in result.stderr
    assert f"{file}.refused.csv" in result.stderr
    assert "第 3 行 统一社会信用代码：" in result.stderr
    assert result.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("horoscopes", "FILE", "--provider", PROVIDER), "信息目录中没有"),
        (("redlist", "FILE", "--provider", PROVIDER), "缺少列"),
        (("exits", "FILE", "--provider", PROVIDER), "缺少列"),
        (("penalties", "missing.csv", "--provider", PROVIDER), "找不到文件"),
        (("penalties", "FILE", "--provider", "11320699000ARLRP07"), "校验位不对"),
    ],
)
def test_a_wrong_kind_file_or_provider_is_nothing_usable(system: dict[str, str], file: str, arguments: tuple[str, ...], said: str) -> None:
    result = invoke("import", *(file if word == "FILE" else word for word in arguments))
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert last_line(result) == {"batch": None, "accepted": 0, "duplicate": 0, "refused": 0}


def test_a_file_that_is_unusable_as_a_whole_is_one_sentence(imports: Callable[[Refused], list[Any]], file: str) -> None:
    imports(Refused("这是 PDF 文件，请另存为 CSV"))
    result = invoke("import", "penalties", file, "--provider", PROVIDER)
    assert (result.exit_code, result.stderr) == (2, "注意：未使用的列：备注\n这是 PDF 文件，请另存为 CSV\n")


def test_without_a_running_system_it_says_how_to_start_one(monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    monkeypatch.setattr(command, "running", lambda data, city: None)
    monkeypatch.setenv("MINGXIN_DATA", "memory")
    result = invoke("import", "penalties", file, "--provider", PROVIDER)
    assert result.exit_code == 2
    assert "MINGXIN_DATA=memory make run" in result.stderr


@pytest.mark.parametrize(("arguments", "day"), [((), "2027-01-04"), (("--today", "2027-06-01"), "2027-06-01")])
def test_a_job_runs_on_its_day_and_prints_its_counts(
    monkeypatch: pytest.MonkeyPatch, system: dict[str, str], arguments: tuple[str, ...], day: str
) -> None:
    from chalicelib import clock

    system["MINGXIN_NOW_SINCE"] = repr(__import__("time").time())
    module = types.ModuleType("chalicelib.jobs")
    days: list[str] = []
    module.publish = lambda: days.append(clock.today().isoformat()) or {"due": 3, "done": 3, "failed": 0}  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "chalicelib.jobs", module)
    monkeypatch.setattr("chalicelib.jobs", module, raising=False)
    result = invoke("job", "publish", *arguments)
    assert result.exit_code == 0, result.stderr
    assert days == [day]
    counts = last_line(result)
    assert counts.pop("seconds") < 5
    assert counts == {"job": "publish", "day": day, "due": 3, "done": 3, "failed": 0}


def test_the_callers_clock_wins(monkeypatch: pytest.MonkeyPatch, system: dict[str, str]) -> None:
    monkeypatch.setenv("MINGXIN_NOW", "2028-05-05")
    command.use_running_system()
    assert os.environ["MINGXIN_NOW"] == "2028-05-05"


def test_a_clock_that_cannot_be_read_is_one_sentence(monkeypatch: pytest.MonkeyPatch, system: dict[str, str]) -> None:
    monkeypatch.setenv("MINGXIN_NOW", "someday")
    result = invoke("job", "publish")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "MINGXIN_NOW 不是时间" in result.stderr


def test_a_new_city_is_made_and_checked(tmp_path: Path) -> None:
    assert invoke("city", "new", "haian", "--to", str(tmp_path)).exit_code == 0
    checked = invoke("city", "check", str(tmp_path / "haian"))
    assert checked.exit_code == 1
    assert "缺少" in checked.stdout
    assert invoke("city", "new", "haian", "--to", str(tmp_path)).exit_code == 2


@pytest.mark.parametrize("name", ["../haian", "a/b", ".haian", "", "海安", "nantong", "default"])
def test_a_new_city_has_a_name_of_one_word_and_of_its_own(tmp_path: Path, name: str) -> None:
    (tmp_path / "inner").mkdir()
    refused = invoke("city", "new", name, "--to", str(tmp_path / "inner"))
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "名称" in refused.stderr
    assert [path.name for path in tmp_path.rglob("*")] == ["inner"]


def test_the_launcher_works_from_any_folder(tmp_path: Path) -> None:
    (tmp_path / "local").mkdir()  # a folder of the caller's that must not be taken for ours
    done = subprocess.run([ROOT / "mingxin", "--help"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "import" in done.stdout
