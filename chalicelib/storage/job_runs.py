"""The runs of jobs in `outbox`: when, for which day, how many, how long; one item that is put when a run begins and closed at its end.

Keys: `RUNS#<month>` / `<instant>#<job>#<token>`; `JOBS` / `<job>`, the state of each job, so that all are read at once.
"""

from __future__ import annotations

import contextlib
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from chalicelib import settings
from chalicelib.storage import engine
from chalicelib.storage.packing import SCHEMA, upcast

COUNTS = ("due", "done", "failed", "lag")


@dataclass(frozen=True)
class Run:
    """One run of a job. Instants are UTC; `ended` is None while it runs, and for good when it was cut off.

    `lag` is for how many days the oldest item was due; `handed_on` says that another run goes on where this one ended.
    """

    job: str
    day: date
    began: datetime
    ended: datetime | None
    due: int
    done: int
    failed: int
    lag: int
    milliseconds: int
    handed_on: bool
    error: str

    def cut_off(self, now: datetime, longest_seconds: float) -> bool:
        """Whether it ended without a word: it runs longer than any run may."""
        return self.ended is None and (now - self.began).total_seconds() > longest_seconds


@dataclass(frozen=True)
class Begun:
    """A run that has begun: where it stands."""

    job: str
    day: date
    began: datetime
    place: str


def begin(job: str, day: date, at: datetime) -> Begun:
    """Note that a run begins."""
    instant = at.astimezone(UTC).isoformat(timespec="microseconds")
    begun = Begun(job, day, at, f"{instant}#{job}#{secrets.token_hex(4)}")
    facts = {"type": "job_run", "job": job, "day": day.isoformat(), "began": instant}
    engine.client().put_item(
        TableName=settings.table("outbox"),
        Item={**_key(begun), "schema": {"N": str(SCHEMA)}, **{name: {"S": text} for name, text in facts.items()}},
        ConditionExpression="attribute_not_exists(pk)",
    )
    return begun


def end(begun: Begun, at: datetime, counts: dict[str, int], *, milliseconds: int, handed_on: bool = False, error: str = "") -> None:
    """Note how a run ended; one that came to its end without handing on has finished its day."""
    numbers = {**{name: counts.get(name, 0) for name in COUNTS}, "milliseconds": milliseconds, "handed_on": int(handed_on)}
    values: dict[str, Any] = {f":{name}": {"N": str(number)} for name, number in numbers.items()}
    values |= {":ended": {"S": at.astimezone(UTC).isoformat(timespec="microseconds")}, ":error": {"S": error}}
    engine.client().update_item(
        TableName=settings.table("outbox"),
        Key=_key(begun),
        UpdateExpression="SET #error = :error, ended = :ended, " + ", ".join(f"#{name} = :{name}" for name in numbers),
        ExpressionAttributeNames={"#error": "error", **{f"#{name}": name for name in numbers}},
        ExpressionAttributeValues=values,
    )
    if not handed_on and not error:
        _note_finished(begun.job, begun.day)


def _note_finished(job: str, day: date) -> None:
    """The last day that a job has finished; it never goes back."""
    client = engine.client()
    with contextlib.suppress(client.exceptions.ConditionalCheckFailedException):  # it has finished that day or a later one already
        client.update_item(
            TableName=settings.table("outbox"),
            Key={"pk": {"S": "JOBS"}, "sk": {"S": job}},
            UpdateExpression="SET finished = :day, #schema = :schema, #type = :type",
            ConditionExpression="attribute_not_exists(finished) OR finished < :day",
            ExpressionAttributeNames={"#schema": "schema", "#type": "type"},
            ExpressionAttributeValues={":day": {"S": day.isoformat()}, ":schema": {"N": str(SCHEMA)}, ":type": {"S": "job"}},
        )


def finished() -> dict[str, date]:
    """The last day that each job has finished, by job; one Query."""
    return {item["sk"]["S"]: date.fromisoformat(upcast(item)["finished"]["S"]) for item in engine.query(settings.table("outbox"), "JOBS")}


def latest(month: str, limit: int) -> list[Run]:
    """The latest runs that began in a month (UTC, YYYY-MM), the latest first; one Query."""
    answer = engine.client().query(
        TableName=settings.table("outbox"),
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"RUNS#{month}"}},
        ScanIndexForward=False,
        ConsistentRead=True,
        Limit=limit,
    )
    return [_run(upcast(item)) for item in answer["Items"]]


def _run(item: engine.Item) -> Run:
    numbers = {name: int(item.get(name, {"N": "0"})["N"]) for name in (*COUNTS, "milliseconds", "handed_on")}
    return Run(
        job=item["job"]["S"],
        day=date.fromisoformat(item["day"]["S"]),
        began=datetime.fromisoformat(item["began"]["S"]),
        ended=datetime.fromisoformat(item["ended"]["S"]) if "ended" in item else None,
        due=numbers["due"],
        done=numbers["done"],
        failed=numbers["failed"],
        lag=numbers["lag"],
        milliseconds=numbers["milliseconds"],
        handed_on=bool(numbers["handed_on"]),
        error=item.get("error", {"S": ""})["S"],
    )


def _key(begun: Begun) -> dict[str, Any]:
    return {"pk": {"S": "RUNS#" + begun.place[:7]}, "sk": {"S": begun.place}}
