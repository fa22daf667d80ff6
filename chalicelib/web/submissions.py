"""Pages on which a provider's clerk submits a file (`/desk/submissions`): the template, the preview, and refused rows mended (NT-16)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalice.app import Request, Response

from chalicelib.law import desk as law
from chalicelib.law.decisions import Refused
from chalicelib.services.identity.people_sessions import Session
from chalicelib.services.submission import provider_submissions as service
from chalicelib.services.submission.provider_submissions import Taken
from chalicelib.web import access, batches, forms, problems, queries, uploads
from chalicelib.web.answers import NOT_INDEXED
from chalicelib.web.coding import Bytes
from chalicelib.web.desk import desk_page
from chalicelib.web.language import address, told
from chalicelib.web.routes import Routes

HERE = "/desk/submissions"
TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

submissions = Routes(__name__)


@submissions.reads(HERE)
def form(request: Request) -> Response:
    """The form that brings a file."""
    session = access.signed_in(request)
    return _form(session, {"kind": queries.given(request, "kind") or ""})


@submissions.reads(HERE + "/template")
def template(request: Request) -> Response:
    """The empty form of a kind, as a file."""
    access.signed_in(request)
    kind, form = queries.given(request, "kind") or "", queries.given(request, "format") or "xlsx"
    content = service.template(kind, form)
    headers: dict[str, Any] = {
        "Content-Type": TYPES[form],
        "Content-Disposition": f'attachment; filename="{kind}.{form}"',
        "Cache-Control": "no-store",
        **NOT_INDEXED,
    }
    return Bytes(content, headers)


@submissions.takes(HERE)
def preview(request: Request) -> Response:
    """Look at a file: nothing is stored."""
    session = access.signed_in(request)
    sent = {name: values[0] for name, values in forms.fields(request).items()}
    try:
        found = service.preview(
            sent.get("kind", ""),
            uploads.file(request, "file") or b"",
            provider=batches.own_body(session, sent.get("provider", "")),
            office=sent.get("office", ""),
            by=session.person.id,
        )
    except Refused as refusal:
        return _form(session, sent, told(refusal))
    return desk_page(session, "submission_preview.html", HERE, preview=found, office=sent["office"], name=service.kinds()[found.kind])


@submissions.takes(HERE + "/send")
def send(request: Request) -> Response:
    """Take in the file that was looked at."""
    session = access.signed_in(request)
    return _taken(session, lambda: service.send(forms.field(request, "sealed"), by=session.person.id, offices=_offices(session)))


@submissions.takes(HERE + "/again")
def send_again(request: Request) -> Response:
    """Take in the refused rows that were mended."""
    session = access.signed_in(request)
    fields = {name: values[0] for name, values in forms.fields(request).items()}
    return _taken(session, lambda: service.send_mended(fields.get("sealed", ""), fields, by=session.person.id, offices=_offices(session)))


def _taken(session: Session, work: Any) -> Response:
    try:
        taken: Taken = work()
    except service.StillRunning as error:
        raise problems.Unavailable("这份报送正在入库：请稍后到“我的批次”查看回执") from error
    except Refused as refusal:
        return _form(session, {}, told(refusal))
    if not taken.told and taken.mending is None:  # the receipt has all: it can be loaded again, and read in the other language
        raise problems.Elsewhere(address(f"{batches.HERE}/{taken.batch}"))
    return batches.batch_page(session, taken.batch, told_of=taken.told, mending=taken.mending)


def _offices(session: Session) -> tuple[str, ...]:
    return law.bodies_of(session.person.roles)


def _form(session: Session, form: Mapping[str, str], error: str | None = None) -> Response:
    facts = {
        "form": form,
        "kinds": service.kinds(),
        "bodies": _offices(session),
        "largest": service.LARGEST >> 20,
        "most": service.MOST_ROWS,
    }
    return desk_page(session, "submissions.html", HERE, error=error, **facts)
