"""Notices at the desk (`/desk/notices`): what its reader was told, what officers still have to do, and what each kind says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalice.app import Request, Response

from chalicelib.law.decisions import phrase
from chalicelib.law.reminders import REMINDERS
from chalicelib.services.desk import desk_notices as service
from chalicelib.services.identity import people_sessions
from chalicelib.services.telling import message_texts
from chalicelib.web import access, case_filters, forms, problems, queries, steps, words
from chalicelib.web.desk import desk_page
from chalicelib.web.language import current
from chalicelib.web.members import by_right
from chalicelib.web.notices import in_words
from chalicelib.web.routes import Routes

HERE = "/desk/notices"
PARTS: Mapping[str, str] = {
    "uncertain": phrase("不确定是否送出的法定告知"),
    "failed": phrase("没有发出的"),
    "letters": phrase("等待打印的信函"),
    "printed": phrase("已打印、等待寄出的信函"),
    "returned": phrase("已寄出的信函"),
    "untold": phrase("没有途径送达的告知"),
}
"""What waits for an officer, by part of the desk."""
_OFFICERS_ONLY = "这一步由信用中心经办人办理"

desk_notices = Routes(__name__)


@desk_notices.reads(HERE)
def listed(request: Request) -> Response:
    """What one was told; for officers also what waits for them."""
    session, cursor = access.signed_in(request), queries.cursor(request)
    return _page(session, case_filters.looked_for(request, service.EVERYTHING), cursor=cursor)


@desk_notices.takes(HERE)
def act(request: Request) -> Response:
    """One step about one message or notice, or how an office is reached."""
    session = access.signed_in(request)
    form = forms.sent(request)

    def step() -> None:
        with by_right(_OFFICERS_ONLY):
            if form.one("do") == "reach":
                service.reach_office(session, form.one("to"), form.one("phone"), form.one("email"))
            else:
                service.act(session, form.one("do"), form.one("which"))

    return steps.taken(step, HERE, lambda error: _page(session, service.EVERYTHING, error))


@desk_notices.reads(HERE + "/preview")
def preview(request: Request) -> Response:
    """What a kind of notice says by each channel, in both languages."""
    session = access.signed_in(request)
    kind = queries.given(request, "kind") or next(iter(REMINDERS))
    if kind not in REMINDERS:
        raise problems.Missing("没有这种通知")
    kinds = [(one, in_words(one).title) for one in REMINDERS]
    previews = service.preview(kind)
    return desk_page(session, "notice_preview.html", HERE, kind=kind, kinds=kinds, row=REMINDERS[kind], previews=previews)


@desk_notices.reads(HERE + "/letters")
def letters(request: Request) -> Response:
    """The letters to print, one a sheet."""
    session = access.signed_in(request)
    with by_right(_OFFICERS_ONLY):
        found = service.letters(session)
    return desk_page(session, "notice_letters.html", HERE, letters=found)


def _page(session: people_sessions.Session, look: service.Wanted, error: str | None = None, cursor: str | None = None) -> Response:
    officer = "officer" in session.person.roles
    told, following = service.to_roles(session, cursor)
    titles = {kind: said[current()][0] for kind, said in message_texts.TEXTS.items()} | {one: in_words(one).title for one in REMINDERS}
    facts = {
        "mine": [(one, in_words(one.notice.kind)) for one in told],
        "following": following,
        "later": cursor is not None,
        "found": service.overview(look) if officer else None,
        "offices": service.office_contacts() if officer else {},
        "titles": titles,
        "parts_of_desk": PARTS,
        "queue": case_filters.form(HERE, look, _choices(look, titles)),
    }
    return desk_page(session, "desk_notices.html", HERE, error=error, **facts)


def _choices(look: service.Wanted, titles: Mapping[str, str]) -> list[tuple[str, str, Any, str]]:
    return [
        ("part", phrase("情况"), PARTS.items(), look.part),
        ("kind", phrase("内容"), titles.items(), look.kind),
        ("channel", phrase("途径"), words.CHANNEL.items(), look.channel),
    ]
