"""The green channel for oneself (`/me/green-channel`): whether it is open and why, the certificate, and what was promised (KLM-6)."""

from __future__ import annotations

from chalice.app import Request, Response

from chalicelib.law.decisions import Refused
from chalicelib.law.promises import PROCEDURE
from chalicelib.services.identity.people_sessions import Session
from chalicelib.services.own import green_channel as service
from chalicelib.web import access, problems
from chalicelib.web.language import address, told
from chalicelib.web.members import by_right, member_page
from chalicelib.web.my_reports import HERE as REPORTS
from chalicelib.web.my_reports import NOT_THEIRS
from chalicelib.web.routes import Routes

HERE = "/me/green-channel"

green_channel = Routes(__name__)


@green_channel.reads(HERE)
def shown(request: Request) -> Response:
    """How one stands, and one's promises."""
    return _page(access.signed_in(request))


@green_channel.takes(HERE)
def certify(request: Request) -> Response:
    """Ask for the certificate."""
    session = access.signed_in(request)
    try:
        with by_right(NOT_THEIRS):
            report = service.certify(session)
    except Refused as refusal:
        return _page(session, told(refusal))
    raise problems.Elsewhere(address(f"{REPORTS}/{report.number}", waiting="1"))


def _page(session: Session, error: str | None = None) -> Response:
    with by_right(NOT_THEIRS):
        found = service.of_session(session)
    states = {state.name: state.label for state in PROCEDURE.states}
    response = member_page(session, "green_channel.html", found=found, states=states, error=error)
    response.status_code = problems.INVALID_INPUT.status if error else response.status_code
    return response
