"""Complaints about queries, in the collection of the subject who complains, sealed; in the trail too, both or neither (HY-27d).

Keys: `S#<subject id>` / `COMPLAINT#<receipt>`. Whoever is not in the archive complains in the collection of their number, `S#n_...`,
where queries that found nobody stand. Open ones are in the index `due`, so that the desk finds them without a scan.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from chalicelib import settings
from chalicelib.records import Act, Complaint, Identifier
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
        Complaint(
            **keyring().unseal(item["data_key"]["B"] if "data_key" in item else keys[owner], item["sealed"]["B"], owner=owner, place=place)
        )
        for owner in owners
        for item in map(upcast, engine.query(settings.table("archive"), "S#" + owner, beginning=_PREFIX))
        for place in [item["sk"]["S"]]
    ]
    return sorted(found, key=lambda complaint: complaint.made, reverse=True)
