"""Whether the members face runs, and what every page of somebody who is signed in carries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chalice.app import Request, Response

from chalicelib import clock, settings
from chalicelib.services.identity import people_sessions
from chalicelib.web import language, problems
from chalicelib.web.answers import NOT_INDEXED, data, page
from chalicelib.web.paths import with_place
from chalicelib.web.routes import Routes

SECTIONS = (
    ("/me", "信用档案"),
    ("/me/archived", "已归档"),
    ("/me/lists", "名单和措施"),
    ("/me/reports", "信用报告"),
    ("/me/green-channel", "绿色通道"),
    ("/me/queries", "谁查询过"),
    ("/me/consents", "授权查询"),
    ("/me/objections", "异议"),
    ("/me/repairs", "信用修复"),
    ("/me/notices", "通知"),
    ("/me/contacts", "联系方式"),
)
"""The parts of `/me`, as its navigation shows them; `BUSINESS` and `DELEGATIONS` follow for who may ask and delegate."""
BUSINESS = ("/business", "申请查询别人")
DELEGATIONS = ("/me/delegations", "委托他人")
LED_TO = "/me/consents/"
"""Where links from outside lead: whoever acts for another there may choose for whom, and comes back."""

members = Routes(__name__)


def member_page(session: people_sessions.Session, template: str, *, error: str | None = None, **facts: Any) -> Response:
    """A page for somebody who is signed in; `error` is what was wrong with the form on it. Nobody keeps it."""
    member = facts_of(session)
    section = None if member["staff"] else SECTIONS[0][0]
    shown = page(template, {"Cache-Control": "no-store", **NOT_INDEXED}, member=member, error=error, **{"section": section, **facts})
    shown.status_code = problems.INVALID_INPUT.status if error else shown.status_code
    return shown


def facts_of(session: people_sessions.Session) -> dict[str, Any]:
    """What the head of every page of somebody who is signed in says: who that is, for whom they act, until when the session lasts."""
    acting = people_sessions.mandate_of(session)
    staff = session.person.issuer == "staff"
    rights = acting.rights if acting else ()
    path = language.READER.get().path
    about = with_place(path, language.READER.get().parameters)
    by_rights = [part for right, part in (("report", BUSINESS), ("delegate", DELEGATIONS)) if right in rights]
    sections = () if staff else (*SECTIONS, *by_rights)
    return {
        "name": session.person.name,
        "name_differs": session.person.name_differs,
        "staff": staff,
        "acting": acting,
        "ends": people_sessions.ends(session).astimezone(clock.SHANGHAI),
        "token": people_sessions.form_token(session),
        "sign_out_token": people_sessions.sign_out_token(session),
        "sections": sections,
        "led_to": about if path.startswith(LED_TO) or about != path else "",
        "here": _part_of(path, [path for path, _ in sections]),
    }


@contextmanager
def by_right(reason: str) -> Iterator[None]:
    """Say it as a problem when the mandate by which somebody acts does not give the right to what is done inside."""
    try:
        yield
    except people_sessions.NotAllowed as error:
        raise problems.Declined(problems.NOT_YOURS, reason) from error


def _part_of(path: str, parts: list[str]) -> str:
    """The part of `/me` that a page belongs to; empty when it belongs to none."""
    if path in parts:
        return path
    return next((part for part in parts if part != SECTIONS[0][0] and path.startswith(part + "/")), "")


@members.reads("/members/healthz")
def health(request: Request) -> Response:
    """Whether the members face runs."""
    facts = {"status": "ok", "face": "members", "city": settings.slug(), "today": clock.today().isoformat()}
    return data(facts, {"Cache-Control": "no-store"})
