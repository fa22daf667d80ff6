"""Every row of the table of reminders reaches everyone whom it names: on its day, by each way, in words of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from chalicelib import channels, clock
from chalicelib.law.reminders import TABLE, Audience, Reminder
from chalicelib.records.identifiers import Identifier
from chalicelib.records.messages import Contact, Contacts
from chalicelib.services.delivery import deliver, provider_reminders, remind
from chalicelib.services.scheduled import notice_queue
from chalicelib.services.telling import notices, reaching
from chalicelib.services.telling.notice_texts import TEXTS
from chalicelib.storage import contacts, queues
from tests.services.conftest import Send
from tests.services.hearing import Heard, address_of
from tests.services.rows import OFFICE, a_code, a_subject

FIRST = date(2026, 11, 21)
COMPANY = Identifier("uscc", a_code())


@pytest.fixture
def ways(archive: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, Heard]:
    """A channel for e-mail and one for text messages. Nothing is settled and nobody owes anything: that has tests of its own."""
    found = {"ses": Heard(), "sns": Heard()}
    monkeypatch.setattr(channels, "channel", lambda name: found[name])
    monkeypatch.setattr(queues, "send", lambda queue, body: None)
    monkeypatch.setenv("MINGXIN_SITE", "https://credit.example")
    monkeypatch.setattr(provider_reminders, "announce", lambda day: None)
    for module in (remind, deliver):
        monkeypatch.setattr(module, "still_open", lambda *_: True)
    return found


@pytest.fixture
def readers(send: Send, ways: dict[str, Heard]) -> dict[Audience, str]:
    """One of each audience, reached by a phone and an address of their own."""
    assert send("subjects", a_subject()).accepted == 1
    found: dict[Audience, str] = {"subject": address_of(COMPANY), "provider": f"provider:{OFFICE}", "body": f"body:{a_code(9)}"}
    found |= {"officers": "officers", "supervisors": "supervisors"}
    for place, (audience, to) in enumerate(found.items()):
        number = COMPANY if audience == "subject" else reaching.office(to)
        both = Contacts(phone=Contact(f"+861380000000{place}", FIRST), email=Contact(f"{audience}@example.com", FIRST))
        contacts.keep(number, both, "contact.verified", "p_1", clock.now())
    return found


def expected(row: Reminder) -> list[tuple[str, str]]:
    """Who hears of a row by e-mail, and by a text message: only of what the law orders."""
    places = {"subject": 0, "provider": 1, "body": 2, "officers": 3, "supervisors": 4}
    by_phone = [("sns", f"+861380000000{places[one]}") for one in row.to] if row.statutory else []
    return sorted([("ses", f"{one}@example.com") for one in row.to] + by_phone)


def test_every_row_reaches_everyone_it_names_by_every_way_and_nobody_else(
    readers: dict[Audience, str], ways: dict[str, Heard], at: Callable[[str], None]
) -> None:
    for number, row in enumerate(TABLE):
        day = FIRST + timedelta(days=number + 1)
        for audience in row.to:
            assert notices.announce(row.kind, readers[audience], about="x_1", day=day)
        at(f"{day - timedelta(days=1)}T23:00:00+08:00")
        remind.remind(day - timedelta(days=1))
        at(f"{day}T08:30:00+08:00")
        notice_queue.sweep(day)
        told_at_once = bool(ways["ses"].sent)
        remind.remind(day)
        deliver.deliver()
        assert sorted((way, one.to) for way, heard in ways.items() for one in heard.sent) == expected(row), row.kind
        assert told_at_once is (row.moment == "at once"), row.kind
        for letter in ways["ses"].sent:
            assert (letter.title, TEXTS[row.kind].zh in letter.text) == (row.name, True)
            assert bool(letter.headers) is (not row.statutory), f"{row.kind}: what the law orders cannot be unsubscribed"
        assert all(one.text.startswith(f"{row.name}。请登录 ") for one in ways["sns"].sent), row.kind
        for heard in ways.values():
            heard.sent.clear()
