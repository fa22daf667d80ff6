"""A report on somebody else only with their consent: asked for blindly, given by a code, used as agreed, taken back at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib import channels, clock
from chalicelib.law.decisions import Refused
from chalicelib.records.identifiers import Identifier
from chalicelib.records.people import Mandate
from chalicelib.records.subjects import Office
from chalicelib.services.consent import answering_consent, asking_consent, consents
from chalicelib.services.identity import people_sessions
from chalicelib.services.querying import queries
from chalicelib.services.querying.asked import Asked
from chalicelib.services.reporting import reports
from chalicelib.services.scheduled import notice_queue
from chalicelib.storage import archive as archives
from chalicelib.storage import outbox
from tests.services.consenting import ASKER, CITIZEN, COMPANY, PERSON, UNTIL, Sent, agreed, items, me, reachable, request, use
from tests.services.consenting import here as here
from tests.services.consenting import sent as sent
from tests.services.rows import a_code, a_person_number


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
