"""Which open cases are about a record, by procedure: so that one that must be alone is, and a flag goes with the last of them.

Key: `HELD#<record id>` / `-`, wherever the record's archive was merged to; of a case about archives `HELD#<subject id>`. Every change
gives it another mark, on which the next is conditioned: of two cases that begin or end at once about the same record one meets `Conflict`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from chalicelib import settings
from chalicelib.storage import engine
from chalicelib.storage.archive import Changes
from chalicelib.storage.packing import SCHEMA

_PREFIX = "HELD#"
_Held = dict[str, tuple[str, ...]]


def key_of(record_id: str) -> engine.Item:
    """The key under which it stands which cases are about a record."""
    return {"pk": {"S": _PREFIX + record_id}, "sk": {"S": "-"}}


def holders(record_id: str, procedure: str) -> tuple[str, ...]:
    """The numbers of the open cases of a procedure about a record."""
    return _read(record_id)[0].get(procedure, ())


def hold(changes: Changes, record_id: str, procedure: str, number: str) -> tuple[str, ...]:
    """A case is about a record from now on, with what is written together; the others of its procedure that are."""
    return _changed(changes, record_id, procedure, lambda there: (*(one for one in there if one != number), number), number)


def release(changes: Changes, record_id: str, procedure: str, number: str) -> tuple[str, ...]:
    """A case is about a record no longer; the others of its procedure that are."""
    return _changed(changes, record_id, procedure, lambda there: tuple(one for one in there if one != number), number)


def _changed(
    changes: Changes, record_id: str, procedure: str, change: Callable[[tuple[str, ...]], tuple[str, ...]], number: str
) -> tuple[str, ...]:
    held, mark = _read(record_id)
    before = held.get(procedure, ())
    changes.last(_PREFIX + record_id, _write(record_id, {**held, procedure: change(before)}, mark))
    return tuple(one for one in before if one != number)


def _read(record_id: str) -> tuple[_Held, str]:
    items = list(engine.batch_get(settings.table("archive"), [(_PREFIX + record_id, "-")]))
    if not items:
        return {}, ""
    held = {name: tuple(one["S"] for one in found["L"]) for name, found in items[0]["held"]["M"].items()}
    return held, items[0]["mark"]["S"]


def _write(record_id: str, held: _Held, mark: str) -> engine.Item:
    by_procedure = {name: {"L": [{"S": one} for one in numbers]} for name, numbers in held.items() if numbers}
    item = {"type": {"S": "held"}, "schema": {"N": str(SCHEMA)}, "mark": {"S": secrets.token_hex(8)}, "held": {"M": by_procedure}}
    put: engine.Item = {"TableName": settings.table("archive"), "Item": {**key_of(record_id), **item}}
    if mark:
        return {"Put": {**put, "ConditionExpression": "mark = :mark", "ExpressionAttributeValues": {":mark": {"S": mark}}}}
    return {"Put": {**put, "ConditionExpression": "attribute_not_exists(pk)"}}
