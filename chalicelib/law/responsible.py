"""The record in the archive of somebody responsible: it follows its organisation's record in what that says and in its end (NT-29)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from chalicelib.law.certificates import CORRECTED
from chalicelib.records.entries import Ended, Record


def following(parent: Record, there: Record, own_flags: Iterable[str], *, on: date, case: str) -> Record:
    """The record `there` as it follows from its organisation's on a day, by a case; its revision is left to whoever stores it.

    What ended or was corrected by an objection of its own stays so; it is emptied when the organisation's record is purged (NT-14b). Only a
    severe record is also that of people: when it is corrected to a lesser one, theirs ends. `own_flags` are those that an open
    objection of theirs has put on it.
    """
    purged = parent.ended is not None and parent.ended.how == "purged"
    if there.ended is not None and not purged:
        return there
    own_words = CORRECTED in there.flags and CORRECTED not in parent.flags and not purged
    words = there if own_words else parent
    flags = (*parent.flags, *([CORRECTED] if own_words else ()), *own_flags)
    lesser = None if parent.severity == "severe" or purged else Ended("corrected", on, case)
    return replace(
        parent,
        id=there.id,
        subject_id=there.subject_id,
        subject_name=there.subject_name,
        title=words.title,
        document_no=words.document_no,
        content=words.content,
        responsible=(),
        parent=there.parent,
        origin=there.origin,
        entered_on=there.entered_on,
        revision=there.revision,
        flags=tuple(dict.fromkeys(flags)),
        ended=parent.ended or lesser,
    )
