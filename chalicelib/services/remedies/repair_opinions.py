"""What a provider decides on a repair: its opinion, public with a way to object to it, and what takes that back (NT-35)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from chalicelib import cities, clock, settings
from chalicelib.law import repair as law
from chalicelib.law.deadlines import Deadline
from chalicelib.law.decisions import Refused
from chalicelib.law.disclosure import shown_in_publicity
from chalicelib.law.repair_steps import REPAIR
from chalicelib.law.showing import SUSPENDED, counts
from chalicelib.records.entries import Record
from chalicelib.records.remedies import Case
from chalicelib.records.subjects import Announcement
from chalicelib.services.remedies import announcing, casework, record_changes, repairs
from chalicelib.services.remedies.casework import By
from chalicelib.storage.archive import Changes


@dataclass(frozen=True)
class Opinion:
    """What a provider says who agrees: what becomes of the record (`law.repair.EFFECTS`), with its new last day where it only ends
    earlier, why, and whether it was corrected within the period that was set (HY-26b)."""

    effect: str
    words: str
    until: date | None = None
    in_time: bool = False


def agree(number: str, opinion: Opinion, bodies: Sequence[str], by: By) -> Case:
    """The provider agrees: its opinion is public from now on for its working days (NT-35). `bodies` (USCC) are those for which
    whoever acts may decide; `Unknown` for what others decide."""
    case = repairs.of_bodies(number, bodies)
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
    announce(changes, after, record, public, today)
    repairs.tell(changes, "repair opinion", after)
    casework.commit(changes)
    record_changes.show([record.subject_id])
    return after


def refuse(number: str, words: str, bodies: Sequence[str], by: By) -> Case:
    """The provider does not agree, for a reason that its subject reads (NT-35); `bodies` as above."""
    case = repairs.of_bodies(number, bodies)
    _still_counting(case)
    changes = Changes()
    after = casework.step(changes, case, REPAIR, "refuse", by, facts={"opinion": _words(words)})
    repairs.tell(changes, "repair refused", after)
    casework.commit(changes)
    return after


def object_to(number: str, reason: str, by: By) -> Case:
    """Somebody objects to an opinion while it is public: it goes back to the provider, and the announcement ends (NT-35)."""
    case = repairs.load(number)
    if case.due is not None and case.state == "public" and clock.today() > case.due:
        raise Refused("公示期已满：可以对记录本身提出异议", "NT-35")
    due = law.opinion_by(clock.today(), cities.load(settings.city()).rules)
    return _ended_announcement(case, "object", replace(by, reason=_words(reason)), due)


def take_back(number: str, by: By) -> Case:
    """The subject takes its application back."""
    return _ended_announcement(repairs.load(number), "take back", by, None)


def announce(changes: Changes, case: Case, record: Record, public: Deadline, on: date) -> None:
    """Announce an opinion for its working days, in what is written together: only where the record itself is public, nowhere wider."""
    if _shows(record, clock.today()):
        announcing.put(changes, record.subject_id, _announcement(case, record, public, on), clock.now())


def lapse(case: Case) -> None:
    """End a repair of a record that counts no more (NT-34)."""
    changes = Changes()
    casework.step(changes, case, REPAIR, "lapse", By("schedule", "schedule", case.number))
    changes.commit()


def _still_counting(case: Case) -> Record:
    """The record of a case on which its provider decides; one that counts no more ends the case (NT-34)."""
    record = record_changes.find(case.subject_id, case.about[0])
    if not counts(record, clock.today()) and case.waits_for:
        lapse(case)
        raise Refused("这条记录已经不再使用，修复申请已经终止", "NT-34")
    return record


def _ended_announcement(case: Case, action: str, by: By, due: Deadline | None) -> Case:
    changes = Changes()
    after = casework.step(changes, case, REPAIR, action, by, due=due)
    subject = record_changes.holding(case.subject_id).subject
    announced = any(one.id == case.number for one in subject.announced)
    if announced:
        announcing.take_down(changes, subject.id, case.number, clock.now())
    if after.waits_for:  # it goes back to whoever decides
        repairs.tell(changes, "repair returned", after)
    casework.commit(changes)
    if announced:
        record_changes.show([subject.id])
    return after


def _shows(record: Record, day: date) -> bool:
    """Whether the opinion on a record is announced: only where the record itself is public, or was until an objection to it suspended
    its use, and nowhere wider."""
    city = cities.load(settings.city())
    kind = record_changes.holding(record.subject_id).subject.profile.kind
    return counts(record, day) and announcing.was_public(record) and shown_in_publicity("repairs", kind, city.rules, day)


def _announcement(case: Case, record: Record, public: Deadline, on: date) -> Announcement:
    facts, rule = case.facts, law.public_until(on, cities.load(settings.city()).rules)
    return Announcement(
        id=case.number,
        kind="repairs",
        record=record.id,
        catalogue=record.catalogue,
        category=record.category,
        title=_title(record),
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


def _title(record: Record) -> str:
    """What the record tells of; while its use is suspended no more than what kind of record it is (NT-32f)."""
    return cities.load(settings.city()).catalogue[record.catalogue].name if SUSPENDED in record.flags else record.title


def _words(text: str) -> str:
    tidy = text.strip()
    if not 1 <= len(tidy) <= law.LONGEST:
        raise Refused("请写明意见和理由（1至{most}个字）", "NT-35", most=law.LONGEST)
    return tidy
