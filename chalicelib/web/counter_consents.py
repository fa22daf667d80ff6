"""Who may see the report of whoever came to the counter: requests answered and consents revoked by the officer (NT-22)."""

from __future__ import annotations

from typing import Any

from chalice.app import Request, Response

from chalicelib.law import consent as law
from chalicelib.law.decisions import Refused
from chalicelib.services.consent import answering_consent
from chalicelib.services.consent.consents import Unknown
from chalicelib.services.desk.counter import CounterSession, acting
from chalicelib.services.identity.people_sessions import Session
from chalicelib.web import forms, problems, queries
from chalicelib.web.consents import decided, known, shown
from chalicelib.web.counter import HERE, OPEN, facts_of, open_archive
from chalicelib.web.desk import desk_page
from chalicelib.web.language import address, told
from chalicelib.web.routes import Routes

counter_consents = Routes(__name__)


@counter_consents.reads(OPEN + "/consents")
def listed(request: Request, counter: str) -> Response:
    """Every request and consent, and the form that finds one by its number."""
    session, opened = open_archive(request, counter)
    return _list(session, opened, forms.Form({}), cursor=queries.cursor(request))


@counter_consents.takes(OPEN + "/consents")
def find(request: Request, counter: str) -> Response:
    """Find a request by its number."""
    session, opened = open_archive(request, counter)
    sent = forms.sent(request)
    try:
        found = answering_consent.find(acting(session, opened), sent.one("number"))
    except Unknown:
        return _list(session, opened, sent, "没有这个申请编号，或者它不是给来人的：请核对编号")
    raise problems.Elsewhere(address(f"{HERE}/{opened.id}/consents/{found.consent.id}"))


@counter_consents.reads(OPEN + "/consents/{number}")
def one(request: Request, counter: str, number: str) -> Response:
    """One request or consent, with what can be done about it."""
    session, opened = open_archive(request, counter)
    return _one(session, opened, number, forms.Form({}))


@counter_consents.takes(OPEN + "/consents/{number}")
def decide(request: Request, counter: str, number: str) -> Response:
    """Send a code to the person, agree by it, refuse or revoke."""
    session, opened = open_archive(request, counter)
    sent = forms.sent(request)
    try:
        with known():
            decided(acting(session, opened), number, sent)
    except Refused as refusal:
        return _one(session, opened, number, sent, told(refusal))
    raise problems.Elsewhere(address(f"{HERE}/{opened.id}/consents/{number}"))


def _list(session: Session, opened: CounterSession, sent: forms.Form, error: str | None = None, cursor: str | None = None) -> Response:
    found = answering_consent.about(acting(session, opened), cursor)
    facts: dict[str, Any] = {"found": found, "later": cursor is not None, "form": sent, "states": law.STATES, **facts_of(opened)}
    return desk_page(session, "counter_consents.html", HERE, error=error, **facts)


def _one(session: Session, opened: CounterSession, number: str, sent: forms.Form, error: str | None = None) -> Response:
    facts = {**shown(acting(session, opened), number, sent), **facts_of(opened)}
    return desk_page(session, "counter_consent.html", HERE, error=error, **facts)
