"""Submissions in the archive: who sent what when, what became of it, and its refused rows, sealed.

Keys: `B#<batch id>` / `HEAD`, `REFUSED#<line>` and `TOOK#<random>`, which names the records that one transaction entered;
`BATCHES#<month>` / `<start>#<batch id>`; `P#<provider>` / `BATCH#<start>#<batch id>`; `PROVIDERS` / `<provider>`.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime
from itertools import islice
from typing import NamedTuple, cast

from chalicelib import settings
from chalicelib.records.entries import Record
from chalicelib.records.subjects import Office
from chalicelib.records.submissions import Batch, Refusal
from chalicelib.storage import archive, engine
from chalicelib.storage.keys import keyring
from chalicelib.storage.models import ArchiveItem, BatchItem, BatchOfMonthItem, BatchOfProviderItem, RefusedRowItem, TakenItem
from chalicelib.storage.packing import SCHEMA

PROVIDERS = "PROVIDERS"
"""The partition that names every provider."""
TRIES = 4
"""How often a submission is begun while the engine is too busy: nobody else writes these items."""
_BATCH = "BATCH#"
_TOOK = "TOOK#"


def start_batch(kind: str, provider: str, at: datetime, *, via: str = "command", office: str | None = None) -> Batch:
    """A new submission, on record before its first row."""
    batch = Batch("b_" + secrets.token_hex(10), kind, provider, at.astimezone(UTC).isoformat(timespec="seconds"), via=via, office=office)
    changes = archive.Changes()
    changes.put(_batch_item(batch, keyring().new_data_key(batch.id)))
    changes.put(BatchOfMonthItem("BATCHES#" + batch.started[:7], f"{batch.started}#{batch.id}"))
    changes.put(BatchOfProviderItem("P#" + provider, f"{_BATCH}{batch.started}#{batch.id}"))
    for _ in range(TRIES):
        try:
            changes.commit()
        except archive.Conflict:
            if find_batch(batch.id) is None:  # else it was written, and only the answer lost
                continue
        return batch
    raise archive.Conflict


class Entered(NamedTuple):
    """A record that a batch entered: where it is, its catalogue item and the day of its decision."""

    subject_id: str
    record_id: str
    item: str
    determined_on: date


def put_taken(changes: archive.Changes, batch_id: str, records: Iterable[Record]) -> None:
    """Note the records that a transaction enters for a batch, so that they can be counted and the batch recalled."""
    entered = [(record.subject_id, record.id, record.catalogue, record.determined_on.isoformat()) for record in records]
    changes.put(TakenItem("B#" + batch_id, _TOOK + secrets.token_hex(10), entered=json.dumps(entered, separators=(",", ":"))))


def taken(batch_id: str) -> Iterator[Entered]:
    """The records that a batch entered, always in the same order."""
    for item in engine.query(settings.table("archive"), "B#" + batch_id, beginning=_TOOK):
        for subject_id, record_id, code, day in json.loads(item["entered"]["S"]):
            yield Entered(subject_id, record_id, code, date.fromisoformat(day))


def note_provider(code: str, name: str, day: date) -> None:
    """Know a provider (USCC) from its first submission or declaration on; a name takes the place of the one before, an empty one
    does not."""
    named = {"#name": "name"} if name else {}
    engine.client().update_item(
        TableName=settings.table("archive"),
        Key={"pk": {"S": PROVIDERS}, "sk": {"S": code}},
        UpdateExpression="SET #type = :type, #schema = :schema, since = if_not_exists(since, :day)" + (", #name = :name" if name else ""),
        ExpressionAttributeNames={"#type": "type", "#schema": "schema", **named},
        ExpressionAttributeValues={
            ":type": {"S": "provider"},
            ":schema": {"N": str(SCHEMA)},
            ":day": {"S": day.isoformat()},
            **({":name": {"S": name}} if name else {}),
        },
    )


def providers() -> list[tuple[Office, date]]:
    """Everybody who has submitted or declared something, by code, each with its first day here; who has never told a name bears
    the code as one."""
    return [_provider(item) for item in engine.query(settings.table("archive"), PROVIDERS)]


def provider(code: str) -> tuple[Office, date] | None:
    """One provider and its first day here; None while it has submitted and declared nothing."""
    return next(map(_provider, engine.batch_get(settings.table("archive"), [(PROVIDERS, code)])), None)


def _provider(item: engine.Item) -> tuple[Office, date]:
    code = item["sk"]["S"]
    return Office(code, item["name"]["S"] if "name" in item else code), date.fromisoformat(item["since"]["S"])


def batches_of_provider(provider: str, *, limit: int, before: str | None = None) -> list[Batch]:
    """The submissions of a provider, latest first, at most `limit`; those that began before the batch at a place (`place_of`)."""
    places = _places(provider, page=limit + 1, before=before or "~")
    return _batches(islice((place for place in places if place != before), limit))


def batches_since(provider: str, begin: datetime) -> list[Batch]:
    """The submissions of a provider that began at an instant or later, latest first."""
    return _batches(_places(provider, page=1000, since=begin.astimezone(UTC).isoformat(timespec="seconds")))


def _places(provider: str, *, page: int, since: str = "", before: str = "~") -> Iterator[str]:
    pages = (
        engine.client()
        .get_paginator("query")
        .paginate(
            TableName=settings.table("archive"),
            KeyConditionExpression="pk = :pk AND sk BETWEEN :since AND :before",
            ExpressionAttributeValues={":pk": {"S": "P#" + provider}, ":since": {"S": _BATCH + since}, ":before": {"S": _BATCH + before}},
            ScanIndexForward=False,
            ConsistentRead=True,
            PaginationConfig={"PageSize": page},
        )
    )
    return (item["sk"]["S"].removeprefix(_BATCH) for found in pages for item in found["Items"])


def place_of(batch: Batch) -> str:
    """Where a batch stands among its provider's."""
    return f"{batch.started}#{batch.id}"


def _batches(places: Iterable[str]) -> list[Batch]:
    keys = [("B#" + place.partition("#")[2], "HEAD") for place in places]
    heads = map(ArchiveItem.from_raw_data, engine.batch_get(settings.table("archive"), keys))
    return sorted(map(_batch, heads), key=lambda batch: (batch.started, batch.id), reverse=True)


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


def key_of(batch_id: str) -> bytes:
    """The wrapped data key under which a submission's own facts are sealed."""
    return _batch_head(batch_id).data_key


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
    timely = {month: (on_time, late) for month, (on_time, late) in json.loads(head.timely or "{}").items()}
    return Batch(head.pk.removeprefix("B#"), head.kind, head.provider, head.started, head.ended, *counts, head.via, head.office, timely)


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
        timely=json.dumps(dict(batch.timely), separators=(",", ":")) if batch.timely else None,
        data_key=data_key,
    )
