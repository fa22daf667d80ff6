"""What government bodies are given of a subject beyond what is public (NT-20): by class, by the key's items, by the day, and traced."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from chalicelib import cities, clock, settings
from chalicelib.cities import City
from chalicelib.law.catalogue import Item
from chalicelib.law.disclosure import may_be_given
from chalicelib.records.access import ApiKey, Given
from chalicelib.records.entries import Record
from chalicelib.records.subjects import Subject
from chalicelib.services.common.cursors import cursor_at, position_of
from chalicelib.services.identity import api_keys
from chalicelib.services.publication import publish
from chalicelib.services.querying import queries
from chalicelib.services.querying.asked import Asked, Found, find
from chalicelib.services.querying.queries import Asking

RECORDS_AN_ANSWER = 100

Answer = dict[str, Any]
Entries = list[tuple[Record, Item]]


def query(asked: Asked, asking: Asking, *, cursor: str | None = None) -> Answer | None:
    """All that the asker may see of a subject today; None for an organisation that is not here. Its trace is written before.

    An organisation's existence is public, a person's is not: for a person who is not here, or has another name, the answer is
    that of one of whom nothing is to be given, and as much is written. `Untraceable` when the trace cannot be written.
    """
    city, day = cities.load(settings.city()), clock.today()
    passed = position_of(cursor, (str,))[0] if cursor else None
    (found,) = find([asked])
    head = _head(found, city, day)
    shown, following = _page(entries_for(found.records, asking.key, city, day), passed)
    about = found.loaded or asked.identifier
    traced = queries.leave_trace(asking, "query", about, given(shown))
    if head is None:
        return None
    return {**head, **_parts(shown, found), "records_next": following, "as_of": day.isoformat(), "query": traced}


def entries_for(records: Iterable[Record], key: ApiKey, city: City, day: date) -> Entries:
    """The records that a key may be given on a day, each with its catalogue item, the newest first."""
    found = [(record, city.catalogue.get(record.catalogue)) for record in records]
    open_ones = [
        (record, item)
        for record, item in found
        if item and may_be_given(record, item, "government", day) and api_keys.may_read(key, item.code, day)
    ]
    return sorted(open_ones, key=lambda entry: _place(entry[0]), reverse=True)


def given(entries: Entries) -> list[Given]:
    """What the trace says of records that are given."""
    return [Given(record.id, record.catalogue, record.title, record.document_no) for record, _ in entries]


def _page(entries: Entries, passed: str | None) -> tuple[Entries, str | None]:
    """The lists and commitments, with up to a hundred records after the place that was passed; and the cursor to the next."""
    records = [entry for entry in entries if entry[1].shape == "record" and (passed is None or _place(entry[0]) < passed)]
    page = records[:RECORDS_AN_ANSWER]
    following = cursor_at([_place(page[-1][0])]) if len(records) > len(page) else None
    return [entry for entry in entries if entry[1].shape != "record"] + page, following


def _head(found: Found, city: City, day: date) -> Answer | None:
    """Who it is: a person as the asker named them; None for an organisation that is not here."""
    if found.asked.is_person:
        return {"name": found.asked.name, "kind": "natural_person"}
    return publish.head_of(found.loaded.subject, city, day) if found.loaded else None


def _parts(entries: Entries, found: Found) -> Answer:
    parts: dict[str, list[Answer]] = {"record": [], "list": [], "commitment": []}
    for record, item in entries:
        if found.loaded:
            parts[item.shape].append(_told(record, item, found.loaded.subject))
    return {"records": parts["record"], "lists": parts["list"], "commitments": parts["commitment"]}


def _told(record: Record, item: Item, subject: Subject) -> Answer:
    """A record with its class; one of an organisation for which a person is responsible says so (NT-29)."""
    entry = publish.entry_of(record, item, subject, "government")
    return {**publish.SHAPES[item.shape](entry), "disclosure": item.disclosure, "as_responsible": record.parent is not None}


def _place(record: Record) -> str:
    return f"{record.determined_on.isoformat()}#{record.id}"
