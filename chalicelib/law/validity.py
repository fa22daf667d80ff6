"""How long a record counts and shows: the days on which it begins and ends, with the rule that says so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from chalicelib.law.catalogue import Item
from chalicelib.law.decisions import Refused
from chalicelib.law.parameters import InForce, Rules, from_then_on, in_force
from chalicelib.law.periods import UNITS, Period
from chalicelib.law.showing import counts as counts
from chalicelib.law.showing import counts_on as counts_on
from chalicelib.law.showing import in_use as in_use
from chalicelib.records.kinds import Severity

NO_END = date(2099, 12, 31)
"""The day by which the national layouts say "no end" (2099/12/31)."""


@dataclass(frozen=True)
class Ending:
    """The last day on which a record counts and shows; None means that it has no end.

    `source` is the rule that fixed the day, `defaulted` says that the rule is of the `default` layer.
    `minimum` is the last day that the record shows whatever happens, where a rule sets a shortest publicity.
    """

    last_day: date | None
    source: str
    defaulted: bool = False
    minimum: date | None = None


def severity_of(item: Item, stated: str, rules: Rules, on: date) -> Severity | None:
    """The severity that the provider states by its sector's standard, else the item's own, which is general (NT-15).

    Only records of negative items have one. The words that providers use are a parameter.
    """
    if item.severity_rule == "none":
        return None
    words = in_force("severity_words", on=on, rules=rules).facts
    return words.get(stated.strip(), item.unstated_severity)  # type: ignore[no-any-return]


def ends_on(determined_on: date, severity: Severity, rules: Rules, item: Item | None = None) -> Ending:
    """Last day on which a negative record may be used or shown (NT-30), from its determination date.

    Where a later rule takes effect while the record counts, both could apply: the shorter does, but never so that it
    would have ended before the later rule began. An item whose own law sets a period has that one instead.
    """
    count_first_day = bool(in_force("count_first_day", on=determined_on, rules=rules).value)
    if item is not None and item.validity is not None:
        return _ending(
            InForce(item.validity, str(item.validity["source"]), str(item.validity["unit"]), determined_on, False),
            determined_on,
            severity,
            rules,
            count_first_day,
        )
    values = from_then_on("validity", on=determined_on, rules=rules)
    ending = _ending(next(values), determined_on, severity, rules, count_first_day)
    for later in values:
        if ending.last_day is None or later.begins > ending.last_day:
            break
        other = _ending(later, determined_on, severity, rules, count_first_day)
        if other.last_day is not None and other.last_day < ending.last_day:
            ending = Ending(max(other.last_day, later.begins - timedelta(days=1)), other.source, other.defaulted, other.minimum)
    return ending


def public_until(item: Item, *, determined_on: date, severity: Severity | None, stated_end: date | None, rules: Rules) -> Ending:
    """Last day on which a record shows, by the publicity rule of its catalogue item.

    `stated`: until the end that the provider states (a licence's 有效期至); `computed`: as long as a negative record is
    valid; `earlier`: the earlier of the two (a penalty's 公示截止期). An item with the rule `none` never shows, whatever its end.
    """
    if stated_end is not None and stated_end >= NO_END:
        stated_end = None
    stated = Ending(stated_end, item.stated_end_source)
    if item.category == "negative" and severity is None:
        severity = "general"  # negative information always ends (NT-30)
    if severity is None or (item.publicity_rule == "stated" and (stated_end is not None or item.category != "negative")):
        return stated
    computed = ends_on(determined_on, severity, rules, item)
    if item.publicity_rule == "earlier" and stated_end is not None and computed.last_day is not None and stated_end < computed.last_day:
        return Ending(stated_end, item.stated_end_source, minimum=computed.minimum)
    return computed


def _ending(value: InForce, determined_on: date, severity: Severity, rules: Rules, count_first_day: bool) -> Ending:
    if severity not in value.facts:  # the rule has no such tier: the default layer's own
        value = replace(in_force("validity", on=determined_on, rules=Rules(rules.default)), defaulted=True)
    if severity not in value.facts or value.unit not in UNITS:
        raise Refused(f"参数 validity 没有“{severity}”一级的期限，或单位不是 {'、'.join(UNITS)}（{value.source}）", "NT-30")
    longest, shortest = _tier(value.facts[severity])
    unit = next(unit for unit in UNITS if unit == value.unit)
    return Ending(
        Period(longest, unit).last_day(determined_on, count_first_day),
        value.source,
        value.defaulted,
        Period(shortest, unit).last_day(determined_on, count_first_day) if shortest else None,
    )


def _tier(tier: Any) -> tuple[int, int]:
    """Longest and shortest publicity of a tier: a number, or `{minimum = 3, maximum = 12}`."""
    if isinstance(tier, int):
        return tier, 0
    return int(tier["maximum"]), int(tier["minimum"])
