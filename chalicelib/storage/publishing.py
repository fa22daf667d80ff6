"""Writes what is public: a subject's document, feed entries and names together, and only if newer than what is there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib import settings
from chalicelib.law.names import fold
from chalicelib.storage import engine
from chalicelib.storage.packing import SCHEMA, pack, unpack
from chalicelib.storage.publication import END, part_key

PART = 100
"""Records in one part of a document: what one answer holds."""

Key = tuple[str, str]


@dataclass(frozen=True)
class Publication:
    """Everything that is public of one subject. `codes` are all codes that lead to it; people have none, and no document.

    `feeds` holds, by (kind, month, sort key), the entry that shows there.
    """

    subject_id: str
    version: int
    codes: tuple[str, ...]
    head: Mapping[str, Any] = field(default_factory=dict)
    records: tuple[Mapping[str, Any], ...] = ()
    feeds: Mapping[tuple[str, str, str], Mapping[str, Any]] = field(default_factory=dict)
    names: tuple[tuple[str, str], ...] = ()


def publish(publications: Sequence[Publication]) -> set[str]:
    """Bring the publication of subjects to these versions; answers the ids of those that are.

    A subject is left out when it has changed meanwhile, or a newer version is there: it stays due. Beside its documents
    stands a list of everything written for it, with digests: only what differs is written, and what the list has and this
    version has not is taken away. One transaction writes a subject's items and notes in the archive that it is published;
    several subjects share one. What does not fit goes before, each part only while nothing newer is there: a crash in
    between is mended by publishing again.
    """
    _mark_months(publications)
    written = _written(publications)
    plans = {publication.subject_id: _plan(publication, written.get(publication.subject_id, {})) for publication in publications}
    done: set[str] = set()
    for group in _groups(plans):
        together = [write for subject_id in group for write in plans[subject_id]]
        if len(together) <= engine.MOST_WRITES and engine.write_together(together):
            done.update(group)
        else:
            done.update(subject_id for subject_id in group if _write_alone(plans[subject_id]))
    return done


def _plan(publication: Publication, there: Mapping[Key, str]) -> list[dict[str, Any]]:
    """All writes for a subject; the last ones, guarded, must go together: its documents, its list, its mark in the archive."""
    wanted = _items(publication)
    documents = [("ORG#" + code, part_key(0)) for code in publication.codes]
    digests = {key: _digest(item) for key, item in wanted.items()}
    guard = publication.version if not documents else None  # a person has no document: each entry guards itself
    writes = [_put(key, item, guard) for key, item in wanted.items() if key not in documents and there.get(key) != digests[key]]
    writes += [{"Delete": {"TableName": settings.table("publication"), "Key": _key(key)}} for key in sorted(there.keys() - wanted.keys())]
    if wanted or there:
        listed = _item(publication.version, pack([[*key, digest] for key, digest in sorted(digests.items())]))
        writes.append(_put(_list_key(publication.subject_id), listed, publication.version))
    return [*writes, *(_put(key, wanted[key], publication.version) for key in documents), _note_in_archive(publication)]


def _groups(plans: Mapping[str, Sequence[Any]]) -> Iterator[list[str]]:
    """Subjects whose writes fit in one transaction together."""
    group: list[str] = []
    size = 0
    for subject_id, plan in plans.items():
        if group and size + len(plan) > engine.MOST_WRITES:
            yield group
            group, size = [], 0
        group.append(subject_id)
        size += len(plan)
    if group:
        yield group


def _write_alone(plan: list[dict[str, Any]]) -> bool:
    """One subject's writes, in as many transactions as they need; each but the last only while the archive has that version."""
    update = plan[-1]["Update"]
    check = {part: update[part] for part in ("TableName", "Key", "ConditionExpression")}
    check["ExpressionAttributeValues"] = {":version": update["ExpressionAttributeValues"][":version"]}
    while len(plan) > engine.MOST_WRITES:
        if not engine.write_together([{"ConditionCheck": check}, *plan[: engine.MOST_WRITES - 1]]):
            return False
        plan = plan[engine.MOST_WRITES - 1 :]
    return engine.write_together(plan)


