"""The end of a consent by its last day: from then on it entitles to nothing by itself, and both sides are told (NT-22)."""

from __future__ import annotations

import logging
from datetime import date

from botocore.exceptions import ClientError

from chalicelib import cities, clock, settings
from chalicelib.law import consent as law
from chalicelib.services.consent.consents import holder
from chalicelib.services.telling import notices
from chalicelib.storage import consents
from chalicelib.storage.archive import Changes, Conflict

MOST = 500
"""Consents that one run ends."""
LOG = logging.getLogger("mingxin")


def end(day: date) -> dict[str, int]:
    """Tell both sides of the consents, and the asker of the unanswered requests, whose last day was before a day: counts of due, done
    and failed. Each is told of once, however often this runs."""
    counts = {"due": 0, "done": 0, "failed": 0}
    for consent_id in list(consents.waiting(consents.ENDING, MOST, day)):
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
    consents.end(changes, consent, f"consent.{state}", clock.now(), cities.load(settings.city()).rules)
    loaded = holder(consent.subject)
    if state == "ended" and loaded:
        notices.together(changes, "consent ended", f"s:{loaded.subject.id}", about=consent.id, day=day, facts=facts)
    if state == "ended" or consent.way == "asked":
        notices.together(changes, "consent ended", f"body:{consent.asker.code}", about=consent.id, day=day, facts=facts)
    changes.commit()
