"""Counts how often each address calls, as the rate rules in front of the cloud's gateway do."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.web.limits import Limit

MOST_WINDOWS = 10_000
"""Windows kept at a time; when there are more, those that are over are forgotten."""


@dataclass
class _Window:
    """Calls of an address under one limit since its first one; `ends` in seconds of the given clock."""

    ends: float
    calls: int = 0


class Limiter:
    """Says when an address may come again. `limit_of` names the limit of a path; `seconds` is a clock that only goes forward."""

    def __init__(self, limit_of: Callable[[str], Limit | None], seconds: Callable[[], float] = time.monotonic) -> None:
        self._limit_of = limit_of
        self._seconds = seconds
        self._windows: dict[tuple[str, str], _Window] = {}
        self._lock = threading.Lock()

    def exceeded(self, path: str, address: str) -> tuple[Limit, int] | None:
        """Count a call; the limit that it exceeds and the whole seconds after which to come back, or None."""
        limit = self._limit_of(path)
        if limit is None:
            return None
        with self._lock:
            now = self._seconds()
            window = self._windows.get((limit.name, address))
            if window is None or window.ends <= now:
                self._tidy(now)
                window = self._windows[limit.name, address] = _Window(now + limit.seconds)
            window.calls += 1
            return (limit, math.ceil(window.ends - now)) if window.calls > limit.requests else None

    def _tidy(self, now: float) -> None:
        if len(self._windows) >= MOST_WINDOWS:
            self._windows = {key: window for key, window in self._windows.items() if window.ends > now}
