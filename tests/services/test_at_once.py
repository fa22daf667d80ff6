"""Two people who act on one record at the same moment: one is first, the other is told (the law of cases under a race)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, datetime
from threading import Barrier, BrokenBarrierError, local

import pytest

from chalicelib.law.decisions import Refused
from chalicelib.law.repair import Application
from chalicelib.records.entries import Record
from chalicelib.records.identifiers import Identifier
from chalicelib.records.people import Mandate, Person, Session
from chalicelib.records.remedies import Case
from chalicelib.services.remedies import lists, objection_desk, objections, provider_records, repairs
from chalicelib.services.remedies.casework import By
from chalicelib.services.remedies.objections import Stated
from chalicelib.storage import archive as storage
from chalicelib.storage import cases
from tests.people.desk import PNG
from tests.services.conftest import Send
from tests.services.rows import OFFICE, a_black_entry, a_code, a_penalty

COMPANY = Identifier("uscc", a_code())
STATED = Application(date(2026, 3, 2), ("payment",), "罚款已缴清（示例）", "今后守法经营（示例）", "已建立制度（示例）")


def _session(person: str, *, roles: tuple[str, ...] = ()) -> Session:
    at = datetime.fromisoformat("2026-11-21T01:00:00+00:00")
    rights = ("read", "object", "repair")
    mandates = () if roles else (Mandate(a_code(), "示例甲食品有限公司", rights),)
    whom = Person(person, "staff" if roles else "citizens", "演示", mandates=mandates, roles=roles)
    return Session("k", whom, at, at, acting_for="" if roles else a_code())


def _record() -> Record:
    found = storage.collection(storage.subjects_of([COMPANY])[COMPANY])
    assert found
    return found[1][0]


def _object(person: str) -> Case:
    return objections.make(_session(person), Stated((_record().id,), ("wrong",), "金额写错了（示例）。"))


def _apply(person: str) -> Case:
    record = _record()
    return repairs.apply(record.subject_id, record.id, STATED, [PNG], By(person, "subject"))


def _propose(person: str) -> Case:
    record = _record()
    return provider_records.propose([OFFICE], record.subject_id, record.id, By(person, "provider", "录入有误（示例）"))


def _leave(person: str) -> Case:
    return lists.apply(_session(person), _record().id, "义务已经履行（示例）", PNG)


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[str], Case]], list[Case | Refused]]:
    """Lets two people do the same: both have read and decided before either writes."""
    barrier, mine, commit = Barrier(2), local(), storage.Changes.commit

    def waiting(changes: storage.Changes) -> None:
        if not getattr(mine, "waited", False):
            mine.waited = True
            with suppress(BrokenBarrierError):  # the other did not come so far
                barrier.wait(5)
        commit(changes)

    def outcome(work: Callable[[str], Case], person: str) -> Case | Refused:
        try:
            return work(person)
        except Refused as refused:
            return refused

    def run(work: Callable[[str], Case]) -> list[Case | Refused]:
        monkeypatch.setattr(storage.Changes, "commit", waiting)
        with ThreadPoolExecutor(2) as people:
            return list(people.map(lambda person: outcome(work, person), ("p_1", "p_2")))

    return run


@pytest.mark.clause("NT-31", "NT-34", "NT-36", "HY-26c")
@pytest.mark.parametrize(
    ("kind", "row", "work", "procedure"),
    [
        ("penalties", a_penalty, _object, "objection"),
        ("penalties", a_penalty, _apply, "repair"),
        ("penalties", a_penalty, _propose, "withdrawal"),
        ("blacklist", a_black_entry, _leave, "exit"),
    ],
)
def test_of_two_applications_about_one_record_at_the_same_moment_exactly_one_begins(
    send: Send,
    together: Callable[[Callable[[str], Case]], list[Case | Refused]],
    kind: str,
    row: Callable[[], dict[str, str]],
    work: Callable[[str], Case],
    procedure: str,
) -> None:
    assert send(kind, row()).accepted == 1
    outcomes = together(work)
    (begun,) = [one for one in outcomes if isinstance(one, Case)]
    (refused,) = [one for one in outcomes if isinstance(one, Refused)]
    assert begun.number in refused.reason
    assert [case.number for case in cases.of_subject([_record().subject_id], procedure)] == [begun.number]


def test_the_flag_stays_when_an_appeal_begins_while_another_objection_ends(send: Send) -> None:
    send("penalties", a_penalty())
    first = _object("p_1")
    stands = dict.fromkeys(first.about, "stands")
    officer = _session("p_8", roles=("officer",))
    first = objection_desk.decide(officer, first.id, first.version, results=stands, reasons=["document stands"], text="")
    second = _object("p_1")
    assert _record().flags
    appealed = objections.appeal(_session("p_1"), first.id, first.version, "理由不成立（示例）。")
    objections.withdraw(_session("p_1"), second.id, second.version)
    assert "under_objection" in _record().flags
    objections.withdraw(_session("p_1"), appealed.id, appealed.version)
    assert _record().flags == ()
    assert _object("p_1").state == "received"
