"""Asking for consent without learning who is here, telling whoever is asked, and using a consent once for each report (NT-22, NT-26)."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import cities, clock, settings
from chalicelib.law import consent as law
from chalicelib.law import telling
from chalicelib.law.decisions import Refused
from chalicelib.law.names import same_name
from chalicelib.law.reporting import ReportContent
from chalicelib.records.access import ApiKey, Given, Query
from chalicelib.records.identifiers import Identifier
from chalicelib.records.people import Session
from chalicelib.records.reports import Consent
from chalicelib.records.reports import Report as Report
from chalicelib.records.subjects import Office
from chalicelib.services.consent import consent_notices
from chalicelib.services.consent.consents import (
    Listed,
    Page,
    Unknown,
    checked_purpose,
    checked_terms,
    holder,
    listed,
    names_of,
    new_number,
    page,
    take_turn,
)
from chalicelib.services.delivery import contacts as reaching
from chalicelib.services.delivery import messages
from chalicelib.services.identity import people_sessions
from chalicelib.services.querying.asked import Asked
from chalicelib.services.reporting import reports
from chalicelib.storage import archive, consents, queries, queues
from chalicelib.storage import codes as links
from chalicelib.storage.archive import Changes, Conflict, Loaded
from chalicelib.storage.keys import keyring

QUEUE = "notices"
MOST_ASKED_A_DAY, MOST_ASKED_OF_ONE_A_DAY = 500, 5
"""How often an organisation may ask in all and one subject: each request may send a message, and stands in somebody's list."""
LINK = "/authorise/"
LINK_LIFE = timedelta(hours=72)
AT_ONCE = 50
"""Requests that one round of the job tells of."""
LOG = logging.getLogger("mingxin")


class Busy(Exception):
    """Others use the same consent or subject at this moment: nothing was counted, ask again."""


def asker_of(session: Session) -> Office:
    """The organisation for which a session asks; `NotAllowed` for oneself and without the right to ask for reports."""
    mandate = people_sessions.mandate_of(session)
    if mandate is None:
        raise people_sessions.NotAllowed("report")
    people_sessions.needed(session, "report")
    return Office(mandate.code, mandate.name)


def asker_of_key(key: ApiKey) -> Office:
    """The organisation in whose name a key asks, by the name that the archive knows, else by the key's."""
    code = key.holder or ""
    found = holder(Identifier("uscc", code))
    return Office(code, found.subject.profile.name if found else key.name)


def ask(asker: Office, asked_by: str, who: Asked, *, purpose: str, items: Iterable[str], uses: int, last_day: date) -> Consent:
    """Ask a subject for its consent. Whether it is here is not looked at: the same is written and answered either way (NT-22).

    A queue function tells the subject's verified contact, where there is one; else the request waits where the subject signs in.
    """
    now = clock.now()
    if who.identifier == Identifier("uscc", asker.code):
        raise Refused("查询的是本单位：不需要授权，可以直接申请本单位的报告")
    consent = Consent(
        id=new_number(),
        way="asked",
        subject=who.identifier,
        subject_name=who.name,
        asker=asker,
        purpose=checked_purpose(purpose),
        items=checked_terms(items, uses, last_day, who.identifier),
        uses=uses,
        last_day=last_day,
        asked=now.isoformat(timespec="microseconds"),
        asked_by=asked_by,
        answer_until=clock.today() + timedelta(days=law.DAYS_TO_ANSWER),
    )
    take_turn(f"asked {asker.code}", MOST_ASKED_A_DAY)
    take_turn(f"asked {asker.code} {who.identifier.type} {who.identifier.number}", MOST_ASKED_OF_ONE_A_DAY)
    consents.add(consent, asked_by, now)
    _hint(consent.id)
    return consent


def of_asker(code: str, cursor: str | None = None) -> Page:
    """What an organisation has asked for and was given, the latest first, 50 a page; nothing that its subject has not decided to give."""
    return page(partial(consents.of_asker, code), _is_shown, cursor)


def _is_shown(consent: Consent) -> bool:
    return consent.way == "asked" or consent.answer == "agreed"


def find_asked(code: str, number: str) -> Listed:
    """One of them; `Unknown` when it is none of this organisation's."""
    found = consents.load(number.strip().upper())
    if found is None or found.asker.code != code or not _is_shown(found):
        raise Unknown
    return listed(found)


def behind(token: str) -> str | None:
    """The request number behind a link; None when the link is wrong or its 72 hours are over. Opening it changes nothing."""
    return links.link_to(token, clock.now())


def of_number(number: str) -> Listed | None:
    """A request that somebody was led to by its link; None when there is none."""
    found = consents.load(number)
    return listed(found) if found else None


