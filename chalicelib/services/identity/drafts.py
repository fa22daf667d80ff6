"""Forms that were sent after their session had ended: kept for their person, and given back when they have signed in again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib import clock
from chalicelib.records.people import Session
from chalicelib.services.identity.people_sessions import DRAFTS_KEPT, ends
from chalicelib.storage import drafts
from chalicelib.storage.drafts import Draft as Draft


def keep(over: Session, page: str, fields: Mapping[str, Sequence[str]]) -> bool:
    """Keep a form of a session that is over; False when that is too long ago."""
    now = clock.now()
    if now >= ends(over) + DRAFTS_KEPT:
        return False
    drafts.put(over.person.id, page, Draft(over.acting_for, fields), now + DRAFTS_KEPT)
    return True


def find(session: Session, page: str) -> Draft | None:
    """The form of a page that is kept for who is signed in. It stays until it is taken, or its time is over."""
    return drafts.find(session.person.id, page, clock.now())


def forget(session: Session, page: str) -> None:
    """The form was taken."""
    drafts.forget(session.person.id, page)
