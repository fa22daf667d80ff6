"""Pages of one's own repairs (`/me/repairs`): what there is, the application, how it stands; and the objection to a public opinion."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from chalice.app import Request, Response

from chalicelib.law.decisions import Refused
from chalicelib.law.repair import LONGEST, WAYS
from chalicelib.law.repair_steps import REPAIR
from chalicelib.services.identity import people_sessions
from chalicelib.services.remedies import my_repairs as service
from chalicelib.services.remedies.repairs import MOST_PROOFS, Unknown
from chalicelib.web import access, forms, problems, queries, repair_pages
from chalicelib.web.language import address, told
from chalicelib.web.members import by_right, member_page
from chalicelib.web.routes import Routes

HERE = "/me/repairs"
NEW = HERE + "/new"
OBJECTION = HERE + "/objection"
NOT_THEIRS = "您的授权不包括替这个单位申请信用修复：请由法定代表人增加委托权限"

my_repairs = Routes(__name__)


@my_repairs.reads(HERE)
def listed(request: Request) -> Response:
    """Every repair, the latest first."""
    session = access.signed_in(request)
    with by_right(NOT_THEIRS):
        found = service.listed(session)
    return member_page(session, "my_repairs.html", cases=[(case, REPAIR.state(case.state)) for case in found])


@my_repairs.reads(NEW)
def form(request: Request) -> Response:
    """What a repair of a record needs, and the form to apply."""
    return _form(access.signed_in(request), queries.given(request, "record") or "", forms.Form({}))


@my_repairs.takes(NEW)
def apply(request: Request) -> Response:
    """Apply."""
    session = access.signed_in(request)
    sent = forms.sent(request)
    try:
        with by_right(NOT_THEIRS):
            application = repair_pages.application(sent.fields)
            case = service.apply(session, sent.one("record"), application, repair_pages.proofs(request))
    except Unknown as error:
        raise _no_record() from error
    except Refused as refusal:
        return _form(session, sent.one("record"), sent, told(refusal))
    raise problems.Elsewhere(address(f"{HERE}/{case.number}"))


@my_repairs.reads(OBJECTION)
def objection(request: Request) -> Response:
    """The form by which anybody objects to an opinion while it is public."""
    session, number = access.signed_in(request), queries.given(request, "number")
    return _objection(session, forms.Form({"number": [number]} if number else {}), taken=bool(queries.given(request, "taken")))


@my_repairs.takes(OBJECTION)
def object_to(request: Request) -> Response:
    """Object to an opinion."""
    session = access.signed_in(request)
    sent = forms.sent(request)
    try:
        service.object_to(session, sent.one("number"), sent.one("reason"))
    except Unknown:
        return _objection(session, sent, "没有这个编号的修复公示：请核对公示编号（以 XF- 开头）")
    except Refused as refusal:
        return _objection(session, sent, told(refusal))
    raise problems.Elsewhere(address(OBJECTION, taken="1"))


@my_repairs.reads(HERE + "/{number}")
def one(request: Request, number: str) -> Response:
    """How a repair stands: what was stated, what the system advises, every step and its day."""
    return _one(access.signed_in(request), number)


@my_repairs.takes(HERE + "/{number}")
def take_back(request: Request, number: str) -> Response:
    """Take an application back."""
    session = access.signed_in(request)
    try:
        with by_right(NOT_THEIRS):
            service.take_back(session, unquote(number))
    except Unknown as error:
        raise _no_repair() from error
    except Refused as refusal:
        return _one(session, number, told(refusal))
    raise problems.Elsewhere(address(f"{HERE}/{number}"))


def _form(session: people_sessions.Session, record_id: str, form: forms.Form, error: str | None = None) -> Response:
    found = refused = None
    try:
        with by_right(NOT_THEIRS):
            found = service.prepared(session, record_id)
    except Unknown as unknown:
        raise _no_record() from unknown
    except Refused as refusal:
        refused = told(refusal)
    facts: dict[str, Any] = {
        "found": found,
        "refused": refused,
        "form": form,
        "error": error,
        "all_ways": WAYS,
        "proofs": MOST_PROOFS,
        "most": LONGEST,
    }
    shown = member_page(session, "repair_form.html", advice=repair_pages.lines(found.advice) if found else [], **facts)
    shown.status_code = problems.INVALID_INPUT.status if refused else shown.status_code
    return shown


def _one(session: people_sessions.Session, number: str, error: str | None = None) -> Response:
    try:
        with by_right(NOT_THEIRS):
            found = service.shown(session, unquote(number))
    except Unknown as unknown:
        raise _no_repair() from unknown
    return member_page(session, "my_repair.html", error=error, **repair_pages.facts_of(found))


def _objection(session: people_sessions.Session, form: forms.Form, error: str | None = None, *, taken: bool = False) -> Response:
    return member_page(session, "repair_objection.html", form=form, error=error, taken=taken, most=LONGEST)


def _no_record() -> problems.Missing:
    return problems.Missing("没有这条记录", "请从信用档案中选择要修复的记录。")


def _no_repair() -> problems.Missing:
    return problems.Missing("没有这件修复申请", "请从信用修复的列表中选择。")
