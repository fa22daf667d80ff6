"""The canary looks up the example organisation as a visitor does; and what publication notes about being up to date."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib import jobs
from chalicelib.services.publication import canary, look_up
from chalicelib.storage import freshness

CODE = "91990000YW001000X5"
NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
Answers = dict[str, Any]


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answers]:
    """A window that answers what a test says: a JSON value for each path."""
    answers: Answers = {f"/api/v1/subjects/{CODE}": {"code": CODE}, "/healthz": {"ready": True, "fresh": True}}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(answers.get(self.path, {"status": 404})).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("MINGXIN_SITE", f"http://127.0.0.1:{server.server_port}")
    yield answers
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_window_that_works_is_found_working(site: Answers) -> None:
    assert jobs.canary() == {"failed": 0, "stale": 0}


@pytest.mark.parametrize(
    ("path", "answer", "found"),
    [
        ("/healthz", {"ready": True, "fresh": False}, {"failed": 0, "stale": 1}),
        ("/healthz", {"ready": True, "fresh": None}, {"failed": 0, "stale": 0}),
        ("/healthz", {"status": 503}, {"failed": 1, "stale": 0}),
        (f"/api/v1/subjects/{CODE}", {"status": 404}, {"failed": 1, "stale": 0}),
        (f"/api/v1/subjects/{CODE}", ["no object"], {"failed": 1, "stale": 0}),
    ],
)
def test_a_window_that_does_not_work_is_told(site: Answers, path: str, answer: Any, found: dict[str, int]) -> None:
    site[path] = answer
    assert jobs.canary() == found


def test_a_window_that_nobody_reaches_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGXIN_SITE", "http://127.0.0.1:9")
    assert canary.look() == {"failed": 1, "stale": 0}


@pytest.mark.parametrize(
    ("age", "behind", "fresh"),
    [(timedelta(minutes=15), 0, True), (timedelta(minutes=15, seconds=1), 0, False), (timedelta(), 1, False)],
)
def test_publication_is_up_to_date_for_three_rounds_of_the_job(archive: None, age: timedelta, behind: int, fresh: bool) -> None:
    freshness.note(NOW - age, behind)
    assert look_up.up_to_date(NOW) == (fresh, NOW - age)


def test_nobody_knows_before_the_first_round(archive: None) -> None:
    assert look_up.up_to_date(NOW) == (None, None)


def test_the_job_notes_that_it_ran(archive: None, at: Callable[[str], None]) -> None:
    at("2026-11-21T09:00:00+08:00")
    jobs.publish()
    noted = freshness.read()
    assert noted
    assert noted.behind == 0
    assert abs(noted.at - NOW) < timedelta(minutes=1)
