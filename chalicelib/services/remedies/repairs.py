"""Repairs as they are applied for and looked at: the application with its commitment and proof, and what the system advises (NT-34)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from chalicelib import cities, clock, settings
from chalicelib.law import repair as law
from chalicelib.law.decisions import Refused
from chalicelib.law.repair import Application, Finding
from chalicelib.law.repair_steps import REPAIR
from chalicelib.records.entries import Record
from chalicelib.records.remedies import Case as Case
from chalicelib.records.remedies import CaseStep as CaseStep
from chalicelib.services.remedies import attachments, casework, record_changes
from chalicelib.services.remedies.casework import By
from chalicelib.services.telling import notices
from chalicelib.storage import archive, cases, held
from chalicelib.storage.archive import Changes

MOST_PROOFS = 3
AT_ONCE = 200
"""Cases that one look into a queue takes."""
SCHEDULE = "schedule"
"""The queue of what waits for its day."""


class Unknown(Exception):
    """There is no such repair, or not for whoever asks."""


@dataclass(frozen=True)
class Shown:
    """A repair with the record that it is about, what was stated, what the system advises, and every step."""

    case: Case
    record: Record
    application: Application
    advice: tuple[Finding, ...]
    history: tuple[CaseStep, ...]

    @property
    def label(self) -> str:
        """Where it stands, in words."""
        return REPAIR.state(self.case.state).label

    @property
    def open(self) -> bool:
        """Whether it has not come to its end."""
        return not REPAIR.state(self.case.state).final


def repairable(subject_id: str, record_id: str) -> Record:
    """A record about which a repair can be applied for now; `Unknown` when it is not there, `Refused` with why it cannot be."""
    try:
        record = record_changes.find(subject_id, record_id)
    except KeyError as error:
        raise Unknown from error
    law.refuse_unrepairable(record, clock.today())
    casework.refuse_second(REPAIR, *held.holders(record_id, REPAIR.name))
    return record


def can_be_repaired(record: Record) -> bool:
    """Whether a repair of a record can be applied for today, as far as the record itself says."""
    try:
        law.refuse_unrepairable(record, clock.today())
    except Refused:
        return False
    return True


def advised(record: Record, application: Application, applied_on: date) -> tuple[Finding, ...]:
    """What the system finds on each condition; it advises, and the provider decides (NT-34)."""
    found = archive.collection(record.subject_id)
    subject, others = found if found else (None, [])
    kind = subject.profile.kind if subject else "organisation"
    return law.advice(record, application, others, kind, applied_on, cities.load(settings.city()).rules)


def apply(subject_id: str, record_id: str, application: Application, proofs: Sequence[bytes], by: By) -> Case:
    """A new application, before its provider from now on; `Refused` or `Unknown` when there can be none (NT-34)."""
    record = repairable(subject_id, record_id)
    subject = record_changes.holding(record.subject_id).subject
    stated = law.checked(application, subject.profile.kind, clock.today())
    if not 1 <= len(proofs) <= MOST_PROOFS:
        raise Refused("请上传1至{most}份证明材料，例如缴款凭证、整改报告、培训证明", "NT-34", most=MOST_PROOFS)
    checked = attachments.checked(proofs)
    facts = {
        "provider": _decides(record),
        "application": {**asdict(stated), "corrected_on": stated.corrected_on.isoformat()},
        "proofs": attachments.keep(record.subject_id, checked, by.role),
        "which": record.document_no or record.title,
        "kind": casework.kind_of(record),
    }
    due = law.opinion_by(clock.today(), cities.load(settings.city()).rules)

    def work(changes: Changes) -> Case:
        case = casework.begin(changes, REPAIR, record.subject_id, (record.id,), by, facts=facts, due=due)
        tell(changes, "repair received", case)
        return case

    return casework.attempt(work)


def of_subject(subject_id: str) -> list[Case]:
    """The repairs of a subject and of those whose place it has taken, the latest first."""
    subject = record_changes.holding(subject_id).subject
    return cases.of_subject([subject.id, *subject.absorbed], REPAIR.name)


def shown_at_desk(number: str, bodies: Sequence[str], *, officer: bool) -> Shown:
    """A repair for the clerks of the bodies that decide on it, and for officers; `Unknown` for others."""
    if not officer:
        of_bodies(number, bodies)
    return shown(number)


def shown(number: str) -> Shown:
    """A repair by its number; `Unknown` when there is none."""
    case = load(number)
    record = record_changes.find(case.subject_id, case.about[0])
    application = _application(case.facts["application"])
    advice = advised(record, application, case.received)
    return Shown(case, record, application, advice, tuple(cases.history(case)))


def proof_link(case: Case, place: int) -> str:
    """A new link to a proof that works for five minutes; `Unknown` when there is none in this place."""
    proofs = case.facts["proofs"]
    if not 0 <= place < len(proofs):
        raise Unknown
    return attachments.link(proofs[place])


def of_bodies(number: str, bodies: Sequence[str]) -> Case:
    """A repair on which one of these bodies (USCC) decides; `Unknown` for every other."""
    case = load(number)
    if case.facts["provider"] not in bodies:
        raise Unknown
    return case


def load(number: str) -> Case:
    """A repair by its number; `Unknown` when there is none."""
    case = cases.load(number)
    if case is None or case.procedure != REPAIR.name:
        raise Unknown
    return case


def queue(waits_for: str) -> Iterator[Case]:
    """What waits for somebody, by its last day."""
    after = ""
    while True:
        found, after = cases.queue(waits_for, AT_ONCE, after)
        yield from found
        if not after:
            return


def tell(changes: Changes, kind: str, case: Case) -> None:
    """Have the subject told, with what is written together."""
    facts = {"number": case.number, "which": case.facts["which"], "due": case.due.isoformat() if case.due else ""}
    notices.together(changes, kind, f"s:{case.subject_id}", about=case.number, day=clock.today(), facts=facts)


def _decides(record: Record) -> str:
    """The body (USCC) that decides on a repair: who recognised a list entry (HY-26c), else who provided the record (NT-34)."""
    item = cities.load(settings.city()).catalogue.get(record.catalogue)
    recogniser = record.content.get("recogniser_code") if item and item.shape == "list" else None
    return str(recogniser or record.provider.code)


def _application(facts: Mapping[str, Any]) -> Application:
    return Application(**{**facts, "corrected_on": date.fromisoformat(facts["corrected_on"]), "ways": tuple(facts["ways"])})
