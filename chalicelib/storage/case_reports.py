"""Case reports as they are due and sent, and which typical cases were published in a month (AK-5, NT-28b). They tell of organisations.

Keys: `CASEREPORTS` / `<period>`; `PUBLISHED#<month>` / `<number of the case>`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from chalicelib import settings
from chalicelib.records.access import Act
from chalicelib.storage import archive, engine
from chalicelib.storage.archive import Changes
from chalicelib.storage.models import ArchiveItem
from chalicelib.storage.packing import pack, unpack

_REPORTS, _PUBLISHED = "CASEREPORTS", "PUBLISHED#"


class CaseReportItem(ArchiveItem, discriminator="case_report"):
    """One report: due since a day; what was sent, once it is."""

    version = NumberAttribute()
    since = UnicodeAttribute()
    sent = UnicodeAttribute(null=True)
    sent_by_name = UnicodeAttribute(null=True)
    body = BinaryAttribute(legacy_encoding=False, null=True)


class PublishedCaseItem(ArchiveItem, discriminator="published_case"):
    """Names a typical case among those that were published in its month."""


@dataclass(frozen=True)
class CaseReport:
    """A report of a period: since when it is due, when (an instant in UTC) and by whom it was sent, and what it said then."""

    period: str
    since: date
    version: int
    sent: str | None = None
    sent_by_name: str | None = None
    facts: Mapping[str, Any] | None = None


def put(period: str, since: date, at: datetime) -> None:
    """Note that a report is due, with its entry in the trail; `Conflict` when that is noted."""
    changes = Changes()
    changes.put(CaseReportItem(_REPORTS, period, version=1, since=since.isoformat()))
    archive.put_trail(changes, [Act("case_report.due", "-", period, since.isoformat())], actor="schedule", reason=period, at=at)
    changes.commit()


def sent(report: CaseReport, facts: Mapping[str, Any], *, by: str, name: str, at: datetime) -> None:
    """Note that a report was sent, with what it said; `Conflict` when another did at this moment."""
    changes, instant = Changes(), at.isoformat(timespec="seconds")
    since, version = report.since.isoformat(), report.version
    item = CaseReportItem(
        _REPORTS, report.period, version=version + 1, since=since, sent=instant, sent_by_name=name, body=pack(dict(facts))
    )
    changes.put(item, version)
    archive.put_trail(changes, [Act("case_report.sent", "-", report.period, dict(facts))], actor=by, reason=report.period, at=at)
    changes.commit()


def all_reports() -> list[CaseReport]:
    """Every report, the latest period first."""
    items = map(ArchiveItem.from_raw_data, engine.query(settings.table("archive"), _REPORTS))
    return sorted(map(_report, items), key=lambda report: report.since, reverse=True)


def find(period: str) -> CaseReport | None:
    """The report of a period; None while it is not due."""
    items = map(ArchiveItem.from_raw_data, engine.batch_get(settings.table("archive"), [(_REPORTS, period)]))
    return next(map(_report, items), None)


def note_published(changes: Changes, month: str, number: str) -> None:
    """Name a case among those of a month (`2026-11`), in what is written together."""
    changes.put(PublishedCaseItem(_PUBLISHED + month, number))


def published_in(months: Iterable[str]) -> list[str]:
    """The numbers of the cases that were published in these months, in order."""
    return [item["sk"]["S"] for month in months for item in engine.query(settings.table("archive"), _PUBLISHED + month)]


def _report(item: CaseReportItem) -> CaseReport:
    facts = unpack(item.body) if item.body else None
    return CaseReport(item.sk, date.fromisoformat(item.since), int(item.version), item.sent, item.sent_by_name, facts)
