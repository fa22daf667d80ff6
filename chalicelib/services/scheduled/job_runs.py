"""Keeps what each run of a job did, and tells officers of it: when, how many, how long, what failed, how far behind."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from chalicelib import clock
from chalicelib.services.common.due_work import Worked
from chalicelib.storage import engine, job_runs, queues
from chalicelib.storage.job_runs import Run

QUEUE = "jobs"
"""Where a run that has no time for more leaves the rest."""
HANDING_ON = ("expire", "forget", "remind", "deliver")
"""The jobs that leave there what they have no time for."""
LONGEST = 900.0
"""Seconds after which a run that has not ended never will: no function lives longer (AWS Lambda quotas)."""
SHOWN = 50


@dataclass(frozen=True)
class Overview:
    """The latest runs, and the last day that each job has finished."""

    runs: list[Run]
    finished: dict[str, date]
    now: datetime

    def state_of(self, run: Run) -> Literal["done", "failing", "handed_on", "running", "cut_off", "error"]:
        """What became of a run."""
        if run.ended is None:
            return "cut_off" if run.cut_off(self.now, LONGEST) else "running"
        if run.error:
            return "error"
        if run.failed:
            return "failing"
        return "handed_on" if run.handed_on else "done"


@dataclass(frozen=True)
class Handed:
    """What a run left for the next one: the job, its day, and the place to go on from."""

    job: str
    day: date
    place: str


def message(job: str, day: date, place: str = "") -> str:
    """What asks the queue to go on with a job for a day, from a place on or from the beginning."""
    return json.dumps({"job": job, "day": day.isoformat(), "place": place})


def handed(body: str) -> Handed:
    """What a message of the queue says."""
    said = json.loads(body)
    return Handed(said["job"], date.fromisoformat(said["day"]), said["place"])


def kept(job: str, work: Callable[[date], Worked | dict[str, int]], day: date | None = None) -> dict[str, int]:
    """Do a job for a day (today) and keep the run; its counts. A run that ends by an error is kept with it, and the error goes on.

    What a run leaves for lack of time is handed on by the queue; should that be lost, the next run finds it in the index.
    """
    day = day or clock.today()
    begun, began = job_runs.begin(job, day, clock.now()), time.monotonic()
    before = engine.met()
    try:
        worked = work(day)
    except Exception as error:
        job_runs.end(begun, clock.now(), {"failed": 1}, milliseconds=_since(began), error=type(error).__name__)
        raise
    left = worked.left if isinstance(worked, Worked) else ""
    counts = _counts(worked)
    if left:
        queues.send(QUEUE, message(job, day, left))
    job_runs.end(begun, clock.now(), counts, milliseconds=_since(began), handed_on=bool(left))
    return {**counts, **engine.met_since(before)}


def _counts(worked: Worked | dict[str, int]) -> dict[str, int]:
    if isinstance(worked, Worked):
        return {"due": worked.due, "done": worked.done, "failed": worked.failed, "lag": worked.lag}
    return worked


def overview() -> Overview:
    """What officers see of the jobs."""
    now = clock.now()
    month = now.astimezone(clock.SHANGHAI).date().replace(day=1)
    runs: list[Run] = []
    for _ in range(2):  # early in a month the runs of the one before are still of interest
        runs += job_runs.latest(f"{month:%Y-%m}", SHOWN - len(runs)) if len(runs) < SHOWN else []
        month = (month - timedelta(days=1)).replace(day=1)
    return Overview(runs, job_runs.finished(), now)


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
