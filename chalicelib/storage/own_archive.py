"""A subject's records as they lie there: dates and classes at once, what is sealed only where it is shown.

Read without models: a page shows fifty of many, and most of what a model does for the others would be for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from chalicelib import settings
from chalicelib.records import Category, Identifier, Link, Office, Record, Severity
from chalicelib.storage import archive, engine
from chalicelib.storage.keys import keyring
from chalicelib.storage.packing import upcast

_PREFIX = "REC#"


@dataclass(frozen=True)
class Holder:
    """Whose archive it is: the random id, the name that the archive knows, and who the register says represents it."""

    id: str
    name: str
    legal_representative: str | None
    absorbed: tuple[str, ...]
    open: Callable[[bytes, str], Any]


class Lying:
    """A record as it lies there: what orders and classes it; `opened` gives all of it."""

    def __init__(self, item: engine.Item, holder: Holder) -> None:
        self._item, self._holder = item, holder
        self.id = item["sk"]["S"].removeprefix(_PREFIX)
        self.determined_on = item["determined_on"]["S"]
        end = item.get("valid_until", {}).get("S")
        self.valid_until = date.fromisoformat(end) if end else None
        self.flags = tuple(flag["S"] for flag in item["flags"]["L"])
        self.category = item["category"]["S"]

    def opened(self) -> Record:
        """The record whole."""
        item, place = upcast(self._item), self._item["place"]["S"]
        private = self._holder.open(item["sealed"]["B"], place)
        return Record(
            id=self.id,
            subject_id=self._holder.id,
            catalogue=item["catalogue"]["S"],
            category=cast(Category, self.category),
            title=private["title"],
            document_no=private["document_no"],
            provider=Office(item["provider"]["S"], item["provider_name"]["S"]),
            determined_on=date.fromisoformat(self.determined_on),
            entered_on=date.fromisoformat(item["entered_on"]["S"]),
            valid_until=self.valid_until,
            end_source=item["end_source"]["S"],
            end_defaulted=item["end_defaulted"]["N"] != "0",
            severity=cast(Severity | None, item.get("severity", {}).get("S")),
            subject_name=private["subject_name"],
            content=private["content"],
            people=tuple(private["people"]),
            flags=self.flags,
            responsible=tuple(Link(**link) for link in private["responsible"]),
            parent=Link(**private["parent"]) if private["parent"] else None,
        )


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
        "ConsistentRead": True,
    }
    origins = (None, *holder.absorbed)
    found: list[Lying] = []
    while True:
        answer = engine.client().query(**request)
        found += [Lying(item, holder) for item in answer["Items"] if item.get("origin", {}).get("S") in origins]
        if "LastEvaluatedKey" not in answer:
            return found
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


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
