"""Acceptance with missing papers at the desk (`/desk/promises`): promises taken, kept and broken (KLM-6, AK-2.3)."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from chalice.app import Request, Response

from chalicelib import clock
from chalicelib.law import promises as law
from chalicelib.law.decisions import Refused
from chalicelib.services.identity.people_sessions import Session
from chalicelib.services.remedies import promises as service
from chalicelib.web import access, forms, problems
from chalicelib.web.desk import bodies_of, desk_page
from chalicelib.web.language import address, told
from chalicelib.web.routes import Routes

HERE = "/desk/promises"

promises = Routes(__name__)


@promises.reads(HERE)
def listed(request: Request) -> Response:
    """The promises that are open, and the form for a new one."""
    return _page(access.signed_in(request), {})


@promises.takes(HERE)
def take(request: Request) -> Response:
    """Take a promise."""
    session = access.signed_in(request)
    form = {name: values[0] for name, values in forms.fields(request).items()}
    try:
        until, needed = forms.day(form, "until"), form.get("not_needed_by_law") != "yes"
        promised = law.promised(form.get("matter", ""), form.get("papers", ""), until, clock.today(), needed_by_law=needed)
        service.take(session, form.get("body", ""), form.get("number", ""), form.get("code", ""), promised)
    except service.Unknown:
        return _page(session, form, told(Refused("请选择受理的单位")))
    except service.Overtaken as error:
        raise _overtaken() from error
    except Refused as refusal:
        return _page(session, form, told(refusal))
    raise problems.Elsewhere(address(HERE))


@promises.takes(HERE + "/{number}")
def close(request: Request, number: str) -> Response:
    """Note that the papers came, or did not."""
    session = access.signed_in(request)
    try:
        service.close(session, unquote(number), forms.field(request, "do"))
    except service.Unknown as error:
        raise problems.Missing("没有这件承诺", "请从列表中选择。") from error
    except service.Overtaken as error:
        raise _overtaken() from error
    except Refused as refusal:
        return _page(session, {}, told(refusal))
    raise problems.Elsewhere(address(HERE))


def _page(session: Session, form: dict[str, str], error: str | None = None) -> Response:
    facts: dict[str, Any] = {"form": form, "bodies": bodies_of(session), "today": clock.today()}
    return desk_page(session, "desk_promises.html", HERE, error=error, waiting=service.waiting(session), **facts)


def _overtaken() -> problems.Declined:
    return problems.Declined(problems.OVERTAKEN, "另有人先办理了这件事，您提交的内容没有存下来：请打开页面，看看现在到了哪一步")
