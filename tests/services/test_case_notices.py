"""Whoever a procedure concerns hears of each of its steps, before the last day and after it, and of nothing that is settled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib import channels, clock
from chalicelib.law.case_reminders import of_case
from chalicelib.law.reminders import TABLE
from chalicelib.records.identifiers import Identifier
from chalicelib.services.delivery import settled
from chalicelib.services.identity import api_keys
from chalicelib.services.querying import queries, shared
from chalicelib.services.querying.asked import Asked
from chalicelib.services.remedies import (
    follow_up,
    lists,
    measures,
    objection_desk,
    objections,
    provider_records,
    repair_effect,
    repair_opinions,
    repairs,
)
from chalicelib.services.remedies.casework import By
from chalicelib.storage import cases, files, queues
from chalicelib.storage import notices as kept
from tests.people.desk import PNG
from tests.services import test_exits, test_measures
from tests.services.conftest import Send
from tests.services.faults import killed_at
from tests.services.hearing import Heard, address_of, heard, morning, outcome, reachable
from tests.services.rows import CODE, OFFICE, a_black_entry, a_code, a_penalty, a_red_entry, a_watch_entry
from tests.services.test_objections import CLERK, OFFICER, SUBJECT, SUPERVISOR, _decide, _object, _records, _standing
from tests.services.test_queries import forks
from tests.services.test_repairs import AGREED, STATED

DAY = date(2026, 11, 21)
COMPANY = Identifier("uscc", a_code())
PROVIDER, OFFICERS, SUPERVISORS = f"provider:{OFFICE}", "officers", "supervisors"
OF_CASES = [row.kind for row in TABLE if row.thing == "case"]
Days = Callable[[date, date], None]


@pytest.fixture
def mail(archive: None, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Heard:
    """Everybody reads e-mail."""
    found = Heard()
    monkeypatch.setattr(channels, "channel", lambda name: found)
    monkeypatch.setattr(queues, "send", lambda queue, body: None)
    monkeypatch.setattr(files, "files", lambda: files.Folder(tmp_path_factory.mktemp("files")))
    monkeypatch.setenv("MINGXIN_SITE", "https://credit.example")
    for to in (COMPANY, PROVIDER, OFFICERS, SUPERVISORS):
        reachable(to)
    return found


@pytest.fixture
def days(at: Callable[[str], None]) -> Days:
    """Every morning from a day to another."""

    def pass_by(first: date, last: date) -> None:
        for number in range((last - first).days + 1):
            morning(at, first + timedelta(days=number))

    return pass_by


def who_received(number: Identifier) -> str:
    """A body that has looked a subject up by its key, and how it is addressed."""
    key = api_keys.create("演示系统", ("shared:read",))[0]
    shared.query(Asked(number), queries.asking(key, "演示用途", "演示事项"))
    reachable(f"body:{key.id}")
    return f"body:{key.id}"


def told(to: str, *kinds: str) -> None:
    for kind in kinds:
        assert outcome(to, kind) == "told sent", (to, kind)


@pytest.mark.clause("NT-31", "NT-32")
@pytest.mark.notice("case arrived", "objection received", "verification asked", "verification due", "verification overdue")
@pytest.mark.notice("objection verified", "objection asks", "decision due", "decision overdue", "objection decided")
@pytest.mark.notice("correction due", "correction overdue", "record corrected")
def test_an_objection_that_everybody_lets_lie_reminds_each_in_turn(send: Send, mail: Heard, days: Days) -> None:
    send("penalties", a_penalty())
    body = who_received(COMPANY)
    us = address_of(COMPANY)
    case = _object()
    asking = objection_desk.ask_to_verify(OFFICER, case.id, case.version, provider=OFFICE, forwarded=(), text="请核实（演示）")
    days(DAY + timedelta(days=1), date(2026, 11, 25))
    told(us, "objection received")
    told(OFFICERS, "case arrived")
    told(PROVIDER, "verification asked", "verification due")
    days(date(2026, 11, 26), date(2026, 11, 28))
    for to in (PROVIDER, OFFICERS):
        told(to, "verification overdue")
    request = asking.facts["verifications"][-1]
    objection_desk.answer_verification(CLERK, request, OFFICE, None, finding="wrong", text="有误。")
    after = objection_desk.find(case.id).case
    after = objection_desk.ask_for_evidence(OFFICER, case.id, after.version, "请补充凭证（演示）。")
    days(date(2026, 11, 29), date(2026, 12, 5))
    told(us, "objection verified", "objection asks")
    told(OFFICERS, "decision due", "decision overdue")
    told(SUPERVISORS, "decision overdue")
    after = _decide(after, "remove")
    assert after.due == date(2026, 12, 9)
    days(date(2026, 12, 6), date(2026, 12, 10))
    told(us, "objection decided")
    for to in (PROVIDER, OFFICERS):
        told(to, "correction due")
    for to in (PROVIDER, OFFICERS, SUPERVISORS):
        told(to, "correction overdue")
    objection_desk.correct(OFFICER, after.id, after.version, {})
    days(date(2026, 12, 11), date(2026, 12, 11))
    told(us, "record corrected")
    told(body, "record corrected")


@pytest.mark.clause("NT-33")
@pytest.mark.notice("appeal received", "appeal due", "appeal overdue", "appeal decided")
def test_an_appeal_is_the_supervisors(send: Send, mail: Heard, days: Days) -> None:
    send("penalties", a_penalty())
    decided = _decide(_object(), "stands")
    case = objections.appeal(SUBJECT, decided.id, decided.version, "理由不成立（演示）。")
    assert case.due
    days(case.due - timedelta(days=5), case.due + timedelta(days=1))
    told(address_of(COMPANY), "appeal received")
    told(SUPERVISORS, "appeal received", "appeal due", "appeal overdue")
    results = _standing(case, "stands")
    objection_desk.answer_appeal(SUPERVISOR, case.id, case.version, results=results, reasons=[], text="理由已核对（演示）。")
    days(case.due + timedelta(days=2), case.due + timedelta(days=2))
    told(address_of(COMPANY), "appeal decided")


@pytest.mark.clause("NT-34", "NT-35", "KLM-20")
@pytest.mark.notice("repair received", "opinion asked", "opinion due", "opinion overdue", "repair opinion", "repair returned")
@pytest.mark.notice("repair took effect", "record repaired")
def test_a_repair_tells_its_subject_of_each_step_and_at_last_everyone_who_received_the_record(
    send: Send, mail: Heard, days: Days, at: Callable[[str], None]
) -> None:
    send("penalties", a_penalty())
    (record,) = _records()
    body, us = who_received(COMPANY), address_of(COMPANY)
    case = repairs.apply(record.subject_id, record.id, STATED, [PNG], By("p_1", "subject"))
    assert case.due
    days(case.due - timedelta(days=4), case.due + timedelta(days=1))
    told(us, "repair received")
    told(PROVIDER, "opinion asked", "opinion due", "opinion overdue")
    told(OFFICERS, "opinion overdue")
    repair_opinions.agree(case.number, AGREED, [OFFICE], CLERK)
    repair_opinions.object_to(case.number, "没有缴清（示例）", By("p_other", "anyone"))
    case = repair_opinions.agree(case.number, AGREED, [OFFICE], CLERK)
    assert case.due
    effect = case.due + timedelta(days=1)
    at(f"{effect}T00:10:00+08:00")
    assert repair_effect.take_effect(effect)["done"] == 1
    days(effect, effect)
    told(us, "repair opinion", "repair returned", "repair took effect")
    told(body, "record repaired")


@pytest.mark.clause("NT-35", "KLM-20")
@pytest.mark.notice("repair shortened", "record shortened")
def test_a_repair_that_only_shortens_is_not_told_as_one_that_ends_the_record(
    send: Send, mail: Heard, days: Days, at: Callable[[str], None]
) -> None:
    send("penalties", a_penalty())
    (record,) = _records()
    body, us = who_received(COMPANY), address_of(COMPANY)
    case = repairs.apply(record.subject_id, record.id, STATED, [PNG], By("p_1", "subject"))
    case = repair_opinions.agree(case.number, replace(AGREED, effect="shortens", until=date(2026, 12, 31)), [OFFICE], CLERK)
    assert case.due
    effect = case.due + timedelta(days=1)
    at(f"{effect}T00:10:00+08:00")
    assert repair_effect.take_effect(effect)["done"] == 1
    days(effect, effect)
    told(us, "repair received", "repair opinion", "repair shortened")
    told(body, "record shortened")


@pytest.mark.notice("repair refused", "record withdrawn")
def test_a_refused_repair_and_a_record_taken_back_are_told(send: Send, mail: Heard, days: Days) -> None:
    send("penalties", a_penalty())
    (record,) = _records()
    body, us = who_received(COMPANY), address_of(COMPANY)
    case = repairs.apply(record.subject_id, record.id, STATED, [PNG], By("p_1", "subject"))
    repair_opinions.refuse(case.number, "没有缴清（示例）", [OFFICE], CLERK)
    proposed = provider_records.propose([OFFICE], record.subject_id, record.id, By("p_2", "provider", "主体有误（示例）"))
    provider_records.confirm([OFFICE], proposed.number, By("p_3", "provider"))
    days(DAY + timedelta(days=1), DAY + timedelta(days=1))
    told(us, "repair refused", "record withdrawn")
    told(body, "record withdrawn")
    assert "verification asked" not in heard(PROVIDER), "a clerk who is to confirm has nothing to verify"


@pytest.mark.clause("HY-26c", "HY-20d")
@pytest.mark.notice("exit received", "exit asked", "exit decided", "left list")
def test_an_exit_is_told_to_who_decides_and_to_who_left(send: Send, mail: Heard, days: Days, monkeypatch: pytest.MonkeyPatch) -> None:
    send("blacklist", a_black_entry())
    body, us = who_received(COMPANY), address_of(COMPANY)
    entry = test_exits._entry()
    case = lists.apply(test_exits._subject(), entry.id, "义务已经履行（演示）", PNG)
    days(DAY + timedelta(days=1), DAY + timedelta(days=1))
    told(us, "exit received")
    told(PROVIDER, "exit asked")
    lists.decide(test_exits._recogniser(), case.number, "grant", reason="已经履行（演示）", grounds="duties done")
    lists.decide(test_exits._officer(), case.number, "confirm", reason="")
    days(DAY + timedelta(days=2), DAY + timedelta(days=2))
    told(us, "exit decided", "left list")
    told(body, "left list")


@pytest.mark.clause("KLM-17", "KLM-20c")
@pytest.mark.notice("measure asked", "measure ended")
def test_a_measure_is_told_to_its_body_and_its_end_to_both(send: Send, mail: Heard, days: Days, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGXIN_CITY", "karamay")
    body = f"body:{test_measures.BODY}"
    reachable(body)
    key = api_keys.create("示例市演示财政局", [f"measures:{test_measures.BODY}"])[0]
    number = test_measures._imposed(send, last_day=date(2026, 11, 25))
    days(date(2026, 11, 22), date(2026, 11, 25))
    told(body, "measure asked")
    assert "case arrived" in heard(OFFICERS), "the proposals that wait for somebody to decide"
    measures.feed_back(key, number, done="applied", text="")
    over = date(2026, 11, 26)
    days(over, over)
    assert measures.due(over)["done"] == 1
    days(date(2026, 11, 27), date(2026, 11, 27))
    told(body, "measure ended")
    told(address_of(COMPANY), "measure ended")


@pytest.mark.clause("HY-20c", "NTN-3c", "HY-20a")
@pytest.mark.notice("end missing", "incentive doubted", "watched act")
def test_what_comes_up_about_the_listed_is_told_to_the_recogniser(
    send: Send, mail: Heard, days: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINGXIN_CITY", "hanyang")
    send("redlist", a_red_entry(有效期至=""))
    send("redlist", a_red_entry(名单名称="示例诚信单位"))
    send("watchlist", a_watch_entry())
    send("penalties", a_penalty(备注="失信程度：严重", 公示截止期="2029/02/25"))
    follow_up.due(DAY)
    days(DAY + timedelta(days=1), DAY + timedelta(days=1))
    assert {"end missing", "incentive doubted", "watched act"} <= set(heard(PROVIDER))
    assert {"incentive doubted", "watched act"} <= set(heard(OFFICERS))
    assert {one.state for one in kept.of(PROVIDER, 50)[0]} == {"told"}


@pytest.mark.settles(*OF_CASES)
def test_what_has_gone_on_meanwhile_is_not_told_whatever_the_kind(send: Send, mail: Heard) -> None:
    send("penalties", a_penalty())
    case = _object()
    late = case.due + timedelta(days=1) if case.due else DAY
    announced = [(one.kind, one.to) for one in of_case(case, DAY)]
    assert {kind for kind, _ in announced} == {"case arrived", "decision due", "decision overdue"}
    assert all(settled.still_open(kind, to, case.id, late) for kind, to in announced)
    _decide(case, "stands")
    assert not any(settled.still_open(kind, to, case.id, late) for kind in OF_CASES for to in (OFFICERS, PROVIDER, SUPERVISORS))


def test_a_case_that_waits_for_its_day_or_for_who_has_heard_of_it_is_announced_to_nobody(send: Send, mail: Heard) -> None:
    send("penalties", a_penalty())
    (record,) = _records()
    case = repairs.apply(record.subject_id, record.id, STATED, [PNG], By("p_1", "subject"))
    public = repair_opinions.agree(case.number, AGREED, [OFFICE], CLERK)
    assert list(of_case(public, DAY)) == []
    proposed = provider_records.propose([OFFICE], record.subject_id, record.id, By("p_2", "provider", "主体有误（示例）"))
    assert list(of_case(proposed, DAY)) == []


@forks
@pytest.mark.parametrize("after", [False, True])
def test_a_kill_at_any_write_of_a_repair_that_takes_effect_loses_no_notice(
    send: Send, mail: Heard, at: Callable[[str], None], after: bool
) -> None:
    number, killed, effect = 0, True, date(2026, 12, 1)
    while killed:
        number += 1
        at("2026-11-21T09:00:00+08:00")
        code = Identifier("uscc", a_code(number))
        send("penalties", a_penalty(**{CODE: code.number}))
        body = who_received(code)
        (record,) = _records(code)
        case = repairs.apply(record.subject_id, record.id, STATED, [PNG], By("p_1", "subject"))
        repair_opinions.agree(case.number, AGREED, [OFFICE], CLERK)
        at(f"{effect}T00:10:00+08:00")
        killed = killed_at(number, lambda: repair_effect.take_effect(effect), after=after)
        repair_effect.take_effect(effect)
        at(f"{effect}T00:15:00+08:00")
        follow_up.due(effect)
        found = cases.load(case.id)
        assert found
        assert found.state == "effective"
        assert (heard(address_of(code)).count("repair took effect"), heard(body)) == (1, ["record repaired"])
        assert follow_up.due(effect)["due"] == 0
    assert number > 3
    assert clock.today() == effect
