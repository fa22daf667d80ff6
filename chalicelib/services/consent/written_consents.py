"""Consent on paper: an officer puts the signed sheet in, a second officer compares it and confirms (NT-22)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import date, timedelta

from chalicelib import cities, clock, settings
from chalicelib.law import consent as law
from chalicelib.law import two_persons
from chalicelib.law.decisions import Refused
from chalicelib.records.identifiers import Identifier
from chalicelib.records.reports import Consent
from chalicelib.services.common.scans import LARGEST_SCAN as LARGEST_SCAN
from chalicelib.services.common.scans import checked_scan
from chalicelib.services.consent import consents as consenting
from chalicelib.services.consent.consents import Listed, Unknown
from chalicelib.services.querying.asked import Asked
from chalicelib.storage import consents, files

MOST_WAITING = 100
FOLDER = "written/"


def put_in(
    officer: str,
    scan: bytes,
    *,
    who: Asked,
    asker_code: str,
    asker_name: str,
    purpose: str,
    items: Iterable[str],
    uses: int,
    last_day: date,
    signed_on: date,
) -> Consent:
    """Keep a signed sheet and what it says, to be compared by a second officer; it entitles to nothing before.

    `officer` is the id of the person, `who` from `asked.read`. `Refused` when the sheet is no PDF, PNG or JPEG of at most 4 MB, or its
    terms cannot be.
    """
    ending, _ = checked_scan(scan)
    now, today = clock.now(), clock.today()
    asker = consenting.named_office(asker_code, asker_name)
    if who.identifier == Identifier("uscc", asker.code):
        raise Refused("授权人和被授权的单位不能是同一个：请核对书面授权")
    if signed_on > today:
        raise Refused("签署日期在今天之后：请核对书面授权", "NT-22")
    number = consenting.new_number()
    file = f"{FOLDER}{number}/{secrets.token_hex(16)}.{ending}"
    consent = Consent(
        id=number,
        way="written",
        subject=who.identifier,
        subject_name=who.name,
        asker=asker,
        purpose=consenting.checked_purpose(purpose),
        items=consenting.checked_terms(items, uses, last_day, who.identifier),
        uses=uses,
        last_day=last_day,
        asked=now.isoformat(timespec="microseconds"),
        asked_by=officer,
        answer_until=today + timedelta(days=law.DAYS_TO_ANSWER),
        scan=file,
        signed_on=signed_on,
    )
    data_key = consents.new_data_key(number)
    files.files().put(file, consents.sealed_scan(consent, data_key, scan), "application/octet-stream")
    consents.add(consent, officer, now, "consent.put_in", data_key)
    return consent


def waiting() -> list[Listed]:
    """The sheets that wait for a second officer, at most 100."""
    found = [consents.load(number) for number in consents.waiting(consents.UNCHECKED, MOST_WAITING)]
    shown = [Listed(one, law.state_of(one, clock.today())) for one in found if one]
    for one in shown:
        if one.state != "open":  # it lapsed: it makes room for others
            consents.waits_for_its_scan(one.consent, cities.load(settings.city()).rules)
    return [one for one in shown if one.state == "open"]


def find(number: str) -> Listed:
    """A consent on paper by its number; `Unknown` when there is none."""
    found = consents.load(number.strip().upper())
    if found is None or found.way != "written":
        raise Unknown
    return Listed(found, law.state_of(found, clock.today()))


def scan_link(number: str) -> str:
    """A new link to the sheet that works for five minutes; `Unknown` when there is none."""
    consent = find(number).consent
    file = consent.scan or ""
    return files.link_here(file, f"{consent.id}.{file.rpartition('.')[2]}", clock.now())


def confirm(officer: str, number: str) -> Consent:
    """A second officer has compared the sheet with what was typed: from now on it counts. `Refused` for whoever put it in."""
    consent = _for_second(officer, number)
    at = clock.now().isoformat(timespec="seconds")
    after = law.agreed(consent, consent.items, consent.uses, consent.last_day, by=officer, at=at, today=clock.today())
    return consenting.commit(after, "consent.confirmed", officer)


def turn_down(officer: str, number: str) -> Consent:
    """A second officer found that the sheet does not say what was typed; it entitles to nothing."""
    consent = _for_second(officer, number)
    at = clock.now().isoformat(timespec="seconds")
    return consenting.commit(law.refused(consent, by=officer, at=at, today=clock.today()), "consent.turned_down", officer)


def _for_second(officer: str, number: str) -> Consent:
    consent = find(number).consent
    two_persons.refuse_own(consent.asked_by, officer)
    return consent
