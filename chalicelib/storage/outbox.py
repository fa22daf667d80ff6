"""What was sent to whom, as proof: each message claimed before it is sent, and what became of it. No words, no contact, no number.

A contact that nothing else keeps any more lies sealed in its message until that is sent.

Keys: `MESSAGE#<id>` / `-`, where the id is keyed by recipient, kind, about, day and channel; `SUPPRESSED#<keyed id of an address>` / `-`.
What has something to be done yet stands in the index `due`, by part and moment.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, cast

from botocore.exceptions import ClientError

from chalicelib import settings
from chalicelib.law import telling
from chalicelib.records.kinds import ChannelKind, MessageState
from chalicelib.records.messages import Former, Message
from chalicelib.storage import engine
from chalicelib.storage.keys import keyring
from chalicelib.storage.packing import SCHEMA

KEPT_LOCALLY = "seen.jsonl"
Part = Literal["messages", "claims", "letters", "printed", "uncertain", "failed", "returned"]
"""The parts of the index: what is to be sent, what somebody has claimed, what the desk prints and posts, and what an officer looks at."""


LOG = logging.getLogger("mingxin")


def message_id(to: str, kind: str, about: str, day: date | None, channel: str) -> str:
    """The id of the one message that there can be of a kind about something for somebody on a day by a channel."""
    return keyring().public_id("m_", to, kind, about, day.isoformat() if day else "", channel)


def write(message: Message, at: datetime, part: Part | None, moment: str) -> engine.Item:
    """A new message, as a write that fails when there is such a one; `part` and `moment` (an instant or a day) are its place in the
    index."""
    item: engine.Item = {
        **_key(message.id),
        "type": {"S": "message"},
        "schema": {"N": str(SCHEMA)},
        "to": {"S": message.to},
        "kind": {"S": message.kind},
        "about": {"S": message.about},
        "day": {"S": message.day.isoformat()},
        "channel": {"S": message.channel},
        "state": {"S": message.state},
        "statutory": {"BOOL": message.statutory},
        "stated": {"BOOL": message.stated},
        "covers": {"S": json.dumps(message.covers, separators=(",", ":"))},
        "attempt": {"N": str(message.attempt)},
        _time(message.state): {"S": _instant(at)},
    }
    if part:
        item |= _place(part, message.id, moment)
    if message.former:
        own_key = keyring().new_data_key(message.id)
        sealed = keyring().seal(own_key, asdict(message.former), owner=message.id, place="former")
        item |= {"data_key": {"B": own_key}, "sealed": {"B": sealed}}
    return {"Put": {"TableName": settings.table("outbox"), "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}}


def put(message: Message, at: datetime, part: Part | None = None, moment: str = "") -> bool:
    """A new message; False when there is such a one."""
    return _did(lambda: engine.client().put_item(**write(message, at, part, moment)["Put"]))


def load(ids: Iterable[str]) -> dict[str, Message]:
    """Messages by their ids."""
    items = engine.batch_get(settings.table("outbox"), [("MESSAGE#" + one, "-") for one in ids])
    return {message.id: message for message in map(_message, items)}


def claim(one: str, at: datetime) -> Message | None:
    """Take a message for oneself before sending it; None when somebody has it, or it may not go yet."""
    values = {
        ":due": {"S": "due"},
        ":claimed": {"S": "claimed"},
        ":free": {"BOOL": True},
        ":now": {"S": _instant(at) + "$"},
        ":at": {"S": _instant(at)},
        ":one": {"N": "1"},
        ":part": {"S": _shard("claims", one)},
        ":place": {"S": _moment(_instant(at), one)},
    }
    try:
        answer = engine.client().update_item(
            TableName=settings.table("outbox"),
            Key=_key(one),
            UpdateExpression="SET #state = :claimed, t_claimed = :at, due_shard = :part, next_due = :place REMOVE again ADD attempt :one",
            ConditionExpression="(#state = :due OR (#state = :claimed AND again = :free)) AND next_due <= :now",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues=values,
            ReturnValues="ALL_NEW",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return None
    return _message(answer["Attributes"])


def release(one: str, until: datetime, detail: str) -> None:
    """Let a claimed message, which surely did not go, be claimed again from a moment on. Its state stays: it only moves forward."""
    _change(
        one,
        "SET again = :free, due_shard = :part, next_due = :place, detail = :detail",
        "#state = :claimed",
        {
            ":free": {"BOOL": True},
            ":part": {"S": _shard("messages", one)},
            ":place": {"S": _moment(_instant(until), one)},
            ":detail": {"S": detail},
            ":claimed": {"S": "claimed"},
        },
    )


def postpone(one: str, until: datetime) -> None:
    """Let a message that nobody has claimed wait longer."""
    _change(
        one,
        "SET next_due = :place",
        "#state = :due OR again = :free",
        {":place": {"S": _moment(_instant(until), one)}, ":due": {"S": "due"}, ":free": {"BOOL": True}},
    )


def note(
    one: str,
    state: MessageState,
    at: datetime,
    *,
    provider: str | None = None,
    provider_id: str | None = None,
    detail: str | None = None,
    part: Part | None = None,
) -> bool:
    """What became of a message, with its time; False when it is further than that already. `part` is where the desk finds it. A contact
    that was kept for it alone is forgotten."""
    earlier = telling.before(state)
    changes, values = ["#state = :state", f"{_time(state)} = :at"], {":state": {"S": state}, ":at": {"S": _instant(at)}}
    for name, value in (("provider", provider), ("provider_id", provider_id), ("detail", detail)):
        if value:
            changes.append(f"{name} = :{name}")
            values[f":{name}"] = {"S": value}
    if part:
        changes.append("due_shard = :part, next_due = :place")
        values |= {":part": {"S": _shard(part, one)}, ":place": {"S": _moment(_instant(at), one)}}
    names = {f":e{number}": {"S": name} for number, name in enumerate(earlier)}
    expression = "SET " + ", ".join(changes) + " REMOVE again, data_key, sealed" + ("" if part else ", due_shard, next_due")
    return _change(one, expression, f"#state IN ({', '.join(names)})", {**values, **names})


def off_the_desk(one: str, by: str, at: datetime) -> None:
    """Nothing is left to do for an officer about a message; who said so, and when."""
    _change(
        one,
        "SET handled_by = :by, handled = :at REMOVE due_shard, next_due",
        "attribute_exists(#state)",
        {":by": {"S": by}, ":at": {"S": _instant(at)}},
    )


def waiting(part: Part, until: str, limit: int) -> list[str]:
    """Ids of the messages in a part of the index up to an instant or day, the longest waiting first, at most `limit` a shard."""
    found: list[str] = []
    for shard in range(settings.shards()):
        values = {":shard": {"S": f"{part}#{shard}"}, ":end": {"S": until + "$"}}
        items = engine.due("outbox", "due_shard = :shard AND next_due < :end", values, limit)
        found += [item["pk"]["S"].removeprefix("MESSAGE#") for item in items]
    return found


def suppress(kind: str, address: str, why: str, at: datetime) -> None:
    """Send nothing more to an address that does not take it."""
    item = {**_suppressed(kind, address), "schema": {"N": str(SCHEMA)}, "why": {"S": why}, "at": {"S": _instant(at)}}
    engine.client().put_item(TableName=settings.table("outbox"), Item=item)


def unsuppress(kind: str, address: str, at: datetime) -> None:
    """Its owner has verified an address again: it is used again."""
    engine.client().update_item(
        TableName=settings.table("outbox"),
        Key=_suppressed(kind, address),
        UpdateExpression="SET ended = :at, #schema = :schema",
        ExpressionAttributeNames={"#schema": "schema"},
        ExpressionAttributeValues={":at": {"S": _instant(at)}, ":schema": {"N": str(SCHEMA)}},
    )


def suppressed(addresses: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Of these addresses, by kind and value, those to which nothing is sent, with the reason."""
    keys = {_suppressed(*one)["pk"]["S"]: one for one in addresses}
    items = engine.batch_get(settings.table("outbox"), [(pk, "-") for pk in keys])
    return {keys[item["pk"]["S"]]: item["why"]["S"] for item in items if "why" in item and "ended" not in item}


