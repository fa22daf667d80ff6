"""A subject's records: of all of them what orders and parts them, and only of those that are shown the whole.

Read without models: a page shows fifty of many, and reading the others whole would cost more than the page. And in as few requests as
can be: each costs as much as ten records on the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, cast

from chalicelib import settings
from chalicelib.records.entries import Ended, Record
from chalicelib.records.identifiers import Identifier
from chalicelib.records.kinds import Category, EndedHow, Severity
from chalicelib.records.subjects import Link, Office
from chalicelib.storage import archive, contacts, engine
from chalicelib.storage.keys import keyring
from chalicelib.storage.packing import upcast

_PREFIX = "REC#"
_OF_HEAD = "#schema, pk, data_key, sealed, absorbed, merged_into"
_NAMED = {"#schema": "schema"}
_BESIDE = f"subject, {contacts.HINTED}"
_SHOWN = (
    f"{_OF_HEAD}, {_BESIDE}, sk, place, catalogue, category, provider, provider_name, determined_on, entered_on, valid_until, end_source, "
    "end_defaulted, severity, flags, ended, ended_on, ended_by"
)
_NONE: engine.Item = {}
_MaybeSeverity = Severity | None  # made once, not for each record


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


_Place = tuple[str, str]
"""Partition key and sort key."""
Choose = Callable[[list[Lying]], Sequence[Lying]]
"""Which of a subject's records are wanted whole, and in which order; at most `engine.MOST_READS` less three are one request."""


class Reading(NamedTuple):
    """What a number leads to: whose archive (None when nothing is held), the chosen records, and what hints at old contacts."""

    holder: Holder | None
    records: tuple[Record, ...]
    contacts: contacts.Hints


def holder_of(identifier: Identifier) -> Holder | None:
    """Whose archive a number leads to; None when nothing is held under it."""
    subject_id = archive.id_of(identifier)
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


def read(identifier: Identifier, choose: Choose, hint: str = "") -> Reading:
    """The archive of a number: `choose` says of all its records, in no order, which are read whole, and those are given in its order.
    One that was taken away meanwhile is left out; what is still coming from another archive does not count yet.

    `hint` is the id that the number is thought to lead to. Where it is right, that saves the request which asks for it; where it is wrong,
    `choose` is asked again, and its last answer counts. What the number does lead to, the head and the contacts come with the records;
    before them the head is read only where some came from another archive, and it says which of those count.
    """
    beside = [(archive.identifier_key(identifier), "-"), (contacts.place(identifier), "-")]
    known = {} if hint else _at(beside)
    subject_id = hint or _leads_to(known, beside[0])
    while subject_id:
        chosen = choose(_records(subject_id))
        head_place, *places = (("S#" + subject_id, place) for place in ("HEAD", *(_PREFIX + record.id for record in chosen)))
        items = _at([head_place, *places, *(beside if not known else ())])
        if not known:
            known = {place: items[place] for place in beside if place in items}
            if (truly := _leads_to(known, beside[0])) != subject_id:
                subject_id = truly
                continue
        head = upcast(items[head_place]) if head_place in items else None
        if head is None:
            break
        if "merged_into" not in head:
            holder = _holder(head, subject_id)
            records = tuple(_opened(items[place], holder) for place in places if place in items)
            return Reading(holder, records, contacts.hints_in(known.get(beside[1])))
        subject_id = head["merged_into"]["S"]
    choose([])
    return Reading(None, (), contacts.hints_in(known.get(beside[1])))


def _at(places: Iterable[_Place]) -> dict[_Place, engine.Item]:
    """What lies under these keys of the archive."""
    found = engine.batch_get(settings.table("archive"), places, _SHOWN, _NAMED)
    return {(item["pk"]["S"], item["sk"]["S"]): item for item in found}


def _leads_to(known: Mapping[_Place, engine.Item], number: _Place) -> str | None:
    """The subject that a number means by what was read; None when nothing is held under it."""
    return known[number]["subject"]["S"] if number in known else None


def _records(subject_id: str) -> list[Lying]:
    request: dict[str, Any] = {
        "TableName": settings.table("archive"),
        "KeyConditionExpression": "pk = :pk AND begins_with(sk, :records)",
        "ExpressionAttributeValues": {":pk": {"S": "S#" + subject_id}, ":records": {"S": _PREFIX}},
        "ProjectionExpression": "sk, determined_on, valid_until, flags, origin, ended, ended_on, ended_by",
        "ConsistentRead": True,
    }
    items: list[engine.Item] = []
    while True:
        answer = engine.client().query(**request)
        items += answer["Items"]
        if "LastEvaluatedKey" not in answer:
            break
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
    if any("origin" in item for item in items):
        origins = (None, *_absorbed(_head(subject_id) or _NONE))
        items = [item for item in items if item.get("origin", _NONE).get("S") in origins]
    return [_lying(item) for item in items]


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
        severity=cast(_MaybeSeverity, item.get("severity", _NONE).get("S")),
        subject_name=private["subject_name"],
        content=private["content"],
        people=tuple(private["people"]),
        flags=lying.flags,
        responsible=tuple(Link(**link) for link in private["responsible"]),
        parent=Link(**private["parent"]) if private["parent"] else None,
        ended=lying.ended,
    )


def _head(subject_id: str) -> engine.Item | None:
    answer = engine.client().get_item(
        TableName=settings.table("archive"),
        Key={"pk": {"S": "S#" + subject_id}, "sk": {"S": "HEAD"}},
        ProjectionExpression=_OF_HEAD,
        ExpressionAttributeNames=_NAMED,
        ConsistentRead=True,
    )
    return upcast(answer["Item"]) if "Item" in answer else None


def _holder(item: engine.Item, subject_id: str) -> Holder:
    opens = keyring().opener(item["data_key"]["B"], subject_id)
    profile = opens(item["sealed"]["B"], "HEAD")["profile"]
    return Holder(subject_id, profile["name"], profile["legal_representative"], _absorbed(item), opens)


def _absorbed(head: engine.Item) -> tuple[str, ...]:
    return tuple(entry["S"] for entry in head.get("absorbed", _NONE).get("L", ()))
