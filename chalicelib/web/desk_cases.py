"""Who works on a case of the desk (`/desk/cases`): one form for the cases of all queues."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalice.app import Request, Response

from chalicelib.law.desk import PAGE_OF
from chalicelib.services.identity import who_acts
from chalicelib.services.identity.people_sessions import Session
from chalicelib.services.remedies import assignment as service
from chalicelib.services.remedies.casework import Case
from chalicelib.web import access, forms, problems
from chalicelib.web import objections as shared
from chalicelib.web.language import address
from chalicelib.web.routes import Routes

WHOLE_PAGES = frozenset({"/desk/lists", "/desk/measures", "/desk/merges", "/desk/records"})
"""The pages that show all their cases, and none by itself."""

desk_cases = Routes(__name__)


@desk_cases.takes("/desk/cases/{number}")
def assign(request: Request, number: str) -> Response:
    """Take a case on, hand it over to a colleague, or give it back."""
    session, form = access.signed_in(request), forms.sent(request)
    version, reason = shared.version_of(form), form.one("reason")
    steps: dict[str, Callable[[], Case]] = {
        "take": lambda: service.take(session, number, version),
        "hand over": lambda: service.hand_over(session, number, version, form.one("to"), reason),
        "give back": lambda: service.give_back(session, number, version, reason),
    }
    with shared.served():
        case = shared.chosen(steps, form)()
    raise problems.Elsewhere(address(page_of(case)))


def page_of(case: Case) -> str:
    """Where a case is worked on by whom it waits for."""
    page = PAGE_OF.get(case.procedure, {}).get(case.waits_for.partition(":")[0])
    if page is None:
        return "/desk"
    return f"{page}#{case.id}" if page in WHOLE_PAGES else f"{page}/{case.id}"


def facts_of(session: Session, case: Case) -> dict[str, Any]:
    """What a page of one case says of who works on it."""
    return {"me": who_acts.keyed(session.person.id), "colleagues": service.colleagues_for(session, case)}
