"""What a look-up costs, against a bare handler that reads one item and returns the same bytes (`make bench`).

Runs on DynamoDB Local in memory. CPU is that of this process alone, the least of several rounds: what Lambda would be paid for.
The bare handler does not go through Chalice: it is a function that does one GetItem with botocore as it comes and hands back a body that
it has ready, the same bytes (compressed too, where ours compresses them). Chalice counts on our side.
"First" asks for another organisation each time, so that no answer was made before; nothing of an answer is kept in the process.
Prints requests, read units and CPU of an organisation with 20 records as JSON and as page, of a page of publicity, and of a
search among 10,000 and among 100,000 names for a name that is as rare in both.
"""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle
from typing import Any
from urllib.parse import quote

import botocore.session

from bench.engines import OFFICE, in_memory
from local import demo, gateway

ROUNDS, CALLS = 7, 60
NAMES = (10_000, 100_000)
RARE = 40
"""How many of the names hold the text that is searched."""
CODE = demo.a_code("91", 7)
NAME = "示例演示食品有限公司"

Bare = Callable[[], object]


def main() -> None:
    """Fill the tables, measure, print."""
    os.environ["MINGXIN_FACE"] = "public"
    with in_memory():
        _organisation()
        from app import create_app

        app = create_app("public")
        table, item = _item_of_the_organisation()

        print(f"{'':<34}{'requests':>9}{'units':>7}{'CPU ms':>8}{'bare':>7}{'ratio':>7}")
        for label, path in (
            ("organisation, JSON", f"/api/v1/subjects/{CODE}"),
            ("organisation, page", f"/subjects/{CODE}"),
            ("organisation, page in English", f"/subjects/{CODE}?lang=en"),
            ("organisation, page, gzip", f"/subjects/{CODE}"),
            ("publicity, page of 20", "/publicity/penalties?from=2026-03-01&to=2026-03-31"),
            ("publicity, page of 20, JSON", "/api/v1/publicity/penalties?from=2026-03-01&to=2026-03-31"),
        ):
            call = _call(app, path, "gzip" if label.endswith("gzip") else "identity")
            _report(label, call, _bare(call, table, item))
        codes = _others(table, item(table))
        for label, path in (("page, another each time", "/subjects/{}"), ("the same in English", "/subjects/{}?lang=en")):
            calls = cycle([_call(app, path.format(code)) for code in codes])
            _report(label, lambda calls=calls: next(calls)(), _bare(_call(app, path.format(CODE)), table, item))  # type: ignore[misc]
        bare = _bare(_call(app, f"/api/v1/subjects/{CODE}"), table, item)
        written = 0
        for names in NAMES:
            _write_names(written, names)
            written = names
            _report(f"search among {names:,} names", _call(app, f"/api/v1/subjects?q={quote('罕见')}"), bare)


def _report(label: str, call: Bare, bare: Bare) -> None:
    with _counted() as made:
        call()
    cpu, least = least_cpu(call, bare)
    print(f"{label:<34}{len(made):>9}{sum(made):>7.1f}{cpu:>8.2f}{least:>7.2f}{cpu / least:>7.2f}", flush=True)


def least_cpu(*calls: Bare) -> list[float]:
    """Milliseconds of CPU for one of each call, one after the other in turns so that all meet the same machine: of several rounds the one
    that took least in all."""
    rounds = [_in_turns(calls) for _ in range(ROUNDS)]
    return min(rounds, key=sum)


def _in_turns(calls: Sequence[Bare]) -> list[float]:
    spent = [0.0] * len(calls)
    for _ in range(CALLS):
        for place, call in enumerate(calls):
            began = time.process_time()
            call()
            spent[place] += time.process_time() - began
    return [seconds / CALLS * 1000 for seconds in spent]


@contextmanager
def _counted() -> Iterator[list[float]]:
    """The read units of each request made meanwhile."""
    from chalicelib.storage import engine

    events, made = engine.client().meta.events, []

    def ask(params: dict[str, Any], **_: Any) -> None:
        params["body"] = params["body"][:-1] + b',"ReturnConsumedCapacity":"TOTAL"}'

    def note(parsed: dict[str, Any], **_: Any) -> None:
        made.append(parsed["ConsumedCapacity"]["CapacityUnits"])

    events.register("before-call.dynamodb", ask)
    events.register("after-call.dynamodb", note)
    try:
        yield made
    finally:
        events.unregister("before-call.dynamodb", ask)
        events.unregister("after-call.dynamodb", note)


