"""Special needs of the holders of keys and their decisions (HY-23b): what was asked and why is sealed, and every step in the trail.

Key: `KEYS#api` / `NEED#<id>`, beside the keys, so that copies of these hold them too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from chalicelib import settings
from chalicelib.records.access import Act, ApiKey, SpecialNeed
from chalicelib.storage import api_keys, archive, engine
from chalicelib.storage.keys import keyring
from chalicelib.storage.models import ArchiveItem

_COLLECTION = "KEYS#api"


class SpecialNeedItem(ArchiveItem, discriminator="special_need"):
    """One application and its decision."""

    version = NumberAttribute()
    state = UnicodeAttribute()
    data_key = BinaryAttribute(legacy_encoding=False)
    sealed = BinaryAttribute(legacy_encoding=False)


def add(need: SpecialNeed, at: datetime) -> None:
    """Keep a new application, with its entry in the trail."""
    changes = archive.Changes()
    changes.put(_item(need, keyring().new_data_key(need.id)))
    _put_trail(changes, need, "need.applied", need.made_by or need.key, at)
    changes.commit()


def load(need_id: str) -> SpecialNeed | None:
    """An application by its id; None when there is none."""
    return next(map(_need, _items(need_id)), None)


def all_needs() -> Iterator[SpecialNeed]:
    """Every application, decided ones too."""
    for item in engine.query(settings.table("archive"), _COLLECTION):
        if item["sk"]["S"].startswith(api_keys.NEED):
            yield _need(ArchiveItem.from_raw_data(item))


def decide(need: SpecialNeed, key: ApiKey | None, at: datetime) -> None:
    """Keep a decision together with the key that it widens, if it does, and its entry in the trail; `Conflict` when another
    decides, or changes the key, at this moment."""
    (before,) = _items(need.id)
    changes = archive.Changes()
    changes.put(_item(need, before.data_key), need.version - 1)
    if key is not None:
        api_keys.put(changes, key, key.version - 1)
    _put_trail(changes, need, f"need.{need.state}", need.decided_by or "-", at)
    changes.commit()


def _put_trail(changes: archive.Changes, need: SpecialNeed, action: str, actor: str, at: datetime) -> None:
    archive.put_trail(changes, [Act(action, "-", need.id, _facts(need))], actor=actor, reason=need.key, at=at)


def _items(need_id: str) -> Iterator[SpecialNeedItem]:
    return map(ArchiveItem.from_raw_data, engine.batch_get(settings.table("archive"), [(_COLLECTION, api_keys.NEED + need_id)]))


def _facts(need: SpecialNeed) -> dict[str, object]:
    return {**asdict(need), "until": need.until.isoformat()}


def _item(need: SpecialNeed, data_key: bytes) -> SpecialNeedItem:
    place = api_keys.NEED + need.id
    sealed = keyring().seal(data_key, _facts(need), owner=need.id, place=place)
    return SpecialNeedItem(_COLLECTION, place, version=need.version, state=need.state, data_key=data_key, sealed=sealed)


def _need(item: SpecialNeedItem) -> SpecialNeed:
    facts = keyring().unseal(item.data_key, item.sealed, owner=item.sk.removeprefix(api_keys.NEED), place=item.sk)
    return SpecialNeed(**{**facts, "items": tuple(facts["items"]), "until": date.fromisoformat(facts["until"])})
