"""How a record is changed by a procedure: a new version beside the old one, never in place, with all that follows from it (NT-36)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import SystemRandom

from chalicelib import cities, clock, settings
from chalicelib.law import responsible
from chalicelib.law.objections import FLAGS, PROCEDURE
from chalicelib.records.access import Act
from chalicelib.records.entries import Record
from chalicelib.records.remedies import Aftermath, Tell
from chalicelib.records.subjects import Link
from chalicelib.services.publication import publish
from chalicelib.storage import aftermath, archive, held, purging
from chalicelib.storage.archive import Changes, Conflict, Loaded

TRIES = 8
"""How often a change reads again when others change the same subject at the same moment."""
ROOM = 60
"""Items of a transaction from which people responsible follow in steps of their own: the rest is the case's and its announcement's."""
SHORTEST = 4
"""Characters from which a value of a purged record is looked for elsewhere: a shorter one would be found everywhere."""
A_STEP = 15
"""People who follow in one step."""
_chance = SystemRandom()

Alter = Callable[[Record], Record]


@dataclass(frozen=True)
class Why:
    """What is done to a record, by whom (a keyed id), why (a case's number), when, and whom it is told to."""

    act: str
    actor: str
    reason: str
    at: datetime
    tell: Tell = field(default_factory=Tell)


def change(changes: Changes, subject_id: str, record_id: str, alter: Alter, why: Why) -> Record:
    """Add a new version of a record to what is written together; the record as it is then. KeyError when there is none.

    The old version stays in the archive, the records of people responsible for it follow (NT-29), their subjects' versions rise,
    the trail tells of it, and it is noted what else is to follow: whoever commits calls `what_follows.settle`.
    """
    acts: list[Act] = []
    loaded = holding(subject_id)
    found = archive.record_of(loaded, record_id)
    if found is None:
        raise KeyError(record_id)
    changed = alter(found[0])
    left = Aftermath(record_id, loaded.subject.id, why.act, why.actor, why.reason, why.at.isoformat(timespec="microseconds"), clock.today())
    words = _words(found[0]) if _is_purged(changed) else ()
    aftermath.leave(changes, replace(left, tell=why.tell, words=words), loaded)
    changed = _put(changes, loaded, found[1], changed, left, acts)
    for link in changed.responsible:
        if len(changes) > ROOM or _is_purged(changed):
            break
        _let_follow(changes, changed, link, left, acts)
    archive.put_trail(changes, acts, actor=why.actor, reason=why.reason, at=why.at)
    return changed


def follow(record: Record, left: Aftermath) -> None:
    """Let the records of all people responsible follow one, those that do not yet; some of them in each step, so that a step that is
    cut off is done again. `Conflict` when others are in the way for long."""
    step = 1 if _is_purged(record) else A_STEP  # with each goes every earlier version
    for start in range(0, len(record.responsible), step):
        _follow_together(record, record.responsible[start : start + step], left)


def touched(record: Record) -> tuple[str, ...]:
    """The ids of the subjects in whose archives a record stands: its own, and those of people responsible."""
    return (record.subject_id, *(link.subject_id for link in record.responsible))


def show(subject_ids: Iterable[str]) -> None:
    """Bring publication up to subjects that were changed; what a crash leaves out, the job `publish` finds."""
    publish.publish(dict.fromkeys(subject_ids), cities.load(settings.city()), clock.today())


def holding(subject_id: str) -> Loaded:
    """The archive of a subject, or the one that has taken its place; KeyError when there is none."""
    loaded = archive.load_subjects([subject_id])[subject_id]
    while loaded.subject.merged_into:
        subject_id = loaded.subject.merged_into
        loaded = archive.load_subjects([subject_id])[subject_id]
    return loaded


def find(subject_id: str, record_id: str) -> Record:
    """A record as it is now, wherever its subject's archive was merged to; KeyError when there is none."""
    found = archive.record_of(holding(subject_id), record_id)
    if found is None:
        raise KeyError(record_id)
    return found[0]


def _put(changes: Changes, loaded: Loaded, there: archive.Existing, record: Record, left: Aftermath, acts: list[Act]) -> Record:
    there.keep(changes)
    changed = replace(record, revision=there.revision + 1)
    archive.put_record(changes, changed, loaded)
    if _is_purged(changed):
        purging.versions(changes, loaded, changed.id)
    loaded.subject = replace(loaded.subject, version=(loaded.found_version or 0) + 1)
    archive.put_subject(changes, loaded, datetime.fromisoformat(left.at))
    facts = [changed.revision, list(changed.flags), changed.ended.how if changed.ended else None, changed.facts_digest]
    acts.append(Act(left.act, loaded.subject.id, changed.id, facts))
    return changed


def _follow_together(record: Record, links: Sequence[Link], left: Aftermath) -> None:
    for attempt in range(TRIES):
        changes, acts = Changes(), list[Act]()
        for link in links:
            _let_follow(changes, record, link, left, acts)
        if not acts:
            return
        archive.put_trail(changes, acts, actor=left.actor, reason=left.reason, at=clock.now())
        try:
            changes.commit()
        except Conflict:
            time.sleep(_chance.uniform(0, 0.02 * 2**attempt))
            continue
        return
    raise Conflict


def _let_follow(changes: Changes, record: Record, link: Link, left: Aftermath, acts: list[Act]) -> None:
    """Add what one person's record becomes, when it is not that yet."""
    loaded = holding(link.subject_id)
    found = archive.record_of(loaded, link.record_id)
    if found is None:
        return  # it was kept long enough
    before, existing = found
    own = [flag for flag in before.flags if flag in FLAGS] if held.holders(before.id, PROCEDURE.name) else []
    after = responsible.following(record, before, own, on=left.day, case=left.reason)
    if after != before:
        _put(changes, loaded, existing, after, left, acts)


def _is_purged(record: Record) -> bool:
    return record.ended is not None and record.ended.how == "purged"


def _words(record: Record) -> tuple[str, ...]:
    """What a record said, as it may stand in what others wrote of it."""
    said = (record.title, record.document_no, *record.content.values())
    long = dict.fromkeys(text for text in said if isinstance(text, str) and len(text) >= SHORTEST)
    return tuple(text for text in long if text not in (record.provider.name, record.provider.code))
