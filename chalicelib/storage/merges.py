"""What merging two archives writes beside subjects and records: who holds an identifier, what was done, what was copied in vain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib import settings
from chalicelib.records.entries import Record
from chalicelib.records.identifiers import Identifier
from chalicelib.storage import engine
from chalicelib.storage.archive import Changes, Loaded, identifier_key, load_subjects
from chalicelib.storage.keys import keyring
from chalicelib.storage.models import MergeItem


def drop_coming(changes: Changes, record: Record) -> None:
    """Take away a record that was copied from another archive and does not count yet."""
    key = {"pk": {"S": "S#" + record.subject_id}, "sk": {"S": "REC#" + record.id}}
    changes.publish([{"Delete": {"TableName": settings.table("archive"), "Key": key}}], 0)


def move_identifier(changes: Changes, identifier: Identifier, old: str, new: str) -> None:
    """From now on an identifier means another subject; only while it means the old one."""
    update = {
        "TableName": settings.table("archive"),
        "Key": {"pk": {"S": identifier_key(identifier)}, "sk": {"S": "-"}},
        "UpdateExpression": "SET subject = :new",
        "ConditionExpression": "subject = :old",
        "ExpressionAttributeValues": {":new": {"S": new}, ":old": {"S": old}},
    }
    changes.publish([{"Update": update}], 0)


def put_merge(changes: Changes, loaded: Loaded, facts: Mapping[str, Any]) -> None:
    """What a merge did, sealed in the archive that was merged into another."""
    sealed = keyring().seal(loaded.data_key, facts, owner=loaded.subject.id, place="MERGED")
    changes.put(MergeItem("S#" + loaded.subject.id, "MERGED", sealed=sealed))


def merge_of(subject_id: str) -> dict[str, Any] | None:
    """What the merge of a subject into another did; None when it was not merged."""
    head = load_subjects([subject_id]).get(subject_id)
    items = list(engine.batch_get(settings.table("archive"), [("S#" + subject_id, "MERGED")]))
    if head is None or not items:
        return None
    facts: dict[str, Any] = keyring().unseal(head.data_key, items[0]["sealed"]["B"], owner=subject_id, place="MERGED")
    return facts
