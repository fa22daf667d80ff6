"""What the queues could not get done (`/desk/jobs/failed`): an officer gives it to its function once more, or puts it away."""

from __future__ import annotations

from chalice.app import Request, Response

from chalicelib.services.identity import people_sessions
from chalicelib.services.scheduled import dead_letters as service
from chalicelib.web import access, forms, steps
from chalicelib.web.desk import desk_page
from chalicelib.web.members import by_right
from chalicelib.web.routes import Routes

HERE = "/desk/jobs/failed"

desk_dead_letters = Routes(__name__)


@desk_dead_letters.reads(HERE)
def listed(request: Request) -> Response:
    """The messages of each queue that failed too often."""
    return _page(access.signed_in(request))


@desk_dead_letters.takes(HERE)
def act(request: Request) -> Response:
    """One step about some of them."""
    session = access.signed_in(request)
    form = forms.sent(request)

    def step() -> None:
        with by_right("这一步由信用中心经办人办理"):
            service.act(session, form.one("do"), form.one("queue"), form.one("which").split(","))

    return steps.taken(step, HERE, lambda error: _page(session, error))


def _page(session: people_sessions.Session, error: str | None = None) -> Response:
    return desk_page(session, "desk_dead_letters.html", "/desk/jobs", error=error, found=service.overview())
