"""Two archives that turn out to be one organisation's become one: a recorded act that moves nothing silently (NT-18, NT-36).

The archive that is merged stays where it is, closed, and names the one that takes its place. Its records are copied there,
sealed under the other's key and not counting yet; then one transaction closes the one archive, lets the copies count in the
other, maps all identifiers to it and enters the act in the trail. A merge that is cut off is started again and goes on.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from random import SystemRandom
from typing import Any

from chalicelib import cities, clock, settings
from chalicelib.cities import City
from chalicelib.law.decisions import Refused, phrase
from chalicelib.law.identifiers import check_uscc
from chalicelib.law.names import same_name
from chalicelib.records.access import Act
from chalicelib.records.entries import Record
from chalicelib.records.identifiers import Identifier
from chalicelib.records.subjects import Link, Subject
from chalicelib.services.publication import publish
from chalicelib.services.submission.rows import document_key
from chalicelib.storage import archive, merges, publishing
from chalicelib.storage.archive import Changes, Conflict, Loaded
from chalicelib.storage.keys import keyring

TRIES = 20
"""How often a merge reads again when submissions change one of the two at the same moment."""
TOGETHER = 40
"""Records that are copied in one transaction."""

_chance = SystemRandom()


@dataclass(frozen=True)
class Order:
    """Who merges, why, and who confirmed it. All of it is kept sealed; the trail has a keyed id of the actor alone. `keyed` says that
    the people are named by such ids already, as the desk names them."""

    actor: str
    reason: str
    confirmed_by: tuple[str, ...] = ()
    keyed: bool = False

    def actor_id(self) -> str:
        """The keyed id by which the trail names the actor."""
        return self.actor if self.keyed else keyring().public_id("a_", self.actor)


@dataclass(frozen=True)
class _Pair:
    """The two archives as they were read: what would be copied, what is in both, what stands in the way."""

    source: Loaded
    target: Loaded
    to_copy: tuple[Record, ...]
    outdated: tuple[Record, ...]
    moving: tuple[Record, ...]
    same: tuple[Record, ...]
    contradicting: tuple[Record, ...]


def check(order: Order) -> None:
    """`Refused` unless it says who does it and why, and somebody else has confirmed it: it cannot be seen on the pages who is right."""
    if not order.actor.strip() or not order.reason.strip():
        raise Refused("须写明由谁办理和理由")
    if not any(other.strip() and not same_name(other, order.actor) for other in order.confirmed_by):
        raise Refused("须由另一人复核：请用 --confirmed-by 写明复核的科室或工作人员", "NT-36")


def show(code_from: str, code_into: str) -> dict[str, Any]:
    """What a merge would do or, when it is done, what it did; `Refused` when the two can never be merged."""
    source, target = archive_of(code_from), archive_of(code_into)
    if source == target:
        return _done(code_from, source)
    return _told(_read(source, target, _city()))


def merge(code_from: str, code_into: str, order: Order) -> dict[str, Any]:
    """Merge the organisation of one code into that of another, or go on with a merge that was cut off; what was done.

    `Refused` when one is unknown, when their kinds differ, or when a document is in both archives with other facts: a person
    decides that first. Natural persons have no code and are not merged here.
    """
    check(order)
    city = _city()
    for attempt in range(TRIES):
        source, target = archive_of(code_from), archive_of(code_into)
        if source == target:
            _finish(source, city)
            return _done(code_from, source)
        pair = _read(source, target, city)
        if pair.contradicting:
            raise _contradiction(pair.contradicting)
        try:
            if pair.to_copy or pair.outdated:
                _copy(pair)
            else:
                _close(pair, order)
        except Conflict:
            time.sleep(_chance.uniform(0, 0.02 * 2 ** min(attempt, 6)))
    raise Refused("两个主体正被其他提交频繁更新，合并没有完成、也没有公开任何变化：请稍后重新执行，会接着做完")


def _city() -> City:
    return cities.load(settings.city())


def archive_of(code: str) -> str:
    """The id of the subject to which a code leads; `Refused` when there is none."""
    identifier = check_uscc(code)
    found = archive.id_of(identifier)
    if found is None:
        raise Refused("没有统一社会信用代码为 {number} 的主体：请核对", number=identifier.number)
    return found


def _read(source_id: str, target_id: str, city: City) -> _Pair:
    """Both archives; their heads before their records, so that a change in between makes the last transaction fail."""
    heads = archive.load_subjects([source_id, target_id])
    source, target = heads[source_id], heads[target_id]
    if source.subject.profile.kind != target.subject.profile.kind:
        raise Refused("两个主体的类别不同，不能合并：请先由登记机关更正")
    there: dict[tuple[str, ...], Record] = {}
    for record in records_of(target_id):
        there[_key(record, city)] = record
    moving, same, contradicting = [], [], []
    for record in records_of(source_id):
        twin = there.get(_key(record, city))
        if twin is None:
            moving.append(record)
        elif said(twin) == said(record) and not record.responsible:
            same.append(record)
        else:
            contradicting.append(record)
    copied = {record.id: record for record in archive.coming_records(target_id, source_id)}
    wanted = {record.id: record for record in moving}
    outdated = [record for record in copied.values() if record.id not in wanted or said(wanted[record.id]) != said(record)]
    to_copy = [record for record in moving if record.id not in copied]
    return _Pair(source, target, tuple(to_copy), tuple(outdated), tuple(moving), tuple(same), tuple(contradicting))


def records_of(subject_id: str) -> list[Record]:
    """The records that count in a subject's archive."""
    found = archive.collection(subject_id)
    return found[1] if found else []


