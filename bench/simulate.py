"""Three years of a city from a seed: people act, the clock works, fails, is down for days; then it is counted what went wrong.

`make simulate` runs it on DynamoDB Local in memory and ends with exit code 1 when a public view showed an ended record, a last day passed
without a reminder before it and an alarm after it, a notice was sent twice, lost, or about something settled, a message is uncertain and
no crash explains it, or the trail does not agree with its roots. The same seed gives the same run.
`python -m bench.simulate --days 30 --seed 7` runs less.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from datetime import timedelta
from pathlib import Path

import click

from bench.engines import in_memory
from bench.simulation import carriers, clockwork, looking, people
from bench.simulation.city import FIRST_DAY, City, of_one_seed

A_MONTH = 30


def simulate(seed: int, days: int, folder: Path, *, tell: bool = False) -> City:
    """A city's days from a seed; the tables must be empty. `tell`: how long each month took goes to stderr."""
    city, began = City(seed, folder), time.monotonic()
    with of_one_seed(city):
        city.now("09:00:00")
        people.leave_contacts(city)
        for number in range(days):
            city.day = FIRST_DAY + timedelta(days=number)
            a_day(city)
            if tell and number % A_MONTH == A_MONTH - 1:
                print(f"month {number // A_MONTH + 1}: {time.monotonic() - began:.0f} seconds", file=sys.stderr, flush=True)
        looking.settle(city)
        looking.look_at_the_end(city)
    return city


def a_day(city: City) -> None:
    """One day: what visitors see, the jobs of the night and the morning, what people do, the jobs after that."""
    looking.look(city)
    down = clockwork.are_down(city)
    if not down:
        clockwork.run_jobs(city, clockwork.AT_NIGHT)
        people.see_effects(city)
        clockwork.run_jobs(city, clockwork.IN_THE_MORNING)
        looking.look_at_reminders(city)
    city.now("10:00:00")
    for action in people.ACTIONS:
        action(city)
    people.work(city)
    carriers.bring_receipts(city)
    if not down:
        carriers.bring_hints(city)
        clockwork.run_jobs(city, clockwork.LATER)


def digest(city: City) -> str:
    """What is the same for the same seed: all that was done, seen, told and counted."""
    facts = [sorted(city.ends.items()), sorted(city.gone.items()), sorted(city.score.items()), sorted(city.expected.items()), city.failures]
    return hashlib.sha256(json.dumps(facts, default=str, ensure_ascii=False).encode()).hexdigest()[:16]


@click.command()
@click.option("--days", default=3 * 365, show_default=True)
@click.option("--seed", default=1, show_default=True)
def main(days: int, seed: int) -> None:
    """Simulate a city; the scoreboard on stdout, exit code 1 when something went wrong."""
    with in_memory() as folder:
        began = time.monotonic()
        city = simulate(seed, days, folder, tell=True)
    print(f"{days} days, seed {seed}, {time.monotonic() - began:.0f} seconds, digest {digest(city)}")
    for name, count in sorted(city.score.items()):
        print(f"{count:>8}  {name}")
    for failure in city.failures:
        print(f"FAILED  {failure}")
    sys.exit(1 if city.failures else 0)


if __name__ == "__main__":
    main()
