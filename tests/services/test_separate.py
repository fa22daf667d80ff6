"""A merge that was wrong is taken back: each organisation has again what was its own, and nothing that came since goes astray."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.law.decisions import Refused
from chalicelib.records.subjects import Link
from chalicelib.services.publication import publicity, search
from chalicelib.services.publication.rebuild import rebuild
from chalicelib.services.upkeep import merge, separate
from chalicelib.storage import archive as storage
from chalicelib.storage import due, keys, merges, publishing, raw_items, separations
from tests.services.conftest import Send
from tests.services.faults import killed_at
from tests.services.rows import a_code, a_licence, a_penalty, a_red_entry, a_subject
from tests.services.test_merge import (
    DAY,
    DIRECTOR,
    INTO,
    NEW,
    NEW_NAME,
    OLD,
    OLD_NAME,
    ORDER,
    _items,
    _public_items,
    _shown,
    _subject_of,
    _two,
)

AGAIN = replace(ORDER, reason="两个档案不是同一单位，合并有误（演示）")


def _seen() -> Any:
    """What anyone sees of both, without the numbers of versions."""
    found = [{**_shown(code), "as_of": None} for code in (OLD, NEW)]
    feeds = [publicity.announced(kind, day=DAY, limit=100)["items"] for kind in ("licences", "penalties", "redlist")]
    return found, feeds, [search.search(name, day=DAY)["items"] for name in (OLD_NAME, NEW_NAME)], _public_items()


@pytest.mark.clause("NT-18", "NT-36")
def test_each_organisation_shows_again_what_it_showed_before(send: Send) -> None:
    _two(send)
    send("redlist", a_red_entry())
    before = _seen()
    merge.merge(OLD, NEW, ORDER)
    assert _seen() != before
    told = separate.separate(OLD, AGAIN)
    assert (told["state"], told["code"], told["returned"], told["reason"]) == ("separated", OLD, 4, AGAIN.reason)
    assert _seen() == before
    assert _subject_of(OLD) != _subject_of(NEW)
    assert list(due.awaiting_publication(1)) == []
    assert (rebuild()["removed"], _seen()) == (0, before)
    assert separate.show(OLD) == told


def test_the_act_is_noted_with_the_merge_that_it_takes_back_and_no_copy_stays(send: Send) -> None:
    _two(send)
    closed, into = _subject_of(OLD), _subject_of(NEW)
    merge.merge(OLD, NEW, ORDER)
    merged = merges.merge_of(closed)
    separate.separate(OLD, AGAIN)
    noted = separations.of(closed)
    assert noted is not None
    assert (noted["merged"], noted["by"], noted["confirmed_by"]) == (merged, AGAIN.actor, list(AGAIN.confirmed_by))
    assert (merges.merge_of(closed), storage.coming_records(into, closed)) == (None, [])
    acts = [act for entry in _items("trail") for act in raw_items.acts_of(entry)]
    assert {(subject, about) for action, subject, about in acts if action == "subject.separated"} == {(closed, into), (into, closed)}


def test_the_record_of_a_person_responsible_leads_back(send: Send) -> None:
    _two(send)
    closed = _subject_of(OLD)
    merge.merge(OLD, NEW, ORDER)
    separate.separate(OLD, AGAIN)
    (person_id,) = storage.subjects_of([DIRECTOR]).values()
    person, found = storage.collection(person_id), storage.collection(closed)
    assert person is not None
    assert found is not None
    assert [record.parent for record in person[1]] == [Link(closed, record.id) for record in found[1] if record.responsible]


def test_what_came_in_since_for_the_other_stays_there(send: Send) -> None:
    _two(send)
    merge.merge(OLD, NEW, ORDER)
    send("penalties", a_penalty(行政处罚决定书文号="示罚〔2026〕800号", **INTO))
    separate.separate(OLD, AGAIN)
    numbers = [{record["document_no"] for record in _shown(code)["records"]} for code in (OLD, NEW)]
    assert ["示罚〔2026〕800号" in found for found in numbers] == [False, True]


SINCE: dict[str, tuple[str, dict[str, str], str]] = {
    "a record under the earlier name": ("penalties", a_penalty(行政处罚决定书文号="示罚〔2026〕800号"), "示罚〔2026〕800号"),
    "another state of a licence": ("licences", a_licence(当前状态="2"), "示许〔2026〕1号"),
    "a row of the register": ("subjects", a_subject(), "主体登记信息"),
}


@pytest.mark.parametrize("name", SINCE)
def test_what_cannot_be_told_apart_stops_it_and_is_named(send: Send, name: str) -> None:
    kind, row, named = SINCE[name]
    send("subjects", a_subject(), a_subject(统一社会信用代码=NEW, 主体名称=NEW_NAME))
    send("licences", a_licence())
    merge.merge(OLD, NEW, ORDER)
    send(kind, row)
    before = _items("archive")
    shown = separate.show(OLD)
    assert (shown["state"], shown["in_the_way"]) == ("in the way", [named])
    with pytest.raises(Refused, match=named):
        separate.separate(OLD, AGAIN)
    assert _items("archive") == before


def test_what_was_separated_can_be_merged_again_and_separated_again(send: Send) -> None:
    _two(send)
    before = _seen()
    for _ in range(2):
        merge.merge(OLD, NEW, ORDER)
        separate.separate(OLD, AGAIN)
    assert _seen() == before


@pytest.mark.parametrize(
    ("code", "order", "reason"),
    [(OLD, AGAIN, "没有并入"), (NEW, AGAIN, "没有并入"), (a_code(7), AGAIN, "没有统一"), (OLD, merge.Order("示例科", "演示"), "另一人")],
)
def test_who_cannot_be_separated_is_told_why(send: Send, code: str, order: merge.Order, reason: str) -> None:
    send("subjects", a_subject(), a_subject(统一社会信用代码=NEW, 主体名称=NEW_NAME))
    with pytest.raises(Refused, match=reason):
        separate.separate(code, order)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_separation_killed_at_any_write_and_started_again_ends_as_if_nothing_had_happened(
    send: Send, empty_tables: Callable[[], None]
) -> None:
    number, killed = 0, True
    while killed:
        number += 1
        empty_tables()
        keys.keyring.cache_clear()
        publishing._marked.clear()
        _two(send)
        before = _seen()[:3]
        merge.merge(OLD, NEW, ORDER)
        killed = killed_at(number, lambda: separate.separate(OLD, AGAIN), after=False)
        separate.separate(OLD, AGAIN)
        assert (_seen()[:3], list(due.awaiting_publication(1))) == (before, []), f"killed at write {number}"
        assert storage.coming_records(_subject_of(NEW), _subject_of(OLD)) == []
    assert number >= 5
