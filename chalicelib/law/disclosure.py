"""Who may see what: disclosure classes by item and by field, and which kinds show people at all (NT-19, NT-21, HY-5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from chalicelib.law.catalogue import Disclosure, Item
from chalicelib.law.masking import mask_free_text, mask_number, mask_person_name, mask_person_numbers
from chalicelib.law.parameters import Rules, in_force
from chalicelib.law.showing import in_use
from chalicelib.records.entries import Record
from chalicelib.records.kinds import SubjectKind

Audience = Literal["anyone", "government", "authorised", "subject"]
SEES: dict[Audience, frozenset[Disclosure]] = {
    "anyone": frozenset({"public"}),
    "government": frozenset({"public", "shared"}),
    "authorised": frozenset({"public", "authorised"}),
    "subject": frozenset({"public", "shared", "authorised"}),
}


def may_see(item: Item, audience: Audience) -> bool:
    """Whether an audience may see records of an item at all."""
    return item.disclosure in SEES[audience]


def may_be_given(record: Record, item: Item, audience: Audience, day: date) -> bool:
    """Whether a query by an audience is given a record on a day: by the class of its item (NT-19), never after its end (NT-30),
    and not while its use is suspended (NT-32f).

    A red-list entry without an end is nobody's yet: its provider is asked first.
    """
    if item.without_end == "keep" and record.valid_until is None:
        return False
    return may_see(item, audience) and in_use(record, day)


def visible_content(
    item: Item, content: Mapping[str, Any], audience: Audience, *, people: tuple[str, ...] = (), keep: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The fields of a record that an audience may see, in the item's order.

    For anyone but the subject free text is covered: numbers, phones and the names in `people`, never the texts in `keep`.
    """
    shown: dict[str, Any] = {}
    for field in item.fields:
        if field.disclosure not in SEES[audience]:
            continue
        value = content.get(field.name)
        if isinstance(value, str) and audience != "subject":
            if field.type == "person_name":
                value = mask_person_name(value)
            elif field.type == "id_number":
                value = mask_number(value)
            elif field.type in ("free_text", "text"):
                value = mask_free_text(value, people=people, keep=keep)
            elif field.type == "code" and value not in keep:
                value = mask_person_numbers(value)
        shown[field.name] = value
    return shown


def shown_in_publicity(kind: str, subject: SubjectKind, rules: Rules, on: date) -> bool:
    """Whether a subject's records show in a publicity kind: people only in the kinds that the city names."""
    return subject != "natural_person" or kind in in_force("natural_persons_public", on=on, rules=rules).value


def shown_name(kind: SubjectKind, name: str) -> str:
    """A subject's name as the public sees it: a person's is masked, a trade name stays."""
    return mask_person_name(name) if kind == "natural_person" else name


def shown_legal_representative(kind: SubjectKind, name: str | None, rules: Rules, on: date) -> str | None:
    """A company's legal representative is public registration data unless the city rules otherwise; an operator is masked."""
    if not name:
        return None
    if kind == "individual_business" or not in_force("legal_representative_public", on=on, rules=rules).value:
        return mask_person_name(name)
    return name
