"""Objections as their subject makes and follows them: received with a flag on the record at once, added to, withdrawn, appealed
(NT-31 to NT-33)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from chalicelib import cities, clock, settings
from chalicelib.cities import City
from chalicelib.law import objections as law
from chalicelib.law.decisions import Refused
from chalicelib.law.objections import PROCEDURE, VERIFICATION, Channel
from chalicelib.law.showing import counts
from chalicelib.records.entries import Record
from chalicelib.records.people import Session
from chalicelib.records.remedies import Case, CaseStep
from chalicelib.services.identity import people_sessions, who_acts
from chalicelib.services.remedies import attachments, casework, record_changes, what_follows
from chalicelib.services.remedies.attachments import Attachment
from chalicelib.services.remedies.casework import By, Overtaken, Unknown
from chalicelib.services.remedies.record_changes import Why
from chalicelib.services.telling import notices
from chalicelib.storage import allowances, archive, cases, held, own_archive
from chalicelib.storage.archive import Changes

__all__ = ["Overtaken", "Unknown"]

MOST_RECORDS = 5
"""Records of one objection: what fits in one transaction with the people responsible for them."""
MOST_A_DAY = 20
"""Objections that one subject may make on one day."""


@dataclass(frozen=True)
class Stated:
    """What an objection says: the records, the reasons chosen (`law.objections.CHOICES`), the text, the evidence, how it came.

    `by_name` is who made it, as officers read it.
    """

    records: tuple[str, ...]
    choices: tuple[str, ...]
    text: str
    channel: Channel = "online"
    files: tuple[bytes, ...] = ()
    by_name: str = ""
    said: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """An objection with its history, its requests to verify and the records that it is about, as they are now."""

    case: Case
    history: tuple[CaseStep, ...]
    verifications: tuple[Case, ...]
    records: tuple[Record, ...]


def of_session(session: Session) -> list[Case]:
    """The objections of whom a session acts for, the latest first."""
    people_sessions.needed(session, "read")
    holder = own_archive.holder_of(people_sessions.subject_of(session))
    return cases.of_subject((holder.id, *holder.absorbed), PROCEDURE.name) if holder else []


def make(session: Session, stated: Stated) -> Case:
    """Object, signed in, to records of whom the session acts for; the case under whose number it was received."""
    people_sessions.needed(session, "object")
    identifier = people_sessions.subject_of(session)
    holder = own_archive.holder_of(identifier)
    if holder is None:
        raise Refused("档案里没有您的记录，没有可以提出异议的内容")
    if not allowances.take("objection", holder.id, clock.today(), clock.now(), MOST_A_DAY):
        raise Refused("今天已经提出了{most}件异议，请明天再提出，或者到服务窗口办理", most=MOST_A_DAY)
    return receive(holder.id, replace(stated, by_name=session.person.name), By(session.person.id, "subject"))


def receive(subject_id: str, stated: Stated, by: By) -> Case:
    """Take in an objection: a receipt with a number, the flag on every record that it is about, and what the city suspends, in one
    transaction (NT-32, AK-4.5, HY-27a). `Refused` with what is missing, or when an objection to the record is open already."""
    city, today = _city(), clock.today()
    grounds = law.grounds_of(stated.choices)
    text = law.stated_text(stated.text, "异议的内容")
    evidence = attachments.checked(stated.files)
    wanted = tuple(dict.fromkeys(stated.records))
    if not 1 <= len(wanted) <= MOST_RECORDS:
        raise Refused("请选择1至{most}条记录", "NT-31", most=MOST_RECORDS)
    flags = law.flags_while_open(today, city.rules)
    kept: list[dict[str, str]] = []

    def work(changes: Changes) -> Case:
        records = [_objectable(subject_id, record) for record in wanted]
        if not kept and evidence:  # kept once, however often the transaction is begun
            kept.extend(attachments.keep(records[0].subject_id, evidence, by.role))
        facts = {
            "records": [named(record, city) for record in records],
            "provider": records[0].provider.code,
            "choices": list(stated.choices),
            "grounds": list(grounds),
            "text": text,
            "channel": stated.channel,
            "by_name": stated.by_name,
            "flags": list(flags),
            "attachments": kept,
            "verifications": [],
            **stated.said,
        }
        due = law.decision_due(today, city.rules)
        about = tuple(record.id for record in records)
        case = casework.begin(changes, PROCEDURE, records[0].subject_id, about, by, facts=facts, due=due)
        flag(changes, case, by, flags)
        announce(changes, "objection received", case)
        if stated.channel == "provider":
            return ask_provider(changes, case, by, records[0].provider.code, records[0].provider.name, (), text="")
        return case

    case = casework.attempt(work)
    shown(case)
    return case


def find(session: Session, number: str) -> Found:
    """An objection of whom a session acts for; `Unknown` for every other."""
    case = casework.current(number, PROCEDURE, None)
    if case.id not in {own.id for own in of_session(session)}:
        raise Unknown
    return with_all(case)


def add_evidence(session: Session, number: str, version: int, text: str, files: Sequence[bytes]) -> Case:
    """Add what the subject has to say or to show; `Overtaken` when the case has gone on."""
    _own(session, number)
    words = law.stated_text(text, "补充的内容")
    by = By(session.person.id, "subject", said={"text": words})
    there = casework.current(number, PROCEDURE, version)
    evidence = attachments.checked(files, len(there.facts["attachments"]))
    kept = attachments.keep(there.subject_id, evidence, "subject", len(there.facts["attachments"]))

    def work(changes: Changes) -> Case:
        case = casework.current(number, PROCEDURE, version)
        return casework.step(
            changes, case, PROCEDURE, "add evidence", by, facts={"attachments": [*case.facts["attachments"], *kept], "asked": ""}
        )

    return casework.attempt(work)


def withdraw(session: Session, number: str, version: int) -> Case:
    """Take an objection back: the flag goes, what was asked of providers is recalled."""
    _own(session, number)
    by = By(session.person.id, "subject")

    def work(changes: Changes) -> Case:
        case = casework.current(number, PROCEDURE, version)
        after = casework.step(changes, case, PROCEDURE, "withdraw", by)
        recall(changes, case, by)
        unflag(changes, case, by)
        return after

    case = casework.attempt(work)
    shown(case)
    return case


def appeal(session: Session, number: str, version: int, text: str) -> Case:
    """Appeal to the supervisor against the answer (NT-33): the flag is back while the appeal runs."""
    _own(session, number)
    city, today = _city(), clock.today()
    words = law.stated_text(text, "申请复核的理由")
    by = By(session.person.id, "subject", said={"text": words})

    def work(changes: Changes) -> Case:
        case = casework.current(number, PROCEDURE, version)
        due = law.appeal_due(today, city.rules)
        after = casework.step(changes, case, PROCEDURE, "appeal", by, due=due, facts={"appeal": words})
        flag(changes, case, by, tuple(case.facts["flags"]))
        announce(changes, "appeal received", case)
        return after

    case = casework.attempt(work)
    shown(case)
    return case


def files_gone(case: Case) -> date | None:
    """Since when the files that an objection or a request to verify shows are deleted; a request shows those of the first objection that
    it was made for."""
    whose = cases.load(case.facts["of"][0]) if case.procedure == VERIFICATION.name else case
    return whose.files_gone if whose else None


def file_link(case: Case, attachment: str) -> str:
    """A new link to a file of a case that works for five minutes; KeyError when it has none of this id."""
    found = [*case.facts["attachments"], *case.facts.get("redacted", ())]
    return attachments.link({one["id"]: one for one in found}[attachment])


# What the desk's steps share with these


def with_all(case: Case) -> Found:
    """An objection with everything that belongs to it."""
    requests = tuple(filter(None, map(cases.load, case.facts["verifications"])))
    records = []
    for record_id in case.about:
        try:
            records.append(record_changes.find(case.subject_id, record_id))
        except KeyError:  # it is at the end of its retention
            continue
    return Found(case, tuple(cases.history(case)), requests, tuple(records))


def named(record: Record, city: City) -> dict[str, str]:
    """What cases, requests and letters call a record by."""
    item = city.catalogue.get(record.catalogue)
    return {
        "id": record.id,
        "item": item.name if item else record.catalogue,
        "title": record.title,
        "document_no": record.document_no or "",
        "determined_on": record.determined_on.isoformat(),
        "provider": record.provider.code,
        "provider_name": record.provider.name,
    }


def flag(changes: Changes, case: Case, by: By, flags: Iterable[str]) -> None:
    """Put flags on every record of a case that has not ended by a procedure, in what is written together."""
    added = tuple(flags)

    def alter(record: Record) -> Record:
        return replace(record, flags=(*record.flags, *(one for one in added if one not in record.flags)))

    _each(changes, case, by, "record.objected", alter, case.about)


def unflag(changes: Changes, case: Case, by: By, record_ids: Iterable[str] | None = None) -> None:
    """Take the flags of an objection off the records of a case (all, or some), but for those that another open one is about."""

    def alter(record: Record) -> Record:
        return replace(record, flags=tuple(one for one in record.flags if one not in law.FLAGS))

    wanted = case.about if record_ids is None else tuple(record_ids)
    _each(changes, case, by, "record.unflagged", alter, [record for record in wanted if not still_flagged(changes, case, record)])


def still_flagged(changes: Changes, case: Case, record_id: str) -> bool:
    """Whether a record keeps its flag although this case is about it no longer, which is added to what is written together: another
    objection is, or one to the organisation's record that it follows (NT-29)."""
    others = held.release(changes, record_id, PROCEDURE.name, case.id)
    try:
        parent = record_changes.find(case.subject_id, record_id).parent
    except KeyError:  # it was kept long enough
        return False
    return bool(others or (parent and held.holders(parent.record_id, PROCEDURE.name)))


