"""Complaints at the desk (`/desk/complaints`): each is read and answered (HY-27d)."""

from __future__ import annotations

from chalice.app import Request, Response

from chalicelib.law import objections as law
from chalicelib.law.decisions import phrase
from chalicelib.services.identity.people_sessions import Session
from chalicelib.services.remedies import complaint_desk as service
from chalicelib.web import access, case_filters, forms, steps
from chalicelib.web import objections as shared
from chalicelib.web.desk import desk_page
from chalicelib.web.routes import Routes

HERE = "/desk/complaints"
ABOUT = (("query", phrase("某一次查询")), ("other", phrase("其他")))
AGES = (("week", phrase("一周以上")), ("month", phrase("一个月以上")))

desk_complaints = Routes(__name__)


@desk_complaints.reads(HERE)
def listed(request: Request) -> Response:
    """The complaints that wait for an answer."""
    return _page(access.signed_in(request), case_filters.looked_for(request, service.EVERYTHING))


@desk_complaints.takes(HERE)
def answer(request: Request) -> Response:
    """Answer one of them."""
    session = access.signed_in(request)
    form = forms.sent(request)

    def step() -> None:
        with shared.served():
            service.answer(session, form.one("owner"), form.one("receipt"), form.one("text"))

    return steps.taken(step, HERE, lambda error: _page(session, service.EVERYTHING, error))


def _page(session: Session, look: service.Wanted, error: str | None = None) -> Response:
    queue = case_filters.form(HERE, look, [("about", phrase("投诉什么"), ABOUT, look.about), ("age", phrase("等了多久"), AGES, look.age)])
    facts = {"queue": queue, "waiting": service.waiting(look), "longest": law.LONGEST_TEXT}
    return desk_page(session, "desk_complaints.html", HERE, error=error, **facts)
