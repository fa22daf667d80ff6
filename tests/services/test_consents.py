"""A report on somebody else only with their consent: asked for blindly, given by a code, used as agreed, taken back at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Barrier

import boto3
import pytest

from chalicelib import channels, clock, settings
from chalicelib.law.decisions import Refused
from chalicelib.records.identifiers import Identifier
from chalicelib.records.messages import Contact, Contacts
from chalicelib.records.people import Mandate, Person, Session
from chalicelib.records.reports import Consent
from chalicelib.records.subjects import Office
from chalicelib.services.consent import answering_consent, asking_consent, consents, written_consents
from chalicelib.services.delivery import contacts, deliver
from chalicelib.services.identity import codes, on_behalf, people_sessions
from chalicelib.services.identity.on_behalf import Acting
from chalicelib.services.own import private_files
from chalicelib.services.querying import asked, queries
from chalicelib.services.querying.asked import Asked
from chalicelib.services.reporting import reports
from chalicelib.services.scheduled import notice_queue
from chalicelib.storage import archive as archives
from chalicelib.storage import codes as stored_codes
from chalicelib.storage import contacts as stored_contacts
from chalicelib.storage import files, outbox, queues, raw_items
from tests.services.conftest import Send
from tests.services.faults import Faults
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


@pytest.mark.clause("NT-22", "NT-26", "NT-27", "SJZ-6")
def test_a_consent_is_asked_for_agreed_to_by_a_code_and_used_for_one_report(here: list[str], sent: Sent) -> None:
    reachable()
    consent = request()
    assert here == [f"consent:{consent.id}"]
    assert asking_consent.tell(consent.id)
    assert sent[-1][0] == "+8613800000000"
    token = re.search(r"/authorise/(\S+)", sent[-1][1])
    assert token
    assert asking_consent.behind(token[1]) == consent.id
    assert asking_consent.behind(token[1]) == consent.id, "opening a link changes nothing"
    with pytest.raises(Refused, match="还没有同意"):
        use(consent)
    agreed(sent, consent)
    number = use(consent)
    content = reports.content(archives.subjects_of([PERSON])[PERSON], number)
    assert content
    assert (content.recipient, content.purpose, content.reader) == (ASKER.name, "签订供货合同", "authorised")
    assert [entry.document_no for section in content.sections for entry in section.entries] == ["示罚〔2026〕2号"]
    assert asking_consent.find_asked(ASKER.code, consent.id).state == "used up"
    assert answering_consent.find(me(), consent.id).state == "used up"
    with pytest.raises(Refused, match="已用完"):
        use(consent)
    (query,) = queries.of_subject(archives.subjects_of([PERSON])[PERSON]).items
    assert (query.asker, query.purpose, query.basis, len(query.given)) == (ASKER.name, "签订供货合同", "consent", 1)


@pytest.mark.clause("NT-22")
def test_a_request_for_nobody_looks_and_writes_like_one_for_somebody(here: list[str], sent: Sent) -> None:
    def written(who: Asked) -> tuple[Counter[str], set[str]]:
        before = Counter(item["type"]["S"] for item in items("archive")) + Counter(trail=len(items("trail")))
        made = request(who)
        after = Counter(item["type"]["S"] for item in items("archive")) + Counter(trail=len(items("trail")))
        return after - before, set(vars(made))

    reachable()
    assert written(Asked(PERSON, "孙示例")) == written(Asked(Identifier("resident_id", a_person_number("19910101")), "周示例"))
    assert not sent, "nothing leaves before the queue is worked off"


def items(table: str) -> list[dict[str, dict[str, str]]]:
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=settings.table(table), ConsistentRead=True)
    return [item for page in pages for item in page["Items"]]


def test_a_request_under_a_wrong_name_reaches_nobody(here: list[str], sent: Sent) -> None:
    reachable()
    wrong = request(Asked(PERSON, "周示例"))
    assert not asking_consent.tell(wrong.id)
    assert not sent
    assert answering_consent.about(me()).items == ()
    with pytest.raises(consents.Unknown):
        answering_consent.find(me(), wrong.id)


def test_a_request_of_another_is_as_one_that_is_not(here: list[str], sent: Sent) -> None:
    others = request(Asked(COMPANY))
    for number in (others.id, "Q-20261121-00000000"):
        with pytest.raises(consents.Unknown):
            answering_consent.find(me(), number)
        with pytest.raises(consents.Unknown):
            asking_consent.find_asked(a_code(4), number)


@pytest.mark.clause("NT-22")
def test_a_link_ends_after_72_hours_and_the_request_still_waits(here: list[str], sent: Sent, at: Callable[[str], None]) -> None:
    reachable()
    consent = request()
    asking_consent.tell(consent.id)
    token = sent[-1][1].partition("/authorise/")[2].split()[0]
    at("2026-11-24T08:59:00+08:00")
    assert asking_consent.behind(token) == consent.id
    at("2026-11-24T09:01:00+08:00")
    assert asking_consent.behind(token) is None
    assert [one.state for one in answering_consent.about(me()).items] == ["open"]


def test_a_request_is_told_of_once_and_the_job_finds_what_was_never_queued(here: list[str], sent: Sent) -> None:
    reachable()
    request()
    assert asking_consent.untold() == {"due": 1, "done": 1, "failed": 0}
    assert asking_consent.untold()["due"] == 0
    assert len(sent) == 1


def test_nobody_gets_a_text_message_about_a_request_in_the_night(here: list[str], sent: Sent, at: Callable[[str], None]) -> None:
    reachable()
    consent = request()
    at("2026-11-21T21:00:00+08:00")
    assert asking_consent.tell(consent.id) is None
    assert asking_consent.untold() == {"due": 0, "done": 0, "failed": 0}
    assert not sent
    at("2026-11-22T08:00:00+08:00")
    assert asking_consent.untold() == {"due": 1, "done": 1, "failed": 0}
    assert len(sent) == 1


def test_nothing_but_a_code_goes_where_something_came_back_from(here: list[str], sent: Sent) -> None:
    reachable()
    outbox.suppress("phone", "+8613800000000", "Bounce", clock.now())
    consent = request()
    assert not asking_consent.tell(consent.id)
    assert not sent
    answering_consent.send_code(me(), consent.id)
    assert len(sent) == 1


def test_a_request_that_cannot_be_told_of_lets_the_others_go_first(here: list[str], sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    reachable()
    broken, sound = request().id, request(purpose="核对资质").id
    tell, tried = asking_consent.tell, []

    def fail(number: str) -> bool:
        tried.append(number)
        if number == broken:
            raise ValueError("damaged")
        return tell(number)

    monkeypatch.setattr(asking_consent, "tell", fail)
    monkeypatch.setattr(asking_consent, "AT_ONCE", 1)
    for _ in range(3):
        asking_consent.untold()
    assert tried in ([broken, sound, broken], [sound, broken, broken])
    later = request(purpose="另一件事").id
    asking_consent.untold()
    assert tried[-1] == later


def test_a_message_that_is_not_taken_does_not_keep_the_request_from_waiting(
    here: list[str], sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: str) -> None:
        raise channels.Unsent("EndpointConnectionError")

    reachable()
    consent = request()
    with monkeypatch.context() as broken:
        broken.setattr(sent, "send", fail)
        assert not asking_consent.tell(consent.id)
    assert [one.consent.id for one in answering_consent.about(me()).items] == [consent.id]
    states = sorted(item["state"]["S"] for item in items("outbox"))
    assert states == ["due", "due", "due", "failed"], "beside it, two penalties wait to be told"
    assert "13800000000" not in str(items("outbox"))
    notice_queue.sweep(clock.today())
    assert [to for to, text in sent if "有单位申请查询" in text] == ["+8613800000000"], "without a link, once somebody takes it"
    assert asking_consent.untold()["due"] == 0


@pytest.mark.clause("NT-22")
def test_a_consent_taken_back_entitles_to_nothing_from_that_moment_nor_does_its_report_stay_open(here: list[str], sent: Sent) -> None:
    reachable()
    consent = agreed(sent, request(uses=2))
    number = use(consent)
    assert asking_consent.report_of(ASKER, number).number == number
    answering_consent.revoke(me(), consent.id)
    with pytest.raises(Refused, match="撤销"):
        use(consent)
    with pytest.raises(Refused, match="撤销"):
        asking_consent.report_of(ASKER, number)
    assert {asking_consent.find_asked(ASKER.code, consent.id).state, answering_consent.find(me(), consent.id).state} == {"revoked"}


def test_a_report_is_none_of_another_organisation(here: list[str], sent: Sent) -> None:
    reachable()
    number = use(agreed(sent))
    with pytest.raises(consents.Unknown):
        asking_consent.report_of(Office(a_code(4), "演示瑞丰机电有限公司"), number)


@pytest.mark.clause("NT-22")
def test_a_consent_given_unasked_counts_once_it_is_confirmed_by_a_code(here: list[str], sent: Sent) -> None:
    reachable()
    terms = {"purpose": "签订供货合同", "items": ["penalty"], "uses": 1, "last_day": UNTIL}
    given = answering_consent.give(me(), ASKER.code, ASKER.name, **terms)  # type: ignore[arg-type]
    assert asking_consent.of_asker(ASKER.code).items == (), "nobody sees what is not given yet"
    agreed(sent, given)
    assert [one.state for one in asking_consent.of_asker(ASKER.code).items] == ["in force"]
    assert use(given)


@pytest.mark.clause("NT-22")
def test_only_a_person_with_the_right_to_agrees_for_an_organisation(here: list[str], sent: Sent) -> None:
    consent = request(Asked(COMPANY))
    reachable(COMPANY, "+8613900000000")
    with_right = replace(CITIZEN, mandates=(Mandate(COMPANY.number, "示例甲食品有限公司", ("read", "consent")),))
    without = replace(CITIZEN, mandates=(Mandate(COMPANY.number, "示例甲食品有限公司", ("read", "report")),))
    with pytest.raises(people_sessions.NotAllowed):
        answering_consent.find(me(without, COMPANY.number), consent.id)
    acting = me(with_right, COMPANY.number)
    answering_consent.send_code(acting, consent.id)
    assert sent[-1][0] == "+8613900000000"
    after = answering_consent.agree(acting, consent.id, items=consent.items, uses=1, last_day=UNTIL, code=sent.code)
    assert (after.answer, after.answered_by) == ("agreed", CITIZEN.id)


@pytest.mark.clause("NT-22")
def test_no_code_goes_to_a_contact_that_the_subject_did_not_verify(here: list[str], sent: Sent) -> None:
    consent = request()
    with pytest.raises(Refused, match="没有经过验证"):
        answering_consent.send_code(me(), consent.id)
    assert not sent


def test_codes_end_after_ten_minutes_five_tries_and_three_of_them(here: list[str], sent: Sent, at: Callable[[str], None]) -> None:
    code = codes.make("a", "s")
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(codes.TRIES - 1):
        with pytest.raises(Refused):
            codes.take("a", wrong)
    codes.take("a", code)
    with pytest.raises(Refused):
        codes.take("a", code)
    late = codes.make("a", "s")
    at("2026-11-21T09:11:00+08:00")
    with pytest.raises(Refused):
        codes.take("a", late)
    tried = codes.make("a", "s")
    for _ in range(codes.TRIES):
        with pytest.raises(Refused):
            codes.take("a", "000000" if tried != "000000" else "000001")
    with pytest.raises(Refused):
        codes.take("a", tried)
    with pytest.raises(Refused, match="3次"):
        codes.make("a", "s")


def test_a_subject_gets_ten_codes_a_day_and_more_on_the_next(here: list[str], at: Callable[[str], None]) -> None:
    for number in range(codes.MOST_A_DAY):
        codes.make(f"place {number}", "s")
    with pytest.raises(Refused, match="明天"):
        codes.make("one more", "s")
    codes.make("of another", "t")
    at("2026-11-22T00:00:00+08:00")
    codes.make("one more", "s")


CALLERS = 50


def at_once(work: Callable[[int], str]) -> list[str]:
    """What each of fifty callers comes to who begin together."""
    barrier = Barrier(CALLERS)

    def call(number: int) -> str:
        barrier.wait(timeout=60)
        return work(number)

    with ThreadPoolExecutor(CALLERS) as callers:
        return list(callers.map(call, range(CALLERS)))


def test_of_fifty_guesses_at_once_five_are_compared(here: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    compared = Counter[str]()
    genuine = stored_codes.hmac.compare_digest

    def count(one: str, other: str) -> bool:
        compared["tries"] += 1
        return genuine(one, other)

    codes.make("a", "s")
    monkeypatch.setattr(stored_codes.hmac, "compare_digest", count)
    assert not any(at_once(lambda number: str(stored_codes.take_code("a", f"x{number}", codes.TRIES, NOW) or "")))
    assert compared["tries"] == codes.TRIES


def test_of_fifty_who_know_the_code_one_gets_through(here: list[str]) -> None:
    code = codes.make("a", "s")
    outcomes = at_once(lambda _: "yes" if stored_codes.take_code("a", code, codes.TRIES, NOW) else "no")
    assert outcomes.count("yes") == 1


@pytest.mark.clause("NT-26", "HY-27b", "NT-36")
def test_of_fifty_uses_at_once_under_conflicts_each_is_counted_once_and_every_report_has_its_trail(here: list[str], sent: Sent) -> None:
    reachable()
    consent = agreed(sent, request(uses=3))
    faults = Faults(5)

    def call(_: int) -> str:
        for _ in range(8):
            try:
                return use(consent)
            except asking_consent.Busy:
                continue
            except Refused:
                return ""
            except Exception as error:
                if type(error).__name__ not in ("ClientError", "InternalServerError", "TimeoutError"):
                    raise
        return ""

    faults.install()
    try:
        given = [number for number in at_once(call) if number]
    finally:
        faults.remove()
    while asking_consent.find_asked(ASKER.code, consent.id).state == "in force":
        given.append(use(consent))
    with pytest.raises(Refused, match="已用完"):
        use(consent)
    found = asking_consent.find_asked(ASKER.code, consent.id).consent
    kept = {item["pk"]["S"].removeprefix("REPORT#") for item in items("archive") if item["type"]["S"] == "report_number"}
    acts = [act for entry in items("trail") for act in raw_items.acts_of(entry)]
    told = Counter(act[0] for act in acts)
    assert faults.seen["conflict"] > 0
    assert set(given) <= kept
    assert len(given) == len(set(given))
    assert set(found.reports) == kept == {act[2] for act in acts if act[0] == "report.asked"}
    assert found.used == len(kept) == told["consent.used"] == told["report.answered"] == 3
    assert len(queries.of_subject(archives.subjects_of([PERSON])[PERSON]).items) == found.used


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


@pytest.mark.clause("NT-22")
def test_a_signed_sheet_entitles_once_a_second_officer_has_confirmed_it(here: list[str], sent: Sent) -> None:
    sheet = put_in()
    assert [one.consent.id for one in written_consents.waiting()] == [sheet.id]
    assert asking_consent.of_asker(ASKER.code).items == ()
    with pytest.raises(Refused, match="录入的人不能"):
        written_consents.confirm("p_officer_1", sheet.id)
    written_consents.confirm("p_officer_2", sheet.id)
    assert written_consents.waiting() == []
    assert use(sheet)
    assert [one.state for one in answering_consent.about(me()).items] == ["used up"]


def test_a_sheet_that_the_second_officer_turns_down_or_the_subject_refuses_entitles_to_nothing(here: list[str], sent: Sent) -> None:
    one, other = put_in(), put_in()
    written_consents.turn_down("p_officer_2", one.id)
    answering_consent.refuse(me(), other.id)
    with pytest.raises(Refused):
        written_consents.confirm("p_officer_2", other.id)
    assert written_consents.waiting() == []
    for sheet in (one, other):
        with pytest.raises(consents.Unknown):
            use(sheet)


@pytest.mark.parametrize("ending", list(SHEETS))
def test_a_sheet_is_kept_privately_and_given_by_a_link_of_five_minutes(here: list[str], ending: str, at: Callable[[str], None]) -> None:
    sheet = put_in(SHEETS[ending])
    link = written_consents.scan_link(sheet.id)
    assert private_files.linked(link.removeprefix(files.LINKS)) == (f"{sheet.id}.{ending}", SHEETS[ending])
    at("2026-11-21T09:06:00+08:00")
    assert private_files.linked(link.removeprefix(files.LINKS)) is None


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"scan": b"<html>%PDF-</html>"}, "PDF、PNG 或 JPEG"),
        ({"scan": SHEETS["pdf"][:20]}, "PDF、PNG 或 JPEG"),
        ({"scan": b"%PDF-" + bytes(written_consents.LARGEST_SCAN) + b"%%EOF"}, "4 MB"),
        ({"signed_on": date(2026, 11, 22)}, "签署日期"),
        ({"items": []}, "至少选择"),
        ({"purpose": f"给{PERSON.number}贷款"}, "证件号码"),
    ],
)
def test_a_sheet_that_cannot_be_is_refused(here: list[str], other: dict[str, object], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        put_in(**other)  # type: ignore[arg-type]
    assert written_consents.waiting() == []


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
