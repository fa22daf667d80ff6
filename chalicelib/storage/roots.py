"""Signed roots of the trail: kept where nothing can be replaced (Object Lock in the cloud), and published.

Files: `trail/<day>/<edition>.json`, with all that the root was made of.
In `publication`: `ROOTS` / `<day>#<edition>`, what anyone may read.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from botocore.exceptions import ClientError

from chalicelib import settings
from chalicelib.storage import engine
from chalicelib.storage.engine import Item
from chalicelib.storage.packing import SCHEMA, upcast

ROOTS = "ROOTS"


class Vault(Protocol):
    """Whoever keeps files that are put once and never replaced."""

    def put(self, name: str, content: bytes) -> bool: ...

    def get(self, name: str) -> bytes: ...


class Folder:
    """A folder of files that nobody may write again (mode 400), for one machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, content: bytes) -> bool:
        """Keep a file; False when there is one of that name already."""
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        fresh.unlink(missing_ok=True)
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "wb") as file:
            file.write(content)
        try:
            os.link(fresh, path)
        except FileExistsError:
            return False
        finally:
            fresh.unlink()
        return True

    def get(self, name: str) -> bytes:
        """A file; FileNotFoundError when it is not there."""
        return (self._folder / name).read_bytes()


class Bucket:
    """An S3 bucket with Object Lock: by its own rule nobody, not even the account's owner, deletes or replaces what is in it for years."""

    def __init__(self, name: str) -> None:
        self._s3: Any = engine.create_client("s3")
        self._name = name

    def put(self, name: str, content: bytes) -> bool:
        """Keep a file; False when there is one of that name already."""
        try:
            self._s3.put_object(Bucket=self._name, Key=name, Body=content, ContentType="application/json", IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("PreconditionFailed", "ConditionalRequestConflict"):
                raise
            return False
        return True

    def get(self, name: str) -> bytes:
        """A file; FileNotFoundError when it is not there."""
        try:
            return bytes(self._s3.get_object(Bucket=self._name, Key=name)["Body"].read())
        except self._s3.exceptions.NoSuchKey as error:
            raise FileNotFoundError(name) from error


@cache
def _vault(where: str) -> Vault:
    return Bucket(where.removeprefix("s3:")) if where.startswith("s3:") else Folder(Path(where))


def keep(day: str, edition: int, facts: Mapping[str, Any]) -> bool:
    """Keep a root with all that it was made of; False when that edition of the day is there already."""
    return _vault(settings.roots()).put(_name(day, edition), json.dumps(facts, separators=(",", ":")).encode())


def kept(day: str, edition: int) -> dict[str, Any]:
    """A root with all that it was made of; FileNotFoundError when there is none."""
    facts: dict[str, Any] = json.loads(_vault(settings.roots()).get(_name(day, edition)))
    return facts


def publish(day: str, edition: int, facts: Mapping[str, Any]) -> None:
    """Let everybody read a root and its signature."""
    item = {"pk": {"S": ROOTS}, "sk": {"S": _place(day, edition)}, "schema": {"N": str(SCHEMA)}, "facts": {"S": json.dumps(facts)}}
    engine.client().put_item(TableName=settings.table("publication"), Item=item)


def published(since: str = "") -> list[dict[str, Any]]:
    """The roots of the days from one on, the earliest first."""
    items = engine.query(settings.table("publication"), ROOTS)
    return [json.loads(upcast(item)["facts"]["S"]) for item in items if item["sk"]["S"] >= since]


def latest(limit: int, before: tuple[str, int] = ("9", 0)) -> list[dict[str, Any]]:
    """The latest roots before one (its day and edition), the latest first; one Query."""
    answer = engine.client().query(
        TableName=settings.table("publication"),
        KeyConditionExpression="pk = :pk AND sk < :before",
        ExpressionAttributeValues={":pk": {"S": ROOTS}, ":before": {"S": _place(*before)}},
        ScanIndexForward=False,
        Limit=limit,
    )
    return [json.loads(upcast(item)["facts"]["S"]) for item in answer["Items"]]


def last_of(day: str) -> dict[str, Any] | None:
    """The latest published root of a day; None while there is none."""
    answer = engine.client().query(
        TableName=settings.table("publication"),
        KeyConditionExpression="pk = :pk AND begins_with(sk, :day)",
        ExpressionAttributeValues={":pk": {"S": ROOTS}, ":day": {"S": day + "#"}},
        ScanIndexForward=False,
        ConsistentRead=True,
        Limit=1,
    )
    return next((json.loads(upcast(item)["facts"]["S"]) for item in answer["Items"]), None)


def entries_of(day: str) -> list[Item]:
    """Every entry of the trail of a day (UTC, YYYY-MM-DD), in the order of their instants; by Query."""
    found = [item for shard in range(settings.shards()) for item in engine.query(settings.table("trail"), f"{day}#{shard}")]
    return sorted(found, key=lambda item: str(item["sk"]["S"]))


def _place(day: str, edition: int) -> str:
    return f"{day}#{edition:05d}"


def _name(day: str, edition: int) -> str:
    return f"trail/{day}/{edition:05d}.json"
