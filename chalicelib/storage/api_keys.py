"""API keys: who may call from which programs. Only a keyed hash of a key is kept, as the id under which it is found.

Key: `KEYS#api` / `<id>`, one collection, so that the list is a Query and a call reads one item.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from botocore.exceptions import ClientError
from pynamodb.attributes import ListAttribute, NumberAttribute, UnicodeAttribute

from chalicelib import settings
from chalicelib.records.access import Act, ApiKey, Grant
from chalicelib.storage import archive, engine
from chalicelib.storage.keys import keyring
from chalicelib.storage.models import ArchiveItem

_COLLECTION = "KEYS#api"
NEED = "NEED#"
"""Where the special needs of the keys' holders stand, in the same collection."""
_NOBODY = "-"


class ApiKeyItem(ArchiveItem, discriminator="api_key"):
    """One key: what it may do, from where, until when. `grants` is JSON: `[need, [catalogue item], last day]` for each."""

    version = NumberAttribute()
    name = UnicodeAttribute()
    scopes = ListAttribute(of=UnicodeAttribute)
    networks = ListAttribute(of=UnicodeAttribute)
    created = UnicodeAttribute()
    expires = UnicodeAttribute(null=True)
    last_used = UnicodeAttribute(null=True)
    revoked = UnicodeAttribute(null=True)
    office = UnicodeAttribute(null=True)
    holder = UnicodeAttribute(null=True)
    items = ListAttribute(of=UnicodeAttribute, null=True)
    grants = UnicodeAttribute(null=True)


def id_of(secret: str) -> str:
    """The id of a key: a keyed hash (130 bits), from which nobody gets the key back and which opens nothing.

    256 random bits need no slow hash, and a look-up by it compares nothing that could be timed.
    """
    return keyring().public_id("k_", "api key", secret)


def add(key: ApiKey, at: datetime) -> None:
    """Keep a new key, with its entry in the trail."""
    _write(key, None, "key.created", at)


def load(key_id: str) -> ApiKey | None:
    """A key by its id, read consistently: one that was revoked a moment ago is so already. None when there is none."""
    answer = engine.client().get_item(TableName=settings.table("archive"), Key=_place(key_id), ConsistentRead=True)
    return _key(ArchiveItem.from_raw_data(answer["Item"])) if "Item" in answer else None


def all_keys() -> Iterator[ApiKey]:
    """Every key, revoked and expired ones too."""
    found = engine.query(settings.table("archive"), _COLLECTION)
    return (_key(ArchiveItem.from_raw_data(item)) for item in found if not item["sk"]["S"].startswith(NEED))


def revoke(key: ApiKey, at: datetime) -> ApiKey:
    """Stop a key for good, with its entry in the trail; `Conflict` when another does so at this moment."""
    revoked = replace(key, revoked=at.isoformat(timespec="seconds"), version=key.version + 1)
    _write(revoked, key.version, "key.revoked", at)
    return revoked


def note_use(key: ApiKey, day: date) -> None:
    """Note that a key was used on a day: one write a day, which touches nothing else of the key."""
    if key.last_used is not None and key.last_used >= day:
        return
    try:
        engine.client().update_item(
            TableName=settings.table("archive"),
            Key=_place(key.id),
            UpdateExpression="SET last_used = :day",
            ConditionExpression="attribute_exists(pk) AND (attribute_not_exists(last_used) OR last_used < :day)",
            ExpressionAttributeValues={":day": {"S": day.isoformat()}},
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":  # another call of this day was first
            raise


def _write(key: ApiKey, over_version: int | None, action: str, at: datetime) -> None:
    changes = archive.Changes()
    put(changes, key, over_version)
    facts = [list(key.scopes), list(key.networks), key.expires.isoformat() if key.expires else None, list(key.items)]
    archive.put_trail(changes, [Act(action, _NOBODY, key.id, facts)], actor="operator", reason=_NOBODY, at=at)
    changes.commit()


def put(changes: archive.Changes, key: ApiKey, over_version: int | None) -> None:
    """A new key, or the next version of one."""
    changes.put(_item(key), over_version)


def _place(key_id: str) -> dict[str, Any]:
    return {"pk": {"S": _COLLECTION}, "sk": {"S": key_id}}


def _item(key: ApiKey) -> ApiKeyItem:
    return ApiKeyItem(
        _COLLECTION,
        key.id,
        version=key.version,
        name=key.name,
        scopes=list(key.scopes),
        networks=list(key.networks),
        created=key.created,
        expires=key.expires.isoformat() if key.expires else None,
        last_used=key.last_used.isoformat() if key.last_used else None,
        revoked=key.revoked,
        office=key.office,
        holder=key.holder,
        items=list(key.items) or None,
        grants=json.dumps([[grant.need, grant.items, grant.until.isoformat()] for grant in key.grants]) if key.grants else None,
    )


def _key(item: ApiKeyItem) -> ApiKey:
    return ApiKey(
        id=item.sk,
        name=item.name,
        scopes=tuple(map(str, item.scopes)),
        networks=tuple(map(str, item.networks)),
        created=item.created,
        expires=date.fromisoformat(item.expires) if item.expires else None,
        last_used=date.fromisoformat(item.last_used) if item.last_used else None,
        revoked=item.revoked,
        version=int(item.version),
        office=item.office,
        holder=item.holder,
        items=tuple(map(str, item.items or ())),
        grants=tuple(Grant(need, tuple(items), date.fromisoformat(until)) for need, items, until in json.loads(item.grants or "[]")),
    )
