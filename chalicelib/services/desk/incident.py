"""Security incidents: who was affected is found from the trail, and told once, with what happened and what they can do (NT-36b)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib import clock
from chalicelib.law.decisions import Refused
from chalicelib.law.masking import holds_person_number
from chalicelib.records.access import Act
from chalicelib.services.identity import who_acts
from chalicelib.services.telling import notices
from chalicelib.storage import archive, incidents, raw_items
from chalicelib.storage.archive import Changes, Conflict
from chalicelib.storage.keys import keyring

KIND = "incident"
SUBJECT = "s_"
"""How the ids of subjects begin; the trail names other collections too."""
SHORTEST, LONGEST = 10, 500
"""Characters of what everybody who is affected reads."""


@dataclass(frozen=True)
class Scope:
    """What an incident is about: all that was done from one instant until another, or of that only what these actors did (the ids of
    people or keys, as in the trail or as at the desk), or what was done to these records."""

    begin: datetime
    end: datetime
    actors: tuple[str, ...] = ()
    records: tuple[str, ...] = ()


@dataclass(frozen=True)
class Affected:
    """The subjects that an incident concerns, by id, each with how many acts; `elsewhere` is how many acts concern no archive, as
    queries that found nobody."""

    subjects: Mapping[str, int]
    entries: int
    elsewhere: int


def affected(scope: Scope) -> Affected:
    """Whom the trail names within a scope. `Refused` for a time that ends before it begins."""
    if scope.end <= scope.begin:
        raise Refused("结束的时间应在开始之后")
    found: dict[str, int] = {}
    entries = elsewhere = 0
    for acts in _acts(scope):
        entries += 1
        for _, subject, _ in acts:
            if subject.startswith(SUBJECT):
                found[subject] = found.get(subject, 0) + 1
            else:
                elsewhere += 1
    return Affected(found, entries, elsewhere)


def tell(scope: Scope, text: str, by: str) -> dict[str, int | str]:
    """Tell everybody whom an incident concerns, at once; counts of those told now, told before, and gone from the archive meanwhile.

    The same scope and text are the same incident: nobody is told twice, however often this is called, and what a crash leaves is made
    up for by calling again. Each telling stands in the trail. `by` is who orders it.
    """
    words = " ".join(text.split())
    if not SHORTEST <= len(words) <= LONGEST or holds_person_number(words):
        raise Refused("请写明发生了什么、可以怎么做（{least}至{most}个字，不写任何人的号码）", least=SHORTEST, most=LONGEST)
    found = affected(scope)
    which = [scope.begin.isoformat(), scope.end.isoformat(), *sorted(scope.actors), "", *sorted(scope.records), words]
    incident = incidents.open_once(keyring().public_id("in_", *which), clock.today(), len(found.subjects), by, clock.now())
    counts = {"told": 0, "already": 0, "gone": 0}
    for subject_id in sorted(found.subjects):
        counts[_tell(subject_id, incident, words, by)] += 1
    return {"incident": incident.id, "affected": len(found.subjects), **counts, "elsewhere": found.elsewhere}


def _tell(subject_id: str, incident: incidents.Incident, words: str, by: str) -> str:
    if subject_id not in archive.load_subjects([subject_id]):
        return "gone"
    changes, facts = Changes(), {"what": words}
    notices.once(changes, KIND, f"s:{subject_id}", about=incident.id, day=incident.day, facts=facts)
    act = Act("incident.told", subject_id, incident.id, facts)
    archive.put_trail(changes, [act], actor=by, reason=incident.id, at=clock.now())
    try:
        changes.commit()
    except Conflict:
        return "already"
    return "told"


def _acts(scope: Scope) -> Iterator[list[tuple[str, str, str]]]:
    """The acts of every entry within a scope, entry by entry."""
    actors = {*scope.actors, *map(who_acts.keyed, scope.actors)}
    for entry in raw_items.trail_since(scope.begin, scope.end):
        if datetime.fromisoformat(entry["at"]["S"]) > scope.end or (actors and entry["actor"]["S"] not in actors):
            continue
        acts = [act for act in raw_items.acts_of(entry) if not scope.records or act[2] in scope.records]
        if acts:
            yield acts
