"""What follows when a record ends by its last day; what ends by a procedure is told and followed up by that procedure."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.records import Record
from chalicelib.services import notices


def follow(record: Record) -> None:
    """Tell the subject that a record has ended (NT-30). Safe to do again: it is told once, for the day after the record's last one."""
    if record.ended or record.valid_until is None:
        return
    first_day = record.valid_until + timedelta(days=1)
    notices.announce("record ended", f"s:{record.subject_id}", about=record.id, day=first_day, facts={"title": record.title})