def _bare(call: Callable[[], Any], table: str, item: Callable[[str], Any]) -> Bare:
    """A handler that reads one item and answers the bytes of this call, which it has ready."""
    ready = call()
    return lambda: {**{part: ready[part] for part in ("statusCode", "headers", "body")}, "item": item(table)}


def _others(table: str, item: dict[str, Any]) -> list[str]:
    """The codes of as many other organisations as a round has calls, each with its own name, codes, numbers and days."""
    from chalicelib.storage import engine, packing

    text, codes = packing.unpacked_text(item["body"]["B"]).decode(), []
    for number in range(CALLS):
        code = demo.a_code("91", 20_000 + number)
        other = text.replace(CODE, code).replace("演示食品", f"演示{number}食品").replace('"r_', f'"r_{number}')
        other = other.replace("2026〕", f"2026〕{number}")
        body = zlib.compress(other.replace("2026-02-26", f"2026-02-{number % 28 + 1:02d}").encode(), 6)
        engine.client().put_item(TableName=table, Item={**item, "pk": {"S": "ORG#" + code}, "body": {"B": body}})
        codes.append(code)
    return codes


def _call(app: Any, address: str, encoding: str = "identity") -> Callable[[], Any]:
    """A call of the app with the event that API Gateway would make of this address."""
    path, _, query = address.partition("?")
    match = gateway.Routes(app.routes).find(path)
    assert match is not None, path
    event = gateway.event(gateway.HttpRequest("GET", path, query, {"Accept-Encoding": encoding}), match)
    context = gateway.Context("mingxin")

    def call() -> Any:
        answer = app(event, context)
        assert answer["statusCode"] == 200, answer
        return answer

    return call


def _item_of_the_organisation() -> tuple[str, Callable[[str], Any]]:
    from chalicelib import settings

    client = botocore.session.get_session().create_client("dynamodb")
    key = {"pk": {"S": "ORG#" + CODE}, "sk": {"S": "DOC"}}
    return settings.table("publication"), lambda table: client.get_item(TableName=table, Key=key)["Item"]


def _organisation() -> None:
    """An organisation with ten licences and ten penalties, and thirty other penalties."""
    from bench.intake import licence, penalty, subject
    from chalicelib import cities
    from chalicelib.services.submission import intake
    from chalicelib.services.submission.files import Row

    city = cities.load("nantong")
    others = [(f"示例演示{number}号食品有限公司", demo.a_code("91", 8_000 + number)) for number in range(30)]
    submissions = {
        "subjects": [subject(NAME, CODE), *(subject(*other) for other in others)],
        "licences": [licence(NAME, CODE, number) for number in range(10)],
        "penalties": [
            *({**penalty(NAME, CODE, number), "处罚决定日期": "2026/02/26"} for number in range(10)),
            *({**penalty(*other, 100 + number), "处罚决定日期": "2026/03/05"} for number, other in enumerate(others)),
        ],
    }
    for kind, rows in submissions.items():
        outcome = intake.submit(kind, [Row(line, cells) for line, cells in enumerate(rows, start=2)], provider=OFFICE[1], city=city)
        assert outcome.accepted == len(rows), outcome


def _write_names(first: int, last: int) -> None:
    """The entries of so many names, as publishing writes them; of each ten thousand the same number are rare ones at first."""
    from chalicelib.law.names import found_by
    from chalicelib.storage import names, packing, whole_tables

    def items(number: int) -> Iterator[dict[str, Any]]:
        name, code = f"示例{'罕见' if number < RARE else '寻常'}{number}商行", f"{number:018d}"
        facts = {"code": code, "name": name, "kind": "organisation", "status": "active", "matched": "name", "whole": False}
        body = packing.pack(facts)
        for ending in found_by(name):
            pk, sk = names.key_of(ending, code)
            yield {"pk": {"S": pk}, "sk": {"S": sk}, "schema": {"N": str(packing.SCHEMA)}, "version": {"N": "1"}, "body": {"B": body}}

    def write(begin: int) -> None:
        whole_tables.put_all("publication", [item for number in range(begin, begin + 500) for item in items(number)])

    with ThreadPoolExecutor(8) as workers:
        list(workers.map(write, range(first, last, 500)))


if __name__ == "__main__":
    main()
