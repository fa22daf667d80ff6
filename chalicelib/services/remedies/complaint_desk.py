"""Complaints at the desk: those that wait, and the answer to each (HY-27d)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib import clock
from chalicelib.law.objections import stated_text
from chalicelib.records.people import Session
from chalicelib.records.remedies import Complaint
from chalicelib.services.identity import who_acts
from chalicelib.services.remedies.casework import Overtaken
from chalicelib.storage import complaints
from chalicelib.storage.archive import Conflict

MOST = 100
"""Complaints that one page shows, the oldest first."""
MOST_READ = 500
"""Complaints that are looked through, the oldest first: answering them makes room for later ones."""
AGES = {"week": 7, "month": 30}
"""Days for which a complaint has waited, by the word for that."""


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for among the complaints; what is empty narrows nothing.

    `about` is `query` for those about one query and `other` for the rest, `age` how long they have waited at least (one of `AGES`),
    `number` a part of the receipt or of the query's id.
    """

    about: str = ""
    age: str = ""
    number: str = ""


EVERYTHING = Wanted()


def waiting(wanted: Wanted = EVERYTHING) -> list[tuple[str, Complaint]]:
    """The complaints that nobody has answered, as far as they are looked for, each with whose collection it stands in."""
    return [one for one in complaints.waiting(MOST_READ) if _fits(one[1], wanted)][:MOST]


def _fits(complaint: Complaint, wanted: Wanted) -> bool:
    kinds = {"query": bool(complaint.about), "other": not complaint.about}
    waited = clock.now() - datetime.fromisoformat(complaint.made)
    return (
        kinds.get(wanted.about, True)
        and waited >= timedelta(days=AGES.get(wanted.age, 0))
        and wanted.number.lower() in f"{complaint.receipt} {complaint.about}".lower()
    )


def answer(session: Session, owner: str, receipt: str, text: str) -> Complaint:
    """Answer a complaint, once; `Overtaken` when it is answered already, or there is none."""
    words = stated_text(text, "答复")
    try:
        answered = complaints.answer(owner, receipt, words, by=who_acts.keyed(session.person.id), at=clock.now())
    except Conflict as error:
        raise Overtaken from error
    if answered is None:
        raise Overtaken
    return answered
