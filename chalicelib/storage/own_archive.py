"""A subject's records: of all of them what orders and parts them, and only of those that are shown the whole.

Read without models: a page shows fifty of many, and reading the others whole would cost more than the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, cast

from chalicelib import settings
from chalicelib.records.entries import Ended, Record
from chalicelib.records.identifiers import Identifier
from chalicelib.records.kinds import Category, EndedHow, Severity
from chalicelib.records.subjects import Link, Office
from chalicelib.storage import archive, engine
from chalicelib.storage.keys import keyring
from chalicelib.storage.packing import upcast

_PREFIX = "REC#"
_SHOWN = (
    "sk, place, catalogue, category, provider, provider_name, determined_on, entered_on, valid_until, end_source, end_defaulted, "
    "severity, flags, ended, ended_on, ended_by, sealed"
)
_NONE: engine.Item = {}


@dataclass(frozen=True)
class Holder:
    """Whose archive it is: the random id, the name that the archive knows, and who the register says represents it."""

    id: str
    name: str
    legal_representative: str | None
    absorbed: tuple[str, ...]
    open: Callable[[bytes, str], Any]


class Lying(NamedTuple):
    """A record as far as it orders and parts a page; dates are civil, YYYY-MM-DD."""

    determined_on: str
    id: str
    valid_until: date | None
    flags: tuple[str, ...]
    ended: Ended | None = None


def holder_of(identifier: Identifier) -> Holder | None:
    """Whose archive a number leads to; None when nothing is held under it."""
    subject_id = archive.subjects_of([identifier]).get(identifier)
    while subject_id:
        item = _head(subject_id)
        if item is None:
            return None
        if "merged_into" not in item:
            return _holder(item, subject_id)
        subject_id = item["merged_into"]["S"]
    return None


def names_of(subject_ids: Iterable[str]) -> dict[str, tuple[str, str | None]]:
    """Name and USCC of subjects, by id."""
    loaded = archive.load_subjects(subject_ids)
    return {one: (found.subject.profile.name, next(iter(found.subject.codes), None)) for one, found in loaded.items()}


def records_of(holder: Holder) -> list[Lying]:
    """Every record of a subject, in no order; what is still coming from another archive does not count yet."""
    request: dict[str, Any] = {
        "TableName": settings.table("archive"),
        "KeyConditionExpression": "pk = :pk AND begins_with(sk, :records)",
        "ExpressionAttributeValues": {":pk": {"S": "S#" + holder.id}, ":records": {"S": _PREFIX}},
        "ProjectionExpression": "sk, determined_on, valid_until, flags, origin, ended, ended_on, ended_by",
        "ConsistentRead": True,
    }
    origins = (None, *holder.absorbed)
    found: list[Lying] = []
    while True:
        answer = engine.client().query(**request)
        found += [_lying(item) for item in answer["Items"] if item.get("origin", _NONE).get("S") in origins]
        if "LastEvaluatedKey" not in answer:
            return found
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def whole(holder: Holder, shown: Sequence[Lying]) -> list[Record]:
    """Some records whole, in the order in which they are asked for; one that was taken away meanwhile is left out."""
    places = [("S#" + holder.id, _PREFIX + record.id) for record in shown]
    items = {item["sk"]["S"]: item for item in engine.batch_get(settings.table("archive"), places, _SHOWN)}
    return [_opened(items[place], holder) for _, place in places if place in items]


def _lying(item: engine.Item) -> Lying:
    end = item["valid_until"].get("S") if "valid_until" in item else None
    flags = tuple(flag["S"] for flag in item["flags"]["L"])
    by = item.get("ended_by", _NONE).get("S")
    ended = Ended(cast(EndedHow, item["ended"]["S"]), date.fromisoformat(item["ended_on"]["S"]), by) if "ended" in item else None
    last_day = date.fromisoformat(end) if end else None
    return Lying(item["determined_on"]["S"], item["sk"]["S"].removeprefix(_PREFIX), last_day, flags, ended)


def _opened(item: engine.Item, holder: Holder) -> Record:
    lying, private = _lying(item), holder.open(item["sealed"]["B"], item["place"]["S"])
    return Record(
        id=lying.id,
        subject_id=holder.id,
        catalogue=item["catalogue"]["S"],
        category=cast(Category, item["category"]["S"]),
        title=private["title"],
        document_no=private["document_no"],
        provider=Office(item["provider"]["S"], item["provider_name"]["S"]),
        determined_on=date.fromisoformat(lying.determined_on),
        entered_on=date.fromisoformat(item["entered_on"]["S"]),
        valid_until=lying.valid_until,
        end_source=item["end_source"]["S"],
        end_defaulted=item["end_defaulted"]["N"] != "0",
        severity=cast(Severity | None, item.get("severity", _NONE).get("S")),
        subject_name=private["subject_name"],
        content=private["content"],
        people=tuple(private["people"]),
        flags=lying.flags,
        responsible=tuple(Link(**link) for link in private["responsible"]),
        parent=Link(**private["parent"]) if private["parent"] else None,
        ended=lying.ended,
    )


def _head(subject_id: str) -> engine.Item | None:
    wanted = "#schema, pk, data_key, sealed, absorbed, merged_into"
    answer = engine.client().get_item(
        TableName=settings.table("archive"),
        Key={"pk": {"S": "S#" + subject_id}, "sk": {"S": "HEAD"}},
        ProjectionExpression=wanted,
        ExpressionAttributeNames={"#schema": "schema"},
        ConsistentRead=True,
    )
    return upcast(answer["Item"]) if "Item" in answer else None


def _holder(item: engine.Item, subject_id: str) -> Holder:
    opens = keyring().opener(item["data_key"]["B"], subject_id)
    profile = opens(item["sealed"]["B"], "HEAD")["profile"]
    absorbed = tuple(entry["S"] for entry in item.get("absorbed", {}).get("L", ()))
    return Holder(subject_id, profile["name"], profile["legal_representative"], absorbed, opens)
