"""The city's list of measures for people and programs (`/measures`)."""

from __future__ import annotations

from chalice.app import Request, Response

from chalicelib import clock
from chalicelib.services.publication import measures_list
from chalicelib.web import parameters
from chalicelib.web.answers import data, page
from chalicelib.web.routes import Routes

measures = Routes(__name__)


@measures.reads("/measures")
def published(request: Request) -> Response:
    """Every measure with its particulars."""
    return page("measures.html", section="/measures", measures=measures_list.published(day=clock.today()))


@measures.reads("/measures.json", parameters.PLAIN)
def published_as_data(request: Request) -> Response:
    """The same for programs."""
    return data(measures_list.published(day=clock.today()))
