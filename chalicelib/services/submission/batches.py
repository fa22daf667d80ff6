"""Submissions looked up again: who sent what when, what became of it, and the refused rows once more as a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from chalicelib import clock
from chalicelib.law.decisions import Refused
from chalicelib.records.submissions import Batch as Batch
from chalicelib.records.submissions import Refusal as Refusal
from chalicelib.services.submission.intake import refused_csv, write_refused
from chalicelib.storage import submissions

CUT_OFF_AFTER = timedelta(hours=2)
"""A submission without an end counts as running so long after its start, then as cut off: nothing else tells the two apart."""

PAGE = 20
"""Submissions on a page."""


def listing(month: str | None = None) -> list[dict[str, Any]]:
    """The submissions that started in a month (`2026-11`, in China; this month when None), latest first; `Refused` when it is no month."""
    begin, end = _bounds(month or f"{clock.today():%Y-%m}")
    utc_months = {f"{instant.astimezone(UTC):%Y-%m}" for instant in (begin, end - timedelta(seconds=1))}
    batches = [batch for utc_month in utc_months for batch in submissions.batches_of(utc_month)]
    inside = [batch for batch in batches if begin <= datetime.fromisoformat(batch.started) < end]
    return [_facts(batch) for batch in sorted(inside, key=lambda batch: (batch.started, batch.id), reverse=True)]


def show(batch_id: str, *, refused_to: Path | None = None) -> dict[str, Any]:
    """One submission; its refused rows, as they were sent back (people's numbers covered), go to a file when one is named.

    The file has the layout of `FILE.refused.csv`; columns that no refused row has are left out. Without refused rows nothing is
    written. `Refused` for an unknown id.
    """
    if submissions.find_batch(batch_id) is None:
        raise Refused(f"没有批次 {batch_id}：请用 ./mingxin batch list 查看批次号")
    batch, refusals = submissions.load_batch(batch_id)
    if refused_to is not None and refusals:
        columns = dict.fromkeys(column for refusal in refusals for column in refusal.row)
        write_refused(refused_to, tuple(columns), refusals)
    return _facts(batch)


def of_provider(provider: str, before: str | None = None) -> tuple[list[Batch], str | None]:
    """The submissions of a provider (USCC), latest first, a page of them from a place on, and the place of the next page."""
    found = submissions.batches_of_provider(provider, limit=PAGE + 1, before=before)
    return found[:PAGE], submissions.place_of(found[PAGE - 1]) if len(found) > PAGE else None


def receipt(batch_id: str) -> tuple[Batch, list[Refusal]] | None:
    """A submission and its refused rows, people's numbers covered; None when there is none under this id."""
    return submissions.load_batch(batch_id) if submissions.find_batch(batch_id) else None


def refused_file(refusals: Sequence[Refusal]) -> str:
    """Refused rows as a table with a mark at its beginning, so that spreadsheets read it as UTF-8."""
    columns = tuple(dict.fromkeys(column for refusal in refusals for column in refusal.row))
    return "\ufeff" + refused_csv(columns, refusals)


def state(batch: Batch) -> str:
    """Whether a submission has `ended`, is `running`, or was `cut_off`."""
    if batch.ended:
        return "ended"
    return "running" if clock.now() - datetime.fromisoformat(batch.started) < CUT_OFF_AFTER else "cut_off"


def _bounds(month: str) -> tuple[datetime, datetime]:
    """The first instant of a month in China, and of the next."""
    try:
        begin = datetime.strptime(month, "%Y-%m").replace(tzinfo=clock.SHANGHAI)
    except ValueError as error:
        raise Refused(f"{month} 不是月份：请按 2026-11 的格式填写") from error
    return begin, (begin + timedelta(days=32)).replace(day=1)


def _facts(batch: Batch) -> dict[str, Any]:
    return {
        "batch": batch.id,
        "kind": batch.kind,
        "provider": batch.provider,
        "office": batch.office,
        "via": batch.via,
        "started": _local(batch.started),
        "ended": _local(batch.ended) if batch.ended else None,
        "state": state(batch),
        "accepted": batch.accepted,
        "duplicate": batch.duplicate,
        "refused": batch.refused,
    }


def _local(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone(clock.SHANGHAI).isoformat(timespec="seconds")
