"""One's own reports (`/me/reports`): asked for, read on the page first, fetched as a signed PDF by a link that lives five minutes."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import unquote

from chalice.app import Request, Response

from chalicelib import clock
from chalicelib.law.decisions import Refused
from chalicelib.services.identity import drafts, people_sessions
from chalicelib.services.reporting import own_reports
from chalicelib.services.reporting.own_reports import Shown
from chalicelib.web import access, forms, problems, queries
from chalicelib.web.language import address, told
from chalicelib.web.members import by_right, member_page
from chalicelib.web.routes import Routes

HERE = "/me/reports"
AGAIN = 4
"""Seconds after which a page that waits for the PDF looks again."""
PATIENCE = timedelta(minutes=2)
"""How long after asking a page looks again by itself: each look would keep the session alive."""
NOT_THEIRS = "您的授权不包括这个单位的信用报告：请由法定代表人增加委托权限"

my_reports = Routes(__name__)


@my_reports.reads(HERE)
def listed(request: Request) -> Response:
    """The reports that there are, and the form for a new one."""
    session = access.signed_in(request)
    return _page(session, queries.page_number(request), forms.kept(session, HERE))


@my_reports.takes(HERE)
def ask(request: Request) -> Response:
    """A new report."""
    session = access.signed_in(request)
    form = forms.sent(request)
    try:
        with by_right(NOT_THEIRS):
            if record := form.one("certify"):
                report = own_reports.certify(session, record)
            else:
                report = own_reports.ask(session, form.one("purpose"), form.many("category"))
    except Refused as refusal:
        return _page(session, 1, form, told(refusal))
    drafts.forget(session, HERE)
    raise problems.Elsewhere(address(f"{HERE}/{report.number}", waiting="1"))


@my_reports.reads(HERE + "/{number}")
def one(request: Request, number: str) -> Response:
    """What a report says; while its PDF is made, a short page that looks again by itself if it was asked to."""
    session = access.signed_in(request)
    found = _shown(session, number)
    asked = found.report.state == "asked"
    waited = clock.now() - datetime.fromisoformat(found.report.asked_at)
    waits = asked and waited < PATIENCE and bool(queries.given(request, "waiting"))
    response = member_page(session, "my_report.html", report=found.report, content=found.content, waits=waits, again=AGAIN)
    if waits:
        response.headers["Refresh"] = str(AGAIN)
    return response


@my_reports.takes(HERE + "/{number}")
def fetch(request: Request, number: str) -> Response:
    """A new link to the PDF, and on to it."""
    session = access.signed_in(request)
    found = _shown(session, number)
    link = own_reports.fetch_link(session, found.report.number)
    raise problems.Elsewhere(link or address(f"{HERE}/{found.report.number}", waiting="1"))


def _shown(session: people_sessions.Session, number: str) -> Shown:
    try:
        with by_right(NOT_THEIRS):
            return own_reports.shown(session, unquote(number))
    except own_reports.Nothing as error:
        raise problems.Missing("没有这份报告", "请从信用报告的列表中选择。") from error


def _page(session: people_sessions.Session, page: int, form: forms.Form, error: str | None = None) -> Response:
    with by_right(NOT_THEIRS):
        found = own_reports.listed(session, page)
    return member_page(session, "my_reports.html", listed=found, form=form, error=error, most=own_reports.MOST_A_DAY)
