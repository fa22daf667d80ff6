"""What follows when a record ends by its last day; what ends by a procedure is told and followed up by that procedure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from chalicelib import cities, settings
from chalicelib.law.joint_measures import PROCEDURE
from chalicelib.law.lists import ANNOUNCED
from chalicelib.records.entries import Record
from chalicelib.services.remedies import measures
from chalicelib.services.telling import notices
from chalicelib.storage.archive import Changes, Loaded

A_NOTICE = 1_000
"""About how many bytes one has."""


def follow(records: Iterable[Record], loaded: Loaded) -> None:
    """Let the measures tied to records that have ended stop, where their subject has any; safe to do again."""
    if PROCEDURE.name in loaded.procedures or loaded.subject.absorbed:
        for record in records:
            measures.follow(record.subject_id, record.id)


def tell(changes: Changes, records: Iterable[Record], loaded: Loaded) -> None:
    """Tell the subject that records have ended (NT-30), are public no more (HY-25d) or that it has left lists (HY-20d), in the
    transaction that ends them and for the day after their last one."""
    for record in records:
        if record.ended or record.valid_until is None:
            continue
        kind, facts = ("left list", {"list": record.title}) if record.catalogue in ANNOUNCED else (_how(record), {"title": record.title})
        first_day, to = record.valid_until + timedelta(days=1), f"s:{record.subject_id}"
        told = notices.announcement(kind, to, about=record.id, day=first_day, facts=facts, data_key=loaded.data_key)
        changes.publish([told], A_NOTICE)


def _how(record: Record) -> str:
    """How an end is told: of a licence nothing hung on the record but that everybody could read it."""
    item = cities.load(settings.city()).catalogue.get(record.catalogue)
    only_public = item is not None and item.disclosure == "public" and item.category != "negative"
    return "publicity ended" if only_public else "record ended"
