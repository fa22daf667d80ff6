"""Pages of repairs at the desk (`/desk/repairs`): providers give their opinion, officers take in objections to public ones (NT-35)."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from chalice.app import Request, Response

from chalicelib.law.decisions import Refused
from chalicelib.law.repair import EFFECTS, LONGEST
from chalicelib.law.repair_steps import REPAIR
from chalicelib.services.identity.people_sessions import Session
from chalicelib.services.remedies import repair_opinions
from chalicelib.services.remedies import repairs as service
from chalicelib.services.remedies.casework import By
from chalicelib.services.remedies.repair_opinions import Opinion
from chalicelib.services.remedies.repairs import Shown, Unknown
from chalicelib.web import access, case_filters, desk_cases, forms, problems, repair_pages
from chalicelib.web.desk import bodies_of, desk_page
from chalicelib.web.language import address, told
from chalicelib.web.routes import Routes

HERE = "/desk/repairs"
OFFICER = "officer"

desk_repairs = Routes(__name__)


@desk_repairs.reads(HERE)
def listed(request: Request) -> Response:
    """What waits for an opinion of one's own body, by its last day; for officers, what is public now."""
    session = access.signed_in(request)
    officer = OFFICER in session.person.roles
    queues = [*(f"provider:{body}" for body in bodies_of(session)), *([service.SCHEDULE] if officer else [])]
    page = case_filters.read(session, request, queues, REPAIR)
    facts = case_filters.facts_of(session, request, HERE, page, REPAIR)
    return desk_page(session, "desk_repairs.html", HERE, **facts)


@desk_repairs.reads(HERE + "/{number}")
def one(request: Request, number: str) -> Response:
    """One repair with everything that was stated, the advice, and the form for what one may do."""
    session = access.signed_in(request)
    return _page(session, _shown(session, number))


@desk_repairs.takes(HERE + "/{number}")
def decide(request: Request, number: str) -> Response:
    """The provider's opinion, or an objection that came to the window."""
    session = access.signed_in(request)
    shown = _shown(session, number)
    form = {name: values[0] for name, values in forms.fields(request).items()}
    try:
        _act(session, shown.case.number, form)
    except Refused as refusal:
        return _page(session, _shown(session, number), form, told(refusal))
    raise problems.Elsewhere(address(f"{HERE}/{number}"))


@desk_repairs.takes(HERE + "/{number}/proofs/{place}")
def proof(request: Request, number: str, place: str) -> Response:
    """Look at a proof by a link of five minutes."""
    session = access.signed_in(request)
    shown = _shown(session, number)
    try:
        link = service.proof_link(shown.case, int(place) if place.isascii() and place.isdigit() else -1)
    except Unknown as error:
        raise _missing() from error
    raise problems.Elsewhere(link)


def _act(session: Session, number: str, form: dict[str, str]) -> None:
    bodies, words, person = bodies_of(session), form.get("words", ""), session.person.id
    match form.get("decision"):
        case "agree" if bodies:
            until = forms.day(form, "until") if form.get("effect") == "shortens" else None
            opinion = Opinion(form.get("effect", ""), words, until, form.get("in_time") == "yes")
            repair_opinions.agree(number, opinion, bodies, By(person, "provider", words))
        case "refuse" if bodies:
            repair_opinions.refuse(number, words, bodies, By(person, "provider", words))
        case "object" if OFFICER in session.person.roles:
            repair_opinions.object_to(number, words, By(person, "officer"))
        case _:
            raise Refused("请选择同意或不同意修复")


def _shown(session: Session, number: str) -> Shown:
    try:
        return service.shown_at_desk(unquote(number), bodies_of(session), officer=OFFICER in session.person.roles)
    except Unknown as error:
        raise _missing() from error


def _page(session: Session, shown: Shown, form: dict[str, str] | None = None, error: str | None = None) -> Response:
    state = shown.case.state
    decides = shown.case.facts["provider"] in bodies_of(session) and bool(REPAIR.open_to(state, "provider"))
    facts: dict[str, Any] = {
        **desk_cases.facts_of(session, shown.case),
        "form": form or {},
        "decides": decides,
        "objects": state == "public" and OFFICER in session.person.roles,
        "effects": EFFECTS,
        "most": LONGEST,
    }
    return desk_page(session, "desk_repair.html", HERE, error=error, **facts, **repair_pages.facts_of(shown))


def _missing() -> problems.Missing:
    return problems.Missing("没有这件修复申请", "请从信用修复的列表中选择。")
