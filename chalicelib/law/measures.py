"""The list of measures: which incentive or penalty, against whom, carried out by whom, on what basis, for how long (KLM-18, HY-19)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from chalicelib.law.decisions import Refused
from chalicelib.law.periods import UNITS, Period
from chalicelib.records.kinds import Severity

Effect = Literal["incentive", "penalty"]
Binding = Literal["mandatory", "recommended"]
"""强制性措施, 推荐性措施 (AK-4.3)."""


@dataclass(frozen=True)
class Measure:
    """One measure of a city's list (措施清单). `applies_to` are the catalogue items whose records it can be tied to, `severities`
    the severities of those records, none means all. `term` is how long it lasts at most from the decision, and `term_source` who
    says so; it never outlasts its record."""

    id: str
    effect: Effect
    binding: Binding
    matter: str
    target: str
    means: str
    bodies: tuple[str, ...]
    basis: str
    applies_to: tuple[str, ...]
    severities: tuple[Severity, ...]
    term: Period
    term_source: str

    def last_day(self, decided_on: date, record_ends: date | None) -> date:
        """The last day of this measure when it is decided on a day: its own term, or the record's end where that is earlier."""
        own = self.term.last_day(decided_on)
        return own if record_ends is None else min(own, record_ends)

    def fits(self, catalogue: str, severity: Severity | None) -> bool:
        """Whether it can be tied to a record of a catalogue item and a severity."""
        return catalogue in self.applies_to and (not self.severities or severity in self.severities)


_TEXTS = ("id", "matter", "target", "means", "term_source")
_WORDS: Mapping[str, tuple[str, ...]] = {"effect": get_args(Effect), "binding": get_args(Binding)}


def parse_measure(raw: Mapping[str, Any]) -> Measure:
    """A measure from its file; `Refused` without a basis, or with what the file lacks (HY-19)."""
    label = f"措施 {raw.get('id', '?')}"
    if not str(raw.get("basis") or "").strip():
        raise Refused(f"{label} 没有依据 basis，不予载入", "HY-19")
    missing = [key for key in (*_TEXTS, "bodies", "applies_to") if raw.get(key) in (None, "", [])]
    if missing:
        raise Refused(f"{label} 缺少 {'、'.join(missing)}", "HY-19")
    for key, words in _WORDS.items():
        if raw.get(key) not in words:
            raise Refused(f"{label} 的 {key} 应为 {'、'.join(words)} 之一", "AK-4.3")
    severities = tuple(raw.get("severities", ()))
    if not set(severities) <= set(get_args(Severity)):
        raise Refused(f"{label} 的 severities 应为 {'、'.join(get_args(Severity))}", "HY-19")
    return Measure(
        **{key: str(raw[key]) for key in _TEXTS},
        effect=raw["effect"],
        binding=raw["binding"],
        bodies=tuple(raw["bodies"]),
        basis=str(raw["basis"]),
        applies_to=tuple(raw["applies_to"]),
        severities=severities,
        term=_term(label, raw.get("term")),
    )


def _term(label: str, raw: Any) -> Period:
    """How long a measure lasts: each has its own term (KLM-20c, AK-4.4c, HY-26d)."""
    count, unit = (raw.get("count"), raw.get("unit")) if isinstance(raw, Mapping) else (None, None)
    if not isinstance(count, int) or count < 1 or unit not in UNITS:
        raise Refused(f'{label} 没有期限：请写成 term = {{ count = 1, unit = "years" }}，单位为 {"、".join(UNITS)} 之一', "KLM-20c")
    return Period(count, unit)