def _key(record: Record, city: City) -> tuple[str, ...]:
    """What makes a record this document; one whose catalogue item is gone is only equal to itself."""
    item = city.catalogue.get(record.catalogue)
    return document_key(record, item) if item and record.parent is None else (record.id,)


def said(record: Record) -> tuple[Any, ...]:
    """What a record says, for comparing it with a copy of it."""
    return record.facts_digest, record.changing_digest, record.flags


def _copy(pair: _Pair) -> None:
    """One transaction of copies, each with where it came from; copies of what has changed since are taken away."""
    changes = Changes()
    acts = []
    for record in islice(pair.outdated, TOGETHER):
        merges.drop_coming(changes, record)
        acts.append(Act("record.uncopied", record.subject_id, record.id, record.facts_digest))
    for record in islice(pair.to_copy, 0 if acts else TOGETHER):
        if changes.size > archive.LARGEST_TOGETHER:
            break
        target = pair.target.subject.id
        archive.put_record(changes, replace(record, subject_id=target, origin=pair.source.subject.id, revision=1), pair.target)
        acts.append(Act("record.copied", target, record.id, record.facts_digest))
    archive.put_trail(changes, acts, actor="officer", reason=_id(pair), at=clock.now())
    changes.commit()


def _close(pair: _Pair, order: Order) -> None:
    """The one transaction that merges: before it nothing counts, after it everything does."""
    source, target = pair.source, pair.target
    at, before, into = clock.now(), source.subject, target.subject
    added = [identifier for identifier in before.identifiers if identifier not in into.identifiers]
    changes = Changes()
    archive.put_profile(changes, source, before)
    profile = replace(before.profile, status="merged", successor=into.codes[0])
    version = before.version + 1
    source.subject = replace(source.subject, profile=profile, merged_into=into.id, version=version, published=version)
    # What is public of the one belongs to the other from now on: its publication replaces it without a gap.
    target.written = publishing.lists_together(target.written, source.written)
    source.written = b""
    if (former := _former_names(into, before)) != into.former_names:
        archive.put_profile(changes, target, into)
    target.subject = replace(
        target.subject,
        version=max(into.version, before.version) + 1,
        codes=(*into.codes, *(code for code in before.codes if code not in into.codes)),
        former_names=former,
        identifiers=(*into.identifiers, *added),
        absorbed=(*into.absorbed, *before.absorbed, before.id),
        announced=(*into.announced, *before.announced),
    )
    for identifier in before.identifiers:
        merges.move_identifier(changes, identifier, before.id, into.id)
    facts = {**_facts_of_merge(pair, order, at), "names": [name for name in former if name not in into.former_names]}
    merges.put_merge(changes, source, facts)
    acts = [Act("subject.merged", before.id, into.id, facts), Act("subject.merged", into.id, before.id, facts)]
    archive.put_trail(changes, acts, actor=order.actor_id(), reason=_id(pair), at=at)
    for loaded in (source, target):
        archive.put_subject(changes, loaded, at)
    changes.commit()


