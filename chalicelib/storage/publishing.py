"""Writes what is public: a subject's document, feed entries and names together, and only if newer than what is there."""

from __future__ import annotations

import hashlib
import logging
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import settings
from chalicelib.law.names import fold
from chalicelib.storage import engine
from chalicelib.storage.packing import SCHEMA, pack, unpack
from chalicelib.storage.publication import END, part_key

PART = 100
"""Records in one part of a document: what one answer holds."""

LARGEST_PART = 300_000
"""Bytes of one packed part; an item may have 400 KB."""
LOG = logging.getLogger("mingxin")

Key = tuple[str, str]


@dataclass(frozen=True)
class Publication:
    """Everything that is public of one subject on a day. `codes` are all codes that lead to it; people have none, and no document.

    `feeds` holds, by (kind, month, sort key), the entry that shows there. `adds_to` says that this is not everything but what
    comes to the published version of that number; 0 when nothing has been published.
    """

    subject_id: str
    version: int
    day: date
    codes: tuple[str, ...]
    head: Mapping[str, Any] = field(default_factory=dict)
    records: tuple[Mapping[str, Any], ...] = ()
    feeds: Mapping[tuple[str, str, str], Mapping[str, Any]] = field(default_factory=dict)
    names: tuple[tuple[str, str], ...] = ()
    adds_to: int | None = None


def publish(publications: Sequence[Publication]) -> set[str]:
    """Bring the publication of subjects to these versions; answers the ids of those that are.

    A subject is left out when it has changed meanwhile, a newer version is there, or what is there is not what it adds to: it
    stays due. Beside its documents
    stands a list of everything written for it, with digests: only what differs is written, and what the list has and this
    version has not is taken away. One transaction writes a subject's items and notes in the archive that it is published;
    several subjects share one. What does not fit goes before, each part only while nothing newer is there: a crash in
    between is mended by publishing again.
    """
    _mark_months(publications)
    written, documents = _read(publications)
    plans = {}
    for publication in publications:
        there = written.get(publication.subject_id, {})
        whole = _joined(publication, documents) if publication.adds_to and publication.codes else publication
        if whole is not None:
            plans[publication.subject_id] = plan_of(whole, there)
    done: set[str] = set()
    for group in groups_of(plans):
        if _written_together([write for subject_id in group for write in plans[subject_id]]):
            done.update(group)
        else:
            done.update(subject_id for subject_id in group if _written_alone(subject_id, plans[subject_id]))
    return done


def _written_together(writes: list[dict[str, Any]]) -> bool:
    if len(writes) > engine.MOST_WRITES or _size(writes) > engine.LARGEST_TRANSACTION:
        return False
    try:
        return engine.write_together(writes)
    except ClientError:  # one of them: each by itself will tell which
        return False


def _written_alone(subject_id: str, plan: list[dict[str, Any]]) -> bool:
    """One subject that cannot be published stays due and is told of by its id; it never keeps others from it."""
    try:
        return write_alone(plan)
    except ClientError as error:
        LOG.error("publication of %s failed: %s", subject_id, error.response["Error"]["Code"])
        return False


def _size(writes: Iterable[dict[str, Any]]) -> int:
    """About how many bytes writes have: bodies are nearly all of it."""
    return sum(len(write.get("Put", {}).get("Item", {}).get("body", {}).get("B", b"")) + 500 for write in writes)


def _joined(publication: Publication, documents: Mapping[str, engine.Item]) -> Publication | None:
    """What is published together with what comes to it; None when another version, or more than one part, is there."""
    found = documents.get(publication.codes[0])
    if found is None or int(found["version"]["N"]) != publication.adds_to:
        return None
    body = _unpacked(found)
    if body is None or body["more"] or len(body["records"]) + len(publication.records) > PART:
        return None
    head = dict(publication.head)
    for shape, day in (("lists", "listed_on"), ("commitments", "made_on")):
        head[shape] = _merged(body["head"].get(shape, ()), head.get(shape, ()), day, publication.day)
    records = _merged(body["records"], publication.records, "determined_on", publication.day)
    shown = {entry["catalogue"] for entry in records} | {entry["list"] for entry in head["lists"]}
    shown |= {"commitments"} if head["commitments"] else set()
    labels = {**body["head"].get("labels", {}), **head.get("labels", {})}
    head["labels"] = {code: labels[code] for code in sorted(labels.keys() & shown)}
    return replace(publication, head=head, records=tuple(records))


def _merged(there: Sequence[Mapping[str, Any]], added: Sequence[Mapping[str, Any]], by: str, day: date) -> list[Mapping[str, Any]]:
    """Entries that count on a day, latest first."""
    entries = [entry for entry in (*there, *added) if not entry["valid_until"] or entry["valid_until"] >= day.isoformat()]
    return sorted(entries, key=lambda entry: (entry[by], entry["id"]), reverse=True)


