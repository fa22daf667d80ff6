"""Who acts, as the trail and cases name them, and to whom cases can be handed."""

from __future__ import annotations

from chalicelib import clock
from chalicelib.law.desk import queues_of
from chalicelib.records.people import Colleague, Person
from chalicelib.storage import colleagues
from chalicelib.storage.keys import keyring


def keyed(actor: str) -> str:
    """The id by which the trail and cases name who acts: nothing can be guessed back from it."""
    return keyring().public_id("a_", actor)


def note_seen(person: Person) -> None:
    """Whoever signs in to work here can be handed cases of their queues from now on."""
    for queue in queues_of(person.roles):
        colleagues.seen(queue, Colleague(keyed(person.id), person.name), clock.now())
