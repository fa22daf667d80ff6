"""The desk of people who work here: who they are and what their roles let them do."""

from __future__ import annotations

from chalice.app import Request, Response

from chalicelib.web import access
from chalicelib.web.members import member_page
from chalicelib.web.routes import Routes

desk = Routes(__name__)


@desk.reads("/desk")
def start(request: Request) -> Response:
    """The roles under which somebody is signed in."""
    session = access.signed_in(request)
    return member_page(session, "desk.html", roles=[role.partition(":")[::2] for role in session.person.roles])
