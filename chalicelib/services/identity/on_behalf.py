"""Whom somebody acts for, and who it is that acts: signed in, or an officer at the counter for the person who is there (NT-22)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.records.identifiers import Identifier
from chalicelib.records.people import Session
from chalicelib.services.identity import people_sessions
from chalicelib.storage.archive import Changes

Beside = Callable[[Changes, str], None]
"""Adds to a transaction what its subject reads of an act; the second is what was done, in Chinese."""


@dataclass(frozen=True)
class Acting:
    """A subject by the number and the name under which it acts, and the id of the person who acts, for the trail.

    `beside` leaves the trace of what an officer does at the counter; who is signed in needs none. None means: not at the counter.
    """

    subject: Identifier
    name: str
    actor: str
    beside: Beside | None = None

    def leave_trace(self, changes: Changes, what: str) -> None:
        """Add the trace of an act, where the subject did not do it with its own hands."""
        if self.beside:
            self.beside(changes, what)


def signed_in(session: Session, right: str) -> Acting:
    """Whom a session acts for; `NotAllowed` without the right."""
    people_sessions.needed(session, right)
    mandate = people_sessions.mandate_of(session)
    return Acting(people_sessions.subject_of(session), mandate.name if mandate else session.person.name, session.person.id)
