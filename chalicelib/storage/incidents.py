"""Security incidents of which people were told: when, by whose order, how many; never what or whom.

Key: `INCIDENTS` / `<incident id>`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from chalicelib import settings
from chalicelib.records.access import Act
from chalicelib.storage import archive, engine
from chalicelib.storage.archive import Changes, Conflict
from chalicelib.storage.models import ArchiveItem, IncidentItem

_INCIDENTS = "INCIDENTS"


@dataclass(frozen=True)
class Incident:
    """An incident by its id, and the day on which people began to be told: their notices stand under it."""

    id: str
    day: date


def open_once(incident_id: str, day: date, affected: int, by: str, at: datetime) -> Incident:
    """A new incident, with its entry in the trail; or the one of this id that is there already."""
    changes = Changes()
    changes.put(IncidentItem(_INCIDENTS, incident_id, day=day.isoformat(), affected=affected))
    archive.put_trail(changes, [Act("incident.opened", "-", incident_id, [affected])], actor=by, reason=incident_id, at=at)
    try:
        changes.commit()
    except Conflict:
        (item,) = engine.batch_get(settings.table("archive"), [(_INCIDENTS, incident_id)])
        return Incident(incident_id, date.fromisoformat(ArchiveItem.from_raw_data(item).day))
    return Incident(incident_id, day)