def plan_of(publication: Publication, there: Mapping[Key, str]) -> list[dict[str, Any]]:
    """All writes for a subject; the last ones, guarded, must go together: its documents, its list, its mark in the archive."""
    wanted = _items(publication)
    documents = [("ORG#" + code, part_key(0)) for code in publication.codes]
    digests = {key: _digest(item) for key, item in wanted.items()}
    guard = publication.version if not documents else None  # a person has no document: each entry guards itself
    writes = [_put(key, item, guard) for key, item in wanted.items() if key not in documents and there.get(key) != digests[key]]
    if publication.adds_to is None:
        gone = sorted(there.keys() - wanted.keys())
        writes += [{"Delete": {"TableName": settings.table("publication"), "Key": _key(key)}} for key in gone]
    else:
        digests = {**there, **digests}
    if digests or there:
        listed = _item(publication.version, pack([[*key, digest] for key, digest in sorted(digests.items())]))
        writes.append(_put(list_key(publication.subject_id), listed, publication.version))
    return [*writes, *(_put(key, wanted[key], publication.version) for key in documents), _note_in_archive(publication)]


def groups_of(plans: Mapping[str, Sequence[dict[str, Any]]]) -> Iterator[list[str]]:
    """Subjects whose writes fit in one transaction together."""
    group: list[str] = []
    count = size = 0
    for subject_id, plan in plans.items():
        bytes_more = _size(plan)
        if group and (count + len(plan) > engine.MOST_WRITES or size + bytes_more > engine.LARGEST_TRANSACTION):
            yield group
            group, count, size = [], 0, 0
        group.append(subject_id)
        count, size = count + len(plan), size + bytes_more
    if group:
        yield group


def write_alone(plan: list[dict[str, Any]]) -> bool:
    """One subject's writes, in as many transactions as they need; each but the last only while the archive has that version."""
    update = plan[-1]["Update"]
    check = {part: update[part] for part in ("TableName", "Key", "ConditionExpression")}
    check["ExpressionAttributeValues"] = {":version": update["ExpressionAttributeValues"][":version"]}
    while len(plan) > engine.MOST_WRITES or _size(plan) > engine.LARGEST_TRANSACTION:
        count = min(engine.MOST_WRITES - 1, len(plan) - 1)
        while count > 1 and _size(plan[:count]) > engine.LARGEST_TRANSACTION:
            count //= 2
        if not engine.write_together([{"ConditionCheck": check}, *plan[:count]]):
            return False
        plan = plan[count:]
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
    bodies = list(_bodies(publication))
    for code in publication.codes:
        for number, body in enumerate(bodies):
            items["ORG#" + code, part_key(number)] = _item(publication.version, body)
    return items


def _bodies(publication: Publication) -> Iterator[bytes]:
    """The parts of a subject's document, packed: each holds as many records as an answer shows and an item can carry."""
    records: Sequence[Mapping[str, Any]] = publication.records
    head: Mapping[str, Any] = publication.head
    while True:
        count = PART
        while True:
            shown = records[:count]
            body = pack(_part(head, shown, more=len(records) > count))
            if len(body) <= LARGEST_PART or count == 1:
                break
            count //= 2
        yield body
        records, head = records[count:], {}
        if not records:
            return


def _part(head: Mapping[str, Any], records: Sequence[Mapping[str, Any]], *, more: bool) -> dict[str, Any]:
    ends = [entry["valid_until"] for entry in (*records, *head.get("lists", ()), *head.get("commitments", ())) if entry["valid_until"]]
    return {"head": head, "records": records, "more": more, "good_through": min(ends, default="9999-12-31")}


def list_key(subject_id: str) -> Key:
    """Where the list of everything written for a subject is kept."""
    return "WRITTEN#" + subject_id, "-"


def _read(publications: Sequence[Publication]) -> tuple[dict[str, dict[Key, str]], dict[str, engine.Item]]:
    """What is there: by subject, the items that were written for it with their digests; by code, the documents to be added to."""
    keys = [list_key(publication.subject_id) for publication in publications if publication.adds_to != 0]
    keys += [("ORG#" + publication.codes[0], part_key(0)) for publication in publications if publication.adds_to and publication.codes]
    written: dict[str, dict[Key, str]] = {}
    documents: dict[str, engine.Item] = {}
    for item in engine.batch_get(settings.table("publication"), keys):
        kind, _, owner = item["pk"]["S"].partition("#")
        if kind == "WRITTEN":
            written[owner] = {(pk, sk): digest for pk, sk, digest in _unpacked(item) or ()}
        else:
            documents[owner] = item
    return written, documents


def _unpacked(item: engine.Item) -> Any:
    """What an item holds; None when it is damaged: then everything is written anew."""
    try:
        return unpack(item["body"]["B"])
    except (zlib.error, ValueError):
        LOG.error("damaged item %s", item["pk"]["S"])
        return None


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
