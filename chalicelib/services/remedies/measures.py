"""Measures tied to records: proposed from the city's list, decided by an officer, pushed to a body, answered by it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from chalicelib import cities, clock, settings
from chalicelib.cities import measures as measures_of
from chalicelib.law import joint_measures as law
from chalicelib.law.deadlines import Deadline
from chalicelib.law.decisions import Refused, phrase
from chalicelib.law.identifiers import check_uscc
from chalicelib.law.joint_measures import PROCEDURE
from chalicelib.law.masking import holds_person_number
from chalicelib.law.measures import Measure
from chalicelib.law.showing import in_use
from chalicelib.records.access import ApiKey
from chalicelib.records.entries import Record
from chalicelib.records.people import Session
from chalicelib.records.remedies import Case
from chalicelib.records.subjects import Subject
from chalicelib.services.common.cursors import cursor_at, position_of
from chalicelib.services.common.due_work import OF_ONE
from chalicelib.services.identity import api_keys
from chalicelib.services.publication.measures_list import facts as facts_of
from chalicelib.services.remedies import casework, record_changes
from chalicelib.services.remedies.case_queues import Waiting
from chalicelib.services.remedies.casework import By
from chalicelib.services.telling import notices
from chalicelib.storage import archive, cases, feedback
from chalicelib.storage.archive import Changes, Conflict

SCOPE = api_keys.MEASURES
LONGEST = 500
"""Characters of a reason and of an answer."""
AT_ONCE = 50
TRIES = 5
"""How often a step that follows from a record is taken again when others work on the same case."""
SYSTEM = "schedule"
LOG = logging.getLogger("mingxin")


class Unknown(Exception):
    """There is no such measure here."""


@dataclass(frozen=True)
class Shown:
    """A measure as the desk sees it: what it is, against whom, by which record, and whether it holds today."""

    case: Case
    measure: Measure
    name: str
    code: str
    record: Record | None
    holds: law.Holds
    last_day: date


@dataclass(frozen=True)
class Body:
    """A body that carries out measures: its USCC, its name as its key has it, and what it answered how often (HY-23)."""

    code: str
    name: str
    answered: Mapping[str, int]


def propose(changes: Changes, subject: Subject, record: Record) -> int:
    """Put before an officer the measures that the city's list ties to a record, each once, in what is written together; how many are
    new (KLM-17).

    None against people, and none by a record that is not in use.
    """
    if subject.profile.kind == "natural_person" or record.parent is not None or not in_use(record, clock.today()):
        return 0
    if record.valid_until is None:
        return 0  # without an end nothing may be tied to it
    fitting = [one for one in measures_of.load(settings.city()) if one.fits(record.catalogue, record.severity)]
    there = {case.facts["measure"] for case in _about(subject.id, record.id)} if fitting else set()
    new = [measure for measure in fitting if measure.id not in there]
    for measure in new:
        by = By(SYSTEM, "schedule", measure.basis)
        facts = {"measure": measure.id, "kind": casework.kind_of(record)}
        casework.begin(changes, PROCEDURE, subject.id, (record.id,), by, facts=facts, due=None)
    return len(new)


def proposed(waiting: Iterable[Waiting]) -> list[Shown]:
    """Proposals with what an officer looks at before a decision; those that the city's list no longer names are left out."""
    return [_shown(one.case) for one in waiting if one.case.facts["measure"] in _listed()]


def bodies() -> list[Body]:
    """The bodies that have a key to carry out measures, with what each answered, counted."""
    named: dict[str, str] = {}
    for key in api_keys.all_keys():
        if not key.revoked:
            named |= dict.fromkeys(codes_of(key), key.name)
    return [Body(code, name, Counter(feedback.of_body(code))) for code, name in sorted(named.items())]


def decide(session: Session, number: str, *, impose: bool, reason: str, body: str = "", last_day: date | None = None) -> Case:
    """What an officer decides on a proposal, for a reason and under their name: to push it to a body (USCC), or not to.

    `last_day` may be earlier than the measure's own term, never later. `Refused` when it may not be, `Unknown` for no such proposal.
    """
    case = _load(number)
    shown, text = _shown(case), _text(reason)
    by = By(session.person.id, "officer", text, {"name": session.person.name})
    if not impose:
        return _commit(case, "decline", by, {"decided_by_name": session.person.name, "reason": text})
    code = check_uscc(body).number
    names = {one.code: one.name for one in bodies()}
    if code not in names:
        raise Refused("这个实施单位还没有接收措施的密钥：请先登记（权限范围 measures:统一社会信用代码）", "KLM-17")
    if shown.holds.standing != "in_force":
        raise Refused("所依据的记录现在不能使用，不能采取措施", shown.holds.clause)
    longest = shown.measure.last_day(clock.today(), shown.record.valid_until if shown.record else None)
    last = min(last_day or longest, longest)
    if last < clock.today():
        raise Refused("最后一天已经过去：请填写今天或以后的日期", "KLM-20c")
    decided = {
        "body": code,
        "body_name": names[code],
        "last_day": last.isoformat(),
        "decided_on": clock.today().isoformat(),
        "decided_by_name": session.person.name,
        "reason": text,
    }
    return _commit(case, "impose", by, decided, Deadline(last, provisional=False))


