"""Objections at the desk: what providers are asked and answer, the decision, its correction, the answer to an appeal
(NT-32, NT-33, NT-14b)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from chalicelib import cities, clock, settings
from chalicelib.cities import City
from chalicelib.law import objections as law
from chalicelib.law import two_persons
from chalicelib.law.decisions import Refused, phrase
from chalicelib.law.identifiers import check_uscc
from chalicelib.law.objections import PROCEDURE, VERIFICATION
from chalicelib.records.entries import Ended, Record
from chalicelib.records.people import Session
from chalicelib.records.remedies import Case as Case
from chalicelib.records.remedies import Tell
from chalicelib.records.subjects import Announcement
from chalicelib.services.identity import who_acts
from chalicelib.services.remedies import announcing, casework, record_changes, redacting, related_objections
from chalicelib.services.remedies import objections as own
from chalicelib.services.remedies.casework import By, Unknown
from chalicelib.services.remedies.objections import Found
from chalicelib.services.remedies.record_changes import Why
from chalicelib.services.submission import amending
from chalicelib.storage.archive import Changes

MOST_REQUESTS = 5
"""Requests to verify of one objection."""


ACTS: Mapping[law.Remedy, str] = {"amend": "amended", "remove": "removed", "purge": "purged"}
ANNOUNCED: Mapping[law.Remedy, str] = {
    "amend": phrase("原公示的内容有误，已经更正，以更正后的记录为准。"),
    "remove": phrase("原公示的记录有误，已经删除。"),
    "purge": phrase("原公示的记录有误，已经删除。"),
}
"""What is announced of a record that was made good."""


def find(number: str) -> Found:
    """An objection with everything that belongs to it; `Unknown` when there is none."""
    return own.with_all(casework.current(number, PROCEDURE, None))


def ask_to_verify(
    session: Session,
    number: str,
    version: int,
    *,
    provider: str,
    forwarded: Sequence[str],
    clean: Sequence[str] = (),
    text: str,
    also: Sequence[str] = (),
) -> Case:
    """Ask a provider to verify, the one of the record or, where it is not theirs, another one (its USCC); by one request also for the
    related objections whose numbers stand in `also`. `forwarded` are the ids of the files that go to it, each as its redacted copy, or as
    it is where it is `clean` (`redacting.forwarded`)."""
    question = law.stated_text(text, "要核实的内容")
    code = check_uscc(provider).number

    def work(changes: Changes) -> Case:
        case = casework.current(number, PROCEDURE, version)
        if len(case.facts["verifications"]) >= MOST_REQUESTS:
            raise Refused("已经请求核实{most}次：请作出处理决定", "NT-32", most=MOST_REQUESTS)
        names = {record["provider"]: record["provider_name"] for record in case.facts["records"]}
        joined = related_objections.chosen(case, also)
        sent = redacting.forwarded(case, forwarded, clean)
        by = By(session.person.id, "officer", said={"forwarded": [one["name"] for one in sent]})
        return own.ask_provider(changes, case, by, code, names.get(code, code), sent, text=question, also=joined)

    return casework.attempt(work)


def ask_for_evidence(session: Session, number: str, version: int, text: str) -> Case:
    """Ask the subject for more; the time to decide runs on."""
    words = law.stated_text(text, "需要补充的材料")
    by = By(session.person.id, "officer", said={"text": words})

    def work(changes: Changes) -> Case:
        case = casework.current(number, PROCEDURE, version)
        after = casework.step(changes, case, PROCEDURE, "ask for evidence", by, facts={"asked": words})
        own.announce(changes, "objection asks", after)
        return after

    return casework.attempt(work)


def verified(found: Found) -> law.Verified:
    """What providers have said to the requests of an objection until now."""
    requests, today = found.verifications, clock.today()
    findings = frozenset(str(one.facts["finding"]) for one in requests if one.state == "answered")
    return law.Verified(findings, any(is_overdue(one, today) for one in requests))


def decide(
    session: Session, number: str, version: int, *, results: Mapping[str, str], reasons: Sequence[str], text: str, letter: str = ""
) -> Case:
    """Decide on every record of an objection, with reasons (NT-32): those that stand lose the flag at once, those that are wrong keep
    it until they are corrected, within a time of its own. `letter` are own words of the letter in place of ours."""
    words = law.reasons_text(reasons, text, verified(find(number)))
    by = By(session.person.id, "officer", words, _said(results, letter))
    return _decided(number, version, by, results, ("uphold", "find wrong"), "objection decided")


def answer_appeal(
    session: Session, number: str, version: int, *, results: Mapping[str, str], reasons: Sequence[str], text: str, letter: str = ""
) -> Case:
    """Answer an appeal (NT-33); `Refused` to whoever decided on the objection. `letter` as above."""
    case = casework.current(number, PROCEDURE, version)
    two_persons.refuse_own(case.facts.get("decided_by", ""), who_acts.keyed(session.person.id))
    words = law.reasons_text(reasons, text, verified(find(number)))
    by = By(session.person.id, "supervisor", words, _said(results, letter))
    return _decided(number, version, by, results, ("uphold on appeal", "find wrong on appeal"), "appeal decided")


def _said(results: Mapping[str, str], letter: str) -> dict[str, Any]:
    return {"results": dict(results), "letter": law.letter_text(letter)}


def _decided(number: str, version: int, by: By, results: Mapping[str, str], actions: tuple[str, str], kind: str) -> Case:
    city, today = _city(), clock.today()

    def work(changes: Changes) -> Case:
        case = casework.current(number, PROCEDURE, version)
        if set(results) != set(case.about):
            raise Refused("请对每一条记录写明维持、更正、删除或者清除", "NT-32")
        wrong = law.results_of(results)
        decision = {**by.said, "reasons": by.reason, "on": today.isoformat(), "by": by.role}
        facts: dict[str, Any] = {"decisions": [*case.facts.get("decisions", ()), decision], "wrong": dict(wrong)}
        if by.role == "officer":
            facts["decided_by"] = who_acts.keyed(by.actor)
        due = law.correction_due(today, city.rules) if wrong else None
        after = casework.step(changes, case, PROCEDURE, actions[bool(wrong)], by, due=due, facts=facts)
        own.recall(changes, case, by)
        own.unflag(changes, case, by, [record for record in case.about if record not in wrong])
        own.announce(changes, kind, after)
        return after

    case = casework.attempt(work)
    own.shown(case)
    return case


def correct(session: Session, number: str, version: int, amended: Mapping[str, Mapping[str, str]]) -> Case:
    """Make good every record that was found wrong: new content by field, removal, or purging; announced where the error had been
    public, and told to everyone who received it (NT-32, NT-14b). `amended` holds the new values by record and field."""
    city, today = _city(), clock.today()
    by = By(session.person.id, "officer")

    def work(changes: Changes) -> Case:
        case = casework.current(number, PROCEDURE, version)
        wrong: Mapping[str, law.Remedy] = case.facts.get("wrong", {})
        facts = {"corrected_on": today.isoformat(), "records": _named_after(case, wrong)}
        after = casework.step(changes, case, PROCEDURE, "correct", by, facts=facts)
        notices_due = [
            _made_good(changes, case, by, record_id, remedy, amended.get(record_id, {}), city) for record_id, remedy in wrong.items()
        ]
        if "purge" in wrong.values():
            for request in own.with_all(case).verifications:
                casework.note(changes, request, "purge", by, facts={"records": _named_after(request, wrong), "question": ""})
        for announcement in filter(None, notices_due):  # after the records: it stands with the subject that they changed
            announcing.put(changes, case.subject_id, announcement, clock.now())
        return after

    case = casework.attempt(work)
    own.shown(case)
    return case


def _made_good(
    changes: Changes, case: Case, by: By, record_id: str, remedy: law.Remedy, values: Mapping[str, str], city: City
) -> Announcement | None:
    """Make a record good in what is written together; what is to be announced of it, None where the error was public nowhere."""
    if remedy == "amend" and not values:
        raise Refused("请填写更正后的内容", "NT-32")
    before, today = record_changes.find(case.subject_id, record_id), clock.today()
    still = own.still_flagged(changes, case, record_id)
    keeps = tuple(one for one in before.flags if still or one not in law.FLAGS)

    def alter(record: Record) -> Record:
        if remedy == "amend":
            return amending.amended(replace(record, flags=keeps), values, city)
        if remedy == "remove":
            taken_back = record.ended if record.ended is not None and record.ended.how == "withdrawn" else None
            return replace(record, flags=keeps, ended=taken_back or Ended("corrected", today, case.id))
        empty = replace(record, title="", document_no=None, content={}, people=())
        return replace(empty, flags=keeps, ended=Ended("purged", today, case.id))

    tell = Tell("record corrected", "record corrected", case.id, {"number": case.number})
    why = Why(f"record.{ACTS[remedy]}", who_acts.keyed(by.actor), case.id, clock.now(), tell)
    record_changes.change(changes, case.subject_id, record_id, alter, why)
    if not announcing.was_public(before):
        return None
    announced = announcing.correction(before, ANNOUNCED[remedy], number=f"{case.id}-{case.about.index(before.id) + 1}", case=case.id)
    return replace(announced, document_no=None) if remedy == "purge" else announced


def _named_after(case: Case, wrong: Mapping[str, law.Remedy]) -> list[dict[str, str]]:
    """What the case calls its records from now on: what is purged keeps no name."""
    return [{**one, "title": one["item"], "document_no": ""} if wrong.get(one["id"]) == "purge" else one for one in case.facts["records"]]


def verification(number: str, provider: str | None = None) -> Case:
    """A request to verify; `Unknown` when there is none, or it is not this provider's (USCC; None: whosever it is)."""
    case = casework.current(number, VERIFICATION, None)
    if provider is not None and case.facts["provider"] != provider:
        raise Unknown
    return case


def answer_verification(by: By, number: str, provider: str, version: int | None, *, finding: str, text: str) -> Case:
    """A provider's answer to a request (NT-32): right, partly, wrong, or not theirs. The objection takes it in in the same
    transaction; an officer decides."""
    if finding not in law.FINDINGS:
        raise Refused("请选择核实的结果", "NT-32")
    words = law.stated_text(text, "核实的情况", needed=finding != "right")
    verification(number, provider)
    told = replace(by, said={"finding": finding, "text": words})

    def work(changes: Changes) -> Case:
        request = casework.current(number, VERIFICATION, version)
        answered = casework.step(changes, request, VERIFICATION, "answer", told, facts={"finding": finding, "answer": words})
        for objection in (casework.current(one, PROCEDURE, None) for one in request.facts["of"]):
            if own.takes_an_answer(objection):
                casework.step(changes, objection, PROCEDURE, "verified", told)
            own.announce(changes, "objection verified", objection)
        return answered

    return casework.attempt(work)


def is_overdue(case: Case, today: date) -> bool:
    """Whether a case that waits for somebody is past its last day."""
    return bool(case.waits_for and case.due and case.due < today)


def _city() -> City:
    return cities.load(settings.city())
