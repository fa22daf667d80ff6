"""The only place that knows what time it is: instants in UTC, civil dates in Asia/Shanghai."""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has had one time and no summer time since 1991, so a fixed offset is exact and costs no time zone data."""


def parse_now(text: str) -> datetime:
    """An instant from `2027-01-04T09:00:00+08:00` or a date; without an offset it is Shanghai time. ValueError if neither."""
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=SHANGHAI)


_STARTED = time.time()


def now() -> datetime:
    """This instant. `MINGXIN_NOW` sets it on one machine: the clock goes on from there, counted from `MINGXIN_NOW_SINCE`
    (seconds since 1970 by the machine's clock) so that all processes agree, else from the start of this process. Where somebody has
    moved the clock since, the file `MINGXIN_CLOCK` has both, for every process that was told of it."""
    pretended, since = _pretended()
    if not pretended:
        return datetime.now(UTC)
    passed = time.time() - float(since or _STARTED)
    return parse_now(pretended).astimezone(UTC) + timedelta(seconds=passed)


def _pretended() -> tuple[str | None, str | None]:
    moved = os.environ.get("MINGXIN_CLOCK")
    if moved and os.path.exists(moved):  # noqa: PTH110 - asked for each instant
        with open(moved, encoding="utf-8") as file:
            instant, since = file.read().split()
        return instant, since
    return os.environ.get("MINGXIN_NOW"), os.environ.get("MINGXIN_NOW_SINCE")


def move_to_next_day() -> None:
    """On one machine that shows what time will bring: from now on it is nine o'clock in the morning of the next day, for every process
    that shares the file `MINGXIN_CLOCK`; without one for this process."""
    morning = (now().astimezone(SHANGHAI) + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
    since = repr(time.time())
    if moved := os.environ.get("MINGXIN_CLOCK"):
        fresh = f"{moved}.{os.getpid()}"
        with open(fresh, "w", encoding="utf-8") as file:
            file.write(f"{morning.isoformat()} {since}")
        os.replace(fresh, moved)  # noqa: PTH105 - at once: who reads meanwhile finds the old one or the new one whole
    else:
        os.environ.update(MINGXIN_NOW=morning.isoformat(), MINGXIN_NOW_SINCE=since)


def seconds_of_this_machine() -> int:
    """Seconds since 1970 as everybody else counts them, whatever `MINGXIN_NOW` pretends: others sign their tokens by it."""
    return int(time.time())


def today() -> date:
    """The civil date in China."""
    return now().astimezone(SHANGHAI).date()


def seconds_left(day: date) -> int:
    """Whole seconds left of a civil day, rounded down, 0 when it is over: what is cached longer could show an ended record."""
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), SHANGHAI)
    return max(0, int((midnight - now()).total_seconds()))