def codes_of(key: ApiKey) -> tuple[str, ...]:
    """The USCCs of the bodies for which a key takes measures."""
    return tuple(scope.partition(":")[2] for scope in key.scopes if scope.startswith(f"{SCOPE}:"))


def pushed_to(key: ApiKey, cursor: str | None = None) -> dict[str, Any]:
    """What waits for the bodies of a key, one body after the other: measures to apply, and measures to stop; each as it holds now."""
    codes = codes_of(key)
    code, place = position_of(cursor, (str, str)) if cursor else (codes[0], "")
    if code not in codes:
        raise Refused("翻页参数 cursor 无效：请从第一页重新开始")
    found, following = cases.queue(f"body:{code}", AT_ONCE, place)
    items = [_told(case) for case in found if case.procedure == PROCEDURE.name and case.facts["measure"] in _listed()]
    later = codes[codes.index(code) + 1 :]
    goes_on = [code, following] if following else [later[0], ""] if later else None
    return {"items": items, "next": cursor_at(goes_on) if goes_on else None, "as_of": clock.today().isoformat()}


def feed_back(key: ApiKey, number: str, *, done: str, text: str) -> dict[str, Any]:
    """What a body did about a measure that was pushed to it (HY-23); the measure as it is then. `Unknown` for a measure of another."""
    case = cases.load(number)
    if case is None or case.procedure != PROCEDURE.name or case.facts.get("body") not in codes_of(key):
        raise Unknown
    case = _followed(case)
    action = law.feedback(case.state, done, bool(case.facts.get("suspended")))
    changes = Changes()
    note = _text(text) if text.strip() else ""
    by = By(key.id, "body", note, {"done": done})
    after = casework.step(changes, case, PROCEDURE, action, by, facts={"done": done})
    feedback.put(changes, case.facts["body"], f"{case.id}#{after.version}", measure=case.facts["measure"], done=done, at=clock.now())
    _write(changes)
    return _told(after)


def follow(subject_id: str, record_id: str) -> int:
    """Let every measure that is tied to a record learn how it stands now; how many had to be told. Safe to call again.

    Objections call it when they begin and end, repairs, corrections, exits and the expiry of records when they take effect. What
    is not told yet holds no longer either: every answer is derived from the record itself.
    """
    found = record_changes.holding(subject_id).subject
    return sum(_follow(case) for case in _about(found.id, record_id))


def users_of(subject_id: str, record_id: str) -> list[str]:
    """The bodies (USCC) that carry out a measure which is tied to a record and holds now."""
    imposed = [case for case in _about(subject_id, record_id) if case.facts.get("body")]
    return sorted({case.facts["body"] for case in imposed if _holds(case).standing == "in_force"})


def of_subject(subject_id: str) -> list[Shown]:
    """The measures that were decided against or for a subject and hold or rest now, as the subject itself sees them."""
    subject = archive.load_subjects([subject_id])[subject_id].subject
    found = cases.of_subject((subject_id, *subject.absorbed), PROCEDURE.name)
    shown = [_shown(case) for case in found if case.facts.get("body") and case.facts["measure"] in _listed()]
    return [one for one in shown if one.holds.standing != "ended"]


def due(day: date, limit: int = 500) -> dict[str, int]:
    """End what has come to its own last day, whether or not its body has answered: counts of due, done and failed (KLM-20c)."""
    bodies_asked = dict.fromkeys(f"body:{code}" for key in api_keys.all_keys() for code in codes_of(key))
    over = list(islice((case for queue in (SYSTEM, *bodies_asked) for case in _over(queue, day)), limit))
    done = sum(map(_end, over))
    return {"due": len(over), "done": done, "failed": len(over) - done}


def _over(queue: str, day: date) -> list[Case]:
    """The measures of a queue whose last day is over; those that their body was told to stop have come to their end already."""
    place, over = "", list[Case]()
    while True:
        found, place = cases.queue(queue, AT_ONCE, place)
        late = [case for case in found if case.due is not None and case.due < day]
        over += [case for case in late if case.procedure == PROCEDURE.name and case.state != "to stop"]
        if not place or len(late) < len(found):
            return over


