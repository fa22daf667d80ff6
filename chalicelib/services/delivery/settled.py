"""Whether what somebody is to be told of is settled in the meantime: then it is not sent."""

from __future__ import annotations

from datetime import date

from chalicelib.law import case_reminders
from chalicelib.law import consent as consent_law
from chalicelib.law.reminders import REMINDERS
from chalicelib.law.validity import counts
from chalicelib.services.delivery import provider_reminders
from chalicelib.services.remedies import record_changes
from chalicelib.storage import cases, consents, notices, outbox


def still_open(kind: str, to: str, about: str, day: date) -> bool:
    """Whether a notice still says what is so on a day. `about` is an id, of a measure with the version of its case behind `#`."""
    match REMINDERS[kind].thing:
        case "record":
            return _counts(to, about, day)
        case "case":
            found = cases.load(about.partition("#")[0])
            return found is not None and case_reminders.still_so(kind, to, found, day)
        case "consent":
            consent = consents.load(about)
            return consent is not None and consent_law.state_of(consent, day) == "in force"
        case "submission":
            return provider_reminders.still_owed(kind, to, about)
        case "message":
            return any(one.state == "uncertain" for one in outbox.load([about]).values())
        case "untold":
            return bool(notices.untold(1))
        case _:
            return True


def _counts(to: str, record_id: str, day: date) -> bool:
    try:
        return counts(record_changes.find(to.removeprefix("s:"), record_id), day)
    except KeyError:
        return False
