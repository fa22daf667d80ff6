"""Typical cases for people and programs (`/cases`): what is told of organisations as long as its record shows (NTN-4a)."""

from __future__ import annotations

from dataclasses import asdict

from chalice.app import Request, Response

from chalicelib import clock
from chalicelib.services.publication import publicity
from chalicelib.web import parameters, queries
from chalicelib.web.answers import NOT_INDEXED, data, page
from chalicelib.web.routes import Routes

KIND = "cases"

typical_cases = Routes(__name__)


@typical_cases.reads("/cases")
def shown(request: Request) -> Response:
    """The cases, the latest first."""
    cursor = queries.cursor(request)
    found = publicity.announced(KIND, day=clock.today(), cursor=cursor, limit=parameters.USUAL_LIMIT)
    return page("cases.html", NOT_INDEXED, section="/publicity", found=found, more=bool(cursor))


@typical_cases.reads("/cases.json", parameters.PUBLICITY)
def as_data(request: Request) -> Response:
    """The same for programs, in the envelope of publicity."""
    asked, limit, cursor = asdict(queries.filters(request)), queries.limit(request), queries.cursor(request)
    return data(publicity.announced(KIND, day=clock.today(), **asked, cursor=cursor, limit=limit))
