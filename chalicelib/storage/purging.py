"""Takes what a purged record said out of everything else that lies sealed in its subject's archive: traces of queries, reports, cases,
complaints, notices (NT-14b).

What the trail keeps is a keyed digest, from which nothing can be read back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from botocore.exceptions import ClientError

from chalicelib import settings
from chalicelib.storage import engine
from chalicelib.storage.archive import Changes, Conflict, Loaded, existing_records
from chalicelib.storage.keys import keyring
from chalicelib.storage.models import ArchiveItem, RecordItem

GONE = "（已依法清除）"
"""What stands in the place of words that were purged."""
Facts = dict[str, Any]


def versions(changes: Changes, loaded: Loaded, record_id: str) -> None:
    """Empty every earlier version of a record, also the one that these changes keep: nothing of what they said is left (NT-14b)."""
    subject_id = loaded.subject.id
    place = f"OLD#REC#{record_id}#"
    for raw in engine.query(settings.table("archive"), "S#" + subject_id, beginning=place):
        item = ArchiveItem.from_raw_data(raw)
        changes.put(_emptied(item, item.sk, loaded), int(item.version))
    now = existing_records([(subject_id, record_id)])[record_id]
    changes.put(_emptied(now.item, f"{place}{now.revision:05d}", loaded))


def _emptied(item: RecordItem, sk: str, loaded: Loaded) -> RecordItem:
    nothing: dict[str, Any] = {
        "title": "",
        "document_no": None,
        "subject_name": "",
        "content": {},
        "people": [],
        "responsible": [],
        "parent": None,
    }
    sealed = keyring().seal(loaded.data_key, nothing, owner=loaded.subject.id, place=item.place)
    raw = {name: value for name, value in item.serialize().items() if name not in ("due_shard", "next_due")}
    return cast(RecordItem, RecordItem.from_raw_data({**raw, "sk": {"S": sk}, "sealed": {"B": sealed}}))


def everywhere(loaded: Loaded, record_id: str, words: Iterable[str], drop: Callable[[str], None]) -> None:
    """Take out what names the record or says its words; `drop` takes the file of a report that may not be read any more. `Conflict` when
    one of the items is changed at this moment: then it is done again."""
    owner, found = loaded.subject.id, tuple(words)
    about = _cases_about(loaded, record_id)
    for item in engine.query(settings.table("archive"), "S#" + owner):
        place = item["sk"]["S"]
        if place.startswith("TRACE#"):
            _rewrite("archive", loaded, item, lambda facts: _trace(facts, record_id))
        elif place.startswith("COMPLAINT#") or (place.startswith("CASE#") and place.split("#")[1] in about):
            _rewrite("archive", loaded, item, lambda facts: _without(facts, found))
        elif place.startswith("REPORT#") and _names(_opened(loaded, item), record_id, found):
            if "file" in item:
                drop(item["file"]["S"])  # before the report forgets where it lies
            _rewrite("archive", loaded, item, lambda facts: _report(facts, record_id, found), _WITHDRAWN)
    for item in engine.query(settings.table("outbox"), f"TO#s:{owner}"):
        _rewrite("outbox", loaded, item, lambda facts: _without(facts, found))


def _cases_about(loaded: Loaded, record_id: str) -> frozenset[str]:
    owner = loaded.subject.id
    items = engine.query(settings.table("archive"), "S#" + owner, beginning="CASE#")
    heads = [item for item in items if item["sk"]["S"].count("#") == 1]
    return frozenset(item["sk"]["S"].split("#")[1] for item in heads if record_id in _opened(loaded, item)["about"])


_WITHDRAWN = "SET #state = :withdrawn, sealed = :sealed REMOVE #file, due_shard, next_due"


def _rewrite(table: str, loaded: Loaded, item: engine.Item, change: Callable[[Facts], Facts], update: str = "SET sealed = :sealed") -> bool:
    """Whether an item says something else now; only while it is as it was read."""
    if "sealed" not in item:
        return False
    facts, owner = _opened(loaded, item), loaded.subject.id
    after = change(facts)
    if after == facts:
        return False
    sealed = keyring().seal(_key(loaded, item), after, owner=owner, place=item["sk"]["S"])
    request: engine.Item = {
        "TableName": settings.table(table),
        "Key": {"pk": item["pk"], "sk": item["sk"]},
        "UpdateExpression": update,
        "ConditionExpression": "sealed = :before",
        "ExpressionAttributeValues": {":sealed": {"B": sealed}, ":before": item["sealed"]},
    }
    if update == _WITHDRAWN:
        request["ExpressionAttributeNames"] = {"#state": "state", "#file": "file"}
        request["ExpressionAttributeValues"][":withdrawn"] = {"S": "withdrawn"}
    try:
        engine.client().update_item(**request)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            raise Conflict from error
        raise
    return True


def _opened(loaded: Loaded, item: engine.Item) -> Facts:
    facts: Facts = keyring().unseal(_key(loaded, item), item["sealed"]["B"], owner=loaded.subject.id, place=item["sk"]["S"])
    return facts


def _key(loaded: Loaded, item: engine.Item) -> bytes:
    return item["data_key"]["B"] if "data_key" in item else loaded.data_key


def _trace(facts: Facts, record_id: str) -> Facts:
    given = [{**one, "title": GONE, "document_no": None} if one["id"] == record_id else one for one in facts["given"]]
    return {**facts, "given": given}


def _names(facts: Facts, record_id: str, words: tuple[str, ...]) -> bool:
    return _report(facts, record_id, words) != facts


def _report(facts: Facts, record_id: str, words: tuple[str, ...]) -> Facts:
    """A report without the record's entry; a certificate without what the record was called."""
    content = facts["content"]
    sections = [{**one, "entries": [entry for entry in one["entries"] if entry["id"] != record_id]} for one in content["sections"]]
    return {**facts, "content": {**content, "sections": sections, "certifies": _without(content.get("certifies", []), words)}}


def _without(value: Any, words: tuple[str, ...]) -> Any:
    """Facts with every text in them without some words."""
    if isinstance(value, str):
        return _blanked(value, words)
    if isinstance(value, Mapping):
        return {name: _without(inner, words) for name, inner in value.items()}
    if isinstance(value, list):
        return [_without(inner, words) for inner in value]
    return value


def _blanked(text: str, words: Iterable[str]) -> str:
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, GONE)
    return text
