"""In a browser: what one was told, the way out of what need not be told, and what officers do about what did not go."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from chalice import Chalice

from chalicelib import channels, clock
from chalicelib.channels import Unsent
from chalicelib.records.identifiers import Identifier
from chalicelib.records.messages import Contact, Contacts
from chalicelib.services.delivery import deliver, remind
from chalicelib.services.telling import notices, unsubscribing
from chalicelib.storage import archive, contacts, outbox, queues
from local.demo import a_person_number
from tests.people.browser import Browser, said
from tests.people.conftest import ORGANISATION
from tests.people.desk import at_desk
from tests.services.test_deliver import Fake

DAY = date(2026, 11, 21)
PERSON = Identifier("resident_id", a_person_number(200))


@pytest.fixture
def email(monkeypatch: pytest.MonkeyPatch) -> Fake:
    """The channel for e-mail; queues are looked after by hand."""
    found = Fake()
    monkeypatch.setattr(channels, "channel", lambda name: found)
    monkeypatch.setattr(queues, "send", lambda queue, body: None)
    return found


@pytest.fixture
def citizen(members: Chalice, register: None, email: Fake) -> Browser:
    browser = Browser(members)
    browser.sign_in("qian-yanjia")
    return browser


@pytest.fixture
def officer(members: Chalice) -> Browser:
    return at_desk(members, "officer-yi", "/desk/notices")


@pytest.fixture
def to() -> str:
    (subject_id,) = archive.subjects_of([PERSON]).values()
    return f"s:{subject_id}"


def reachable(**wishes: object) -> None:
    contacts.keep(PERSON, Contacts(email=Contact("name@example.com", DAY), **wishes), "contact.verified", "p_1", clock.now())  # type: ignore[arg-type]


@pytest.mark.clause("NTG-2.5")
def test_everybody_reads_what_they_were_told_also_where_no_message_went(citizen: Browser, to: str) -> None:
    notices.announce("objection decided", to, about="c_1", day=DAY, facts={"number": "YY-20261121-演示"})
    remind.remind(DAY)
    page = said(citizen.get("/me/notices"))
    assert all(words in page for words in ("异议已处理", "YY-20261121-演示", "没有可用的联系方式", "NT-32"))
    assert "Your objection is decided" in said(citizen.get("/me/notices?lang=en"))


def test_a_notice_shows_what_became_of_its_message(citizen: Browser, email: Fake, to: str) -> None:
    reachable()
    notices.announce("objection decided", to, about="c_1", day=DAY)
    remind.remind(DAY)
    assert "等待发送" in said(citizen.get("/me/notices"))
    deliver.deliver()
    page = said(citizen.get("/me/notices"))
    assert "电子邮件" in page
    assert "已发出" in page


def test_opening_the_link_in_an_email_ends_nothing_and_one_click_does(citizen: Browser, members: Chalice) -> None:
    reachable()
    stranger = Browser(members)
    here = unsubscribing.link(PERSON).partition("/unsubscribe/")[2]
    assert stranger.get(f"/unsubscribe/{here}").status == 200
    assert contacts.of(PERSON).notices
    answer = stranger.post(f"/unsubscribe/{here}", {"List-Unsubscribe": "One-Click"})
    assert (answer.status, "已经记下" in said(answer)) == (200, True)
    assert not contacts.of(PERSON).notices


def test_who_sent_a_message_back_is_told_at_the_next_sign_in(citizen: Browser, to: str) -> None:
    reachable()
    contacts.refuse(PERSON, "email")
    assert "被退回" in said(citizen.get("/me"))


def test_an_officer_sends_again_what_surely_did_not_go(citizen: Browser, officer: Browser, email: Fake, to: str) -> None:
    reachable()
    email.error = Unsent("MessageRejected")
    notices.announce("objection decided", to, about="c_1", day=DAY)
    remind.remind(DAY)
    deliver.deliver()
    assert "MessageRejected" in said(officer.get("/desk/notices"))
    (failed,) = outbox.waiting("failed", "9", 10)
    email.error = None
    assert officer.post("/desk/notices", {"do": "again", "which": failed}).status == 303
    deliver.deliver()
    assert [letter.to for letter in email.sent] == ["name@example.com"]
    assert officer.post("/desk/notices", {"do": "again", "which": failed}).status in (303, 422)
    assert len(email.sent) == 1


def test_a_statutory_message_to_where_nothing_arrives_is_an_officers_who_sends_it_once_there_is_another_address(
    citizen: Browser, officer: Browser, email: Fake, to: str
) -> None:
    reachable()
    outbox.suppress("email", "name@example.com", "Bounce", clock.now())
    notices.announce("objection decided", to, about="c_1", day=DAY)
    remind.remind(DAY)
    deliver.deliver()
    (waits,) = outbox.waiting("failed", "9", 10)
    assert "refused before" in said(officer.get("/desk/notices"))
    moved = replace(contacts.of(PERSON), email=Contact("other@example.com", DAY))
    contacts.keep(PERSON, moved, "contact.verified", "p_1", clock.now())
    assert officer.post("/desk/notices", {"do": "again", "which": waits}).status == 303
    deliver.deliver()
    assert [letter.to for letter in email.sent] == ["other@example.com"]
    assert outbox.waiting("failed", "9", 10) == []


def test_what_reached_nobody_is_served_by_hand_and_said_so(citizen: Browser, officer: Browser, to: str) -> None:
    notices.announce("objection decided", to, about="c_1", day=DAY)
    remind.remind(DAY)
    which = f"{to}|{DAY.isoformat()}#objection decided#c_1"
    assert "2026年11月21日 异议已处理 c_1" in said(officer.get("/desk/notices"))
    assert officer.post("/desk/notices", {"do": "served", "which": which}).status == 303
    assert officer.post("/desk/notices", {"do": "served", "which": which}).status == 422
    assert "已另行送达" in said(citizen.get("/me/notices"))


def test_what_waits_at_the_desk_is_narrowed_by_where_it_stands_what_it_tells_and_by_which_way(
    citizen: Browser, officer: Browser, email: Fake, to: str
) -> None:
    reachable()
    email.error = Unsent("MessageRejected")
    notices.announce("objection decided", to, about="c_1", day=DAY)
    remind.remind(DAY)
    deliver.deliver()
    (unreached,) = archive.subjects_of([Identifier("uscc", ORGANISATION)]).values()
    notices.announce("left list", f"s:{unreached}", about="r_1", day=DAY)
    remind.remind(DAY)
    (failed,) = outbox.waiting("failed", "9", 10)
    lost = f"s:{unreached}"
    for query, found in (
        ("", {failed, lost}),
        ("part=failed", {failed}),
        ("part=untold", {lost}),
        ("kind=objection+decided", {failed}),
        ("kind=left+list", {lost}),
        ("channel=email", {failed}),
        ("channel=letter", set()),
        (f"number={failed[:8].upper()}", {failed}),
    ):
        page = said(officer.get(f"/desk/notices?{query}")).partition("单位和本中心怎样收到通知")[0]
        assert {one for one in (failed, lost) if one in page} == found, query


def test_a_letter_is_printed_posted_and_comes_back_and_tells_nothing_of_a_record(citizen: Browser, officer: Browser, to: str) -> None:
    address = "南通市示例路9号（演示）"
    notices.announce("objection decided", to, about="c_1", day=DAY, facts={"stated_address": address, "number": "YY-1"})
    remind.remind(DAY)
    page = said(officer.get("/desk/notices/letters"))
    assert address in page
    assert not any(word in page for word in ("异议已处理", "YY-1", "钱演甲", PERSON.number))
    (letter,) = outbox.waiting("letters", "9", 10)
    officer.get("/desk/notices")
    for step in ("printed", "posted", "returned"):
        assert officer.post("/desk/notices", {"do": step, "which": letter}).status == 303
    assert outbox.load([letter])[letter].state == "returned"
    assert "已退信" in said(citizen.get("/me/notices"))
    assert address not in said(citizen.get("/me/notices"))


def test_every_kind_of_notice_can_be_seen_before_it_is_sent(officer: Browser) -> None:
    page = said(officer.get("/desk/notices/preview?kind=record+entered"))
    assert all(words in page for words in ("新增一条记录", "A record was entered about you", "条短信的长度", "不能退订"))
    assert officer.get("/desk/notices/preview?kind=nothing").status == 404


def test_officers_say_how_the_centre_is_reached(officer: Browser, email: Fake, members: Chalice) -> None:
    officer.get("/desk/notices")
    assert officer.post("/desk/notices", {"do": "reach", "to": "officers", "email": "desk@example.com"}).status == 303
    notices.announce("case report due", "officers", about="2026-10", day=DAY)
    remind.remind(DAY)
    deliver.deliver()
    assert [letter.to for letter in email.sent] == ["desk@example.com"]
    assert "案例报告应当报送" in said(officer.get("/desk/notices"))


def test_on_one_machine_every_message_is_seen_as_its_reader_would_see_it(
    citizen: Browser, officer: Browser, email: Fake, to: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINGXIN_MESSAGES", str(tmp_path))
    monkeypatch.setenv("MINGXIN_SITE", "https://credit.example")
    address = "南通市示例路9号（演示）"
    notices.announce("objection received", to, about="c_1", day=DAY, facts={"stated_address": address})
    remind.remind(DAY)
    (letter,) = outbox.waiting("letters", "9", 10)
    officer.get("/desk/notices/letters")
    assert officer.post("/desk/notices", {"do": "printed", "which": letter}).status == 303
    both = Contacts(email=Contact("name@example.com", DAY), phone=Contact("+8613800000000", DAY))
    contacts.keep(PERSON, both, "contact.verified", "p_1", clock.now())
    notices.announce("query made", to, about="q_1", day=DAY)
    notices.announce("objection decided", to, about="c_1", day=DAY)
    remind.remind(DAY)
    deliver.deliver()
    shown = Browser(citizen.app).get("/local/outbox")
    frame = re.search(r'<iframe[^>]* sandbox="([^"]*)" srcdoc="([^"]*)"', shown.body)
    assert frame
    assert "allow-scripts" not in frame[1]
    page = unescape(frame[2])
    assert "<h2>异议已处理</h2>" in page
    assert '<a href="https://credit.example/me/notices">' in page
    assert all(words in said(shown) for words in ("登录后查看详细内容：https://credit.example/me/notices", "noreply@", "name@example.com"))
    assert re.search(r"【信用南通】异议已处理等2件事。请登录 \S+ 查看。.*1 条短信的长度", said(shown), re.DOTALL)
    assert re.search(rf'<div class="mx-letter"><p>{address}</p><p>您有一份依法告知的通知', shown.body)
