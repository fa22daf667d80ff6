"""Complaints about queries, in the collection of the subject who complains, sealed; in the trail too, both or neither (HY-27d).

Keys: `S#<subject id>` / `COMPLAINT#<receipt>`. Whoever is not in the archive complains in the collection of their number, `S#n_...`,
where queries that found nobody stand. Open ones are in the index `due`, so that the desk finds them without a scan.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime

from chalicelib import settings
from chalicelib.records.access import Act
from chalicelib.records.identifiers import Identifier
from chalicelib.records.remedies import Complaint
from chalicelib.storage import archive, engine, queries
from chalicelib.storage.keys import keyring
from chalicelib.storage.models import ComplaintItem
from chalicelib.storage.packing import upcast

DUE = "complaint#0"
_PREFIX = "COMPLAINT#"


def put(complaint: Complaint, holder: str | None, identifier: Identifier, at: datetime) -> None:
    """Keep a new complaint with its entry in the trail. `holder` is the subject's id; None when the archive does not know the number."""
    owner = holder or queries.nobody(identifier)
    data_key = archive.load_subjects([holder])[holder].data_key if holder else None
    own_key = None if data_key else keyring().new_data_key(owner)
    place = _PREFIX + complaint.receipt
    facts = asdict(complaint)
    sealed = keyring().seal(data_key or own_key or b"", facts, owner=owner, place=place)
    changes = archive.Changes()
    changes.put(ComplaintItem("S#" + owner, place, data_key=own_key, sealed=sealed, due_shard=DUE, next_due=at.date().isoformat()))
    archive.put_trail(
        changes, [Act("complaint.made", owner, complaint.receipt, facts)], actor=complaint.by, reason=complaint.receipt, at=at
    )
    changes.commit()


def of(holder: str | None, identifier: Identifier) -> list[Complaint]:
    """The complaints of a subject, and those under its number from before it was in the archive, the latest first."""
    owners = [queries.nobody(identifier), *([holder] if holder else ())]
    keys = {owner: loaded.data_key for owner, loaded in archive.load_subjects(owners).items()}
    found = [
        _complaint(item, keys.get(owner, b""))
        for owner in owners
        for item in map(upcast, engine.query(settings.table("archive"), "S#" + owner, beginning=_PREFIX))
    ]
    return sorted(found, key=lambda complaint: complaint.made, reverse=True)


def waiting(limit: int) -> list[tuple[str, Complaint]]:
    """The complaints that nobody has answered yet, each with whose collection it stands in, the oldest day first, from the index."""
    answer = engine.client().query(
        TableName=settings.table("archive"),
        IndexName="due",
        KeyConditionExpression="due_shard = :shard",
        ExpressionAttributeValues={":shard": {"S": DUE}},
        Limit=limit,
    )
    places = [(item["pk"]["S"], item["sk"]["S"]) for item in answer["Items"]]
    items = [upcast(item) for item in engine.batch_get(settings.table("archive"), places) if "due_shard" in item]
    keys = {owner: loaded.data_key for owner, loaded in archive.load_subjects({_owner(item) for item in items}).items()}
    found = [(_owner(item), _complaint(item, keys.get(_owner(item), b""))) for item in items]
    return sorted(found, key=lambda one: one[1].made)


def answer(owner: str, receipt: str, text: str, *, by: str, at: datetime) -> Complaint | None:
    """Keep the answer to a complaint, with its entry in the trail; None when there is none that waits for one. `Conflict` when
    somebody else answers at this moment."""
    key = ("S#" + owner, _PREFIX + receipt)
    items = [upcast(item) for item in engine.batch_get(settings.table("archive"), [key]) if "due_shard" in item]
    if not items:
        return None
    loaded = archive.load_subjects([owner]).get(owner)
    data_key = items[0]["data_key"]["B"] if "data_key" in items[0] else loaded.data_key if loaded else b""
    answered = replace(_complaint(items[0], data_key), answer=text, answered=at.isoformat(timespec="seconds"))
    sealed = keyring().seal(data_key, asdict(answered), owner=owner, place=key[1])
    update = {
        "TableName": settings.table("archive"),
        "Key": {"pk": {"S": key[0]}, "sk": {"S": key[1]}},
        "UpdateExpression": "SET sealed = :sealed REMOVE due_shard, next_due",
        "ConditionExpression": "due_shard = :due",
        "ExpressionAttributeValues": {":sealed": {"B": sealed}, ":due": {"S": DUE}},
    }
    changes = archive.Changes()
    changes.publish([{"Update": update}], len(sealed))
    archive.put_trail(changes, [Act("complaint.answered", owner, receipt, asdict(answered))], actor=by, reason=receipt, at=at)
    changes.commit()
    return answered


def _owner(item: engine.Item) -> str:
    return str(item["pk"]["S"].removeprefix("S#"))


def _complaint(item: engine.Item, data_key: bytes) -> Complaint:
    key = item["data_key"]["B"] if "data_key" in item else data_key
    return Complaint(**keyring().unseal(key, item["sealed"]["B"], owner=_owner(item), place=item["sk"]["S"]))
