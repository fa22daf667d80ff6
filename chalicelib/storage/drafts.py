"""Forms that came after the session had ended, kept sealed for who filled them in. DynamoDB tidies up late: readers compare the time.

Keys: `DRAFT#<keyed digest of the person and the page>` / `-`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib import settings
from chalicelib.storage import engine
from chalicelib.storage.keys import keyring
from chalicelib.storage.packing import SCHEMA, upcast


@dataclass(frozen=True)
class Draft:
    """A form that was not taken: for whom its person acted (USCC, empty for themselves), and its fields."""

    acting_for: str
    fields: Mapping[str, Sequence[str]]


def put(person: str, page: str, draft: Draft, until: datetime) -> None:
    """Keep a form until an instant, in place of an earlier one of the same page."""
    key = _key(person, page)
    owner = key["pk"]["S"]
    data_key = keyring().new_data_key(owner)
    facts = {"acting_for": draft.acting_for, "fields": dict(draft.fields)}
    item = {
        **key,
        "schema": {"N": str(SCHEMA)},
        "type": {"S": "draft"},
        "expires_at": {"N": str(int(until.timestamp()))},
        "data_key": {"B": data_key},
        "sealed": {"B": keyring().seal(data_key, facts, owner=owner, place="draft")},
    }
    engine.client().put_item(TableName=settings.table("sessions"), Item=item)


def find(person: str, page: str, now: datetime) -> Draft | None:
    """The form that is kept for a person and a page; None when there is none, or its time is over."""
    found = engine.client().get_item(TableName=settings.table("sessions"), Key=_key(person, page), ConsistentRead=True).get("Item")
    if not found or int(found["expires_at"]["N"]) <= now.timestamp():
        return None
    item = upcast(found)
    facts = keyring().unseal(item["data_key"]["B"], item["sealed"]["B"], owner=item["pk"]["S"], place="draft")
    return Draft(facts["acting_for"], facts["fields"])


def forget(person: str, page: str) -> None:
    """The form was taken: it is kept no longer."""
    engine.client().delete_item(TableName=settings.table("sessions"), Key=_key(person, page))


def _key(person: str, page: str) -> dict[str, Any]:
    return {"pk": {"S": "DRAFT#" + keyring().public_id("", "draft", person, page)}, "sk": {"S": "-"}}
