"""The members face: so far only its health check; sign-in and what stands behind it join here."""

from __future__ import annotations

from chalice.app import Request, Response

from chalicelib import cities, clock, settings
from chalicelib.web.answers import data
from chalicelib.web.routes import Routes

members = Routes(__name__)


@members.reads("/members/healthz")
def health(request: Request) -> Response:
    """Whether the members face runs."""
    facts = {"status": "ok", "face": "members", "city": cities.identity(settings.city()).slug, "today": clock.today().isoformat()}
    return data(facts, {"Cache-Control": "no-store"})
