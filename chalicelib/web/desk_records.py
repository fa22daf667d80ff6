"""Pages of a provider's own records (`/desk/records`): found by whom they are about, corrected, taken back by two clerks."""

from __future__ import annotations

from typing import Any

from chalice.app import Request, Response

from chalicelib import cities, settings
from chalicelib.law.corrections import LONGEST_REASON, LONGEST_VALUE
from chalicelib.law.decisions import Refused
from chalicelib.law.identifiers import PERSON_TYPES, check_person_number, check_uscc
from chalicelib.services.identity.people_sessions import Session
from chalicelib.services.remedies import provider_records as service
from chalicelib.services.remedies.casework import By
from chalicelib.services.remedies.provider_records import Identifier, Record
from chalicelib.web import access, forms, problems
from chalicelib.web.desk import bodies_of, desk_page
from chalicelib.web.language import address, told
from chalicelib.web.routes import Routes

HERE = "/desk/records"
ONE = HERE + "/{subject}/{record}"

desk_records = Routes(__name__)


@desk_records.reads(HERE)
def form(request: Request) -> Response:
    """The form that finds records, and what waits for a second clerk."""
    return _start(access.signed_in(request), {})


@desk_records.takes(HERE)
def find(request: Request) -> Response:
    """The records of one's own body about somebody, by form, so that no number stands in an address; or what a second clerk decides."""
    session = access.signed_in(request)
    sent = {name: values[0] for name, values in forms.fields(request).items()}
    try:
        if "decision" in sent:
            return _decided(session, sent)
        found = service.find(bodies_of(session), _number(sent), sent.get("document_no", ""))
    except Refused as refusal:
        return _start(session, sent, error=told(refusal))
    return _start(session, sent, found=found)


@desk_records.reads(ONE)
def one(request: Request, subject: str, record: str) -> Response:
    """A record, with the forms that correct it and propose to take it back."""
    session = access.signed_in(request)
    return _one(session, _record(session, subject, record), {})


@desk_records.takes(ONE)
def put_right(request: Request, subject: str, record: str) -> Response:
    """Correct a record, or propose to take it back."""
    session = access.signed_in(request)
    found = _record(session, subject, record)
    sent = {name: values[0] for name, values in forms.fields(request).items()}
    by, bodies = By(session.person.id, "provider", sent.get("reason", "")), bodies_of(session)
    try:
        match sent.get("do"):
            case "correct":
                service.correct(bodies, subject, record, _changed(found, sent), by)
            case "withdraw":
                service.propose(bodies, subject, record, by)
            case _:
                raise Refused("请选择更正或者撤回")
    except Refused as refusal:
        return _one(session, found, sent, told(refusal))
    raise problems.Elsewhere(address(f"{HERE}/{subject}/{record}" if sent["do"] == "correct" else HERE))


def _decided(session: Session, sent: dict[str, str]) -> Response:
    """A second clerk has confirmed a withdrawal, or turned it down."""
    decide = {"confirm": service.confirm, "turn down": service.turn_down}.get(sent["decision"])
    if decide is None:
        raise Refused("请选择确认或不予确认")
    try:
        decide(bodies_of(session), sent.get("number", ""), By(session.person.id, "provider"))
    except service.Unknown as error:
        raise problems.Missing("没有这件撤回申请", "请从列表中选择。") from error
    raise problems.Elsewhere(address(HERE))


def _number(sent: dict[str, str]) -> Identifier:
    if sent.get("id_number"):
        return check_person_number(sent.get("id_type", ""), sent["id_number"])
    return check_uscc(sent.get("code", ""))


def _record(session: Session, subject: str, record: str) -> Record:
    try:
        return service.shown(bodies_of(session), subject, record)
    except service.Unknown as error:
        raise problems.Missing("没有这条记录", "请从查找的结果中选择本单位提供的记录。") from error


def _changed(record: Record, sent: dict[str, str]) -> dict[str, str]:
    """The fields of a form that differ from the record. A field that was emptied does not come at all: it is empty now."""
    fields = _fields(record)
    return {name: sent.get(name, "") for name, _label, value, _choices in fields if sent.get(name, "") != value}


def _fields(record: Record) -> list[tuple[str, str, str, list[str]]]:
    """What can be corrected: name, label, present value as a form shows it, and the words to choose from."""
    item = cities.load(settings.city()).catalogue[record.catalogue]
    shown = []
    for field in item.fields:
        value = record.content.get(field.name)
        word = next((word for word, meant in (field.choices or {}).items() if meant == value), None)
        shown.append((field.name, field.label, word or ("" if value is None else str(value)), list(field.choices or ())))
    return shown


def _start(session: Session, form: dict[str, str], *, found: list[Record] | None = None, error: str | None = None) -> Response:
    waiting = [(case, service.proposed_by(case, session.person.id)) for case in service.proposals(bodies_of(session))]
    facts: dict[str, Any] = {"form": form, "found": found, "waiting": waiting, "types": list(PERSON_TYPES)}
    return desk_page(session, "desk_records.html", HERE, error=error, **facts)


def _one(session: Session, record: Record, form: dict[str, str], error: str | None = None) -> Response:
    facts: dict[str, Any] = {"record": record, "fields": _fields(record), "form": form, "most": LONGEST_VALUE, "longest": LONGEST_REASON}
    return desk_page(session, "desk_record.html", HERE, error=error, **facts)
