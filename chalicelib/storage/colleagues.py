"""Who else works under a role of the desk, so that a case can be handed over: whoever signed in lately, by name, sealed.

Keys: `COLLEAGUES#<role>` / `-`, an attribute for each person, named by the keyed id under which cases are assigned.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from chalicelib import settings
from chalicelib.records.people import Colleague
from chalicelib.storage import engine
from chalicelib.storage.keys import keyring
from chalicelib.storage.packing import SCHEMA

LATELY = timedelta(days=90)
"""How long after their last sign-in somebody is offered a case."""


def seen(role: str, colleague: Colleague, now: datetime) -> None:
    """Note that somebody with a role of the desk signed in; `colleague.id` is keyed."""
    pk = _pk(role)
    data_key = keyring().new_data_key(pk)
    sealed = keyring().seal(data_key, {"name": colleague.name}, owner=pk, place=colleague.id)
    until = int((now + LATELY).timestamp())
    kept = {"key": {"B": data_key}, "sealed": {"B": sealed}, "until": {"N": str(until)}}
    engine.client().update_item(
        TableName=settings.table("sessions"),
        Key={"pk": {"S": pk}, "sk": {"S": "-"}},
        UpdateExpression="SET #schema = :schema, expires_at = :until, #person = :kept",
        ExpressionAttributeNames={"#schema": "schema", "#person": colleague.id},
        ExpressionAttributeValues={":schema": {"N": str(SCHEMA)}, ":until": {"N": str(until)}, ":kept": {"M": kept}},
    )


def of_role(role: str, now: datetime) -> list[Colleague]:
    """Who works under a role and signed in lately, by name."""
    pk = _pk(role)
    answer = engine.client().get_item(TableName=settings.table("sessions"), Key={"pk": {"S": pk}, "sk": {"S": "-"}})
    found = [
        Colleague(person, _name(pk, person, value["M"]))
        for person, value in answer.get("Item", {}).items()
        if "M" in value and int(value["M"]["until"]["N"]) > now.timestamp()
    ]
    return sorted(found, key=lambda one: (one.name, one.id))


def _pk(role: str) -> str:
    return f"COLLEAGUES#{role}"


def _name(pk: str, person: str, kept: dict[str, Any]) -> str:
    name: str = keyring().unseal(kept["key"]["B"], kept["sealed"]["B"], owner=pk, place=person)["name"]
    return name
