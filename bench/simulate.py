"""A city day by day, from a seed: rows arrive, come twice, end; jobs run, fail, are down for days; then it is counted what went wrong.

`make simulate` runs three years on DynamoDB Local in memory and ends with exit code 1 when a public view showed an ended record, a notice
was lost or given twice, a record was not archived, or the trail does not agree with its roots. The same seed gives the same run.
`python -m bench.simulate --days 30 --seed 7` runs less. An action or a job of the city is one function in `ACTIONS` or `JOBS`.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click

from bench.engines import OFFICE, in_memory
from bench.intake import penalty
from local import demo
from tests.services.faults import WRITES, Faults

FIRST_DAY = date(2026, 11, 23)
ORGANISATIONS = 12
LONGEST_OUTAGE = 4
"""Days for which the jobs are down at most."""


class Crash(BaseException):
    """The process that ran a job ended at a write."""


@dataclass
class City:
    """The run: its chance, the day, and what should be so. `ends` has the last day of each document, by number of the document."""

    seed: int
    folder: Path
    chance: random.Random = field(init=False)
    faults: Faults = field(init=False)
    day: date = FIRST_DAY
    down_until: date = FIRST_DAY
    ends: dict[str, date] = field(default_factory=dict)
    sent: list[dict[str, str]] = field(default_factory=list)
    score: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance, self.faults = random.Random(self.seed), Faults(self.seed)

    def now(self, time_of_day: str) -> None:
        """Put the clock."""
        os.environ["MINGXIN_NOW"] = f"{self.day}T{time_of_day}+08:00"
        os.environ["MINGXIN_NOW_SINCE"] = repr(time.time())

    def fails(self, what: str) -> None:
        """Note something that must not be."""
        self.failures.append(f"{self.day}: {what}")


# What people do


def arrive(city: City) -> None:
    """New decisions, which end soon, on a later day, or never here."""
    for _ in range(city.chance.randrange(1, 4)):
        number = f"演示罚〔2026〕{len(city.sent) + 1}号"
        last = city.day + timedelta(days=city.chance.choice((1, 2, 5, 9, 20, 45, 200)))
        organisation = city.chance.randrange(ORGANISATIONS)
        row = penalty(f"示例演示{organisation}号食品有限公司", demo.a_code("91", 50_000 + organisation), len(city.sent))
        decided = f"{city.day - timedelta(days=2):%Y/%m/%d}"
        days = {"处罚决定日期": decided, "公示截止期": f"{last:%Y/%m/%d}", "处罚有效期": f"{last:%Y/%m/%d}"}
        city.sent.append({**row, **days, "行政处罚决定书文号": number})
        city.ends[number] = last
        city.score["rows"] += _submit(city, [city.sent[-1]])


def come_twice(city: City) -> None:
    """The same rows again, and earlier ones out of their order."""
    if not city.sent or city.chance.random() > 0.4:
        return
    again = city.chance.sample(city.sent, min(3, len(city.sent)))
    if _submit(city, again):
        city.fails("a row that had come before was stored again")
    city.score["rows that came again"] += len(again)


ACTIONS: tuple[Callable[[City], None], ...] = (arrive, come_twice)


def _submit(city: City, rows: list[dict[str, str]]) -> int:
    """How many rows were new."""
    from chalicelib.services import intake

    path = city.folder / "simulated.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    outcome = intake.import_file("penalties", path, provider=OFFICE[1])
    if outcome.refused:
        city.fails(f"a row was refused: {outcome.refused[0].reason}")
    return outcome.accepted


# What the clock does

JOBS = (("00:05:00", "expire"), ("00:10:00", "publish"), ("00:20:00", "root"), ("01:10:00", "forget"), ("08:30:00", "remind"))
"""The jobs of a day in their order."""


def run_jobs(city: City) -> None:
    """The day's jobs, unless they are down; some are cut off at a write, others meet conflicts and throttling."""
    if city.day < city.down_until:
        city.score["days without jobs"] += 1
        return
    if city.chance.random() < 0.06:
        city.down_until = city.day + timedelta(days=city.chance.randrange(1, LONGEST_OUTAGE + 1))
        return
    for at, job in JOBS:
        city.now(at)
        if city.chance.random() < 0.15:
            _cut_off(city, job, city.chance.randrange(1, 8))
        elif city.chance.random() < 0.3:
            city.faults.install()
            try:
                _run(city, job)
            finally:
                city.faults.remove()
        else:
            _run(city, job)


