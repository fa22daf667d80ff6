"""One machine follows the schedules of `app.py` by the window's own clock, which people may move."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from chalice.app import Cron, Rate

from local.environment import ROOT
from local.schedules import Schedule, _schedule

EVERY_HOUR = _schedule("expire", Cron(5, "*", "*", "*", "?", "*"))
EVERY_DAY = _schedule("remind", Cron(30, 0, "*", "*", "?", "*"))
EVERY_FIVE_MINUTES = _schedule("publish", Rate(5, unit=Rate.MINUTES))

CASES = [
    (EVERY_HOUR, "00:04:00", "00:04:59", False),
    (EVERY_HOUR, "00:04:59", "00:05:00", True),
    (EVERY_HOUR, "00:05:00", "01:04:59", False),
    (EVERY_HOUR, "00:05:00", "01:05:10", True),
    (EVERY_DAY, "08:29:00", "08:29:59", False),
    (EVERY_DAY, "08:29:59", "08:30:00", True),
    (EVERY_DAY, "08:30:00", "23:59:00", False),
    (EVERY_FIVE_MINUTES, "08:00:00", "08:04:59", False),
    (EVERY_FIVE_MINUTES, "08:00:00", "08:05:00", True),
]


def _at(time: str, day: int = 21) -> datetime:
    return datetime.fromisoformat(f"2026-11-{day}T{time}+08:00")


@pytest.mark.parametrize(("schedule", "last", "now", "runs"), CASES)
def test_a_job_runs_when_its_time_has_come_since_it_ran_last(schedule: Schedule, last: str, now: str, runs: bool) -> None:
    assert schedule.between(_at(last), _at(now)) is runs


@pytest.mark.parametrize("schedule", [EVERY_HOUR, EVERY_DAY, EVERY_FIVE_MINUTES])
def test_whoever_moves_the_clock_to_the_next_day_sees_every_job_run(schedule: Schedule) -> None:
    assert schedule.between(_at("09:00:00"), _at("09:00:00", 22))


def test_a_clock_that_somebody_moves_is_moved_for_every_process_that_shares_it(tmp_path: Path, at: Callable[[str], None]) -> None:
    at("2026-11-21T15:00:00+08:00")
    shared = os.environ | {"MINGXIN_CLOCK": str(tmp_path / "clock")}
    code = "from chalicelib import clock; {}print(clock.now().astimezone(clock.SHANGHAI).isoformat()[:13])"

    def told(first: str = "") -> str:
        return subprocess.run(
            [sys.executable, "-c", code.format(first)], cwd=ROOT, env=shared, capture_output=True, text=True, check=True
        ).stdout

    assert told() == "2026-11-21T15\n"
    assert told("clock.move_to_next_day(); ") == "2026-11-22T09\n"
    assert told() == "2026-11-22T09\n"
    assert [path.name for path in tmp_path.iterdir()] == ["clock"]


def test_every_schedule_of_the_window_can_be_followed_and_has_a_job_of_its_name() -> None:
    code = (
        "import app; from chalicelib import jobs; from local import schedules;"
        "found = schedules.of_app(app.app.event_sources);"
        "print(len(found) > 2 and all(callable(getattr(jobs, one.job)) for one in found))"
    )
    environment = os.environ | {"MINGXIN_FACE": "members"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
