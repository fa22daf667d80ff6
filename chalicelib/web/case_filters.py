"""What the pages of queues share: what somebody looks for, as their address says it, and what the form above a queue offers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields, replace
from typing import Any, TypeVar

from chalice.app import Request

from chalicelib import cities, settings
from chalicelib.law.decisions import phrase
from chalicelib.law.procedures import Procedure
from chalicelib.services.identity import who_acts
from chalicelib.services.identity.people_sessions import Session
from chalicelib.services.remedies import case_queues
from chalicelib.services.remedies.case_queues import Page, Wanted
from chalicelib.web import queries, words

LONGEST = 40
"""Characters of what a filter can be."""
Look = TypeVar("Look", bound=Any)
WHO = (("mine", phrase("我办理的")), ("nobody", phrase("还没有人办理的")))


def read(session: Session, request: Request, queues: Iterable[str], *procedures: Procedure) -> Page:
    """The page of some queues that an address asks for."""
    after = queries.given(request, "after") or ""
    me = who_acts.keyed(session.person.id)
    return case_queues.of(tuple(queues), {procedure.name for procedure in procedures}, wanted(request), after, me=me)


def wanted(request: Request) -> Wanted:
    """What an address looks for in a queue of cases."""
    return looked_for(request, Wanted())


def looked_for(request: Request, nothing: Look) -> Look:
    """What an address looks for in a queue; `nothing` is looking for nothing there, and names what can be looked for."""
    given = {each.name: queries.given(request, each.name) or "" for each in fields(nothing)}
    return replace(nothing, **{name: value[:LONGEST] for name, value in given.items()})


def form(here: str, look: Any, choices: Iterable[tuple[str, str, Any, str]]) -> dict[str, Any]:
    """What the form above a queue shows: its choices (name, label, what there is, what is chosen), a number, and whether anything is
    looked for."""
    return {"here": here, "choices": list(choices), "number": look.number, "narrowed": any(asdict(look).values())}


def facts_of(session: Session, request: Request, here: str, page: Page, *procedures: Procedure) -> dict[str, Any]:
    """What a page of a queue shows: its cases, the form that narrows them, and the way to the next ones."""
    look = wanted(request)
    items = cities.load(settings.city()).catalogue.values()
    steps = [(state.name, state.label) for procedure in procedures for state in procedure.states if state.waits_for]
    choices = [
        ("kind", phrase("信息种类"), [(item.name, item.name) for item in items], look.kind),
        ("state", phrase("到哪一步"), steps if len(steps) > 1 else [], look.state),
        ("light", phrase("期限"), [(name, light[0]) for name, light in words.LIGHTS.items()], look.light),
        ("who", phrase("由谁办理"), WHO, look.who),
    ]
    return {
        "queue": form(here, look, choices),
        "waiting": page.waiting,
        "labels": {procedure.name: {state.name: state.label for state in procedure.states} for procedure in procedures},
        "following": page.following,
        "damaged": page.damaged,
        "later": bool(queries.given(request, "after")),
        "look": asdict(look),
        "mine": who_acts.keyed(session.person.id),
        "lights": words.LIGHTS,
    }
