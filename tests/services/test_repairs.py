"""Repairs from the application to the effect: what is public when, what comes back by an objection, and where the record is gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from chalicelib import cities
from chalicelib.law import repair
from chalicelib.law.decisions import Refused
from chalicelib.law.repair import Application
from chalicelib.records.entries import Record
from chalicelib.records.identifiers import Identifier
from chalicelib.records.remedies import Case
from chalicelib.services.own import my_archive
from chalicelib.services.publication import look_up, publicity, search
from chalicelib.services.remedies import objections, record_changes, repair_effect, repair_opinions, repairs
from chalicelib.services.remedies.casework import By
from chalicelib.services.remedies.objections import Stated
from chalicelib.services.remedies.repair_opinions import Opinion
from chalicelib.services.reporting import reports
from chalicelib.storage import archive as storage
from chalicelib.storage import cases, stubs
from tests.people.desk import PNG
from tests.services.conftest import Send
from tests.services.rows import OFFICE, a_code, a_penalty, a_person, a_person_number

COMPANY = Identifier("uscc", a_code())
DIRECTOR = Identifier("resident_id", a_person_number("19700101"))
SUBJECT, CLERK = By("p_subject", "subject"), By("p_clerk", "provider")
STATED = Application(date(2026, 2, 2), ("payment", "training"), "罚款已缴清（示例）", "今后守法经营（示例）", "已建立制度（示例）")
AGREED = Opinion("ends", "已纠正，同意修复（示例）", in_time=True)
BEFORE_THE_FESTIVAL = "2026-02-11T10:00:00+08:00"


@pytest.fixture
def record(send: Send, at: Callable[[str], None]) -> Record:
    """A severe penalty of a company, with a director stated to be responsible."""
    at(BEFORE_THE_FESTIVAL)
    rows = {"处罚决定日期": "2026/01/05", "处罚有效期": "", "公示截止期": "", "备注": "失信程度：严重"}
    sent = send("penalties", a_penalty(**rows, 责任人员=f"吴示例/{DIRECTOR.number}/总经理"))
    assert sent.accepted == 1, sent
    return only(COMPANY)


def only(identifier: Identifier) -> Record:
    found = storage.collection(storage.subjects_of([identifier])[identifier])
    assert found
    (record,) = found[1]
    return record


def applied(record: Record) -> Case:
    return repairs.apply(record.subject_id, record.id, STATED, [PNG], SUBJECT)


def announced(day: date) -> list[str]:
    return [entry["id"] for entry in publicity.announced("repairs", day=day)["items"]]


def shown(day: date) -> list[str]:
    found = look_up.organisation(COMPANY.number, day=day)
    assert found
    return [entry["document_no"] for entry in found["records"]]


@pytest.mark.clause("NT-34", "NT-35", "NT-29", "NT-36")
def test_an_opinion_takes_effect_after_five_working_days_over_spring_festival_and_the_record_is_gone(
    record: Record, at: Callable[[str], None]
) -> None:
    report = reports.ask_for(record.subject_id, asked_by="p_1", purpose="示例")
    reports.render(report.number)
    case = applied(record)
    assert (case.state, case.due) == ("applied", date(2026, 3, 3))
    assert [one.number for one in cases.queue(f"provider:{OFFICE}", 10)[0]] == [case.number]
    case = repair_opinions.agree(case.number, AGREED, [OFFICE], CLERK)
    assert (case.state, case.due) == ("public", date(2026, 2, 25))
    assert announced(date(2026, 2, 11)) == announced(date(2026, 2, 25)) == [case.number]
    assert announced(date(2026, 2, 26)) == []
    at("2026-02-25T23:59:00+08:00")
    assert repair_effect.take_effect(date(2026, 2, 25)) == {"due": 0, "done": 0, "failed": 0}
    assert shown(date(2026, 2, 25)) == [record.document_no]
    at("2026-02-26T00:10:00+08:00")
    assert repair_effect.take_effect(date(2026, 2, 26)) == {"due": 1, "done": 1, "failed": 0}
    assert repair_effect.take_effect(date(2026, 2, 26)) == {"due": 0, "done": 0, "failed": 0}
    day = date(2026, 2, 26)
    assert shown(day) == []
    assert publicity.announced("penalties", day=day)["items"] == []
    stub = stubs.by_number(report.number)
    assert stub
    assert stubs.superseded(stub, day)
    again = reports.ask_for(record.subject_id, asked_by="p_1", purpose="示例")
    content = reports.content(record.subject_id, again.number)
    assert content
    assert [entry.id for section in content.sections for entry in section.entries] == []
    for holder in (COMPANY, DIRECTOR):
        archived = my_archive.of_identifier(holder, day=day, archived=True, page=1)
        assert [entry.facts["flags"] for entry in archived.entries] == [["repaired"]], holder
        assert my_archive.of_identifier(holder, day=day, archived=False, page=1).entries == ()
    (before,) = storage.earlier_records(record.subject_id, record.id)
    assert before == replace(record, responsible=before.responsible)
    assert repairs.shown(case.number).case.state == "effective"


@pytest.mark.clause("KLM-20")
def test_a_signed_certificate_of_the_repair_is_verifiable_and_stays_true(record: Record, at: Callable[[str], None], send: Send) -> None:
    with pytest.raises(Refused, match="没有可以证明"):
        reports.ask_for(record.subject_id, asked_by="p_1", purpose="示例", certified=record.id)
    repair_opinions.agree(applied(record).number, AGREED, [OFFICE], CLERK)
    at("2026-02-26T00:10:00+08:00")
    repair_effect.take_effect(date(2026, 2, 26))
    report = reports.ask_for(record.subject_id, asked_by="p_1", purpose="示例", certified=record.id)
    assert reports.render(report.number)
    content = reports.content(record.subject_id, report.number)
    assert content
    assert (content.title, content.sections) == ("信用修复证明", ())
    said = str(content.as_facts())
    assert "2026年2月26日 生效" in said
    assert str(record.document_no) in said
    assert record.title not in said
    assert send("penalties", a_penalty(行政处罚决定书文号="示罚〔2026〕3号", 处罚决定日期="2026/02/25")).accepted == 1
    stub = stubs.by_number(report.number)
    assert stub
    assert not stubs.superseded(stub, date(2029, 1, 1))


@pytest.mark.clause("NT-35")
def test_an_opinion_that_only_shortens_gives_the_record_its_new_last_day(record: Record, at: Callable[[str], None]) -> None:
    opinion = Opinion("shortens", "同意缩短（示例）", date(2026, 6, 30))
    repair_opinions.agree(applied(record).number, opinion, [OFFICE], CLERK)
    at("2026-02-26T00:10:00+08:00")
    repair_effect.take_effect(date(2026, 2, 26))
    assert shown(date(2026, 6, 30)) == [record.document_no]
    assert shown(date(2026, 7, 1)) == []
    assert only(DIRECTOR).valid_until == date(2026, 6, 30)


@pytest.mark.clause("NT-35")
def test_an_objection_while_it_is_public_sends_the_opinion_back_and_ends_its_announcement(
    record: Record, at: Callable[[str], None]
) -> None:
    case = repair_opinions.agree(applied(record).number, AGREED, [OFFICE], CLERK)
    at("2026-02-25T12:00:00+08:00")
    case = repair_opinions.object_to(case.number, "没有缴清（示例）", By("p_other", "anyone"))
    assert (case.state, case.due) == ("objected", date(2026, 3, 10))
    assert announced(date(2026, 2, 25)) == []
    at("2026-02-26T00:10:00+08:00")
    assert repair_effect.take_effect(date(2026, 2, 26))["due"] == 0
    assert shown(date(2026, 2, 26)) == [record.document_no]
    case = repair_opinions.agree(case.number, AGREED, [OFFICE], CLERK)
    assert (case.due, announced(date(2026, 2, 26))) == (date(2026, 3, 4), [case.number])


@pytest.mark.clause("NT-35")
def test_after_its_last_public_day_nobody_objects_to_an_opinion_any_more(record: Record, at: Callable[[str], None]) -> None:
    case = repair_opinions.agree(applied(record).number, AGREED, [OFFICE], CLERK)
    at("2026-02-26T00:01:00+08:00")
    with pytest.raises(Refused, match="公示期已满"):
        repair_opinions.object_to(case.number, "没有缴清（示例）", By("p_other", "anyone"))


@pytest.mark.clause("NT-34")
def test_the_provider_alone_decides_and_one_who_refuses_says_why(record: Record) -> None:
    case = applied(record)
    with pytest.raises(repairs.Unknown):
        repair_opinions.agree(case.number, AGREED, [a_code(7, "11")], CLERK)
    with pytest.raises(Refused, match="信息提供单位"):
        repair_opinions.agree(case.number, AGREED, [OFFICE], By("p_officer", "officer"))
    with pytest.raises(Refused, match="请写明意见"):
        repair_opinions.refuse(case.number, " ", [OFFICE], CLERK)
    case = repair_opinions.refuse(case.number, "影响尚未消除（示例）", [OFFICE], CLERK)
    assert (case.state, case.waits_for, case.facts["opinion"]) == ("refused", "", "影响尚未消除（示例）")
    assert applied(record).state == "applied"


@pytest.mark.clause("NT-34")
def test_one_record_has_one_repair_at_a_time_and_its_subject_can_take_it_back(record: Record) -> None:
    case = repair_opinions.agree(applied(record).number, AGREED, [OFFICE], CLERK)
    with pytest.raises(Refused, match=case.number):
        applied(record)
    assert repair_opinions.take_back(case.number, SUBJECT).state == "taken back"
    assert announced(date(2026, 2, 11)) == []
    assert applied(record).state == "applied"


@pytest.mark.clause("NT-34")
def test_a_record_that_ends_meanwhile_ends_its_repair(record: Record, at: Callable[[str], None]) -> None:
    case = applied(record)
    at("2029-01-06T09:00:00+08:00")
    with pytest.raises(Refused, match="不再使用"):
        repair_opinions.agree(case.number, AGREED, [OFFICE], CLERK)
    assert repairs.shown(case.number).case.state == "lapsed"


@pytest.mark.clause("NT-29")
def test_the_record_of_a_responsible_person_is_repaired_with_its_parent_alone(record: Record) -> None:
    person = only(DIRECTOR)
    with pytest.raises(Refused, match="由单位提出申请"):
        repairs.apply(person.subject_id, person.id, STATED, [PNG], SUBJECT)


@pytest.mark.clause("NT-34")
@pytest.mark.parametrize(("proofs", "reason"), [([], "证明材料"), ([PNG] * 6, "证明材料"), ([b"MZ\x90"], "PDF")])
def test_an_application_brings_proof_that_can_be_read(record: Record, proofs: list[bytes], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        repairs.apply(record.subject_id, record.id, STATED, proofs, SUBJECT)


@pytest.mark.clause("NT-35", "HY-25c")
def test_the_opinion_on_a_natural_person_is_not_announced_where_the_city_shows_no_people(send: Send, at: Callable[[str], None]) -> None:
    at(BEFORE_THE_FESTIVAL)
    person = Identifier("resident_id", a_person_number("19900615"))
    row = a_penalty(**a_person(), 处罚决定日期="2026/01/05", 处罚有效期="", 公示截止期="")
    assert send("penalties", row).accepted == 1
    case = repair_opinions.agree(applied(only(person)).number, AGREED, [OFFICE], CLERK)
    assert (case.due, announced(date(2026, 2, 11))) == (date(2026, 2, 25), [])


@pytest.mark.clause("NT-35")
def test_what_is_announced_names_the_opinion_and_is_found_by_name_as_long_as_it_counts(record: Record) -> None:
    case = repair_opinions.agree(applied(record).number, AGREED, [OFFICE], CLERK)
    sphere = cities.load("nantong").catalogue["penalty"].sphere
    (entry,) = publicity.announced("repairs", day=date(2026, 2, 11), body=OFFICE, field=sphere)["items"]
    assert entry["content"]["opinion"] == AGREED.words
    assert (entry["document_no"], entry["valid_until"], entry["subject"]["code"]) == (record.document_no, "2026-02-25", COMPANY.number)
    assert case.number == entry["id"] == entry["content"]["number"]
    assert [found["code"] for found in search.search("示例甲", day=date(2026, 2, 11))["items"]] == [COMPANY.number]
    record_changes.show([record.subject_id])
    assert announced(date(2026, 2, 11)) == [case.number]


@pytest.mark.clause("NT-35", "NT-32f")
def test_an_opinion_on_a_record_whose_use_is_suspended_is_public_too_but_not_what_the_record_tells_of(
    record: Record, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINGXIN_CITY", "karamay")
    case = applied(record)
    objections.receive(record.subject_id, Stated((record.id,), ("wrong",), "写错了（示例）。"), SUBJECT)
    case = repair_opinions.agree(case.number, AGREED, [OFFICE], CLERK)
    assert case.due
    day = date(2026, 2, 11)
    assert shown(day) == []
    (entry,) = publicity.announced("repairs", day=day)["items"]
    assert (entry["id"], entry["title"], entry["document_no"]) == (case.number, "行政处罚信息", record.document_no)
    assert record.title not in str(entry)
    effect = repair.takes_effect_on(case.due)
    at(f"{effect}T00:10:00+08:00")
    assert repair_effect.take_effect(effect)["done"] == 1
    ended = only(COMPANY).ended
    assert (ended and ended.how, announced(effect), shown(effect)) == ("repaired", [], [])