def keep_locally(facts: Mapping[str, str]) -> None:
    """On one machine, where nobody has a phone: keep a message as its reader would see it. Elsewhere nothing is kept."""
    folder = settings.local_messages()
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(folder / KEPT_LOCALLY, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8") as file:
        file.write(json.dumps(facts, ensure_ascii=False) + "\n")


def kept_locally(folder: Path) -> list[dict[str, str]]:
    """The messages kept on this machine, the latest first."""
    file = folder / KEPT_LOCALLY
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return [json.loads(line) for line in reversed(lines)]


def _change(one: str, change: str, condition: str, values: engine.Item) -> bool:
    request: engine.Item = {"ExpressionAttributeValues": values} if values else {}
    return _did(
        lambda: engine.client().update_item(
            TableName=settings.table("outbox"),
            Key=_key(one),
            UpdateExpression=change,
            ConditionExpression=condition,
            ExpressionAttributeNames={"#state": "state"},
            **request,
        )
    )


def _did(call: Any) -> bool:
    """Whether a conditional write was done."""
    try:
        call()
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
    return True


def _message(item: engine.Item) -> Message:
    words = {name: item[name]["S"] for name in ("provider", "provider_id", "detail") if name in item}
    return Message(
        id=item["pk"]["S"].removeprefix("MESSAGE#"),
        to=item["to"]["S"],
        kind=item["kind"]["S"],
        about=item["about"]["S"],
        day=date.fromisoformat(item["day"]["S"]),
        channel=cast(ChannelKind, item["channel"]["S"]),
        state=cast(MessageState, item["state"]["S"]),
        statutory=item["statutory"]["BOOL"],
        stated=item["stated"]["BOOL"],
        covers=tuple((kind, about) for kind, about in json.loads(item["covers"]["S"])),
        times={name.removeprefix("t_"): value["S"] for name, value in item.items() if name.startswith("t_")},
        attempt=int(item["attempt"]["N"]),
        former=_former(item),
        **words,
    )


def _former(item: engine.Item) -> Former | None:
    """The contact in a message; None also where it cannot be opened: then there is none to send to."""
    if "sealed" not in item:
        return None
    owner = item["pk"]["S"].removeprefix("MESSAGE#")
    try:
        return Former(**keyring().unseal(bytes(item["data_key"]["B"]), bytes(item["sealed"]["B"]), owner=owner, place="former"))
    except ValueError as error:
        LOG.error("the contact in message %s cannot be opened: %s", owner, type(error).__name__)
        return None


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")


def _time(state: str) -> str:
    return "t_" + state


def _moment(moment: str, one: str) -> str:
    return f"{moment}#{one}"


def _place(part: Part, one: str, moment: str) -> engine.Item:
    return {"due_shard": {"S": _shard(part, one)}, "next_due": {"S": _moment(moment, one)}}


def _shard(part: Part, one: str) -> str:
    return f"{part}#{int(hashlib.sha256(one.encode()).hexdigest()[:4], 16) % settings.shards()}"


def _suppressed(kind: str, address: str) -> engine.Item:
    return {"pk": {"S": "SUPPRESSED#" + keyring().public_id("", "address", kind, address)}, "sk": {"S": "-"}}


def _key(one: str) -> engine.Item:
    return {"pk": {"S": "MESSAGE#" + one}, "sk": {"S": "-"}}
