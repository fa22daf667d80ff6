"""Submissions in the archive: who sent what when, what became of it, and its refused rows, sealed.

Keys: `B#<batch id>` / `HEAD` and `REFUSED#<line>`; `BATCHES#<month>` / `<start>#<batch id>`.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import cast

from chalicelib import settings
from chalicelib.records import Batch, Refusal
from chalicelib.storage import archive, engine
from chalicelib.storage.keys import keyring
from chalicelib.storage.models import ArchiveItem, BatchItem, BatchOfMonthItem, RefusedRowItem


def start_batch(kind: str, provider: str, at: datetime, *, via: str = "command", office: str | None = None) -> Batch:
    """A new submission, on record before its first row."""
    batch = Batch("b_" + secrets.token_hex(10), kind, provider, at.astimezone(UTC).isoformat(timespec="seconds"), via=via, office=office)
    changes = archive.Changes()
    changes.put(_batch_item(batch, keyring().new_data_key(batch.id)))
    changes.put(BatchOfMonthItem("BATCHES#" + batch.started[:7], f"{batch.started}#{batch.id}"))
    changes.commit()
    return batch


def end_batch(batch: Batch, refusals: Iterable[Refusal]) -> None:
    """The counts of a submission, and its refused rows sealed."""
    table, data_key = settings.table("archive"), _batch_head(batch.id).data_key
    rows = []
    for refusal in refusals:
        place = f"REFUSED#{refusal.line:09d}"
        sealed = keyring().seal(data_key, {**asdict(refusal), "row": dict(refusal.row)}, owner=batch.id, place=place)
        rows.append({"PutRequest": {"Item": RefusedRowItem("B#" + batch.id, place, line=refusal.line, sealed=sealed).serialize()}})
    engine.batch_write(table, rows)
    engine.client().put_item(TableName=table, Item=_batch_item(batch, data_key).serialize())


def batches_of(month: str) -> list[Batch]:
    """The submissions that started in a month (`2026-11`, in UTC), earliest first; never a scan."""
    table = settings.table("archive")
    ids = [item["sk"]["S"].partition("#")[2] for item in engine.query(table, "BATCHES#" + month)]
    heads = map(ArchiveItem.from_raw_data, engine.batch_get(table, [("B#" + batch_id, "HEAD") for batch_id in ids]))
    return sorted(map(_batch, heads), key=lambda batch: (batch.started, batch.id))


def find_batch(batch_id: str) -> Batch | None:
    """One submission; None when there is none under this id."""
    return next(map(_batch, map(ArchiveItem.from_raw_data, engine.batch_get(settings.table("archive"), [("B#" + batch_id, "HEAD")]))), None)


def load_batch(batch_id: str) -> tuple[Batch, list[Refusal]]:
    """A submission and its refused rows."""
    head = _batch_head(batch_id)
    rows = RefusedRowItem.query("B#" + batch_id, RefusedRowItem.sk.startswith("REFUSED#"), consistent_read=True)
    return _batch(head), [Refusal(**keyring().unseal(head.data_key, row.sealed, owner=batch_id, place=row.sk)) for row in rows]


def _batch_head(batch_id: str) -> BatchItem:
    (item,) = engine.batch_get(settings.table("archive"), [("B#" + batch_id, "HEAD")])
    return cast(BatchItem, ArchiveItem.from_raw_data(item))


def _batch(head: BatchItem) -> Batch:
    counts = int(head.accepted), int(head.duplicate), int(head.refused)
    return Batch(head.pk.removeprefix("B#"), head.kind, head.provider, head.started, head.ended, *counts, head.via, head.office)


def _batch_item(batch: Batch, data_key: bytes) -> BatchItem:
    return BatchItem(
        "B#" + batch.id,
        "HEAD",
        kind=batch.kind,
        provider=batch.provider,
        started=batch.started,
        ended=batch.ended,
        accepted=batch.accepted,
        duplicate=batch.duplicate,
        refused=batch.refused,
        via=batch.via,
        office=batch.office,
        data_key=data_key,
    )
