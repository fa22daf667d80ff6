"""Notices at the desk (`/desk/notices`): what its reader was told, what officers still have to do, and what each kind says."""

from __future__ import annotations

from chalice.app import Request, Response

from chalicelib.law.reminders import REMINDERS
from chalicelib.services import desk_notices as service
from chalicelib.services import message_texts, people_sessions
from chalicelib.web import access, forms, problems, queries, steps
from chalicelib.web.desk import desk_page
from chalicelib.web.language import current
from chalicelib.web.members import by_right
from chalicelib.web.notices import in_words
from chalicelib.web.routes import Routes

HERE = "/desk/notices"
_OFFICERS_ONLY = "这一步由信用中心经办人办理"

desk_notices = Routes(__name__)


@desk_notices.reads(HERE)
def listed(request: Request) -> Response:
    """What one was told; for officers also what waits for them."""
    return _page(access.signed_in(request))


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

    return steps.taken(step, HERE, lambda error: _page(session, error))


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


def _page(session: people_sessions.Session, error: str | None = None) -> Response:
    officer = "officer" in session.person.roles
    mine = [(one, in_words(one.notice.kind)) for one in service.to_roles(session)]
    found = service.overview() if officer else None
    offices = service.office_contacts() if officer else {}
    titles = {kind: said[current()][0] for kind, said in message_texts.TEXTS.items()} | {one: in_words(one).title for one in REMINDERS}
    return desk_page(session, "desk_notices.html", HERE, error=error, mine=mine, found=found, offices=offices, titles=titles)
