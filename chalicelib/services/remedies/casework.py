"""What every procedure does at each step: the law says whether it may be made, the case takes it in, the trail tells of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from random import SystemRandom
from typing import Any, TypeVar

from chalicelib import cities, clock, settings
from chalicelib.law.deadlines import Deadline
from chalicelib.law.decisions import Refused
from chalicelib.law.procedures import Procedure, Role, State
from chalicelib.records.access import Act
from chalicelib.records.entries import Record
from chalicelib.records.people import Colleague
from chalicelib.records.remedies import Case as Case
from chalicelib.records.remedies import CaseStep as CaseStep
from chalicelib.services.identity import who_acts
from chalicelib.storage import archive, cases, held
from chalicelib.storage.archive import Changes
from chalicelib.storage.archive import Conflict as Conflict

TRIES = 8
"""How often a step reads again when others change the same subject at the same moment."""
A_PAGE = 100
"""Cases of a queue that are read at once."""
MOST_PAGES = 10
"""Of cases without last days: such as two officers write or merge by hand, a few at a time."""
_chance = SystemRandom()
Done = TypeVar("Done")


class Unknown(Exception):
    """There is no such case."""


class Overtaken(Exception):
    """Somebody else has gone on with the case meanwhile: look at it again."""


@dataclass(frozen=True)
class By:
    """Who makes a step: the id of a person or key, the role in which, and why. `said` is kept with the step, sealed."""

    actor: str
    role: Role
    reason: str = ""
    said: Mapping[str, Any] = field(default_factory=dict)


def begin(
    changes: Changes,
    procedure: Procedure,
    subject_id: str,
    about: tuple[str, ...],
    by: By,
    *,
    facts: Mapping[str, Any],
    due: Deadline | None,
) -> Case:
    """A new case in the first state of its procedure, added to what is written together. `facts["provider"]` is the body (USCC) for
    which it waits where a state waits for a provider or a recogniser. `Refused` beside another where a procedure must be alone."""
    first = procedure.states[0]
    today = clock.today()
    number = cases.new_number(procedure.prefix, today)
    if procedure.alone:
        refuse_second(procedure, *(other for record in about for other in held.hold(changes, record, procedure.name, number)))
    case = Case(number, procedure.name, subject_id, about, first.name, today, facts=facts)
    return _put(
        changes,
        _standing(case, first, due),
        CaseStep(_now(), who_acts.keyed(by.actor), by.role, "begin", "", first.name, by.reason, by.said),
    )


def step(
    changes: Changes,
    case: Case,
    procedure: Procedure,
    action: str,
    by: By,
    *,
    due: Deadline | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Case:
    """The case after a step, added to what is written together; `Refused` when the step may not be made.

    `due` is the new last day; None keeps the one that there was while the case waits for anybody. `facts` come to those that it has.
    """
    move = procedure.move(case.state, action, by.role)
    state = procedure.target(move, case.state)
    keeps = Deadline(case.due, case.provisional) if case.due and state.waits_for else None
    after = _standing(replace(case, facts={**case.facts, **(facts or {})}), state, due or keeps)
    taken = CaseStep(_now(), who_acts.keyed(by.actor), by.role, action, case.state, state.name, by.reason, by.said)
    if procedure.alone and state.final != procedure.state(case.state).final:
        for record in case.about:
            (held.release if state.final else held.hold)(changes, record, procedure.name, case.id)
    return _put(changes, after, taken)


def kind_of(record: Record) -> str:
    """What kind of information a record is, by the name of its catalogue item: a case about it keeps that as `kind`, so that queues
    can be narrowed to it."""
    item = cities.load(settings.city()).catalogue.get(record.catalogue)
    return item.name if item else record.catalogue


def refuse_second(procedure: Procedure, *open_ones: str) -> None:
    """`Refused` when cases of a procedure that must be alone are open about a record, with the number of one."""
    if open_ones:
        raise Refused(procedure.alone, procedure.moves[0].clause, number=open_ones[0])


def attempt(work: Callable[[Changes], Done]) -> Done:
    """Do what reads, decides and is written in one transaction; again when others changed what was read. `Conflict` when they do for
    long."""
    for tried in range(TRIES):
        changes = Changes()
        done = work(changes)
        try:
            changes.commit()
        except Conflict:
            if tried == TRIES - 1:
                raise
            time.sleep(_chance.uniform(0, 0.02 * 2**tried))
            continue
        return done
    raise Conflict


def commit(changes: Changes) -> None:
    """Write what somebody decided who had read what is there; `Refused` when another was first."""
    try:
        changes.commit()
    except Conflict as error:
        raise Refused("另一个人刚刚办理了这件事，您的没有生效：请刷新页面，看看现在的状态") from error


def current(number: str, procedure: Procedure, version: int | None) -> Case:
    """A case as it is now; `Unknown` when there is none, `Overtaken` when it is no longer in the version that somebody acts on
    (None: whichever it is in)."""
    case = cases.load(number)
    if case is None or case.procedure != procedure.name:
        raise Unknown
    if version not in (None, case.version):
        raise Overtaken
    return case


def waiting(queue: str, procedure: Procedure) -> list[Case]:
    """The cases of a procedure without last days that wait in a queue, among the first `MOST_PAGES` pages of those: they stand in it
    behind those with a last day, however many these are."""
    found: list[Case] = []
    after = cases.NO_DAY
    for _ in range(MOST_PAGES):
        page, after = cases.queue(queue, A_PAGE, after)
        found += (case for case in page if case.procedure == procedure.name)
        if not after:
            break
    return found


def note(
    changes: Changes, case: Case, action: str, by: By, *, facts: Mapping[str, Any] | None = None, assigned_to: str | None = None
) -> Case:
    """The case after something that leads nowhere else, as who works on it, added to what is written together."""
    taken = CaseStep(_now(), who_acts.keyed(by.actor), by.role, action, case.state, case.state, by.reason, by.said)
    assigned = case.assigned_to if assigned_to is None else assigned_to
    return _put(changes, replace(case, facts={**case.facts, **(facts or {})}, assigned_to=assigned), taken)


def assign(case: Case, to: Colleague | None, by: By) -> Case:
    """Whoever works on a case from now on, None when nobody; `Conflict` when the case has gone on meanwhile."""
    changes = Changes()
    told = replace(by, said={"to": to.name} if to else {})
    facts = {"assigned_name": to.name if to else ""}
    assigned = note(changes, case, "assign" if to else "give back", told, facts=facts, assigned_to=to.id if to else "")
    changes.commit()
    return assigned


def history(case: Case) -> list[CaseStep]:
    """Every step of a case, the first one first."""
    return cases.history(case)


def _standing(case: Case, state: State, due: Deadline | None) -> Case:
    day: date | None = due.day if due else None
    waits_for = _queue_of(state, case)
    if case.assigned_to and waits_for != case.waits_for:  # whose turn it is now takes it on themselves
        case = replace(case, assigned_to="", facts={**case.facts, "assigned_name": ""})
    return replace(case, state=state.name, waits_for=waits_for, due=day, provisional=bool(due and due.provisional))


def _queue_of(state: State, case: Case) -> str:
    if state.waits_for in ("provider", "recogniser"):
        return f"provider:{case.facts['provider']}"
    if state.waits_for == "body":
        return f"body:{case.facts['body']}"
    return state.waits_for or ""


def _put(changes: Changes, case: Case, taken: CaseStep) -> Case:
    after = cases.put(changes, case, taken, cities.load(settings.city()).rules)
    told = [after.state, after.due.isoformat() if after.due else None, after.waits_for, list(after.about), taken.reason, dict(taken.facts)]
    acts = [Act(f"{case.procedure}.{taken.action}", case.subject_id, case.id, told)]
    archive.put_trail(changes, acts, actor=taken.actor, reason=case.id, at=clock.now())
    return after


def _now() -> str:
    return clock.now().isoformat(timespec="seconds")
