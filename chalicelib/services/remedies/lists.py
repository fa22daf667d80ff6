"""Early exits from lists: applied for by the subject with proof or begun by the recogniser, confirmed by another person (HY-20, HY-26c)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from chalicelib import cities, clock, settings
from chalicelib.law import lists as law
from chalicelib.law import two_persons
from chalicelib.law.deadlines import Deadline
from chalicelib.law.decisions import Refused, phrase
from chalicelib.law.masking import holds_person_number
from chalicelib.law.procedures import Procedure
from chalicelib.law.showing import counts
from chalicelib.records.entries import Ended, Record
from chalicelib.records.identifiers import Identifier as Identifier
from chalicelib.records.people import Session
from chalicelib.records.remedies import Case, Tell
from chalicelib.services.common import scans
from chalicelib.services.common.scans import checked_scan
from chalicelib.services.identity import people_sessions, who_acts
from chalicelib.services.remedies import casework, measures, record_changes, what_follows
from chalicelib.services.remedies.case_queues import Waiting
from chalicelib.services.remedies.casework import By, CaseStep
from chalicelib.services.remedies.record_changes import Why
from chalicelib.services.telling import notices
from chalicelib.storage import archive, cases, files, held
from chalicelib.storage.archive import Changes, Conflict

FOLDER = "exits/"
"""Where proof is kept."""
LONGEST = 500
"""Characters of a reason."""
MOST_SHOWN = 50
PROCEDURES: Mapping[str, Procedure] = {law.EXIT.name: law.EXIT, law.REVIEW.name: law.REVIEW}
OFFICER, PROVIDER = "officer", "provider:"


class Unknown(Exception):
    """There is no such entry or case here."""


@dataclass(frozen=True)
class Shown:
    """A case as the desk sees it: about which entry of whom, and which records came up. `mine`: I took the last decision on it."""

    case: Case
    name: str
    code: str | None
    entry: Record
    others: tuple[Record, ...]
    mine: bool
    history: tuple[CaseStep, ...] = ()


@dataclass(frozen=True)
class Own:
    """A list entry as its subject sees it, with the application to leave that is under way or was the last."""

    entry: Record
    case: Case | None


def of_session(session: Session) -> list[Own]:
    """The entries that count of whom a session acts for, the latest first; `NotAllowed` without the right to read."""
    people_sessions.needed(session, "read")
    today = clock.today()
    found = _collection(people_sessions.subject_of(session))
    if found is None:
        return []
    subject_id, records = found
    under_way = {case.about[0]: case for case in reversed(cases.of_subject([subject_id], law.EXIT.name))}
    entries = [record for record in records if _may_leave(record, today)]
    return [Own(entry, under_way.get(entry.id)) for entry in sorted(entries, key=lambda one: one.determined_on, reverse=True)]


def measures_of(session: Session) -> list[measures.Shown]:
    """The measures for or against whom a session acts for that hold or rest now; `NotAllowed` without the right to read."""
    people_sessions.needed(session, "read")
    found = _collection(people_sessions.subject_of(session))
    return measures.of_subject(found[0]) if found else []


def apply(session: Session, record_id: str, reason: str, proof: bytes | None) -> Case:
    """Apply to leave a list after doing one's duty, with proof (HY-26c); `Refused` with what is missing, `Unknown` for no such entry."""
    people_sessions.needed(session, "repair")
    text = _text(phrase("请写明已经履行了什么义务、怎样消除了影响（1至{most}个字）"), reason)
    if proof is None:
        raise Refused("请附上证明材料（PDF、PNG 或 JPEG）", "HY-26c")
    entry = next((own.entry for own in of_session(session) if own.entry.id == record_id), None)
    if entry is None:
        raise Unknown
    casework.refuse_second(law.EXIT, *held.holders(entry.id, law.EXIT.name))
    place = _kept(entry.subject_id, proof)
    facts = {"provider": law.recogniser_of(entry), "list": entry.title, "kind": casework.kind_of(entry), "reason": text, "proof": place}
    by = By(session.person.id, "subject", text)

    def work(changes: Changes) -> Case:
        begun = casework.begin(changes, law.EXIT, entry.subject_id, (entry.id,), by, facts=facts, due=None)
        _tell(changes, "exit received", begun)
        return begun

    return casework.attempt(work)


def give_up(session: Session, number: str) -> None:
    """Withdraw one's application."""
    people_sessions.needed(session, "repair")
    found = _collection(people_sessions.subject_of(session))
    case = cases.load(number)
    if found is None or case is None or case.procedure != law.EXIT.name or case.subject_id != found[0]:
        raise Unknown
    _step(case, "give up", By(session.person.id, "subject"))


