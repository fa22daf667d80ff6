"""What follows when a record ends by its last day; what ends by a procedure is told and followed up by that procedure."""

from __future__ import annotations

from datetime import timedelta

from chalicelib import cities, settings
from chalicelib.law.lists import ANNOUNCED
from chalicelib.records import Record
from chalicelib.services import measures, notices


def follow(record: Record) -> None:
    """Tell the subject that a record has ended (NT-30), is public no more (HY-25d) or that it has left a list (HY-20d), and let the
    measures tied to it stop.

    Safe to do again: it is told once, for the day after the record's last one.
    """
    measures.follow(record.subject_id, record.id)
    if record.ended or record.valid_until is None:
        return
    first_day, to = record.valid_until + timedelta(days=1), f"s:{record.subject_id}"
    if record.catalogue in ANNOUNCED:
        notices.announce("left list", to, about=record.id, day=first_day, facts={"list": record.title})
    else:
        kind = "publicity ended" if _was_only_public(record) else "record ended"
        notices.announce(kind, to, about=record.id, day=first_day, facts={"title": record.title})


def _was_only_public(record: Record) -> bool:
    """Whether nothing hung on a record but that everybody could read it, as with a licence."""
    item = cities.load(settings.city()).catalogue.get(record.catalogue)
    return item is not None and item.disclosure == "public" and item.category != "negative"
