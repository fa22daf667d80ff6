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
from chalicelib.services.consent import addressed_reports, asking_consent
from chalicelib.services.consent import answering_consent as service
from chalicelib.services.consent.consents import Unknown, item_names, open_items
from chalicelib.services.identity import on_behalf
from chalicelib.services.identity.on_behalf import Acting
from chalicelib.services.identity.people_sessions import Session
from chalicelib.web import access, forms, problems, queries
from chalicelib.web.answers import NOT_INDEXED, page
from chalicelib.web.language import address, told
from chalicelib.web.members import by_right, member_page
from chalicelib.web.routes import Routes

HERE = "/me/consents"

consents = Routes(__name__)


@consents.reads("/authorise/{token}")
def invited(request: Request, token: str) -> Response:
    """Who asks for what, behind a link of 72 hours. Looking changes nothing; whoever decides signs in first."""
    number = asking_consent.behind(unquote(token))
    listed = asking_consent.of_number(number) if number else None
    facts: dict[str, Any] = {"one": listed, "items": item_names(), "states": law.STATES}
    response = page("authorise.html", {"Cache-Control": "no-store", **NOT_INDEXED}, **facts)
    response.status_code = 200 if listed else problems.NOT_FOUND.status
    return response


@consents.reads(HERE)
def mine(request: Request) -> Response:
    """Every request and consent, and the forms for giving one unasked."""
    return _list(access.signed_in(request), {}, cursor=queries.cursor(request))


@consents.takes(HERE)
def begin(request: Request) -> Response:
    """Find a request by its number, give a consent unasked, or make a report for a named reader."""
    session = access.signed_in(request)
    sent = forms.fields(request)
    form = {name: values[0] for name, values in sent.items()}
    try:
        if form.get("do") == "report":
            raise problems.Elsewhere(address(_addressed(session, form)))
        raise problems.Elsewhere(address(_done(_acting(session), form, sent)))
    except Unknown:
        return _list(session, form, "没有这个申请编号，或者它不是给您的：请核对编号，以及您现在代表谁")
    except Refused as refusal:
        return _list(session, {**form, "items": sent.get("items", [])}, told(refusal))


@consents.reads(HERE + "/{number}")
def one(request: Request, number: str) -> Response:
    """One request or consent, with what can be done about it."""
    return _one(access.signed_in(request), number, forms.Form({}))


@consents.takes(HERE + "/{number}")
def decide(request: Request, number: str) -> Response:
    """Send a code, agree, refuse or revoke."""
    session = access.signed_in(request)
    sent = forms.sent(request)
    try:
        with known():
            decided(_acting(session), number, sent)
    except Refused as refusal:
        return _one(session, number, sent, told(refusal))
    raise problems.Elsewhere(address(f"{HERE}/{number}"))


def decided(acting: Acting, number: str, sent: forms.Form) -> None:
    """Do what a form about one request asks for."""
    match sent.one("do"):
        case "code":
            service.send_code(acting, number)
        case "agree":
            uses, last_day = forms.whole_number(sent.firsts, "uses"), forms.day(sent.firsts, "last_day")
            service.agree(acting, number, items=sent.many("items"), uses=uses, last_day=last_day, code=sent.one("code"))
        case "refuse":
            service.refuse(acting, number)
        case "revoke":
            service.revoke(acting, number)
        case _:
            raise Refused("请用页面上的按钮办理")


def shown(acting: Acting, number: str, sent: forms.Form) -> dict[str, Any]:
    """One request with what can be done about it, for its page."""
    with known():
        listed = service.find(acting, number)
        to = service.reachable(acting) if listed.state == "open" else None
    waits = listed.state == "open" and service.code_waits(listed.consent)
    return {"one": listed, "form": sent, "to": to, "waits": waits, "states": law.STATES, "items": item_names(), **_terms()}


def _addressed(session: Session, form: Mapping[str, str]) -> str:
    """Make a report for a named reader; where it is shown."""
    with by_right("您的授权不包括出具这个单位的报告：请由法定代表人办理，或请其增加委托权限"):
        return f"/me/reports/{addressed_reports.make(session, form.get('recipient', ''), form.get('purpose', '')).number}"


def _done(acting: Acting, form: Mapping[str, str], sent: Mapping[str, list[str]]) -> str:
    """Do what a form of the list asks for; where it goes on."""
    match form.get("do"):
        case "find":
            return f"{HERE}/{service.find(acting, form.get('number', '')).consent.id}"
        case "give":
            given = service.give(
                acting,
                form.get("asker_code", ""),
                form.get("asker_name", ""),
                purpose=form.get("purpose", ""),
                items=sent.get("items", []),
                uses=forms.whole_number(form, "uses"),
                last_day=forms.day(form, "last_day"),
            )
            return f"{HERE}/{given.id}"
    raise Refused("请用页面上的按钮办理")


def _list(session: Session, form: Mapping[str, Any], error: str | None = None, cursor: str | None = None) -> Response:
    acting = _acting(session)
    facts: dict[str, Any] = {
        "found": service.about(acting, cursor),
        "later": cursor is not None,
        "form": form,
        "error": error,
        "states": law.STATES,
        **_terms(),
    }
    offered = open_items(acting.subject)
    return member_page(session, "consents.html", items=item_names(), offered=offered, **facts)


def _one(session: Session, number: str, sent: forms.Form, error: str | None = None) -> Response:
    return member_page(session, "consent.html", error=error, **shown(_acting(session), number, sent))


def _terms() -> dict[str, Any]:
    return {"first_day": clock.today(), "most_uses": law.MOST_USES, "longest": law.LONGEST}


def _acting(session: Session) -> Acting:
    with by_right("您的授权不包括同意他人查询这个单位：请由法定代表人办理，或请其增加委托权限"):
        return on_behalf.signed_in(session, "consent")


@contextmanager
def known() -> Iterator[None]:
    """Say it as a problem when there is no such request here."""
    try:
        yield
    except Unknown as error:
        raise problems.Missing("没有这个申请", "请核对申请编号，以及您现在代表谁。") from error
