"""Codes, links and numbers in the hands of somebody who guesses them, uses them twice, takes them elsewhere or asks for many at once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from chalicelib import clock
from chalicelib.law.decisions import Refused
from chalicelib.records.identifiers import Identifier
from chalicelib.records.messages import Contacts
from chalicelib.records.people import Person
from chalicelib.services.consent import answering_consent, asking_consent, consents
from chalicelib.services.delivery import contacts
from chalicelib.services.identity import codes
from chalicelib.storage import codes as stored_codes
from chalicelib.storage import files
from tests.services.consenting import CALLERS, NOW, UNTIL, Sent, at_once, items, me, reachable, request
from tests.services.consenting import here as here
from tests.services.consenting import sent as sent
from tests.services.rows import a_person_number

OTHER = Person("p_9", "citizens", "周示例", Identifier("resident_id", a_person_number("19910101")))
PHONE = "+8613800000001"
TABLES = ("archive", "publication", "trail", "outbox", "sessions")


def _made(place: str, owner: str) -> str:
    try:
        return codes.make(place, owner)
    except Refused:
        return ""


def _outcome(work: Callable[[], object]) -> str:
    try:
        work()
    except Refused:
        return "refused"
    return "done"


# Codes


def test_of_fifty_who_ask_for_a_code_at_once_three_get_one_for_a_place_and_ten_for_a_subject(here: list[str]) -> None:
    assert sum(map(bool, at_once(lambda _: _made("one place", "s")))) == codes.MOST_A_PLACE
    assert sum(map(bool, at_once(lambda number: _made(f"place {number}", "t")))) == codes.MOST_A_DAY


@pytest.mark.clause("NT-22")
def test_a_code_for_one_request_agrees_to_no_other_and_to_its_own_once(here: list[str], sent: Sent) -> None:
    reachable()
    one, other = request(), request(purpose="核对资质")
    answering_consent.send_code(me(), one.id)
    first = sent.code
    answering_consent.send_code(me(), other.id)
    terms = {"items": one.items, "uses": 1, "last_day": UNTIL}
    if sent.code != first:
        with pytest.raises(Refused, match="验证码不对"):
            answering_consent.agree(me(), other.id, code=first, **terms)  # type: ignore[arg-type]
    assert answering_consent.agree(me(), one.id, code=first, **terms).answer == "agreed"  # type: ignore[arg-type]
    with pytest.raises(Refused, match="验证码不对"):
        codes.take(f"consent|{one.id}", first)
    assert answering_consent.find(me(), other.id).state == "open"


def test_a_new_code_makes_the_one_before_it_worthless(here: list[str]) -> None:
    before, after = codes.make("a", "s"), codes.make("a", "s")
    while after == before:
        after = codes.make("a", "s")
    assert [stored_codes.take_code("a", code, codes.TRIES, NOW) for code in (before, after)] == [False, True]


def test_of_fifty_who_agree_at_once_with_the_right_code_one_agrees(here: list[str], sent: Sent) -> None:
    reachable()
    consent = request()
    answering_consent.send_code(me(), consent.id)
    terms = {"items": consent.items, "uses": 1, "last_day": UNTIL, "code": sent.code}
    outcomes = at_once(lambda _: _outcome(lambda: answering_consent.agree(me(), consent.id, **terms)))  # type: ignore[arg-type]
    assert (outcomes.count("done"), outcomes.count("refused")) == (1, CALLERS - 1)
    assert answering_consent.find(me(), consent.id).consent.version == consent.version + 1


@pytest.mark.clause("NT-22")
def test_a_code_for_a_contact_verifies_it_for_nobody_else_and_once(here: list[str], sent: Sent) -> None:
    contacts.send_code(me(), "phone", PHONE)
    code = sent.code
    with pytest.raises(Refused, match="验证码不对"):
        contacts.verify(me(OTHER), "phone", PHONE, code)
    assert contacts.of(me(OTHER)) == Contacts()
    outcomes = at_once(lambda _: _outcome(lambda: contacts.verify(me(), "phone", PHONE, code)))
    assert (outcomes.count("done"), outcomes.count("refused")) == (1, CALLERS - 1)
    contacts.remove(me(), "phone")
    with pytest.raises(Refused, match="验证码不对"):
        contacts.verify(me(), "phone", PHONE, code)
    assert contacts.usable(contacts.of(me())) is None


def test_a_code_for_a_contact_ends_after_ten_minutes(here: list[str], sent: Sent, at: Callable[[str], None]) -> None:
    contacts.send_code(me(), "phone", PHONE)
    at("2026-11-21T09:10:30+08:00")
    with pytest.raises(Refused, match="10分钟"):
        contacts.verify(me(), "phone", PHONE, sent.code)
    assert contacts.of(me()) == Contacts()


# Links and numbers


@pytest.mark.clause("NT-22")
def test_a_link_is_long_kept_nowhere_and_leads_nowhere_when_a_character_is_wrong(here: list[str], sent: Sent) -> None:
    reachable()
    consent = request()
    asking_consent.tell(consent.id)
    token = sent[-1][1].partition("/authorise/")[2].split()[0]
    assert re.fullmatch(r"[\w-]{43}", token), "256 random bits"
    assert not [table for table in TABLES if token in str(items(table))]
    kept = {table: items(table) for table in TABLES}
    wrong = token[:-1] + ("A" if token[-1] != "A" else "Q")
    assert [asking_consent.behind(one) for one in (token, wrong, token.swapcase(), token[:-1], "", consent.id)] == [consent.id, *[None] * 5]
    assert {table: items(table) for table in TABLES} == kept, "opening one changes nothing"


def test_a_request_number_opens_nothing_for_whoever_it_is_not_for(here: list[str], sent: Sent) -> None:
    reachable()
    consent = request()
    terms = {"items": consent.items, "uses": 1, "last_day": UNTIL, "code": "000000"}
    acts: list[Callable[[], object]] = [
        lambda: answering_consent.find(me(OTHER), consent.id),
        lambda: answering_consent.send_code(me(OTHER), consent.id),
        lambda: answering_consent.agree(me(OTHER), consent.id, **terms),  # type: ignore[arg-type]
        lambda: answering_consent.refuse(me(OTHER), consent.id),
        lambda: answering_consent.revoke(me(OTHER), consent.id),
    ]
    for act in acts:
        with pytest.raises(consents.Unknown):
            act()
    assert (answering_consent.find(me(), consent.id).state, len(sent)) == ("open", 0)


def test_a_link_to_a_file_with_another_end_file_or_signature_gives_nothing(here: list[str]) -> None:
    token = files.link_here("reports/演示", "report.pdf", clock.now()).removeprefix(files.LINKS)
    another = files.link_here("reports/另一份", "report.pdf", clock.now()).removeprefix(files.LINKS)
    body, _, signature = token.partition(".")
    assert files.named(token, clock.now()) == ("reports/演示", "report.pdf")
    for made_up in (f"{another.partition('.')[0]}.{signature}", f"{body}.", body, f"{body}.{signature[:-1]}", f"{body}x.{signature}"):
        assert files.named(made_up, clock.now()) is None