def _run(city: City, job: str) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    from chalicelib import jobs

    try:
        counts = getattr(jobs, job)()
    except (ClientError, BotoCoreError, TimeoutError):
        city.score[f"{job}: failed, and run again the next day"] += 1
        return
    city.score[f"{job}: done"] += counts["done"]


def _cut_off(city: City, job: str, number: int) -> None:
    """The job ends at its write of that number, as when its process is killed."""
    from chalicelib.storage import engine

    left = [number]

    def end(model: Any, **_: Any) -> None:
        if model.name in WRITES:
            left[0] -= 1
            if left[0] == 0:
                raise Crash

    events = engine.client().meta.events
    events.register("before-call.dynamodb", end, unique_id="crash")
    try:
        _run(city, job)
    except Crash:
        city.score["jobs cut off"] += 1
    finally:
        events.unregister("before-call.dynamodb", unique_id="crash")


# What must be so


def look(city: City) -> None:
    """What visitors see on this day, at its first second: nothing that has ended, and everything that has not."""
    from chalicelib.services import look_up

    city.now("00:00:00")
    shown: set[str] = set()
    for organisation in range(ORGANISATIONS):
        found = look_up.organisation(demo.a_code("91", 50_000 + organisation), day=city.day)
        shown |= {record["document_no"] for record in found["records"]} if found else set()
    city.score["views"] += ORGANISATIONS
    counting = {number for number, last in city.ends.items() if last >= city.day}
    for number in sorted(shown - counting):
        city.fails(f"{number} is shown after its last day")
    for number in sorted(counting - shown):
        city.fails(f"{number} is not shown although it counts")


def settle(city: City) -> None:
    """All is well again, and each job runs once more: now nothing may be left, lost or double."""
    from chalicelib.services import trail_check
    from chalicelib.storage import whole_tables

    for _, job in (*JOBS, ("09:00:00", "publish")):
        city.now("12:00:00")
        _run(city, job)
    items = [item for page in whole_tables.pages("archive") for item in page.items if item["sk"]["S"].startswith("REC#")]
    ended = {item["sk"]["S"].removeprefix("REC#") for item in items if item["valid_until"]["S"] < city.day.isoformat()}
    archived = {item["sk"]["S"].removeprefix("REC#") for item in items if "archived_on" in item}
    told = Counter(
        item["about"]["S"]
        for page in whole_tables.pages("outbox")
        for item in page.items
        if item.get("kind", {}).get("S") in ("record ended", "publicity ended")
    )
    if archived != ended:
        city.fails(f"{len(ended ^ archived)} records are archived and have not ended, or the other way round")
    for record in sorted(ended | told.keys()):
        if told[record] != (record in ended):
            city.fails(f"the end of {record} was told {told[record]} times")
    counts = trail_check.check()
    if counts["failed"]:
        city.fails(f"the trail does not agree with its roots: {counts}")
    city.score.update(
        {"records": len(items), "records that ended": len(ended), "trail entries": counts["entries"], "roots": counts["roots"]}
    )


def simulate(seed: int, days: int, folder: Path) -> City:
    """A city's days from a seed; the tables must be empty."""
    city = City(seed, folder)
    for number in range(days):
        city.day = FIRST_DAY + timedelta(days=number)
        look(city)
        run_jobs(city)
        city.now("10:00:00")
        for action in ACTIONS:
            action(city)
    city.day += timedelta(days=1)
    settle(city)
    return city


def digest(city: City) -> str:
    """What is the same for the same seed: what arrived, what was seen, what failed. How often others were met is chance of the machine."""
    same = ("rows", "rows that came again", "views", "records", "records that ended", "days without jobs")
    facts = [sorted(city.ends.items()), {name: city.score[name] for name in same}, city.failures]
    return hashlib.sha256(json.dumps(facts, default=str, ensure_ascii=False).encode()).hexdigest()[:16]


@click.command()
@click.option("--days", default=3 * 365, show_default=True)
@click.option("--seed", default=1, show_default=True)
def main(days: int, seed: int) -> None:
    """Simulate a city; the scoreboard on stdout, exit code 1 when something went wrong."""
    with in_memory() as folder:
        began = time.monotonic()
        city = simulate(seed, days, folder)
    print(f"{days} days, seed {seed}, {time.monotonic() - began:.0f} seconds, digest {digest(city)}")
    for name, count in sorted(city.score.items()):
        print(f"{count:>8}  {name}")
    for failure in city.failures:
        print(f"FAILED  {failure}")
    sys.exit(1 if city.failures else 0)


if __name__ == "__main__":
    main()
