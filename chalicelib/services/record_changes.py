"""How a record is changed by a procedure: a new version beside the old one, never in place, with all that follows from it (NT-36)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from random import SystemRandom

from chalicelib import cities, clock, settings
from chalicelib.law.decisions import Refused
from chalicelib.records import Act, Record
from chalicelib.services import publish
from chalicelib.storage import archive
from chalicelib.storage.archive import Changes, Conflict, Loaded

TRIES = 8
"""How often a change reads again when others change the same subject at the same moment."""
_chance = SystemRandom()

Alter = Callable[[Record], Record]


def change(
    subject_id: str, record_id: str, alter: Alter, *, act: str, actor: str, reason: str, at: datetime, changes: Changes | None = None
) -> Record:
    """A new version of a record; the record as it is then. KeyError when there is none.

    The old version stays in the archive, the records of people responsible for it follow (NT-29), their subjects' versions rise,
    and the trail tells of it. `actor` is a keyed id. With `changes` all of that is added to what the caller commits, who then calls
    `show`; else it is written and shown here. `Refused` when others change the same subject for long.
    """
    if changes is not None:
        return _add(changes, subject_id, record_id, alter, act, actor, reason, at)
    for attempt in range(TRIES):
        own = Changes()
        try:
            changed = _add(own, subject_id, record_id, alter, act, actor, reason, at)
            own.commit()
        except Conflict:
            time.sleep(_chance.uniform(0, 0.02 * 2**attempt))
            continue
        show(touched(changed))
        return changed
    raise Refused("这份档案正被其他提交频繁更新，没有任何变化：请稍后重试")


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


def _add(changes: Changes, subject_id: str, record_id: str, alter: Alter, act: str, actor: str, reason: str, at: datetime) -> Record:
    acts: list[Act] = []
    changed = _put(changes, holding(subject_id), record_id, alter, act, at, acts)
    for link in changed.responsible:
        _put(changes, holding(link.subject_id), link.record_id, alter, act, at, acts)
    archive.put_trail(changes, acts, actor=actor, reason=reason, at=at)
    return changed


def _put(changes: Changes, loaded: Loaded, record_id: str, alter: Alter, act: str, at: datetime, acts: list[Act]) -> Record:
    found = archive.record_of(loaded, record_id)
    if found is None:
        raise KeyError(record_id)
    before, existing = found
    existing.keep(changes)
    changed = replace(alter(before), revision=before.revision + 1)
    archive.put_record(changes, changed, loaded)
    loaded.subject = replace(loaded.subject, version=(loaded.found_version or 0) + 1)
    archive.put_subject(changes, loaded, at)
    facts = [changed.revision, list(changed.flags), changed.ended.how if changed.ended else None, changed.facts_digest]
    acts.append(Act(act, loaded.subject.id, record_id, facts))
    return changed