def entries_of(session: Session, identifier: Identifier) -> list[Record]:
    """The entries of a subject that whoever is at the desk may take off a list: their own body's, an officer any."""
    found = _collection(identifier)
    today = clock.today()
    return [
        record for record in (found[1] if found else ()) if _may_leave(record, today) and _is_theirs(session, law.recogniser_of(record))
    ]


def propose(
    session: Session, identifier: Identifier, record_id: str, *, grounds: str, reason: str, monitored_until: date | None = None
) -> Case:
    """Begin an early exit as the recogniser, for a reason; another person must confirm it. `monitored_until` is Hanyang's (HY-20b)."""
    entry = next((one for one in entries_of(session, identifier) if one.id == record_id), None)
    if entry is None:
        raise Unknown
    decided = _decided(entry, grounds, reason, monitored_until)
    facts = {"provider": law.recogniser_of(entry), "list": entry.title, "kind": casework.kind_of(entry)}
    by = _by(session, facts["provider"], decided["reason"])

    def work(changes: Changes) -> Case:
        case = casework.begin(changes, law.EXIT, entry.subject_id, (entry.id,), by, facts=facts, due=None)
        return casework.step(changes, case, law.EXIT, "grant", by, facts={**decided, "granted_by": who_acts.keyed(session.person.id)})

    return casework.attempt(work)


def decide(session: Session, number: str, action: str, *, reason: str, grounds: str = "", monitored_until: date | None = None) -> Case:
    """Take a step of an exit or a review as recogniser or officer; `Refused` when it may not be made, `Unknown` for no such case.

    Whoever granted an exit does not confirm it (two persons).
    """
    case = cases.load(number)
    procedure = PROCEDURES.get(case.procedure) if case else None
    if case is None or procedure is None or not _is_theirs(session, case.facts["provider"]):
        raise Unknown
    if action in ("confirm", "send back"):
        return _second(session, case, action, reason)
    text = _text(phrase("请写明理由（1至{most}个字）"), reason)
    facts: dict[str, Any] = {"decided_by_name": session.person.name}
    if action == "grant":
        facts |= {**_decided(_entry(case), grounds, text, monitored_until), "granted_by": who_acts.keyed(session.person.id)}
    tells = "exit decided" if action == "refuse" else ""
    return _step(case, action, _by(session, case.facts["provider"], text), facts, procedure, tells)


def queues(session: Session) -> tuple[str, ...]:
    """The queues in which exits and reviews wait for somebody: of their own bodies, and for officers what a second person confirms."""
    return (*(PROVIDER + code for code in _bodies(session)), *([OFFICER] if OFFICER in session.person.roles else []))


def shown(session: Session, waiting: Iterable[Waiting]) -> list[Shown]:
    """Cases with what the desk looks at before it decides."""
    return [found for one in waiting if (found := _shown(session, one.case)) is not None]


def proof_link(session: Session, number: str) -> str | None:
    """A new link to the proof of an application that works for five minutes; None where there is none."""
    case = cases.load(number)
    if case is None or case.procedure != law.EXIT.name or not _is_theirs(session, case.facts["provider"]):
        raise Unknown
    proof = case.facts.get("proof")
    return files.link_here(proof, proof.rpartition("/")[2], clock.now()) if proof else None


def monitored(session: Session, day: date) -> list[Shown]:
    """Who is monitored after leaving a black list, for the body that stated the term (HY-20b). In no report, and never public."""
    waiting = [case for code in _bodies(session) for case in cases.queue(PROVIDER + code, MOST_SHOWN)[0]]
    running = [case for case in waiting if case.procedure == law.MONITORING.name and case.due is not None and case.due >= day]
    return [shown for case in running if (shown := _shown(session, case)) is not None]


