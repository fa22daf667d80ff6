"""Takes back a merge that was wrong: the closed archive stands for itself again, as it was, by a recorded act of two people (NT-18, NT-36).

Only what the merge did is undone. Where the copies have changed since, or records came in that may belong to either, nothing is
done and the answer names them: a person decides first.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from chalicelib import cities, clock, settings
from chalicelib.law.decisions import Refused, phrase
from chalicelib.law.identifiers import check_uscc
from chalicelib.law.names import same_name
from chalicelib.records.access import Act
from chalicelib.records.entries import Record
from chalicelib.records.subjects import Subject
from chalicelib.services.publication import publish
from chalicelib.services.upkeep import merge
from chalicelib.services.upkeep.merge import TOGETHER, TRIES
from chalicelib.services.upkeep.merge import Order as Order
from chalicelib.storage import archive, cases, merges, publishing, separations
from chalicelib.storage.archive import Changes, Conflict, Loaded
from chalicelib.storage.keys import keyring


@dataclass(frozen=True)
class _Pair:
    """The closed archive and the one that has taken its place, as they were read: what was copied, and what stands in the way."""

    source: Loaded
    target: Loaded
    copies: tuple[Record, ...]
    in_the_way: tuple[str, ...]


def show(code: str) -> dict[str, Any]:
    """What taking back the merge of a code's archive would do or, when it is done, what it did; `Refused` when there is none."""
    pair = _read(code)
    return _told(pair) if pair else _done(code)


def separate(code: str, order: Order) -> dict[str, Any]:
    """Take back the merge by which a code's archive was closed, or go on where that was cut off; what was done.

    `Refused` when it never was merged, and when something has happened since that cannot be told apart.
    """
    merge.check(order)
    for _ in range(TRIES):
        pair = _read(code)
        if pair is None:
            _finish(merge.archive_of(code))
            return _done(code)
        if pair.in_the_way:
            raise _hindrance(pair.in_the_way)
        try:
            _open_again(pair, order)
        except Conflict:
            time.sleep(0.02)
    raise Refused("两个主体正被其他提交频繁更新，没有分开、也没有公开任何变化：请稍后重新执行")


def _read(code: str) -> _Pair | None:
    """Both archives; None when the code's archive stands for itself. Heads before records, so that a change in between is noticed."""
    identifier, target_id = check_uscc(code), merge.archive_of(code)
    target = archive.load_subjects([target_id])[target_id]
    closed = archive.load_subjects(target.subject.absorbed).values()
    source = next((one for one in closed if one.subject.merged_into == target_id and identifier in one.subject.identifiers), None)
    if source is None:
        return None
    there = {record.id: record for record in merge.records_of(source.subject.id)}
    records = merge.records_of(target_id)
    copies = tuple(record for record in records if record.origin == source.subject.id)
    return _Pair(source, target, copies, tuple(_in_the_way(source, target, there, records)))


def _in_the_way(source: Loaded, target: Loaded, there: dict[str, Record], records: Sequence[Record]) -> list[str]:
    """What has happened since the merge and cannot be told apart: by document number or name."""
    before, into = source.subject, target.subject
    facts = merges.merge_of(before.id)
    if facts is None:
        return ["合并的记载"]
    merged_on = datetime.fromisoformat(facts["at"]).astimezone(clock.SHANGHAI).date()
    names = (before.profile.name, *before.former_names)
    found = ["主体登记信息"] if into.codes[0] in before.codes else []
    for record in records:
        if record.origin == before.id:
            changed = not _is_as_it_was(record, there.get(record.id))
        else:
            changed = record.entered_on >= merged_on and any(same_name(record.subject_name, name) for name in names)
        if changed:
            found.append(merge.name_of(record))
    copied = {record.id for record in records if record.origin == before.id}
    found += [f"办件 {case.id}" for case in cases.of_subject((into.id,)) if copied.intersection(case.about)]
    return found


def _is_as_it_was(copy: Record, original: Record | None) -> bool:
    """Whether a copy still says what the record does from which it was made."""
    if original is None or copy.revision > 1:
        return False
    return (merge.said(copy), copy.ended) == (merge.said(original), original.ended)