def ask_provider(
    changes: Changes, case: Case, by: By, provider: str, name: str, forwarded: Sequence[Attachment], *, text: str, also: Sequence[Case] = ()
) -> Case:
    """Ask a provider to verify the records of a case, in what is written together; the case after it. `forwarded` are the
    files that the provider may see, `text` what is asked, exactly as it will be read. The same request asks for the cases of
    `also`, by the earliest of their last days."""
    if not case.version:
        raise ValueError("a case is begun before a provider is asked")
    city, today = _city(), clock.today()
    joined = (case, *also)
    due = law.verification_due(today, min(one.due or today for one in joined), city.rules)
    facts = {
        "of": [one.id for one in joined],
        "provider": provider,
        "provider_name": name,
        "records": [record for one in joined for record in one.facts["records"]],
        "grounds": list(dict.fromkeys(ground for one in joined for ground in one.facts["grounds"])),
        "choices": list(dict.fromkeys(choice for one in joined for choice in one.facts["choices"])),
        "question": text or case.facts["text"],
        "attachments": list(forwarded),
    }
    about = tuple(record for one in joined if one.subject_id == case.subject_id for record in one.about)
    request = casework.begin(changes, VERIFICATION, case.subject_id, about, by, facts=facts, due=due)
    after, *_ = (_asked(changes, one, by, request) for one in joined)
    return after


