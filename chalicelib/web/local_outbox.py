"""On one machine, where nobody has a phone: every message as its reader would see it (`/local/outbox`). Deployments have no such page."""

from __future__ import annotations

from chalice.app import Request, Response

from chalicelib import clock
from chalicelib.services.delivery import messages
from chalicelib.web import problems
from chalicelib.web.answers import NOT_INDEXED, page
from chalicelib.web.language import address
from chalicelib.web.routes import Routes

local_outbox = Routes(__name__)


@local_outbox.reads("/local/outbox")
def listed(request: Request) -> Response:
    """The messages that this machine kept, the latest first."""
    kept = messages.kept_locally()
    if kept is None:
        raise problems.Missing("没有这个地址")
    return page("local_outbox.html", {"Cache-Control": "no-store", **NOT_INDEXED}, kept=kept, now=clock.now())


@local_outbox.takes("/local/next-day")
def next_day(request: Request) -> Response:
    """Move the clock of this machine to the next morning: the schedules follow within seconds."""
    if messages.kept_locally() is None:
        raise problems.Missing("没有这个地址")
    clock.move_to_next_day()
    raise problems.Elsewhere(address("/local/outbox"))
