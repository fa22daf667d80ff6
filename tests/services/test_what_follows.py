"""What follows from a change of a record: people responsible follow in steps, who received it is told, what is purged is gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from chalicelib import clock, settings
from chalicelib.records.entries import Record
from chalicelib.records.identifiers import Identifier
from chalicelib.records.people import Mandate, Person, Session
from chalicelib.records.remedies import Case
from chalicelib.services.exchange import export
from chalicelib.services.identity import api_keys
from chalicelib.services.own import my_archive, my_queries
from chalicelib.services.publication import look_up, publicity, publish
from chalicelib.services.querying import asked, queries, shared
from chalicelib.services.querying.queries import Asking
from chalicelib.services.remedies import follow_up, objection_desk, objections, recalls, receivers, what_follows
from chalicelib.services.remedies.objections import Stated
from chalicelib.services.remedies.record_changes import Why
from chalicelib.services.reporting import reports
from chalicelib.storage import aftermath, engine, files, held, notices
from chalicelib.storage import archive as storage
from tests.services.conftest import Send
from tests.services.rows import OFFICE, a_black_entry, a_code, a_penalty, a_person_number, a_subject

COMPANY = Identifier("uscc", a_code())
OFFICER = "p_officer"
SECRET = "某某慢性病（演示）"


def _session(person: str = "p_1", *, roles: tuple[str, ...] = ()) -> Session:
    at = datetime.fromisoformat("2026-11-21T01:00:00+00:00")
    mandates = () if roles else (Mandate(a_code(), "示例甲食品有限公司", ("read", "object")),)
    whom = Person(person, "staff" if roles else "citizens", "演示", mandates=mandates, roles=roles)
    return Session("k", whom, at, at, acting_for="" if roles else a_code())


def _records(identifier: Identifier = COMPANY) -> list[Record]:
    found = storage.collection(storage.subjects_of([identifier])[identifier])
    return found[1] if found else []


def _people(count: int, first: int = 0) -> list[Identifier]:
    days = (date(1960, 1, 1) + timedelta(days=first + number) for number in range(count))
    return [Identifier("resident_id", a_person_number(f"{day:%Y%m%d}")) for day in days]


def _severe(people: list[Identifier], **cells: str) -> dict[str, str]:
    told = ";".join(f"演示人员/{one.number}/负责人" for one in people)
    return a_penalty(**{"备注": "失信程度：严重", "公示截止期": "", "处罚有效期": "", "责任人员": told, **cells})


def _object() -> Case:
    return objections.make(_session(), Stated(tuple(one.id for one in _records()), ("forbidden",), "不该归集（示例）。"))


def _decide(case: Case, said: str) -> Case:
    results = dict.fromkeys(case.about, said)
    officer = _session(OFFICER, roles=("officer",))
    return objection_desk.decide(officer, case.id, case.version, results=results, reasons=["forbidden"], text="")


def _correct(case: Case, values: dict[str, dict[str, str]] | None = None) -> Case:
    return objection_desk.correct(_session(OFFICER, roles=("officer",)), case.id, case.version, values or {})


@pytest.mark.clause("NT-29", "NT-32")
def test_fifty_people_responsible_follow_in_steps_and_the_job_completes_what_was_left_out(
    send: Send, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    people = _people(50)
    rows = [_severe(people[10 * n : 10 * n + 10], 行政处罚决定书文号=f"示罚〔2026〕{n}号") for n in range(5)]
    assert send("penalties", *rows).accepted == 5
    case = _object()
    assert {flag for person in people for flag in _records(person)[0].flags} == {"under_objection", "measures_suspended"}
    decided = _decide(case, "amend")
    with monkeypatch.context() as crash:
        crash.setattr(what_follows, "settle", lambda _: None)  # whoever corrects is cut off right after it
        _correct(decided, {record: {"facts": "更正后的事实（示例）。"} for record in case.about})
    followed = [_records(person)[0].content["facts"] == "更正后的事实（示例）。" for person in people]
    assert 0 < sum(followed) < 50
    at("2026-11-21T09:30:00+08:00")
    assert follow_up.due(clock.today())["failed"] == 0
    for person in people:
        (record,) = _records(person)
        assert (record.content["facts"], record.flags) == ("更正后的事实（示例）。", ("corrected",))
        told = notices.of("s:" + record.subject_id, 20)[0]
        assert [one.kind for one in told if one.kind == "record corrected"] == ["record corrected"]
    assert [left for record in case.about for left in aftermath.of_record(record)] == []
    assert publish.pending()["failed"] == 0


def test_what_fails_again_and_again_holds_up_nothing_that_comes_behind_it(
    send: Send, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    send("blacklist", *(a_black_entry(列入日期=f"2026/11/{number:02}") for number in (3, 4, 5)))
    genuine, bad = follow_up._look_at, set[str]()

    def breaks(changes: object, subject_id: str, record_id: str) -> None:
        if len(bad) < 2:
            bad.add(record_id)
        if record_id in bad:
            raise ValueError
        genuine(changes, subject_id, record_id)  # type: ignore[arg-type]

    monkeypatch.setattr(follow_up, "_look_at", breaks)
    assert follow_up.due(clock.today(), limit=2) == {"due": 2, "done": 0, "failed": 2}
    assert follow_up.due(clock.today(), limit=2) == {"due": 2, "done": 1, "failed": 1}
    at("2026-11-22T00:05:00+08:00")
    send("blacklist", a_black_entry(列入日期="2026/11/06"))
    assert follow_up.due(clock.today(), limit=2) == {"due": 2, "done": 0, "failed": 2}
    assert follow_up.due(clock.today(), limit=2) == {"due": 2, "done": 1, "failed": 1}


def test_a_change_whose_note_cannot_be_read_holds_up_no_other(
    send: Send, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    send("penalties", *(a_penalty(行政处罚决定书文号=f"示罚〔2026〕{number}号") for number in range(3)))
    with monkeypatch.context() as crash:
        crash.setattr(what_follows, "settle", lambda _: None)
        for minute, record in enumerate(_records()):
            at(f"2026-11-21T10:{minute:02}:00+08:00")
            why = Why("record.flagged", "a_1", "YY-1", clock.now())
            what_follows.change(record.subject_id, record.id, lambda one: replace(one, flags=("under_objection",)), why)
    at("2026-11-21T11:00:00+08:00")
    first, _ = next(iter(aftermath.waiting("2026-11-21T02:00:30", 1)))
    table, key = settings.table("archive"), {"pk": {"S": first[0]}, "sk": {"S": first[1]}}
    values = {":sealed": {"B": b"damaged" * 9}}
    engine.client().update_item(TableName=table, Key=key, UpdateExpression="SET sealed = :sealed", ExpressionAttributeValues=values)
    assert what_follows.left_out(limit=1) == {"due": 1, "done": 0, "failed": 1}
    assert what_follows.left_out(limit=1) == {"due": 1, "done": 1, "failed": 0}
    at("2026-11-21T11:05:00+08:00")
    assert what_follows.left_out() == {"due": 2, "done": 1, "failed": 1}


@pytest.mark.clause("NT-29")
def test_a_flag_of_ones_own_stays_while_the_organisations_goes_and_the_other_way_round(send: Send) -> None:
    (person,) = _people(1)
    send("penalties", _severe([person]))
    (own,) = _records(person)
    theirs = _object()
    stated = Stated((own.id,), ("not responsible",), "不是负责人（示例）。")
    mine = objections.receive(own.subject_id, stated, objections.By("p_9", "subject"))
    objections.withdraw(_session(), theirs.id, theirs.version)
    assert "under_objection" in _records(person)[0].flags
    assert _records()[0].flags == ()
    again = _object()
    removed = _decide(mine, "remove")
    _correct(removed)
    (ended,) = _records(person)
    assert ended.ended
    assert ended.ended.case == mine.id
    _correct(_decide(again, "amend"), {again.about[0]: {"facts": "更正后的事实（示例）。"}})
    assert _records(person)[0].ended == ended.ended
    assert held.holders(own.id, "objection") == ()


@pytest.mark.clause("NT-37", "KLM-20", "NT-29")
def test_a_batch_that_is_taken_back_is_told_to_who_received_its_records(send: Send) -> None:
    (person,) = _people(1)
    sent = send("penalties", _severe([person]))
    key, _ = api_keys.create("示例使用单位", ["shared:read"])
    shared.query(asked.read({"code": a_code()}), Asking(key, "审核", "事项1"))
    recalls.propose(sent.batch, "整批录入有误（示例）", by="a_1", offices=[OFFICE])
    recalls.confirm(sent.batch, by="a_2", offices=[OFFICE], officer=False)
    for to in (f"body:{key.id}", *(f"s:{_records(one)[0].subject_id}" for one in (COMPANY, person))):
        assert "record withdrawn" in [one.kind for one in notices.of(to, 10)[0]]


@pytest.mark.clause("NT-32", "KLM-20")
@pytest.mark.notice("receiver to tell")
def test_whom_an_export_went_to_is_known_by_name_and_officers_are_told_to_send_word(send: Send, tmp_path: Path) -> None:
    send("penalties", a_penalty())
    for receiver in ("示例省平台", "示例邻市"):
        export.export(tmp_path / receiver, full=True, receiver=receiver)
    (record,) = _records()
    found = receivers.of_record(record.subject_id, record.id)
    assert sorted(found.values()) == ["示例省平台", "示例邻市"]
    _correct(_decide(_object(), "remove"))
    for body in found:
        assert [one.kind for one in notices.of(f"body:{body}", 10)[0]] == ["record corrected"]
    told = [one for one in notices.of("officers", 20)[0] if one.kind == "receiver to tell"]
    assert sorted(one.facts["asker"] for one in told) == ["示例省平台", "示例邻市"]


@pytest.mark.clause("NT-14b")
def test_what_is_purged_is_gone_from_reports_traces_complaints_cases_and_notices(
    send: Send, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: Callable[[str], None]
) -> None:
    monkeypatch.setattr(files, "files", lambda: files.Folder(tmp_path / "files"))
    send("subjects", a_subject())
    send("penalties", a_penalty(违法行为类型=SECRET, 违法事实=f"当事人患有{SECRET}。"))
    (record,) = _records()
    report = reports.ask_for(record.subject_id, asked_by="p_1", purpose="示例")
    assert reports.render(report.number)
    kept = reports.report(record.subject_id, report.number)
    assert kept
    assert kept.file
    key, _ = api_keys.create("示例使用单位", ["shared:read"])
    shared.query(asked.read({"code": a_code()}), Asking(key, "审核", "事项1"))
    query = queries.of_subject(record.subject_id).items[0]
    assert [one.title for one in query.given] == [SECRET]
    my_queries.complain(_session(), query.id, f"为什么查询我的“{SECRET}”？")
    earlier = _object()
    objections.withdraw(_session(), earlier.id, earlier.version)
    decided = _decide(_object(), "purge")
    _correct(decided)
    at("2026-11-21T09:30:00+08:00")
    assert follow_up.due(clock.today())["failed"] == 0
    gone = reports.report(record.subject_id, report.number)
    assert gone
    assert (gone.state, gone.file) == ("withdrawn", None)
    with pytest.raises(FileNotFoundError):
        files.Folder(tmp_path / "files").get(kept.file)
    content = reports.content(record.subject_id, report.number)
    everything = [
        content and content.as_facts(),
        queries.facts(queries.of_subject(record.subject_id)),
        [one.text for one in my_queries.complaints_of(_session())],
        [objection_desk.find(number).case.facts for number in (earlier.id, decided.id)],
        [step.facts for number in (earlier.id, decided.id) for step in objection_desk.find(number).history],
        [one.facts for one in notices.of(f"s:{record.subject_id}", 20)[0]],
        my_archive.of_identifier(COMPANY, day=clock.today(), archived=True, page=1),
        [one.content for one in storage.earlier_records(record.subject_id, record.id)],
    ]
    assert SECRET not in str(everything)
    assert SECRET not in str([look_up.organisation(a_code(), day=clock.today()), publicity.announced("corrections", day=clock.today())])
    assert str(everything).count("为什么查询我的") == 1
