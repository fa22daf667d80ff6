"""A city's list of measures, from the file `measures.toml` of its folder; a city whose document names none has none (KLM-18, HY-19)."""

from __future__ import annotations

from functools import cache

from chalicelib import cities
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
