"""What is to be written together or not at all: the changes of one act, with the conditions under which they still hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.storage import engine
from chalicelib.storage import reported as reporting
from chalicelib.storage.models import ArchiveItem, SubjectItem, TrailItem

MOST_TOGETHER = engine.MOST_WRITES
"""How many items one set of changes may hold."""
LARGEST_TOGETHER = engine.LARGEST_TRANSACTION // 2
"""Bytes from which a set of changes is written before the next row is added to it."""


class Conflict(Exception):
    """Somebody else changed what this transaction relied on: read again, decide again."""


class Changes:
    """What is to be written together or not at all. One item counts once, in its last form; its first condition stays.

    `size` is at most about how many bytes the items have: what is sealed in them is nearly all of it.
    """

    def __init__(self) -> None:
        self.size = 0
        self._puts: dict[tuple[str, str, str], tuple[ArchiveItem | TrailItem, int | None]] = {}
        self._marks: dict[str, engine.Item] = {}
        self._others: list[engine.Item] = []
        self._catalogues: dict[str, set[str]] = {}

    def __len__(self) -> int:
        return len(self._puts) + len(self._marks) + len(self._others)

    def put(self, item: ArchiveItem | TrailItem, over_version: int | None = None) -> None:
        """Put an item that is not there yet, or that is there in this version."""
        key = (item.Meta.table_name, item.pk, item.sk)
        self.size += len(getattr(item, "sealed", b"")) + 500
        first = self._puts.get(key)
        self._puts[key] = (item, first[1] if first else over_version)

    def mark(self, reported: str, areas: Mapping[str, int]) -> None:
        """Tell those who verify reports on a subject which version changed what."""
        self.last(reported, reporting.changed(reported, areas))

    def writes_record(self, subject_id: str, catalogue: str) -> None:
        """Remember that a record of a catalogue item is among them."""
        self._catalogues.setdefault(subject_id, set()).add(catalogue)

    def catalogues_of(self, subject_id: str) -> set[str]:
        """The catalogue items of the records of a subject that are among them."""
        return self._catalogues.get(subject_id, set())

    def last(self, name: str, write: engine.Item, size: int = 500) -> None:
        """A write that brings its own condition and counts once under a name, in its last form; about how many bytes it has."""
        self.size += size
        self._marks[name] = write

    def publish(self, writes: Sequence[engine.Item], size: int) -> None:
        """Writes that bring their own conditions, as those of publication, in the same transaction; about how many bytes they have."""
        self.size += size
        self._others += writes

    def commit(self) -> None:
        """Write everything. `Conflict` when a condition fails or another transaction is on one of the items."""
        puts = [_put(item, over) for item, over in self._puts.values()]
        if (puts or self._others) and not engine.write_together([*puts, *self._marks.values(), *self._others]):
            raise Conflict


def _put(item: ArchiveItem | TrailItem, over_version: int | None) -> dict[str, Any]:
    put: dict[str, Any] = {"TableName": item.Meta.table_name, "Item": item.serialize()}
    if over_version is None:
        put["ConditionExpression"] = "attribute_not_exists(pk)"
    else:
        put["ConditionExpression"] = "version = :version"
        put["ExpressionAttributeValues"] = {":version": {"N": str(over_version)}}
    if isinstance(item, SubjectItem) and over_version is not None:  # who knows of no report must not forget the first one
        put["ConditionExpression"] += " AND " + ("reported = :reported" if item.reported else "attribute_not_exists(reported)")
        put["ExpressionAttributeValues"] |= {":reported": {"S": item.reported}} if item.reported else {}
    return {"Put": put}
