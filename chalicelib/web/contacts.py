"""The page on which a subject says how it is reached (`/me/contacts`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalice.app import Request, Response

from chalicelib import clock
from chalicelib.law.decisions import Refused
from chalicelib.services import contacts as service
from chalicelib.services.people_sessions import NotAllowed, Session
from chalicelib.web import access, forms, problems
from chalicelib.web.language import address, told
from chalicelib.web.members import member_page
from chalicelib.web.routes import Routes

HERE = "/me/contacts"

contacts = Routes(__name__)


@contacts.reads(HERE)
def mine(request: Request) -> Response:
    """How one is reached, and the forms to change it."""
    return _page(access.signed_in(request), {})


@contacts.takes(HERE)
def change(request: Request) -> Response:
    """Send a code to a new contact, verify it by the code, or say what one wishes to be told."""
    session = access.signed_in(request)
    form = {name: values[0] for name, values in forms.fields(request).items()}
    kind, value = form.get("kind", ""), form.get("value", "")
    try:
        match form.get("do"):
            case "code":
                return _page(session, {"kind": kind, "value": service.send_code(session, kind, value)}, sent=True)
            case "verify":
                service.verify(session, kind, value, form.get("code", ""))
            case "wish":
                soon, language = form.get("queries", ""), form.get("language", "")
                service.wish(session, notices=form.get("notices") == "yes", queries=soon, language=language)
            case _:
                raise Refused("请用页面上的按钮办理")
    except NotAllowed as error:
        raise _not_theirs() from error
    except Refused as refusal:
        return _page(session, form, error=told(refusal), sent=form.get("do") == "verify")
    raise problems.Elsewhere(address(HERE))


def _page(session: Session, form: Mapping[str, Any], *, error: str | None = None, sent: bool = False) -> Response:
    try:
        kept = service.of_session(session)
    except NotAllowed as not_allowed:
        raise _not_theirs() from not_allowed
    again = service.need_confirming(session, clock.today())
    response = member_page(session, "contacts.html", kept=kept, form=form, error=error, sent=sent, again=bool(again))
    response.status_code = problems.INVALID_INPUT.status if error else response.status_code
    return response


def _not_theirs() -> problems.Declined:
    return problems.Declined(problems.NOT_YOURS, "您的授权不包括管理这个单位的联系方式：请由法定代表人办理，或请其增加委托权限")
