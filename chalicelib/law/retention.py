"""How long a record is kept after its use has ended, by the retention period of its catalogue item (NT-8c)."""

from __future__ import annotations

from datetime import date, timedelta

from chalicelib.law.catalogue import Item
from chalicelib.law.parameters import Rules, in_force
from chalicelib.law.periods import Period
from chalicelib.records.entries import Record


def kept_until(record: Record, item: Item) -> date | None:
    """The last day on which a record is kept: its years are counted from the last day of its use (NT-8c). None while it has no end."""
    last_day = record.ended.on - timedelta(days=1) if record.ended else record.valid_until
    return Period(item.retention_years, "years").last_day(last_day) if last_day else None


def scan_kept_until(last_day: date, rules: Rules) -> date:
    """The last day on which the scan of a paper is kept, by the last day on which that could count, or a file that came with a case, by
    the day on which that was closed [project]."""
    return _kept("paper_retention", last_day, rules)


def traces_kept_until(left_on: date, rules: Rules) -> date:
    """The last day on which the trace of a query, a report or a case is kept that was left on a day [project]."""
    return _kept("trace_retention", left_on, rules)


def _kept(parameter: str, last_day: date, rules: Rules) -> date:
    return Period(int(in_force(parameter, on=last_day, rules=rules).value), "years").last_day(last_day)
