"""Periods of calendar time and the day on which they end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from dateutil.relativedelta import relativedelta

Unit = Literal["days", "months", "years"]
UNITS: tuple[Unit, ...] = ("days", "months", "years")


@dataclass(frozen=True)
class Period:
    """A number of calendar days, months or years."""

    count: int
    unit: Unit

    def last_day(self, start: date, count_first_day: bool = False) -> date:
        """The last day of the period that `start` sets going; it ends at 24:00 of that day.

        The day it starts is not counted (民法典 Art. 201) unless `count_first_day`; a period of months or years ends on
        the same date, or on the last day of a month that has no such date (29 Feb -> 28 Feb, 民法典 Art. 202).
        A period of nothing has ended before it began.
        """
        if self.count == 0:
            return start - timedelta(days=1)
        if self.unit == "days":
            end = start + timedelta(days=self.count)
        elif self.unit == "months":
            end = start + relativedelta(months=self.count)
        else:
            end = start + relativedelta(years=self.count)
        return end - timedelta(days=1) if count_first_day else end

    def label(self) -> str:
        """The period in Chinese, as a page or a table shows it."""
        return f"{self.count}{ {'days': '日', 'months': '个月', 'years': '年'}[self.unit] }"
