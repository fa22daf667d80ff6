"""Cases in their queues, and what a procedure does to a record: new versions that every reader sees at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chalicelib import clock
from chalicelib.law.deadlines import Deadline
from chalicelib.law.decisions import Refused
from chalicelib.law.objections import PROCEDURE as ALONE
from chalicelib.law.objections import VERIFICATION
from chalicelib.records.entries import Ended, Record
from chalicelib.records.identifiers import Identifier
from chalicelib.records.people import Colleague
from chalicelib.records.remedies import Case
from chalicelib.services.own import my_archive
from chalicelib.services.publication import look_up, publicity
from chalicelib.services.remedies import casework, what_follows
from chalicelib.services.remedies.casework import By
from chalicelib.services.remedies.record_changes import Why
from chalicelib.storage import archive as storage
from chalicelib.storage import cases
from chalicelib.storage.archive import Changes, Conflict
from tests.services.conftest import Send
from tests.services.rows import OFFICE, a_code, a_licence, a_penalty, a_person_number

PROCEDURE = replace(ALONE, alone="")

DAY = date(2026, 11, 21)
OFFICER = By("officer-1", "officer", "演示理由")
COLLEAGUE = Colleague("p_two", "演示二")
DIRECTOR = Identifier("resident_id", a_person_number("19700101"))


def _records(identifier: Identifier) -> list[Record]:
    found = storage.collection(storage.subjects_of([identifier])[identifier])
    return found[1] if found else []


def _only() -> Record:
    (record,) = _records(Identifier("uscc", a_code()))
    return record


def _begin(record: Record, due: Deadline | None = None) -> Case:
    changes = Changes()
    case = casework.begin(changes, PROCEDURE, record.subject_id, (record.id,), By("subject-1", "subject"), facts={"a": "甲"}, due=due)
    changes.commit()
    return case


def _step(case: Case, action: str) -> Case:
    changes = Changes()
    after = casework.step(changes, case, PROCEDURE, action, OFFICER)
    changes.commit()
    return after


def test_a_case_is_found_by_its_number_by_its_subject_and_in_the_queue_of_whoever_must_act(send: Send) -> None:
    send("penalties", a_penalty())
    record = _only()
    later, sooner = (_begin(record, Deadline(date(2026, 12, day), True)) for day in (9, 2))
    assert later.number.startswith("YY-20261121-")
    assert cases.load(later.number) == later
    assert cases.load("YY-20261121-00000000") is None
    assert {case.id for case in cases.of_subject([record.subject_id], "objection")} == {later.id, sooner.id}
    assert cases.of_subject([record.subject_id], "repair") == []
    first, following = cases.queue("officer", 1)
    second, end = cases.queue("officer", 10, following)
    assert ([*first, *second], end) == ([sooner, later], "")
    assert cases.queue("supervisor", 10) == ([], "")


def test_a_step_leads_on_leaves_the_queue_and_is_written_into_the_history(send: Send) -> None:
    send("penalties", a_penalty())
    case = _begin(_only(), Deadline(date(2026, 12, 2), False))
    after = _step(case, "uphold")
    assert (after.state, after.waits_for, after.due, after.version) == ("stands", "", None, 2)
    assert cases.queue("officer", 10) == ([], "")
    steps = [(step.role, step.action, step.before, step.after) for step in cases.history(after)]
    assert steps == [("subject", "begin", "", "received"), ("officer", "uphold", "received", "stands")]
    with pytest.raises(Refused, match="现在是“已答复：维持记录”"):
        _step(after, "uphold")


def test_of_two_who_act_on_one_case_at_once_one_is_first_and_the_other_is_told(send: Send) -> None:
    send("penalties", a_penalty())
    case = _begin(_only())
    _step(case, "ask for evidence")
    with pytest.raises(Conflict):
        _step(case, "uphold")
    with pytest.raises(Conflict):
        casework.assign(case, COLLEAGUE, OFFICER)
    assert [step.action for step in cases.history(case)] == ["begin", "ask for evidence"]


def test_a_case_is_taken_on_and_handed_over(send: Send) -> None:
    send("penalties", a_penalty())
    case = casework.assign(_begin(_only()), COLLEAGUE, OFFICER)
    assert (case.assigned_to, case.facts["assigned_name"]) == (COLLEAGUE.id, COLLEAGUE.name)
    assert cases.history(case)[-1].facts == {"to": COLLEAGUE.name}


def test_what_waits_for_a_provider_stands_in_that_providers_queue(send: Send) -> None:
    send("penalties", a_penalty())
    record = _only()
    changes = Changes()
    case = casework.begin(changes, VERIFICATION, record.subject_id, (record.id,), OFFICER, facts={"provider": OFFICE}, due=None)
    changes.commit()
    assert cases.queue(f"provider:{OFFICE}", 10)[0] == [case]
    assert cases.queue("officer", 10)[0] == []


def _flag(record: Record) -> Record:
    return replace(record, flags=(*record.flags, "under_objection"))


def _change(record: Record, how: str = "repaired") -> Record:
    def end(one: Record) -> Record:
        return replace(one, ended=Ended(how, DAY, "XF-1"))  # type: ignore[arg-type]

    return what_follows.change(record.subject_id, record.id, end, Why("record.ended", "a_1", "XF-1", clock.now()))


@pytest.mark.clause("NT-36")
def test_a_change_is_a_new_version_shown_at_once_and_the_old_one_stays(send: Send) -> None:
    send("penalties", a_penalty())
    before = _only()
    what_follows.change(before.subject_id, before.id, _flag, Why("record.flagged", "a_1", "YY-1", clock.now()))
    assert _only() == replace(before, flags=("under_objection",), revision=2)
    assert storage.earlier_records(before.subject_id, before.id) == [before]
    shown = look_up.organisation(a_code(), day=DAY)
    assert shown is not None
    assert shown["records"][0]["flags"] == ["under_objection"]
    assert publicity.announced("penalties", day=DAY)["items"][0]["flags"] == ["under_objection"]


def test_a_record_that_has_ended_is_shown_to_its_subject_alone_in_the_archived_part(send: Send) -> None:
    severe = {"备注": "失信程度：严重", "公示截止期": "2029/02/25", "责任人员": f"李示例/{DIRECTOR.number}/主要负责人"}
    send("penalties", a_penalty(**severe))
    _change(_only())
    shown = look_up.organisation(a_code(), day=DAY)
    assert shown is not None
    assert shown["records"] == []
    assert publicity.announced("penalties", day=DAY)["items"] == []
    for identifier in (Identifier("uscc", a_code()), DIRECTOR):
        assert [record.ended for record in _records(identifier)] == [Ended("repaired", DAY, "XF-1")]
        mine = my_archive.of_identifier(identifier, day=DAY, archived=True, page=1)
        assert (mine.counting, mine.archived, mine.entries[0].facts["flags"]) == (0, 1, ["repaired"])
        assert mine.entries[0].record.ended == Ended("repaired", DAY, "XF-1")


def test_a_document_sent_again_brings_back_nothing_that_a_procedure_has_ended(send: Send) -> None:
    send("licences", a_licence())
    _change(_only(), "withdrawn")
    assert send("licences", a_licence()).duplicate == 1
    assert send("licences", a_licence(当前状态="2")).accepted == 1
    shown = look_up.organisation(a_code(), day=DAY)
    assert shown is not None
    assert shown["records"] == []
    assert _only().ended is not None
