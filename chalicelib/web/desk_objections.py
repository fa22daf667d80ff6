"""Objections and appeals at the desk (`/desk/objections`, `/desk/appeals`): the queue by last day, and the steps of each (NT-32, NT-33)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalice.app import Request, Response

from chalicelib import cities, settings
from chalicelib.law import objections as law
from chalicelib.law.decisions import Refused
from chalicelib.services.identity import people_sessions
from chalicelib.services.remedies import decided_together, redacting, related_objections
from chalicelib.services.remedies import objection_desk as service
from chalicelib.web import access, case_filters, desk_cases, forms, objection_previews, problems, uploads
from chalicelib.web import objections as shared
from chalicelib.web.desk import desk_page
from chalicelib.web.language import address, told
from chalicelib.web.routes import Routes

HERE, APPEALS = "/desk/objections", "/desk/appeals"
RESULT = "result-"
"""How the fields begin that say what becomes of a record."""

desk_objections = Routes(__name__)


@desk_objections.reads(HERE)
def listed(request: Request) -> Response:
    """The queue of officers."""
    return _queue(request, HERE, "officer")


@desk_objections.reads(APPEALS)
def appealed(request: Request) -> Response:
    """The queue of supervisors."""
    return _queue(request, APPEALS, "supervisor")


@desk_objections.reads(HERE + "/{number}")
def one(request: Request, number: str) -> Response:
    """One objection with all that belongs to it, and what can be done."""
    return _one(access.signed_in(request), number, HERE)


@desk_objections.reads(APPEALS + "/{number}")
def one_appeal(request: Request, number: str) -> Response:
    """The same for whoever answers the appeal."""
    return _one(access.signed_in(request), number, APPEALS)


@desk_objections.takes(HERE + "/{number}")
def act(request: Request, number: str) -> Response:
    """Ask the provider or the subject, decide, correct."""
    session = access.signed_in(request)
    form = forms.sent(request)
    version, text = shared.version_of(form), form.one("text")
    steps: dict[str, Callable[[], object]] = {
        "verify": lambda: service.ask_to_verify(
            session, number, version, provider=form.one("provider"), text=text, also=form.many("also"), **objection_previews.files_in(form)
        ),
        "evidence": lambda: service.ask_for_evidence(session, number, version, text),
        "decide": lambda: decided_together.decide(
            session, number, {number: version, **objection_previews.with_versions(form)}, **_decision(number, form)
        ),
        "correct": lambda: service.correct(session, number, version, _amended(form)),
    }
    return _done(session, number, HERE, steps, form)


@desk_objections.takes(HERE + "/{number}/redacted")
def redact(request: Request, number: str) -> Response:
    """Take in a redacted copy of a file of it."""
    session = access.signed_in(request)
    form = forms.sent(request)
    version, content = shared.version_of(form), uploads.file(request, "file")
    steps: dict[str, Callable[[], object]] = {
        "redact": lambda: redacting.put_in(session, number, version, of=form.one("of"), content=content),
    }
    return _done(session, number, HERE, steps, form)


@desk_objections.takes(APPEALS + "/{number}")
def answer(request: Request, number: str) -> Response:
    """Answer an appeal."""
    session = access.signed_in(request)
    form = forms.sent(request)
    steps: dict[str, Callable[[], object]] = {
        "decide": lambda: service.answer_appeal(session, number, shared.version_of(form), **_decision(number, form)),
    }
    return _done(session, number, APPEALS, steps, form)


@desk_objections.reads(HERE + "/{number}/letter")
def letter(request: Request, number: str) -> Response:
    """The answer as a letter, to be printed and handed over."""
    session = access.signed_in(request)
    with shared.served():
        found = service.find(number)
    return desk_page(session, "objection_letter.html", HERE, **shared.facts_of(found))


@desk_objections.takes(HERE + "/{number}/files")
def file(request: Request, number: str) -> Response:
    """A file of it by a link of five minutes."""
    return _file(request, number)


@desk_objections.takes(APPEALS + "/{number}/files")
def file_of_appeal(request: Request, number: str) -> Response:
    """The same for whoever answers the appeal."""
    return _file(request, number)


def _queue(request: Request, here: str, role: str) -> Response:
    session = access.signed_in(request)
    page = case_filters.read(session, request, (role,), law.PROCEDURE)
    return desk_page(session, "desk_objections.html", here, **case_filters.facts_of(session, request, here, page, law.PROCEDURE))


def _done(session: people_sessions.Session, number: str, here: str, steps: dict[str, Callable[[], object]], form: forms.Form) -> Response:
    try:
        with shared.served():
            match form.one("do"):
                case "preview":
                    return objection_previews.page(session, service.find(number), here, form)
                case "edit":
                    return _one(session, number, here, None, form)
            shared.chosen(steps, form)()
    except Refused as refusal:
        return _one(session, number, here, told(refusal), form)
    raise problems.Elsewhere(address(f"{here}/{number}"))


def _one(session: people_sessions.Session, number: str, here: str, error: str | None = None, form: forms.Form | None = None) -> Response:
    with shared.served():
        found = service.find(number)
    role = "supervisor" if here == APPEALS else "officer"
    moves = {move.action for move in law.PROCEDURE.open_to(found.case.state, "supervisor" if here == APPEALS else "officer")}
    catalogue = cities.load(settings.city()).catalogue
    facts: dict[str, Any] = {
        "moves": moves,
        "library": law.reasons_true(service.verified(found)),
        "fields": {record.id: catalogue[record.catalogue].fields for record in found.records if record.catalogue in catalogue},
        **desk_cases.facts_of(session, found.case),
        "form": form or forms.Form({}),
        "copies": redacting.copies_of(found.case),
        "related": related_objections.of(found.case) if found.case.waits_for else [],
        "role": role,
    }
    return desk_page(session, "desk_objection.html", here, error=error, **facts, **shared.facts_of(found))


def _file(request: Request, number: str) -> Response:
    access.signed_in(request)
    with shared.served():
        found = service.find(number)
    raise problems.Elsewhere(shared.link_in(found, request))


def _decision(number: str, form: forms.Form) -> dict[str, Any]:
    """What a form decides of each record, for which reasons, and in which words of one's own."""
    results = {name.removeprefix(RESULT): form.one(name) for name in form.fields if name.startswith(RESULT)}
    letter = objection_previews.own_words(service.find(number), form)
    return {"results": results, "reasons": form.many("reason"), "text": form.one("text"), "letter": letter}


def _amended(form: forms.Form) -> dict[str, dict[str, str]]:
    """New values by record and field: only those that were ticked."""
    found: dict[str, dict[str, str]] = {}
    for ticked in form.many("amend"):
        record, _, field = ticked.partition("/")
        found.setdefault(record, {})[field] = form.one(f"value-{ticked}")
    return found
