"""Who may use the green channel: a role model, or who has no bad record in some years in a row. Yes or no with why, never a score."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from chalicelib.law.certificates import in_english
from chalicelib.law.decisions import Refused
from chalicelib.law.parameters import Rules, in_force
from chalicelib.law.periods import Period
from chalicelib.law.showing import SUSPENDED, counts, in_use
from chalicelib.records.entries import Record
from chalicelib.records.kinds import EndedHow
from chalicelib.records.subjects import Subject

CLAUSE = "KLM-6"
TITLE = "绿色通道资格证明"
ROLE_MODELS = "redlist"
PUT_RIGHT: frozenset[EndedHow] = frozenset({"repaired", "corrected", "withdrawn", "purged", "exited"})
"""What became of records that do not count any more: they were repaired, or should never have stood there so."""


@dataclass(frozen=True)
class Against:
    """A record that stands against it, and the first day on which it does so no more."""

    record: Record
    over_on: date


@dataclass(frozen=True)
class Standing:
    """Whether the green channel is open on a day: `role_model` is the entry by which it is, `against` what stands in the way of clean
    years since a day. `from_when` is the first day on which nothing of that does. `source` is the rule for the years."""

    day: date
    since: date
    years: int
    role_model: Record | None
    against: tuple[Against, ...]
    from_when: date | None
    source: str
    defaulted: bool

    @property
    def is_open(self) -> bool:
        """Whether the green channel is open."""
        return self.role_model is not None or self.from_when is None


def standing(records: Iterable[Record], established_on: date | None, day: date, rules: Rules) -> Standing:
    """How a subject stands on a day (KLM-6, AK-2.3, HY-11). An organisation younger than the years has not had them yet."""
    rule = in_force("clean_record_years", on=day, rules=rules)
    years = Period(int(rule.value), "years")
    held = tuple(records)
    against = tuple(sorted((one for record in held if (one := _against(record, years, day))), key=lambda one: one.over_on))
    ends = [one.over_on for one in against]
    if established_on is not None and years.last_day(established_on) > day:
        ends.append(years.last_day(established_on))
    models = [one for one in held if one.catalogue == ROLE_MODELS and one.valid_until and one.determined_on <= day and in_use(one, day)]
    since = Period(-years.count, "years").last_day(day)
    best = max(models, key=lambda one: one.valid_until or date.min, default=None)
    return Standing(day, since, years.count, best, against, max(ends, default=None), rule.source, rule.defaulted)


def established_on(subject: Subject) -> date | None:
    """The day on which an organisation was established, as the register tells; None where it does not, and for people."""
    told = subject.profile.registration.get("established_on")
    return date.fromisoformat(told) if told else None


def refuse_closed(found: Standing) -> None:
    """`Refused` when the green channel is not open, with the first day on which it could be."""
    if not found.is_open:
        raise Refused("现在不符合绿色通道的条件：本页写明了原因和最早符合的日期", CLAUSE, from_when=found.from_when)


def statement(found: Standing) -> str:
    """What is certified, in words."""
    if found.role_model is not None:
        entry = found.role_model
        return f"该主体列入“{entry.title}”（{entry.content.get('recogniser') or entry.provider.name}认定），是诚信典型。"
    return f"该主体自 {_written(found.since)} 起连续{found.years}年没有不良信用记录（已修复、已更正、已撤回的不计）。"


def statement_in_english(found: Standing) -> str:
    """The same for readers of English; names of lists and of who keeps them stay as they are."""
    if found.role_model is not None:
        entry = found.role_model
        recogniser = entry.content.get("recogniser") or entry.provider.name
        return f"The subject is on the red list “{entry.title}” kept by {recogniser}: a role model."
    years = f"{found.years} years in a row" if found.years > 1 else "1 year"
    return (
        f"Since {in_english(found.since)} the subject has had no bad credit record, {years} (records that were repaired, corrected or "
        "withdrawn do not count)."
    )


def _against(record: Record, years: Period, day: date) -> Against | None:
    """A bad record stands against it as long as it counts, and for the years from its determination; one whose use is suspended, or
    that was put right, does not."""
    if record.category != "negative" or record.determined_on > day or SUSPENDED in record.flags:
        return None
    if record.ended is not None and record.ended.how in PUT_RIGHT:
        return None
    last_day = years.last_day(record.determined_on)
    if counts(record, day):
        last_day = max(last_day, record.valid_until or date.max - timedelta(days=1))
    return Against(record, last_day + timedelta(days=1)) if last_day >= day else None


def _written(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
