"""Does on one machine what EventBridge does in the cloud: calls each job when the schedule of `app.py` says so, by the window's clock."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from chalice.app import Cron, Rate

from chalicelib import clock

LOOK_EVERY = 5.0
"""Seconds between two looks at the clock, which people may move."""
_LOG = logging.getLogger("mingxin.schedules")


@dataclass(frozen=True)
class Schedule:
    """A job and when it runs: every so often (`every`), or at these minutes and hours in UTC (`hour` None: each hour)."""

    job: str
    every: timedelta | None = None
    minute: int = 0
    hour: int | None = None

    def between(self, last: datetime, now: datetime) -> bool:
        """Whether it was to run after `last` and not after `now`; however often it was, it runs once."""
        if self.every is not None:
            return now - last >= self.every
        step = timedelta(hours=1 if self.hour is None else 24)
        utc = now.astimezone(UTC)
        at = utc.replace(hour=utc.hour if self.hour is None else self.hour, minute=self.minute, second=0, microsecond=0)
        return last < (at if at <= now else at - step)


def of_app(sources: Any) -> list[Schedule]:
    """The schedules among the event sources of a Chalice app; ValueError for one that says more than minutes and hours."""
    return [_schedule(source.name, source.schedule_expression) for source in sources if hasattr(source, "schedule_expression")]


def _schedule(job: str, expression: Any) -> Schedule:
    if isinstance(expression, Rate):
        return Schedule(job, every=timedelta(**{expression.unit.lower(): expression.value}))
    if not isinstance(expression, Cron):
        raise ValueError(f"the schedule of {job} cannot be followed here: {expression!r}")
    rest = (expression.day_of_month, expression.month, expression.day_of_week, expression.year)
    if rest != ("*", "*", "?", "*"):
        raise ValueError(f"the schedule of {job} cannot be followed here: {expression.to_string()}")
    return Schedule(job, minute=int(expression.minutes), hour=None if expression.hours == "*" else int(expression.hours))


def start(schedules: list[Schedule], jobs: Mapping[str, Callable[[], object]]) -> None:
    """Follow schedules in a thread of its own; each job runs at once too, for what was due while nothing ran."""
    threading.Thread(target=_follow, args=(schedules, jobs), daemon=True).start()


def _follow(schedules: list[Schedule], jobs: Mapping[str, Callable[[], object]]) -> None:
    last: dict[str, datetime] = {}
    while True:
        for schedule in schedules:
            now = clock.now()
            if schedule.job not in last or now < last[schedule.job] or schedule.between(last[schedule.job], now):
                last[schedule.job] = now
                _run(schedule.job, jobs)
        time.sleep(LOOK_EVERY)


def _run(job: str, jobs: Mapping[str, Callable[[], object]]) -> None:
    try:
        jobs[job]()
    except Exception:  # noqa: BLE001 (the next time comes)
        _LOG.exception("The job %s failed.", job)
