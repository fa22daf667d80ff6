"""What describes the API: for programs as OpenAPI, for people as a page with examples to copy."""

from __future__ import annotations

from typing import Any

from chalice.app import Request, Response

from chalicelib.web import limits, openapi, parameters
from chalicelib.web.answers import data, page
from chalicelib.web.routes import Routes

described = Routes(__name__)


@described.reads("/api/v1/openapi.json", parameters.PLAIN)
def document(request: Request) -> Response:
    """What this API is: routes, parameters, answers, limits (OpenAPI 3.1)."""
    return data(openapi.document())


@described.reads("/api")
def explained(request: Request) -> Response:
    """The same for people, with examples to copy."""
    facts: dict[str, Any] = {
        "api": openapi.document(),
        "examples": openapi.examples(),
        "limits": limits.LIMITS,
        "meanings": parameters.MEANINGS,
    }
    return page("api.html", section="/about", **facts)
