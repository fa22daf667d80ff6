"""Writes what is public: a subject's document, feed entries and names together, and only if newer than what is there."""

from __future__ import annotations

import hashlib
import logging
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import settings
from chalicelib.law.names import fold_for_search, found_by
from chalicelib.storage import engine, feeds, names
from chalicelib.storage.packing import SCHEMA, pack, unpack
from chalicelib.storage.publication import Document, document_of, part_key

PART = 100
"""Records in one part of a document: what one answer holds."""

LARGEST_PART = 300_000
"""Bytes of one packed part; an item may have 400 KB."""
LOG = logging.getLogger("mingxin")

Key = tuple[str, str]


@dataclass(frozen=True)
class Publication:
    """Everything that is public of one subject on a day. `codes` are all codes that lead to it; people have none, and no document.

    `feeds` holds, by (kind, month, sort key), the entry that shows there; `names` each name with why it is found (`name`,
    `former_name`) and whether by the whole name only.
    """

    subject_id: str
    version: int
    day: date
    codes: tuple[str, ...]
    head: Mapping[str, Any] = field(default_factory=dict)
    records: tuple[Mapping[str, Any], ...] = ()
    feeds: Mapping[tuple[str, str, str], Mapping[str, Any]] = field(default_factory=dict)
    names: tuple[tuple[str, str, bool], ...] = ()


def publish(publications: Sequence[Publication]) -> set[str]:
    """Bring the publication of subjects to these versions; answers the ids of those that are.

    A subject is left out when it has changed meanwhile or a newer version is there: it stays due. The archive keeps a list of
    everything written for a subject, with digests: only what differs is written, and what the list has and this version has
    not is taken away. One transaction writes a subject's items and notes in the archive that it is published; several subjects
    share one. What does not fit goes before, each part only while nothing newer is there: a crash in between is mended by
    publishing again.
    """
    mark_months(publications)
    written = written_for(publication.subject_id for publication in publications)
    plans = {publication.subject_id: plan_of(publication, written.get(publication.subject_id, {})) for publication in publications}
    done: set[str] = set()
    for group in groups_of(plans):
        if _written_together([write for subject_id in group for write in plans[subject_id]]):
            done.update(group)
        else:
            done.update(subject_id for subject_id in group if _written_alone(subject_id, plans[subject_id]))
    return done


@dataclass(frozen=True)
class Addition:
    """What a submission adds to a publication, ready to be written with it: the writes, about how many bytes they have, the
    list of everything then written for the subject, its document as it will be, and the names of a new one, which go apart."""

    writes: list[engine.Item]
    size: int
    written: bytes
    document: Document | None
    names: list[engine.Item] = field(default_factory=list)


def addition(added: Publication, base: Document | None, written: bytes) -> Addition | None:
    """The writes that add to what is published, in document `base` (None: nothing yet); None when it must be made anew."""
    whole = added if base is None else _joined(base, added)
    if whole is None:
        return None
    there = listed(written)
    entries, documents, digests = _writes_of(whole, there)
    if any(sk > part_key(0) for pk, sk in digests if pk.startswith("ORG#")):
        return None  # it has outgrown one part
    apart = [entry["Put"]["Item"] for entry in entries if _is_name(entry)]
    writes = [*(entry for entry in entries if not _is_name(entry)), *documents]
    shown = document_of(documents[0]["Put"]["Item"]) if documents else None
    return Addition(writes, _size(writes), _list_of({**there, **digests}), shown, apart)


def _is_name(put: engine.Item) -> bool:
    return bool(put["Put"]["Item"]["pk"]["S"].startswith(names.PARTITION))


def replacement(publication: Publication, written: bytes) -> Addition:
    """The writes that put a publication in the place of what the list `written` names, to go together with what changed the archive."""
    there = listed(written)
    entries, documents, digests = _writes_of(publication, there)
    writes = [*entries, *_gone(there, digests), *documents]
    return Addition(writes, _size(writes), _list_of(digests), None)


def _gone(there: Mapping[Key, str], digests: Mapping[Key, str]) -> list[dict[str, Any]]:
    table = settings.table("publication")
    return [{"Delete": {"TableName": table, "Key": _key(key)}} for key in sorted(there.keys() - digests.keys())]


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


def _joined(base: Document, added: Publication) -> Publication | None:
    """What is published together with what comes to it; None when one part cannot hold it."""
    if base.more or len(base.records) + len(added.records) > PART:
        return None
    head = dict(added.head)
    for shape, day in (("lists", "listed_on"), ("commitments", "made_on")):
        head[shape] = _merged(base.head.get(shape, ()), head.get(shape, ()), day, added.day)
    records = _merged(base.records, added.records, "determined_on", added.day)
    shown = {entry["catalogue"] for entry in records} | {entry["list"] for entry in head["lists"]}
    shown |= {"commitments"} if head["commitments"] else set()
    labels = {**base.head.get("labels", {}), **head.get("labels", {})}
    head["labels"] = {code: labels[code] for code in sorted(labels.keys() & shown)}
    return replace(added, head=head, records=tuple(records), names=())  # the names are there


def _merged(there: Sequence[Mapping[str, Any]], added: Sequence[Mapping[str, Any]], by: str, day: date) -> list[Mapping[str, Any]]:
    """Entries that count on a day, latest first."""
    entries = [entry for entry in (*there, *added) if not entry["valid_until"] or entry["valid_until"] >= day.isoformat()]
    return sorted(entries, key=lambda entry: (entry[by], entry["id"]), reverse=True)


