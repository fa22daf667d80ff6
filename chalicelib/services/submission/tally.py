"""Counts of the rows of a submission what came in time and what late, and ticks off what its provider had declared (KLM-3, NT-5).

What was due before the provider's first day here is filled in afterwards (AK-1.3): it is neither.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime

from chalicelib.law import timeliness
from chalicelib.law.parameters import Rules
from chalicelib.records.submissions import Declared
from chalicelib.services.submission.rows import RecordRow, SubjectRow
from chalicelib.services.submission.values import same_document_no
from chalicelib.storage import declared, submissions
from chalicelib.storage.archive import Conflict

_IN_TIME, _LATE = 0, 1


class Tally:
    """The count of one submission, row by row."""

    def __init__(self, provider: str, rules: Rules, today: date) -> None:
        self._provider, self._rules, self._today = provider, rules, today
        known = submissions.provider(provider)
        self._since = known[1] if known else today
        self._last_days: dict[tuple[str, date], date | None] = {}
        self._counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        self._waiting: dict[str, dict[tuple[str, str], Declared]] = {}
        self._arrived: dict[str, Declared] = {}
        self.name = ""
        """What the provider calls itself in its rows."""

    def note(self, row: SubjectRow | RecordRow, *, new: bool) -> None:
        """A row that is in: new, or known already."""
        if isinstance(row, SubjectRow):
            return
        if row.provider.code == self._provider and row.provider.name != self._provider:
            self.name = row.provider.name
        if new:
            self._count(row)
        if row.item.code in timeliness.DECISIONS:
            self._tick_off(row)

    def timely(self) -> dict[str, tuple[int, int]]:
        """By the month of the decision: how many came in time, how many late."""
        return {month: (counts[_IN_TIME], counts[_LATE]) for month, counts in sorted(self._counts.items())}

    def finish(self, at: datetime) -> None:
        """Keep which declared decisions are in. Who changed one at this moment wins: the next row of it ticks it off."""
        for one in self._arrived.values():
            try:
                declared.put(replace(one, arrived=self._today, version=one.version + 1), "decision.arrived", at)
            except Conflict:
                continue

    def _count(self, row: RecordRow) -> None:
        key = (row.item.code, row.determined_on)
        if key not in self._last_days:
            due = timeliness.due_by(*key, self._rules)
            self._last_days[key] = due.day if due else None
        last_day = self._last_days[key]
        if last_day is not None and last_day >= self._since:
            self._counts[f"{row.determined_on:%Y-%m}"][_LATE if self._today > last_day else _IN_TIME] += 1

    def _tick_off(self, row: RecordRow) -> None:
        number = row.item.code, same_document_no(row.document_no or "")
        for code in {self._provider, row.provider.code, row.body.code} - {""}:
            if code not in self._waiting:
                self._waiting[code] = {
                    (one.item, same_document_no(one.number)): one
                    for one in declared.decisions(code)
                    if one.arrived is None and one.withdrawn is None
                }
            found = self._waiting[code].get(number)
            if found:
                self._arrived[found.id] = found
