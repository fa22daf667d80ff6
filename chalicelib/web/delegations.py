"""The page on which a legal representative lets others act for the organisation (`/me/delegations`)."""

from __future__ import annotations

from typing import Any

from chalice.app import Request, Response

from chalicelib import clock
from chalicelib.law.decisions import Refused
from chalicelib.law.identifiers import PERSON_TYPES
from chalicelib.law.rights import LONGEST_DELEGATION, NEVER_DELEGATED, RIGHTS
from chalicelib.services.identity import delegations as service
from chalicelib.services.identity import drafts, people_sessions
from chalicelib.web import access, forms, problems
from chalicelib.web.language import address, told
from chalicelib.web.members import member_page
from chalicelib.web.routes import Routes

HERE = "/me/delegations"

delegations = Routes(__name__)


@delegations.reads(HERE)
def listed(request: Request) -> Response:
    """Who may act for the organisation, and the form to let another."""
    session = access.signed_in(request)
    return _page(session, forms.kept(session, HERE))


@delegations.takes(HERE)
def give(request: Request) -> Response:
    """Let somebody act for the organisation."""
    session = access.signed_in(request)
    form = forms.sent(request)
    try:
        service.give(session, {name: form.one(name) for name in form.fields}, form.many("rights"))
    except people_sessions.NotAllowed as error:
        raise _not_theirs() from error
    except Refused as refusal:
        return _page(session, form, told(refusal))
    drafts.forget(session, HERE)
    raise problems.Elsewhere(address(HERE))


@delegations.takes(HERE + "/{delegation}")
def revoke(request: Request, delegation: str) -> Response:
    """End a delegation now."""
    session = access.signed_in(request)
    try:
        service.revoke(session, delegation)
    except people_sessions.NotAllowed as error:
        raise _not_theirs() from error
    except service.Unknown as error:
        raise problems.Missing("没有这项委托", "请从委托列表中选择。") from error
    raise problems.Elsewhere(address(HERE))


def _page(session: people_sessions.Session, form: forms.Form, error: str | None = None) -> Response:
    try:
        given = service.of_session(session)
    except people_sessions.NotAllowed as not_allowed:
        raise _not_theirs() from not_allowed
    facts: dict[str, Any] = {
        "given": given,
        "form": form,
        "error": error,
        "rights": RIGHTS,
        "delegable": [right for right in RIGHTS if right not in NEVER_DELEGATED],
        "types": list(dict.fromkeys({kind: words for words, kind in reversed(PERSON_TYPES.items())}.values()))[::-1],
        "longest": LONGEST_DELEGATION,
        "first_day": clock.today(),
    }
    return member_page(session, "delegations.html", **facts)


def _not_theirs() -> problems.Declined:
    return problems.Declined(problems.NOT_YOURS, "只有法定代表人可以委托他人：请先选择代表哪个单位，或请法定代表人本人办理")
