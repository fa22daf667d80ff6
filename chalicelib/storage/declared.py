"""What providers declare of their decisions, each step in the trail (NT-5, NTN-2).

Keys: `P#<provider>` / `DECISION#<day>#<id>` and `TOTAL#<month>#<item>`.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from chalicelib import settings
from chalicelib.records.access import Act
from chalicelib.records.submissions import Declared, MonthTotal
from chalicelib.storage import archive, engine
from chalicelib.storage.keys import keyring
from chalicelib.storage.models import ArchiveItem, DeclaredItem, MonthTotalItem

_DECISION, _TOTAL = "DECISION#", "TOTAL#"


def declaration_id(provider: str, item: str, number: str) -> str:
    """The id of a declaration: always the same for the same decision. `number` is in the spelling in which numbers are compared."""
    return keyring().public_id("d_", "declared", provider, item, number)


def put(declared: Declared, action: str, at: datetime) -> None:
    """Keep a declaration, or its next version, with its entry in the trail; `Conflict` when somebody else was first."""
    changes = archive.Changes()
    place = f"{_DECISION}{declared.decided_on.isoformat()}#{declared.id}"
    data_key = keyring().new_data_key(declared.id)
    private = {"number": declared.number, "withdrawn": declared.withdrawn}
    item = DeclaredItem(
        "P#" + declared.provider,
        place,
        item=declared.item,
        decided_on=declared.decided_on.isoformat(),
        declared=declared.declared,
        by=declared.by,
        arrived=declared.arrived.isoformat() if declared.arrived else None,
        version=declared.version,
        data_key=data_key,
        sealed=keyring().seal(data_key, private, owner=declared.id, place=place),
    )
    changes.put(item, declared.version - 1 or None)
    facts = {**asdict(declared), "decided_on": item.decided_on, "arrived": item.arrived}
    _put_trail(changes, action, declared.id, facts, declared.provider, declared.by, at)
    changes.commit()


def decisions(provider: str) -> list[Declared]:
    """All declarations of a provider, by the day of the decision."""
    return [_declared(ArchiveItem.from_raw_data(item), provider) for item in _of(provider, _DECISION)]


def put_total(total: MonthTotal, at: datetime) -> None:
    """Keep a month's total, or its next version, with its entry in the trail; `Conflict` when somebody else was first."""
    changes = archive.Changes()
    item = MonthTotalItem(
        "P#" + total.provider,
        f"{_TOTAL}{total.month}#{total.item}",
        decisions=total.count,
        stated=total.stated,
        by=total.by,
        version=total.version,
    )
    changes.put(item, total.version - 1 or None)
    _put_trail(changes, "total.declared", f"{total.month}#{total.item}", asdict(total), total.provider, total.by, at)
    changes.commit()


def totals(provider: str) -> list[MonthTotal]:
    """All totals that a provider has declared, by month."""
    return [_month_total(ArchiveItem.from_raw_data(item), provider) for item in _of(provider, _TOTAL)]


def _of(provider: str, beginning: str) -> list[engine.Item]:
    return list(engine.query(settings.table("archive"), "P#" + provider, beginning=beginning))


def _put_trail(changes: archive.Changes, action: str, about: str, facts: dict[str, Any], provider: str, by: str, at: datetime) -> None:
    archive.put_trail(changes, [Act(action, "-", about, facts)], actor=by, reason=provider, at=at)


def _declared(item: DeclaredItem, provider: str) -> Declared:
    declared_id = item.sk.rpartition("#")[2]
    private = keyring().unseal(item.data_key, item.sealed, owner=declared_id, place=item.sk)
    return Declared(
        declared_id,
        provider,
        item.item,
        private["number"],
        date.fromisoformat(item.decided_on),
        item.declared,
        item.by,
        date.fromisoformat(item.arrived) if item.arrived else None,
        private["withdrawn"],
        int(item.version),
    )


def _month_total(item: MonthTotalItem, provider: str) -> MonthTotal:
    _, month, code = item.sk.split("#")
    return MonthTotal(provider, month, code, int(item.decisions), item.stated, item.by, int(item.version))
