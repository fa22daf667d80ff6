"""The signed roots of the trail for people and programs (`/trail`)."""

from __future__ import annotations

from chalice.app import Request, Response

from chalicelib import clock
from chalicelib.services.upkeep import published_roots
from chalicelib.web import parameters, queries
from chalicelib.web.answers import data, page
from chalicelib.web.routes import Routes

trail = Routes(__name__)


@trail.reads("/trail")
def published(request: Request) -> Response:
    """The latest roots, and how anyone can check with them."""
    cursor = queries.cursor(request)
    return page("trail.html", section=None, roots=published_roots.page(cursor, day=clock.today()), later=cursor is not None)


@trail.reads("/trail.json", (parameters.CURSOR, *parameters.PLAIN))
def published_as_data(request: Request) -> Response:
    """The same for programs."""
    return data(published_roots.page(queries.cursor(request), day=clock.today()))