def _end(case: Case) -> bool:
    try:
        return _follow(case)
    except OF_ONE as error:
        LOG.error("measure %s could not be ended: %s", case.id, type(error).__name__)
        return False


def _write(changes: Changes) -> None:
    """Write together, or say that somebody else was first."""
    try:
        changes.commit()
    except Conflict as error:
        raise Refused("这一件刚刚有别人办理，您的没有生效：请刷新页面看现在到了哪一步") from error


def _follow(case: Case) -> bool:
    before = case.version
    return _followed(case).version != before


def _followed(case: Case) -> Case:
    """A case brought to where its record is now."""
    for _ in range(TRIES):
        holds, suspended = _holds(case), bool(case.facts.get("suspended"))
        action = law.next_action(case.state, holds, suspended) if not PROCEDURE.state(case.state).final else None
        if action is None:
            return case
        changes = Changes()
        told = {"suspended": action == "suspend", "clause": holds.clause}
        after = casework.step(changes, case, PROCEDURE, action, By(SYSTEM, "schedule", holds.clause), facts=told)
        if action == "lift" and case.facts.get("body"):
            to, about, number = f"s:{case.subject_id}", f"{after.id}#{after.version}", {"number": case.number}
            notices.together(changes, "measure ended", to, about=about, day=clock.today(), facts=number)
        try:
            changes.commit()
        except Conflict:
            case = cases.load(case.id) or case
            continue
        case = after
    return case


def _about(subject_id: str, record_id: str) -> list[Case]:
    subject = archive.load_subjects([subject_id])[subject_id].subject
    return [case for case in cases.of_subject((subject_id, *subject.absorbed), PROCEDURE.name) if record_id in case.about]


def _listed() -> Mapping[str, Measure]:
    return {measure.id: measure for measure in measures_of.load(settings.city())}


def _load(number: str) -> Case:
    case = cases.load(number)
    if case is None or case.procedure != PROCEDURE.name or case.facts["measure"] not in _listed():
        raise Unknown
    return case


def _record(case: Case) -> Record | None:
    try:
        return record_changes.find(case.subject_id, case.about[0])
    except KeyError:  # purged (NT-14b)
        return None


def _last_day(case: Case, record: Record | None) -> date:
    """The last day that was decided; of a proposal, the one that it would have."""
    if case.facts.get("last_day"):
        return date.fromisoformat(case.facts["last_day"])
    return _listed()[case.facts["measure"]].last_day(clock.today(), record.valid_until if record else None)


def _holds(case: Case) -> law.Holds:
    record = _record(case)
    return law.standing(record, _last_day(case, record), clock.today())


def _shown(case: Case) -> Shown:
    subject, record = record_changes.holding(case.subject_id).subject, _record(case)
    last_day = _last_day(case, record)
    holds = law.standing(record, last_day, clock.today())
    return Shown(case, _listed()[case.facts["measure"]], subject.profile.name, subject.codes[0], record, holds, last_day)


def _told(case: Case) -> dict[str, Any]:
    """A measure as the body that carries it out is told of it: of the record no more than which it is."""
    shown = _shown(case)
    names = {code: item.name for code, item in cities.load(settings.city()).catalogue.items()}
    return {
        "id": case.id,
        "measure": facts_of(shown.measure, names),
        "subject": {"code": shown.code, "name": shown.name},
        "record": {"id": case.about[0], "catalogue": shown.record.catalogue if shown.record else None},
        "body": {"code": case.facts["body"], "name": case.facts["body_name"]},
        "decided_on": case.facts["decided_on"],
        "last_day": shown.last_day.isoformat(),
        "standing": shown.holds.standing,
        "clause": shown.holds.clause or None,
        "answered": case.facts.get("done"),
    }


def _commit(case: Case, action: str, by: By, facts: Mapping[str, Any], due: Deadline | None = None) -> Case:
    changes = Changes()
    after = casework.step(changes, case, PROCEDURE, action, by, facts=facts, due=due)
    _write(changes)
    return after


def _text(text: str) -> str:
    text = text.strip()
    if not 1 <= len(text) <= LONGEST:
        raise Refused(phrase("请写明理由（1至{most}个字）"), most=LONGEST)
    if holds_person_number(text):
        raise Refused("理由中不要写证件号码")
    return text


def names_of(found: Iterable[Shown]) -> dict[str, str]:
    """The names of catalogue items, for a page."""
    catalogue = cities.load(settings.city()).catalogue
    return {one.record.catalogue: catalogue[one.record.catalogue].name for one in found if one.record and one.record.catalogue in catalogue}