def _former_names(into: Subject, absorbed: Subject) -> tuple[str, ...]:
    names = list(into.former_names)
    for name in (*absorbed.former_names, absorbed.profile.name):
        if not any(same_name(name, known) for known in (into.profile.name, *names)):
            names.append(name)
    return tuple(names)


def _facts_of_merge(pair: _Pair, order: Order, at: datetime) -> dict[str, Any]:
    return {
        "into": pair.target.subject.id,
        "by": order.actor,
        "reason": order.reason,
        "confirmed_by": list(order.confirmed_by),
        "at": at.astimezone(UTC).isoformat(timespec="seconds"),
        "moved": len(pair.moving),
        "same": len(pair.same),
    }


def _id(pair: _Pair) -> str:
    """What the trail calls this merge, however often it is started again."""
    return keyring().public_id("m_", pair.source.subject.id, pair.target.subject.id)


def _finish(subject_id: str, city: City) -> None:
    """What may come after the merge: the way back from the archives of people responsible, and publication."""
    for record in records_of(subject_id):
        if record.origin:
            for link in record.responsible:
                lead_back(link, record, reason=record.origin)
    subject = archive.load_subjects([subject_id])[subject_id].subject
    if subject.published != subject.version:
        publish.publish([subject_id], city, clock.today())


def lead_back(link: Link, record: Record, *, reason: str) -> None:
    """The record in the archive of a person responsible leads to where the organisation's record stands now."""
    for _ in range(TRIES):
        loaded = archive.load_subjects([link.subject_id])[link.subject_id]
        there = next((one for one in records_of(link.subject_id) if one.id == link.record_id), None)
        if there is None or there.parent == Link(record.subject_id, record.id):
            return
        changes = Changes()
        for existing in archive.existing_records([(link.subject_id, link.record_id)]).values():
            existing.keep(changes)
        moved = replace(there, parent=Link(record.subject_id, record.id), revision=there.revision + 1)
        archive.put_record(changes, moved, loaded)
        act = Act("record.relinked", link.subject_id, link.record_id, [record.subject_id, record.id])
        archive.put_trail(changes, [act], actor="officer", reason=reason, at=clock.now())
        try:
            changes.commit()
        except Conflict:
            time.sleep(_chance.uniform(0, 0.05))
    raise Refused("责任人员的档案正被其他提交频繁更新：请稍后重新执行，会接着做完")


def _done(code: str, subject_id: str) -> dict[str, Any]:
    """What the merge that a code came here by did; `Refused` when both codes always were this organisation's."""
    absorbed = archive.load_subjects([subject_id])[subject_id].subject.absorbed
    number = check_uscc(code)
    for other, loaded in archive.load_subjects(absorbed).items():
        facts = merges.merge_of(other)
        if facts and Identifier("uscc", number.number) in loaded.subject.identifiers:
            told = {part: facts[part] for part in ("at", "by", "reason", "confirmed_by", "moved", "same")}
            return {"state": "merged", "from": number.number, **told}
    raise Refused("这两个代码已经属于同一主体，无须合并")


def _told(pair: _Pair) -> dict[str, Any]:
    return {
        "state": "contradicting" if pair.contradicting else "possible",
        "from": {"code": pair.source.subject.codes[0], "name": pair.source.subject.profile.name},
        "into": {"code": pair.target.subject.codes[0], "name": pair.target.subject.profile.name},
        "identifiers": len(pair.source.subject.identifiers),
        "moved": len(pair.moving),
        "same": len(pair.same),
        "contradicting": [name_of(record) for record in pair.contradicting],
    }


def name_of(record: Record) -> str:
    """What a person calls a record."""
    return record.document_no or f"{record.title} {record.determined_on}"


def _contradiction(records: Sequence[Record]) -> Refused:
    some = "、".join(map(name_of, records[:5]))
    wrong = phrase("两个档案中有 {count} 份文书相同但内容不同，或关联了责任人员，须先由人工核定：{some}")
    return Refused(wrong, count=len(records), some=some)
