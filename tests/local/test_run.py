"""`make run` from start to end: it says when it is ready, refuses with one sentence, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from local import run
from local.children import Failed, free_port
from local.engine import jar, java
from local.environment import ROOT, running

needs_engine = pytest.mark.skipif(java() is None or jar() is None, reason="needs Java and npm's packages")


def settings(**given: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MINGXIN_", "MAKE", "PORT"))}
    return {**kept, "MINGXIN_DEMO": "0", **given}


@contextmanager
def started(**given: str) -> Iterator[subprocess.Popen[str]]:
    """The system as `make run` starts it, ready to answer."""
    process = subprocess.Popen([sys.executable, "-m", "local.run"], cwd=ROOT, env=settings(**given), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process:
        try:
            assert process.stdout.readline() == f"Mingxin is ready at http://127.0.0.1:{given['PORT']}\n"
            yield process
        finally:
            process.kill()


def attempt(**given: str) -> tuple[int, str]:
    """A start that is refused: the exit code and what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "local.run"], cwd=ROOT, env=settings(**given), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


def children(process: subprocess.Popen[str]) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def gone(pids: list[int], patience: float = 10) -> bool:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if all(_ended(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


def _ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def get(port: int, path: str) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        assert answer.headers["Server"] is None
        assert answer.headers["Via"] is None
        return json.load(answer)


@needs_engine
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_it_serves_in_memory_and_leaves_nothing_behind() -> None:
    port = free_port()
    with started(PORT=str(port), MINGXIN_DATA="memory", MINGXIN_NOW="2027-01-04T09:00:00+08:00") as process:
        assert get(port, "/healthz")["today"] == "2027-01-04"
        assert get(port, "/members/healthz")["status"] == "ok"
        found = running("memory", None)
        assert found is not None
        assert (found.pid, found.port) == (process.pid, port)
        keys = Path(found.environment["MINGXIN_KEYS"])
        pids = children(process)
        assert len(pids) == 4  # the engine, the stand-in, two issuers
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert gone(pids)
        assert not keys.parent.exists()
        assert not found.path().exists()


@needs_engine
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children whose parent was killed")
def test_a_folder_is_held_by_one_system_and_belongs_to_one_city(tmp_path: Path) -> None:
    port, data = free_port(), str(tmp_path / "data")
    with started(PORT=str(port), MINGXIN_DATA=data) as process:
        pids = children(process)
        code, said = attempt(PORT=str(free_port()), MINGXIN_DATA=data)
        assert (code, said.count("\n")) == (1, 1)
        assert "already running" in said
        process.kill()
        process.wait()
        assert gone(pids)
    code, said = attempt(PORT=str(free_port()), MINGXIN_DATA=data, MINGXIN_CITY="ankang")
    assert (code, said.count("\n")) == (1, 1)
    assert "holds the data of nantong" in said
    private = [path for path in Path(data).rglob("*") if path.stat().st_mode & 0o077]
    assert private == []


def test_a_taken_port_is_named_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code, said = attempt(PORT=str(port), MINGXIN_DATA=str(tmp_path / "data"))
    assert code == 1
    assert said == f"Port {port} is taken by another program: choose a free one, as in `make run PORT={port % 65535 + 1}`.\n"
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"PORT": "eight"}, "PORT=eight is not a port"),
        ({"PORT": "70000"}, "PORT=70000 is not a port"),
        ({"MINGXIN_NOW": "tomorrow"}, "MINGXIN_NOW=tomorrow is not an instant"),
        ({"MINGXIN_CITY": "atlantis"}, "MINGXIN_CITY=atlantis does not work"),
    ],
)
def test_a_wrong_setting_is_named(given: dict[str, str], said: str) -> None:
    with pytest.raises(Failed, match=said):
        run.read_settings(given)


def test_without_settings_the_data_stay_in_the_repository_by_city() -> None:
    chosen = run.read_settings({})
    assert (chosen.port, chosen.data, chosen.city, chosen.demo) == (8000, ROOT / "data" / "nantong", "nantong", True)


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    chosen = run.read_settings({"MINGXIN_DATA": str(tmp_path / "file")})
    with pytest.raises(Failed, match="cannot be used"), run.hold(chosen):
        pass


@pytest.mark.parametrize(("durable", "marked"), [(True, True), (False, False)])
def test_the_demo_is_loaded_once_where_data_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, durable: bool, marked: bool) -> None:
    from local import demo
    from local.engine import Engine

    loaded: list[str] = []
    monkeypatch.setattr(demo, "load", lambda slug, say: loaded.append(slug))
    folder, engine = run.Folder(tmp_path, "key", tmp_path / "demo-loaded"), Engine((), {}, durable=durable, genuine=True)
    for _ in range(2):
        run.load_demo(run.read_settings({}), folder, engine)
    assert folder.demo_mark.exists() is marked
    assert len(loaded) == (1 if durable else 2)


def test_a_demo_that_fails_is_loaded_again_next_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from local import demo
    from local.engine import Engine

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(demo, "load", fail)
    folder = run.Folder(tmp_path, "key", tmp_path / "demo-loaded")
    with pytest.raises(Failed, match=r"MINGXIN_DEMO=0 starts without it.*disk full"):
        run.load_demo(run.read_settings({}), folder, Engine((), {}, durable=True, genuine=True))
    assert not folder.demo_mark.exists()
