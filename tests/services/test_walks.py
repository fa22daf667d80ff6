"""Whole procedures, killed at every write and gone on with: the end is the same, as it is under faults of the engine (NT-36)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from botocore.retries import standard

from chalicelib import clock, settings
from chalicelib.law import objections as law
from chalicelib.law.repair import Application
from chalicelib.records.entries import Record
from chalicelib.records.identifiers import Identifier
from chalicelib.records.people import Mandate, Person, Session
from chalicelib.records.remedies import Case
from chalicelib.services.identity import api_keys
from chalicelib.services.own import my_queries
from chalicelib.services.publication import look_up, publicity, publish
from chalicelib.services.remedies import (
    casework,
    complaint_desk,
    follow_up,
    lists,
    measures,
    objection_desk,
    objections,
    provider_records,
    recalls,
    redacting,
    repair_effect,
    repair_opinions,
    repairs,
)
from chalicelib.services.remedies.casework import By
from chalicelib.services.remedies.objections import Stated
from chalicelib.services.remedies.repair_opinions import Opinion
from chalicelib.storage import aftermath, cases, complaints, engine, files, held, notices
from chalicelib.storage import archive as storage
from tests.people.desk import PNG
from tests.services.conftest import Send
from tests.services.faults import Faults, killed_at
from tests.services.rows import CODE, OFFICE, a_black_entry, a_code, a_penalty, a_person_number

MORNING, EFFECT, LATER = (f"{day}+08:00" for day in ("2026-11-21T09:00:00", "2026-11-30T00:10:00", "2026-11-30T09:00:00"))
LAST = date(2026, 11, 30)
KINDS = ("penalties", "blacklist", "repairs", "corrections", "exits")
STATED = Application(date(2026, 3, 2), ("payment",), "罚款已缴清（示例）", "今后守法经营（示例）", "已建立制度（示例）")
At = Callable[[str], None]


@dataclass(frozen=True)
class Flow:
    """A procedure: the row that it is about, what makes it, what goes on with it from wherever it stands, and how many writes it has at
    least."""

    kind: str
    row: Callable[[int], dict[str, str]]
    walk: Callable[[At, str], None]
    city: str = "nantong"
    least: int = 5


def _person(number: int) -> Identifier:
    return Identifier("resident_id", a_person_number(f"{1950 + number}0101"))


def _severe(number: int) -> dict[str, str]:
    told = {"备注": "失信程度：严重", "公示截止期": "", "处罚有效期": "", "责任人员": f"演示人员/{_person(number).number}/负责人"}
    return a_penalty(**{CODE: a_code(number), **told})


def _listed(number: int) -> dict[str, str]:
    return a_black_entry(统一社会信用代码=a_code(number))


def _records(identifier: Identifier) -> list[Record]:
    found = storage.subjects_of([identifier]).get(identifier)
    collection = storage.collection(found) if found else None
    return collection[1] if collection else []


def _only(code: str) -> Record:
    (record,) = _records(Identifier("uscc", code))
    return record


def _staff(name: str, *roles: str) -> Session:
    return Session(name, Person(f"p_{name}", "staff", "演示", roles=roles), clock.now(), clock.now())


def _company(code: str) -> Session:
    mandate = Mandate(code, "示例甲食品有限公司", ("read", "object"))
    agent = Person("p_s", "citizens", "钱示例", Identifier("resident_id", a_person_number()), mandates=(mandate,))
    return Session("s", agent, clock.now(), clock.now(), acting_for=code)


def _latest(record: Record, procedure: str) -> Case | None:
    found = cases.of_subject([record.subject_id], procedure)
    return found[0] if found else None


def _object(at: At, code: str) -> None:
    record, officer = _only(code), _staff("a", "officer")
    stated = Stated((record.id,), ("wrong",), "处罚金额写错了（示例）。", channel="provider", files=(PNG,))
    case = _latest(record, "objection") or objections.make(_company(code), stated)
    if not case.facts.get("redacted") and not law.PROCEDURE.state(case.state).final:
        case = redacting.put_in(officer, case.id, case.version, of="a1", content=PNG + PNG)
    for request in objection_desk.find(case.id).verifications:
        if request.state == "asked":
            objection_desk.answer_verification(By("p_c", "provider"), request.id, OFFICE, None, finding="wrong", text="有误（示例）。")
    case = objection_desk.find(case.id).case
    if case.state == "verifying":
        case = objection_desk.decide(officer, case.id, case.version, results={record.id: "remove"}, reasons=["differs"], text="")
    if case.state == "correcting":
        objection_desk.correct(officer, case.id, case.version, {})


def _complain(at: At, code: str) -> None:
    company = _company(code)
    made = my_queries.complaints_of(company) or [my_queries.complain(company, "", "没有理由的查询（示例）。")]
    if made[0].answer is None:
        complaint_desk.answer(_staff("a", "officer"), _only(code).subject_id, made[0].receipt, "已核查，系依法查询（示例）。")


def _take_back(at: At, code: str) -> None:
    batch = _only(code).batch
    if recalls.of(batch) is None:
        recalls.propose(batch, "整批有误（示例）", by="a_1", offices=[OFFICE])
    recall = recalls.of(batch)
    if recall and recall.state == "waiting":
        recalls.confirm(batch, by="a_2", offices=[OFFICE], officer=False)
    recalls.go_on(clock.today())


def _repair(at: At, code: str) -> None:
    record = _only(code)
    case = _latest(record, "repair") or repairs.apply(record.subject_id, record.id, STATED, [PNG], By("p_s", "subject"))
    if case.state == "applied":
        repair_opinions.agree(case.number, Opinion("ends", "已纠正（示例）"), [OFFICE], By("p_c", "provider"))
    at(EFFECT)
    repair_effect.take_effect(LAST)


def _correct_and_withdraw(at: At, code: str) -> None:
    record, by = _only(code), By("p_c", "provider", "录入有误（示例）")
    if "corrected" not in record.flags:
        provider_records.correct([OFFICE], record.subject_id, record.id, {"facts": "更正后的事实（示例）。"}, by)
    case = _latest(record, "withdrawal") or provider_records.propose([OFFICE], record.subject_id, record.id, by)
    if case.state == "proposed":
        provider_records.confirm([OFFICE], case.number, By("p_d", "provider"))


def _leave(at: At, code: str) -> None:
    record, officer = _only(code), _staff("a", "officer")
    case = _latest(record, "exit")
    if case is None:
        number = Identifier("uscc", code)
        case = lists.propose(officer, number, record.id, grounds="duties done", reason="义务已经履行（示例）")
    if case.state == "proposed":
        lists.decide(_staff("b", "officer"), case.number, "confirm", reason="核对无误（示例）")


def _measure(at: At, code: str) -> None:
    follow_up.due(clock.today())
    record, body = _only(code), a_code(910, "11")
    found = [case for case in cases.of_subject([record.subject_id], "measure") if case.facts["measure"] == "public_funds"]
    key = next(one for one in api_keys.all_keys() if one.name == "示例财政局")
    if found[0].state == "proposed":
        measures.decide(_staff("a", "officer"), found[0].number, impose=True, reason="依据清单（示例）", body=body)
    if casework.current(found[0].number, measures.PROCEDURE, None).state == "pushed":
        measures.feed_back(key, found[0].number, done="applied", text="")
    _leave(at, code)
    at(LATER)
    follow_up.due(clock.today())
    case = casework.current(found[0].number, measures.PROCEDURE, None)
    if case.state == "to stop":
        measures.feed_back(key, case.number, done="stopped", text="")


FLOWS = {
    "an objection from its receipt to the correction": Flow("penalties", _severe, _object),
    "a complaint and its answer": Flow("penalties", _severe, _complain, least=3),
    "the recall of a batch": Flow("penalties", _severe, _take_back),
    "a repair from the application to its effect": Flow("penalties", _severe, _repair),
    "a provider's correction and withdrawal": Flow("penalties", _severe, _correct_and_withdraw),
    "an early exit from a list": Flow("blacklist", _listed, _leave),
    "a measure from its decision to its end": Flow("blacklist", _listed, _measure, "karamay"),
}


def _gone_on(flow: Flow, at: At, code: str) -> None:
    at(MORNING)
    flow.walk(at, code)
    at(LATER)
    follow_up.due(clock.today())
    publish.pending()


def _state(flow: Flow, number: int) -> dict[str, Any]:
    """Everything that anybody sees of an organisation and of who is responsible, without the ids."""
    code = a_code(number)
    found = {kind: _records(one) for kind, one in (("organisation", Identifier("uscc", code)), ("person", _person(number)))}
    (own,), everybody = found["organisation"], [record for records in found.values() for record in records]
    shown = look_up.organisation(code, day=clock.today())
    mine = sorted(cases.of_subject([own.subject_id]), key=lambda case: (case.procedure, str(case.facts.get("measure"))))
    return {
        "records": [(one.flags, one.ended and (one.ended.how, one.ended.on), one.content, one.revision) for one in everybody],
        "cases": [(case.procedure, case.state, case.waits_for, [step.action for step in cases.history(case)]) for case in mine],
        "told": [Counter(one.kind for one in notices.of("s:" + record.subject_id, 50)[0]) for record in everybody],
        "left": [list(aftermath.of_record(record.id)) for record in everybody],
        "held": [held.holders(record.id, name) for record in everybody for name in ("objection", "repair", "withdrawal", "exit")],
        "complaints": [one.answer for one in complaints.of(own.subject_id, Identifier("uscc", code))],
        "recalled": (recall := recalls.of(own.batch)) and (recall.state, recall.looked_at, recall.withdrawn),
        "trail": _acts(own.subject_id),
        "shown": shown and [len(shown["records"]), len(shown["lists"])],
        "public": {kind: _public(kind, code) for kind in KINDS},
    }


def _acts(owner: str) -> Counter[str]:
    """What the trail tells of a subject, by the days on which the procedures here go on."""
    days = (date.fromisoformat(moment[:10]) for moment in (MORNING, LATER))
    entries = (
        item
        for day in days
        for shard in range(settings.shards())
        for item in engine.query(settings.table("trail"), f"{day.isoformat()}#{shard}")
    )
    return Counter(act for entry in entries for act, subject, *_ in json.loads(entry["acts"]["S"]) if subject == owner)


def _public(kind: str, code: str) -> int:
    items: list[Any] = []
    cursor = None
    while True:
        page = publicity.announced(kind, day=clock.today(), cursor=cursor)
        items += page["items"]
        cursor = page["next"]
        if not cursor:
            return sum(entry["subject"]["code"] == code for entry in items)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.clause("NT-36")
@pytest.mark.parametrize("faulty", [False, True], ids=["plain", "under faults"])
@pytest.mark.parametrize("name", FLOWS)
def test_a_kill_at_any_write_and_a_rerun_end_as_if_nothing_had_happened(
    send: Send, at: At, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, faulty: bool
) -> None:
    flow = FLOWS[name]
    monkeypatch.setenv("MINGXIN_CITY", flow.city)
    monkeypatch.setattr(files, "files", lambda: files.Folder(tmp_path / "files"))
    monkeypatch.setattr(standard.ExponentialBackoff, "delay_amount", lambda self, context: 0.01)
    api_keys.create("示例财政局", [f"measures:{a_code(910, '11')}"])

    def begun(number: int) -> Callable[[], None]:
        at(MORNING)
        assert send(flow.kind, flow.row(number)).accepted == 1
        return partial(_gone_on, flow, at, a_code(number))

    begun(1)()
    wanted = _state(flow, 1)
    assert wanted["left"] == [[] for _ in wanted["records"]]
    number, killed, seen = 1, True, 0
    while killed:
        number += 1
        faults = Faults(number)
        walk = begun(number)
        killed = killed_at(number - 1, walk, after=True)
        if faulty:
            faults.install()
        try:
            walk()
        finally:
            if faulty:
                faults.remove()
        if faulty:
            walk()  # what gave up under faults is done by the next run
        seen += faults.seen.total()
        assert _state(flow, number) == wanted, f"killed after write {number - 1}"
    assert number > flow.least
    assert bool(seen) is faulty
