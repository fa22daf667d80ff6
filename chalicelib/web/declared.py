"""Pages on which a provider sees its deadlines and its light, and declares what it has decided and not sent yet (NT-5, NTN-2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from chalice.app import Request, Response

from chalicelib import clock
from chalicelib.law import desk as law
from chalicelib.law.decisions import Refused
from chalicelib.services.identity.people_sessions import Session
from chalicelib.services.submission import declared as service
from chalicelib.services.submission import timeliness
from chalicelib.web import access, batches, forms, problems, queries
from chalicelib.web.desk import desk_page
from chalicelib.web.language import address, say, told
from chalicelib.web.routes import Routes

HERE = "/desk/declared"

_WHOLE = re.compile(r"[0-9]{1,4}")

declared = Routes(__name__)


@declared.reads(HERE)
def shown(request: Request) -> Response:
    """The light, the decisions that wait with their days left, and the forms to declare."""
    session = access.signed_in(request)
    return _page(session, {"provider": queries.given(request, "provider") or ""})


@declared.takes(HERE)
def declare(request: Request) -> Response:
    """Declare a decision, a month's total or a zero report, or take a declaration back."""
    session = access.signed_in(request)
    sent = {name: values[0] for name, values in forms.fields(request).items()}
    try:
        body = batches.own_body(session, sent.get("provider", ""))
        acts = {"decision": _decision, "total": _total, "withdraw": _withdraw}
        act = acts.get(sent.get("do", ""))
        if act is None:
            raise Refused("请选择要登记什么")
        act(body, sent, session)
    except Refused as refusal:
        return _page(session, sent, told(refusal))
    raise problems.Elsewhere(address(HERE, provider=body if len(law.bodies_of(session.person.roles)) > 1 else ""))


def _decision(body: str, sent: Mapping[str, str], session: Session) -> None:
    service.declare(body, sent.get("item", ""), sent.get("number", ""), forms.day(sent, "decided_on"), by=session.person.id)


def _total(body: str, sent: Mapping[str, str], session: Session) -> None:
    count = int(sent["count"]) if _WHOLE.fullmatch(sent.get("count", "")) else -1
    for item in service.items() if sent.get("item") == "all" else (sent.get("item", ""),):
        service.state_total(body, item, sent.get("month", ""), count, by=session.person.id)


def _withdraw(body: str, sent: Mapping[str, str], session: Session) -> None:
    service.withdraw(body, sent.get("declared", ""), sent.get("reason", ""), by=session.person.id)


def _page(session: Session, form: Mapping[str, str], error: str | None = None) -> Response:
    bodies = law.bodies_of(session.person.roles)
    body = form.get("provider") if form.get("provider") in bodies else bodies[0]
    begin, end = _quarter(clock.today())
    standing = timeliness.of(str(body), begin, end)
    facts: dict[str, Any] = {
        "form": form,
        "bodies": bodies,
        "body": body,
        "items": service.items(),
        "waiting": service.waiting(str(body)),
        "totals": service.totals(str(body))[:12],
        "standing": standing,
        "reasons": [say(text, **values) for text, values in standing.light.reasons] if standing else [],
        "today": clock.today(),
    }
    return desk_page(session, "declared.html", HERE, error=error, **facts)


def _quarter(day: date) -> tuple[date, date]:
    """The first day of a day's quarter, and the day itself."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1), day
