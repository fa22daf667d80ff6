"""When a negative record can be repaired: from which day and until when its subject may ask (NT-34)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from chalicelib.law.parameters import Rules, in_force
from chalicelib.records import Record


@dataclass(frozen=True)
class RepairTerm:
    """From when until when a repair may be applied for. `wait` are the days after the correction, `look_back` the years without
    an act of the same kind; `source` names the rules, `defaulted` says that the city's own document is silent on the wait."""

    earliest: date
    last_day: date | None
    wait: int
    look_back: int
    source: str
    defaulted: bool


def repair_term(record: Record, rules: Rules) -> RepairTerm | None:
    """The term for repairing a record; None for what is not negative, or was stated to be beyond repair at listing (HY-26).

    The wait runs from the correction, which nobody has reported yet: the earliest day is that of a correction on the very
    day of the determination.
    """
    if record.category != "negative" or record.content.get("repairable") is False:
        return None
    wait = in_force("repair_wait", on=record.determined_on, rules=rules)
    look_back = in_force("repair_look_back", on=record.determined_on, rules=rules)
    return RepairTerm(
        record.determined_on + timedelta(days=int(wait.value)),
        record.valid_until,
        int(wait.value),
        int(look_back.value),
        look_back.source,
        wait.defaulted,
    )
