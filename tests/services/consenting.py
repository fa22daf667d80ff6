"""Consents as tests make them: an archive with a company and a person, who asks, who agrees, and what was sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Barrier

import boto3
import pytest

from chalicelib import channels, settings
from chalicelib.records.identifiers import Identifier
from chalicelib.records.messages import Contact, Contacts
from chalicelib.records.people import Person, Session
from chalicelib.records.reports import Consent
from chalicelib.records.subjects import Office
from chalicelib.services.consent import answering_consent, asking_consent, written_consents
from chalicelib.services.identity import on_behalf
from chalicelib.services.identity.on_behalf import Acting
from chalicelib.services.querying import asked
from chalicelib.services.querying.asked import Asked
from chalicelib.storage import contacts as stored_contacts
from chalicelib.storage import files, queues
from tests.services.conftest import Send
from tests.services.rows import a_code, a_penalty, a_person, a_person_number, a_subject

ASKER = Office(a_code(3), "演示青禾物流有限公司")
COMPANY = Identifier("uscc", a_code())
PERSON = Identifier("resident_id", a_person_number("19900615"))
CITIZEN = Person("p_1", "citizens", "孙示例", PERSON)
UNTIL = date(2026, 12, 31)
NOW = datetime(2026, 11, 21, 1, tzinfo=UTC)


class Sent(list[tuple[str, str]]):
    """A channel that only remembers whom it sent what."""

    def send(self, message: channels.Outgoing) -> str:
        self.append((message.to, message.text))
        return f"sent-{len(self)}"

    @property
    def code(self) -> str:
        found = re.search(r"\b\d{6}\b", self[-1][1])
        assert found
        return found[0]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    found = Sent()
    monkeypatch.setattr(channels, "channel", lambda kind: found)
    monkeypatch.setenv("MINGXIN_SITE", "https://credit.example")
    return found


@pytest.fixture
def here(send: Send, sent: Sent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """An archive with a company and a person, each with a penalty; gives what was queued."""
    monkeypatch.setenv("MINGXIN_FILES", str(tmp_path / "files"))
    files.files.cache_clear()
    queued: list[str] = []
    monkeypatch.setattr(queues, "send", lambda queue, body: queued.append(body))
    send("subjects", a_subject())
    send("penalties", a_penalty(), a_penalty(**a_person(行政处罚决定书文号="示罚〔2026〕2号")))
    yield queued
    files.files.cache_clear()


def session(person: Person = CITIZEN, acting_for: str = "") -> Session:
    return Session("SESSION#1", person, NOW, NOW, acting_for)


def me(person: Person = CITIZEN, acting_for: str = "") -> Acting:
    return on_behalf.signed_in(session(person, acting_for), "consent")


def reachable(number: Identifier = PERSON, phone: str = "+8613800000000") -> None:
    stored_contacts.keep(number, Contacts(phone=Contact(phone, date(2026, 11, 1))), "contact.verified", "p_1", NOW)


def request(who: Asked | None = None, **terms: object) -> Consent:
    facts = {"purpose": "签订供货合同", "items": ["penalty"], "uses": 1, "last_day": UNTIL, **terms}
    return asking_consent.ask(ASKER, "p_2", who or Asked(PERSON, "孙示例"), **facts)  # type: ignore[arg-type]


def agreed(sent: Sent, consent: Consent | None = None, **terms: object) -> Consent:
    consent = consent or request()
    answering_consent.send_code(me(), consent.id)
    facts = {"items": consent.items, "uses": consent.uses, "last_day": consent.last_day, **terms}
    return answering_consent.agree(me(), consent.id, code=sent.code, **facts)  # type: ignore[arg-type]


def use(consent: Consent, **other: object) -> str:
    facts = {"subject": consent.subject, "purpose": consent.purpose, **other}
    return asking_consent.use(consent.id, ASKER, "p_2", **facts).number  # type: ignore[arg-type]


def items(table: str) -> list[dict[str, dict[str, str]]]:
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=settings.table(table), ConsistentRead=True)
    return [item for page in pages for item in page["Items"]]


CALLERS = 50


def at_once(work: Callable[[int], str]) -> list[str]:
    """What each of fifty callers comes to who begin together."""
    barrier = Barrier(CALLERS)

    def call(number: int) -> str:
        barrier.wait(timeout=60)
        return work(number)

    with ThreadPoolExecutor(CALLERS) as callers:
        return list(callers.map(call, range(CALLERS)))


SHEETS = {
    "pdf": b"%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n",
    "png": b"\x89PNG\r\n\x1a\n" + bytes(20) + b"IEND\xaeB`\x82",
    "jpg": b"\xff\xd8\xff\xe0" + bytes(20) + b"\xff\xd9",
}


def put_in(scan: bytes = SHEETS["pdf"], **other: object) -> Consent:
    facts = {
        "who": asked.read({"name": "孙示例", "id_number": PERSON.number}),
        "asker_code": ASKER.code,
        "asker_name": ASKER.name,
        "purpose": "签订供货合同",
        "items": ["penalty"],
        "uses": 1,
        "last_day": UNTIL,
        "signed_on": date(2026, 11, 20),
    }
    return written_consents.put_in("p_officer_1", scan, **{**facts, **other})  # type: ignore[arg-type]
