"""Complaints at the desk: those that wait, and the answer to each (HY-27d)."""

from __future__ import annotations

from chalicelib import clock
from chalicelib.law.objections import stated_text
from chalicelib.records.people import Session
from chalicelib.records.remedies import Complaint
from chalicelib.services import casework
from chalicelib.services.casework import Overtaken
from chalicelib.storage import complaints
from chalicelib.storage.archive import Conflict

MOST = 100
"""Complaints that one page shows, the oldest first."""


def waiting() -> list[tuple[str, Complaint]]:
    """The complaints that nobody has answered, each with whose collection it stands in."""
    return complaints.waiting(MOST)


def answer(session: Session, owner: str, receipt: str, text: str) -> Complaint:
    """Answer a complaint, once; `Overtaken` when it is answered already, or there is none."""
    words = stated_text(text, "答复")
    try:
        answered = complaints.answer(owner, receipt, words, by=casework.keyed(session.person.id), at=clock.now())
    except Conflict as error:
        raise Overtaken from error
    if answered is None:
        raise Overtaken
    return answered
