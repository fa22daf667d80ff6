"""Pages of special needs (`/desk/special-needs`): applied for by a body's clerk or an officer, decided by another officer (HY-23b)."""

from __future__ import annotations

from collections.abc import Mapping

from chalice.app import Request, Response

from chalicelib import cities, clock, settings
from chalicelib.law.decisions import Refused
from chalicelib.law.disclosure import may_see
from chalicelib.services.identity.people_sessions import Session
from chalicelib.services.querying import special_needs as service
from chalicelib.services.querying.special_needs import SpecialNeed
from chalicelib.web import access, forms, problems
from chalicelib.web.desk import bodies_of, desk_page
from chalicelib.web.language import address, told
from chalicelib.web.routes import Routes

HERE = "/desk/special-needs"
OFFICER = "officer"

special_needs = Routes(__name__)


@special_needs.reads(HERE)
def listed(request: Request) -> Response:
    """The applications that one may see, and the form to apply."""
    return _page(access.signed_in(request), {})


@special_needs.takes(HERE)
def apply(request: Request) -> Response:
    """Apply."""
    session = access.signed_in(request)
    sent = forms.fields(request)
    form = {name: values[0] for name, values in sent.items()}
    try:
        service.apply(
            form.get("key", ""),
            sent.get("items", []),
            purpose=form.get("purpose", ""),
            basis=form.get("basis", ""),
            until=forms.day(form, "until"),
            by=session.person.id,
            body=next(iter(bodies_of(session)), ""),
        )
    except Refused as refusal:
        return _page(session, {**form, "items": sent.get("items", [])}, told(refusal))
    raise problems.Elsewhere(address(HERE))


@special_needs.takes(HERE + "/{need}")
def decide(request: Request, need: str) -> Response:
    """Grant or refuse an application."""
    session = access.signed_in(request)
    if OFFICER not in session.person.roles:
        raise problems.Declined(problems.NOT_YOURS, "特殊查询需求由信用中心经办人决定")
    if need not in {one.id for one in service.listing()}:
        raise problems.Missing("没有这份申请", "请从申请列表中选择。")
    form = {name: values[0] for name, values in forms.fields(request).items()}
    try:
        if form.get("decision") not in ("grant", "refuse"):
            raise Refused("请选择同意或不同意")
        until = forms.day(form, "until") if "until" in form else None
        service.decide(need, session.person.id, granted=form["decision"] == "grant", reason=form.get("reason", ""), until=until)
    except Refused as refusal:
        return _page(session, {}, told(refusal))
    raise problems.Elsewhere(address(HERE))


def _seen_by(session: Session) -> list[SpecialNeed]:
    """An officer sees every application, a clerk those of the own body."""
    return [one for one in service.listing() if OFFICER in session.person.roles or one.body in bodies_of(session)]


def _page(session: Session, form: Mapping[str, object], error: str | None = None) -> Response:
    city = cities.load(settings.city())
    named = {code: item.name for code, item in city.catalogue.items()}
    facts = {
        "needs": [(one, service.is_by(one, session.person.id)) for one in _seen_by(session)],
        "names": named,
        "readable": [item for item in city.catalogue.values() if may_see(item, "government")],
        "decides": OFFICER in session.person.roles,
        "form": form,
        "first_day": clock.today(),
    }
    return desk_page(session, "special_needs.html", HERE, error=error, **facts)
