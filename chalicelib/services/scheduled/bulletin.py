"""The quarterly bulletin on the providers' submissions, and the statistics of collection and use beside it (NTN-4b, NT-40, KLM-25).

It tells of bodies, never of people. One that is made stays as it is: what comes in later counts in the next.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from chalicelib import cities, clock, settings
from chalicelib.law import timeliness as law
from chalicelib.law.decisions import Refused
from chalicelib.law.parameters import in_force
from chalicelib.law.timeliness import Colour, Figures
from chalicelib.records.subjects import Office
from chalicelib.services.identity.api_keys import all_keys
from chalicelib.services.submission import timeliness
from chalicelib.storage import bulletins, keys, submissions
from chalicelib.storage.archive import Conflict

DAYS_COUNTED = 40
"""Days of which the uses are counted afterwards at most, should the job have failed for so long."""
PEOPLE = ""
"""The name of what no key asked: people at the counter and on pages, all together."""
_QUARTER = re.compile(r"(\d{4})-Q([1-4])")


@dataclass(frozen=True)
class Line:
    """How one provider stands: its figures, its light and why, and its rows by kind of submission."""

    provider: Office
    figures: Figures
    colour: Colour
    reasons: tuple[tuple[str, Mapping[str, object]], ...]
    collected: Mapping[str, int]


@dataclass(frozen=True)
class Use:
    """What one user asked in a quarter, by kind of query."""

    name: str
    queries: Mapping[str, int]


@dataclass(frozen=True)
class Bulletin:
    """A quarter as of a day. `final` says that all its deadlines are over, and that it is kept so. `collected` are the rows taken by
    month, `source` and `defaulted` tell of the rule for the lights."""

    quarter: str
    as_of: date
    final: bool
    lines: tuple[Line, ...]
    uses: tuple[Use, ...]
    collected: tuple[tuple[str, int], ...]
    source: str
    defaulted: bool

    @property
    def figures(self) -> Figures:
        """All providers together."""
        return timeliness.total([line.figures for line in self.lines])


def quarter_of(day: date) -> str:
    """The quarter of a day, `2026-Q4`."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def bounds(quarter: str) -> tuple[date, date]:
    """The first and last day of a quarter; `Refused` for what is none, or has not begun."""
    found = _QUARTER.fullmatch(quarter)  # as text, quarters sort by time
    if not found or quarter > quarter_of(clock.today()):
        raise Refused("没有这个季度：请按 {example} 的格式填写", example=quarter_of(clock.today()))
    begin = date(int(found[1]), int(found[2]) * 3 - 2, 1)
    return begin, law.last_of_month(begin.replace(day=1) + timedelta(days=70))


def of(quarter: str) -> Bulletin:
    """The bulletin of a quarter as it is kept; of one that is none yet, how it stands today. `Refused` for what is no quarter."""
    kept = bulletins.find(quarter)
    return _read(kept) if kept else _made(quarter, *bounds(quarter))


def quarters() -> list[str]:
    """The quarters that can be shown, the latest first: this one, the one before, and those with a bulletin."""
    today = clock.today()
    before = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1) - timedelta(days=1)
    return sorted({quarter_of(today), quarter_of(before), *bulletins.quarters()}, reverse=True)


def has_begun() -> bool:
    """Whether anything was ever stored here. Before that no job writes to the archive: a backup comes back into an empty one only."""
    return keys.has_root()


def due(day: date) -> dict[str, int]:
    """Count the uses of the days since, and make the bulletin of the last quarter of which all deadlines are over: counts of
    bulletins due and done, and of days counted. Safe to run twice."""
    counted = _count_uses(day)
    quarter = _last_closed(day)
    counts = {"due": 0, "done": 0, "failed": 0, "days": counted}
    if quarter is None or bulletins.find(quarter):
        return counts
    made = _made(quarter, *bounds(quarter))
    if not made.lines:
        return counts
    try:
        bulletins.put(quarter, _facts(made), "schedule", clock.now())
    except Conflict:  # another run was first
        return counts
    return {**counts, "due": 1, "done": 1}


