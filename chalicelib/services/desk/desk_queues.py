"""What waits for somebody at the desk, page by page: how much, and by when at the latest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from chalicelib import clock
from chalicelib.law.desk import PAGE_OF, bodies_of, queues_of, tasks_of
from chalicelib.law.timeliness import working_days_left
from chalicelib.records.people import Session
from chalicelib.services.consent import written_consents
from chalicelib.services.desk import case_reports, tip_desk
from chalicelib.services.identity import paper_mandates, who_acts
from chalicelib.services.querying import special_needs
from chalicelib.services.remedies import complaint_desk, recalls
from chalicelib.services.submission import declared
from chalicelib.storage import cases

MOST_COUNTED = 200
"""Cases of a queue that are counted; of more it is said that there are."""
OTHER = ""
"""The page of what no page of the desk is known for."""


@dataclass(frozen=True)
class Queue:
    """What waits at one page: how many, the nearest last day and the working days to it, how many are past theirs. `more` says that
    not all were counted, `mine` how many its reader has taken on."""

    path: str
    count: int
    nearest: date | None
    days_left: int
    overdue: int
    more: bool
    mine: int


@dataclass(frozen=True)
class _One:
    path: str
    due: date | None = None
    mine: bool = False


def of(session: Session) -> list[Queue]:
    """Everything that waits for whoever is signed in, the most urgent page first."""
    roles = session.person.roles
    here, me = {task.path for task in tasks_of(roles)}, who_acts.keyed(session.person.id)
    found: dict[str, list[_One]] = defaultdict(list)
    full: set[str] = set()
    for waits_for in queues_of(roles):
        waiting, after = cases.queue(waits_for, MOST_COUNTED)
        for case in waiting:
            path = PAGE_OF.get(case.procedure, {}).get(waits_for.partition(":")[0], OTHER)
            found[path].append(_One(path, case.due, case.assigned_to == me))
            full |= {path} if after else set()
    for one in _others(session, bodies_of(roles)):
        if one.path in here:
            found[one.path].append(one)
    queues = [_queue(path, waiting, path in full) for path, waiting in found.items()]
    return sorted(queues, key=lambda queue: (queue.nearest or date.max, queue.path))


def _others(session: Session, bodies: Iterable[str]) -> Iterator[_One]:
    """What is no case: papers that wait for a second person, applications, recalls, decisions that are not in."""
    person = session.person.id
    if "officer" in session.person.roles:
        yield from (_One("/desk/mandates") for one in paper_mandates.listing(session) if one.state == "waiting" and not one.mine)
        yield from (_One("/desk/written-consents") for one in written_consents.waiting() if one.consent.asked_by != person)
        yield from (_One("/desk/complaints") for _ in complaint_desk.waiting())
        yield from (_One("/desk/case-reports", one.since) for one in case_reports.listed()[0] if not one.sent)
        needs = (one for one in special_needs.listing() if one.state == "open" and not special_needs.is_by(one, person))
        yield from (_One("/desk/special-needs") for _ in needs)
    yield from (_One("/desk/tips", one.tip.due) for one in tip_desk.waiting(session))
    may = set(bodies)
    for recall in recalls.waiting():
        if recall.proposed_by != person and ("officer" in session.person.roles or recall.provider in may):
            yield _One("/desk/batches")
    for body in may:
        yield from (_One("/desk/declared", one.due.day) for one in declared.waiting(body))


def _queue(path: str, waiting: list[_One], more: bool) -> Queue:
    today = clock.today()
    days = [one.due for one in waiting if one.due is not None]
    nearest = min(days, default=None)
    left = working_days_left(nearest, today) if nearest else 0
    return Queue(path, len(waiting), nearest, left, sum(day < today for day in days), more, sum(one.mine for one in waiting))
