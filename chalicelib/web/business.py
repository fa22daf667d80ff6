"""The pages on which an organisation asks for reports on others, with their consent (`/business`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from chalice.app import Request, Response

from chalicelib import clock
from chalicelib.law import consent as law
from chalicelib.law.decisions import Refused
from chalicelib.services.consent import asking_consent, consents
from chalicelib.services.identity.people_sessions import NotAllowed, Session
from chalicelib.services.querying import asked
from chalicelib.services.reporting import reports
from chalicelib.web import access, forms, problems, queries
from chalicelib.web.language import address, told
from chalicelib.web.members import member_page
from chalicelib.web.routes import Routes

business = Routes(__name__)


@business.reads("/business")
def form(request: Request) -> Response:
    """The form for asking, and what was asked for lately."""
    session = access.signed_in(request)
    return _form(session, _asker(session), {})


@business.takes("/business")
def ask(request: Request) -> Response:
    """Ask a subject for its consent; the answer says nothing of whether there is such a subject."""
    session = access.signed_in(request)
    asker = _asker(session)
    sent = forms.fields(request)
    form = {name: values[0] for name, values in sent.items()}
    try:
        who = asked.read({name: form[name] for name in asked.PARTS if form.get(name)})
        terms: dict[str, Any] = {"uses": forms.whole_number(form, "uses"), "last_day": forms.day(form, "last_day")}
        items, purpose = sent.get("items", []), form.get("purpose", "")
        made = asking_consent.ask(asker, session.person.id, who, purpose=purpose, items=items, **terms)
    except Refused as refusal:
        return _form(session, asker, {**form, "items": sent.get("items", [])}, told(refusal))
    raise problems.Elsewhere(address(f"/business/consents/{made.id}"))


@business.reads("/business/consents")
def listed(request: Request) -> Response:
    """What the organisation asked for and was given, each with its state."""
    session = access.signed_in(request)
    cursor = queries.cursor(request)
    found = asking_consent.of_asker(_asker(session).code, cursor)
    return member_page(session, "business_consents.html", found=found, later=cursor is not None, **_words())


@business.reads("/business/consents/{number}")
def one(request: Request, number: str) -> Response:
    """One of them: the invitation to print and hand over, its state, its reports."""
    session = access.signed_in(request)
    return _one(session, _asker(session), number)


@business.takes("/business/consents/{number}")
def use(request: Request, number: str) -> Response:
    """Use the consent for one report."""
    session = access.signed_in(request)
    asker = _asker(session)
    with _known():
        consent = asking_consent.find_asked(asker.code, number).consent
    try:
        made = asking_consent.use(number, asker, session.person.id, subject=consent.subject, purpose=consent.purpose)
    except Refused as refusal:
        return _one(session, asker, number, told(refusal))
    except asking_consent.Busy as error:
        raise problems.Unavailable("同一主体的资料正在变动，这次没有出具报告，也没有计入次数：请稍后再试") from error
    raise problems.Elsewhere(address(f"/business/reports/{made.number}"))


@business.reads("/business/reports/{number}")
def report(request: Request, number: str) -> Response:
    """A report that was given: whether its PDF is made, and all that it says."""
    session = access.signed_in(request)
    with _known():
        found = asking_consent.report_of(_asker(session), number)
        content = reports.content(found.subject_id, found.number)
    return member_page(session, "business_report.html", report=found, content=content)


@business.takes("/business/reports/{number}")
def fetch(request: Request, number: str) -> Response:
    """A new link to the PDF, which lives five minutes."""
    session = access.signed_in(request)
    with _known():
        found = asking_consent.report_of(_asker(session), number)
    link = reports.fetch_link(found.subject_id, found.number)
    raise problems.Elsewhere(link or address(f"/business/reports/{found.number}"))


def _asker(session: Session) -> consents.Office:
    try:
        return asking_consent.asker_of(session)
    except NotAllowed as error:
        raise problems.Declined(
            problems.NOT_YOURS, "以单位的名义、经授权可以申请报告的人才能用这一页：请先选择代表哪个单位，或请法定代表人委托"
        ) from error


def _form(session: Session, asker: consents.Office, form: Mapping[str, Any], error: str | None = None) -> Response:
    facts: dict[str, Any] = {
        "asker": asker,
        "form": form,
        "error": error,
        "offered": consents.offered(),
        "only_about": consents.only_about(),
        "types": asked.PERSON_WORDS,
        "first_day": clock.today(),
        "most_uses": law.MOST_USES,
        "longest": law.LONGEST,
        "usual_uses": law.USUAL_USES,
    }
    return member_page(session, "business.html", **facts)


def _one(session: Session, asker: consents.Office, number: str, error: str | None = None) -> Response:
    with _known():
        found = asking_consent.find_asked(asker.code, number)
    return member_page(session, "business_consent.html", one=found, error=error, **_words())


def _words() -> dict[str, Any]:
    return {"states": law.STATES, "reasons": law.REASONS, "items": consents.item_names()}


@contextmanager
def _known() -> Iterator[None]:
    try:
        yield
    except consents.Unknown as error:
        raise problems.Missing("没有这个编号", "请从列表中选择，或核对您现在代表哪个单位。") from error
