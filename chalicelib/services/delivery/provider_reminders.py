"""What providers owe by a day of their own: decisions that must soon be public, a month of which they have said nothing (KLM-3, NT-17)."""

from __future__ import annotations

from datetime import date, timedelta

from chalicelib import cities, settings
from chalicelib.law.case_reminders import day_for
from chalicelib.law.reminders import REMINDERS
from chalicelib.law.timeliness import last_of_month, reported_by
from chalicelib.services.submission import declared, timeliness
from chalicelib.services.telling import notices
from chalicelib.storage import submissions

CATCH_UP = timedelta(days=7)
"""For how long after its day a reminder is still announced, should nothing have run on that day."""
_LONGEST = 31
"""Calendar days in which the working days lie for which a decision is announced beforehand, the longest holidays between them."""


def announce(day: date) -> None:
    """Announce what is due or overdue on a day; again and again the same, told once."""
    row = REMINDERS["publicity due"]
    for code, one in declared.to_remind(day, _LONGEST):
        on = day_for(row, one.due.day)
        if on <= day <= one.due.day:
            notices.announce(row.kind, f"provider:{code}", about=one.declared.id, day=on)
    rules, month = cities.load(settings.city()).rules, day
    for _ in range(2):
        month = month.replace(day=1) - timedelta(days=1)
        _announce_month(month, reported_by(last_of_month(month), rules).day, day)


def _announce_month(month: date, last_day: date, day: date) -> None:
    """That a month's lists, or word that there were none, are due on a last day, or were."""
    for kind in ("list report due", "list report overdue"):
        row = REMINDERS[kind]
        on = day_for(row, last_day)
        if on <= day < on + CATCH_UP and (day <= last_day) == (row.moment == "days before"):
            for code in timeliness.silent(f"{month:%Y-%m}"):
                for to in (f"provider:{code}", *(["officers"] if "officers" in row.to else [])):
                    notices.announce(kind, to, about=f"{month:%Y-%m}|{code}", day=on)


def still_owed(kind: str, to: str, about: str) -> bool:
    """Whether what a provider was to be reminded of is still not in."""
    if kind == "publicity due":
        return any(one.declared.id == about for one in declared.waiting(to.removeprefix("provider:")))
    month, _, code = about.partition("|")
    known = submissions.provider(code)
    return known is not None and timeliness.says_nothing(code, known[1], month)
