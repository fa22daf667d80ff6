"""What the clock does in a city: the jobs of a day, some cut off at a write, some among conflicts and throttling, for days not at all."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.services.faults import cut_off

if TYPE_CHECKING:
    from bench.simulation.city import City

LONGEST_OUTAGE = 4
"""Days for which the jobs are down at most."""
AT_NIGHT = (("00:05:00", "expire"), ("00:10:00", "publish"), ("00:20:00", "root"), ("00:30:00", "follow"), ("01:10:00", "forget"))
IN_THE_MORNING = (("08:30:00", "remind"), ("08:45:00", "deliver"))
LATER = (("11:00:00", "publish"), ("12:00:00", "deliver"), ("21:30:00", "deliver"))
"""The jobs of a day in their order: before the offices open, and after."""


def are_down(city: City) -> bool:
    """Whether the jobs do not run today."""
    if city.day >= city.down_until and city.chance.random() < 0.04:
        city.down_until = city.day + timedelta(days=city.chance.randrange(1, LONGEST_OUTAGE + 1))
    down = city.day < city.down_until
    city.score["days without jobs"] += down
    return down


def run_jobs(city: City, jobs: tuple[tuple[str, str], ...]) -> None:
    """Some of a day's jobs. One that was cut off or failed is called again, as Lambda does, unless that is cut off too."""
    for at, job in jobs:
        city.now(at)
        if not run(city, job):
            run(city, job)


def run(city: City, job: str, *given: Any) -> bool:
    """One call of a job, whatever happens to it; whether it came to its end."""
    drawn = city.chance.random()
    if drawn < 0.08:
        return _cut_off(city, job, *given)
    if drawn < 0.22:
        city.faults.install()
        try:
            return quietly(city, job, *given)
        finally:
            city.faults.remove()
    return quietly(city, job, *given)


def quietly(city: City, job: str, *given: Any) -> bool:
    """One call of a job to which nothing happens from here; whether it came to its end."""
    from botocore.exceptions import BotoCoreError, ClientError

    from chalicelib import jobs

    try:
        counts = getattr(jobs, job)(*given)
    except (ClientError, BotoCoreError, TimeoutError):
        city.score[f"{job}: failed"] += 1
        return False
    city.score[f"{job}: done"] += counts["done"]
    if job == "remind" and not counts["failed"]:
        city.reminded.append(city.day)
    return True


def _cut_off(city: City, job: str, *given: Any) -> bool:
    """The process ends at one of its writes; whatever it had claimed then may have gone or not."""
    from chalicelib.storage import outbox

    done = False
    with cut_off(city.chance.randrange(1, 9), after=city.chance.random() < 0.5) as died:
        done = quietly(city, job, *given)
    if not died:
        return done
    city.score["cut off"] += 1
    city.crashed |= set(outbox.waiting("claims", "9", 1000))
    return False
