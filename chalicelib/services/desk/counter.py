"""At the counter: an officer who has looked at somebody's document opens that archive for a while, and its subject sees it (NT-22)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chalicelib import cities, clock, settings
from chalicelib.law import desk as law
from chalicelib.law.decisions import Refused
from chalicelib.law.repair import Application
from chalicelib.records.access import Given, Query
from chalicelib.records.entries import Record
from chalicelib.records.identifiers import Identifier
from chalicelib.records.people import CounterSession as CounterSession
from chalicelib.records.people import Session
from chalicelib.records.remedies import Case
from chalicelib.records.reports import Report
from chalicelib.services.identity.on_behalf import Acting
from chalicelib.services.own import my_archive
from chalicelib.services.own.my_archive import Entry
from chalicelib.services.querying.queries import Untraceable
from chalicelib.services.remedies import repairs
from chalicelib.services.remedies.casework import By
from chalicelib.services.reporting import reports
from chalicelib.storage import allowances, archive, own_archive, queries
from chalicelib.storage import counter as kept
from chalicelib.storage.archive import Changes, Conflict, Loaded
from chalicelib.storage.queries import Traces

MOST_REPORTS_A_DAY = 20
AT_ONCE = 200
"""Records that one trace names."""


class Over(Exception):
    """No such archive is open here: its time is over, it was closed, another was opened, or it never was this officer's."""


@dataclass(frozen=True)
class Printed:
    """Everything that a subject's own page shows: what counts now, and what has ended or is repaired."""

    counting: tuple[Entry, ...]
    archived: tuple[Entry, ...]


def begin(session: Session, form: Mapping[str, str]) -> CounterSession:
    """Open the archive of whoever came, by the number on the document that was looked at; one that was open closes.

    `Refused` when the form is not complete, or nothing is held under this number: that too leaves a trace for whoever has it.
    """
    document = form.get("document", "")
    shown = law.number_on(document, form.get("number", ""))
    reason = law.checked_reason(form.get("reason", ""))
    if form.get("checked") != "yes":
        raise Refused("请核对证件原件，并勾选“已核对”", "NT-22")
    now = clock.now()
    words = law.DOCUMENTS[document]
    loaded = _holder(shown)
    if loaded is None:
        _leave_trace(session, shown, reason, words, "c_" + secrets.token_hex(10), ())
        raise Refused("档案里没有这个号码：请核对号码和证件类型；确实没有记录的，告诉来人“没有记录”")
    profile = loaded.subject.profile
    counter_id = "c_" + secrets.token_hex(10)
    counter = CounterSession(counter_id, loaded.subject.id, shown, profile.name, words, reason, now + law.COUNTER_LASTS)
    if not kept.open_session(session, counter, loaded, _query(session, reason, words, ()), now, clock.today()):
        raise Untraceable
    return counter


def current(session: Session) -> CounterSession | None:
    """What an officer holds open now; None when nothing."""
    counter = session.counter
    return counter if counter and clock.now() < counter.until else None


def named(session: Session, counter_id: str) -> CounterSession:
    """What an officer holds open under an id; `Over` for every other id."""
    counter = current(session)
    if counter is None or counter.id != counter_id:
        raise Over
    return counter


def end(session: Session, counter: CounterSession) -> None:
    """Close what is open; once is enough."""
    try:
        kept.close_session(session, counter, clock.now())
    except Conflict:  # the officer has signed out meanwhile: with the session everything is closed
        return


def everything(session: Session, counter: CounterSession) -> Printed:
    """All that the subject's own page shows, to be printed; `Untraceable` when the trace of it cannot be written."""
    parts = [tuple(_all(counter, archived=archived)) for archived in (False, True)]
    _note_given(session, counter, [_given(entry) for part in parts for entry in part])
    return Printed(*parts)


def ask_for_report(session: Session, counter: CounterSession, purpose: str) -> Report:
    """A report for the subject itself, asked for by the officer in its name."""
    if not allowances.take("counter report", counter.subject_id, clock.today(), clock.now(), MOST_REPORTS_A_DAY):
        raise Refused("今天在窗口已经为这个主体申请了{most}份报告，请明天再申请", most=MOST_REPORTS_A_DAY)
    return reports.ask_for(counter.subject_id, asked_by=session.person.id, purpose=purpose, basis=counter.id)


