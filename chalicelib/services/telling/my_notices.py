"""Everything that somebody was told, as they read it themselves: also where no message could be sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.law.reminders import REMINDERS
from chalicelib.records.messages import Message, Notice
from chalicelib.records.people import Session
from chalicelib.services.common import cursors
from chalicelib.services.identity import people_sessions
from chalicelib.services.telling.notices import STATED
from chalicelib.storage import archive, notices, outbox

A_PAGE = 50
_NOT_SHOWN = frozenset({*STATED.values(), "state"})


@dataclass(frozen=True)
class Told:
    """A notice, what it says besides, its clause, and the messages by which it went out."""

    notice: Notice
    facts: tuple[tuple[str, str], ...]
    clause: str
    messages: tuple[Message, ...]


def of_session(session: Session, before: str | None = None) -> tuple[list[Told], str | None]:
    """What whom a session acts for was told, the latest day first, and where the next page begins; `NotAllowed` without the right."""
    people_sessions.needed(session, "read")
    number = people_sessions.subject_of(session)
    addressees = [f"body:{number.number}"] if number.type == "uscc" else []
    for subject_id in archive.subjects_of([number]).values():
        absorbed = archive.load_subjects([subject_id])[subject_id].subject.absorbed
        addressees += [f"s:{one}" for one in (subject_id, *absorbed)]
    return of_addressees(addressees, before)


def of_addressees(addressees: Sequence[str], before: str | None = None) -> tuple[list[Told], str | None]:
    """The same for addresses as in a notice; the day of a notice is reached when it shows."""
    place = cursors.position_of(before, (str,))[0] if before else None
    pages = [notices.of(to, A_PAGE, place) for to in addressees]
    everything = sorted((one for page, _ in pages for one in page), key=notices.key_in_time, reverse=True)
    shown = everything[:A_PAGE]
    more = len(everything) > A_PAGE or any(following for _, following in pages)
    sent = outbox.load({message for one in shown for message in one.messages})
    told = [_told(one, sent) for one in shown]
    return told, cursors.cursor_at([notices.key(shown[-1])[1]]) if more else None


def _told(notice: Notice, sent: dict[str, Message]) -> Told:
    facts = tuple((name, value) for name, value in notice.facts.items() if value and name not in _NOT_SHOWN)
    return Told(notice, facts, REMINDERS[notice.kind].clause, tuple(sent[one] for one in notice.messages if one in sent))
