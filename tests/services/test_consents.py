"""A report on somebody else only with their consent: asked for blindly, given by a code, used as agreed, taken back at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from chalicelib import channels
from chalicelib.law.decisions import Refused
from chalicelib.records import Consent, Contact, Contacts, Identifier, Office, Person, Session
from chalicelib.services import consents, queries, reports
from chalicelib.services.asked import Asked
from chalicelib.storage import archive as archives
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

    def send(self, to: str, title: str, text: str, sender: str) -> None:
        self.append((to, text))

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


def reachable(number: Identifier = PERSON, phone: str = "+8613800000000") -> None:
    stored_contacts.keep(number, Contacts(phone=Contact(phone, date(2026, 11, 1))), "contact.verified", "p_1", NOW)


def request(who: Asked | None = None, **terms: object) -> Consent:
    facts = {"purpose": "签订供货合同", "items": ["penalty"], "uses": 1, "last_day": UNTIL, **terms}
    return consents.ask(ASKER, "p_2", who or Asked(PERSON, "孙示例"), **facts)  # type: ignore[arg-type]


def agreed(sent: Sent, consent: Consent | None = None, **terms: object) -> Consent:
    consent = consent or request()
    consents.send_code(session(), consent.id)
    facts = {"items": consent.items, "uses": consent.uses, "last_day": consent.last_day, **terms}
    return consents.agree(session(), consent.id, code=sent.code, **facts)  # type: ignore[arg-type]


def use(consent: Consent, **other: object) -> str:
    facts = {"subject": consent.subject, "purpose": consent.purpose, **other}
    return consents.use(consent.id, ASKER, "p_2", **facts).number  # type: ignore[arg-type]


@pytest.mark.clause("NT-22", "NT-26", "NT-27", "SJZ-6")
def test_a_consent_is_asked_for_agreed_to_by_a_code_and_used_for_one_report(here: list[str], sent: Sent) -> None:
    reachable()
    consent = request()
    assert here == [f"consent:{consent.id}"]
    assert consents.tell(consent.id)
    assert sent[-1][0] == "+8613800000000"
    token = re.search(r"/authorise/(\S+)", sent[-1][1])
    assert token
    assert consents.behind(token[1]) == consent.id
    assert consents.behind(token[1]) == consent.id, "opening a link changes nothing"
    with pytest.raises(Refused, match="还没有同意"):
        use(consent)
    agreed(sent, consent)
    number = use(consent)
    content = reports.content(archives.subjects_of([PERSON])[PERSON], number)
    assert content
    assert (content.recipient, content.purpose, content.reader) == (ASKER.name, "签订供货合同", "authorised")
    assert [entry.document_no for section in content.sections for entry in section.entries] == ["示罚〔2026〕2号"]
    assert consents.find_asked(ASKER.code, consent.id).state == "used up"
    assert consents.find(session(), consent.id).state == "used up"
    with pytest.raises(Refused, match="已用完"):
        use(consent)
    (query,) = queries.of_subject(archives.subjects_of([PERSON])[PERSON]).items
    assert (query.asker, query.purpose, query.basis, len(query.given)) == (ASKER.name, "签订供货合同", "consent", 1)
