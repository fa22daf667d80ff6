"""Pages of written consents (`/desk/written-consents`): put in by one officer, compared and confirmed by another (NT-22)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalice.app import Request, Response

from chalicelib import clock
from chalicelib.law.decisions import Refused
from chalicelib.services.consent import consents
from chalicelib.services.consent import written_consents as service
from chalicelib.services.identity.people_sessions import Session
from chalicelib.services.querying import asked
from chalicelib.web import access, forms, problems, uploads
from chalicelib.web.desk import desk_page
from chalicelib.web.language import address, told
from chalicelib.web.routes import Routes

HERE = "/desk/written-consents"

written_consents = Routes(__name__)


@written_consents.reads(HERE)
def listed(request: Request) -> Response:
    """Those that wait for a second officer, and the form to put one in."""
    return _page(access.signed_in(request), {})


@written_consents.takes(HERE)
def put_in(request: Request) -> Response:
    """Put in a signed sheet."""
    session = access.signed_in(request)
    sent = forms.fields(request)
    form = {name: values[0] for name, values in sent.items()}
    try:
        service.put_in(
            session.person.id,
            uploads.file(request, "scan") or b"",
            who=asked.read({name: form[name] for name in asked.PARTS if form.get(name)}),
            asker_code=form.get("asker_code", ""),
            asker_name=form.get("asker_name", ""),
            purpose=form.get("purpose", ""),
            items=sent.get("items", []),
            uses=forms.whole_number(form, "uses"),
            last_day=forms.day(form, "last_day"),
            signed_on=forms.day(form, "signed_on"),
        )
    except Refused as refusal:
        return _page(session, {**form, "items": sent.get("items", [])}, told(refusal))
    raise problems.Elsewhere(address(HERE))


@written_consents.takes(HERE + "/{number}")
def decide(request: Request, number: str) -> Response:
    """Confirm it, or turn it down, after comparing it with the sheet."""
    session = access.signed_in(request)
    decisions = {"confirm": service.confirm, "refuse": service.turn_down}
    try:
        decided = decisions.get(forms.field(request, "decision"))
        if decided is None:
            raise Refused("请选择确认或不予确认")
        decided(session.person.id, number)
    except consents.Unknown as error:
        raise _unknown() from error
    except Refused as refusal:
        return _page(session, {}, told(refusal))
    raise problems.Elsewhere(address(HERE))


@written_consents.takes(HERE + "/{number}/scan")
def scan(request: Request, number: str) -> Response:
    """Look at the sheet by a link of five minutes."""
    access.signed_in(request)
    try:
        link = service.scan_link(number)
    except consents.Unknown as error:
        raise _unknown() from error
    raise problems.Elsewhere(link)


def _unknown() -> problems.Missing:
    return problems.Missing("没有这份书面同意", "请从列表中选择。")


def _page(session: Session, form: Mapping[str, Any], error: str | None = None) -> Response:
    facts: dict[str, Any] = {
        "sheets": [(listed.consent, listed.consent.asked_by == session.person.id) for listed in service.waiting()],
        "form": form,
        "offered": consents.offered(),
        "only_about": consents.only_about(),
        "names": consents.item_names(),
        "types": asked.PERSON_WORDS,
        "largest": service.LARGEST_SCAN >> 20,
        "today": clock.today(),
    }
    return desk_page(session, "written_consents.html", HERE, error=error, **facts)
