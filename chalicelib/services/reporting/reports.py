"""Reports: asked for with their trail, made as signed PDFs by a queue function, fetched by links that live five minutes (NT-25, NT-26)."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import cities, clock, settings
from chalicelib.cities import City
from chalicelib.law import clean_years, reporting
from chalicelib.law.decisions import Refused
from chalicelib.law.disclosure import shown_name
from chalicelib.law.lists import is_for_reference
from chalicelib.law.masking import mask_person_name
from chalicelib.law.reporting import Asked, Reader, ReportContent
from chalicelib.records.entries import Record
from chalicelib.records.reports import Report
from chalicelib.records.subjects import Subject
from chalicelib.storage import archive, files, queues, reported, reports
from chalicelib.storage.archive import Changes
from chalicelib.storage.reports import Kept
from chalicelib.storage.stubs import Stub, check_digest

QUEUE = "reports"
FOLDER = "reports/"
"""Where among the private files PDFs lie, each sealed under its subject's data key."""
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no letter that is read as a digit. 5 bits a character."""
NUMBER_LENGTH, CODE_LENGTH = 8, 16
"""40 bits keep numbers apart; 80 bits prove that one has the report."""
LONGEST_WORDS = 200
TRIES = 5
MOST_TRIES, AGAIN_AFTER = 9, timedelta(minutes=5)
"""How often making a PDF may fail, and how long after the first failure it is tried again: the last time after about a day."""
AT_ONCE = 20
"""Reports that one round of the job makes."""
LOG = logging.getLogger("mingxin")


def ask_for(
    subject_id: str,
    *,
    asked_by: str,
    purpose: str,
    reader: Reader = "subject",
    recipient: str | None = None,
    scope: tuple[str, ...] | None = None,
    basis: str = "own",
    certified: str | None = None,
    green_channel: bool = False,
    beside: Callable[[Changes, Report, ReportContent], None] | None = None,
) -> Report:
    """A report on a subject as it stands now; its content can be read at once, its PDF is made by a queue function.

    `asked_by` is the id of who asks, for the trail; `scope` the catalogue items that a consent names; `basis` that consent's id;
    `beside` adds what is written with it or not at all, anew for each try, as the counting of a consent's use.
    `certified` is the id of a record: then it is a certificate of what became of that one; with `green_channel` it is one of that.
    Whoever calls has made sure that it may be asked for. `Refused` when there is no such subject or words are missing;
    `Conflict` when the subject keeps changing.
    """
    purpose, recipient = stated(purpose, "查询目的"), stated(recipient, "接收人") if recipient else None
    city = cities.load(settings.city())
    now = clock.now()
    code = _random(CODE_LENGTH)
    for attempt in range(TRIES):
        found = archive.collection(subject_id)
        if found is None or found[0].merged_into:
            raise Refused("没有这个主体的档案")
        subject, records = found
        made_at = now.astimezone(clock.SHANGHAI).replace(microsecond=0)
        number = f"{city.identity.report_prefix}-{made_at:%Y%m%d}-{_random(NUMBER_LENGTH)}"
        asked = Asked(number, reader, purpose, recipient, made_at, scope)
        if green_channel:
            stands = clean_years.standing(records, clean_years.established_on(subject), made_at.date(), city.rules)
            content = reporting.green_channel_of(asked, subject, stands)
        elif certified is None:
            given = [one for one in records if reader == "subject" or not is_for_reference(one, city.rules)]
            content = reporting.content_of(asked, subject, given, city.catalogue)
        else:
            content = _certificate(asked, subject, records, certified, city)
        report = Report(number, subject_id, "asked", now.isoformat(timespec="seconds"), asked_by, purpose, recipient)
        also = partial(_also, beside, report, content) if beside else None
        try:
            reports.put(report, content, code, version=subject.version, at=now, basis=basis, beside=also)
        except archive.Conflict:
            if attempt == TRIES - 1:
                raise
            continue
        except reports.TooLarge as error:
            raise Refused("记录太多，一份报告写不下：请按类别分别申请") from error
        break
    _hint(number)
    return report


def content(subject_id: str, number: str) -> ReportContent | None:
    """What a report on a subject says, for the page; None when there is none of this number on it."""
    kept = reports.kept_of(subject_id, number)
    return kept.content if kept else None


def report(subject_id: str, number: str) -> Report | None:
    """A report on a subject and whether it is ready; None when there is none of this number on it."""
    kept = reports.kept_of(subject_id, number)
    return kept.report if kept else None


def whole(subject_id: str, number: str) -> tuple[Report, ReportContent] | None:
    """A report on a subject with what it says; None when there is none of this number on it."""
    kept = reports.kept_of(subject_id, number)
    return (kept.report, kept.content) if kept else None


def by_number(number: str) -> Report | None:
    """A report by its number alone, for whoever may have it; None when there is none."""
    kept = reports.kept(number)
    return kept.report if kept else None


def reports_on(subject_id: str) -> list[Report]:
    """All reports on a subject, the latest first."""
    return reports.reports_on(subject_id)


def fetch_link(subject_id: str, number: str) -> str | None:
    """A new link to the PDF that works for five minutes; None while it is not made, or when there is no such report."""
    found = report(subject_id, number)
    if found is None or found.file is None:
        return None
    return files.link_here(found.file, f"{number}.pdf", clock.now())


def render(number: str) -> bool:
    """Make the PDF of a report, sign it, keep it, and make it verifiable; False when there is nothing to do any more.

    Whatever fails is raised, and tried again later, each time after twice as long; after the last try the report counts as failed.
    """
    kept = reports.kept(number)
    if kept is None or kept.report.state != "asked":
        return False
    try:
        return _made(kept)
    except Exception:
        again = clock.now() + AGAIN_AFTER * 2**kept.tries if kept.tries + 1 < MOST_TRIES else None
        reports.note_failure(kept, again)
        raise


def _made(kept: Kept) -> bool:
    from chalicelib.services.reporting import making  # what makes PDFs is in the layer of one function

    made = making.make(kept.content, kept.code)
    file = f"{FOLDER}{kept.report.number}-{made.digest[:16]}.pdf"  # two workers at once never write over each other's file
    files.files().put(file, reports.sealed(kept.report.subject_id, file, made.pdf), "application/octet-stream")
    return reports.make_ready(kept, file, _stub(kept, made.digest))


def pending() -> dict[str, int]:
    """Make what was asked for and never queued, or failed: counts of due, done and failed."""
    counts = {"due": 0, "done": 0, "failed": 0}
    for number in list(reports.waiting(AT_ONCE, clock.now())):
        counts["due"] += 1
        try:
            render(number)
        except Exception as error:  # noqa: BLE001 - one report never keeps others from theirs
            LOG.error("report %s failed: %s", number, type(error).__name__)
            counts["failed"] += 1
        else:
            counts["done"] += 1
    return counts


def _certificate(asked: Asked, subject: Subject, records: Iterable[Record], record_id: str, city: City) -> ReportContent:
    record = next((one for one in records if one.id == record_id and one.catalogue in city.catalogue), None)
    if record is None:
        raise Refused("没有这条记录：请从信用档案中选择")
    return reporting.certificate_of(asked, subject, record, city.catalogue[record.catalogue])


def _stub(kept: Kept, digest: str) -> Stub:
    content = kept.content
    return Stub(
        number=content.number,
        check=check_digest(content.number, kept.code),
        digest=digest,
        made_at=content.made_at.isoformat(),
        subject=shown_name(content.kind, content.name),
        recipient=mask_person_name(content.recipient) if content.recipient else None,
        version=kept.version,
        reported=kept.reported,
        true_through=content.true_through,
        areas=_areas(kept),
    )


def _areas(kept: Kept) -> tuple[str, ...]:
    """The areas of which a report speaks; none, which means all, for a certificate of everything that is held, and when an item that
    it names is no longer in the catalogue."""
    if kept.content.certificate and not kept.content.stays_true:
        return ()
    codes = {item.name: code for code, item in cities.load(settings.city()).catalogue.items()}
    searched = {name for section in kept.content.sections for name in section.searched}
    if not searched <= codes.keys():
        return ()
    return reported.covered(kept.reported, (codes[name] for name in searched))


def _also(beside: Callable[[Changes, Report, ReportContent], None], report: Report, content: ReportContent, changes: Changes) -> None:
    beside(changes, report, content)


def _hint(number: str) -> None:
    try:
        queues.send(QUEUE, number)
    except (BotoCoreError, ClientError) as error:  # the job finds it
        LOG.warning("report %s was not queued: %s", number, type(error).__name__)


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def stated(text: str, label: str) -> str:
    """Words that a report carries, as it carries them; `Refused` when there are none, or too many."""
    tidy = " ".join(text.split())
    if not tidy or not tidy.isprintable() or len(tidy) > LONGEST_WORDS:
        raise Refused("请写明{label}，最多{most}个字", label=label, most=LONGEST_WORDS)
    return tidy
