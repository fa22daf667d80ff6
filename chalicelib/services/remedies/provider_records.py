"""What a provider puts right in its own records: corrected by one clerk with a reason, taken back when a second clerk confirms it.

Nothing is edited in place: the earlier version stays in the archive, what had been public is announced, and everybody who received
the record is told (NT-36, NT-37).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from chalicelib import cities, clock, settings
from chalicelib.law import corrections as law
from chalicelib.law import two_persons
from chalicelib.law.corrections import CORRECTION, WITHDRAWAL
from chalicelib.law.decisions import Refused, phrase
from chalicelib.law.showing import counts
from chalicelib.records.entries import Ended
from chalicelib.records.entries import Record as Record
from chalicelib.records.identifiers import Identifier as Identifier
from chalicelib.records.remedies import Case, Tell
from chalicelib.services.identity import who_acts
from chalicelib.services.remedies import announcing, casework, record_changes, what_follows
from chalicelib.services.remedies.casework import By
from chalicelib.services.remedies.record_changes import Why
from chalicelib.services.submission import amending
from chalicelib.storage import archive, cases, own_archive
from chalicelib.storage.archive import Changes

A_QUEUE = 200
ANNOUNCED: Mapping[str, str] = {
    "corrected": phrase("原公示的内容有误，已经更正，以更正后的记录为准。"),
    "withdrawn": phrase("原公示的记录有误，提供单位已经撤回。"),
}
"""What is announced; never what the record had said."""


class Unknown(Exception):
    """There is no such record or proposal, or it is another provider's."""


def find(bodies: Sequence[str], identifier: Identifier, document_no: str) -> list[Record]:
    """The records of providers (USCC) about whoever has a number, those with this document number, or all when it is empty."""
    holder = own_archive.holder_of(identifier)
    found = archive.collection(holder.id) if holder else None
    records = found[1] if found else []
    own = [one for one in records if _is_own(one, bodies) and (not document_no or one.document_no == document_no)]
    return sorted(own, key=lambda record: (record.determined_on, record.id), reverse=True)


def shown(bodies: Sequence[str], subject_id: str, record_id: str) -> Record:
    """A record of these providers; `Unknown` for every other."""
    try:
        record = record_changes.find(subject_id, record_id)
    except KeyError as error:
        raise Unknown from error
    if not _is_own(record, bodies):
        raise Unknown
    return record


def correct(bodies: Sequence[str], subject_id: str, record_id: str, values: Mapping[str, str], by: By) -> Case:
    """A new version of a record with other values by field; `by.reason` says why. `Refused` when it counts no more, or nothing of it
    changes."""
    before = _counting(shown(bodies, subject_id, record_id))
    city = cities.load(settings.city())
    reason = law.checked_reason(by.reason)
    changes = Changes()
    case = _begin(changes, law.CORRECTION.name, before, replace(by, reason=reason), {"fields": sorted(values)})
    why = _why("record.amended", case, by, "record corrected")
    record_changes.change(changes, before.subject_id, record_id, lambda record: amending.amended(record, values, city), why)
    _finish(changes, case, before, "corrected")
    return case


def propose(bodies: Sequence[str], subject_id: str, record_id: str, by: By) -> Case:
    """Propose to take a record back, for `by.reason`; nothing changes before another clerk confirms it."""
    record = _counting(shown(bodies, subject_id, record_id))
    proposed = replace(by, reason=law.checked_reason(by.reason))
    facts = {"proposed_by": who_acts.keyed(by.actor), "why": proposed.reason}
    return casework.attempt(lambda changes: _begin(changes, WITHDRAWAL.name, record, proposed, facts))


def proposals(bodies: Sequence[str]) -> list[Case]:
    """What clerks of these providers have proposed to take back and nobody has decided yet."""
    found = (case for body in bodies for case in cases.queue(f"provider:{body}", A_QUEUE)[0])
    return [case for case in found if case.procedure == WITHDRAWAL.name]


def proposed_by(case: Case, person: str) -> bool:
    """Whether somebody proposed it, and so cannot confirm it."""
    return bool(case.facts["proposed_by"] == who_acts.keyed(person))


def confirm(bodies: Sequence[str], number: str, by: By) -> Case:
    """A second clerk confirms: the record counts no more, nor do those of people responsible for it. `Refused` for who proposed it."""
    case = _for_second(bodies, number, by)
    before = record_changes.find(case.subject_id, case.about[0])
    ended = Ended("withdrawn", clock.today(), case.number)
    changes = Changes()
    after = casework.step(changes, case, WITHDRAWAL, "confirm", by)
    why = _why("record.withdrawn", case, by, "record withdrawn")
    record_changes.change(changes, before.subject_id, before.id, lambda record: replace(record, ended=ended), why)
    _finish(changes, after, before, "withdrawn")
    return after


def turn_down(bodies: Sequence[str], number: str, by: By) -> Case:
    """A second clerk does not confirm: the record stays."""
    case = _for_second(bodies, number, by)
    changes = Changes()
    after = casework.step(changes, case, WITHDRAWAL, "turn down", by)
    casework.commit(changes)
    return after


def _begin(changes: Changes, procedure: str, record: Record, by: By, facts: Mapping[str, object]) -> Case:
    known = {one.name: one for one in (CORRECTION, WITHDRAWAL)}
    said = {"provider": record.provider.code, "which": record.document_no or record.title, **facts}
    return casework.begin(changes, known[procedure], record.subject_id, (record.id,), by, facts=said, due=None)


def _finish(changes: Changes, case: Case, before: Record, how: str) -> None:
    """Write it all, with the announcement where the error had been public, and do what follows."""
    if announcing.was_public(before):
        announced = announcing.correction(before, ANNOUNCED[how], number=case.number, case=case.number)
        announcing.put(changes, before.subject_id, announced, clock.now())
    casework.commit(changes)
    what_follows.settle([before.id])


def _why(act: str, case: Case, by: By, kind: str) -> Why:
    return Why(act, who_acts.keyed(by.actor), case.number, clock.now(), Tell(kind, kind, case.number, {"number": case.number}))


def _for_second(bodies: Sequence[str], number: str, by: By) -> Case:
    case = cases.load(number)
    if case is None or case.procedure != WITHDRAWAL.name or case.facts["provider"] not in bodies:
        raise Unknown
    two_persons.refuse_own(case.facts["proposed_by"], who_acts.keyed(by.actor))
    return case


def _counting(record: Record) -> Record:
    if not counts(record, clock.today()):
        raise Refused("这条记录已经不再使用，不用更正或撤回", "NT-36")
    return record


def _is_own(record: Record, bodies: Sequence[str]) -> bool:
    """Whether a record is one that these providers sent; that of somebody responsible follows its organisation's (NT-29)."""
    return record.provider.code in bodies and record.parent is None
