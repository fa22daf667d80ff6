"""Pages of a provider's submissions (`/desk/batches`): the receipt of each, and its refused rows as a file or to be mended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from chalice.app import Request, Response

from chalicelib import clock
from chalicelib.law import desk as law
from chalicelib.law.decisions import Refused
from chalicelib.services.identity.people_sessions import Session
from chalicelib.services.remedies import recalls
from chalicelib.services.submission import batches as service
from chalicelib.services.submission import provider_submissions
from chalicelib.services.submission.batches import Batch, Refusal
from chalicelib.services.submission.provider_submissions import Mending
from chalicelib.web import access, forms, problems, queries, tables
from chalicelib.web.answers import NOT_INDEXED
from chalicelib.web.desk import desk_page
from chalicelib.web.language import address, told
from chalicelib.web.routes import Routes

HERE = "/desk/batches"
ONE = HERE + "/{batch}"

batches = Routes(__name__)


@batches.reads(HERE)
def listed(request: Request) -> Response:
    """The submissions of the own body, the latest first."""
    session = access.signed_in(request)
    bodies = law.bodies_of(session.person.roles)
    body = own_body(session, queries.given(request, "provider") or "") if bodies else ""
    found, after = service.of_provider(body, queries.given(request, "before")) if body else ([], None)
    names = provider_submissions.kinds()
    facts: dict[str, Any] = {
        "batches": [(batch, service.state(batch), names.get(batch.kind, batch.kind), _local(batch.started)) for batch in found],
        "bodies": bodies,
        "body": body,
        "recalls": [one for one in recalls.waiting() if "officer" in session.person.roles or one.provider in bodies],
        "next": address(HERE, provider=body, before=after) if after else None,
    }
    return desk_page(session, "batches.html", HERE, **facts)


@batches.reads(ONE)
def one(request: Request, batch: str) -> Response:
    """The receipt of a submission, with its refused rows."""
    session = access.signed_in(request)
    return batch_page(session, batch)


@batches.reads(ONE + "/refused")
def refused(request: Request, batch: str) -> Response:
    """The refused rows as a file."""
    session = access.signed_in(request)
    found, refusals = _own(session, batch)
    headers: dict[str, Any] = {
        "Content-Type": tables.CSV,
        "Content-Disposition": f'attachment; filename="{found.id}.refused.csv"',
        "Cache-Control": "no-store",
        **NOT_INDEXED,
    }
    return Response(service.refused_file(refusals), headers)


@batches.takes(ONE + "/recall")
def recall(request: Request, batch: str) -> Response:
    """Propose that the batch is taken back, or decide on that."""
    session = access.signed_in(request)
    form = {name: values[0] for name, values in forms.fields(request).items()}
    roles, by = session.person.roles, session.person.id
    offices, officer = law.bodies_of(roles), "officer" in roles
    try:
        if form.get("do") == "propose":
            recalls.propose(batch, form.get("reason", ""), by=by, offices=offices)
        elif form.get("do") == "confirm":
            recalls.confirm(batch, by=by, offices=offices, officer=officer)
        elif form.get("do") == "refuse":
            recalls.turn_down(batch, by=by, offices=offices, officer=officer)
        else:
            raise Refused("请选择提出、确认还是不予确认")
    except recalls.Unknown as error:
        raise _unknown() from error
    except Refused as refusal:
        return batch_page(session, batch, error=told(refusal))
    raise problems.Elsewhere(address(f"{HERE}/{batch}"))


def batch_page(
    session: Session, batch_id: str, *, told_of: Sequence[str] = (), mending: Mending | None = None, error: str | None = None
) -> Response:
    """The receipt of a submission; `mending` is what was refused just now and can be mended with its numbers still there."""
    batch, refusals = _own(session, batch_id)
    own = batch.provider in law.bodies_of(session.person.roles)
    kept = mending is not None
    if mending is None and refusals and own:
        mending = provider_submissions.mending_of(batch_id, by=session.person.id)
    recall = recalls.of(batch_id)
    facts = {
        "recall": recall,
        "mine": recall is not None and recall.proposed_by == session.person.id,
        "own": own,
        "batch": batch,
        "kind": provider_submissions.kinds().get(batch.kind, batch.kind),
        "state": service.state(batch),
        "started": _local(batch.started),
        "ended": _local(batch.ended) if batch.ended else None,
        "refusals": refusals,
        "told_of": told_of,
        "mending": mending,
        "kept": kept,
        "cell_name": provider_submissions.cell_name,
    }
    return desk_page(session, "batch.html", HERE, error=error, **facts)


def own_body(session: Session, named: str) -> str:
    """The body (USCC) for which somebody acts: the one that is named, else the only one; `Refused` when it is not theirs."""
    bodies = law.bodies_of(session.person.roles)
    if not named and len(bodies) == 1:
        return bodies[0]
    if named not in bodies:
        raise Refused("请选择您所在的提供单位")
    return named


def _own(session: Session, batch_id: str) -> tuple[Batch, list[Refusal]]:
    """A submission that one may see: a clerk those of the own body, an officer all."""
    found = service.receipt(batch_id)
    if found is None or not ("officer" in session.person.roles or found[0].provider in law.bodies_of(session.person.roles)):
        raise _unknown()
    return found


def _unknown() -> problems.Missing:
    return problems.Missing("没有这个批次", "请从批次列表中选择。")


def _local(instant: str) -> datetime:
    return datetime.fromisoformat(instant).astimezone(clock.SHANGHAI)
