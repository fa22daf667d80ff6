"""What somebody was told (`/me/notices`), and the way out of what need not be told (`/unsubscribe/...`)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

from chalice.app import Request, Response

from chalicelib.services.telling import my_notices, unsubscribing, wording
from chalicelib.web import access, problems, queries
from chalicelib.web.answers import NOT_INDEXED, page
from chalicelib.web.language import current
from chalicelib.web.members import by_right, member_page
from chalicelib.web.routes import Routes

HERE = "/me/notices"

notices = Routes(__name__)


@dataclass(frozen=True)
class InWords:
    """A kind of notice: its title, and what it says."""

    title: str
    sentence: str


@notices.reads(HERE)
def listed(request: Request) -> Response:
    """Every notice, the latest first, with what became of its messages."""
    session, cursor = access.signed_in(request), queries.cursor(request)
    with by_right("您的授权不包括查看这个单位的通知：请由法定代表人增加委托权限"):
        told, following = my_notices.of_session(session, cursor)
    shown = [(one, in_words(one.notice.kind)) for one in told]
    return member_page(session, "my_notices.html", told=shown, following=following, later=cursor is not None)


@notices.reads("/unsubscribe/{token}")
def ask(request: Request, token: str) -> Response:
    """Ask first: mail scanners follow links."""
    if not unsubscribing.is_ours(unquote(token)):
        raise problems.Missing("没有这个地址", "请从邮件中的链接打开，或登录后在“联系方式”中更改。")
    return _page(done=False)


@notices.takes("/unsubscribe/{token}")
def unsubscribe(request: Request, token: str) -> Response:
    """One click, of the reader here or of their mail program (RFC 8058): whoever has the link may, and nothing else can be done by it."""
    if not unsubscribing.unsubscribe(unquote(token)):
        raise problems.Missing("没有这个地址", "请从邮件中的链接打开，或登录后在“联系方式”中更改。")
    return _page(done=True)


def in_words(kind: str) -> InWords:
    """A kind of notice in the reader's language."""
    language = current()
    return InWords(wording.title(kind, language), wording.sentence(kind, language))


def _page(*, done: bool) -> Response:
    return page("unsubscribe.html", {"Cache-Control": "no-store", **NOT_INDEXED}, done=done)
