"""Pages of the counter: opening an archive for whoever came, and what is done in it until it closes (NT-22)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalice.app import Request, Response

from chalicelib import clock
from chalicelib.law import desk as law
from chalicelib.law.decisions import Refused
from chalicelib.law.repair import LONGEST, WAYS
from chalicelib.law.repair_steps import REPAIR
from chalicelib.services.desk import counter as service
from chalicelib.services.desk.counter import CounterSession
from chalicelib.services.identity.people_sessions import Session
from chalicelib.services.querying.queries import Untraceable
from chalicelib.services.remedies import objections as making
from chalicelib.services.remedies import repairs as repairing
from chalicelib.services.remedies.casework import By
from chalicelib.services.remedies.repairs import MOST_PROOFS
from chalicelib.web import access, cards, forms, problems, queries, repair_pages
from chalicelib.web import objections as objecting
from chalicelib.web.desk import desk_page
from chalicelib.web.language import address, told
from chalicelib.web.routes import Routes

HERE = "/desk/counter"
OPEN = HERE + "/{counter}"


@dataclass(frozen=True)
class Service:
    """Something that is done in an open archive: the end of its path, its name, and what it is."""

    path: str
    name: str
    about: str


SERVICES: tuple[Service, ...] = (
    Service("archive", "打印档案", "本人在自己的页面上能看到的全部记录，一页打印。"),
    Service("reports", "信用报告", "替本人申请信用报告，做好之后下载打印。"),
    Service("repairs", "信用修复", "替本人申请修复失信记录：录入书面申请，上传证明材料。"),
    Service("objections", "提出异议", "替本人对记录提出异议，材料当场上传；受理编号打印给本人。"),
    Service("contacts", "联系方式", "登记、更换、删除本人的手机和电子邮箱：验证码发到本人手上，由本人说出来。"),
    Service("consents", "授权查询", "替本人答复别的单位的查询申请，撤销授权：本人说出验证码才算同意。"),
)
"""What is done at the counter, in this order; each has a page under the open archive."""

counter = Routes(__name__)


@counter.reads(HERE)
def form(request: Request) -> Response:
    """The form that opens an archive."""
    return _form(access.signed_in(request), {})


@counter.takes(HERE)
def begin(request: Request) -> Response:
    """Open the archive of whoever came."""
    session = access.signed_in(request)
    sent = {name: values[0] for name, values in forms.fields(request).items()}
    try:
        with served():
            opened = service.begin(session, sent)
    except Refused as refusal:
        return _form(session, sent, told(refusal))
    raise problems.Elsewhere(address(f"{HERE}/{opened.id}"))


@counter.reads(OPEN)
def overview(request: Request, counter: str) -> Response:
    """Whose archive is open, until when, and what can be done."""
    session, opened = open_archive(request, counter)
    return desk_page(session, "counter_open.html", HERE, services=SERVICES, **facts_of(opened))


@counter.reads(OPEN + "/archive")
def archive(request: Request, counter: str) -> Response:
    """All of the subject's own view, to be printed."""
    session, opened = open_archive(request, counter)
    with served():
        found = service.everything(session, opened)
    parts = [
        (name, list(zip(entries, cards.of_subject(((one.facts, one.labels) for one in entries), opened.name), strict=True)))
        for name, entries in (("counting", found.counting), ("archived", found.archived))
    ]
    return desk_page(session, "counter_archive.html", HERE, parts_of_archive=dict(parts), **facts_of(opened))


@counter.reads(OPEN + "/reports")
def reports(request: Request, counter: str) -> Response:
    """The reports on the subject, and the form to ask for one."""
    session, opened = open_archive(request, counter)
    return _reports(session, opened)


@counter.takes(OPEN + "/reports")
def ask(request: Request, counter: str) -> Response:
    """Ask for a report in the subject's name."""
    session, opened = open_archive(request, counter)
    try:
        service.ask_for_report(session, opened, forms.field(request, "purpose"))
    except Refused as refusal:
        return _reports(session, opened, told(refusal))
    raise problems.Elsewhere(address(f"{HERE}/{opened.id}/reports"))


@counter.takes(OPEN + "/reports/{number}")
def fetch(request: Request, counter: str, number: str) -> Response:
    """Fetch a report by a link of five minutes."""
    session, opened = open_archive(request, counter)
    try:
        with served():
            link = service.report_link(session, opened, number)
    except KeyError as error:
        raise problems.Missing("没有这份报告", "请从报告列表中选择。") from error
    raise problems.Elsewhere(link or address(f"{HERE}/{opened.id}/reports"))