def _items(publication: Publication) -> dict[Key, dict[str, Any]]:
    """Every item that shall be there for this version, by key."""
    items: dict[Key, dict[str, Any]] = {}
    for (kind, month, sort_key), entry in publication.feeds.items():
        shard = sum(sort_key.encode()) % settings.shards()
        items[f"FEED#{kind}#{month}#{shard}", sort_key] = _item(publication.version, pack(entry))
    for name, matched in publication.names:
        folded = fold(name)
        entry = {**{part: publication.head[part] for part in ("code", "name", "kind", "status")}, "matched": matched}
        items["NAME#" + folded[:2], folded[2:] + END + publication.codes[0]] = _item(publication.version, pack(entry))
    parts = [publication.records[start : start + PART] for start in range(0, len(publication.records), PART)] or [()]
    for code in publication.codes:
        for number, records in enumerate(parts):
            head = publication.head if number == 0 else {}
            shown = (*records, *head.get("lists", ()), *head.get("commitments", ()))
            ends = [entry["valid_until"] for entry in shown if entry["valid_until"]]
            body = {"head": head, "records": records, "more": number + 1 < len(parts)}
            body["good_through"] = min(ends, default="9999-12-31")
            items["ORG#" + code, part_key(number)] = _item(publication.version, pack(body))
    return items


def _list_key(subject_id: str) -> Key:
    return "WRITTEN#" + subject_id, "-"


def _written(publications: Sequence[Publication]) -> dict[str, dict[Key, str]]:
    """By subject: the items that were written for the version that is there, with their digests."""
    lists = engine.batch_get(settings.table("publication"), [_list_key(publication.subject_id) for publication in publications])
    return {item["pk"]["S"].removeprefix("WRITTEN#"): {(pk, sk): digest for pk, sk, digest in unpack(item["body"]["B"])} for item in lists}


def _digest(item: Mapping[str, Any]) -> str:
    return hashlib.blake2s(item["body"]["B"], digest_size=6).hexdigest()


def _mark_months(publications: Iterable[Publication]) -> None:
    # Apart from the transaction: all submissions of a month meet on this one item.
    for kind, month in sorted({(kind, month) for publication in publications for kind, month, _ in publication.feeds} - _marked):
        engine.client().put_item(
            TableName=settings.table("publication"), Item={"pk": {"S": "FEEDS#" + kind}, "sk": {"S": month}, "schema": {"N": str(SCHEMA)}}
        )
        _marked.add((kind, month))


_marked: set[tuple[str, str]] = set()
"""Months that this process has marked already; a marked month is never unmarked."""


def _put(key: Key, item: dict[str, Any], guard: int | None) -> dict[str, Any]:
    """A put; with a guard, only where nothing newer than that version is."""
    put: dict[str, Any] = {"TableName": settings.table("publication"), "Item": {**_key(key), **item}}
    if guard is not None:
        put["ConditionExpression"] = "attribute_not_exists(pk) OR version <= :version"
        put["ExpressionAttributeValues"] = {":version": {"N": str(guard)}}
    return {"Put": put}


def _note_in_archive(publication: Publication) -> dict[str, Any]:
    """The archive's note that this version is public; fails when the subject has changed since it was read."""
    return {
        "Update": {
            "TableName": settings.table("archive"),
            "Key": _key(("S#" + publication.subject_id, "HEAD")),
            "UpdateExpression": "SET published = :version REMOVE due_shard, next_due",
            "ConditionExpression": "version = :version",
            "ExpressionAttributeValues": {":version": {"N": str(publication.version)}},
        }
    }


def _item(version: int, body: bytes) -> dict[str, Any]:
    return {"schema": {"N": str(SCHEMA)}, "version": {"N": str(version)}, "body": {"B": body}}


def _key(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}
