"""Numbers and choices of the law as dated values: which one is in force on a day, and on what source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from chalicelib.law.decisions import Refused

RESERVED = frozenset({"from", "source", "unit"})
UNITS = frozenset({"days", "months", "years", "working_days", "day_of_month", "yes_no", "words", "choice", "columns", "percent"})


@dataclass(frozen=True)
class DatedValue:
    """What a rule says from a day on. `source` names the document and article; nothing loads without one.

    A value may state a `unit` of its own, where a new rule counts otherwise than the old one.
    """

    begins: date
    facts: Mapping[str, Any]
    source: str
    unit: str | None = None


@dataclass(frozen=True)
class Parameter:
    """One rule of a city: its values in order of their first day."""

    name: str
    description: str
    unit: str
    values: tuple[DatedValue, ...]


@dataclass(frozen=True)
class InForce:
    """The value that counts on a day. `defaulted` marks a value of the `default` layer: the city's document is silent."""

    facts: Mapping[str, Any]
    source: str
    unit: str
    begins: date
    defaulted: bool

    @property
    def value(self) -> Any:
        """The single value of a rule that has only one."""
        return self.facts["value"]


@dataclass(frozen=True)
class Rules:
    """A city's parameters, and beneath them the `default` layer for what the city's document does not say."""

    own: Mapping[str, Parameter]
    default: Mapping[str, Parameter] = field(default_factory=dict)


def parse_parameter(name: str, raw: Mapping[str, Any]) -> Parameter:
    """A parameter from its file, or `Refused` with what the file lacks."""
    for key in ("description", "unit", "values"):
        if not raw.get(key):
            raise Refused(f"参数 {name} 缺少 {key}")
    if isinstance(raw["values"], Mapping):
        raise Refused(f"参数 {name} 的值应写成 [[values]]（双方括号），每个生效日期一段")
    values = [_dated_value(name, entry) for entry in raw["values"]]
    for unit in (raw["unit"], *(value.unit for value in values if value.unit)):
        if unit not in UNITS:
            raise Refused(f"参数 {name} 的单位 {unit} 不在 {'、'.join(sorted(UNITS))} 之中")
    days = [value.begins for value in values]
    if days != sorted(set(days)):
        raise Refused(f"参数 {name} 的生效日期应当由早到晚且不重复")
    return Parameter(name, str(raw["description"]), str(raw["unit"]), tuple(values))


def _dated_value(name: str, entry: Mapping[str, Any]) -> DatedValue:
    begins = entry.get("from")
    if not isinstance(begins, date) or isinstance(begins, datetime):
        raise Refused(f"参数 {name} 的一个值没有生效日期 from")
    if not str(entry.get("source", "")).strip():
        raise Refused(f"参数 {name} 自 {begins} 起的值没有依据 source，不予载入")
    facts = {key: value for key, value in entry.items() if key not in RESERVED}
    if not facts:
        raise Refused(f"参数 {name} 自 {begins} 起没有任何值")
    return DatedValue(begins, facts, str(entry["source"]).strip(), entry.get("unit"))


def in_force(name: str, *, on: date, rules: Rules) -> InForce:
    """The value of a rule on a day; a day before the city's first value asks the `default` layer."""
    for defaulted, layer in ((False, rules.own), (True, rules.default)):
        parameter = layer.get(name)
        if parameter is None:
            continue
        begun = [value for value in parameter.values if value.begins <= on]
        if begun:
            value = begun[-1]
            return InForce(value.facts, value.source, value.unit or parameter.unit, value.begins, defaulted)
    raise Refused(f"参数 {name} 在 {on} 没有值，default 层也没有")


def from_then_on(name: str, *, on: date, rules: Rules) -> Iterator[InForce]:
    """The value in force on a day, then each that takes its place later, in order.

    A later value of the `default` layer counts only as long as the city has none of its own.
    """
    now = in_force(name, on=on, rules=rules)
    yield now
    layers = [layer[name] for layer in (rules.own, rules.default) if name in layer]
    for begins in sorted({value.begins for parameter in layers for value in parameter.values if value.begins > on}):
        later = in_force(name, on=begins, rules=rules)
        if later != now:
            yield later
        now = later
