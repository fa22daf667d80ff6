"""What an information user's program does with a key: ask for a subject's consent, and use it for reports (SJZ-6, NT-26)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any
from urllib.parse import unquote

from chalice.app import Request, Response

from chalicelib.law import consent as law
from chalicelib.law.decisions import Refused
from chalicelib.services.common import json_body
from chalicelib.services.consent import asking_consent, consents
from chalicelib.services.querying import asked
from chalicelib.services.reporting import reports
from chalicelib.web import access, bodies, parameters, problems, repeats
from chalicelib.web.answers import data
from chalicelib.web.routes import Routes

LARGEST = 1 * bodies.MEGABYTE

authorised = Routes(__name__)


@authorised.takes("/api/v1/consents", parameters.PLAIN)
def ask(request: Request) -> Response:
    """Ask a subject for its consent; the answer says nothing of whether there is such a subject."""
    key = access.caller(request)
    said = _said(request, {"subject", "purpose", "items", "last_day"}, {"uses"})
    uses = said.get("uses", law.USUAL_USES)
    if not isinstance(uses, int) or isinstance(uses, bool):
        raise Refused("uses 应为整数")
    try:
        last_day = date.fromisoformat(_text(said, "last_day"))
    except ValueError as error:
        raise Refused("last_day 应为 YYYY-MM-DD 形式的日期") from error
    terms: dict[str, Any] = {"purpose": _text(said, "purpose"), "items": _texts(said["items"]), "uses": uses, "last_day": last_day}
    asker, who = asking_consent.asker_of_key(key), asked.read(said["subject"])
    number = repeats.once_for(request, key.id, lambda: asking_consent.ask(asker, key.id, who, **terms).id, said)
    return data(_consent(asking_consent.find_asked(asker.code, number)))


@authorised.reads("/api/v1/consents/{number}", parameters.PLAIN)
def state(request: Request, number: str) -> Response:
    """What has become of a request."""
    key = access.caller(request)
    with _answered():
        return data(_consent(asking_consent.find_asked(asking_consent.asker_of_key(key).code, unquote(number))))


@authorised.takes("/api/v1/reports", parameters.PLAIN)
def use(request: Request) -> Response:
    """Use a consent for one report."""
    key = access.caller(request)
    said = _said(request, {"consent", "subject", "purpose"}, {"items"})
    items = _texts(said["items"]) if "items" in said else None
    who = asked.read(said["subject"])
    asker, consent, purpose = asking_consent.asker_of_key(key), _text(said, "consent"), _text(said, "purpose")

    def work() -> str:
        return asking_consent.use(consent, asker, key.id, subject=who.identifier, purpose=purpose, items=items).number

    with _answered():
        return data(_report(asking_consent.report_of(asker, repeats.once_for(request, key.id, work, said))))


@authorised.reads("/api/v1/reports/{number}", parameters.PLAIN)
def report(request: Request, number: str) -> Response:
    """A report that was given: what it says, and a link to its PDF once that is made."""
    key = access.caller(request)
    with _answered():
        return data(_report(asking_consent.report_of(asking_consent.asker_of_key(key), unquote(number))), {"Cache-Control": "no-store"})


def _consent(listed: consents.Listed) -> dict[str, Any]:
    consent = listed.consent
    return {
        "id": consent.id,
        "state": listed.state.replace(" ", "_"),
        "purpose": consent.purpose,
        "items": list(consent.items),
        "uses": consent.uses,
        "used": consent.used,
        "last_day": consent.last_day.isoformat(),
        "answer_until": consent.answer_until.isoformat(),
        "reports": list(consent.reports),
    }


def _report(found: asking_consent.Report) -> dict[str, Any]:
    content = reports.content(found.subject_id, found.number)
    return {
        "id": found.number,
        "state": found.state,
        "asked_at": found.asked_at,
        "content": content.as_facts() if content else None,
        "file": reports.fetch_link(found.subject_id, found.number),
    }


def _said(request: Request, needed: set[str], others: set[str]) -> Mapping[str, Any]:
    said = json_body.read(bodies.json_body(request, LARGEST))
    if not isinstance(said, Mapping) or not needed <= said.keys() <= needed | others:
        raise Refused("请求正文应写明 {needed}，还可以写 {others}", needed=", ".join(sorted(needed)), others=", ".join(sorted(others)))
    return said


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said[name]
    if not isinstance(value, str):
        raise Refused("{name} 应为文字", name=name)
    return value


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Refused("items 应为目录项代码的列表")
    return value


@contextmanager
def _answered() -> Iterator[None]:
    """Say as problems what may go wrong with a consent."""
    try:
        yield
    except consents.Unknown as error:
        raise problems.Missing("没有这个编号", "请核对编号，以及密钥属于哪个单位。") from error
    except asking_consent.Busy as error:
        raise problems.Unavailable("同一主体的资料正在变动，这次没有出具报告，也没有计入次数：请稍后再试") from error
