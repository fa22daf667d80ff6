"""The page on which a subject says how it is reached (`/me/contacts`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalice.app import Request, Response

from chalicelib import clock
from chalicelib.law.decisions import Refused
from chalicelib.services.delivery import contacts as service
from chalicelib.services.identity import on_behalf
from chalicelib.services.identity.on_behalf import Acting
from chalicelib.services.identity.people_sessions import Session
from chalicelib.web import access, forms, problems
from chalicelib.web.language import address, told
from chalicelib.web.members import by_right, member_page
from chalicelib.web.routes import Routes

HERE = "/me/contacts"

contacts = Routes(__name__)


@contacts.reads(HERE)
def mine(request: Request) -> Response:
    """How one is reached, and the forms to change it."""
    return _page(access.signed_in(request), {})


@contacts.takes(HERE)
def change(request: Request) -> Response:
    """Send a code to a new contact, verify it by the code, remove one, or say what one wishes to be told."""
    session = access.signed_in(request)
    form = {name: values[0] for name, values in forms.fields(request).items()}
    try:
        sent = changed(_acting(session), form)
    except Refused as refusal:
        return _page(session, form, error=told(refusal), sent=form.get("do") == "verify")
    if sent:
        return _page(session, sent, sent=True)
    raise problems.Elsewhere(address(HERE))


def changed(acting: Acting, form: Mapping[str, str]) -> dict[str, str] | None:
    """Do what a form of contacts asks for; the contact to which a code went, for the form that asks for it."""
    kind, value = form.get("kind", ""), form.get("value", "")
    match form.get("do"):
        case "code":
            return {"kind": kind, "value": service.send_code(acting, kind, value)}
        case "verify":
            service.verify(acting, kind, value, form.get("code", ""))
        case "remove":
            service.remove(acting, kind)
        case "wish":
            soon, language = form.get("queries", ""), form.get("language", "")
            service.wish(acting, notices=form.get("notices") == "yes", queries=soon, language=language)
        case _:
            raise Refused("请用页面上的按钮办理")
    return None


def _page(session: Session, form: Mapping[str, Any], *, error: str | None = None, sent: bool = False) -> Response:
    kept = service.of(_acting(session))
    again = service.need_confirming(session, clock.today())
    facts: dict[str, Any] = {"kept": kept, "covered": {}, "form": form, "error": error, "sent": sent, "again": bool(again)}
    return member_page(session, "contacts.html", **facts)


def _acting(session: Session) -> Acting:
    with by_right("您的授权不包括管理这个单位的联系方式：请由法定代表人办理，或请其增加委托权限"):
        return on_behalf.signed_in(session, "contact")
