"""Whether the members face runs, and what every page of somebody who is signed in carries."""

from __future__ import annotations

from typing import Any

from chalice.app import Request, Response

from chalicelib import cities, clock, settings
from chalicelib.services import people_sessions
from chalicelib.web.answers import NOT_INDEXED, data, page
from chalicelib.web.routes import Routes

members = Routes(__name__)


def member_page(session: people_sessions.Session, template: str, **facts: Any) -> Response:
    """A page for somebody who is signed in: who that is, for whom they act, until when the session lasts. Nobody keeps it."""
    acting = people_sessions.mandate_of(session)
    member = {
        "name": session.person.name,
        "name_differs": session.person.name_differs,
        "staff": session.person.issuer == "staff",
        "acting": acting,
        "ends": people_sessions.ends(session).astimezone(clock.SHANGHAI),
        "token": people_sessions.form_token(session),
        "sign_out_token": people_sessions.sign_out_token(session),
    }
    return page(template, {"Cache-Control": "no-store", **NOT_INDEXED}, member=member, **facts)


@members.reads("/members/healthz")
def health(request: Request) -> Response:
    """Whether the members face runs."""
    facts = {"status": "ok", "face": "members", "city": cities.identity(settings.city()).slug, "today": clock.today().isoformat()}
    return data(facts, {"Cache-Control": "no-store"})
