"""What every procedure does at each step: the law says whether it may be made, the case takes it in, the trail tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from chalicelib import clock
from chalicelib.law.deadlines import Deadline
from chalicelib.law.procedures import Procedure, Role, State
from chalicelib.records import Act, Case, CaseStep
from chalicelib.storage import archive, cases
from chalicelib.storage.archive import Changes
from chalicelib.storage.archive import Conflict as Conflict
from chalicelib.storage.keys import keyring


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
    which it waits where a state waits for a provider or a recogniser."""
    first = procedure.states[0]
    today = clock.today()
    number = cases.new_number(procedure.prefix, today)
    case = Case(number, procedure.name, subject_id, about, first.name, today, facts=facts)
    return _put(
        changes, _standing(case, first, due), CaseStep(_now(), keyed(by.actor), by.role, "begin", "", first.name, by.reason, by.said)
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
    taken = CaseStep(_now(), keyed(by.actor), by.role, action, case.state, state.name, by.reason, by.said)
    return _put(changes, after, taken)


def assign(case: Case, officer: str, name: str, by: By) -> Case:
    """Whoever works on a case from now on; `Conflict` when the case has gone on meanwhile."""
    changes = Changes()
    after = replace(case, assigned_to=keyed(officer), facts={**case.facts, "assigned_name": name})
    taken = CaseStep(_now(), keyed(by.actor), by.role, "assign", case.state, case.state, by.reason, {"to": name})
    assigned = _put(changes, after, taken)
    changes.commit()
    return assigned


def keyed(actor: str) -> str:
    """The id by which the trail and cases name who acts: nothing can be guessed back from it."""
    return keyring().public_id("a_", actor)


def _standing(case: Case, state: State, due: Deadline | None) -> Case:
    day: date | None = due.day if due else None
    return replace(case, state=state.name, waits_for=_queue_of(state, case), due=day, provisional=bool(due and due.provisional))


def _queue_of(state: State, case: Case) -> str:
    if state.waits_for in ("provider", "recogniser"):
        return f"provider:{case.facts['provider']}"
    if state.waits_for == "body":
        return f"body:{case.facts['body']}"
    return state.waits_for or ""


def _put(changes: Changes, case: Case, taken: CaseStep) -> Case:
    after = cases.put(changes, case, taken)
    told = [after.state, after.due.isoformat() if after.due else None, after.waits_for, list(after.about), taken.reason, dict(taken.facts)]
    acts = [Act(f"{case.procedure}.{taken.action}", case.subject_id, case.id, told)]
    archive.put_trail(changes, acts, actor=taken.actor, reason=case.id, at=clock.now())
    return after


def _now() -> str:
    return clock.now().isoformat(timespec="seconds")
