"""Publication compared with what should be there, item by item; what differs is written again, what nobody owns is taken away.

Readers never meet a gap: items are put over what is there, and nothing is deleted that a subject's present version shows.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from chalicelib import settings
from chalicelib.records.identifiers import Identifier
from chalicelib.storage import engine
from chalicelib.storage.archive import identifier_key
from chalicelib.storage.engine import Item
from chalicelib.storage.packing import SCHEMA, unpack
from chalicelib.storage.publication import part_key
from chalicelib.storage.publishing import Publication, groups_of, plan_of, write_alone, written_for

Key = tuple[str, str]
NOTHING_BESIDES: Mapping[str, Collection[tuple[str, str]]] = MappingProxyType({})
Condition = dict[str, Any]


@dataclass(frozen=True)
class Found:
    """What a subject shows, by key, and whether publication held exactly that when it was compared."""

    keys: frozenset[Key]
    right: bool


def wanted_items(publication: Publication) -> dict[Key, Item]:
    """Every item that this version has in publication, as it must lie there."""
    puts = [write["Put"]["Item"] for write in plan_of(publication, {}) if "Put" in write]
    return {key_of(item): item for item in puts}


def key_of(item: Item) -> Key:
    """The key of an item."""
    return item["pk"]["S"], item["sk"]["S"]


def make_right(
    publications: Sequence[Publication], unnoted: Collection[str], besides: Mapping[str, Collection[Key]] = NOTHING_BESIDES
) -> dict[str, Found]:
    """Compare subjects' items with what must be there, and write all of them again where one is missing or different.

    `unnoted` are the ids whose version the archive does not note as published: they are written in any case. `besides` are, by id, keys
    under which something may stand that no list names: it goes where the subject does not show it. Without them everything is made
    anew, and what claims to be newer than the archive is set back. Answers what was found: what is written now counts as right only when
    a next call has found it so.
    """
    wanted = {publication.subject_id: wanted_items(publication) for publication in publications}
    keys = [key for items in (*wanted.values(), *besides.values()) for key in items]
    there = {key_of(item): item for item in engine.batch_get(settings.table("publication"), keys)}
    written = written_for(wanted)
    wrong = []
    for publication in publications:
        items = wanted[publication.subject_id]
        right = publication.subject_id not in unnoted and all(_holds(there.get(key), item) for key, item in items.items())
        right = right and not any(key in there for key in besides.get(publication.subject_id, ()) if key not in items)
        if not right or written.get(publication.subject_id, {}).keys() != items.keys():
            wrong.append(publication)
            for key in items if besides is NOTHING_BESIDES else ():
                _disarm(there.get(key), publication)
    _write_anew(wrong, besides)
    ids = {publication.subject_id for publication in wrong}
    return {subject_id: Found(frozenset(items), subject_id not in ids) for subject_id, items in wanted.items()}


def _holds(there: Item | None, wanted: Item) -> bool:
    """Whether an item is what is wanted. What a later version of its subject shows unchanged keeps the version in which it was
    written; only a document says in which version its subject is public, and nothing may claim to be newer than that."""
    if there is None or key_of(wanted)[1] == part_key(0):
        return there == wanted
    version = there.get("version", {}).get("N")
    return {**there, "version": wanted["version"]} == wanted and version is not None and float(version) <= float(wanted["version"]["N"])


def _write_anew(publications: Sequence[Publication], besides: Mapping[str, Collection[Key]]) -> None:
    """All items of these versions, equal or not. What is named besides, by their lists too, is taken away in the same transactions."""
    written = written_for(publication.subject_id for publication in publications)
    plans = {}
    for publication in publications:
        named = [*written.get(publication.subject_id, {}), *besides.get(publication.subject_id, ())]
        there = dict.fromkeys(named, "")  # without digests nothing counts as equal
        plans[publication.subject_id] = plan_of(publication, there)
    for group in groups_of(plans):
        together = [write for subject_id in group for write in plans[subject_id]]
        if len(together) > engine.MOST_WRITES or not engine.write_together(together):
            for subject_id in group:
                write_alone(plans[subject_id])


def _disarm(item: Item | None, publication: Publication) -> None:
    """Set back the version of an item that claims to be newer than the archive: it would never be overwritten."""
    if item is None:
        return
    version = item.get("version", {}).get("N")
    if version is not None and float(version) <= publication.version:
        return
    update = {**_as_seen(item), "UpdateExpression": "SET version = :zero"}
    update["ExpressionAttributeValues"] = {**update["ExpressionAttributeValues"], ":zero": {"N": "0"}}
    engine.write_together([_still(publication.subject_id, publication.version), {"Update": update}])


def remove(item: Item, *, subject: tuple[str, int | None] | None = None, code: str | None = None) -> bool:
    """Take an item away if it still is as it was seen, and if what made it nobody's still holds; else False.

    `subject` is the id under which it would stand and the version that does not show it (None: no such subject); `code` is
    a code that no subject has.
    """
    checks = []
    if subject:
        checks.append(_still(*subject))
    if code:
        checks.append(_absent((identifier_key(Identifier("uscc", code)), "-")))
    return engine.write_together([*checks, {"Delete": _as_seen(item)}])


def still_there(item: Item) -> bool:
    """Whether an item is as it was seen."""
    return item in engine.batch_get(settings.table("publication"), [key_of(item)])


def mark_months(months: Iterable[tuple[str, str]]) -> None:
    """Mark these months of feeds (kind, month) as having entries."""
    for kind, month in sorted(months):
        item = {"pk": {"S": "FEEDS#" + kind}, "sk": {"S": month}, "schema": {"N": str(SCHEMA)}}
        engine.client().put_item(TableName=settings.table("publication"), Item=item)


def entry_of(item: Item) -> Mapping[str, Any] | None:
    """What a publication item says; None when it cannot be read."""
    try:
        body = unpack(item["body"]["B"])
    except (ValueError, KeyError, TypeError, zlib.error):
        return None
    return body if isinstance(body, dict) else None


def _as_seen(item: Item) -> Condition:
    """An item's key, and the condition that its content is what was read."""
    key = {"pk": item["pk"], "sk": item["sk"]}
    seen = {name: value for name, value in item.items() if name not in key}
    names = {f"#{number}": name for number, name in enumerate(seen)}
    values = {f":{number}": value for number, value in enumerate(seen.values())}
    condition = ["attribute_exists(pk)", *(f"#{number} = :{number}" for number in range(len(seen)))]
    if "version" not in seen:
        condition.append("attribute_not_exists(version)")
    request: Condition = {"TableName": settings.table("publication"), "Key": key, "ConditionExpression": " AND ".join(condition)}
    if seen:
        request |= {"ExpressionAttributeNames": names, "ExpressionAttributeValues": values}
    return request


def _still(subject_id: str, version: int | None) -> Item:
    """The subject still is in this version, or is not there at all."""
    if version is None:
        return _absent(("S#" + subject_id, "HEAD"))
    check = _place(("S#" + subject_id, "HEAD"))
    check |= {"ConditionExpression": "version = :version", "ExpressionAttributeValues": {":version": {"N": str(version)}}}
    return {"ConditionCheck": check}


def _absent(key: Key) -> Item:
    return {"ConditionCheck": {**_place(key), "ConditionExpression": "attribute_not_exists(pk)"}}


def _place(key: Key) -> Condition:
    return {"TableName": settings.table("archive"), "Key": {"pk": {"S": key[0]}, "sk": {"S": key[1]}}}
