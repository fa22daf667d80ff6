"""How a provider's submissions stand in a period: in time, late, missing, refused; and the light that this earns (KLM-3, NTG-1, NT-5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from chalicelib import cities, clock, settings
from chalicelib.law import timeliness as law
from chalicelib.law.parameters import Rules
from chalicelib.law.timeliness import Figures, Light
from chalicelib.records.subjects import Office
from chalicelib.records.submissions import Batch, Declared, MonthTotal
from chalicelib.services.submission.rows import CATALOGUE_OF
from chalicelib.storage import declared, submissions


@dataclass(frozen=True)
class Standing:
    """A provider's figures in a period, by month (`2026-11`) and in all, and its light."""

    provider: Office
    months: Mapping[str, Figures]
    figures: Figures
    light: Light


def of(provider: str, begin: date, end: date) -> Standing | None:
    """How a provider (USCC) stands in the months from one day to another, as of today; None when it has never been heard of."""
    known = submissions.provider(provider)
    return _standing(*known, begin, end) if known else None


def of_all(begin: date, end: date) -> list[Standing]:
    """How every provider stands in the months from one day to another, as of today, by code."""
    return [_standing(office, since, begin, end) for office, since in submissions.providers() if since <= end]


def silent(month: str) -> Iterator[str]:
    """The providers (USCC) that were known in a month (`2026-11`) and have said nothing of it so far, not even that there was nothing."""
    for office, since in submissions.providers():
        if says_nothing(office.code, since, month):
            yield office.code


def says_nothing(provider: str, since: date, month: str) -> bool:
    """Whether a provider, known since a day, has neither sent nor declared anything of a month so far."""
    first = _first(month)
    if since > law.last_of_month(first):
        return False
    work = _work(Office(provider, ""), since, first)
    return not work.said(month, work.came(month))


def months_of(begin: date, end: date) -> list[str]:
    """The months from one day to another, both included."""
    return list(dict.fromkeys(f"{begin + timedelta(days=day):%Y-%m}" for day in range((end - begin).days + 1)))


def _standing(office: Office, since: date, begin: date, end: date) -> Standing:
    work = _work(office, since, begin)
    months = {month: work.figures(month) for month in months_of(begin, min(end, work.today))}
    whole = total(list(months.values()))
    return Standing(office, months, whole, law.light(whole, work.rules, min(end, work.today)))


def _work(office: Office, since: date, begin: date) -> _Work:
    rules, today = cities.load(settings.city()).rules, clock.today()
    batches = submissions.batches_since(office.code, datetime.combine(begin, time(), clock.SHANGHAI))
    timely = {batch.id: batch.timely if batch.ended else _counted(batch, rules, since) for batch in batches}
    return _Work(rules, today, since, batches, timely, declared.decisions(office.code), declared.totals(office.code))


def total(parts: Sequence[Figures]) -> Figures:
    """Figures added up."""
    return Figures(
        on_time=sum(part.on_time for part in parts),
        late=sum(part.late for part in parts),
        missing=sum(part.missing for part in parts),
        taken=sum(part.taken for part in parts),
        refused=sum(part.refused for part in parts),
        silent_months=sum(part.silent_months for part in parts),
    )


@dataclass(frozen=True)
class _Work:
    """What is held of one provider, from which the figures of any month are told."""

    rules: Rules
    today: date
    since: date
    batches: Sequence[Batch]
    timely: Mapping[str, Mapping[str, tuple[int, int]]]
    decisions: Sequence[Declared]
    totals: Sequence[MonthTotal]

    def figures(self, month: str) -> Figures:
        """The figures of one month: by the day of the decision, refused rows by the day on which they came."""
        on_time, late = self.came(month)
        came = [batch for batch in self.batches if _month_of(batch) == month]
        return Figures(
            on_time=on_time,
            late=late,
            missing=self._missing(month),
            taken=sum(batch.accepted + batch.duplicate for batch in came),
            refused=sum(batch.refused for batch in came),
            silent_months=int(self._is_silent(month, (on_time, late))),
        )

    def came(self, month: str) -> tuple[int, int]:
        """How many decisions of a month came in time, and late."""
        each = [timely.get(month, (0, 0)) for timely in self.timely.values()]
        return sum(on_time for on_time, _ in each), sum(late for _, late in each)

    def said(self, month: str, came: tuple[int, int]) -> bool:
        """Whether anything was sent or declared of a month."""
        of_month = any(one.month == month for one in self.totals) or any(f"{one.decided_on:%Y-%m}" == month for one in self.decisions)
        return any(came) or of_month

    def _missing(self, month: str) -> int:
        """What was declared and is not in past its day: single decisions, and what lacks to the totals; the greater of the two."""
        return sum(max(single, lacking) for single, lacking in self._missing_by_item(month))

    def _missing_by_item(self, month: str) -> Iterator[tuple[int, int]]:
        stated = {one.item: one.count for one in self.totals if one.month == month}
        came: dict[str, int] = defaultdict(int)
        for batch in self.batches:
            came[CATALOGUE_OF.get(batch.kind, batch.kind)] += sum(self.timely[batch.id].get(month, (0, 0)))
        for item in law.ITEMS:
            single = sum(self._is_overdue(one) for one in self.decisions if one.item == item and f"{one.decided_on:%Y-%m}" == month)
            due = law.due_by(item, law.last_of_month(_first(month)), self.rules)
            closed = due is not None and self.today > due.day
            yield single, max(0, stated.get(item, 0) - came[item]) if closed else 0

    def _is_overdue(self, one: Declared) -> bool:
        due = law.due_by(one.item, one.decided_on, self.rules)
        return one.arrived is None and one.withdrawn is None and due is not None and self.today > due.day

    def _is_silent(self, month: str, came: tuple[int, int]) -> bool:
        """Whether a month is over, with its deadlines, in which the provider was known and said nothing."""
        first = _first(month)
        closed = self.today > law.month_closes(first, self.rules).day
        return closed and self.since <= law.last_of_month(first) and not self.said(month, came)


def _counted(batch: Batch, rules: Rules, since: date) -> Mapping[str, tuple[int, int]]:
    """What a submission that has not come to its end has entered so far, in time and late."""
    came = datetime.fromisoformat(batch.started).astimezone(clock.SHANGHAI).date()
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in submissions.taken(batch.id):
        due = law.due_by(one.item, one.determined_on, rules)
        if due is not None and due.day >= since:
            counts[f"{one.determined_on:%Y-%m}"][came > due.day] += 1
    return {month: (on_time, late) for month, (on_time, late) in counts.items()}


def _first(month: str) -> date:
    return date.fromisoformat(month + "-01")


def _month_of(batch: Batch) -> str:
    return f"{datetime.fromisoformat(batch.started).astimezone(clock.SHANGHAI):%Y-%m}"
