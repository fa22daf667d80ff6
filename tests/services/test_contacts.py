"""How a subject is reached is verified before it is used, asked for again, and as it wishes."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.law.decisions import Refused
from chalicelib.records.messages import Contacts
from chalicelib.services.consent import answering_consent
from chalicelib.services.delivery import contacts, deliver
from tests.services.consenting import Sent, items, me, reachable, request, session
from tests.services.consenting import here as here
from tests.services.consenting import sent as sent


def test_a_contact_is_used_once_verified_and_the_one_before_is_told_without_a_name(here: list[str], sent: Sent) -> None:
    for number in ("138 0000 0001", "+8613800000002"):
        contacts.send_code(me(), "phone", number)
        assert contacts.usable(contacts.of(me())) != ("phone", contacts.checked("phone", number))
        with pytest.raises(Refused):
            contacts.verify(me(), "phone", number, "not it")
        contacts.verify(me(), "phone", number, sent.code)
        assert contacts.usable(contacts.of(me())) == ("phone", contacts.checked("phone", number))
    deliver.deliver()
    to, text = sent[-1]
    assert (to, "孙" in text, "13800000002" in text) == ("+8613800000001", False, False)
    for table in ("archive", "outbox", "sessions", "trail"):
        assert "13800000002" not in str(items(table))


def test_a_code_for_one_contact_does_not_verify_another(here: list[str], sent: Sent) -> None:
    contacts.send_code(me(), "phone", "13800000001")
    with pytest.raises(Refused):
        contacts.verify(me(), "phone", "13800000002", sent.code)
    assert contacts.of(me()) == Contacts()


def test_contacts_are_asked_for_again_after_a_year(here: list[str], sent: Sent) -> None:
    reachable()
    assert not contacts.need_confirming(session(), date(2027, 11, 2))
    assert contacts.need_confirming(session(), date(2027, 11, 3))


def test_wishes_are_kept_and_decide_the_language(here: list[str], sent: Sent) -> None:
    reachable()
    contacts.wish(me(), notices=False, queries="daily", language="en")
    answering_consent.send_code(me(), request().id)
    assert "lets somebody see" in sent[-1][1]
    assert contacts.of(me()).notices is False


@pytest.mark.parametrize(("kind", "value"), [("phone", "abc"), ("phone", "1"), ("email", "nobody"), ("email", "a@b"), ("fax", "1234567")])
def test_what_cannot_be_a_contact_is_refused(here: list[str], sent: Sent, kind: str, value: str) -> None:
    with pytest.raises(Refused):
        contacts.send_code(me(), kind, value)
    assert not sent
