"""What it takes to end 500 records among ten thousand, a hundred thousand and a million (`make bench`).

Runs on DynamoDB Local in memory. The 500 come in through the front door, each about an organisation of its own; the others are written
straight into the archive, due on later days. Prints requests, seconds and the requests' ratio to those among the fewest: 1 would mean that
nothing but what is due is touched. `python -m bench.expire 10000 100000` measures among these numbers alone.
"""

from __future__ import annotations

import csv
import secrets
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

from bench.engines import OFFICE, in_memory
from bench.intake import penalty
from local import demo

DUE = 500
AMONG = (10_000, 100_000, 1_000_000)
ENDED_ON, LATER = date(2026, 3, 1), "2031-01-01"
WORKERS, AT_ONCE = 8, 1000


def main() -> None:
    """Fill, end, count, print."""
    among = tuple(map(int, sys.argv[1:])) or AMONG
    with in_memory() as folder:
        print(f"{'among':>10}{'due':>6}{'requests':>10}{'a record':>10}{'ratio':>8}{'seconds':>9}", flush=True)
        there, first = 0, 0
        for number, records in enumerate(among):
            _fill(records - there)
            there = records
            _send(folder, number)
            requests, seconds = _end()
            first = first or requests
            print(f"{records:>10,}{DUE:>6}{requests:>10}{requests / DUE:>10.2f}{requests / first:>8.3f}{seconds:>9.1f}", flush=True)


def _end() -> tuple[int, float]:
    """The requests and seconds of one run of the job."""
    from chalicelib.services.scheduled import expire
    from chalicelib.storage import engine

    asked: Counter[str] = Counter()

    def count(model: Any, **_: Any) -> None:
        asked[model.name] += 1

    engine.client().meta.events.register("before-call.dynamodb", count, unique_id="bench")
    began = time.perf_counter()
    worked = expire.expire(ENDED_ON)
    seconds = time.perf_counter() - began
    engine.client().meta.events.unregister("before-call.dynamodb", unique_id="bench")
    assert (worked.due, worked.done, worked.failed) == (DUE, DUE, 0), worked
    return asked.total(), seconds


def _send(folder: Path, number: int) -> None:
    """500 penalties that end in February 2026, each of an organisation that nobody knew."""
    from chalicelib.services.submission import intake

    rows = [_penalty(number * DUE + one) for one in range(DUE)]
    path = folder / f"due-{number}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    outcome = intake.import_file("penalties", path, provider=OFFICE[1])
    assert outcome.accepted == DUE, outcome.refused[:3]


def _penalty(number: int) -> dict[str, str]:
    row = penalty(f"示例演示{number}号食品有限公司", demo.a_code("91", 100_000 + number), number)
    return {**row, "处罚决定日期": "2025/06/02", "公示截止期": "2026/02/27", "处罚有效期": "2026/02/27"}


def _fill(count: int) -> None:
    """Records of others, due on later days."""
    from chalicelib import settings
    from chalicelib.storage import engine

    table = settings.table("archive")

    def write(some: int) -> None:
        engine.batch_write(table, [{"PutRequest": {"Item": item}} for item in _items(some)])

    with ThreadPoolExecutor(WORKERS) as workers:
        list(workers.map(write, [AT_ONCE] * (count // AT_ONCE)))


def _items(count: int) -> Iterator[dict[str, Any]]:
    for _ in range(count):
        keys = {"pk": f"S#s_{secrets.token_hex(12)}", "sk": f"REC#r_{secrets.token_hex(13)}"}
        facts = {**keys, "type": "record", "valid_until": "2030-12-31", "due_shard": "expire#0", "next_due": LATER}
        typed = {name: {"S": text} for name, text in facts.items()}
        yield {**typed, "schema": {"N": "2"}, "sealed": {"B": secrets.token_bytes(60)}}


if __name__ == "__main__":
    main()