@counter.reads(OPEN + "/repairs")
def repairs(request: Request, counter: str) -> Response:
    """The records that can be repaired, the repairs that there are, and the form to apply."""
    session, opened = open_archive(request, counter)
    return _repairs(session, opened, forms.Form({}))


@counter.takes(OPEN + "/repairs")
def apply_for_repair(request: Request, counter: str) -> Response:
    """Put in a written application for a repair."""
    session, opened = open_archive(request, counter)
    sent = forms.sent(request)
    try:
        service.apply_for_repair(session, opened, sent.one("record"), repair_pages.application(sent.fields), repair_pages.proofs(request))
    except Refused as refusal:
        return _repairs(session, opened, sent, told(refusal))
    raise problems.Elsewhere(address(f"{HERE}/{opened.id}/repairs"))


@counter.reads(OPEN + "/objections")
def objections(request: Request, counter: str) -> Response:
    """The subject's records, and the form for an objection to some of them; with a receipt what was received."""
    session, opened = open_archive(request, counter)
    return _objections(session, opened, forms.Form({}), receipt=queries.given(request, "receipt"))


@counter.takes(OPEN + "/objections")
def object_to(request: Request, counter: str) -> Response:
    """Take an objection in for whoever came (NT-31b)."""
    session, opened = open_archive(request, counter)
    try:
        with objecting.served():
            stated = replace(objecting.stated_in(request, "counter"), by_name=opened.name)
            case = making.receive(opened.subject_id, stated, By(session.person.id, "officer", opened.reason))
    except Refused as refusal:
        return _objections(session, opened, forms.sent(request), told(refusal))
    raise problems.Elsewhere(address(f"{HERE}/{opened.id}/objections", receipt=case.number))


@counter.takes(OPEN + "/end")
def end(request: Request, counter: str) -> Response:
    """Close the archive now."""
    session, opened = open_archive(request, counter)
    service.end(session, opened)
    raise problems.Elsewhere(address(HERE))


def open_archive(request: Request, counter_id: str) -> tuple[Session, CounterSession]:
    """Who is signed in, and what they hold open under an id; `Missing` for every other id."""
    session = access.signed_in(request)
    try:
        return session, service.named(session, counter_id)
    except service.Over as over:
        raise problems.Missing(
            "这次窗口办理不在进行中", "可能已经到时间、已经结束，或者另外打开了一份档案。请从窗口办理重新打开。"
        ) from over


@contextmanager
def served() -> Iterator[None]:
    """Say it as a problem when the trace of what is done cannot be written."""
    try:
        yield
    except Untraceable as error:
        raise problems.Unavailable("查询记录现在写不进去，所以没有打开：请稍后再试") from error


def _form(session: Session, form: Mapping[str, str], error: str | None = None) -> Response:
    kept = {name: value for name, value in form.items() if name in ("document", "number", "reason")}
    return desk_page(session, "counter.html", HERE, error=error, form=kept, documents=law.DOCUMENTS, minutes=_minutes())


def _reports(session: Session, opened: CounterSession, error: str | None = None) -> Response:
    found = [(one, datetime.fromisoformat(one.asked_at).astimezone(clock.SHANGHAI).date()) for one in service.reports_of(opened)]
    return desk_page(session, "counter_reports.html", HERE, error=error, reports=found, **facts_of(opened))


def _repairs(session: Session, opened: CounterSession, form: forms.Form, error: str | None = None) -> Response:
    facts = {"form": form, "all_ways": WAYS, "proofs": MOST_PROOFS, "most": LONGEST, "person": opened.identifier.type != "uscc"}
    cases = [(case, REPAIR.state(case.state)) for case in repairing.of_subject(opened.subject_id)]
    records = service.repairable(opened)
    return desk_page(session, "counter_repairs.html", HERE, error=error, cases=cases, records=records, **facts, **facts_of(opened))


def _objections(
    session: Session, opened: CounterSession, form: forms.Form, error: str | None = None, receipt: str | None = None
) -> Response:
    with served():
        found = service.everything(session, opened)
    facts = {"records": [entry.record for entry in found.counting], "receipt": receipt, "form": form}
    return desk_page(session, "counter_objections.html", HERE, error=error, **facts, **objecting.choices(), **facts_of(opened))


def facts_of(opened: CounterSession) -> dict[str, Any]:
    """What every page of an open archive shows: whose it is, and until when."""
    return {"opened": opened, "until": opened.until.astimezone(clock.SHANGHAI), "minutes": _minutes()}


def _minutes() -> int:
    return int(law.COUNTER_LASTS.total_seconds()) // 60