def use(number: str, asker: Office, actor: str, *, subject: Identifier, purpose: str, items: Sequence[str] | None = None) -> Report:
    """A report by a consent: the use, the report, the trace for its subject and the trail are written together or not at all (NT-26).

    `Unknown` when the asker has no such consent, `Refused` when it does not entitle to this, `Busy` when others are in the way.
    """
    found = find_asked(asker.code, number).consent
    law.used(found, subject, purpose, items, clock.today())
    loaded = holder(found.subject)
    # A sheet of paper was compared by people; the archive has the last word on whose number it names (NT-22).
    if loaded is None or (found.way == "written" and not _named_so(loaded, found.subject_name)):
        raise Refused("没有这个主体的档案：没有可以出具的报告，授权的次数没有减少")

    def beside(changes: Changes, report: Report, content: ReportContent) -> None:
        current = find_asked(asker.code, number).consent
        at = clock.now()
        after = law.used(current, subject, purpose, items, clock.today())
        after = replace(after, reports=(*after.reports, report.number))
        consents.change(changes, after, "consent.used", actor, at, cities.load(settings.city()).rules)
        query = _query(current, report, content, actor)
        archive.put_trail(changes, [queries.put(changes, query, loaded)], actor=actor, reason=current.id, at=at)
        consent_notices.used(changes, current, report.number, loaded.subject.id)

    scope = tuple(items) if items is not None else found.items
    try:
        return reports.ask_for(
            loaded.subject.id,
            asked_by=keyring().public_id("o_", "organisation", asker.code),
            purpose=found.purpose,
            reader="authorised",
            recipient=found.asker.name,
            scope=scope,
            basis=found.id,
            beside=beside,
        )
    except Conflict as error:
        raise Busy from error


def report_of(asker: Office, number: str) -> Report:
    """A report that an organisation was given, while the consent behind it is not revoked; `Unknown` when it is none of its."""
    found = reports.by_number(number.strip().upper())
    behind_it = consents.load(found.basis) if found else None
    if found is None or behind_it is None or behind_it.asker.code != asker.code or found.number not in behind_it.reports:
        raise Unknown
    if behind_it.revoked:
        raise Refused(law.REASONS["revoked"], "NT-22")
    content = reports.content(found.subject_id, found.number)
    if content is None:
        raise Unknown
    if content.true_through and content.true_through < clock.today():
        raise Refused("这份报告中已有记录到期，不再提供：仍有需要的，请按授权重新申请一份", "NT-30")
    return found


def tell(consent_id: str) -> bool | None:
    """Send the link of a request to the contact that its subject verified; whether a message went. Each request is told of once, and by
    a text message not in the night: then None, and the job finds it in the morning."""
    consent = consents.load(consent_id)
    if consent is None:
        return False
    sent = _told(consent) if law.state_of(consent, clock.today()) == "open" else False
    if sent is None:
        consents.tried(consent_id, clock.now())  # others may go now
        return None
    consents.told(consent)
    return sent


def untold() -> dict[str, int]:
    """Tell of the requests that no message of the queue told of: counts of due, done and failed. What waits for the morning is none
    of them."""
    counts = {"due": 0, "done": 0, "failed": 0}
    for consent_id in list(consents.waiting(consents.UNTOLD, AT_ONCE)):
        try:
            outcome = "waits" if tell(consent_id) is None else "done"
        except Exception as error:  # noqa: BLE001 - one request never keeps others from theirs
            LOG.error("request %s was not told of: %s", consent_id, type(error).__name__)
            consents.tried(consent_id, clock.now())
            outcome = "failed"
        if outcome != "waits":
            counts["due"] += 1
            counts[outcome] += 1
    return counts


def _told(consent: Consent) -> bool | None:
    """Whether a message went; None when it may only go in the morning."""
    loaded = holder(consent.subject)
    names = names_of(loaded) if loaded else ()
    if names and consent.subject_name and not any(same_name(consent.subject_name, name) for name in names):
        return False
    numbers = loaded.subject.identifiers if loaded else (consent.subject,)
    owner, kept = reaching.reached((consent.subject, *numbers))
    to = reaching.usable(kept)
    if to is None or (loaded is None and consent.subject.type != "uscc"):  # whether the name is theirs, nobody knows: it waits
        consent_notices.asked(consent, loaded)
        return False
    local = clock.now().astimezone(clock.SHANGHAI)
    if telling.not_before(to[0], local) > local:
        return None
    token = secrets.token_urlsafe(32)
    links.put_link(token, consent.id, LINK_LIFE, clock.now())
    link = settings.site() + LINK + token
    sent = messages.send("consent asked", consent.id, owner, *to, language=kept.language, once=True, number=consent.id, link=link)
    message = messages.id_of("consent asked", consent.id, owner, to[0])
    consent_notices.asked(consent, loaded, message, went=sent or messages.may_have_gone(message))
    return sent


def _named_so(loaded: Loaded, name: str | None) -> bool:
    return name is None or any(same_name(name, one) for one in names_of(loaded))


def _query(consent: Consent, report: Report, content: ReportContent, actor: str) -> Query:
    codes_of = {item.name: code for code, item in cities.load(settings.city()).catalogue.items()}
    entries = [entry for section in content.sections for entry in section.entries]
    given = tuple(Given(entry.id, codes_of.get(entry.catalogue, entry.catalogue), entry.title, entry.document_no) for entry in entries)
    instant = clock.now().isoformat(timespec="microseconds")
    asker, matter = consent.asker.name, f"{consent.id} {report.number}"
    return Query(
        "q_" + secrets.token_hex(10), instant, "report", actor, asker, None, consent.purpose, matter, "consent", given, consent.asker.code
    )


def _hint(consent_id: str) -> None:
    try:
        queues.send(QUEUE, f"consent:{consent_id}")
    except (BotoCoreError, ClientError) as error:  # the job finds it
        LOG.warning("request %s was not queued: %s", consent_id, type(error).__name__)
