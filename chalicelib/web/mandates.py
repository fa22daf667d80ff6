"""Pages of mandates on paper (`/desk/mandates`): taken in by one officer, confirmed by another, revocable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalice.app import Request, Response

from chalicelib import clock
from chalicelib.law.decisions import Refused
from chalicelib.law.rights import LONGEST_DELEGATION, NEVER_DELEGATED, RIGHTS
from chalicelib.services.consent.written_consents import LARGEST_SCAN
from chalicelib.services.identity import paper_mandates as service
from chalicelib.services.identity.people_sessions import Session
from chalicelib.services.querying.asked import PERSON_WORDS
from chalicelib.web import access, forms, problems, uploads
from chalicelib.web.desk import desk_page
from chalicelib.web.language import address, told
from chalicelib.web.routes import Routes

HERE = "/desk/mandates"

mandates = Routes(__name__)


@mandates.reads(HERE)
def listed(request: Request) -> Response:
    """The mandates that wait and those that count, and the form to take one in."""
    return _page(access.signed_in(request), {})


@mandates.takes(HERE)
def enter(request: Request) -> Response:
    """Take in a mandate."""
    session = access.signed_in(request)
    sent = forms.fields(request)
    form = {name: values[0] for name, values in sent.items()}
    try:
        service.enter(session, form, sent.get("rights", []), uploads.file(request, "scan"))
    except Refused as refusal:
        return _page(session, {**form, "rights": sent.get("rights", [])}, told(refusal))
    raise problems.Elsewhere(address(HERE))


@mandates.takes(HERE + "/{mandate}")
def decide(request: Request, mandate: str) -> Response:
    """Confirm, refuse or revoke one."""
    session = access.signed_in(request)
    reason = forms.field(request, "reason")
    try:
        match forms.field(request, "decision"):
            case "confirm":
                service.confirm(session, mandate)
            case "refuse":
                service.refuse(session, mandate, reason)
            case "revoke":
                service.revoke(session, mandate, reason)
            case _:
                raise Refused("请选择确认、不予确认或撤销")
    except service.Unknown as error:
        raise _unknown() from error
    except Refused as refusal:
        return _page(session, {}, told(refusal))
    raise problems.Elsewhere(address(HERE))


@mandates.takes(HERE + "/{mandate}/scan")
def scan(request: Request, mandate: str) -> Response:
    """Look at the scan by a link of five minutes."""
    access.signed_in(request)
    try:
        link = service.scan_link(mandate)
    except service.Unknown as error:
        raise _unknown() from error
    if link is None:
        raise problems.Missing("这份委托书没有扫描件", "请对照原件。")
    raise problems.Elsewhere(link)


def _unknown() -> problems.Missing:
    return problems.Missing("没有这份委托书", "请从委托书列表中选择。")


def _page(session: Session, form: Mapping[str, Any], error: str | None = None) -> Response:
    facts: dict[str, Any] = {
        "papers": service.listing(session),
        "form": form,
        "rights": RIGHTS,
        "delegable": [right for right in RIGHTS if right not in NEVER_DELEGATED],
        "types": list(PERSON_WORDS.values())[::-1],
        "longest": LONGEST_DELEGATION,
        "largest": LARGEST_SCAN >> 20,
        "first_day": clock.today(),
    }
    return desk_page(session, "mandates.html", HERE, error=error, **facts)
