"""Announces in publicity what became of a record: a subject's announcements change with its next version, never by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from chalicelib import cities, clock, settings
from chalicelib.law.corrections import announced_until
from chalicelib.law.lists import is_for_reference
from chalicelib.records.entries import Record
from chalicelib.records.subjects import Announcement
from chalicelib.services.remedies import record_changes
from chalicelib.storage import archive
from chalicelib.storage.archive import Changes


def put(changes: Changes, subject_id: str, announcement: Announcement, at: datetime) -> None:
    """Add an announcement to what is written together, in the place of an earlier one of the same id. Whoever commits calls
    `record_changes.show` afterwards."""
    _next(changes, subject_id, announcement.id, (announcement,), at)


def correction(before: Record, words: str, *, number: str, case: str) -> Announcement:
    """That a record was put right today, which one, and never what it had said (NT-32); for as long as the city's rule says."""
    city, today = cities.load(settings.city()), clock.today()
    until, rule = announced_until(today, city.rules)
    return Announcement(
        id=number,
        kind="corrections",
        record=before.id,
        catalogue=before.catalogue,
        category=before.category,
        title=f"{city.catalogue[before.catalogue].name}更正公告",
        document_no=before.document_no,
        provider=before.provider,
        on=today,
        until=until,
        source=rule.source,
        defaulted=rule.defaulted,
        content={"correction": words},
        people=before.people,
        case=case,
    )


def was_public(record: Record) -> bool:
    """Whether an error in a record had been public: then its correction is, and nowhere wider (NT-32). One whose use is suspended had
    been public before."""
    city = cities.load(settings.city())
    item = city.catalogue.get(record.catalogue)
    if item is None or record.parent is not None or item.disclosure != "public" or item.publicity_rule == "none":
        return False
    if is_for_reference(record, city.rules):
        return False
    return record.valid_until is not None or item.without_end != "keep"


def take_down(changes: Changes, subject_id: str, announcement_id: str, at: datetime) -> None:
    """End an announcement now, in what is written together."""
    _next(changes, subject_id, announcement_id, (), at)


def _next(changes: Changes, subject_id: str, announcement_id: str, added: Iterable[Announcement], at: datetime) -> None:
    """The subject's next version without what has ended: the cases and the trail keep it."""
    loaded, today = record_changes.holding(subject_id), clock.today()
    kept = tuple(one for one in loaded.subject.announced if one.id != announcement_id and one.until >= today)
    loaded.subject = replace(loaded.subject, announced=(*kept, *added), version=(loaded.found_version or 0) + 1)
    archive.put_subject(changes, loaded, at)