def reports_of(counter: CounterSession) -> list[Report]:
    """The reports on the subject, the latest first."""
    return reports.reports_on(counter.subject_id)


def report_link(session: Session, counter: CounterSession, number: str) -> str | None:
    """A new link to a report of the subject, after its trace is written; None while it is not made, KeyError when there is none."""
    content = reports.content(counter.subject_id, number)
    if content is None:
        raise KeyError(number)
    link = reports.fetch_link(counter.subject_id, number)
    if link is not None:
        codes_of = {item.name: code for code, item in cities.load(settings.city()).catalogue.items()}
        entries = [entry for section in content.sections for entry in section.entries]
        given = [Given(one.id, codes_of.get(one.catalogue, one.catalogue), one.title, one.document_no) for one in entries]
        _note_given(session, counter, given)
    return link


def acting(session: Session, counter: CounterSession) -> Acting:
    """The officer for whoever came, as the person would act when signed in; each act leaves its trace with it, or is not done."""

    def beside(changes: Changes, what: str) -> None:
        about = archive.load_subjects([counter.subject_id])[counter.subject_id]
        trace = queries.put(changes, _query(session, counter.reason, counter.document, (), what), about)
        archive.put_trail(changes, [trace], actor=session.person.id, reason=counter.id, at=clock.now())

    return Acting(counter.identifier, counter.name, session.person.id, beside)


def repairable(counter: CounterSession) -> list[Record]:
    """The records of the subject about which a repair can be applied for now."""
    found = archive.collection(counter.subject_id)
    records = found[1] if found else []
    return [record for record in records if repairs.can_be_repaired(record)]


def apply_for_repair(session: Session, counter: CounterSession, record_id: str, application: Application, proofs: Sequence[bytes]) -> Case:
    """A repair that the subject applies for on paper, put in by the officer; `Refused` when it cannot be."""
    by = By(session.person.id, "officer", counter.reason)
    try:
        return repairs.apply(counter.subject_id, record_id, application, proofs, by)
    except repairs.Unknown as error:
        raise Refused("请选择要修复的记录", "NT-34") from error


def _holder(shown: Identifier) -> Loaded | None:
    holder = own_archive.holder_of(shown)
    return archive.load_subjects([holder.id]).get(holder.id) if holder else None


def _all(counter: CounterSession, *, archived: bool) -> Iterable[Entry]:
    page = pages = 1
    while page <= pages:
        found = my_archive.of_identifier(counter.identifier, day=clock.today(), archived=archived, page=page)
        yield from found.entries
        page, pages = page + 1, found.pages


def _given(entry: Entry) -> Given:
    record = entry.record
    return Given(record.id, record.catalogue, record.title, record.document_no)


def _note_given(session: Session, counter: CounterSession, given: Sequence[Given]) -> None:
    """One trace for some records each, before any of them is shown."""
    about = archive.load_subjects([counter.subject_id])[counter.subject_id]
    for start in range(0, max(1, len(given)), AT_ONCE):
        _leave_trace(session, about, counter.reason, counter.document, counter.id, tuple(given[start : start + AT_ONCE]))


def _leave_trace(session: Session, about: Loaded | Identifier, reason: str, words: str, call: str, given: tuple[Given, ...]) -> None:
    traces = Traces(clock.today())
    traces.add(_query(session, reason, words, given), about)
    if not traces.commit(actor=session.person.id, call=call, at=clock.now()):
        raise Untraceable


def _query(session: Session, reason: str, words: str, given: tuple[Given, ...], what: str = "") -> Query:
    """What the subject reads: the officer by name, the reason, and which document was looked at."""
    at = clock.now().isoformat(timespec="microseconds")
    officer, office = session.person, cities.identity(settings.city()).operator
    matter = f"窗口办理（{what}），已核对{words}" if what else f"窗口办理，已核对{words}"
    return Query("q_" + secrets.token_hex(10), at, "query", officer.id, officer.name, office, reason, matter, "counter", given)
