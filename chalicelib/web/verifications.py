"""What providers are asked to verify, on pages (`/desk/verifications`) and with a key; and a user's own doubt (NT-32, HY-27d)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalice.app import Request, Response

from chalicelib.law import objections as law
from chalicelib.law.decisions import Refused
from chalicelib.law.desk import bodies_of, queues_of
from chalicelib.services.common import json_body
from chalicelib.services.identity.people_sessions import Session
from chalicelib.services.querying import asked
from chalicelib.services.remedies import attachments, case_queues, casework, doubts, objections
from chalicelib.services.remedies import objection_desk as service
from chalicelib.services.remedies.case_queues import Wanted
from chalicelib.services.remedies.casework import By, Case
from chalicelib.web import access, bodies, case_filters, desk_cases, forms, parameters, problems, queries
from chalicelib.web import objections as shared
from chalicelib.web.answers import data
from chalicelib.web.desk import desk_page
from chalicelib.web.language import address, told
from chalicelib.web.routes import Routes

HERE = "/desk/verifications"
API = "/api/v1/verifications"
LARGEST = bodies.MEGABYTE

verifications = Routes(__name__)


@verifications.reads(HERE)
def listed(request: Request) -> Response:
    """What the provider is asked, by last day."""
    session = access.signed_in(request)
    page = case_filters.read(session, request, queues_of(session.person.roles), law.VERIFICATION)
    return desk_page(session, "verifications.html", HERE, **case_filters.facts_of(session, request, HERE, page, law.VERIFICATION))


@verifications.reads(HERE + "/{number}")
def one(request: Request, number: str) -> Response:
    """One request, as the officer wrote it."""
    session = access.signed_in(request)
    return _one(session, number)


@verifications.takes(HERE + "/{number}")
def answer(request: Request, number: str) -> Response:
    """The provider's answer."""
    session = access.signed_in(request)
    form = forms.sent(request)
    case = _own(session, number)
    try:
        with shared.served():
            service.answer_verification(
                By(session.person.id, "provider"),
                number,
                case.facts["provider"],
                shared.version_of(form),
                finding=form.one("finding"),
                text=form.one("text"),
            )
    except Refused as refusal:
        return _one(session, number, told(refusal), form)
    raise problems.Elsewhere(address(f"{HERE}/{number}"))


@verifications.takes(HERE + "/{number}/files")
def file(request: Request, number: str) -> Response:
    """A file that was forwarded, by a link of five minutes."""
    session = access.signed_in(request)
    forwarded = {one["id"]: one for one in _own(session, number).facts["attachments"]}
    named = forwarded.get(forms.field(request, "file"))
    if named is None:
        raise problems.Missing("没有这个文件", "请从列表中选择。")
    raise problems.Elsewhere(attachments.link(named))


@verifications.reads(API, parameters.PROVIDERS)
def for_programs(request: Request) -> Response:
    """The same queue for a provider's program."""
    key = access.caller(request)
    provider = access.provider_of(key, queries.given(request, "provider"))
    page = case_queues.of((f"provider:{provider}",), (law.VERIFICATION.name,), Wanted(), queries.given(request, "cursor") or "")
    return data({"items": [_facts(one.case) for one in page.waiting], "next": page.following or None}, {"Cache-Control": "no-store"})


@verifications.takes(API + "/{number}", parameters.PROVIDERS)
def answer_by_program(request: Request, number: str) -> Response:
    """The provider's answer by its program."""
    key = access.caller(request)
    provider = access.provider_of(key, queries.given(request, "provider"))
    said = json_body.read(bodies.json_body(request, LARGEST))
    if not isinstance(said, Mapping) or not {"finding"} <= said.keys() <= {"finding", "text"}:
        raise Refused('请求正文应为 {"finding": "right、partly、wrong 或 not ours", "text": "核实的情况"}')
    texts = {name: str(said.get(name) or "") for name in ("finding", "text")}
    with shared.served():
        case = service.answer_verification(By(key.id, "provider"), number, provider, None, **texts)
    return data(_facts(case), {"Cache-Control": "no-store"})


@verifications.takes("/api/v1/doubts", parameters.PLAIN)
def doubt(request: Request) -> Response:
    """A user's own doubt about a record that it was given: it starts the same verification (HY-27d)."""
    key = access.caller(request)
    said = json_body.read(bodies.json_body(request, LARGEST))
    if not isinstance(said, Mapping) or said.keys() != {"subject", "record", "text"}:
        raise Refused('请求正文应为 {"subject": 查询对象, "record": "记录编号", "text": "为什么认为有误"}')
    with shared.served():
        case = doubts.raise_doubt(key, asked.read(said["subject"]), str(said["record"]), str(said["text"]))
    return data({"number": case.number, "due": case.due.isoformat() if case.due else None}, {"Cache-Control": "no-store"})


def _facts(case: Case) -> dict[str, Any]:
    """A request as programs read it."""
    named = [{name: one[name] for name in ("id", "item", "title", "document_no", "determined_on")} for one in case.facts["records"]]
    return {
        "number": case.number,
        "state": "open" if case.state == "asked" else case.state.replace(" ", "_"),
        "received": case.received.isoformat(),
        "due": case.due.isoformat() if case.due else None,
        "provisional": case.provisional,
        "records": named,
        "grounds": list(case.facts["grounds"]),
        "question": case.facts["question"],
        "finding": case.facts.get("finding"),
        "answer": case.facts.get("answer"),
    }


def _own(session: Session, number: str) -> Case:
    with shared.served():
        case = service.verification(number)
    if case.facts["provider"] not in bodies_of(session.person.roles):
        raise problems.Missing("没有这件异议", "请从列表中选择。")
    return case


def _one(session: Session, number: str, error: str | None = None, form: forms.Form | None = None) -> Response:
    case = _own(session, number)
    facts = {"case": case, "form": form or forms.Form({}), "grounds": law.GROUNDS, "reasons": law.CHOICES, "longest": law.LONGEST_TEXT}
    facts |= {"history": casework.history(case), "gone": objections.files_gone(case), **desk_cases.facts_of(session, case)}
    return desk_page(session, "verification.html", HERE, error=error, **facts, **shared.usual())
