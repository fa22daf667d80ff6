"""By which ways somebody is reached: what a subject verified itself, what the desk keeps for bodies; nothing twice for many at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.records.identifiers import Identifier
from chalicelib.records.messages import Contacts
from chalicelib.storage import archive, contacts


@dataclass(frozen=True)
class Reach:
    """The contacts of somebody, and the number under which they are kept."""

    number: Identifier
    contacts: Contacts


def office(to: str) -> Identifier:
    """Under what the contacts of a body, or of the centre's people, are kept: they are no subject's."""
    return Identifier("office", to)


def of(addressees: Iterable[str]) -> dict[str, Reach]:
    """How each is reached, by addresses as in a notice. Who has no contact is left out."""
    wanted = list(dict.fromkeys(addressees))
    numbers = {to: _of_office(to) for to in wanted if not to.startswith("s:")}
    numbers |= _of_subjects([to.removeprefix("s:") for to in wanted if to.startswith("s:")])
    kept = contacts.of_each(number for several in numbers.values() for number in several)
    found: dict[str, Reach] = {}
    for to, several in numbers.items():
        usable = [number for number in several if number in kept and (kept[number].phone or kept[number].email)]
        if usable:
            found[to] = Reach(usable[0], kept[usable[0]])
    return found


def _of_office(to: str) -> list[Identifier]:
    """A body without contacts at the desk is reached as it has asked for itself."""
    before, _, code = to.partition(":")
    return [office(to), *([Identifier("uscc", code)] if before == "body" else [])]


def _of_subjects(ids: list[str]) -> dict[str, list[Identifier]]:
    """The numbers of subjects; who was merged into another is reached as that one."""
    numbers: dict[str, list[Identifier]] = {}
    asked = {subject_id: subject_id for subject_id in ids}
    while asked:
        loaded = archive.load_subjects(asked.values())
        following: dict[str, str] = {}
        for first, now in asked.items():
            if now in loaded and (taken := loaded[now].subject.merged_into):
                following[first] = taken
            elif now in loaded:
                numbers["s:" + first] = list(loaded[now].subject.identifiers)
        asked = following
    return numbers
