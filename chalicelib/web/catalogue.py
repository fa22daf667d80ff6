"""What the city holds and why, for people and programs; and the draft of a new edition, with how to comment on it."""

from __future__ import annotations

from typing import Any

from chalice.app import Request, Response

from chalicelib import clock
from chalicelib.services.publication import catalogue as catalogues
from chalicelib.web import language, parameters, problems
from chalicelib.web.answers import data, page
from chalicelib.web.routes import Routes

catalogue = Routes(__name__)


@catalogue.reads("/catalogue")
def published(request: Request) -> Response:
    """All items of the catalogue with their particulars."""
    day = clock.today()
    return _page("catalogue.html", catalogue=catalogues.published(day=day), draft=catalogues.draft(day=day))


@catalogue.reads("/catalogue.json", parameters.PLAIN)
def published_as_data(request: Request) -> Response:
    """The same for programs."""
    return data(catalogues.published(day=clock.today()))


@catalogue.reads("/catalogue/draft")
def draft(request: Request) -> Response:
    """The draft of a new edition: what changes, until when to comment and where, what has come in."""
    found = catalogues.draft(day=clock.today())
    if found is None:
        raise problems.Missing("现在没有征求意见的目录草案", "现行目录见 /catalogue。")
    return _page("draft.html", open_draft=found)


def _page(template: str, **facts: Any) -> Response:
    return page(template, section="/catalogue", provider=language.provider, **facts)
