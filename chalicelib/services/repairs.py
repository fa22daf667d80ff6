"""Repairs: applied for with a commitment and proof, decided by the provider, public, and then in effect (NT-34, NT-35)."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from chalicelib import cities, clock, settings
from chalicelib.law import repair as law
from chalicelib.law.deadlines import Deadline
from chalicelib.law.decisions import Refused
from chalicelib.law.disclosure import shown_in_publicity
from chalicelib.law.repair import Application, Finding
from chalicelib.law.repair_steps import REPAIR
from chalicelib.law.showing import counts
from chalicelib.records import Announcement, Ended, Record, Tell
from chalicelib.records import Case as Case
from chalicelib.records import CaseStep as CaseStep
from chalicelib.services import announcing, attachments, casework, notices, publish, record_changes, what_follows
from chalicelib.services.casework import By
from chalicelib.services.due_work import OF_ONE
from chalicelib.services.record_changes import Why
from chalicelib.storage import archive, cases, held
from chalicelib.storage.archive import Changes, Conflict

LOG = logging.getLogger("mingxin")
MOST_PROOFS = 3
AT_ONCE = 200
"""Cases that one look into a queue takes."""
SCHEDULE = "schedule"
"""The queue of what waits for its day."""


class Unknown(Exception):
    """There is no such repair, or not for whoever asks."""


@dataclass(frozen=True)
class Opinion:
    """What a provider says who agrees: what becomes of the record (`law.repair.EFFECTS`), with its new last day where it only ends
    earlier, why, and whether it was corrected within the period that was set (HY-26b)."""

    effect: str
    words: str
    until: date | None = None
    in_time: bool = False


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
    }
    due = law.opinion_by(clock.today(), cities.load(settings.city()).rules)
    case = casework.attempt(lambda changes: casework.begin(changes, REPAIR, record.subject_id, (record.id,), by, facts=facts, due=due))
    _tell("repair received", case)
    _ask_for_opinion(case)
    return case


def of_subject(subject_id: str) -> list[Case]:
    """The repairs of a subject and of those whose place it has taken, the latest first."""
    subject = record_changes.holding(subject_id).subject
    return cases.of_subject([subject.id, *subject.absorbed], REPAIR.name)


def waiting_for(provider: str) -> list[Case]:
    """The repairs on which a provider (USCC) has to give its opinion, by their last day."""
    return [case for case in _queue(f"provider:{provider}") if case.procedure == REPAIR.name]


def in_public() -> list[Case]:
    """The repairs whose opinion is public now, by their last day."""
    return [case for case in _queue(SCHEDULE) if case.procedure == REPAIR.name]


def shown_at_desk(number: str, bodies: Sequence[str], *, officer: bool) -> Shown:
    """A repair for the clerks of the bodies that decide on it, and for officers; `Unknown` for others."""
    if not officer:
        _of_bodies(number, bodies)
    return shown(number)


def shown(number: str) -> Shown:
    """A repair by its number; `Unknown` when there is none."""
    case = _load(number)
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


def agree(number: str, opinion: Opinion, bodies: Sequence[str], by: By) -> Case:
    """The provider agrees: its opinion is public from now on for its working days (NT-35). `bodies` (USCC) are those for which
    whoever acts may decide; `Unknown` for what others decide."""
    case = _of_bodies(number, bodies)
    record = _still_counting(case)
    today, rules = clock.today(), cities.load(settings.city()).rules
    public = law.public_until(today, rules)
    said, last_day = law.checked_effect(opinion.effect, opinion.until, record, law.takes_effect_on(public.day))
    facts = {
        "effect": said,
        "until": last_day.isoformat() if last_day else None,
        "opinion": _words(opinion.words),
        "in_time": opinion.in_time,
        "opinion_on": today.isoformat(),
    }
    changes = Changes()
    after = casework.step(changes, case, REPAIR, "agree", by, due=public, facts=facts)
    if _shows(record, today):
        announcing.put(changes, record.subject_id, _announcement(after, record, public, today), clock.now())
    _commit(changes)
    record_changes.show([record.subject_id])
    _tell("repair opinion", after)
    return after


def refuse(number: str, words: str, bodies: Sequence[str], by: By) -> Case:
    """The provider does not agree, for a reason that its subject reads (NT-35); `bodies` as above."""
    case = _of_bodies(number, bodies)
    _still_counting(case)
    changes = Changes()
    after = casework.step(changes, case, REPAIR, "refuse", by, facts={"opinion": _words(words)})
    _commit(changes)
    _tell("repair refused", after)
    return after


def object_to(number: str, reason: str, by: By) -> Case:
    """Somebody objects to an opinion while it is public: it goes back to the provider, and the announcement ends (NT-35)."""
    case = _load(number)
    if case.due is not None and case.state == "public" and clock.today() > case.due:
        raise Refused("公示期已满：可以对记录本身提出异议", "NT-35")
    due = law.opinion_by(clock.today(), cities.load(settings.city()).rules)
    after = _ended_announcement(case, "object", replace(by, reason=_words(reason)), due)
    _tell("repair returned", after)
    _ask_for_opinion(after)
    return after


def take_back(number: str, by: By) -> Case:
    """The subject takes its application back."""
    return _ended_announcement(_load(number), "take back", by, None)


def take_effect(day: date) -> dict[str, int]:
    """Let every opinion take effect whose publicity ended before a day without an objection: counts of due, done and failed."""
    found = {"due": 0, "done": 0, "failed": 0}
    for case in _queue(SCHEDULE):
        if case.due is None or case.due >= day:
            break
        if case.procedure != REPAIR.name:
            continue
        found["due"] += 1
        try:
            _take_effect(case, day)
            found["done"] += 1
        except (Conflict, *OF_ONE) as error:  # another was first, or it fails by itself: the next run looks again
            LOG.error("repair %s has not taken effect: %s", case.id, type(error).__name__)
            found["failed"] += 1
    return found


def _take_effect(case: Case, day: date) -> None:
    by = By("schedule", "schedule", case.number)
    record = record_changes.find(case.subject_id, case.about[0])
    if not counts(record, day):
        _lapse(case, by)
        return
    if case.due is None or _postponed(case, record, day, by):
        return
    changes = Changes()
    tell = Tell("repair took effect", "record repaired", case.number, {"number": case.number, "which": case.facts["which"]})
    why = Why("record.repaired", casework.keyed("schedule"), case.number, clock.now(), tell)
    record_changes.change(changes, record.subject_id, record.id, _alteration(case), why)
    casework.step(changes, case, REPAIR, "take effect", by)
    changes.commit()
    what_follows.settle([record.id])


def _alteration(case: Case) -> record_changes.Alter:
    """What the opinion said becomes of the record, and of those of the people responsible for it (NT-35)."""
    if case.due is None:
        raise KeyError(case.number)
    effective = law.takes_effect_on(case.due)
    until = date.fromisoformat(case.facts["until"]) if case.facts["until"] else None
    if case.facts["effect"] == "shortens" and until is not None:
        return lambda record: replace(record, valid_until=until, end_source=f"修复意见 {case.number}", end_defaulted=False)
    return lambda record: replace(record, ended=Ended("repaired", effective, case.number))


def _postponed(case: Case, record: Record, day: date, by: By) -> bool:
    """Whether the announced window has become longer, now that its calendar is out: it is never cut, and may grow."""
    if not case.provisional or case.due is None:
        return False
    announced = Deadline(case.due, case.provisional)
    opinion_on = date.fromisoformat(case.facts["opinion_on"])
    recomputed = law.public_until(opinion_on, cities.load(settings.city()).rules)
    public = law.never_earlier(announced, recomputed)
    if public.day < day:
        return False
    changes = Changes()
    after = casework.step(changes, case, REPAIR, "recompute", by, due=public)
    if _shows(record, day):
        announcing.put(changes, record.subject_id, _announcement(after, record, public, opinion_on), clock.now())
    changes.commit()
    record_changes.show([record.subject_id])
    return True


def _of_bodies(number: str, bodies: Sequence[str]) -> Case:
    case = _load(number)
    if case.facts["provider"] not in bodies:
        raise Unknown
    return case


def _still_counting(case: Case) -> Record:
    """The record of a case on which its provider decides; one that counts no more ends the case (NT-34)."""
    record = record_changes.find(case.subject_id, case.about[0])
    if not counts(record, clock.today()) and case.waits_for:
        _lapse(case, By("schedule", "schedule", case.number))
        raise Refused("这条记录已经不再使用，修复申请已经终止", "NT-34")
    return record


def _lapse(case: Case, by: By) -> None:
    changes = Changes()
    casework.step(changes, case, REPAIR, "lapse", by)
    changes.commit()


def _ended_announcement(case: Case, action: str, by: By, due: Deadline | None) -> Case:
    changes = Changes()
    after = casework.step(changes, case, REPAIR, action, by, due=due)
    subject = record_changes.holding(case.subject_id).subject
    announced = any(one.id == case.number for one in subject.announced)
    if announced:
        announcing.take_down(changes, subject.id, case.number, clock.now())
    _commit(changes)
    if announced:
        record_changes.show([subject.id])
    return after


def _tell(kind: str, case: Case) -> None:
    """Have the subject told."""
    facts = {"number": case.number, "which": case.facts["which"], "due": case.due.isoformat() if case.due else ""}
    notices.announce(kind, f"s:{case.subject_id}", about=case.number, day=clock.today(), facts=facts)


def _ask_for_opinion(case: Case) -> None:
    facts = {"number": case.number, "due": case.due.isoformat() if case.due else ""}
    notices.announce("opinion asked", case.waits_for, about=case.number, day=clock.today(), facts=facts)


def _commit(changes: Changes) -> None:
    try:
        changes.commit()
    except Conflict as error:
        raise Refused("另一个人刚刚办理了这件事：请刷新页面，看看现在的状态") from error


def _shows(record: Record, day: date) -> bool:
    """Whether the opinion on a record is announced: only where the record itself is public, and nowhere wider."""
    city = cities.load(settings.city())
    item = city.catalogue.get(record.catalogue)
    kind = record_changes.holding(record.subject_id).subject.profile.kind
    return item is not None and publish.is_public(record, item, day) and shown_in_publicity("repairs", kind, city.rules, day)


def _announcement(case: Case, record: Record, public: Deadline, on: date) -> Announcement:
    facts, rule = case.facts, law.public_until(on, cities.load(settings.city()).rules)
    return Announcement(
        id=case.number,
        kind="repairs",
        record=record.id,
        catalogue=record.catalogue,
        category=record.category,
        title=record.title,
        document_no=record.document_no,
        provider=record.provider,
        on=on,
        until=public.day,
        source=rule.source,
        defaulted=rule.defaulted,
        content={
            "number": case.number,
            "opinion": facts["opinion"],
            "effect": law.EFFECTS[facts["effect"]],
            "until": facts["until"] or "",
        },
        people=record.people,
        case=case.number,
    )


def _decides(record: Record) -> str:
    """The body (USCC) that decides on a repair: who recognised a list entry (HY-26c), else who provided the record (NT-34)."""
    item = cities.load(settings.city()).catalogue.get(record.catalogue)
    recogniser = record.content.get("recogniser_code") if item and item.shape == "list" else None
    return str(recogniser or record.provider.code)


def _queue(waits_for: str) -> Iterator[Case]:
    after = ""
    while True:
        found, after = cases.queue(waits_for, AT_ONCE, after)
        yield from found
        if not after:
            return


def _load(number: str) -> Case:
    case = cases.load(number)
    if case is None or case.procedure != REPAIR.name:
        raise Unknown
    return case


def _application(facts: Mapping[str, Any]) -> Application:
    return Application(**{**facts, "corrected_on": date.fromisoformat(facts["corrected_on"]), "ways": tuple(facts["ways"])})


def _words(text: str) -> str:
    tidy = text.strip()
    if not 1 <= len(tidy) <= law.LONGEST:
        raise Refused("请写明意见和理由（1至{most}个字）", "NT-35", most=law.LONGEST)
    return tidy
