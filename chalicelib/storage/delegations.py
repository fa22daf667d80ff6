"""Delegations in the archive of the organisation that gave them, and the way to them from whom they were given to.

Keys: `S#<subject id>` / `DELEGATION#<id>`, sealed under the organisation's key; `DELEGATE#<keyed hash of the number>` /
`<subject id>#<id>`, which says nothing but where to look.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from chalicelib import settings
from chalicelib.records.access import Act
from chalicelib.records.identifiers import Identifier
from chalicelib.records.people import Delegation
from chalicelib.storage import archive, engine
from chalicelib.storage.archive import Loaded
from chalicelib.storage.keys import keyring
from chalicelib.storage.models import ArchiveItem, DelegateItem, DelegationItem

_PREFIX = "DELEGATION#"


def organisation(code: str) -> Loaded | None:
    """The organisation with a USCC, as the archive knows it now; None when it does not."""
    ids = archive.subjects_of([Identifier("uscc", code)]).values()
    return next(iter(archive.load_subjects(ids).values()), None)


def give(delegation: Delegation, giver: Loaded, actor: str, at: datetime) -> None:
    """Keep a new delegation, with its entry in the trail."""
    changes = archive.Changes()
    put_given(changes, delegation, giver)
    _commit(changes, "delegation.given", delegation, giver, actor, at)


def revoke(delegation: Delegation, giver: Loaded, actor: str, at: datetime) -> Delegation:
    """End a delegation, with its entry in the trail; `Conflict` when another does so at this moment."""
    changes = archive.Changes()
    ended = put_revoked(changes, delegation, giver, at)
    _commit(changes, "delegation.revoked", ended, giver, actor, at)
    return ended


def put_given(changes: archive.Changes, delegation: Delegation, giver: Loaded) -> None:
    """A new delegation among other changes."""
    changes.put(_item(delegation, giver, 1))
    changes.put(DelegateItem(_delegate(delegation.to), f"{giver.subject.id}#{delegation.id}"))


def put_revoked(changes: archive.Changes, delegation: Delegation, giver: Loaded, at: datetime) -> Delegation:
    """The end of a delegation that was not ended, among other changes."""
    ended = replace(delegation, revoked=at.isoformat(timespec="seconds"))
    holder = next(one for one in _archives(giver) if delegation.id in {held.id for held in _held_by(one)})
    changes.put(_item(ended, holder, 2), 1)
    return ended


def given_by(giver: Loaded) -> list[Delegation]:
    """All delegations of an organisation, also ended ones, and those in archives that were merged into its own."""
    return [delegation for one in _archives(giver) for delegation in _held_by(one)]


def given_to(identifier: Identifier) -> list[tuple[Delegation, str | None]]:
    """The delegations to a person, also ended ones, each with the legal representative that the register names today."""
    table = settings.table("archive")
    pointers = [item["sk"]["S"].split("#") for item in engine.query(table, _delegate(identifier))]
    if not pointers:
        return []
    givers = archive.load_subjects({subject_id for subject_id, _ in pointers})
    items = engine.batch_get(table, [("S#" + subject_id, _PREFIX + number) for subject_id, number in pointers])
    found = [(item, givers[item.pk.removeprefix("S#")]) for item in _read(items)]
    return [(_delegation(item, giver), _present(giver).subject.profile.legal_representative) for item, giver in found]


def _archives(giver: Loaded) -> list[Loaded]:
    """An organisation's archive and those that were merged into it."""
    absorbed = giver.subject.absorbed
    return [giver, *(archive.load_subjects(absorbed).values() if absorbed else ())]


def _held_by(holder: Loaded) -> list[Delegation]:
    items = DelegationItem.query("S#" + holder.subject.id, DelegationItem.sk.startswith(_PREFIX), consistent_read=True)
    return [_delegation(item, holder) for item in items]


def _present(giver: Loaded) -> Loaded:
    """The archive that has taken the place of one; itself where none has."""
    while giver.subject.merged_into:
        giver = archive.load_subjects([giver.subject.merged_into])[giver.subject.merged_into]
    return giver


def _read(items: Iterable[engine.Item]) -> list[DelegationItem]:
    return [ArchiveItem.from_raw_data(item) for item in items]


def _delegate(identifier: Identifier) -> str:
    return "DELEGATE#" + keyring().index(identifier.type, identifier.number)


def _commit(changes: archive.Changes, action: str, delegation: Delegation, giver: Loaded, actor: str, at: datetime) -> None:
    act = Act(action, giver.subject.id, delegation.id, facts_of(delegation))
    archive.put_trail(changes, [act], actor=actor, reason="delegation", at=at)
    changes.commit()


def facts_of(delegation: Delegation) -> dict[str, Any]:
    """A delegation as it is sealed."""
    return {**asdict(delegation), "rights": list(delegation.rights), "last_day": delegation.last_day.isoformat()}


def _item(delegation: Delegation, giver: Loaded, version: int) -> DelegationItem:
    place = _PREFIX + delegation.id
    sealed = keyring().seal(giver.data_key, facts_of(delegation), owner=giver.subject.id, place=place)
    return DelegationItem("S#" + giver.subject.id, place, version=version, sealed=sealed)


def _delegation(item: DelegationItem, giver: Loaded) -> Delegation:
    return from_facts(keyring().unseal(giver.data_key, item.sealed, owner=giver.subject.id, place=item.sk))


def from_facts(facts: Mapping[str, Any]) -> Delegation:
    """A delegation as it was sealed."""
    last_day = date.fromisoformat(facts["last_day"])
    return Delegation(**{**facts, "to": Identifier(**facts["to"]), "rights": tuple(facts["rights"]), "last_day": last_day})
