"""How long a record is kept after its use has ended, by the retention period of its catalogue item (NT-8c)."""

from __future__ import annotations

from datetime import date

from chalicelib.law.catalogue import Item
from chalicelib.law.periods import Period


def kept_until(end_of_use: date, item: Item) -> date:
    """The last day on which an archived record is kept: its years are counted from the last day of use (NT-8c)."""
    return Period(item.retention_years, "years").last_day(end_of_use)
