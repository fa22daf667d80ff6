"""What a million look-ups and a million records cost, from what they are measured to take and a price list (`make bench`).

Requests, read and write units, milliseconds of work and bytes are measured on DynamoDB Local; prices and what one machine cannot
measure stand in `prices.toml`. Prints the table of docs/costs.md.
"""

from __future__ import annotations

import csv
import io
import json
import math
import time
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.engines import OFFICE, in_memory
from bench.intake import licences, penalties, penalties_of_one, subjects
from tests.infra.functions import asked

PRICES = Path(__file__).with_name("prices.toml")
READS = ("GetItem", "Query")
TIMES, ROWS = 200, 400
MILLION, GIGABYTE = 1_000_000, 1 << 30


@dataclass(frozen=True)
class Measured:
    """What one request (or one row of it) takes. `milliseconds` is processor time; `log` the bytes of the line that it tells."""

    name: str
    requests: float
    reads: float
    writes: float
    calls: float
    milliseconds: float
    bytes_out: float
    log: float


class _Capacity:
    """Counts every call's capacity units by the rules of Amazon DynamoDB ("Read and write operations" in its guide).

    DynamoDB Local reports them too, but of a transaction only one item a table, and nothing for what is not there.
    """

    def __init__(self) -> None:
        from botocore.client import BaseClient

        self.reads = self.writes = self.calls = 0.0
        genuine = BaseClient._make_api_call  # noqa: SLF001 (the one place through which every client goes)

        def counted(client: Any, operation: str, given: dict[str, Any]) -> Any:
            answer = genuine(client, operation, {**given, "ReturnConsumedCapacity": "TOTAL"})
            self.calls += 1
            if operation == "TransactWriteItems":
                sizes = [_written(write, lambda get: genuine(client, "GetItem", get)) for write in given["TransactItems"]]
                self.writes += sum(2 * max(1, math.ceil(size / 1024)) for size in sizes)
                return answer
            consumed = answer.get("ConsumedCapacity", [])
            units = sum(table["CapacityUnits"] for table in (consumed if isinstance(consumed, list) else [consumed]))
            if operation == "BatchGetItem":  # what is not there costs as much as what is small
                self.reads += max(units, sum(len(asked["Keys"]) for asked in given["RequestItems"].values()))
            elif operation in READS:
                self.reads += max(units, 0.5)
            else:
                self.writes += units
            return answer

        BaseClient._make_api_call = counted  # noqa: SLF001

    def start(self) -> None:
        """Begin at zero."""
        self.reads = self.writes = self.calls = 0.0


def _written(write: Mapping[str, Any], get: Callable[[dict[str, Any]], Any]) -> int:
    """The bytes of the item that a part of a transaction writes; of one that it changes or looks at, as it lies there now."""
    ((_, part),) = write.items()
    item = part.get("Item") or get({"TableName": part["TableName"], "Key": part["Key"]}).get("Item", {})
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: Mapping[str, Any]) -> int:
    """About the bytes of one attribute value."""
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "B":
            return len(content)
        case "L":
            return 3 + sum(1 + _size(part) for part in content)
        case _:
            return len(str(content)) // 2 + 1


def main() -> None:
    """Measure, compute and print."""
    with in_memory() as folder:
        code = penalties_of_one(folder)
        found = _look_ups(code) + _records()
    _print(found, tomllib.loads(PRICES.read_text(encoding="utf-8")))


def _look_ups(code: str) -> list[Measured]:
    from app import create_app

    app, capacity = create_app("public"), _Capacity()
    cases = [
        ("look-up, JSON", f"/api/v1/subjects/{code}", ""),
        ("look-up, page", f"/subjects/{code}", ""),
        ("search by name", "/api/v1/subjects", "q=示例演示7号食品有限公司"),
        ("publicity, page", "/publicity/penalties", ""),
    ]
    return [_asked(name, app, asked(app.routes, path, query), capacity) for name, path, query in cases]


