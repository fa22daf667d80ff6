"""The tables as they were put back for another try, and what is in them said so that two runs can be compared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from chalicelib import settings
from chalicelib.storage import engine as engines
from chalicelib.storage import publishing, raw_items

TABLES = ("archive", "publication", "trail", "outbox")
SAID = ("state", "kind", "due_shard", "next_due", "waits_for", "procedure", "ended", "archived_on", "statutory", "body", "sent")
"""What of an item is the same in every run; ids, seals and instants are not."""
OF_RUNS = ("RUNS#", "JOBS", "COUNTS", "FRESH")
"""Where runs note themselves and the moment."""
_BY_CHANCE = re.compile(
    r"[A-Z]{2}-\d{8}-[0-9A-Z]{8}|T\d\d:\d\d:\d\d[^#]*|T\d{6}[^#]*|[0-9a-f]{64}|(?<=#)[0-9a-f]{8}(?=')|archive.restored .*"
)


def items(table: str) -> list[dict[str, Any]]:
    """All items of a table."""
    pages = engines.client().get_paginator("scan").paginate(TableName=settings.table(table), ConsistentRead=True)
    return [item for page in pages for item in page["Items"]]


def remembered() -> Callable[[], None]:
    """Puts all tables back to where they are now."""
    kept = {table: {_place(item): item for item in items(table)} for table in TABLES}

    def put_back() -> None:
        publishing._marked.clear()  # a process marks the months of feeds once
        for table, before in kept.items():
            there = {_place(item): item for item in items(table)}
            new = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in there.keys() - before]
            changed = [item for place, item in before.items() if there.get(place) != item]
            requests: list[dict[str, Any]] = [{"DeleteRequest": {"Key": key}} for key in new]
            engines.batch_write(settings.table(table), requests + [{"PutRequest": {"Item": item}} for item in changed])

    return put_back


def standing(*tables: str) -> Counter[str]:
    """What lies in the tables (these, or all) and what the trail tells, without what is chance, and without the runs of jobs."""
    found: Counter[str] = Counter()
    for table in tables or ("archive", "publication", "outbox"):
        for item in items(table):
            if not item["pk"]["S"].startswith(OF_RUNS):
                said = {name: next(iter(item[name].values())) for name in SAID if name in item}
                found[_without_chance(f"{table} {_place(item)} {said}")] += 1
    for entry in items("trail"):
        found.update(_without_chance(f"{action} {about}") for action, _, about in raw_items.acts_of(entry))
    del found["-"]
    return found


def _without_chance(text: str) -> str:
    return _BY_CHANCE.sub("-", text)


def _place(item: dict[str, Any]) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]