def plan_of(publication: Publication, there: Mapping[Key, str]) -> list[dict[str, Any]]:
    """All writes for a subject; the last ones, guarded, must go together: its documents and the note in the archive."""
    entries, documents, digests = _writes_of(publication, there)
    return [*entries, *_gone(there, digests), *documents, _note_in_archive(publication, _list_of(digests))]


def _writes_of(publication: Publication, there: Mapping[Key, str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[Key, str]]:
    """The writes of what differs from what is there, and of the documents in any case; the digests of all that is shown."""
    wanted = _items(publication)
    first_parts = [("ORG#" + code, part_key(0)) for code in publication.codes]
    digests = {key: _digest(item) for key, item in wanted.items()}
    guard = publication.version if not first_parts else None  # a person has no document: each entry guards itself
    entries = [_put(key, item, guard) for key, item in wanted.items() if key not in first_parts and there.get(key) != digests[key]]
    return entries, [_put(key, wanted[key], publication.version) for key in first_parts], digests


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
        latest = feeds.latest_of(kind, shard, entry)
        items[f"FEED#{kind}#{month}#{shard}", sort_key] = {**_item(publication.version, pack(entry)), **latest}
    for name, matched, whole in publication.names:
        entry = {**{part: publication.head[part] for part in ("code", "name", "kind", "status")}, "matched": matched, "whole": whole}
        if matched == "former_name":
            earlier = publication.head["former_names"]
            entry |= {"former": name, "rather": earlier[: earlier.index(name)]}
        item = _item(publication.version, pack(entry))
        code = publication.codes[0]
        places = [names.key_of_whole(fold_for_search(name), code)] if whole else [names.key_of(end, code) for end in found_by(name)]
        items |= dict.fromkeys(places, item)
    for number, part in enumerate(_parts(publication)):
        for code in publication.codes:
            items["ORG#" + code, part_key(number)] = part
    return items


def _parts(publication: Publication) -> Iterator[dict[str, Any]]:
    """The parts of a subject's document: each holds as many records as an answer shows and an item can carry."""
    records: Sequence[Mapping[str, Any]] = publication.records
    head: Mapping[str, Any] = publication.head
    while publication.codes:
        count = PART
        while True:
            shown = records[:count]
            body = pack({**head, "records": shown})
            if len(body) <= LARGEST_PART or count == 1:
                break
            count //= 2
        ends = [entry["valid_until"] for entry in (*shown, *head.get("lists", ()), *head.get("commitments", ())) if entry["valid_until"]]
        more = {"more": {"BOOL": len(records) > count}, "good_through": {"S": min(ends, default="9999-12-31")}}
        yield {**_item(publication.version, body), **more}
        records, head = records[count:], {}
        if not records:
            return


def written_for(subject_ids: Iterable[str]) -> dict[str, dict[Key, str]]:
    """By subject, the items that were written for it with their digests, as the archive lists them."""
    keys = [("S#" + subject_id, "HEAD") for subject_id in subject_ids]
    heads = engine.batch_get(settings.table("archive"), keys, "pk, written")
    return {head["pk"]["S"].removeprefix("S#"): listed(head.get("written", {}).get("B", b"")) for head in heads}


def listed(written: bytes) -> dict[Key, str]:
    """What a list of written items says: their digests by key. Of a damaged list nothing: then everything is written anew."""
    try:
        return {(pk, sk): digest for pk, sk, digest in unpack(written)} if written else {}
    except (zlib.error, ValueError, TypeError):
        LOG.error("damaged list of written items")
        return {}


def lists_together(one: bytes, other: bytes) -> bytes:
    """The list of everything that two lists name: what is written for a subject that takes another's place."""
    return _list_of({**listed(other), **listed(one)})


def parted(written: bytes, *, codes: Collection[str], ids: Collection[str]) -> tuple[bytes, bytes]:
    """A list in two: what stands under these codes or tells of these records or announcements, and the rest."""
    entries = listed(written)
    theirs = {"ORG#" + code for code in codes}
    of_records = {one[1:] for one in ids}  # a notice of an exit differs from its record in the first letter
    mine = {key for key in entries if key[0] in theirs or (key[0].startswith("FEED#") and key[1].partition("#")[2][1:] in of_records)}
    return _list_of({key: entries[key] for key in mine}), _list_of({key: entries[key] for key in entries.keys() - mine})


def _list_of(digests: Mapping[Key, str]) -> bytes:
    return pack([[*key, digest] for key, digest in sorted(digests.items())])


def _digest(item: Mapping[str, Any]) -> str:
    return hashlib.blake2s(item["body"]["B"], digest_size=6).hexdigest()


def mark_months(publications: Iterable[Publication]) -> None:
    """Mark the months of feeds in which these have entries."""
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


def _note_in_archive(publication: Publication, written: bytes) -> dict[str, Any]:
    """The archive's note that this version is public; fails when the subject has changed since it was read."""
    return {
        "Update": {
            "TableName": settings.table("archive"),
            "Key": _key(("S#" + publication.subject_id, "HEAD")),
            "UpdateExpression": "SET published = :version, written = :written REMOVE due_shard, next_due",
            "ConditionExpression": "version = :version",
            "ExpressionAttributeValues": {":version": {"N": str(publication.version)}, ":written": {"B": written}},
        }
    }


def _item(version: int, body: bytes) -> dict[str, Any]:
    return {"schema": {"N": str(SCHEMA)}, "version": {"N": str(version)}, "body": {"B": body}}


def _key(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}
