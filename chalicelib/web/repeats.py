"""Requests that programs may send again: the `Idempotency-Key` they name them by, and the answer while the first is under way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from chalice.app import Request

from chalicelib.law.decisions import Refused
from chalicelib.services.common import once
from chalicelib.web import problems

LONGEST_KEY = 255
ASK_AGAIN_AFTER = "5"
"""Seconds."""


def key_of(request: Request) -> str | None:
    """The name that a program gave its request; None when it gave none. `Refused` for what cannot be one."""
    key: str | None = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Refused("Idempotency-Key 应为1至{most}个可打印的 ASCII 字符", most=LONGEST_KEY)
    return key


@contextmanager
def answered() -> Iterator[None]:
    """Says as a problem that the same request is being done at this moment."""
    try:
        yield
    except once.StillRunning as error:
        reason = "同一个 Idempotency-Key 的请求正在处理：请稍后用同样的内容再问，会得到同样的回答"
        raise problems.Declined(problems.IN_PROGRESS, reason, {"Retry-After": ASK_AGAIN_AFTER}) from error


def once_for(request: Request, caller: str, work: Callable[[], str], said: Any) -> str:
    """What `work` answers, or what it answered to the same request of the same caller before."""
    key = key_of(request)
    if key is None:
        return work()
    with answered():
        return once.once(work, caller=caller, key=key, request=[request.path, said])
