"""Two archives of one organisation at the desk: that they become one, or part again, is proposed by one officer and confirmed by another
before anything is done (NT-18, NT-36)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from chalicelib.law import mergers as law
from chalicelib.law import two_persons
from chalicelib.law.decisions import Refused
from chalicelib.law.mergers import What
from chalicelib.records.people import Session
from chalicelib.records.remedies import Case
from chalicelib.services.identity import who_acts
from chalicelib.services.remedies import casework
from chalicelib.services.remedies.casework import By
from chalicelib.services.remedies.casework import Overtaken as Overtaken
from chalicelib.services.remedies.casework import Unknown as Unknown
from chalicelib.services.upkeep import merge, separate
from chalicelib.storage.archive import Changes

MOST = 20
"""Cases that the page shows, the oldest first: what each would do is found in two archives."""


@dataclass(frozen=True)
class Side:
    """One of the two organisations, and how many records count in its archive now."""

    code: str
    name: str
    records: int


@dataclass(frozen=True)
class Plan:
    """What would be done: `one` goes into `other`, or out of it again, with so many records; `same` stand in both. While anything is
    `in_the_way` it cannot be done."""

    what: What
    one: Side
    other: Side
    moving: int
    same: int
    in_the_way: tuple[str, ...]


@dataclass(frozen=True)
class Waiting:
    """A case that waits for a second officer; `mine` says that it must be another than whoever looks. Without a plan, `why` says why
    there is none now."""

    case: Case
    mine: bool
    plan: Plan | None = None
    why: Refused | None = None


def waiting(session: Session) -> list[Waiting]:
    """The cases that wait for a second officer, or are not carried out to their end."""
    own = who_acts.keyed(session.person.id)
    return [_waiting(case, case.facts["proposed_by"] == own) for case in casework.waiting("officer", law.PROCEDURE)[:MOST]]


def find(number: str) -> Case:
    """A case by its number; `Unknown` when there is none."""
    return casework.current(number, law.PROCEDURE, None)


def plan(what: str, code: str, into: str = "") -> Plan:
    """What merging the organisation of one code into that of another would do, or separating the one again; `Refused` when that can
    never be, or is done."""
    if what == "merge":
        told = merge.show(code, into)
        if told["state"] == "merged":
            raise Refused("这两个代码的档案已经合并，无须再办", law.CLAUSE)
        one, other = (_side(told[part], holds=merge.archive_of(told[part]["code"])) for part in ("from", "into"))
        return Plan("merge", one, other, told["moved"], told["same"], tuple(told["contradicting"]))
    if what != "separate":
        raise Refused("请选择合并还是分开", law.CLAUSE)
    told = separate.show(code)
    if told["state"] == "separated":
        raise Refused("这个代码的档案已经分开，无须再办", law.CLAUSE)
    whole = _side(told["from"], holds=merge.archive_of(code))
    return Plan("separate", Side(told["code"], told["name"], told["returned"]), whole, told["returned"], 0, tuple(told["in_the_way"]))


def propose(session: Session, what: str, code: str, into: str, reason: str, proof: str) -> Case:
    """Propose that two archives are merged, or separated again; `Refused` when it cannot be done as things stand, without a reason and a
    proof, or beside another case about one of them."""
    found = plan(what, code, into)
    if found.in_the_way:
        raise Refused("有{count}项须先由人工核定，现在不能办理：{some}", law.CLAUSE, count=len(found.in_the_way), some=_some(found))
    reason, proof = law.checked(reason, proof)
    first, second = merge.archive_of(found.one.code), merge.archive_of(found.other.code)
    facts = {
        "what": found.what,
        "code": found.one.code,
        "name": found.one.name,
        "into": found.other.code,
        "into_name": found.other.name,
        "reason": reason,
        "proof": proof,
        "proposed_by": who_acts.keyed(session.person.id),
    }
    changes = Changes()
    about = tuple(dict.fromkeys((first, second)))
    case = casework.begin(changes, law.PROCEDURE, first, about, By(session.person.id, "officer", reason), facts=facts, due=None)
    _commit(changes)
    return case


def confirm(session: Session, number: str) -> Case:
    """Confirm as another officer, and carry it out; once more goes on where that was cut off. `Refused` to who proposed it, and when it
    cannot be done any more: then it waits for a second officer again."""
    case = _second(session, number)
    if case.state != "confirmed":
        case = _stepped(case, "confirm", By(session.person.id, "second_officer"), confirmed_by=who_acts.keyed(session.person.id))
    try:
        done = _carried_out(case)
    except Refused:
        _stepped(case, "set back", By(session.person.id, "second_officer"))
        raise
    return _stepped(case, "finish", By(session.person.id, "second_officer"), moved=done.get("moved", done.get("returned")))


def turn_down(session: Session, number: str, reason: str) -> Case:
    """Do not do it, as another officer, for a reason; `Refused` to who proposed it, and once it is done."""
    case, reason = _second(session, number), law.checked_reason(reason)
    if case.state == "proposed" and _is_done(case):
        raise Overtaken
    return _stepped(case, "turn down", By(session.person.id, "second_officer", reason))


def _waiting(case: Case, mine: bool) -> Waiting:
    try:
        return Waiting(case, mine, plan(case.facts["what"], case.facts["code"], case.facts["into"]))
    except Refused as refusal:
        return Waiting(case, mine, why=refusal)


def _side(told: dict[str, Any], *, holds: str) -> Side:
    return Side(told["code"], told["name"], len(merge.records_of(holds)))


def _some(found: Plan) -> str:
    return "、".join(found.in_the_way[:5])


def _second(session: Session, number: str) -> Case:
    case = find(number)
    two_persons.refuse_own(case.facts["proposed_by"], who_acts.keyed(session.person.id))
    return case


def _is_done(case: Case) -> bool:
    facts = case.facts
    with suppress(Refused):
        told = merge.show(facts["code"], facts["into"]) if facts["what"] == "merge" else separate.show(facts["code"])
        return told["state"] in ("merged", "separated")
    return False


def _carried_out(case: Case) -> dict[str, Any]:
    """What was done, now or when this was cut off; it names both people by the ids by which the case does."""
    facts = case.facts
    order = merge.Order(facts["proposed_by"], facts["reason"], (facts["confirmed_by"],), keyed=True)
    return merge.merge(facts["code"], facts["into"], order) if facts["what"] == "merge" else separate.separate(facts["code"], order)


def _stepped(case: Case, action: str, by: By, **facts: Any) -> Case:
    changes = Changes()
    after = casework.step(changes, case, law.PROCEDURE, action, by, facts=facts)
    _commit(changes)
    return after


def _commit(changes: Changes) -> None:
    try:
        changes.commit()
    except casework.Conflict as error:
        raise Overtaken from error
