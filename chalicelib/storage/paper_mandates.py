"""Mandates on paper in the archive of the organisation that gave them, and the desk's list of them.

Keys: `S#<subject id>` / `PAPER#<id>`, sealed under the organisation's key; `DESK#mandates` / `<id>#<subject id>`, which says
nothing but where to look.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from chalicelib import settings
from chalicelib.law.parameters import Rules
from chalicelib.records.access import Act
from chalicelib.records.people import PaperMandate
from chalicelib.storage import archive, delegations, due, engine
from chalicelib.storage.archive import Changes, Loaded
from chalicelib.storage.keys import keyring
from chalicelib.storage.models import ArchiveItem, PaperMandateItem, PaperMandateOfDeskItem

_LIST, _PREFIX = "DESK#mandates", "PAPER#"


def enter(mandate: PaperMandate, giver: Loaded, at: datetime, rules: Rules) -> None:
    """Keep a mandate that was handed in, with its entry in the trail."""
    changes = Changes()
    changes.put(_item(mandate, giver, rules))
    changes.put(PaperMandateOfDeskItem(_LIST, f"{mandate.delegation.id}#{giver.subject.id}"))
    _commit(changes, mandate, giver, mandate.entered_by, at)


def confirm(mandate: PaperMandate, giver: Loaded, actor: str, at: datetime, rules: Rules) -> None:
    """Let it count: as a delegation, in one transaction. `Conflict` when somebody decides on it at this moment."""
    changes = Changes()
    changes.put(_item(mandate, giver, rules), mandate.version - 1)
    delegations.put_given(changes, mandate.delegation, giver)
    _commit(changes, mandate, giver, actor, at)


def refuse(mandate: PaperMandate, giver: Loaded, actor: str, at: datetime, rules: Rules) -> None:
    """Put it aside; it never counted. `Conflict` when somebody decides on it at this moment."""
    changes = Changes()
    changes.put(_item(mandate, giver, rules), mandate.version - 1)
    _commit(changes, mandate, giver, actor, at)


def revoke(mandate: PaperMandate, giver: Loaded, actor: str, at: datetime, rules: Rules) -> None:
    """End it together with its delegation; `Conflict` when that is ended, by the organisation perhaps."""
    changes = Changes()
    changes.put(_item(mandate, giver, rules), mandate.version - 1)
    delegations.put_revoked(changes, mandate.delegation, giver, at)
    _commit(changes, mandate, giver, actor, at)


def drop_scan(mandate: PaperMandate, giver: Loaded, at: datetime, rules: Rules) -> None:
    """Note that its scan is no longer kept; `Conflict` when somebody decides on it at this moment."""
    changes = Changes()
    changes.put(_item(mandate, giver, rules), mandate.version - 1)
    act = Act("mandate.scan_dropped", giver.subject.id, mandate.delegation.id, _facts(mandate))
    archive.put_trail(changes, [act], actor="schedule", reason="forget", at=at)
    changes.commit()


def load(mandate_id: str) -> tuple[PaperMandate, Loaded] | None:
    """A mandate by its id, and who gave it; None when there is none."""
    return next(iter(_loaded(_pointers(mandate_id + "#"))), None)


def all_mandates() -> list[tuple[PaperMandate, Loaded]]:
    """Every mandate on paper, decided ones too, with who gave it."""
    return _loaded(_pointers(""))


def _pointers(beginning: str) -> Iterable[tuple[str, str]]:
    for item in PaperMandateOfDeskItem.query(_LIST, PaperMandateOfDeskItem.sk.startswith(beginning or "d_"), consistent_read=True):
        mandate_id, _, subject_id = item.sk.partition("#")
        yield mandate_id, subject_id


def _loaded(pointers: Iterable[tuple[str, str]]) -> list[tuple[PaperMandate, Loaded]]:
    places = list(pointers)
    givers = archive.load_subjects({subject_id for _, subject_id in places})
    raw = engine.batch_get(settings.table("archive"), [("S#" + subject_id, _PREFIX + mandate_id) for mandate_id, subject_id in places])
    items = [ArchiveItem.from_raw_data(item) for item in raw]
    return [(_mandate(item, givers[subject_id]), givers[subject_id]) for item in items if (subject_id := item.pk[2:]) in givers]


def _commit(changes: Changes, mandate: PaperMandate, giver: Loaded, actor: str, at: datetime) -> None:
    act = Act(f"mandate.{mandate.state}", giver.subject.id, mandate.delegation.id, _facts(mandate))
    archive.put_trail(changes, [act], actor=actor, reason="paper", at=at)
    changes.commit()


def _facts(mandate: PaperMandate) -> dict[str, Any]:
    return {**asdict(mandate), "delegation": delegations.facts_of(mandate.delegation)}


def _item(mandate: PaperMandate, giver: Loaded, rules: Rules) -> PaperMandateItem:
    place = _PREFIX + mandate.delegation.id
    sealed = keyring().seal(giver.data_key, _facts(mandate), owner=giver.subject.id, place=place)
    item = PaperMandateItem("S#" + giver.subject.id, place, version=mandate.version, sealed=sealed)
    if mandate.scan:
        item.due_shard, item.next_due = due.of_scan(mandate.delegation.last_day, rules)
    return item


def _mandate(item: PaperMandateItem, giver: Loaded) -> PaperMandate:
    facts = keyring().unseal(giver.data_key, item.sealed, owner=giver.subject.id, place=item.sk)
    return PaperMandate(**{**facts, "delegation": delegations.from_facts(facts["delegation"])})