def _last_closed(day: date) -> str | None:
    """The latest quarter of which a bulletin is made by a day; None where the city makes none every quarter."""
    rules = cities.load(settings.city()).rules
    if in_force("bulletin", on=day, rules=rules).value != "quarterly":
        return None
    begin = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    while day <= law.month_closes(begin - timedelta(days=1), rules).day:
        begin = (begin - timedelta(days=1)).replace(day=1) - timedelta(days=40)
        begin = begin.replace(month=(begin.month - 1) // 3 * 3 + 1, day=1)
    return quarter_of(begin - timedelta(days=1))


def _made(quarter: str, begin: date, end: date) -> Bulletin:
    rules, today = cities.load(settings.city()).rules, clock.today()
    lines, by_month = [], Counter[str]()
    for standing in timeliness.of_all(begin, end):
        collected, taken = _collected(standing.provider.code, begin, end)
        by_month.update(taken)
        lines.append(Line(standing.provider, standing.figures, standing.light.colour, standing.light.reasons, collected))
    light = law.light(Figures(), rules, min(end, today))
    months = timeliness.months_of(begin, end)
    return Bulletin(
        quarter,
        today,
        today > law.month_closes(end, rules).day,
        tuple(lines),
        tuple(_uses(months)),
        tuple((month, by_month[month]) for month in months),
        light.source,
        light.defaulted,
    )


def _collected(provider: str, begin: date, end: date) -> tuple[dict[str, int], Counter[str]]:
    """The rows of a provider that were taken in a period, by kind and by month."""
    kinds, months = Counter[str](), Counter[str]()
    for batch in submissions.batches_since(provider, datetime.combine(begin, time(), clock.SHANGHAI)):
        day = datetime.fromisoformat(batch.started).astimezone(clock.SHANGHAI).date()
        if day <= end and batch.accepted:
            kinds[batch.kind] += batch.accepted
            months[f"{day:%Y-%m}"] += batch.accepted
    return dict(sorted(kinds.items())), months


def _uses(months: Iterable[str]) -> list[Use]:
    """What each user asked: bodies by the name of their key, people together."""
    found: dict[str, Counter[str]] = {}
    names = {key.id: key.name for key in all_keys()}
    for month in months:
        for of_day in bulletins.uses(month).values():
            for actor, queries in of_day.items():
                found.setdefault(names.get(actor, PEOPLE), Counter()).update(queries)
    return [Use(name, dict(sorted(queries.items()))) for name, queries in sorted(found.items())]


def _count_uses(day: date) -> int:
    """Count the days before a day that are not counted yet, yesterday last; how many were."""
    first = day - timedelta(days=DAYS_COUNTED)
    known = {one for month in timeliness.months_of(first, day) for one in bulletins.uses(month)}
    since = max(map(date.fromisoformat, known), default=day - timedelta(days=2))
    wanted = [one for one in (max(first, since) + timedelta(days=number) for number in range(DAYS_COUNTED)) if since < one < day]
    for one in wanted:
        begin = datetime.combine(one, time(), clock.SHANGHAI)
        bulletins.count_uses(one, begin, begin + timedelta(days=1))
    return len(wanted)


def _facts(made: Bulletin) -> dict[str, Any]:
    return {**asdict(made), "as_of": made.as_of.isoformat()}


def _read(facts: Mapping[str, Any]) -> Bulletin:
    lines = tuple(
        Line(
            Office(**line["provider"]),
            Figures(**line["figures"]),
            line["colour"],
            tuple((text, values) for text, values in line["reasons"]),
            line["collected"],
        )
        for line in facts["lines"]
    )
    uses = tuple(Use(use["name"], use["queries"]) for use in facts["uses"])
    collected = tuple((month, count) for month, count in facts["collected"])
    return Bulletin(**{**facts, "as_of": date.fromisoformat(facts["as_of"]), "lines": lines, "uses": uses, "collected": collected})
