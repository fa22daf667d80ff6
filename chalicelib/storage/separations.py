"""What taking back a merge did, kept sealed in the archive that stands for itself again, in the place of what the merge had noted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from chalicelib import settings
from chalicelib.storage import engine
from chalicelib.storage.archive import Changes, Loaded, load_subjects
from chalicelib.storage.keys import keyring
from chalicelib.storage.models import MergeItem

_PREFIX = "SEPARATED#"


def put(changes: Changes, loaded: Loaded, facts: Mapping[str, Any], at: datetime) -> None:
    """Keep what was done, with what the merge had noted, and make room for another merge."""
    place = _PREFIX + at.astimezone(UTC).isoformat(timespec="microseconds")
    sealed = keyring().seal(loaded.data_key, facts, owner=loaded.subject.id, place=place)
    changes.put(MergeItem("S#" + loaded.subject.id, place, sealed=sealed))
    noted = {"pk": {"S": "S#" + loaded.subject.id}, "sk": {"S": "MERGED"}}
    delete = {"TableName": settings.table("archive"), "Key": noted, "ConditionExpression": "attribute_exists(pk)"}
    changes.publish([{"Delete": delete}], 0)


def of(subject_id: str) -> dict[str, Any] | None:
    """What was done when a subject was last separated; None when it never was."""
    items = list(engine.query(settings.table("archive"), "S#" + subject_id, beginning=_PREFIX))
    if not items:
        return None
    data_key, last = load_subjects([subject_id])[subject_id].data_key, items[-1]
    facts: dict[str, Any] = keyring().unseal(data_key, last["sealed"]["B"], owner=subject_id, place=last["sk"]["S"])
    return facts
