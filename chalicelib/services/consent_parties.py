"""Whom a consent concerns: the archive that its number leads to, the names there, and how that subject is reached."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.records import Contacts, Identifier
from chalicelib.services import contacts as reaching
from chalicelib.storage import archive, contacts
from chalicelib.storage.archive import Loaded


def reached(numbers: Iterable[Identifier]) -> tuple[Identifier, Contacts]:
    """By which of its numbers a subject is reached, and how."""
    tried = list(dict.fromkeys(numbers))
    found = [(number, contacts.of(number)) for number in tried]
    return next(((number, kept) for number, kept in found if reaching.usable(kept)), found[0])


def names(loaded: Loaded) -> tuple[str, ...]:
    """Every name that a subject has and had."""
    return loaded.subject.profile.name, *loaded.subject.former_names


def holder(number: Identifier) -> Loaded | None:
    """The archive that a number leads to, or the one that has taken its place."""
    subject_id: str | None = archive.subjects_of([number]).get(number)
    loaded = None
    while subject_id:
        loaded = archive.load_subjects([subject_id]).get(subject_id)
        subject_id = loaded.subject.merged_into if loaded else None
    return loaded
