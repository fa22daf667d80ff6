"""The recogniser's page (`/desk/lists`): exits to decide and to confirm, what came up about listed subjects, who is monitored."""

from __future__ import annotations

from typing import Any

from chalice.app import Request, Response

from chalicelib import clock
from chalicelib.law import lists as law
from chalicelib.law.decisions import Refused
from chalicelib.law.identifiers import check_uscc
from chalicelib.services.identity.people_sessions import Session
from chalicelib.services.remedies import assignment
from chalicelib.services.remedies import lists as service
from chalicelib.services.remedies.lists import Identifier
from chalicelib.web import access, case_filters, forms, problems, steps
from chalicelib.web import objections as shared
from chalicelib.web.desk import desk_page
from chalicelib.web.language import told
from chalicelib.web.routes import Routes

HERE = "/desk/lists"
NO_CASE = "没有这一件"

lists = Routes(__name__)


@lists.reads(HERE)
def waiting(request: Request) -> Response:
    """What waits for one's decision."""
    return _page(request, access.signed_in(request), {})


@lists.takes(HERE)
def find(request: Request) -> Response:
    """The entries of an organisation that one may take off a list."""
    session, form = access.signed_in(request), _form(request)
    try:
        return _page(request, session, form, found=service.entries_of(session, _organisation(form)))
    except Refused as refusal:
        return _page(request, session, form, told(refusal))


@lists.takes(HERE + "/exits")
def propose(request: Request) -> Response:
    """Begin an early exit."""
    session, form = access.signed_in(request), _form(request)

    def step() -> None:
        with steps.known(service.Unknown, "没有这条名单信息", "请先按统一社会信用代码查找。"):
            service.propose(session, _organisation(form), form.get("entry", ""), **_stated(form))

    return steps.taken(step, HERE, lambda error: _page(request, session, form, error))


@lists.takes(HERE + "/cases/{case}")
def decide(request: Request, case: str) -> Response:
    """Take a step."""
    session, form = access.signed_in(request), _form(request)

    def step() -> None:
        with steps.known(service.Unknown, NO_CASE):
            service.decide(session, case, form.get("decision", ""), **_stated(form))

    return steps.taken(step, HERE, lambda error: _page(request, session, form, error))


@lists.takes(HERE + "/cases/{case}/proof")
def proof(request: Request, case: str) -> Response:
    """The proof of an application, by a link that lives five minutes."""
    session = access.signed_in(request)
    with steps.known(service.Unknown, NO_CASE):
        link = service.proof_link(session, case)
    if link is None:
        raise problems.Missing("这一件没有证明材料", "由认定单位提出的退出，没有当事人的证明材料。")
    raise problems.Elsewhere(link)


def _stated(form: dict[str, str]) -> dict[str, Any]:
    until = forms.day(form, "monitored_until") if "monitored_until" in form else None
    return {"reason": form.get("reason", ""), "grounds": form.get("grounds", ""), "monitored_until": until}


def _form(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in forms.fields(request).items()}


def _organisation(form: dict[str, str]) -> Identifier:
    return check_uscc(form.get("code", ""))


def _page(request: Request, session: Session, form: dict[str, str], error: str | None = None, found: Any = None) -> Response:
    page = case_filters.read(session, request, service.queues(session), law.EXIT, law.REVIEW)
    shown = [(one, assignment.colleagues_for(session, one.case)) for one in service.shown(session, page.waiting)]
    facts = {"shown": shown, "monitored": service.monitored(session, clock.today()), "found": found, "form": form}
    facts |= case_filters.facts_of(session, request, HERE, page, law.EXIT, law.REVIEW)
    facts |= shared.history_words(law.EXIT, law.REVIEW)
    return desk_page(session, "desk_lists.html", HERE, error=error, **facts, grounds=law.GROUNDS, matters=law.MATTERS)
