"""What the pages of repairs share: applications as forms bring them, and findings and steps in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from chalice.app import Request

from chalicelib.law.procedures import ROLES
from chalicelib.law.repair import WAYS, Application, Finding
from chalicelib.law.repair_steps import REPAIR
from chalicelib.services.remedies.repairs import MOST_PROOFS, CaseStep, Shown
from chalicelib.web import forms, uploads
from chalicelib.web.language import say
from chalicelib.web.pages import day


class Line(NamedTuple):
    """A condition as the system sees it: met, not met, or for the provider to tell; from when it would be met, by which rule."""

    state: str
    colour: str
    text: str
    clause: str
    from_when: date | None
    source: str


_STATES = {True: ("符合", "green"), False: ("不符合", "red"), None: ("由提供单位核实", "grey")}


def lines(findings: Sequence[Finding]) -> list[Line]:
    """Findings in the reader's words."""
    return [Line(*_STATES[one.holds], say(one.template, **_written(one.values)), one.clause, one.from_when, one.source) for one in findings]


def steps(history: Sequence[CaseStep]) -> list[tuple[str, str, str, str]]:
    """What was done: when, by whom, what, and the reason that was given."""
    labels = {move.action: move.label for move in REPAIR.moves}
    return [(one.at, ROLES.get(one.role, one.role), labels.get(one.action, "提出申请"), one.reason) for one in history]  # type: ignore[call-overload]


def facts_of(shown: Shown) -> dict[str, Any]:
    """What every page about one repair says."""
    return {
        "case": shown.case,
        "label": shown.label,
        "open": shown.open,
        "record": shown.record,
        "application": shown.application,
        "ways": [WAYS[way][0] for way in shown.application.ways],
        "advice": lines(shown.advice),
        "steps": steps(shown.history),
    }


def application(sent: Mapping[str, Sequence[str]]) -> Application:
    """The application in a form; `Refused` when its day is none."""
    one = {name: values[0] for name, values in sent.items()}
    return Application(
        forms.day(one, "corrected_on"),
        tuple(sent.get("ways", ())),
        one.get("correction", ""),
        one.get("commitment", ""),
        one.get("management", ""),
    )


def proofs(request: Request) -> list[bytes]:
    """The files that a form brings as proof."""
    found = (uploads.file(request, f"proof{place}") for place in range(1, MOST_PROOFS + 1))
    return [content for content in found if content]


def _written(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: day(value) if isinstance(value, date) else value for name, value in values.items()}
