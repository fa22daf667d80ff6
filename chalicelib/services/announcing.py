"""Announces in publicity what became of a record: a subject's announcements change with its next version, never by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from chalicelib import clock
from chalicelib.records.subjects import Announcement
from chalicelib.services import record_changes
from chalicelib.storage import archive
from chalicelib.storage.archive import Changes


def put(changes: Changes, subject_id: str, announcement: Announcement, at: datetime) -> None:
    """Add an announcement to what is written together, in the place of an earlier one of the same id. Whoever commits calls
    `record_changes.show` afterwards."""
    _next(changes, subject_id, announcement.id, (announcement,), at)


def take_down(changes: Changes, subject_id: str, announcement_id: str, at: datetime) -> None:
    """End an announcement now, in what is written together."""
    _next(changes, subject_id, announcement_id, (), at)


def _next(changes: Changes, subject_id: str, announcement_id: str, added: Iterable[Announcement], at: datetime) -> None:
    """The subject's next version without what has ended: the cases and the trail keep it."""
    loaded, today = record_changes.holding(subject_id), clock.today()
    kept = tuple(one for one in loaded.subject.announced if one.id != announcement_id and one.until >= today)
    loaded.subject = replace(loaded.subject, announced=(*kept, *added), version=(loaded.found_version or 0) + 1)
    archive.put_subject(changes, loaded, at)
