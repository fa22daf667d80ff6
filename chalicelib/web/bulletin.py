"""The page of the bulletin on submissions (`/desk/bulletin`): lights, shares, and what was collected and used (NTN-4b, NT-40)."""

from __future__ import annotations

from chalice.app import Request, Response

from chalicelib.services.scheduled import bulletin as service
from chalicelib.services.submission import provider_submissions
from chalicelib.web import access, pictures, queries
from chalicelib.web.desk import desk_page
from chalicelib.web.language import say
from chalicelib.web.routes import Routes

HERE = "/desk/bulletin"

bulletin = Routes(__name__)


@bulletin.reads(HERE)
def shown(request: Request) -> Response:
    """The bulletin of a quarter, the latest one unless another is asked for."""
    session = access.signed_in(request)
    quarters = service.quarters()
    found = service.of(queries.given(request, "quarter") or quarters[0])
    lines = [(line, [say(text, **values) for text, values in line.reasons]) for line in found.lines]
    names = provider_submissions.kinds()
    chart = pictures.chart(found.collected)
    return desk_page(session, "bulletin.html", HERE, bulletin=found, lines=lines, quarters=quarters, kinds=names, chart=chart)
