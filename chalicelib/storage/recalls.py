"""Recalls of whole batches: proposed, decided, worked off; each step in the trail (NT-37).

Keys: `B#<batch id>` / `RECALL`. One that waits for a decision stands in the index `due` under `recall-wait#0`, one that is being
worked off under `recall#0`.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, cast

from chalicelib import settings
from chalicelib.records.access import Act
from chalicelib.records.submissions import Recall
from chalicelib.storage import archive, due, engine, submissions
from chalicelib.storage.keys import keyring
from chalicelib.storage.models import ArchiveItem, RecallItem

_PLACE = "RECALL"
WAITING, RUNNING = "recall-wait", "recall"
_SHARDS = {"waiting": WAITING, "running": RUNNING}
MOST_LISTED = 100


def put(recall: Recall, action: str, actor: str, at: datetime) -> None:
    """Keep a recall, or its next version, with its entry in the trail; `Conflict` when somebody else was first."""
    shard = _SHARDS.get(recall.state)
    facts = {name: value for name, value in asdict(recall).items() if name not in ("batch", "reason")}
    data_key = submissions.key_of(recall.batch)
    item = RecallItem(
        "B#" + recall.batch,
        _PLACE,
        **facts,
        sealed=keyring().seal(data_key, {"reason": recall.reason}, owner=recall.batch, place=_PLACE),
        due_shard=f"{shard}#0" if shard else None,
        next_due=f"{recall.proposed[:10]}#{recall.batch}" if shard else None,
    )
    changes = archive.Changes()
    changes.put(item, recall.version - 1 or None)
    archive.put_trail(changes, [Act(action, "-", recall.batch, asdict(recall))], actor=actor, reason=recall.batch, at=at)
    changes.commit()


def of(batch_id: str) -> Recall | None:
    """The recall of a batch; None when there is none."""
    return next(iter(_load([batch_id])), None)


def listed(what: str, day: date) -> list[Recall]:
    """The recalls that wait (`WAITING`) or are being worked off (`RUNNING`), the oldest first, at most `MOST_LISTED`."""
    found = due.page(what, 0, day, limit=MOST_LISTED).items
    recalls = _load([item.pk.removeprefix("B#") for item in found])
    return sorted((one for one in recalls if _SHARDS.get(one.state) == what), key=lambda one: (one.proposed, one.batch))


def _load(batch_ids: list[str]) -> list[Recall]:
    items = engine.batch_get(settings.table("archive"), [("B#" + batch_id, _PLACE) for batch_id in batch_ids])
    return [_recall(ArchiveItem.from_raw_data(item)) for item in items]


def _recall(item: RecallItem) -> Recall:
    batch_id = item.pk.removeprefix("B#")
    private = keyring().unseal(submissions.key_of(batch_id), item.sealed, owner=batch_id, place=_PLACE)
    return Recall(
        batch=batch_id,
        provider=item.provider,
        reason=private["reason"],
        proposed=item.proposed,
        proposed_by=item.proposed_by,
        state=cast(Any, item.state),
        decided=item.decided,
        decided_by=item.decided_by,
        looked_at=int(item.looked_at),
        withdrawn=int(item.withdrawn),
        version=int(item.version),
    )