def _asked(name: str, app: Callable[[Any, Any], Mapping[str, Any]], event: dict[str, Any], capacity: _Capacity) -> Measured:
    app(event, None)
    capacity.start()
    began = time.process_time()
    for _ in range(TIMES):
        answer = app(event, None)
    milliseconds = (time.process_time() - began) * 1000 / TIMES
    assert answer["statusCode"] == 200
    each = (capacity.reads / TIMES, capacity.writes / TIMES, capacity.calls / TIMES)
    return Measured(name, 1, *each, milliseconds, len(answer["body"].encode()) + len(json.dumps(answer["headers"])), LINE)


LINE = 430
"""Bytes of the line that a request tells (chalicelib/watching.py)."""


def _records() -> list[Measured]:
    from app import create_app
    from chalicelib.services.identity import api_keys

    app, capacity = create_app("members"), _Capacity()
    key = api_keys.create("示例系统", (f"submit:{OFFICE[1]}",))[1]
    measured = []
    for kind, rows in (("subjects", subjects()), ("licences", licences()), ("penalties", penalties())):
        some = [row for row, _ in zip(rows, range(ROWS), strict=False)]
        text = io.StringIO()
        writer = csv.DictWriter(text, list(some[0]))
        writer.writeheader()
        writer.writerows(some)
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "text/csv"}
        event = asked(app.routes, "/api/v1/records", f"kind={kind}", "POST", headers, text.getvalue().encode())
        capacity.start()
        began = time.process_time()
        answer = app(event, None)
        milliseconds = (time.process_time() - began) * 1000 / ROWS
        assert answer["statusCode"] == 200, answer["body"]
        each = (capacity.reads / ROWS, capacity.writes / ROWS, capacity.calls / ROWS)
        measured.append(Measured(f"record: {kind}", 1 / ROWS, *each, milliseconds, len(answer["body"]) / ROWS, LINE * 2 / ROWS))
    return measured


def cost(one: Measured, stated: Mapping[str, Any]) -> dict[str, float]:
    """What a million of it cost, by service."""
    prices, assumed = stated["prices"], stated["assumed"]
    reaching = 1 - assumed["kept_by_the_front"] if one.name.startswith("look-up") else 1.0
    seconds = (one.milliseconds / assumed["lambda_share_of_a_core"] + one.calls * assumed["milliseconds_a_call_of_dynamodb"]) / 1000
    return {
        "DynamoDB": reaching * (one.reads * prices["dynamodb_million_read_units"] + one.writes * prices["dynamodb_million_write_units"]),
        "Lambda": reaching
        * (
            one.requests * prices["lambda_million_requests"]
            + seconds * assumed["lambda_gigabytes"] * prices["lambda_gigabyte_second"] * MILLION
        ),
        "gateway and wall": reaching * one.requests * (prices["gateway_million_requests"] + prices["wall_million_requests"]),
        "CloudFront": one.requests * (prices["front_million_requests"] + prices["front_million_functions"])
        + one.bytes_out * MILLION / GIGABYTE * prices["front_gigabyte_out"],
        "logs": reaching * one.log * MILLION / GIGABYTE * prices["logs_gigabyte"],
    }


def _print(found: list[Measured], stated: Mapping[str, Any]) -> None:
    print(f"| each | read units | write units | calls | ms | bytes out | a million, {stated['currency']} | of it DynamoDB |")
    print("|---|---|---|---|---|---|---|---|")
    for one in found:
        parts = cost(one, stated)
        measured = f"{one.reads:.1f} | {one.writes:.1f} | {one.calls:.2f} | {one.milliseconds:.2f} | {one.bytes_out:,.0f}"
        print(f"| {one.name} | {measured} | {sum(parts.values()):.2f} | {parts['DynamoDB']:.2f} |")
    print(f"\n{stated['region']}, {stated['as_of']}, {stated['note']}; each month besides: {sum(stated['prices']['month'].values()):.2f}")


if __name__ == "__main__":
    main()
