"""Takes away what is kept no longer: a record with its earlier versions, and at last who its subject was (NT-8c).

A subject's key is deleted with all numbers that lead to it: whatever else is sealed under it can be read by nobody, here or in a copy
that is restored (`services.upkeep.backup` leaves out what the trail says was erased).
"""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib import settings
from chalicelib.records.subjects import Subject
from chalicelib.storage import due, engine, held
from chalicelib.storage.archive import Changes, Loaded, identifier_key
from chalicelib.storage.engine import Item

MARK = "FORGET"
"""The place of an item that says when a subject without records is looked at again."""
_OF_THE_SUBJECT = ("HEAD", "PROFILE#", MARK)


def versions_of(subject_id: str, record_id: str) -> list[str]:
    """The places of a record's earlier versions."""
    earlier = engine.query(settings.table("archive"), "S#" + subject_id, beginning=f"OLD#REC#{record_id}#")
    return [item["sk"]["S"] for item in earlier]


def drop_record(changes: Changes, subject_id: str, record_id: str, versions: Iterable[str]) -> None:
    """Take away a record that is kept no longer, and its earlier versions."""
    condition = {
        "ConditionExpression": "due_shard = :forget",
        "ExpressionAttributeValues": {":forget": {"S": due.shard_of(due.FORGET, subject_id)}},
    }
    earlier = [_delete(subject_id, place) for place in versions]
    about = {"Delete": {"TableName": settings.table("archive"), "Key": held.key_of(record_id)}}
    changes.publish([_delete(subject_id, "REC#" + record_id, condition), *earlier, about], 500)


def others_of(subject_id: str) -> list[str]:
    """The places of all that is held of a subject besides who it is: records, queries, reports, cases."""
    places = (item["sk"]["S"] for item in engine.query(settings.table("archive"), "S#" + subject_id))
    return [place for place in places if not place.startswith(_OF_THE_SUBJECT)]


def look_again(changes: Changes, subject_id: str, day: str) -> None:
    """Make a subject without records due on a day."""
    item = {"type": {"S": "forget"}, "schema": {"N": "2"}, "due_shard": {"S": due.shard_of(due.FORGET, subject_id)}, "next_due": {"S": day}}
    put = {"TableName": settings.table("archive"), "Item": {**_key(subject_id, MARK), **item}}
    changes.publish([{"Put": put}], 500)


def look_no_more(changes: Changes, subject_id: str) -> None:
    """A subject that has records is looked at again when the last of them goes."""
    changes.publish([_delete(subject_id, MARK)], 500)


def erase(changes: Changes, loaded: Loaded) -> None:
    """Delete a subject's key, who it was, and all numbers that lead to it; only while it is as it was read."""
    subject = loaded.subject
    update = {
        "TableName": settings.table("archive"),
        "Key": _key(subject.id, "HEAD"),
        "UpdateExpression": "REMOVE data_key, sealed, written, due_shard, next_due SET published = version",
        "ConditionExpression": "version = :version",
        "ExpressionAttributeValues": {":version": {"N": str(subject.version)}},
    }
    profiles = (f"PROFILE#{number:05d}" for number in range(1, subject.profiles_kept + 1))
    taken = [_delete(subject.id, place) for place in (*profiles, MARK)]
    changes.publish([{"Update": update}, *taken, *_numbers_of(subject)], 1000)


def _numbers_of(subject: Subject) -> list[Item]:
    table = settings.table("archive")
    keys = [{"pk": {"S": identifier_key(identifier)}, "sk": {"S": "-"}} for identifier in subject.identifiers]
    return [{"Delete": {"TableName": table, "Key": key}} for key in keys]


def _delete(subject_id: str, place: str, condition: Item | None = None) -> Item:
    return {"Delete": {"TableName": settings.table("archive"), "Key": _key(subject_id, place), **(condition or {})}}


def _key(subject_id: str, place: str) -> Item:
    return {"pk": {"S": "S#" + subject_id}, "sk": {"S": place}}
