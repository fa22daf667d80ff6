"""The queues of cases at the desk as a page shows them: by last day, narrowed to what somebody looks for, page by page."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from chalicelib import cities, clock, settings
from chalicelib.law import objections as law
from chalicelib.law.objections import Light
from chalicelib.records.remedies import Case
from chalicelib.storage import cases
from chalicelib.storage.cases import Damaged

A_PAGE = 50
CENTRE = frozenset({"officer", "supervisor", "schedule"})
"""The queues that the centre's own people look into; they may find the cases of every body."""
MOST_READ = 500
"""Cases that one page looks through; what is behind them is on the next."""


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for in a queue; what is empty narrows nothing.

    `kind` is the name of a catalogue item that a case is about, `state` where it stands, `light` how near its last day is, `who`
    works on it (`mine` or `nobody`), `number` a part of its number.
    """

    kind: str = ""
    state: str = ""
    light: str = ""
    who: str = ""
    number: str = ""


@dataclass(frozen=True)
class Waiting:
    """A case in a queue, with how near its last day is."""

    case: Case
    light: Light


@dataclass(frozen=True)
class Page:
    """A page of a queue, by last day, and where the next one begins; empty at the end. `damaged` are the numbers of those on it that
    cannot be read."""

    waiting: tuple[Waiting, ...]
    following: str = ""
    damaged: tuple[str, ...] = ()


def of(queues: Sequence[str], procedures: Collection[str], wanted: Wanted, after: str = "", *, me: str = "") -> Page:
    """What waits in queues of cases, of some procedures, as far as it is looked for; `me` is the keyed id of who looks. A whole number
    finds its case even when it waits for nobody any more, for whoever could have worked on it."""
    one = _by_number(queues, procedures, wanted)
    if one is not None:
        return Page((one,))
    found: list[Waiting] = []
    damaged: list[str] = []
    for case, place in _in_order(queues, after):
        if isinstance(case, Damaged):
            damaged += [case.id] if case.procedure in procedures else []
        elif case is not None and case.procedure in procedures:
            waiting = _with_light(case)
            if _fits(waiting, wanted, me):
                found.append(waiting)
        if len(found) == A_PAGE or case is None:
            return Page(tuple(found), place, tuple(damaged))
    return Page(tuple(found), "", tuple(damaged))


def kinds_of(case: Case) -> frozenset[str]:
    """The names of the catalogue items that a case is about, as it was called when it began."""
    own = case.facts.get("kind")
    return frozenset([*(record["item"] for record in case.facts.get("records", ())), *([own] if own else ())])


def _in_order(queues: Sequence[str], after: str) -> Iterator[tuple[Case | Damaged | None, str]]:
    """The cases of several queues by their last day, each with its place; None with the place at which looking ends for now."""
    read = 0
    while True:
        pages = [cases.page(queue, A_PAGE, after) for queue in queues]
        ends = [following for _, following in pages if following]
        horizon = min(ends, default="")  # behind it one of the queues may have more than was read
        there = [(cases.place_in_queue(case), case) for waiting, _ in pages for case in waiting]
        for place, case in sorted((one for one in there if not horizon or one[0] <= horizon), key=lambda one: one[0]):
            yield case, place
        read += A_PAGE
        if not horizon:
            return
        if read >= MOST_READ:
            yield None, horizon
            return
        after = horizon


def _fits(one: Waiting, wanted: Wanted, me: str) -> bool:
    case = one.case
    who: Mapping[str, bool] = {"mine": case.assigned_to == me, "nobody": not case.assigned_to}
    return (
        (not wanted.kind or wanted.kind in kinds_of(case))
        and (not wanted.state or wanted.state == case.state)
        and (not wanted.light or wanted.light == one.light)
        and who.get(wanted.who, True)
        and wanted.number.upper() in case.number
    )


def _by_number(queues: Sequence[str], procedures: Collection[str], wanted: Wanted) -> Waiting | None:
    try:
        case = cases.load(wanted.number.upper()) if wanted.number else None
    except ValueError:  # it cannot be read: the queue says so
        return None
    if case is None or case.procedure not in procedures:
        return None
    theirs = f"provider:{case.facts.get('provider')}" in queues or not CENTRE.isdisjoint(queues)
    return _with_light(case) if theirs else None


def _with_light(case: Case) -> Waiting:
    return Waiting(case, law.light(case.due, clock.today(), cities.load(settings.city()).rules))