def _asked(changes: Changes, case: Case, by: By, request: Case) -> Case:
    return casework.step(changes, case, PROCEDURE, "ask to verify", by, facts={"verifications": [*case.facts["verifications"], request.id]})


def recall(changes: Changes, case: Case, by: By) -> None:
    """Take back every request of a case that nobody has answered yet, and that no other open case asks."""
    for number in case.facts["verifications"]:
        request = cases.load(number)
        if request and not VERIFICATION.state(request.state).final and not _asked_by_others(request, case):
            casework.step(changes, request, VERIFICATION, "recall", by)


def _asked_by_others(request: Case, case: Case) -> bool:
    others = (cases.load(number) for number in request.facts["of"] if number != case.id)
    return any(other is not None and takes_an_answer(other) for other in others)


def takes_an_answer(case: Case) -> bool:
    """Whether what a provider finds still goes into an objection: it is not decided on yet."""
    return any(move.action == "verified" for move in PROCEDURE.open_to(case.state, "provider"))


def shown(case: Case) -> None:
    """Do what follows from what was done to the records of a case, publication first of all."""
    what_follows.settle(case.about)


def announce(changes: Changes, kind: str, case: Case) -> None:
    """Tell the subject of a case what became of it, in what is written together."""
    notices.together(changes, kind, f"s:{case.subject_id}", about=case.id, day=clock.today(), facts={"number": case.number})


def _each(changes: Changes, case: Case, by: By, act: str, alter: record_changes.Alter, record_ids: Iterable[str]) -> None:
    for record_id in record_ids:
        record = record_changes.find(case.subject_id, record_id)
        if record.ended is None and alter(record) != record:
            why = Why(act, who_acts.keyed(by.actor), case.id, clock.now())
            record_changes.change(changes, case.subject_id, record_id, alter, why)


def _objectable(subject_id: str, record_id: str) -> Record:
    try:
        record = record_changes.find(subject_id, record_id)
    except KeyError as error:
        raise Refused("档案里没有这条记录：请从“信用档案”中选择", "NT-31") from error
    if record.ended is not None:
        raise Refused("这条记录已经不再使用，没有需要处理的异议", "NT-31")
    return record


def _own(session: Session, number: str) -> None:
    people_sessions.needed(session, "object")
    find(session, number)


def _city() -> City:
    return cities.load(settings.city())


def may_object(record: Record) -> bool:
    """Whether an objection to a record can be made: it has not ended by a procedure. One past its last day can still be objected to."""
    return record.ended is None


def counting_of(session: Session) -> list[Record]:
    """The records of whom a session acts for that count today, the newest first."""
    people_sessions.needed(session, "read")
    holder = own_archive.holder_of(people_sessions.subject_of(session))
    if holder is None:
        return []
    found = archive.collection(holder.id)
    records = found[1] if found else []
    return sorted((one for one in records if counts(one, clock.today())), key=lambda one: (one.determined_on, one.id), reverse=True)
