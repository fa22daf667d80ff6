"""How whoever came to the counter is reached: registered, changed and removed by the officer, with codes that the person says (NT-22)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalice.app import Request, Response

from chalicelib.law.decisions import Refused
from chalicelib.services.delivery import contacts
from chalicelib.services.desk.counter import CounterSession, acting
from chalicelib.services.identity.people_sessions import Session
from chalicelib.web import forms, problems
from chalicelib.web.contacts import changed
from chalicelib.web.counter import HERE, OPEN, facts_of, open_archive
from chalicelib.web.desk import desk_page
from chalicelib.web.language import address, told
from chalicelib.web.routes import Routes

counter_contacts = Routes(__name__)


@counter_contacts.reads(OPEN + "/contacts")
def mine(request: Request, counter: str) -> Response:
    """The contacts, covered, and the forms to change them."""
    session, opened = open_archive(request, counter)
    return _page(session, opened, {})


@counter_contacts.takes(OPEN + "/contacts")
def change(request: Request, counter: str) -> Response:
    """Send a code to a new contact, verify it by the code, remove one, or keep what the person wishes to be told."""
    session, opened = open_archive(request, counter)
    form = forms.sent(request).firsts
    try:
        sent = changed(acting(session, opened), form)
    except Refused as refusal:
        return _page(session, opened, form, error=told(refusal), sent=form.get("do") == "verify")
    if sent:
        return _page(session, opened, sent, sent=True)
    raise problems.Elsewhere(address(f"{HERE}/{opened.id}/contacts"))


def _page(session: Session, opened: CounterSession, form: Mapping[str, Any], *, error: str | None = None, sent: bool = False) -> Response:
    kept = contacts.of(acting(session, opened))
    facts: dict[str, Any] = {"kept": kept, "covered": contacts.all_covered(kept), "form": form, "sent": sent, **facts_of(opened)}
    return desk_page(session, "counter_contacts.html", HERE, error=error, **facts)
