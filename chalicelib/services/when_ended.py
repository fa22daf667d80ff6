"""What follows when a record ends by its last day; what ends by a procedure is told and followed up by that procedure."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.law.lists import ANNOUNCED
from chalicelib.records import Record
from chalicelib.services import measures, notices


def follow(record: Record) -> None:
    """Tell the subject that a record has ended (NT-30) or that it has left a list (HY-20d), and let the measures tied to it stop.

    Safe to do again: it is told once, for the day after the record's last one.
    """
    measures.follow(record.subject_id, record.id)
    if record.ended or record.valid_until is None:
        return
    first_day, to = record.valid_until + timedelta(days=1), f"s:{record.subject_id}"
    if record.catalogue in ANNOUNCED:
        notices.announce("left list", to, about=record.id, day=first_day, facts={"list": record.title})
    else:
        notices.announce("record ended", to, about=record.id, day=first_day, facts={"title": record.title})
