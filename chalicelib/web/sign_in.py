"""Signing in and out: the page that leads to an issuer, the way back, and the end."""

from __future__ import annotations

from typing import cast

from chalice.app import Request, Response

from chalicelib import settings
from chalicelib.services.identity import local_people, people_sessions
from chalicelib.services.identity import sign_in as signing
from chalicelib.web import access, cookies, problems, queries
from chalicelib.web.answers import NOT_INDEXED, page
from chalicelib.web.language import address
from chalicelib.web.paths import ATTEMPT_COOKIE, SESSION_COOKIE, own_page
from chalicelib.web.routes import Routes

CALLBACK = "/login/callback"
HOME = {"citizens": "/me", "staff": "/desk"}
"""Where each kind of person goes on when they asked for nothing else."""

sign_in = Routes(__name__)


@sign_in.reads("/login")
def login(request: Request) -> Response:
    """How to sign in, and as whom on one machine."""
    out = queries.given(request, "out")
    facts = {
        "onward": _onward(request),
        "over": bool(queries.given(request, "over")),
        "kept": bool(queries.given(request, "kept")),
        "out": out is not None,
        "way_out": signing.way_out(cast(signing.IssuerKind, out), settings.site() + "/login") if out in HOME else "",
        "issuers": [kind for kind in HOME if settings.issuer(kind)],
        "people": local_people.people(),
    }
    return page("login.html", {**NOT_INDEXED, "Cache-Control": "no-store"}, **facts)


@sign_in.reads("/login/{issuer}")
def begin(request: Request, issuer: str) -> Response:
    """Go to an issuer to be identified."""
    if issuer not in HOME:
        raise problems.Missing("没有这种登录方式", "请从登录页重新选择。")
    onward = address(_onward(request) or HOME[issuer])
    try:
        begun = signing.begin(cast(signing.IssuerKind, issuer), settings.site() + CALLBACK, onward)
    except signing.Silent as error:
        raise problems.Unavailable("身份认证平台现在没有应答：请过几分钟再试") from error
    raise problems.Elsewhere(begun.address, (cookies.setting(ATTEMPT_COOKIE, begun.cookie),))


@sign_in.reads(CALLBACK)
def finish(request: Request) -> Response:
    """Come back from an issuer as somebody."""
    given = {part: queries.given(request, name) or "" for part, name in (("state", "state"), ("code", "code"), ("answered_by", "iss"))}
    try:
        done = signing.finish(**given, cookie=cookies.given(request, ATTEMPT_COOKIE))
    except signing.NotSignedIn as error:
        raise problems.Declined(problems.NOT_SIGNED_IN, "身份认证没有完成：请从登录页重新开始") from error
    except signing.Silent as error:
        raise problems.Unavailable("身份认证平台现在没有应答：请过几分钟再试") from error
    raise problems.Elsewhere(done.onward, (cookies.setting(SESSION_COOKIE, done.cookie), cookies.clearing(ATTEMPT_COOKIE)))


@sign_in.takes("/logout")
def logout(request: Request) -> Response:
    """End the session here and in the browser."""
    session = access.signed_in(request)
    people_sessions.end(session)
    # Led there by a link and not from the form: browsers let a form lead nowhere but to us, also by a redirect (CSP form-action).
    raise problems.Elsewhere(address("/login", out=session.person.issuer), (cookies.clearing(SESSION_COOKIE),))


def _onward(request: Request) -> str:
    """The page of ours that was asked for before signing in; empty when it is none."""
    return own_page(queries.given(request, "next") or "")
