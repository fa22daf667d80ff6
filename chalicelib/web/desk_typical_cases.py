"""Typical cases at the desk (`/desk/typical-cases`): written, looked at by a second officer, taken down (NTN-4a)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from chalice.app import Request, Response

from chalicelib.law import typical_cases as law
from chalicelib.law.decisions import Refused
from chalicelib.services.desk import typical_cases as service
from chalicelib.services.identity.people_sessions import Session
from chalicelib.web import access, forms, problems, queries
from chalicelib.web.desk import desk_page
from chalicelib.web.language import address, told
from chalicelib.web.routes import Routes

HERE = "/desk/typical-cases"

desk_typical_cases = Routes(__name__)


@desk_typical_cases.reads(HERE)
def listed(request: Request) -> Response:
    """What waits for a second officer; with `code` in the address the records of which a case can be written."""
    session = access.signed_in(request)
    try:
        return _page(session, {"code": queries.given(request, "code") or ""})
    except Refused as refusal:
        return _page(session, {}, told(refusal))


@desk_typical_cases.takes(HERE)
def write(request: Request) -> Response:
    """Propose a case."""
    session = access.signed_in(request)
    form = {name: values[0] for name, values in forms.fields(request).items()}
    try:
        parts = (form.get(name, "") for name in ("code", "record", "title", "text"))
        _served(lambda: service.write(session, *parts))
    except Refused as refusal:
        return _page(session, form if form.get("record") else {}, told(refusal))
    raise problems.Elsewhere(address(HERE))


@desk_typical_cases.takes(HERE + "/{number}")
def decide(request: Request, number: str) -> Response:
    """Publish a case, turn it down, or take it down."""
    session, number, form = access.signed_in(request), unquote(number), forms.sent(request)
    steps: dict[str, Callable[[], object]] = {
        "publish": lambda: service.publish_case(session, number),
        "turn down": lambda: service.turn_down(session, number, form.one("reason")),
        "take down": lambda: service.take_down(session, number, form.one("reason")),
    }
    try:
        _served(steps.get(form.one("do"), _missing))
    except Refused as refusal:
        return _page(session, {}, told(refusal))
    raise problems.Elsewhere(address(HERE))


def _page(session: Session, form: dict[str, str], error: str | None = None) -> Response:
    code = form.get("code", "")
    found, published = (service.records_of(code), service.published_of(code)) if code else ([], [])
    facts: dict[str, Any] = {"form": form, "found": found, "published": published, "most": law.LONGEST_TEXT}
    return desk_page(session, "desk_typical_cases.html", HERE, error=error, waiting=service.waiting(session), **facts)


def _served(step: Callable[[], object]) -> None:
    """Take a step; say as a problem when there is no such case, or somebody else was first."""
    try:
        step()
    except service.Unknown as error:
        raise problems.Missing("没有这个案例", "请从列表中选择。") from error
    except service.Overtaken as error:
        raise problems.Declined(
            problems.OVERTAKEN, "另有人先办理了这件事，您提交的内容没有存下来：请打开页面，看看现在到了哪一步"
        ) from error


def _missing() -> None:
    raise service.Unknown
