"""What one person began another confirms, whatever roles the one holds: withdrawals, early exits, recalls, written consents, merges."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib import clock
from chalicelib.law.decisions import Refused
from chalicelib.records.entries import Record
from chalicelib.records.identifiers import Identifier
from chalicelib.records.people import Person, Session
from chalicelib.services.consent import written_consents
from chalicelib.services.remedies import lists, provider_records, recalls
from chalicelib.services.remedies.casework import By
from chalicelib.services.upkeep import merge
from chalicelib.storage import archive as storage
from tests.services.conftest import Send
from tests.services.consenting import put_in
from tests.services.rows import OFFICE, a_black_entry, a_code

BOTH, OTHER = "p_officer_1", "p_officer_2"
"""Two people who are each an officer and a clerk of the body, as in a small town."""
Confirm = Callable[[str], object]


def _session(person: str) -> Session:
    roles = ("officer", f"provider:{OFFICE}")
    return Session(person, Person(person, "staff", "演示", roles=roles), clock.now(), clock.now())


def _entry() -> Record:
    number = Identifier("uscc", a_code())
    found = storage.collection(storage.subjects_of([number])[number])
    assert found is not None
    return found[1][0]


def a_withdrawal() -> Confirm:
    entry = _entry()
    case = provider_records.propose([OFFICE], entry.subject_id, entry.id, By(BOTH, "provider", "录入有误（示例）"))
    return lambda person: provider_records.confirm([OFFICE], case.number, By(person, "provider"))


def an_early_exit() -> Confirm:
    case = lists.propose(_session(BOTH), Identifier("uscc", a_code()), _entry().id, grounds="duties done", reason="义务已经履行（示例）")
    return lambda person: lists.decide(_session(person), case.number, "confirm", reason="核对无误（示例）")


def a_recall() -> Confirm:
    batch = _entry().batch
    recalls.propose(batch, "整批有误（示例）", by=BOTH, offices=[OFFICE])
    return lambda person: recalls.confirm(batch, by=person, offices=[OFFICE], officer=True)


@pytest.mark.clause("NT-36", "HY-20a")
@pytest.mark.parametrize("begun", [a_withdrawal, an_early_exit, a_recall])
def test_who_began_it_does_not_confirm_it_in_any_of_their_roles_and_another_does(send: Send, begun: Callable[[], Confirm]) -> None:
    send("blacklist", a_black_entry())
    confirm = begun()
    with pytest.raises(Refused, match="录入的人不能"):
        confirm(BOTH)
    assert _entry().ended is None
    confirm(OTHER)
    assert _entry().ended is not None
    with pytest.raises(Refused):
        confirm(OTHER)


@pytest.mark.clause("NT-22")
def test_who_put_a_written_consent_in_neither_confirms_it_nor_turns_it_down(archive: None) -> None:
    sheet = put_in()
    for decide in (written_consents.confirm, written_consents.turn_down):
        with pytest.raises(Refused, match="录入的人不能"):
            decide(BOTH, sheet.id)
    assert written_consents.confirm(OTHER, sheet.id).answer == "agreed"


@pytest.mark.clause("NT-36")
@pytest.mark.parametrize("same", ["张示例", " 张示例 ", "张 示例", "张　示例"])
def test_a_name_written_otherwise_is_no_second_person_of_a_merge(same: str) -> None:
    with pytest.raises(Refused, match="另一人复核"):
        merge.check(merge.Order("张示例", "重复建档（示例）", (same,)))
