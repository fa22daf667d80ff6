"""People who sign in and are signed in. The table is tidied days late, so readers compare the times themselves.

Keys: `ATTEMPT#<keyed digest of state>` / `-` and `SESSION#<keyed digest of the cookie>` / `-`. Neither what opens an attempt
nor what opens a session is kept; who the person is lies sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import settings
from chalicelib.records.identifiers import Identifier
from chalicelib.records.people import CounterSession, Mandate, Person, Session
from chalicelib.storage import engine
from chalicelib.storage.keys import keyring
from chalicelib.storage.packing import SCHEMA, upcast

NOTE_SEEN_EVERY = timedelta(seconds=30)
"""A session that was seen less than this ago is not written again."""


def keep_attempt(state: str, facts: Mapping[str, str], last: datetime) -> None:
    """Keep what the answer to a sign-in must fit, until an instant."""
    item = {**_place("ATTEMPT#", state), **_always(last), "type": {"S": "attempt"}, "facts": {"M": {k: {"S": v} for k, v in facts.items()}}}
    engine.client().put_item(TableName=settings.table("sessions"), Item=item)


def take_attempt(state: str, now: datetime) -> dict[str, str] | None:
    """What was kept for a sign-in, once: whoever asks again finds nothing. None too when its time is over."""
    answer = engine.client().delete_item(TableName=settings.table("sessions"), Key=_place("ATTEMPT#", state), ReturnValues="ALL_OLD")
    item = answer.get("Attributes")
    if not item or int(item["expires_at"]["N"]) <= now.timestamp():
        return None
    return {name: value["S"] for name, value in upcast(item)["facts"]["M"].items()}


def open_session(cookie: str, person: Person, now: datetime, keep_until: datetime, leads_to: str = "") -> Session:
    """A new session for whoever holds the cookie; `leads_to` is the id of the archive that their number leads to, where it leads to one."""
    place = _place("SESSION#", cookie)
    key = place["pk"]["S"]
    data_key = keyring().new_data_key(key)
    item = {
        **place,
        **_always(keep_until),
        "type": {"S": "session"},
        "started": {"S": now.isoformat()},
        "seen": {"S": now.isoformat()},
        "acting_for": {"S": ""},
        "leads_to": {"S": leads_to},
        "data_key": {"B": data_key},
        "sealed": {"B": keyring().seal(data_key, asdict(person), owner=key, place="person")},
    }
    engine.client().put_item(TableName=settings.table("sessions"), Item=item, ConditionExpression="attribute_not_exists(pk)")
    return Session(key, person, now, now, leads_to=leads_to)


def find_session(cookie: str) -> Session | None:
    """The session that a cookie opens, whatever its age, read consistently: one that was ended a moment ago is gone."""
    answer = engine.client().get_item(TableName=settings.table("sessions"), Key=_place("SESSION#", cookie), ConsistentRead=True)
    if "Item" not in answer:
        return None
    item = upcast(answer["Item"])
    key = item["pk"]["S"]
    facts = keyring().unseal(item["data_key"]["B"], item["sealed"]["B"], owner=key, place="person")
    started, seen = (datetime.fromisoformat(item[name]["S"]) for name in ("started", "seen"))
    return Session(key, _person(facts), started, seen, item["acting_for"]["S"], _counter(item), item.get("leads_to", {"S": ""})["S"])


def note_seen(session: Session, now: datetime) -> Session:
    """The session goes on from now; one that was ended meanwhile stays ended."""
    if now - session.seen < NOTE_SEEN_EVERY:
        return session
    _change(session, "SET seen = :seen", {":seen": now.astimezone(UTC).isoformat()})
    return replace(session, seen=now)


def act_for(session: Session, code: str, leads_to: str) -> Session:
    """From now on the session acts for an organisation (USCC), or with an empty code for the person, whose archive has an id; empty when
    there is none."""
    _change(session, "SET acting_for = :code, leads_to = :id", {":code": code, ":id": leads_to})
    return replace(session, acting_for=code, leads_to=leads_to)


def end_session(session: Session) -> None:
    """Forget a session: its cookie opens nothing from now on."""
    engine.client().delete_item(TableName=settings.table("sessions"), Key=_key(session))


def _change(session: Session, expression: str, values: Mapping[str, str]) -> None:
    try:
        engine.client().update_item(
            TableName=settings.table("sessions"),
            Key=_key(session),
            UpdateExpression=expression,
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeValues={name: {"S": value} for name, value in values.items()},
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":  # signed out meanwhile
            raise


def _place(kind: str, secret: str) -> dict[str, Any]:
    return {"pk": {"S": kind + keyring().public_id("", kind, secret)}, "sk": {"S": "-"}}


def _key(session: Session) -> dict[str, Any]:
    return {"pk": {"S": session.key}, "sk": {"S": "-"}}


def _always(last: datetime) -> dict[str, Any]:
    return {"schema": {"N": str(SCHEMA)}, "expires_at": {"N": str(int(last.timestamp()))}}


def opened_at_counter(session: Session, counter: CounterSession) -> engine.Item:
    """The write by which an officer's session holds an archive open; it fails when the session was ended meanwhile."""
    key = session.key
    data_key = keyring().new_data_key(key)
    facts = {**asdict(counter), "until": counter.until.isoformat()}
    values = {":key": {"B": data_key}, ":sealed": {"B": keyring().seal(data_key, facts, owner=key, place="counter")}}
    return _counter_write(session, "SET counter_key = :key, counter_sealed = :sealed", values)


def closed_at_counter(session: Session) -> engine.Item:
    """The write by which an officer's session lets go of what it holds open."""
    return _counter_write(session, "REMOVE counter_key, counter_sealed", {})


def _counter_write(session: Session, expression: str, values: Mapping[str, Any]) -> engine.Item:
    update = {
        "TableName": settings.table("sessions"),
        "Key": _key(session),
        "UpdateExpression": expression,
        "ConditionExpression": "attribute_exists(pk)",
    }
    return {"Update": {**update, "ExpressionAttributeValues": values} if values else update}


def _counter(item: Mapping[str, Any]) -> CounterSession | None:
    """What is held open, whether or not its time is over."""
    if "counter_sealed" not in item:
        return None
    facts = keyring().unseal(item["counter_key"]["B"], item["counter_sealed"]["B"], owner=item["pk"]["S"], place="counter")
    until = datetime.fromisoformat(facts["until"])
    return CounterSession(**{**facts, "identifier": Identifier(**facts["identifier"]), "until": until})


def _person(facts: Mapping[str, Any]) -> Person:
    identifier = Identifier(**facts["identifier"]) if facts["identifier"] else None
    mandates = tuple(Mandate(**{**mandate, "rights": tuple(mandate["rights"])}) for mandate in facts["mandates"])
    return Person(**{**facts, "identifier": identifier, "mandates": mandates, "roles": tuple(facts["roles"])})
