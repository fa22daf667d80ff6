"""A corrected document that its provider sends again: the corrected facts are the same record, those before are refused (NT-16, NT-36)."""

from __future__ import annotations

import pytest

from chalicelib.law.decisions import Refused
from chalicelib.records.entries import Record
from chalicelib.records.identifiers import Identifier
from chalicelib.services.remedies import provider_records
from chalicelib.services.remedies.casework import By
from chalicelib.storage import archive as storage
from tests.services.conftest import Send
from tests.services.rows import OFFICE, a_code, a_licence, a_penalty, a_person_number

CLERK = By("p_clerk", "provider", "录入有误（示例）")
COMPANY = Identifier("uscc", a_code())
DIRECTOR = a_person_number("19700101")
SEVERE = {"备注": "失信程度：严重", "公示截止期": "", "处罚有效期": "", "责任人员": f"李示例/{DIRECTOR}/主要负责人"}


def _record() -> Record:
    found = storage.collection(storage.subjects_of([COMPANY])[COMPANY])
    assert found
    return found[1][0]


def _correct(values: dict[str, str]) -> None:
    record = _record()
    provider_records.correct([OFFICE], record.subject_id, record.id, values, CLERK)


@pytest.mark.clause("NT-16", "NT-36")
@pytest.mark.parametrize(
    ("values", "cells"),
    [
        ({"facts": "更正后的事实（示例）。"}, {"违法事实": "更正后的事实（示例）。"}),
        ({"fine": "8500"}, {"罚款金额(万元)": "0.85"}),
        ({"severity": "general"}, {"备注": "失信程度：一般", "责任人员": ""}),
    ],
)
def test_the_corrected_facts_are_the_same_record_and_those_before_are_refused_with_the_reason(
    send: Send, values: dict[str, str], cells: dict[str, str]
) -> None:
    severe = {} if "severity" not in values else {**SEVERE, "责任人员": ""}
    first = a_penalty(**severe)
    assert send("penalties", first).accepted == 1
    _correct(values)
    corrected = _record()
    again = send("penalties", a_penalty(**{**severe, **cells}))
    assert (again.duplicate, again.refused) == (1, ())
    before = send("penalties", first)
    assert [row.reason.split("：")[0] for row in before.refused] == ["这份文书的内容已经更正，本行不是更正后的内容"]
    assert _record() == corrected


def test_who_is_responsible_is_part_of_what_was_corrected(send: Send) -> None:
    assert send("penalties", a_penalty(**SEVERE)).accepted == 1
    _correct({"facts": "更正后的事实（示例）。"})
    corrected = {**SEVERE, "违法事实": "更正后的事实（示例）。"}
    assert send("penalties", a_penalty(**corrected)).duplicate == 1
    assert len(send("penalties", a_penalty(**{**corrected, "责任人员": ""})).refused) == 1


def test_what_may_change_of_a_corrected_document_still_may(send: Send) -> None:
    assert send("licences", a_licence()).accepted == 1
    _correct({"content": "准予食品经营（更正）"})
    again = a_licence(许可内容="准予食品经营（更正）")
    assert send("licences", again).duplicate == 1
    assert send("licences", {**again, "当前状态": "2"}).accepted == 1
    assert send("licences", {**again, "当前状态": "2"}).duplicate == 1
    assert "corrected" in _record().flags


def test_a_corrected_value_is_one_that_its_field_can_hold(send: Send) -> None:
    send("penalties", a_penalty())
    with pytest.raises(Refused, match="不是金额"):
        _correct({"fine": "很多"})
