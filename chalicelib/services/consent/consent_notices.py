"""What a subject hears of a consent: that it is asked for, given, used, and about to end (NT-22, HY-27b)."""

from __future__ import annotations

from chalicelib import clock
from chalicelib.law import consent as law
from chalicelib.law.case_reminders import day_for
from chalicelib.law.reminders import REMINDERS
from chalicelib.records.reports import Consent
from chalicelib.services.telling import notices
from chalicelib.storage.archive import Changes, Loaded


def asked(consent: Consent, loaded: Loaded | None, message: str = "", *, went: bool = True) -> None:
    """Keep a request among the notices of its subject, where that has an archive, with the message (its id) that it has had already. One
    that surely did not go is announced instead: that comes without a link, by every way, and again until somebody takes it."""
    if not loaded:
        return
    to, facts, day = f"s:{loaded.subject.id}", {"number": consent.id}, clock.today()
    if went:
        notices.told("consent asked", to, about=consent.id, day=day, facts=facts, message=message)
    else:
        notices.announce("consent asked", to, about=consent.id, day=day, facts=facts)


def given(changes: Changes, consent: Consent, loaded: Loaded | None) -> tuple[str, ...]:
    """That a consent has come into force, and when it is about to end, in what is written together with the agreement; who hears of
    it at once. Nobody where the consent is refused or taken back, or its subject has no archive."""
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