def _open_again(pair: _Pair, order: Order) -> None:
    """The one transaction that separates: before it both codes are one organisation's, after it each its own."""
    source, target, at = pair.source, pair.target, clock.now()
    closed, into = source.subject, target.subject
    merged = merges.merge_of(closed.id) or {}
    earlier = archive.earlier_profiles(closed.id)[-1]
    version = max(closed.version, into.version) + 1
    changes = Changes()
    archive.put_profile(changes, source, closed)
    source.subject = replace(source.subject, profile=earlier, merged_into=None, version=version)
    archive.put_profile(changes, target, into)
    target.subject = replace(
        target.subject,
        version=into.version + 1,
        codes=tuple(code for code in into.codes if code not in closed.codes),
        former_names=_former_names(into, earlier.name, closed.former_names, merged.get("names")),
        identifiers=tuple(one for one in into.identifiers if one not in closed.identifiers),
        absorbed=tuple(one for one in into.absorbed if one != closed.id and one not in closed.absorbed),
        announced=tuple(one for one in into.announced if one not in closed.announced),
    )
    # What is public under the one's codes goes with it: whichever of the two is published first takes nothing from the other.
    ids = {record.id for record in merge.records_of(closed.id)} | {one.id for one in closed.announced}
    source.written, target.written = publishing.parted(target.written, codes=closed.codes, ids=ids)
    for identifier in closed.identifiers:
        merges.move_identifier(changes, identifier, into.id, closed.id)
    facts = _facts_of_act(merged, order, at, len(pair.copies))
    separations.put(changes, source, facts, at)
    acts = [Act("subject.separated", closed.id, into.id, facts), Act("subject.separated", into.id, closed.id, facts)]
    reason = keyring().public_id("m_", closed.id, into.id)
    archive.put_trail(changes, acts, actor=order.actor_id(), reason=reason, at=at)
    for loaded in (source, target):
        archive.put_subject(changes, loaded, at)
    changes.commit()


def _former_names(into: Subject, name: str, former: Sequence[str], added: Sequence[str] | None) -> tuple[str, ...]:
    """The former names without those that the merge added; of an older merge that did not note them, without all of the other's."""
    gone = (name, *former) if added is None else added
    return tuple(one for one in into.former_names if not any(same_name(one, other) for other in gone))


def _facts_of_act(merged: dict[str, Any], order: Order, at: datetime, copies: int) -> dict[str, Any]:
    return {
        "merged": merged,
        "by": order.actor,
        "reason": order.reason,
        "confirmed_by": list(order.confirmed_by),
        "at": at.astimezone(UTC).isoformat(timespec="seconds"),
        "returned": copies,
    }


def _finish(subject_id: str) -> None:
    """What may come after: the way back from the archives of people responsible, the copies taken away, publication."""
    facts = separations.of(subject_id)
    if facts is None:
        return
    other = facts["merged"]["into"]
    for record in merge.records_of(subject_id):
        for link in record.responsible:
            merge.lead_back(link, record, reason=other)
    coming = archive.coming_records(other, subject_id)
    for start in range(0, len(coming), TOGETHER):
        changes, some = Changes(), coming[start : start + TOGETHER]
        for record in some:
            merges.drop_coming(changes, record)
        acts = [Act("record.uncopied", record.subject_id, record.id, record.facts_digest) for record in some]
        archive.put_trail(changes, acts, actor="officer", reason=subject_id, at=clock.now())
        changes.commit()
    heads = archive.load_subjects([subject_id, other]).values()
    behind = [one.subject.id for one in heads if one.subject.published != one.subject.version]
    publish.publish(behind, cities.load(settings.city()), clock.today())


def _done(code: str) -> dict[str, Any]:
    """What was done when the code's archive was separated; `Refused` when it never was merged into another."""
    facts = separations.of(merge.archive_of(code))
    if facts is None:
        raise Refused("这个代码的档案没有并入其他档案，不需要分开：请核对代码")
    told = {part: facts[part] for part in ("at", "by", "reason", "confirmed_by", "returned")}
    return {"state": "separated", "code": check_uscc(code).number, **told}


def _told(pair: _Pair) -> dict[str, Any]:
    return {
        "state": "in the way" if pair.in_the_way else "possible",
        "code": pair.source.subject.codes[0],
        "name": archive.earlier_profiles(pair.source.subject.id)[-1].name,
        "from": {"code": pair.target.subject.codes[0], "name": pair.target.subject.profile.name},
        "returned": len(pair.copies),
        "in_the_way": list(pair.in_the_way),
    }


def _hindrance(found: Sequence[str]) -> Refused:
    wrong = phrase("合并以后有 {count} 项变动，不能自动判断属于哪个主体，须先由人工核定（更正、撤回或办结）：{some}")
    return Refused(wrong, count=len(found), some="、".join(found[:5]))
