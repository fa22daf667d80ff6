"""Archives of one organisation at the desk (`/desk/merges`): merged, or parted again, by one officer who proposes it and another who
confirms (NT-18)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import unquote

from chalice.app import Request, Response

from chalicelib.law import mergers as law
from chalicelib.law.decisions import Refused
from chalicelib.services.desk import merge_desk as service
from chalicelib.services.identity.people_sessions import Session
from chalicelib.web import access, forms, problems, queries
from chalicelib.web.desk import desk_page
from chalicelib.web.language import address, told
from chalicelib.web.routes import Routes

HERE = "/desk/merges"
ASKED = ("what", "code", "into")

desk_merges = Routes(__name__)


@desk_merges.reads(HERE)
def listed(request: Request) -> Response:
    """What waits for a second officer; with codes in the address what merging or parting them would do, with `done` what was done."""
    session = access.signed_in(request)
    asked = {name: queries.given(request, name) or "" for name in ASKED}
    return _page(session, asked, done=queries.given(request, "done") or "")


@desk_merges.takes(HERE)
def propose(request: Request) -> Response:
    """Propose that two archives are merged, or separated again."""
    session, form = access.signed_in(request), forms.sent(request)
    sent = {name: form.one(name) for name in (*ASKED, "reason", "proof")}
    try:
        with _served():
            service.propose(session, **sent)
    except Refused as refusal:
        return _page(session, sent, error=told(refusal))
    raise problems.Elsewhere(address(HERE))


@desk_merges.takes(HERE + "/{number}")
def decide(request: Request, number: str) -> Response:
    """Confirm it, or turn it down, as another officer."""
    session, number, form = access.signed_in(request), unquote(number), forms.sent(request)
    steps: dict[str, Callable[[], object]] = {
        "confirm": lambda: service.confirm(session, number),
        "turn down": lambda: service.turn_down(session, number, form.one("reason")),
    }
    try:
        with _served():
            steps.get(form.one("do"), _missing)()
    except Refused as refusal:
        return _page(session, {}, error=told(refusal))
    raise problems.Elsewhere(address(HERE, done=number))


def _page(session: Session, form: dict[str, str], *, done: str = "", error: str | None = None) -> Response:
    found = None
    if form.get("code"):
        try:
            found = service.plan(form["what"], form["code"], form["into"])
        except Refused as refusal:
            error = error or told(refusal)
    with _served():
        case = service.find(done) if done else None
    longest = {"longest_reason": law.LONGEST_REASON, "longest_proof": law.LONGEST_PROOF}
    facts = {"form": form, "found": found, "done": case, "waiting": service.waiting(session), **longest}
    return desk_page(session, "desk_merges.html", HERE, error=error, procedure=law.PROCEDURE, names=law.NAMES, told=told, **facts)


@contextmanager
def _served() -> Iterator[None]:
    """Say as a problem when there is no such case, or somebody else was first."""
    try:
        yield
    except service.Unknown as error:
        raise problems.Missing("没有这一件合并或者分开", "请从列表中选择。") from error
    except service.Overtaken as error:
        raise problems.Declined(
            problems.OVERTAKEN, "另有人先办理了这件事，您提交的内容没有存下来：请打开页面，看看现在到了哪一步"
        ) from error


def _missing() -> None:
    raise service.Unknown
