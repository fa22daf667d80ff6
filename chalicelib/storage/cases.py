"""Cases of all procedures, each in the collection of the subject whose records it is about; what they tell is sealed (NT-36).

Keys: `S#<subject id>` / `CASE#<number>`, its steps `CASE#<number>#<step>`, and `CASE#<number>` / `-`, which leads there. An open case
stands in the index `due` under whoever must act next: `case#<waits_for>`, by `<last day>#<number>`; a closed one that files came with
under `scan`, until they were kept long enough.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from chalicelib import settings
from chalicelib.law.parameters import Rules
from chalicelib.records.access import Act
from chalicelib.records.remedies import Case, CaseStep
from chalicelib.storage import archive, case_watch, due, engine
from chalicelib.storage.archive import Changes
from chalicelib.storage.archive import Conflict as Conflict
from chalicelib.storage.keys import keyring
from chalicelib.storage.models import ArchiveItem, CaseItem, CaseNumberItem, CaseStepItem

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""The characters of a number: none that look like another."""
NO_DAY = "9999-12-31"
"""Where a case without a last day stands in a queue."""
_PREFIX = "CASE#"
LOG = logging.getLogger("mingxin")


@dataclass(frozen=True)
class Damaged:
    """A case of which cannot be read what lies sealed; the rest stands beside it."""

    id: str
    procedure: str
    due: date | None
    waits_for: str


def new_number(prefix: str, day: date) -> str:
    """A number for a case that is begun on a day."""
    return f"{prefix}-{day:%Y%m%d}-{''.join(secrets.choice(ALPHABET) for _ in range(8))}"


def put(changes: Changes, case: Case, step: CaseStep, rules: Rules) -> Case:
    """Add a case with its next step to what is written together: a new one, or the next version of one. Whoever commits meets
    `Conflict` when another was first."""
    after = replace(case, version=case.version + 1)
    data_key = archive.load_subjects([case.subject_id])[case.subject_id].data_key
    place, owner = _PREFIX + case.id, case.subject_id
    private = {"about": list(case.about), "facts": dict(case.facts)}
    shard, day = _next_due(case, date.fromisoformat(step.at[:10]), rules)
    item = CaseItem(
        "S#" + owner,
        place,
        procedure=case.procedure,
        state=case.state,
        received=case.received.isoformat(),
        due=case.due.isoformat() if case.due else None,
        provisional=int(case.provisional),
        waits_for=case.waits_for or None,
        assigned_to=case.assigned_to or None,
        version=after.version,
        sealed=keyring().seal(data_key, private, owner=owner, place=place),
        due_shard=shard,
        next_due=day,
        files_gone=case.files_gone.isoformat() if case.files_gone else None,
    )
    changes.put(item, case.version or None)
    step_place = f"{place}#{after.version:05d}"
    changes.put(CaseStepItem("S#" + owner, step_place, sealed=keyring().seal(data_key, asdict(step), owner=owner, place=step_place)))
    if not case.version:
        changes.put(CaseNumberItem(place, "-", subject=owner))
    changes.last(case.id, case_watch.write(after, date.fromisoformat(step.at[:10])))
    return after


def _next_due(case: Case, day: date, rules: Rules) -> tuple[str | None, str | None]:
    if case.waits_for:
        return f"case#{case.waits_for}", place_in_queue(case)
    return due.of_scan(day, rules) if files_of(case) else (None, None)


def files_of(case: Case) -> list[str]:
    """Where the files lie that came with a case; those that a request to verify forwards are the objection's, and stay as long as that."""
    if case.files_gone or "of" in case.facts:
        return []
    several = (case.facts.get(name) or () for name in ("attachments", "redacted", "proofs"))
    return [*(one["file"] for found in several for one in found), *filter(None, (case.facts.get("proof"),))]


def files_gone(case: Case, on: date, at: datetime) -> None:
    """The files of a closed case are kept no longer: it says since when, with the entry in the trail; `Conflict` when something else was
    done with it."""
    place = {"pk": {"S": "S#" + case.subject_id}, "sk": {"S": _PREFIX + case.id}}
    update = {
        "TableName": settings.table("archive"),
        "Key": place,
        "UpdateExpression": "SET files_gone = :day REMOVE due_shard, next_due",
        "ConditionExpression": "version = :version AND attribute_exists(due_shard)",
        "ExpressionAttributeValues": {":version": {"N": str(case.version)}, ":day": {"S": on.isoformat()}},
    }
    changes = Changes()
    changes.publish([{"Update": update}], 200)
    act = Act("case.files_dropped", case.subject_id, case.id, files_of(case))
    archive.put_trail(changes, [act], actor="schedule", reason="forget", at=at)
    changes.commit()


