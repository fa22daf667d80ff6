"""Who asked about oneself (`/me/queries`): for people, for programs, and the complaint about it."""

from __future__ import annotations

from typing import Any

from chalice.app import Request, Response

from chalicelib.law.decisions import Refused
from chalicelib.services.identity import drafts, people_sessions
from chalicelib.services.own import my_queries as service
from chalicelib.services.querying.queries import facts
from chalicelib.web import access, forms, parameters, problems, queries
from chalicelib.web.answers import data
from chalicelib.web.language import address, told
from chalicelib.web.members import by_right, member_page
from chalicelib.web.routes import Routes

HERE = "/me/queries"
COMPLAINTS = HERE + "/complaints"
NOT_THEIRS = "您的授权不包括查看这个单位的查询记录：请由法定代表人增加委托权限"

my_queries = Routes(__name__)


@my_queries.reads(HERE)
def listed(request: Request) -> Response:
    """Every query, the latest first."""
    session, cursor = access.signed_in(request), queries.cursor(request)
    with by_right(NOT_THEIRS):
        found = service.of_session(session, cursor)
    return member_page(session, "my_queries.html", found=found, later=cursor is not None)


@my_queries.reads(HERE + ".json", parameters.SUBJECT)
def for_programs(request: Request) -> Response:
    """The same for programs."""
    session = access.signed_in(request)
    with by_right(NOT_THEIRS):
        return data(facts(service.of_session(session, queries.cursor(request))), {"Cache-Control": "no-store"})


@my_queries.reads(COMPLAINTS)
def complaints(request: Request) -> Response:
    """How to complain, the form for it, and what became of earlier complaints."""
    session = access.signed_in(request)
    form = forms.kept(session, COMPLAINTS)
    about, receipt = queries.given(request, "about"), queries.given(request, "receipt")
    return _page(session, form if form.fields or not about else forms.Form({"about": [about]}, form.draft), receipt=receipt)


@my_queries.takes(COMPLAINTS)
def complain(request: Request) -> Response:
    """Take a complaint."""
    session = access.signed_in(request)
    form = forms.sent(request)
    try:
        with by_right(NOT_THEIRS):
            complaint = service.complain(session, form.one("about"), form.one("text"))
    except Refused as refusal:
        return _page(session, form, told(refusal))
    drafts.forget(session, COMPLAINTS)
    raise problems.Elsewhere(address(COMPLAINTS, receipt=complaint.receipt))


def _page(session: people_sessions.Session, form: forms.Form, error: str | None = None, receipt: str | None = None) -> Response:
    with by_right(NOT_THEIRS):
        made = service.complaints_of(session)
    taken = next((complaint for complaint in made if complaint.receipt == receipt), None)
    shown: dict[str, Any] = {"form": form, "error": error, "taken": taken, "least": service.SHORTEST, "most": service.LONGEST}
    return member_page(session, "complaints.html", made=made, **shown)
