"""A city's list of measures, from the file `measures.toml` of its folder; a city whose document names none has none (KLM-18, HY-19)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from chalicelib import cities
from chalicelib.cities import Finding
from chalicelib.law.decisions import Refused
from chalicelib.law.measures import Measure, parse_measure

FILE = "measures.toml"


@cache
def load(city: str) -> tuple[Measure, ...]:
    """The measures of a city in their order; `Refused` with what is wrong in the file: a measure without a basis does not load."""
    path = cities.folder(city) / FILE
    if not path.is_file():
        return ()
    measures = tuple(map(parse_measure, cities.read_toml(path).get("measures", ())))
    catalogue = cities.load(city).catalogue
    for place, measure in enumerate(measures):
        if measure.id in {earlier.id for earlier in measures[:place]}:
            raise Refused(f"措施 {measure.id} 重复", "HY-19")
        unknown = [code for code in measure.applies_to if code not in catalogue]
        if unknown:
            raise Refused(f"措施 {measure.id} 所依附的 {'、'.join(unknown)} 不在信息目录中", "NT-8")
    return measures


def check(city: str) -> list[Finding]:
    """Everything that is wrong in a city's list of measures, read raw; or that it has none."""
    path = cities.folder(city) / FILE
    if not path.is_file():
        return [Finding("defaulted", FILE, "本市文件没有列出措施：系统不提出任何措施")]
    try:
        stated = cities.read_toml(path).get("measures", ())
    except Refused as error:
        return [Finding("error", FILE, str(error))]
    return list(_wrong(stated, _codes(city)))


def _wrong(stated: list[dict[str, Any]], codes: frozenset[str]) -> Iterator[Finding]:
    seen: set[str] = set()
    for raw in stated:
        name = str(raw.get("id", ""))
        if name in seen:
            yield Finding("error", FILE, f"措施 {name} 重复")
        seen.add(name)
        try:
            measure = parse_measure(raw)
        except Refused as error:
            yield Finding("error" if raw.get("basis") and raw.get("term_source") else "unsourced", FILE, str(error))
            continue
        unknown = [code for code in measure.applies_to if codes and code not in codes]
        if unknown:
            yield Finding("error", FILE, f"措施 {name} 所依附的 {'、'.join(unknown)} 不在信息目录中")


def _codes(city: str) -> frozenset[str]:
    """The items of a city's catalogue; none while its folder does not load, which is told elsewhere."""
    try:
        return frozenset(cities.load(city).catalogue)
    except Refused:
        return frozenset()