def _second(session: Session, case: Case, action: str, reason: str) -> Case:
    """What another person does with an exit that was granted: it counts from now on, or goes back."""
    two_persons.refuse_own(str(case.facts.get("granted_by", "")), who_acts.keyed(session.person.id))
    if OFFICER not in session.person.roles:
        raise Refused("由信用中心的另一名经办人复核")
    if action == "send back":
        return _step(case, action, By(session.person.id, "second_officer", _text(phrase("请写明理由（1至{most}个字）"), reason)))
    by = By(session.person.id, "second_officer", reason.strip())
    grounds, today = cast(law.Grounds, case.facts["grounds"]), clock.today()

    def leave(record: Record) -> Record:
        law.refuse_leaving(record, today)
        return replace(record, ended=Ended(law.ENDED_BY[grounds], today, case.id))

    changes = Changes()
    after = casework.step(changes, case, law.EXIT, action, by)
    tell = Tell("left list", "left list", facts={"list": case.facts["list"]})
    why = Why("listing.left", who_acts.keyed(session.person.id), case.id, clock.now(), tell)
    left = record_changes.change(changes, case.subject_id, case.about[0], leave, why)
    if case.facts.get("monitored_until"):
        until = Deadline(date.fromisoformat(case.facts["monitored_until"]), provisional=False)
        told = {"provider": case.facts["provider"], "list": left.title, "exit": case.id}
        casework.begin(changes, law.MONITORING, left.subject_id, (left.id,), by, facts=told, due=until)
    _tell(changes, "exit decided", after)
    with _once():
        changes.commit()
    what_follows.settle([left.id])
    return after


def _tell(changes: Changes, kind: str, case: Case) -> None:
    """Have the subject told what became of its application, in what is written together."""
    notices.together(changes, kind, f"s:{case.subject_id}", about=case.id, day=clock.today(), facts={"number": case.number})


def _step(
    case: Case, action: str, by: By, facts: Mapping[str, Any] | None = None, procedure: Procedure = law.EXIT, tells: str = ""
) -> Case:
    changes = Changes()
    after = casework.step(changes, case, procedure, action, by, facts=facts)
    if tells:
        _tell(changes, tells, after)
    with _once():
        changes.commit()
    return after


@contextmanager
def _once() -> Iterator[None]:
    try:
        yield
    except Conflict as error:
        raise Refused("这一件刚刚有别人办理，您的没有生效：请刷新页面看现在到了哪一步") from error


def _decided(entry: Record, grounds: str, reason: str, until: date | None) -> dict[str, Any]:
    """What a recogniser states when it takes an entry off its list."""
    law.refuse_leaving(entry, clock.today())
    if grounds not in law.GROUNDS:
        raise Refused("请选择退出的原因", "HY-20a")
    chosen = cast(law.Grounds, grounds)
    rules = cities.load(settings.city()).rules
    last = law.monitored_until(entry, until, chosen, rules, clock.today())
    text = _text(phrase("请写明理由（1至{most}个字）"), reason)
    return {"grounds": chosen, "reason": text, "monitored_until": last.isoformat() if last else None}


def _may_leave(record: Record, today: date) -> bool:
    return record.catalogue in (*law.ANNOUNCED, "watchlist") and record.parent is None and counts(record, today)


def _collection(identifier: Identifier) -> tuple[str, list[Record]] | None:
    """The subject that a number means now, and its records."""
    subject_id = archive.id_of(identifier)
    if subject_id is None:
        return None
    found = archive.collection(record_changes.holding(subject_id).subject.id)
    return (found[0].id, found[1]) if found else None


def _entry(case: Case) -> Record:
    return record_changes.find(case.subject_id, case.about[0])


def _shown(session: Session, case: Case) -> Shown | None:
    loaded = record_changes.holding(case.subject_id)
    found = archive.collection(loaded.subject.id)
    records = {record.id: record for record in (found[1] if found else ())}
    if case.about[0] not in records:  # purged meanwhile
        return None
    others = tuple(records[one] for one in case.about[1:] if one in records)
    subject, mine = loaded.subject, case.facts.get("granted_by") == who_acts.keyed(session.person.id)
    code = next(iter(subject.codes), None)
    return Shown(case, subject.profile.name, code, records[case.about[0]], others, mine, tuple(casework.history(case)))


def _bodies(session: Session) -> list[str]:
    return [role.removeprefix(PROVIDER) for role in session.person.roles if role.startswith(PROVIDER)]


def _is_theirs(session: Session, body: str) -> bool:
    return OFFICER in session.person.roles or body in _bodies(session)


def _by(session: Session, body: str, reason: str) -> By:
    return By(session.person.id, "recogniser" if body in _bodies(session) else "officer", reason, {"name": session.person.name})


def _kept(subject_id: str, proof: bytes) -> str:
    return scans.keep(FOLDER, subject_id, proof, checked_scan(proof)[0])


def _text(unless: str, text: str) -> str:
    text = text.strip()
    if not 1 <= len(text) <= LONGEST:
        raise Refused(unless, most=LONGEST)
    if holds_person_number(text):
        raise Refused("理由中不要写证件号码")
    return text