def load(number: str) -> Case | None:
    """A case by its number; None when there is none."""
    found = list(engine.batch_get(settings.table("archive"), [(_PREFIX + number, "-")]))
    return next(_load([("S#" + found[0]["subject"]["S"], _PREFIX + number)]), None) if found else None


def of_subject(subject_ids: Iterable[str], procedure: str | None = None) -> list[Case]:
    """The cases about subjects (one, and those that it has absorbed), of one procedure or all; the latest first."""
    found = [case for subject_id in subject_ids for case in _of(subject_id) if procedure in (None, case.procedure)]
    return sorted(found, key=lambda case: (case.received, case.id), reverse=True)


def history(case: Case) -> list[CaseStep]:
    """Every step of a case, the first one first."""
    data_key = archive.load_subjects([case.subject_id])[case.subject_id].data_key
    items = engine.query(settings.table("archive"), "S#" + case.subject_id, beginning=f"{_PREFIX}{case.id}#")
    facts = (keyring().unseal(data_key, item["sealed"]["B"], owner=case.subject_id, place=item["sk"]["S"]) for item in items)
    return [CaseStep(**step) for step in facts]


def queue(waits_for: str, limit: int, after: str = "") -> tuple[list[Case], str]:
    """The cases that wait for somebody and can be read, by their last day, at most `limit`, and where the next page begins; empty at
    the end."""
    found, following = page(waits_for, limit, after)
    return [case for case in found if isinstance(case, Case)], following


def page(waits_for: str, limit: int, after: str = "") -> tuple[list[Case | Damaged], str]:
    """The same, with those that cannot be read.

    The index may be a moment behind: what waits for somebody else by now is left out.
    """
    request: dict[str, Any] = {
        "TableName": settings.table("archive"),
        "IndexName": "due",
        "KeyConditionExpression": "due_shard = :shard AND next_due > :after",
        "ExpressionAttributeValues": {":shard": {"S": f"case#{waits_for}"}, ":after": {"S": after or "#"}},
        "Limit": limit,
    }
    items = engine.client().query(**request)["Items"]
    found = {case.id: case for case in _load_whole_or_not((item["pk"]["S"], item["sk"]["S"]) for item in items)}
    cases = sorted((case for case in found.values() if case.waits_for == waits_for), key=place_in_queue)
    return cases, items[-1]["next_due"]["S"] if len(items) == limit else ""


def place_in_queue(case: Case | Damaged) -> str:
    """Where a case stands in the queue in which it waits: by its last day."""
    return f"{case.due.isoformat() if case.due else NO_DAY}#{case.id}"


def _of(subject_id: str) -> Iterator[Case]:
    items = engine.query(settings.table("archive"), "S#" + subject_id, beginning=_PREFIX)
    heads = [ArchiveItem.from_raw_data(item) for item in items if item["sk"]["S"].count("#") == 1]
    if heads:
        data_key = archive.load_subjects([subject_id])[subject_id].data_key
        yield from (_case(item, data_key) for item in heads)


def _load(places: Iterable[tuple[str, str]]) -> Iterator[Case]:
    items = [ArchiveItem.from_raw_data(item) for item in engine.batch_get(settings.table("archive"), places)]
    keys = archive.load_subjects({item.pk.removeprefix("S#") for item in items})
    yield from (_case(item, keys[item.pk.removeprefix("S#")].data_key) for item in items)


def _load_whole_or_not(places: Iterable[tuple[str, str]]) -> Iterator[Case | Damaged]:
    items = [ArchiveItem.from_raw_data(item) for item in engine.batch_get(settings.table("archive"), places)]
    keys = archive.load_subjects({item.pk.removeprefix("S#") for item in items})
    for item in items:
        try:
            yield _case(item, keys[item.pk.removeprefix("S#")].data_key)
        except (KeyError, ValueError) as error:  # the others of the queue are shown all the same
            number = item.sk.removeprefix(_PREFIX)
            LOG.error("case %s cannot be read: %s", number, type(error).__name__)
            yield Damaged(number, item.procedure, date.fromisoformat(item.due) if item.due else None, item.waits_for or "")


def _case(item: CaseItem, data_key: bytes) -> Case:
    subject_id = item.pk.removeprefix("S#")
    private: Mapping[str, Any] = keyring().unseal(data_key, item.sealed, owner=subject_id, place=item.sk)
    return Case(
        id=item.sk.removeprefix(_PREFIX),
        procedure=item.procedure,
        subject_id=subject_id,
        about=tuple(private["about"]),
        state=item.state,
        received=date.fromisoformat(item.received),
        due=date.fromisoformat(item.due) if item.due else None,
        provisional=bool(item.provisional),
        waits_for=item.waits_for or "",
        assigned_to=item.assigned_to or "",
        facts=private["facts"],
        version=int(item.version),
        files_gone=date.fromisoformat(item.files_gone) if item.files_gone else None,
    )
