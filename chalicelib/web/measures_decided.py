"""The page on which an officer decides each measure that the system proposes, and sees what bodies answered (`/desk/measures`)."""

from __future__ import annotations

from chalice.app import Request, Response

from chalicelib import clock
from chalicelib.law import joint_measures as law
from chalicelib.law.decisions import Refused
from chalicelib.services.identity.people_sessions import Session
from chalicelib.services.remedies import assignment
from chalicelib.services.remedies import measures as service
from chalicelib.web import access, case_filters, forms, steps
from chalicelib.web.desk import desk_page
from chalicelib.web.routes import Routes

HERE = "/desk/measures"

measures_decided = Routes(__name__)


@measures_decided.reads(HERE)
def proposed(request: Request) -> Response:
    """What waits for a decision, and what bodies answered, counted."""
    return _page(request, access.signed_in(request))


@measures_decided.takes(HERE + "/{case}")
def decide(request: Request, case: str) -> Response:
    """Push a measure to a body, or not."""
    session = access.signed_in(request)
    form = {name: values[0] for name, values in forms.fields(request).items()}

    def step() -> None:
        if form.get("decision") not in ("impose", "decline"):
            raise Refused("请选择采取或者不采取")
        last_day = forms.day(form, "last_day") if "last_day" in form else None
        impose = form["decision"] == "impose"
        with steps.known(service.Unknown, "没有这项建议"):
            service.decide(session, case, impose=impose, reason=form.get("reason", ""), body=form.get("body", ""), last_day=last_day)

    return steps.taken(step, HERE, lambda error: _page(request, session, error))


def _page(request: Request, session: Session, error: str | None = None) -> Response:
    page = case_filters.read(session, request, ("officer",), law.PROCEDURE)
    found = service.proposed(page.waiting)
    facts = {
        "proposals": [(one, assignment.colleagues_for(session, one.case)) for one in found],
        "bodies": service.bodies(),
        "names": service.names_of(found),
        "done": law.DONE,
        "today": clock.today(),
    }
    facts |= case_filters.facts_of(session, request, HERE, page, law.PROCEDURE)
    return desk_page(session, "desk_measures.html", HERE, error=error, **facts)
