"""What a signed-in person sees of themselves, or of the organisation for which they act (`/me`)."""

from __future__ import annotations

from typing import Any

from chalice.app import Request, Response

from chalicelib import clock
from chalicelib.law.rights import RIGHTS
from chalicelib.services.identity import people_sessions
from chalicelib.services.own import my_archive
from chalicelib.web import access, cards, forms, problems, queries
from chalicelib.web.language import address
from chalicelib.web.members import by_right, member_page
from chalicelib.web.paths import own_page
from chalicelib.web.routes import Routes

me = Routes(__name__)


@me.reads("/me")
def mine(request: Request) -> Response:
    """Everything that counts now."""
    return _archive(request, archived=False)


@me.reads("/me/archived")
def archived(request: Request) -> Response:
    """What has ended or is repaired: only its subject sees it."""
    return _archive(request, archived=True)


def _archive(request: Request, *, archived: bool) -> Response:
    session = access.signed_in(request)
    with by_right("您的授权不包括查看这个单位的信用档案：请由法定代表人增加委托权限"):
        found = my_archive.of_session(session, day=clock.today(), archived=archived, page=queries.page_number(request))
    shown = list(zip(found.entries, cards.of_subject(((one.facts, one.labels) for one in found.entries), found.name or ""), strict=True))
    return member_page(session, "me.html", archive=found, entries=shown, archived=archived)


@me.reads("/me/acting")
def acting(request: Request) -> Response:
    """For whom one can act."""
    session = access.signed_in(request)
    onward = own_page(queries.given(request, "next") or "")
    shown: dict[str, Any] = {
        "mandates": people_sessions.mandates(session.person),
        "over": bool(queries.given(request, "over")),
        "onward": onward,
    }
    return member_page(session, "acting.html", rights=RIGHTS, **shown)


@me.takes("/me/acting")
def act(request: Request) -> Response:
    """Act for oneself or for an organisation from now on."""
    people_sessions.act_for(access.signed_in(request), forms.field(request, "for"))
    raise problems.Elsewhere(address(own_page(forms.field(request, "next")) or "/me"))
