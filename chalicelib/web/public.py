"""The pages on which anyone looks something up: search and organisations."""

from __future__ import annotations

from typing import Any

from chalice.app import Request, Response

from chalicelib import clock
from chalicelib.law.decisions import Refused
from chalicelib.services.identity import local_people
from chalicelib.services.publication import look_up
from chalicelib.services.publication import search as searching
from chalicelib.web import api, assets, cards, pages, parameters, problems, queries
from chalicelib.web.answers import NOT_INDEXED, NOT_KEPT, page
from chalicelib.web.language import told
from chalicelib.web.routes import Routes

public = Routes(__name__)


@public.reads("/")
def home(request: Request) -> Response:
    """The first page: search before all else."""
    return page("home.html", section="/", query="", error=None, people=local_people.people())


@public.reads("/search")
def search(request: Request) -> Response:
    """Organisations by name, former name or code; without a question, the form alone."""
    facts: dict[str, Any] = {"section": "/", "error": None, "found": None, "more": False}
    facts["query"] = queries.may_repeat(queries.given(request, "q"))
    if "q" not in (request.query_params or {}):
        return page("search.html", NOT_INDEXED, **facts)
    try:
        query, cursor = queries.words(request), queries.cursor(request)
        facts |= {"found": searching.search(query, day=clock.today(), cursor=cursor, limit=parameters.USUAL_LIMIT), "more": bool(cursor)}
    except Refused as refusal:
        return problems.refused_form(pages.render("search.html", **facts | {"error": told(refusal)}))
    return page("search.html", NOT_INDEXED, **facts)


@public.reads("/subjects/{code}")
def subject(request: Request, code: str) -> Response:
    """One organisation: who it is, and what is lawfully public of it today."""
    number = queries.code_in(code)
    cursor = queries.cursor(request)
    found = look_up.organisation(number, day=clock.today(), cursor=cursor)
    if found is None:
        raise problems.Missing(*api.UNKNOWN_CODE)
    headers = NOT_INDEXED if found["kind"] == "individual_business" else NOT_KEPT
    shown = {"organisation": found, "sections": cards.sections(found), "asked": number, "more": bool(cursor)}
    return page("organisation.html", headers, section="/", **shown)


@public.reads("/static/{name}")
def static(request: Request, name: str) -> Response:
    """A style sheet or the icon; under the address of its present content it may be kept for ever."""
    found = assets.find(name)
    if found is None:
        raise problems.Missing("没有这个文件")
    asset, present = found
    keep = "public, max-age=31536000, immutable" if present else "public, max-age=60"
    return Response(asset.text, {"Content-Type": asset.type, "Cache-Control": keep})
