"""How subjects are reached: what each verified itself, sealed, by its number. It lies apart from archives: who has none has contacts too.

Key: `CONTACT#<keyed hash of the number>` / `-`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from chalicelib import settings
from chalicelib.records.access import Act
from chalicelib.records.identifiers import Identifier
from chalicelib.records.messages import Contact, Contacts
from chalicelib.storage import archive, engine
from chalicelib.storage.keys import keyring
from chalicelib.storage.models import ArchiveItem
from chalicelib.storage.packing import upcast


class ContactItem(ArchiveItem, discriminator="contacts"):
    """The contacts of one subject. In the clear, for hints: `asked`, the day on which the oldest of them was verified, and `refused`, the
    kind of contact that last sent a message back."""

    version = NumberAttribute()
    asked = UnicodeAttribute(null=True)
    refused = UnicodeAttribute(null=True)
    data_key = BinaryAttribute(legacy_encoding=False)
    sealed = BinaryAttribute(legacy_encoding=False)


HINTED = "asked, refused"
"""The attributes that `hints_in` reads."""


class Hints(NamedTuple):
    """The day on which the oldest contact was verified, and the kind that sent a message back."""

    asked: date | None
    refused: str | None


def of(number: Identifier) -> Contacts:
    """The contacts of whoever has a number; without any where nothing is kept."""
    item = _found(number)
    return _contacts(item) if item else Contacts()


def of_each(numbers: Iterable[Identifier]) -> dict[Identifier, Contacts]:
    """The contacts of several at once; who has none is left out."""
    places = {place(number): number for number in numbers}
    items = map(ArchiveItem.from_raw_data, engine.batch_get(settings.table("archive"), [(pk, "-") for pk in places]))
    return {places[item.pk]: _contacts(item) for item in items}


def hints(number: Identifier) -> Hints:
    """What tells whether somebody should look at their contacts. Nothing is opened for it."""
    return hints_in(next(engine.batch_get(settings.table("archive"), [(place(number), "-")]), None))


def hints_in(item: engine.Item | None) -> Hints:
    """The same of the item at the `place` of a number, where there is one."""
    asked, refused = (upcast(item).get(name, {}).get("S") if item else None for name in ("asked", "refused"))
    return Hints(date.fromisoformat(asked) if asked else None, refused)


def refuse(number: Identifier, kind: str) -> None:
    """A contact sent a message back: its owner is told when next signed in. Verifying a contact anew ends it."""
    engine.client().update_item(
        TableName=settings.table("archive"),
        Key={"pk": {"S": place(number)}, "sk": {"S": "-"}},
        UpdateExpression="SET refused = :kind",
        ConditionExpression="attribute_exists(pk)",
        ExpressionAttributeValues={":kind": {"S": kind}},
    )


def place_of(number: Identifier) -> str:
    """A word that means the contacts of whoever has a number, and tells nobody else whose they are."""
    return place(number).removeprefix("CONTACT#")


def no_more_notices(word: str, at: datetime) -> bool:
    """Whoever has the contacts of a `place_of` wishes only what must be sent; False when there are none. Asking twice changes nothing."""
    while True:
        items = [ArchiveItem.from_raw_data(item) for item in engine.batch_get(settings.table("archive"), [("CONTACT#" + word, "-")])]
        if not items:
            return False
        before = _contacts(items[0])
        if not before.notices:
            return True
        try:
            _keep("CONTACT#" + word, items[0], replace(before, notices=False), "contact.unsubscribed", "link", at)
        except archive.Conflict:  # its owner changes it at this moment: on top of what that left
            continue
        return True


def keep(
    number: Identifier, contacts: Contacts, action: str, actor: str, at: datetime, beside: Callable[[archive.Changes], None] | None = None
) -> Contacts:
    """Keep the next version of somebody's contacts, with its entry in the trail and what `beside` adds; `Conflict` when another was
    first."""
    return _keep(place(number), _found(number), contacts, action, actor, at, beside)


def _keep(
    pk: str,
    found: ContactItem | None,
    contacts: Contacts,
    action: str,
    actor: str,
    at: datetime,
    beside: Callable[[archive.Changes], None] | None = None,
) -> Contacts:
    data_key = found.data_key if found else keyring().new_data_key(pk)
    following = replace(contacts, version=contacts.version + 1)
    days = [contact.verified for contact in (following.phone, following.email) if contact]
    item = ContactItem(
        pk,
        "-",
        version=following.version,
        asked=min(days).isoformat() if days else None,
        data_key=data_key,
        sealed=keyring().seal(data_key, _facts(following), owner=pk, place="-"),
    )
    changes = archive.Changes()
    changes.put(item, contacts.version or None)
    archive.put_trail(changes, [Act(action, pk.partition("#")[2], "-", _facts(following))], actor=actor, reason="contacts", at=at)
    if beside:
        beside(changes)
    changes.commit()
    return following


def _found(number: Identifier) -> ContactItem | None:
    items = [ArchiveItem.from_raw_data(item) for item in engine.batch_get(settings.table("archive"), [(place(number), "-")])]
    return items[0] if items else None


def place(number: Identifier) -> str:
    """The partition key of the contacts of whoever has a number."""
    return "CONTACT#" + keyring().public_id("u_", "contacts", number.type, number.number)


def _facts(contacts: Contacts) -> dict[str, Any]:
    facts = asdict(contacts)
    for kind in ("phone", "email"):
        if facts[kind]:
            facts[kind]["verified"] = facts[kind]["verified"].isoformat()
    return facts


def _contacts(item: ContactItem) -> Contacts:
    facts = keyring().unseal(item.data_key, item.sealed, owner=item.pk, place=item.sk)
    kept = {
        kind: Contact(**{**facts[kind], "verified": date.fromisoformat(facts[kind]["verified"])}) if facts[kind] else None
        for kind in ("phone", "email")
    }
    return Contacts(**{**facts, **kept})
