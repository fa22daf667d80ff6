"""What somebody has heard: a channel that only remembers, and the notices to an address by their kinds and states."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from chalicelib import clock
from chalicelib.channels import Outgoing
from chalicelib.records.identifiers import Identifier
from chalicelib.records.messages import Contact, Contacts
from chalicelib.services.delivery import deliver, remind
from chalicelib.services.scheduled import notice_queue
from chalicelib.services.telling import reaching
from chalicelib.storage import archive as archives
from chalicelib.storage import contacts, outbox
from chalicelib.storage import notices as kept

EMAIL = "office@example.com"


class Heard:
    """A channel that takes everything; `sent` is what it took."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []

    def send(self, message: Outgoing) -> str:
        """Take a message."""
        self.sent.append(message)
        return f"id-{len(self.sent)}"

    @property
    def titles(self) -> list[str]:
        """What was sent, in its order."""
        return [message.title for message in self.sent]


def reachable(to: str | Identifier, **wishes: object) -> None:
    """Somebody, by the number that it verified or by an office's address, reads e-mail."""
    number = to if isinstance(to, Identifier) else reaching.office(to)
    contacts.keep(number, Contacts(email=Contact(EMAIL, clock.today()), **wishes), "contact.verified", "p_1", clock.now())  # type: ignore[arg-type]


def address_of(number: Identifier) -> str:
    """The address of a subject, as a notice has it."""
    return "s:" + archives.subjects_of([number])[number]


def heard(to: str) -> list[str]:
    """The kinds of everything that was announced to somebody, in order."""
    return sorted(one.kind for one in kept.of(to, 100)[0])


def outcome(to: str, kind: str) -> str:
    """What became of the one notice of a kind to somebody: its own state, and its messages'."""
    (notice,) = [one for one in kept.of(to, 100)[0] if one.kind == kind]
    return " ".join([notice.state, *sorted(message.state for message in outbox.load(notice.messages).values())])


def morning(at: Callable[[str], None], day: date) -> None:
    """Half past eight on a day: everybody is told what is due, and it is sent."""
    at(f"{day.isoformat()}T08:30:00+08:00")
    notice_queue.sweep(day)
    remind.remind(day)
    deliver.deliver()
