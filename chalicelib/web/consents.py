"""The pages on which a subject decides who may see its report: what others ask for, and what it gives unasked (`/me/consents`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

from chalice.app import Request, Response

from chalicelib import clock
from chalicelib.law import consent as law
from chalicelib.law.decisions import Refused
from chalicelib.services import addressed_reports, people_sessions
from chalicelib.services import consents as service
from chalicelib.services.people_sessions import NotAllowed, Session
from chalicelib.web import access, forms, problems
from chalicelib.web.answers import NOT_INDEXED, page
from chalicelib.web.language import address, told
from chalicelib.web.members import member_page
from chalicelib.web.routes import Routes

HERE = "/me/consents"

consents = Routes(__name__)


@consents.reads("/authorise/{token}")
def invited(request: Request, token: str) -> Response:
    """Who asks for what, behind a link of 72 hours. Looking changes nothing; whoever decides signs in first."""
    number = service.behind(unquote(token))
    listed = service.of_number(number) if number else None
    facts: dict[str, Any] = {"one": listed, "items": service.item_names(), "states": law.STATES}
    response = page("authorise.html", {"Cache-Control": "no-store", **NOT_INDEXED}, **facts)
    response.status_code = 200 if listed else problems.NOT_FOUND.status
    return response


@consents.reads(HERE)
def mine(request: Request) -> Response:
    """Every request and consent, and the forms for giving one unasked."""
    return _list(access.signed_in(request), {})


@consents.takes(HERE)
def begin(request: Request) -> Response:
    """Find a request by its number, give a consent unasked, or make a report for a named reader."""
    session = access.signed_in(request)
    sent = forms.fields(request)
    form = {name: values[0] for name, values in sent.items()}
    try:
        with _allowed():
            raise problems.Elsewhere(address(_done(session, form, sent)))
    except service.Unknown:
        return _list(session, form, "没有这个申请编号，或者它不是给您的：请核对编号，以及您现在代表谁")
    except Refused as refusal:
        return _list(session, {**form, "items": sent.get("items", [])}, told(refusal))


@consents.reads(HERE + "/{number}")
def one(request: Request, number: str) -> Response:
    """One request or consent, with what can be done about it."""
    return _one(access.signed_in(request), number)


@consents.takes(HERE + "/{number}")
def decide(request: Request, number: str) -> Response:
    """Send a code, agree, refuse or revoke."""
    session = access.signed_in(request)
    sent = forms.fields(request)
    form = {name: values[0] for name, values in sent.items()}
    try:
        with _allowed(), _known():
            match form.get("do"):
                case "code":
                    service.send_code(session, number)
                case "agree":
                    terms: dict[str, Any] = {"uses": forms.whole_number(form, "uses"), "last_day": forms.day(form, "last_day")}
                    service.agree(session, number, items=sent.get("items", []), code=form.get("code", ""), **terms)
                case "refuse":
                    service.refuse(session, number)
                case "revoke":
                    service.revoke(session, number)
                case _:
                    raise Refused("请用页面上的按钮办理")
    except Refused as refusal:
        return _one(session, number, {**form, "items": sent.get("items", [])}, told(refusal))
    raise problems.Elsewhere(address(f"{HERE}/{number}"))


def _done(session: Session, form: Mapping[str, str], sent: Mapping[str, list[str]]) -> str:
    """Do what a form of the list asks for; where it goes on."""
    match form.get("do"):
        case "find":
            return f"{HERE}/{service.find(session, form.get('number', '')).consent.id}"
        case "report":
            return f"/me/reports/{addressed_reports.make(session, form.get('recipient', ''), form.get('purpose', '')).number}"
        case "give":
            given = service.give(
                session,
                form.get("asker_code", ""),
                form.get("asker_name", ""),
                purpose=form.get("purpose", ""),
                items=sent.get("items", []),
                uses=forms.whole_number(form, "uses"),
                last_day=forms.day(form, "last_day"),
            )
            return f"{HERE}/{given.id}"
    raise Refused("请用页面上的按钮办理")


def _list(session: Session, form: Mapping[str, Any], error: str | None = None) -> Response:
    with _allowed():
        listed = service.of_session(session)
    offered = service.open_items(people_sessions.subject_of(session))
    facts: dict[str, Any] = {"listed": listed, "form": form, "error": error, "states": law.STATES, "offered": offered, **_terms()}
    return _with_status(member_page(session, "consents.html", items=service.item_names(), **facts), error)


def _one(session: Session, number: str, form: Mapping[str, Any] | None = None, error: str | None = None) -> Response:
    with _allowed(), _known():
        listed = service.find(session, number)
        to = service.reachable(session) if listed.state == "open" else None
    waits = listed.state == "open" and service.code_waits(listed.consent)
    facts: dict[str, Any] = {"one": listed, "form": form or {}, "error": error, "to": to, "waits": waits, "states": law.STATES}
    return _with_status(member_page(session, "consent.html", items=service.item_names(), **facts, **_terms()), error)


def _terms() -> dict[str, Any]:
    return {"first_day": clock.today(), "most_uses": law.MOST_USES, "longest": law.LONGEST}


def _with_status(response: Response, error: str | None) -> Response:
    response.status_code = problems.INVALID_INPUT.status if error else response.status_code
    return response


@contextmanager
def _allowed() -> Iterator[None]:
    try:
        yield
    except NotAllowed as error:
        raise problems.Declined(problems.NOT_YOURS, "您的授权不包括同意他人查询这个单位：请由法定代表人办理，或请其增加委托权限") from error


@contextmanager
def _known() -> Iterator[None]:
    try:
        yield
    except service.Unknown as error:
        raise problems.Missing("没有这个申请", "请核对申请编号，以及您现在代表谁。") from error
