"""One's own objections (`/me/objections`): made, followed, added to, withdrawn, appealed (NT-31 to NT-33)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any, TypeVar

from chalice.app import Request, Response

from chalicelib import cities, clock, settings
from chalicelib.law import objections as law
from chalicelib.law.decisions import Refused
from chalicelib.law.procedures import ROLES, Procedure
from chalicelib.services.identity import people_sessions
from chalicelib.services.remedies import attachments
from chalicelib.services.remedies import objections as service
from chalicelib.services.remedies.casework import Conflict
from chalicelib.services.remedies.objections import Found, Stated
from chalicelib.web import access, forms, problems, queries, uploads, words
from chalicelib.web.language import address, told
from chalicelib.web.members import by_right, member_page
from chalicelib.web.routes import Routes

HERE = "/me/objections"
Done = TypeVar("Done")
NOT_THEIRS = "您的授权不包括提出异议：请由法定代表人增加委托权限"

OF_ALL: Mapping[str, str] = {"begin": "收到", "assign": "交由经办人办理", "give back": "放回队列", "purge": "清除内容"}
"""What is done in the cases of every procedure, by its action."""

objections = Routes(__name__)


@objections.reads(HERE)
def listed(request: Request) -> Response:
    """The objections that were made; with `record` in the address the form for an objection to it."""
    session = access.signed_in(request)
    record = queries.given(request, "record") or ""
    form = forms.kept(session, HERE)
    return _page(session, form if form.fields else forms.Form({"record": [record]} if record else {}))


@objections.takes(HERE)
def make(request: Request) -> Response:
    """Take an objection in."""
    session = access.signed_in(request)
    form = forms.sent(request)
    try:
        with by_right(NOT_THEIRS), served():
            case = service.make(session, stated_in(request, "provider" if form.one("to") == "provider" else "online"))
    except Refused as refusal:
        return _page(session, form, told(refusal))
    raise problems.Elsewhere(address(f"{HERE}/{case.id}"))


@objections.reads(HERE + "/{number}")
def one(request: Request, number: str) -> Response:
    """One objection: its number, where it stands, by when what is due, its history."""
    session = access.signed_in(request)
    return _one(session, number)


@objections.takes(HERE + "/{number}")
def act(request: Request, number: str) -> Response:
    """Add to it, take it back, or appeal against its answer."""
    session = access.signed_in(request)
    form = forms.sent(request)
    version, text = version_of(form), form.one("text")
    steps: dict[str, Callable[[], object]] = {
        "evidence": lambda: service.add_evidence(session, number, version, text, uploads.files(request, "file")),
        "withdraw": lambda: service.withdraw(session, number, version),
        "appeal": lambda: service.appeal(session, number, version, text),
    }
    try:
        with by_right(NOT_THEIRS), served():
            chosen(steps, form)()
    except Refused as refusal:
        return _one(session, number, told(refusal))
    raise problems.Elsewhere(address(f"{HERE}/{number}"))


@objections.reads(HERE + "/{number}/letter")
def letter(request: Request, number: str) -> Response:
    """The answer as a letter, to be printed."""
    session = access.signed_in(request)
    with by_right(NOT_THEIRS), served():
        found = service.find(session, number)
    return member_page(session, "objection_letter.html", **facts_of(found))


@objections.takes(HERE + "/{number}/files")
def file(request: Request, number: str) -> Response:
    """A file of it by a link of five minutes."""
    session = access.signed_in(request)
    with by_right(NOT_THEIRS), served():
        found = service.find(session, number)
    raise problems.Elsewhere(link_in(found, request))


def _page(session: people_sessions.Session, form: forms.Form, error: str | None = None) -> Response:
    with by_right("您的授权不包括查看这个单位的信用档案：请由法定代表人增加委托权限"):
        made, records = service.of_session(session), service.counting_of(session) if form.fields else []
    named = next((record for record in records if record.id in form.many("record")), None)
    others = [record for record in records if named and record != named and record.provider == named.provider and not record.flags]
    facts: dict[str, Any] = {"made": made, "form": form, "error": error, "named": named, "others": others[: service.MOST_RECORDS * 4]}
    return member_page(session, "my_objections.html", **facts, **choices(), **usual())


def _one(session: people_sessions.Session, number: str, error: str | None = None) -> Response:
    with by_right(NOT_THEIRS), served():
        found = service.find(session, number)
    moves = {move.action for move in law.PROCEDURE.open_to(found.case.state, "subject")}
    return member_page(session, "my_objection.html", error=error, moves=moves, **facts_of(found))


# What the pages of the desk share with these


@contextmanager
def served() -> Iterator[None]:
    """Say it as a problem when there is no such case, or somebody else was first."""
    try:
        yield
    except service.Unknown as error:
        raise problems.Missing("没有这件异议", "请从列表中选择。") from error
    except service.Overtaken as error:
        raise problems.Declined(
            problems.OVERTAKEN, "另有人先办理了这件事，您提交的内容没有存下来：请打开页面，看看现在到了哪一步"
        ) from error
    except Conflict as error:
        raise problems.Unavailable("这份档案正被频繁更新，没有存下来：请稍后再提交一次") from error


def stated_in(request: Request, channel: law.Channel) -> Stated:
    """What a form of an objection states, with its files."""
    form = forms.sent(request)
    records, reasons = tuple(form.many("record")), tuple(form.many("choice"))
    return Stated(records, reasons, form.one("text"), channel, uploads.files(request, "file"))


def version_of(form: forms.Form) -> int:
    """The version of a case that a form acts on; one that is none fits no case."""
    said = form.one("version")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 6 else -1


def chosen(steps: Mapping[str, Callable[[], Done]], form: forms.Form) -> Callable[[], Done]:
    """The step that the button of a form asks for; `Refused` when it is none."""
    step = steps.get(form.one("do"))
    if step is None:
        raise Refused("请从页面上选择要办理的事")
    return step


def link_in(found: Found, request: Request) -> str:
    """A link to the file of an objection that a form names."""
    try:
        return service.file_link(found.case, forms.field(request, "file"))
    except KeyError as error:
        raise problems.Missing("没有这个文件", "请从列表中选择。") from error


def choices() -> dict[str, Any]:
    """What the form of an objection offers."""
    return {"reasons": law.CHOICES, "most_files": attachments.MOST, "largest": attachments.LARGEST >> 20, "longest": law.LONGEST_TEXT}


def usual() -> dict[str, Any]:
    """The words that pages of cases say."""
    return {
        "procedure": law.PROCEDURE,
        "light_of": _light,
        "lights": words.LIGHTS,
        **history_words(law.PROCEDURE, law.VERIFICATION),
    }


def history_words(*procedures: Procedure) -> dict[str, Any]:
    """The words in which the history of a case of some procedures is told."""
    steps = {move.action: move.label for procedure in procedures for move in procedure.moves}
    return {"steps": {**steps, **OF_ALL}, "role_of": ROLES.__getitem__, "findings": law.FINDINGS}


def facts_of(found: Found) -> dict[str, Any]:
    """What a page of one objection shows."""
    said = {"reasons": law.CHOICES, "grounds": law.GROUNDS, "channels": law.CHANNELS, "remedies": law.REMEDIES}
    offered = {"most_files": attachments.MOST, "largest": attachments.LARGEST >> 20, "longest": law.LONGEST_TEXT}
    return {"found": found, "case": found.case, **said, **offered, **usual()}


def _light(due: date | None) -> law.Light:
    return law.light(due, clock.today(), cities.load(settings.city()).rules)
