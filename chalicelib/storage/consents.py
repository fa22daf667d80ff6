"""Consents in the archive, each sealed under a key of its own, with the ways to it from its subject's number and from its asker.

Keys: `CONSENT#<id>` / `-`; `CONSENTS#<keyed hash>` / `<instant>#<id>`, which says nothing but where to look. They lie by number and not
with a subject: a request for somebody who is not in the archive makes the same writes as one for somebody who is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from botocore.exceptions import ClientError
from pynamodb.attributes import BinaryAttribute, NumberAttribute

from chalicelib import settings
from chalicelib.law.consent import stands_until
from chalicelib.law.parameters import Rules
from chalicelib.records.access import Act
from chalicelib.records.identifiers import Identifier
from chalicelib.records.reports import Consent
from chalicelib.records.subjects import Office
from chalicelib.storage import archive, due, engine
from chalicelib.storage.keys import keyring
from chalicelib.storage.models import ArchiveItem

UNTOLD, UNCHECKED, ENDING = "consent#0", "written#0", "consent ends#0"
"""Where requests are due of which nobody has told the subject, papers that a second officer has yet to check, and, on the day after
their last one, consents and unanswered requests."""
A_ROUND = 50
"""Consents that one round of a list reads."""
_PLACE = re.compile(r"[0-9T:.+-]{10,40}#Q-[0-9]{8}-[0-9A-Z]{8}")
_AFTER_ALL = "~"


class ConsentItem(ArchiveItem, discriminator="consent"):
    """One consent or request for it."""

    version = NumberAttribute()
    data_key = BinaryAttribute(legacy_encoding=False)
    sealed = BinaryAttribute(legacy_encoding=False)


class ConsentPointerItem(ArchiveItem, discriminator="consent_pointer"):
    """From a subject's number or an asker's code to a consent."""


def add(consent: Consent, actor: str, at: datetime, action: str = "consent.asked", data_key: bytes | None = None) -> None:
    """Keep a new consent or request, found from both sides, with its entry in the trail."""
    changes = archive.Changes()
    place, data_key = consent.id, data_key or new_data_key(consent.id)
    item = _item(consent, data_key)
    if consent.way != "in advance":
        item.due_shard, item.next_due = UNCHECKED if consent.way == "written" else UNTOLD, at.date().isoformat()
    changes.put(item)
    for collection in (_subjects(consent.subject), _askers(consent.asker.code)):
        changes.put(ConsentPointerItem(collection, f"{consent.asked}#{place}"))
    _put_trail(changes, consent, action, actor, at)
    changes.commit()


def new_data_key(consent_id: str) -> bytes:
    """A key under which a consent will lie, and its scan."""
    return keyring().new_data_key(consent_id)


def sealed_scan(consent: Consent, data_key: bytes, scan: bytes) -> bytes:
    """The scan of a consent on paper as it is kept."""
    return keyring().seal_bytes(data_key, scan, owner=consent.id, place=consent.scan or "")


def opened_scan(file: str, content: bytes) -> bytes | None:
    """A scan as it was put in; None when there is no such consent."""
    consent_id = file.split("/")[1]
    items = engine.batch_get(settings.table("archive"), [_key(consent_id)])
    data_key = next((item["data_key"]["B"] for item in items), None)
    return keyring().open_bytes(data_key, content, owner=consent_id, place=file) if data_key else None


def load(consent_id: str) -> Consent | None:
    """A consent by its request number; None when there is none."""
    return next(iter(_load([consent_id])), None)


def change(changes: archive.Changes, after: Consent, action: str, actor: str, at: datetime, rules: Rules) -> None:
    """The next version of a consent, with its entry in the trail; whoever commits meets `Conflict` when another was first. By the rules
    its scan is due once it counts no more."""
    found = list(engine.batch_get(settings.table("archive"), [_key(after.id)]))
    item = ArchiveItem.from_raw_data(found[0])
    next_version = _item(after, item.data_key)
    if after.scan and stands_until(after) is None:
        next_version.due_shard, next_version.next_due = due.of_scan(after.last_day, rules)
    changes.put(next_version, after.version - 1)
    _put_trail(changes, after, action, actor, at)


def of_subject(numbers: Iterable[Identifier], before: str | None = None) -> list[tuple[str, Consent]]:
    """The consents and requests about whoever has these numbers, each with its place, the latest first: `A_ROUND` of those before a
    place; fewer when there are no more."""
    return _listed([_subjects(number) for number in numbers], before)


def of_asker(code: str, before: str | None = None) -> list[tuple[str, Consent]]:
    """The consents that an organisation has or asks for, in the same way."""
    return _listed([_askers(code)], before)


def is_place(text: str) -> bool:
    """Whether a text can be the place of a consent in a list."""
    return _PLACE.fullmatch(text) is not None


def waiting(shard: str, limit: int, day: date | None = None) -> Iterator[str]:
    """Request numbers that are due in a shard, by a day where one is given; at most `limit`, the oldest day first, from the index."""
    answer = engine.client().query(
        TableName=settings.table("archive"),
        IndexName="due",
        KeyConditionExpression="due_shard = :shard AND next_due <= :day",
        ExpressionAttributeValues={":shard": {"S": shard}, ":day": {"S": day.isoformat() if day else "9"}},
        Limit=limit,
    )
    yield from (item["pk"]["S"].removeprefix("CONSENT#") for item in answer["Items"])


def told(consent: Consent) -> None:
    """Its subject knows of a request: what is due next is its end. Harmless when it has been answered meanwhile."""
    until = stands_until(consent)
    if until is None:
        return
    values = {":untold": {"S": UNTOLD}, ":ending": {"S": ENDING}, ":end": {"S": due.day_after(until)}}
    _update(consent.id, "SET due_shard = :ending, next_due = :end", "due_shard = :untold", values)


def tried(consent_id: str, at: datetime) -> None:
    """Its subject could not be told of a request: it is tried again, after all those that were not tried yet on this day."""
    values = {":untold": {"S": UNTOLD}, ":later": {"S": at.isoformat(timespec="seconds")}}
    _update(consent_id, "SET next_due = :later", "due_shard = :untold", values)


def waits_for_its_scan(consent: Consent, rules: Rules) -> None:
    """Nobody decides on a paper any more: all that is left is to take its scan away when it was kept long enough."""
    shard, day = due.of_scan(consent.last_day, rules)
    values = {":shard": {"S": shard}, ":day": {"S": day}, ":unchecked": {"S": UNCHECKED}}
    _update(consent.id, "SET due_shard = :shard, next_due = :day", "due_shard = :unchecked", values)


def end(changes: archive.Changes, consent: Consent, action: str, at: datetime, rules: Rules) -> None:
    """That a consent or a request has come to its last day, with its entry in the trail; whoever commits meets `Conflict` when
    something else was done with it, or another told of it first. A paper's scan is due from then on."""
    pk, sk = _key(consent.id)
    values, then = {":ending": {"S": ENDING}, ":version": {"N": str(consent.version)}}, "REMOVE due_shard, next_due"
    if consent.scan:
        shard, day = due.of_scan(consent.last_day, rules)
        then = "SET due_shard = :shard, next_due = :day"
        values |= {":shard": {"S": shard}, ":day": {"S": day}}
    update = {
        "TableName": settings.table("archive"),
        "Key": {"pk": {"S": pk}, "sk": {"S": sk}},
        "UpdateExpression": then,
        "ConditionExpression": "due_shard = :ending AND version = :version",
        "ExpressionAttributeValues": values,
    }
    changes.publish([{"Update": update}], 200)
    _put_trail(changes, consent, action, "schedule", at)


