"""The command line finds the running system it is meant for."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from local.environment import MEMORY, RunFile, how_to_start, running

NOBODY = 4_190_000
"""A process id that does not exist: Linux goes to 4,194,304 at most and starts at the low end."""


class _Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(400)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the library's name)
        """Says nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    """A port on which an engine seems to answer."""
    with HTTPServer(("127.0.0.1", 0), _Answering) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def a_run(folder: Path, port: int, data: str, city: str = "nantong", started: float = 1, pid: int | None = None) -> RunFile:
    environment = {"AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{port}", "MINGXIN_CITY": city}
    run = RunFile(pid or os.getpid(), 8000, data, city, started, environment)
    run.write(folder)
    return run


def test_the_file_is_for_its_owner_alone(tmp_path: Path, port: int) -> None:
    run = a_run(tmp_path / "run", port, MEMORY)
    assert stat.S_IMODE(run.path(tmp_path / "run").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "run").stat().st_mode) == 0o700


def test_the_data_folder_decides_then_the_city_then_the_latest_start(tmp_path: Path, port: int) -> None:
    first = a_run(tmp_path, port, str(tmp_path / "one"), "nantong", started=1)
    second = a_run(tmp_path, port, str(tmp_path / "two"), "ankang", started=2)
    third = a_run(tmp_path, port, MEMORY, "nantong", started=3)
    assert running(str(tmp_path / "x" / ".." / "one"), None, tmp_path) == first
    assert running(MEMORY, None, tmp_path) == third
    assert running(None, "ankang", tmp_path) == second
    assert running(None, None, tmp_path) == third
    assert running(str(tmp_path / "one"), "ankang", tmp_path) is None
    assert running(MEMORY, "ankang", tmp_path) is None


def test_what_was_killed_is_not_found_and_its_file_goes(tmp_path: Path, port: int) -> None:
    dead = a_run(tmp_path, port, "/somewhere", pid=NOBODY)
    assert running(None, None, tmp_path) is None
    assert not dead.path(tmp_path).exists()


def test_an_engine_that_does_not_answer_is_not_running(tmp_path: Path) -> None:
    a_run(tmp_path, 9, MEMORY)
    assert running(MEMORY, None, tmp_path) is None


def test_a_damaged_file_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{")
    assert running(None, None, tmp_path) is None


def test_the_advice_repeats_what_was_asked_for() -> None:
    assert "MINGXIN_DATA=memory make run" in how_to_start("memory", None)
    assert " make run" in how_to_start(None, None)
