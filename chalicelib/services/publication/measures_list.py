"""The city's list of measures as anyone may read it (KLM-18, HY-19, AK-4.3)."""

from __future__ import annotations

from datetime import date
from typing import Any

from chalicelib import cities, settings
from chalicelib.cities import measures
from chalicelib.law.measures import Measure

Facts = dict[str, Any]


def published(*, day: date) -> Facts:
    """Every measure with matter, target, means, implementing bodies, basis and term; without any where the city's document names none."""
    city = cities.load(settings.city())
    names = {code: item.name for code, item in city.catalogue.items()}
    listed = [facts(measure, names) for measure in measures.load(settings.city())]
    return {"city": city.identity.name, "items": listed, "as_of": day.isoformat()}


def facts(measure: Measure, names: dict[str, str]) -> Facts:
    """A measure as pages and programs get it; `names` are those of catalogue items by their code."""
    return {
        "id": measure.id,
        "effect": measure.effect,
        "binding": measure.binding,
        "matter": measure.matter,
        "target": measure.target,
        "means": measure.means,
        "bodies": list(measure.bodies),
        "basis": measure.basis,
        "applies_to": [{"code": code, "name": names[code]} for code in measure.applies_to],
        "severities": list(measure.severities),
        "term": {"count": measure.term.count, "unit": measure.term.unit},
        "term_source": measure.term_source,
    }
