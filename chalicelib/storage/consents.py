"""Consents in the archive, each sealed under a key of its own, with the ways to it from its subject's number and from its asker.

Keys: `CONSENT#<id>` / `-`; `CONSENTS#<keyed hash>` / `<instant>#<id>`, which says nothing but where to look. They lie by number and not
with a subject: a request for somebody who is not in the archive makes the same writes as one for somebody who is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from botocore.exceptions import ClientError
from pynamodb.attributes import BinaryAttribute, NumberAttribute

from chalicelib import settings
from chalicelib.law.consent import stands_until
from chalicelib.records import Act, Consent, Identifier, Office
from chalicelib.storage import archive, due, engine
from chalicelib.storage.keys import keyring
from chalicelib.storage.models import ArchiveItem

UNTOLD, UNCHECKED, ENDING = "consent#0", "written#0", "consent ends#0"
"""Where requests are due of which nobody has told the subject, papers that a second officer has yet to check, and, on the day after
their last one, consents and unanswered requests."""
MOST_LISTED = 100
"""The newest ones that a list shows."""


class ConsentItem(ArchiveItem, discriminator="consent"):
    """One consent or request for it."""

    version = NumberAttribute()
    data_key = BinaryAttribute(legacy_encoding=False)
    sealed = BinaryAttribute(legacy_encoding=False)


class ConsentPointerItem(ArchiveItem, discriminator="consent_pointer"):
    """From a subject's number or an asker's code to a consent."""


def add(consent: Consent, actor: str, at: datetime, action: str = "consent.asked") -> None:
    """Keep a new consent or request, found from both sides, with its entry in the trail."""
    changes = archive.Changes()
    place, data_key = consent.id, keyring().new_data_key(consent.id)
    item = _item(consent, data_key)
    if consent.way != "in advance":
        item.due_shard, item.next_due = UNCHECKED if consent.way == "written" else UNTOLD, at.date().isoformat()
    changes.put(item)
    for collection in (_subjects(consent.subject), _askers(consent.asker.code)):
        changes.put(ConsentPointerItem(collection, f"{consent.asked}#{place}"))
    _put_trail(changes, consent, action, actor, at)
    changes.commit()


def load(consent_id: str) -> Consent | None:
    """A consent by its request number; None when there is none."""
    return next(iter(_load([consent_id])), None)


def change(changes: archive.Changes, after: Consent, action: str, actor: str, at: datetime) -> None:
    """The next version of a consent, with its entry in the trail; whoever commits meets `Conflict` when another was first."""
    found = list(engine.batch_get(settings.table("archive"), [_key(after.id)]))
    item = ArchiveItem.from_raw_data(found[0])
    changes.put(_item(after, item.data_key), after.version - 1)
    _put_trail(changes, after, action, actor, at)


def of_subject(numbers: Iterable[Identifier]) -> list[Consent]:
    """The consents and requests about whoever has these numbers, the latest first."""
    return _listed(_subjects(number) for number in numbers)


def of_asker(code: str) -> list[Consent]:
    """The consents that an organisation has or asks for, the latest first."""
    return _listed([_askers(code)])


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


def lapsed(consent_id: str) -> None:
    """Nobody needs to check a paper any more."""
    _update(consent_id, "REMOVE due_shard, next_due", "due_shard = :unchecked", {":unchecked": {"S": UNCHECKED}})


def end(changes: archive.Changes, consent: Consent, action: str, at: datetime) -> None:
    """That a consent or a request has come to its last day, with its entry in the trail; whoever commits meets `Conflict` when
    something else was done with it, or another told of it first."""
    pk, sk = _key(consent.id)
    update = {
        "TableName": settings.table("archive"),
        "Key": {"pk": {"S": pk}, "sk": {"S": sk}},
        "UpdateExpression": "REMOVE due_shard, next_due",
        "ConditionExpression": "due_shard = :ending AND version = :version",
        "ExpressionAttributeValues": {":ending": {"S": ENDING}, ":version": {"N": str(consent.version)}},
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


def _listed(collections: Iterable[str]) -> list[Consent]:
    places: set[str] = set()
    for collection in collections:
        answer = engine.client().query(
            TableName=settings.table("archive"),
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": collection}},
            ScanIndexForward=False,
            ConsistentRead=True,
            Limit=MOST_LISTED,
        )
        places |= {item["sk"]["S"].rpartition("#")[2] for item in answer["Items"]}
    return sorted(_load(places), key=lambda consent: (consent.asked, consent.id), reverse=True)


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
