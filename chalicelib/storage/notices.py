"""What is to be told to whom, each announced once, and what became of it; what waits stands in the index `due`.

Key: `TO#<to>` / `<day>#<kind>#<about>`. What a notice says of a subject is sealed under the subject's data key.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from botocore.exceptions import ClientError

from chalicelib import settings
from chalicelib.records.kinds import NoticeState
from chalicelib.records.messages import Notice
from chalicelib.storage import archive, engine
from chalicelib.storage.keys import keyring
from chalicelib.storage.packing import SCHEMA

WAITING = "notices"
AT_ONCE = "notices-at-once"
UNTOLD = "notices-untold"
"""The parts of the index in which notices wait for their day, for nothing, and for an officer who finds a way."""
LOG = logging.getLogger("mingxin")


def put(notice: Notice, at: datetime, *, at_once: bool = False) -> bool:
    """Announce something; False when it was announced already. KeyError when its subject is not here."""
    try:
        engine.client().put_item(**write(notice, at, at_once=at_once)["Put"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
    return True


def write(notice: Notice, at: datetime, *, data_key: bytes | None = None, at_once: bool = False) -> engine.Item:
    """The same as a write for a transaction; `data_key` is the subject's, read from its archive where it is not given."""
    pk, sk = key(notice)
    item: engine.Item = {
        "pk": {"S": pk},
        "sk": {"S": sk},
        "type": {"S": "notice"},
        "schema": {"N": str(SCHEMA)},
        "kind": {"S": notice.kind},
        "about": {"S": notice.about},
        "day": {"S": notice.day.isoformat()},
        "at": {"S": at.isoformat(timespec="microseconds")},
        "state": {"S": notice.state},
    }
    if notice.state == "due":
        item["due_shard"] = {"S": _shard(AT_ONCE if at_once else WAITING, notice.to)}
        item["next_due"] = {"S": f"{notice.day.isoformat()}#{notice.to}"}
    if notice.messages:
        item["messages"] = {"S": json.dumps(notice.messages)}
    if notice.facts:
        own_key, kept = _data_key(notice.to, data_key)
        item["sealed"] = {"B": keyring().seal(own_key, dict(notice.facts), owner=_owner(notice.to), place=sk)}
        item |= {"data_key": {"B": own_key}} if kept else {}
    return {"Put": {"TableName": settings.table("outbox"), "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}}


def of(to: str, limit: int, before: str | None = None) -> tuple[list[Notice], str | None]:
    """The notices to somebody, the latest day first, and where the next page begins; None at the end."""
    request: engine.Item = {
        "TableName": settings.table("outbox"),
        "KeyConditionExpression": "pk = :pk" + (" AND sk < :before" if before else ""),
        "ExpressionAttributeValues": {":pk": {"S": "TO#" + to}} | ({":before": {"S": before}} if before else {}),
        "ScanIndexForward": False,
        "Limit": limit,
    }
    answer = engine.client().query(**request)
    found = list(_notices(answer["Items"]))
    return found, answer["Items"][-1]["sk"]["S"] if "LastEvaluatedKey" in answer else None


@dataclass(frozen=True)
class Waiting:
    """A notice that the index names: to whom and for which day."""

    to: str
    day: date


def waiting(part: str, day: date, limit: int) -> Iterator[Waiting]:
    """Whom to tell by a day, at most `limit` notices a shard, the earliest day first, from the index."""
    for shard in range(settings.shards()):
        values = {":shard": {"S": f"{part}#{shard}"}, ":end": {"S": day.isoformat() + "$"}}
        for item in engine.due("outbox", "due_shard = :shard AND next_due < :end", values, limit):
            yield Waiting(item["pk"]["S"].removeprefix("TO#"), date.fromisoformat(item["sk"]["S"][:10]))


def open_for(to: str, since: date, day: date, part: str = WAITING) -> list[Notice]:
    """The notices to somebody, of the days from `since` to `day`, that still wait in a part of the index."""
    answer = engine.client().query(
        TableName=settings.table("outbox"),
        KeyConditionExpression="pk = :pk AND sk BETWEEN :since AND :end",
        FilterExpression="#state = :due AND begins_with(due_shard, :part)",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={
            ":pk": {"S": "TO#" + to},
            ":since": {"S": since.isoformat()},
            ":end": {"S": day.isoformat() + "$"},
            ":due": {"S": "due"},
            ":part": {"S": f"{part}#"},
        },
        ConsistentRead=True,
    )
    return list(_notices(answer["Items"]))


def find(to: str, day: date, kind: str, about: str) -> Notice | None:
    """A notice by its key; None when there is none."""
    items = engine.batch_get(settings.table("outbox"), [("TO#" + to, f"{day.isoformat()}#{kind}#{about}")])
    return next(_notices(list(items)), None)


def becomes(notice: Notice, state: NoticeState, messages: tuple[str, ...] = ()) -> engine.Item:
    """The write by which a waiting notice comes to its end; it fails when somebody else was first. What reached nobody stays in the
    index, for the desk, as does what cannot be opened."""
    pk, sk = key(notice)
    place, values = " REMOVE due_shard, next_due", {}
    if state in ("untold", "damaged"):
        place, values = ", due_shard = :part", {":part": {"S": _shard(UNTOLD, notice.to)}}
    return {
        "Update": {
            "TableName": settings.table("outbox"),
            "Key": {"pk": {"S": pk}, "sk": {"S": sk}},
            "UpdateExpression": f"SET #state = :state, messages = :messages{place}",
            "ConditionExpression": "#state = :due",
            "ExpressionAttributeNames": {"#state": "state"},
            "ExpressionAttributeValues": {
                ":state": {"S": state},
                ":due": {"S": "due"},
                ":messages": {"S": json.dumps(messages)},
                **values,
            },
        }
    }


def wait(notice: Notice) -> None:
    """Let what could be told at once wait for the next message of a day instead; harmless when it has been told meanwhile."""
    pk, sk = key(notice)
    values = {":due": {"S": "due"}, ":waiting": {"S": _shard(WAITING, notice.to)}}
    try:
        engine.client().update_item(
            TableName=settings.table("outbox"),
            Key={"pk": {"S": pk}, "sk": {"S": sk}},
            UpdateExpression="SET due_shard = :waiting",
            ConditionExpression="#state = :due",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues=values,
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise


def key(notice: Notice) -> tuple[str, str]:
    """Where a notice stands."""
    return "TO#" + notice.to, f"{notice.day.isoformat()}#{notice.kind}#{notice.about}"


def key_in_time(notice: Notice) -> tuple[str, str]:
    """By what notices to several addresses stand in one order: the later the day, the greater."""
    pk, sk = key(notice)
    return sk, pk


def served(to: str, place: str) -> bool:
    """What reached nobody was served by hand; False when it is not among these."""
    try:
        engine.client().update_item(
            TableName=settings.table("outbox"),
            Key={"pk": {"S": "TO#" + to}, "sk": {"S": place}},
            UpdateExpression="SET #state = :told REMOVE due_shard, next_due",
            ConditionExpression="#state IN (:untold, :damaged)",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues={":told": {"S": "served"}, ":untold": {"S": "untold"}, ":damaged": {"S": "damaged"}},
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
    return True


def untold(limit: int) -> list[tuple[str, str]]:
    """The notices that reached nobody, at most `limit` a shard: to whom, and their places there."""
    found: list[tuple[str, str]] = []
    for shard in range(settings.shards()):
        waiting = engine.due("outbox", "due_shard = :shard", {":shard": {"S": f"{UNTOLD}#{shard}"}}, limit)
        found += [(item["pk"]["S"].removeprefix("TO#"), item["sk"]["S"]) for item in waiting]
    return found


def _shard(part: str, to: str) -> str:
    return f"{part}#{int(hashlib.sha256(to.encode()).hexdigest()[:4], 16) % settings.shards()}"


def _owner(to: str) -> str:
    return to.removeprefix("s:") if to.startswith("s:") else "TO#" + to


def _data_key(to: str, given: bytes | None) -> tuple[bytes, bool]:
    """The key under which facts are sealed, and whether it is kept beside them: subjects have theirs in the archive."""
    if to.startswith("s:"):
        subject_id = _owner(to)
        return given or archive.load_subjects([subject_id])[subject_id].data_key, False
    return given or keyring().new_data_key(_owner(to)), True


def _notices(items: list[engine.Item]) -> Iterator[Notice]:
    known: dict[str, bytes] = {}
    for item in items:
        to = item["pk"]["S"].removeprefix("TO#")
        facts = _facts(item, to, known)
        yield Notice(
            to=to,
            kind=item["kind"]["S"],
            about=item["about"]["S"],
            day=date.fromisoformat(item["day"]["S"]),
            at=item["at"]["S"],
            facts=facts or {},
            state=cast(NoticeState, item["state"]["S"]),
            messages=tuple(json.loads(item["messages"]["S"])) if "messages" in item else (),
            damaged=facts is None,
        )


def _facts(item: engine.Item, to: str, known: dict[str, bytes]) -> dict[str, str] | None:
    """What a notice says; None where that cannot be opened, so that it hides no other."""
    if "sealed" not in item:
        return {}
    try:
        data_key = bytes(item["data_key"]["B"]) if "data_key" in item else _key_of(to, known)
        facts: Any = keyring().unseal(data_key, bytes(item["sealed"]["B"]), owner=_owner(to), place=item["sk"]["S"])
    except (KeyError, ValueError) as error:
        LOG.error("a notice of kind %s cannot be opened: %s", item["kind"]["S"], type(error).__name__)
        return None
    return cast(dict[str, str], facts)


def _key_of(to: str, known: dict[str, bytes]) -> bytes:
    """The data key of a subject, read once."""
    if to not in known:
        known |= {"s:" + name: loaded.data_key for name, loaded in archive.load_subjects([_owner(to)]).items()}
    return known[to]
