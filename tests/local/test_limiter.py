"""Who calls too often is told when to come back, and comes back then."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.web import limits
from chalicelib.web.limits import Limit
from local import run
from local.limiter import MOST_WINDOWS, Limiter

FEW = Limit("few", "示例", requests=3, seconds=60)


class Seconds:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def limiter(seconds: Seconds) -> Limiter:
    return Limiter(lambda path: FEW if path == "/few" else None, seconds)


def test_the_call_after_the_last_allowed_one_is_turned_down_until_the_window_ends(limiter: Limiter, seconds: Seconds) -> None:
    assert [limiter.exceeded("/few", "a") for _ in range(3)] == [None, None, None]
    seconds.now += 20.5
    assert limiter.exceeded("/few", "a") == (FEW, 40)
    seconds.now += 39.4
    assert limiter.exceeded("/few", "a") == (FEW, 1)
    seconds.now += 0.1
    assert limiter.exceeded("/few", "a") is None


def test_addresses_do_not_use_up_each_others_calls(limiter: Limiter) -> None:
    for _ in range(4):
        limiter.exceeded("/few", "a")
    assert limiter.exceeded("/few", "b") is None
    assert limiter.exceeded("/few", "a") is not None


def test_what_has_no_limit_is_never_turned_down(limiter: Limiter) -> None:
    assert not any(limiter.exceeded("/free", "a") for _ in range(100))


def test_windows_that_are_over_are_forgotten(limiter: Limiter, seconds: Seconds) -> None:
    for number in range(MOST_WINDOWS):
        limiter.exceeded("/few", str(number))
    seconds.now += 61
    limiter.exceeded("/few", "last")
    assert len(limiter._windows) == 1


@pytest.mark.parametrize(
    ("path", "content_type"),
    [("/api/v1/openapi.json", "application/problem+json"), ("/about", "text/html; charset=utf-8")],
)
def test_the_front_answers_with_429_and_says_when_to_come_back(monkeypatch: pytest.MonkeyPatch, path: str, content_type: str) -> None:
    monkeypatch.setattr(limits, "LIMITS", tuple(replace(limit, requests=2) for limit in limits.LIMITS))
    front = run.build_front()
    answers = [ask(front, path) for _ in range(3)]
    assert [status for status, _, _ in answers] == [200, 200, 429]
    _, headers, body = answers[-1]
    assert 0 < int(headers["Retry-After"]) <= 300
    assert headers["Content-Type"] == content_type
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Retry-After"] in body.decode()
    if path.startswith("/api/"):
        assert json.loads(body)["type"] == "/problems/too-many-requests"
        assert json.loads(body)["status"] == 429
    assert ask(front, "/static/brand.css")[0] == 200


def test_limits_can_be_switched_off_on_ones_own_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LIMITS", tuple(replace(limit, requests=1) for limit in limits.LIMITS))
    monkeypatch.setenv("MINGXIN_LIMITS", "0")
    front = run.build_front()
    assert [ask(front, "/about")[0] for _ in range(3)] == [200, 200, 200]


def ask(front: Any, path: str) -> tuple[int, dict[str, str], bytes]:
    answered: list[Any] = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": "", "REMOTE_ADDR": "127.0.0.1", "wsgi.input": io.BytesIO()}
    body = b"".join(front(environ, lambda status, headers: answered.extend((status, headers))))
    return int(answered[0][:3]), dict(answered[1]), body
