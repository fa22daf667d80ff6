"""Typical cases at the desk: written by one officer from a record that is public, published by another, taken down by any (NTN-4a)."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib import cities, clock, settings
from chalicelib.law import two_persons
from chalicelib.law import typical_cases as law
from chalicelib.law.decisions import Refused
from chalicelib.law.identifiers import check_uscc
from chalicelib.records.entries import Record
from chalicelib.records.people import Session
from chalicelib.records.remedies import Case
from chalicelib.records.subjects import Announcement, Subject
from chalicelib.services.identity import who_acts
from chalicelib.services.publication import publish
from chalicelib.services.remedies import announcing, casework, record_changes
from chalicelib.services.remedies.casework import By
from chalicelib.services.remedies.casework import Overtaken as Overtaken
from chalicelib.services.remedies.casework import Unknown as Unknown
from chalicelib.storage import archive, case_reports, cases, own_archive
from chalicelib.storage.archive import Changes


@dataclass(frozen=True)
class Waiting:
    """A case that waits for a second officer; `mine` says that it must be another than whoever looks."""

    case: Case
    mine: bool


def waiting(session: Session) -> list[Waiting]:
    """The cases that wait for a second officer."""
    own = who_acts.keyed(session.person.id)
    return [Waiting(case, case.facts["written_by"] == own) for case in casework.waiting("officer", law.PROCEDURE)]


def records_of(code: str) -> list[Record]:
    """The records of an organisation (USCC) of which a case may be told."""
    found = _collection(code)
    return [] if found is None else [record for record in found[1] if _is_public(record) and record.valid_until]


def published_of(code: str) -> list[Case]:
    """The cases of an organisation (USCC) that were published and not taken down; they may have ended with their records."""
    found = _collection(code)
    held = cases.of_subject((found[0].id, *found[0].absorbed), law.PROCEDURE.name) if found else []
    return [case for case in held if case.state == "published"]


def write(session: Session, code: str, record_id: str, title: str, text: str) -> Case:
    """Propose a case of a record; `Refused` when it may not be told, or says too much."""
    found = _collection(code)
    record = next((one for one in found[1] if one.id == record_id), None) if found else None
    if found is None or record is None:
        raise Refused("没有这条记录：请先按代码查找，再选择", law.CLAUSE)
    subject = found[0]
    law.refuse_untold(record, subject, public=_is_public(record))
    title, text = law.told(title, text, record, subject)
    own = who_acts.keyed(session.person.id)
    facts = {"title": title, "text": text, "revision": record.revision, "written_by": own, "name": subject.profile.name}
    changes = Changes()
    by = By(session.person.id, "officer")
    case = casework.begin(changes, law.PROCEDURE, record.subject_id, (record.id,), by, facts=facts, due=None)
    _commit(changes)
    return case


def publish_case(session: Session, number: str) -> Case:
    """Publish a case as its second officer, as long as the record says what it said; `Refused` to who wrote it."""
    case = _second(session, number)
    try:
        record, subject = record_changes.find(case.subject_id, case.about[0]), record_changes.holding(case.subject_id).subject
    except KeyError as error:
        raise Refused("记录已经不在，案例不能公布", law.CLAUSE) from error
    until = law.refuse_untold(record, subject, public=_is_public(record))
    if record.revision != case.facts["revision"]:
        raise Refused("记录在写成案例之后有变动：请不予公布，按现在的记录重新写", law.CLAUSE)
    changes = Changes()
    after = casework.step(changes, case, law.PROCEDURE, "publish", By(session.person.id, "second_officer"))
    announcement = Announcement(
        id=case.number,
        kind="cases",
        record=record.id,
        catalogue=record.catalogue,
        category=record.category,
        title=case.facts["title"],
        document_no=record.document_no,
        provider=record.provider,
        on=clock.today(),
        until=until,
        source=record.end_source,
        defaulted=record.end_defaulted,
        content={"text": case.facts["text"]},
        people=record.people,
        case=case.number,
        revision=record.revision,
    )
    announcing.put(changes, case.subject_id, announcement, clock.now())
    case_reports.note_published(changes, f"{clock.today():%Y-%m}", case.number)
    _commit(changes)
    record_changes.show((subject.id,))
    return after


def turn_down(session: Session, number: str, reason: str) -> Case:
    """Do not publish a case, as its second officer."""
    changes = Changes()
    after = casework.step(changes, _second(session, number), law.PROCEDURE, "turn down", By(session.person.id, "second_officer", reason))
    _commit(changes)
    return after


def take_down(session: Session, number: str, reason: str) -> Case:
    """Take a published case down before its end."""
    case = casework.current(number, law.PROCEDURE, None)
    changes = Changes()
    after = casework.step(changes, case, law.PROCEDURE, "take down", By(session.person.id, "officer", reason))
    announcing.take_down(changes, case.subject_id, case.number, clock.now())
    _commit(changes)
    record_changes.show((record_changes.holding(case.subject_id).subject.id,))
    return after


def _second(session: Session, number: str) -> Case:
    case = casework.current(number, law.PROCEDURE, None)
    two_persons.refuse_own(case.facts["written_by"], who_acts.keyed(session.person.id))
    return case


def _collection(code: str) -> tuple[Subject, list[Record]] | None:
    holder = own_archive.holder_of(check_uscc(code))
    return archive.collection(holder.id) if holder else None


def _is_public(record: Record) -> bool:
    city = cities.load(settings.city())
    item = city.catalogue.get(record.catalogue)
    return item is not None and publish.is_public(record, item, city, clock.today())


def _commit(changes: Changes) -> None:
    try:
        changes.commit()
    except casework.Conflict as error:
        raise Overtaken from error
