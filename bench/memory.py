"""How much memory the importer takes for a whole city (`make bench-memory`): organisations, and three licences of each.

A process of its own imports each file as the command does, on DynamoDB Local in memory, and tells the most memory it ever had. The aim is
300 MB for 100,000 organisations and 300,000 licences. It takes about an hour; an argument asks for fewer organisations.
"""

from __future__ import annotations

import csv
import multiprocessing
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.engines import OFFICE, in_memory
from bench.intake import licence, subject
from local import demo

ORGANISATIONS, LICENCES_EACH = 100_000, 3


def main(organisations: int) -> None:
    """Import both files, each in a process of its own, and print rows a second and the most memory."""
    with in_memory() as folder:
        print(f"{'kind':<12}{'rows':>9}{'rows/s':>9}{'MB':>7}")
        for kind, rows in (("subjects", _subjects(organisations)), ("licences", _licences(organisations))):
            path = folder / f"{kind}.csv"
            count = _write(path, rows)
            began = time.perf_counter()
            importer = multiprocessing.get_context("spawn").Process(target=_import, args=(kind, path, count))
            importer.start()
            importer.join()
            seconds = time.perf_counter() - began
            assert importer.exitcode == 0
            print(f"{kind:<12}{count:>9}{count / seconds:>9.0f}{(folder / 'most').read_text():>7}", flush=True)


def _import(kind: str, path: Path, count: int) -> None:
    from chalicelib.services.submission import intake

    outcome = intake.import_file(kind, path, provider=OFFICE[1])
    assert outcome.accepted == count, outcome
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (path.parent / "most").write_text(f"{most // 1024}")


def _write(path: Path, rows: Iterator[dict[str, str]]) -> int:
    first = next(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(first))
        writer.writeheader()
        writer.writerow(first)
        count = 1
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


def _organisation(number: int) -> tuple[str, str]:
    return f"示例演示{number}号食品有限公司", demo.a_code("91", 10_000 + number)


def _subjects(organisations: int) -> Iterator[dict[str, str]]:
    for number in range(organisations):
        yield subject(*_organisation(number), number)


def _licences(organisations: int) -> Iterator[dict[str, str]]:
    for number in range(organisations * LICENCES_EACH):
        yield licence(*_organisation(number % organisations), number)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ORGANISATIONS)
