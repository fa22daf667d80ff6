"""The desk of people who work here: who they are, what their roles let them do, and the frame of all its pages."""

from __future__ import annotations

from typing import Any

from chalice.app import Request, Response

from chalicelib.law.desk import TASKS, tasks_of
from chalicelib.services.desk import counter, desk_queues
from chalicelib.services.identity import people_sessions
from chalicelib.web import access
from chalicelib.web.members import member_page
from chalicelib.web.routes import Routes

PROVIDER = "provider:"

desk = Routes(__name__)


@desk.reads("/desk")
def start(request: Request) -> Response:
    """The roles under which somebody is signed in, what waits for them, and what is done by whom."""
    session = access.signed_in(request)
    facts: dict[str, Any] = {
        "roles": [role.partition(":")[::2] for role in session.person.roles],
        "all_tasks": TASKS,
        "names": {task.path: task.name for task in TASKS},
        "queues": desk_queues.of(session),
    }
    return desk_page(session, "desk.html", "/desk", **facts)


def desk_page(session: people_sessions.Session, template: str, here: str, *, error: str | None = None, **facts: Any) -> Response:
    """A page of the desk under the task `here`, with what else one may do; `error` is what was wrong with the form on it."""
    frame: dict[str, Any] = {
        "tasks": tasks_of(session.person.roles),
        "here": here,
        "open_counter": counter.current(session),
        "error": error,
    }
    return member_page(session, template, **frame, **facts)


def bodies_of(session: people_sessions.Session) -> list[str]:
    """The bodies (USCC) for which somebody is a clerk; none for the centre's own people."""
    return [role.removeprefix(PROVIDER) for role in session.person.roles if role.startswith(PROVIDER)]
