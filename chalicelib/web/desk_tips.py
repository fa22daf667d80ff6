"""Tips at the desk (`/desk/tips`): taken on by a handler, passed to the competent body, answered (KLM-15, AK-3.7, HY-18)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

from chalice.app import Request, Response

from chalicelib.law import tips as law
from chalicelib.law.decisions import Refused
from chalicelib.services.desk import tip_desk as service
from chalicelib.services.identity.people_sessions import Session
from chalicelib.web import access, forms, problems
from chalicelib.web.desk import desk_page
from chalicelib.web.language import address, told
from chalicelib.web.routes import Routes

HERE = "/desk/tips"

desk_tips = Routes(__name__)


@desk_tips.reads(HERE)
def listed(request: Request) -> Response:
    """The tips that wait for whoever looks."""
    session = access.signed_in(request)
    return desk_page(session, "desk_tips.html", HERE, waiting=service.waiting(session), matters=law.MATTERS)


@desk_tips.reads(HERE + "/{number}")
def one(request: Request, number: str) -> Response:
    """One tip, and the forms for what one may do with it."""
    return _page(access.signed_in(request), unquote(number))


@desk_tips.takes(HERE + "/{number}")
def act(request: Request, number: str) -> Response:
    """Take it on, look at who made it, pass it on, reply, answer, or turn it down."""
    session, number = access.signed_in(request), unquote(number)
    form = forms.sent(request)
    words, do = form.one("text"), form.one("do")
    try:
        with _served():
            match do:
                case "open":
                    return _page(session, number, reporter=service.open_reporter(session, number, words))
                case "take_on":
                    service.take_on(session, number)
                case "pass_on":
                    service.pass_on(session, number, form.one("body"), words)
                case "reply":
                    service.reply(session, number, words)
                case "answer":
                    service.answer(session, number, words)
                case "turn_down":
                    service.turn_down(session, number, words)
                case _:
                    service.find(session, number)
                    raise Refused("请选择要办理的一步")
    except Refused as refusal:
        return _page(session, number, form=form, error=told(refusal))
    raise problems.Elsewhere(address(HERE))


def _page(session: Session, number: str, *, form: forms.Form | None = None, error: str | None = None, **facts: Any) -> Response:
    with _served():
        shown = service.find(session, number)
    rest = {"form": form or forms.Form({}), "matters": law.MATTERS, "reporter": None, **facts}
    return desk_page(session, "desk_tip.html", HERE, error=error, shown=shown, tip=shown.tip, **rest)


@contextmanager
def _served() -> Iterator[None]:
    """Say it as a problem when there is no such tip for them, or somebody else was first."""
    try:
        yield
    except service.Unknown as error:
        raise problems.Missing("没有这件举报", "请从列表中选择。") from error
    except service.Overtaken as error:
        raise problems.Declined(
            problems.OVERTAKEN, "另有人先办理了这件事，您提交的内容没有存下来：请打开页面，看看现在到了哪一步"
        ) from error
