"""What reports say of a subject, by area, and the version that last changed it, so that verifiers learn what is no longer true (0018).

An area is who the subject is, or one catalogue item. Verifiers know areas by keyed names, different for each subject: they tell nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chalicelib.records.subjects import Subject
from chalicelib.storage import engine, stubs
from chalicelib.storage.keys import keyring

WHO, ALL = "who", "all"


def areas_changed(before: Subject, after: Subject, catalogues: Iterable[str]) -> set[str]:
    """The areas in which a subject's new version says something else: `catalogues` are the items of the records written with it."""
    if (before.absorbed, before.merged_into) != (after.absorbed, after.merged_into):
        return {ALL}
    facts = [(subject.profile, subject.former_names, subject.identifiers) for subject in (before, after)]
    return {*catalogues, *({WHO} if facts[0] != facts[1] else ())}


def changed(reported: str, areas: Mapping[str, int]) -> engine.Item:
    """The write that tells the versions of a subject's areas; goes into the transaction that makes the last of them."""
    return stubs.changed(reported, max(areas.values()), {name_of(reported, area): version for area, version in areas.items()})


def covered(reported: str, catalogues: Iterable[str]) -> tuple[str, ...]:
    """The names of the areas of which a report speaks that searched these catalogue items."""
    return tuple(sorted(name_of(reported, area) for area in {WHO, ALL, *catalogues}))


def name_of(reported: str, area: str) -> str:
    """By what name verifiers know an area."""
    return keyring().public_id("a_", "reported", reported, area)
