"""What both sides hear of a consent: that it is asked for, given, used, about to end, and over; and its end itself (NT-22, HY-27b)."""

from __future__ import annotations

import logging
import secrets
from datetime import date, timedelta

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import clock, settings
from chalicelib.law import consent as law
from chalicelib.law.case_reminders import day_for
from chalicelib.law.names import same_name
from chalicelib.law.reminders import REMINDERS
from chalicelib.records import Consent
from chalicelib.services import consent_parties as parties
from chalicelib.services import contacts as reaching
from chalicelib.services import messages, notices
from chalicelib.storage import codes as links
from chalicelib.storage import consents, queues
from chalicelib.storage.archive import Changes, Conflict

LINK = "/authorise/"
LINK_LIFE = timedelta(hours=72)
AT_ONCE = 50
"""Requests that one round of the job tells of."""
MOST_ENDED = 500
"""Consents that one run ends."""
LOG = logging.getLogger("mingxin")


def hint(consent_id: str) -> None:
    """Let the queue tell a subject of a request now; the job finds what is lost here."""
    try:
        queues.send(notices.QUEUE, f"consent:{consent_id}")
    except (BotoCoreError, ClientError) as error:
        LOG.warning("request %s was not queued: %s", consent_id, type(error).__name__)


def tell(consent_id: str) -> bool:
    """Send the link of a request to the contact that its subject verified; whether a message went. Each request is told of once."""
    consent = consents.load(consent_id)
    if consent is None:
        return False
    sent = law.state_of(consent, clock.today()) == "open" and _told(consent)
    consents.told(consent)
    return sent


def untold() -> dict[str, int]:
    """Tell of the requests that no message of the queue told of: counts of due, done and failed."""
    counts = {"due": 0, "done": 0, "failed": 0}
    for consent_id in list(consents.waiting(consents.UNTOLD, AT_ONCE)):
        counts["due"] += 1
        try:
            tell(consent_id)
        except Exception as error:  # noqa: BLE001 - one request never keeps others from theirs
            LOG.error("request %s was not told of: %s", consent_id, type(error).__name__)
            counts["failed"] += 1
        else:
            counts["done"] += 1
    return counts


def given(changes: Changes, consent: Consent) -> tuple[str, ...]:
    """That a consent has come into force, and when it is about to end, in what is written together with the agreement; who hears of
    it at once. Nobody where the consent is refused or taken back, or its subject has no archive."""
    loaded = parties.holder(consent.subject)
    if law.state_of(consent, clock.today()) != "in force" or loaded is None:
        return ()
    to, facts = f"s:{loaded.subject.id}", {"number": consent.id}
    notices.together(changes, "consent given", to, about=consent.id, day=clock.today(), facts=facts)
    soon = day_for(REMINDERS["consent ending"], consent.last_day)
    if soon > clock.today():
        notices.together(changes, "consent ending", to, about=consent.id, day=soon, facts=facts)
    return (to,)


def used(changes: Changes, consent: Consent, report: str, subject_id: str) -> None:
    """That a report (its number) was given by a consent, in what is written together with it."""
    notices.together(changes, "consent used", f"s:{subject_id}", about=report, day=clock.today(), facts={"number": consent.id})


def end(day: date) -> dict[str, int]:
    """Tell both sides of the consents, and the asker of the unanswered requests, whose last day was before a day: counts of due, done
    and failed. By themselves they entitle to nothing from that day on; each is told of once, however often this runs."""
    counts = {"due": 0, "done": 0, "failed": 0}
    for consent_id in list(consents.waiting(consents.ENDING, MOST_ENDED, day)):
        counts["due"] += 1
        try:
            _end(consent_id, day)
        except (Conflict, ClientError, KeyError, ValueError) as error:  # used or taken back at this moment: the next run looks again
            LOG.error("the end of %s was not told: %s", consent_id, type(error).__name__)
            counts["failed"] += 1
        else:
            counts["done"] += 1
    return counts


def _end(consent_id: str, day: date) -> None:
    consent = consents.load(consent_id)
    state = law.state_of(consent, day) if consent else None
    if consent is None or state not in ("ended", "lapsed"):
        return  # the index is behind
    changes, facts = Changes(), {"number": consent.id}
    consents.end(changes, consent, f"consent.{state}", clock.now())
    loaded = parties.holder(consent.subject)
    if state == "ended" and loaded:
        notices.together(changes, "consent ended", f"s:{loaded.subject.id}", about=consent.id, day=day, facts=facts)
    if state == "ended" or consent.way == "asked":
        notices.together(changes, "consent ended", f"body:{consent.asker.code}", about=consent.id, day=day, facts=facts)
    changes.commit()


def _told(consent: Consent) -> bool:
    loaded = parties.holder(consent.subject)
    names = parties.names(loaded) if loaded else ()
    if names and consent.subject_name and not any(same_name(consent.subject_name, name) for name in names):
        return False
    numbers = loaded.subject.identifiers if loaded else (consent.subject,)
    owner, kept = parties.reached((consent.subject, *numbers))
    to = reaching.usable(kept)
    if to is None or (loaded is None and consent.subject.type != "uscc"):  # whether the name is theirs, nobody knows: it waits
        _stands(consent, loaded.subject.id if loaded else None)
        return False
    token = secrets.token_urlsafe(32)
    links.put_link(token, consent.id, LINK_LIFE, clock.now())
    link = settings.site() + LINK + token
    sent = messages.send("consent asked", consent.id, owner, *to, language=kept.language, once=True, number=consent.id, link=link)
    _stands(consent, loaded.subject.id if loaded else None, messages.id_of("consent asked", consent.id, owner, to[0]))
    return sent


def _stands(consent: Consent, subject_id: str | None, message: str = "") -> None:
    """Among its notices a subject finds the request too, with the message that it has had already."""
    if subject_id:
        facts, day = {"number": consent.id}, clock.today()
        notices.told("consent asked", f"s:{subject_id}", about=consent.id, day=day, facts=facts, message=message)