def _update(consent_id: str, change: str, condition: str, values: dict[str, Any]) -> None:
    pk, sk = _key(consent_id)
    try:
        engine.client().update_item(
            TableName=settings.table("archive"),
            Key={"pk": {"S": pk}, "sk": {"S": sk}},
            UpdateExpression=change,
            ConditionExpression=condition,
            ExpressionAttributeValues=values,
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise


def _put_trail(changes: archive.Changes, consent: Consent, action: str, actor: str, at: datetime) -> None:
    act = Act(action, _subjects(consent.subject).partition("#")[2], consent.id, _facts(consent))
    archive.put_trail(changes, [act], actor=actor, reason=consent.way, at=at)


def _listed(collections: Iterable[str], before: str | None) -> list[tuple[str, Consent]]:
    several = [_places(collection, before or _AFTER_ALL) for collection in dict.fromkeys(collections)]
    latest = sorted({place for places in several for place in places}, reverse=True)[:A_ROUND]
    found = {consent.id: consent for consent in _load(place.rpartition("#")[2] for place in latest)}
    return [(place, found[place.rpartition("#")[2]]) for place in latest]


def _places(collection: str, before: str) -> list[str]:
    answer = engine.client().query(
        TableName=settings.table("archive"),
        KeyConditionExpression="pk = :pk AND sk < :before",
        ExpressionAttributeValues={":pk": {"S": collection}, ":before": {"S": before}},
        ScanIndexForward=False,
        ConsistentRead=True,
        Limit=A_ROUND,
    )
    return [item["sk"]["S"] for item in answer["Items"]]


def _load(ids: Iterable[str]) -> list[Consent]:
    items = engine.batch_get(settings.table("archive"), map(_key, ids))
    return [_consent(ArchiveItem.from_raw_data(item)) for item in items]


def _key(consent_id: str) -> tuple[str, str]:
    return "CONSENT#" + consent_id, "-"


def _subjects(number: Identifier) -> str:
    return "CONSENTS#" + keyring().public_id("u_", "consents about", number.type, number.number)


def _askers(code: str) -> str:
    return "CONSENTS#" + keyring().public_id("a_", "consents asked by", code)


def _item(consent: Consent, data_key: bytes) -> ConsentItem:
    pk, sk = _key(consent.id)
    sealed = keyring().seal(data_key, _facts(consent), owner=consent.id, place=sk)
    item = ConsentItem(pk, sk, version=consent.version, data_key=data_key, sealed=sealed)
    if until := stands_until(consent):
        item.due_shard, item.next_due = ENDING, due.day_after(until)
    return item


def _facts(consent: Consent) -> dict[str, Any]:
    days = {name: day.isoformat() if (day := getattr(consent, name)) else None for name in ("last_day", "answer_until", "signed_on")}
    return {**asdict(consent), **days, "items": list(consent.items), "reports": list(consent.reports)}


def _consent(item: ConsentItem) -> Consent:
    facts = keyring().unseal(item.data_key, item.sealed, owner=item.pk.removeprefix("CONSENT#"), place=item.sk)
    days = {name: date.fromisoformat(facts[name]) if facts[name] else None for name in ("last_day", "answer_until", "signed_on")}
    pairs = {"subject": Identifier(**facts["subject"]), "asker": Office(**facts["asker"]), "items": tuple(facts["items"])}
    numbers = tuple(facts["reports"])
    return Consent(**{**facts, **days, **pairs, "reports": numbers})
