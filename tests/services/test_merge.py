"""Two archives of one organisation become one: nothing is moved silently, nothing is lost, whatever cuts in."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chalicelib import settings
from chalicelib.cities import load
from chalicelib.law.decisions import Refused
from chalicelib.records.identifiers import Identifier
from chalicelib.records.subjects import Link
from chalicelib.services.own import my_archive
from chalicelib.services.publication import look_up, publicity, publish, search
from chalicelib.services.publication.rebuild import rebuild
from chalicelib.services.submission.rows import document_key
from chalicelib.services.upkeep import backup, merge
from chalicelib.storage import archive as storage
from chalicelib.storage import due, keys, merges, publishing, raw_items
from chalicelib.storage import engine as engines
from tests.services.conftest import Send
from tests.services.faults import killed_at
from tests.services.rows import (
    CODE,
    PARTY,
    a_black_entry,
    a_code,
    a_commitment,
    a_licence,
    a_penalty,
    a_person_number,
    a_red_entry,
    a_subject,
    a_warning,
    a_watch_entry,
)

DAY = date(2026, 11, 21)
OLD, NEW = a_code(1), a_code(2)
OLD_NAME, NEW_NAME = "示例甲食品有限公司", "示例乙食品有限公司"
INTO = {CODE: NEW, PARTY: NEW_NAME}
DIRECTOR = Identifier("resident_id", a_person_number("19700101"))
ORDER = merge.Order("示例市演示信用中心综合科", "换发代码，两个档案为同一单位（演示）", ("示例复核岗",))

forks = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


def _two(send: Send, penalties: int = 2) -> None:
    """One organisation under two codes: documents of its own in each, one in both, one that concerns somebody responsible."""
    send("subjects", a_subject(), a_subject(统一社会信用代码=NEW, 主体名称=NEW_NAME))
    severe = {"备注": "失信程度：严重", "公示截止期": "2029/02/25", "责任人员": f"李示例/{DIRECTOR.number}/主要负责人"}
    mine = [a_penalty(行政处罚决定书文号=f"示罚〔2026〕{n}号", 处罚决定日期=f"2026/03/{n % 28 + 1:02}") for n in range(penalties)]
    send("penalties", *mine, a_penalty(行政处罚决定书文号="示罚〔2026〕900号", **severe))
    send("licences", a_licence(), a_licence(**INTO), a_licence(行政许可决定文书号="示许〔2026〕2号", 许可决定日期="2026/03/03", **INTO))


def _subject_of(*codes: str) -> str:
    (subject_id,) = set(storage.subjects_of([Identifier("uscc", code) for code in codes]).values())
    return subject_id


def _shown(code: str) -> dict[str, Any]:
    found = look_up.organisation(code, day=DAY)
    assert found is not None
    return found


def _numbers(code: str) -> list[str]:
    return sorted(record["document_no"] for record in _shown(code)["records"])


def _items(table: str) -> list[dict[str, Any]]:
    return list(engines.client().scan(TableName=settings.table(table))["Items"])


def _public_items() -> dict[tuple[str, str], Any]:
    return {(item["pk"]["S"], item["sk"]["S"]): item.get("body") for item in _items("publication")}


@pytest.mark.clause("NT-18")
def test_both_codes_lead_to_the_one_organisation_with_all_its_records(send: Send) -> None:
    _two(send)
    before = _subject_of(OLD)
    told = merge.merge(OLD, NEW, ORDER)
    assert (told["state"], told["moved"], told["same"], told["reason"]) == ("merged", 3, 1, ORDER.reason)
    _subject_of(OLD, NEW)
    for code in (OLD, NEW):
        mine = my_archive.of_identifier(Identifier("uscc", code), day=DAY, archived=False, page=1)
        assert (mine.name, len(mine.entries), mine.counting) == (NEW_NAME, 5, 5)
        assert my_archive.of_identifier(Identifier("uscc", code), day=DAY, archived=False, page=1, hint=before) == mine
        assert (_shown(code)["code"], _shown(code)["name"], _shown(code)["former_names"]) == (NEW, NEW_NAME, [OLD_NAME])
        assert len(_numbers(code)) == len(set(_numbers(code))) == 5
    penalties = publicity.announced("penalties", day=DAY, limit=100)["items"]
    assert [entry["subject"]["code"] for entry in penalties] == [NEW] * 3
    assert len(publicity.announced("licences", day=DAY)["items"]) == 2
    assert [(one["code"], one["matched"]) for one in search.search(OLD_NAME, day=DAY)["items"]] == [(NEW, "former_name")]


@pytest.mark.clause("NT-36")
def test_the_closed_archive_stays_and_tells_who_did_it_when_and_why(send: Send) -> None:
    _two(send)
    closed_id = _subject_of(OLD)
    before = storage.collection(closed_id)
    merge.merge(OLD, NEW, ORDER)
    found = storage.collection(closed_id)
    assert before is not None
    assert found is not None
    assert found[1] == before[1]
    into = _subject_of(NEW)
    closed = found[0]
    assert (closed.profile.status, closed.profile.successor, closed.merged_into) == ("merged", NEW, into)
    assert storage.earlier_profiles(closed_id) == [before[0].profile]
    facts = merges.merge_of(closed_id)
    assert facts is not None
    assert (facts["into"], facts["by"], facts["reason"], facts["confirmed_by"]) == (into, ORDER.actor, ORDER.reason, ["示例复核岗"])
    entries = [entry for entry in _items("trail") if "subject.merged" in entry["acts"]["S"]]
    assert [{(subject, about) for _, subject, about in raw_items.acts_of(entry)} for entry in entries] == [
        {(closed_id, into), (into, closed_id)}
    ]
    assert ORDER.actor not in json.dumps(_items("trail"), ensure_ascii=False)
    target = storage.collection(into)
    assert target is not None
    assert Counter(record.origin for record in target[1]) == {closed_id: 3, None: 2}


def test_the_record_of_a_person_responsible_leads_to_where_the_organisations_stands_now(send: Send) -> None:
    _two(send)
    merge.merge(OLD, NEW, ORDER)
    into = _subject_of(NEW)
    (person_id,) = storage.subjects_of([DIRECTOR]).values()
    person, target = storage.collection(person_id), storage.collection(into)
    assert person is not None
    assert target is not None
    (severe,) = [record for record in target[1] if record.responsible]
    assert [record.parent for record in person[1]] == [Link(into, severe.id)]
    assert [one.id for one in storage.earlier_records(person_id, person[1][0].id)] == [person[1][0].id]


def test_the_same_document_sent_again_under_either_code_is_known(send: Send) -> None:
    _two(send)
    merge.merge(OLD, NEW, ORDER)
    again = send("penalties", a_penalty(行政处罚决定书文号="示罚〔2026〕1号", 处罚决定日期="2026/03/02"))
    other = send("penalties", a_penalty(行政处罚决定书文号="示罚〔2026〕1号", 处罚决定日期="2026/03/02", **INTO))
    assert [(one.accepted, one.duplicate) for one in (again, other)] == [(0, 1), (0, 1)]
    assert send("licences", a_licence(当前状态="2"), a_licence(行政许可决定文书号="示许〔2026〕3号")).accepted == 2
    assert len(_numbers(OLD)) == 6


def test_a_document_in_both_archives_with_other_facts_is_told_and_stops_the_merge(send: Send) -> None:
    _two(send)
    send("penalties", a_penalty(行政处罚决定书文号="示罚〔2026〕1号", 处罚决定日期="2026/03/02", 违法事实="另有事实。", **INTO))
    before = _public_items()
    shown = merge.show(OLD, NEW)
    assert (shown["state"], shown["contradicting"]) == ("contradicting", ["示罚〔2026〕1号"])
    with pytest.raises(Refused, match="示罚〔2026〕1号"):
        merge.merge(OLD, NEW, ORDER)
    assert (_public_items(), _subject_of(OLD) == _subject_of(NEW)) == (before, False)


def test_showing_what_a_merge_would_do_changes_nothing(send: Send) -> None:
    _two(send)
    before = (_items("archive"), _items("trail"), _public_items())
    shown = merge.show(OLD, NEW)
    assert (shown["state"], shown["moved"], shown["same"], shown["from"]["name"]) == ("possible", 3, 1, OLD_NAME)
    assert (_items("archive"), _items("trail"), _public_items()) == before


@pytest.mark.parametrize(
    ("source", "reason"), [(a_code(7), "没有统一社会信用代码为"), (NEW, "已经属于同一主体"), (a_code(5, "92"), "类别不同")]
)
def test_who_cannot_be_merged_is_told_why(send: Send, source: str, reason: str) -> None:
    send("subjects", a_subject(统一社会信用代码=NEW), a_subject(统一社会信用代码=a_code(5, "92"), 主体名称="示例小店"))
    with pytest.raises(Refused, match=reason):
        merge.merge(source, NEW, ORDER)


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (merge.Order("", " "), "由谁办理和理由"),
        (merge.Order("示例科", "演示"), "另一人复核"),
        (merge.Order("示例科", "演示", ("示例科", " ")), "另一人复核"),
    ],
)
def test_a_merge_without_reason_actor_or_a_second_person_is_refused(order: merge.Order, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        merge.merge(OLD, NEW, order)


def test_a_rebuild_after_a_merge_finds_nothing_to_change_and_an_emptied_publication_comes_back(send: Send) -> None:
    _two(send)
    merge.merge(OLD, NEW, ORDER)
    shown = _public_items()
    assert (rebuild()["removed"], _public_items()) == (0, shown)
    for pk, sk in shown:
        engines.client().delete_item(TableName=settings.table("publication"), Key={"pk": {"S": pk}, "sk": {"S": sk}})
    assert rebuild()["failed"] == 0
    assert _public_items() == shown


def test_a_backup_brings_a_merge_back(send: Send, empty_tables: Callable[[], None], tmp_path: Path) -> None:
    _two(send)
    merge.merge(OLD, NEW, ORDER)
    shown, told = _public_items(), merge.show(OLD, NEW)
    backup.backup(tmp_path / "copy")
    empty_tables()
    keys.keyring.cache_clear()
    backup.restore(tmp_path / "copy")
    assert (_public_items(), merge.show(OLD, NEW)) == (shown, told)


def _state() -> Any:
    """What the archives and the trail hold but for random ids, numbers of versions and the times of acts."""
    items = _items("archive")
    kinds = Counter(item["type"]["S"] for item in items if item["pk"]["S"].startswith(("S#", "ID#")))
    acts = Counter(action for entry in _items("trail") for action, _, _ in raw_items.acts_of(entry))
    return kinds, acts, _shown(OLD)["former_names"], _numbers(OLD), _numbers(NEW), list(due.awaiting_publication(1))


@forks
@pytest.mark.parametrize("after", [False, True], ids=["before the write", "after the write"])
def test_a_merge_killed_at_any_write_and_started_again_ends_as_if_nothing_had_happened(
    send: Send, empty_tables: Callable[[], None], after: bool
) -> None:
    def begin() -> None:
        empty_tables()
        keys.keyring.cache_clear()
        publishing._marked.clear()
        _two(send, penalties=50)

    def merged() -> Any:
        return merge.merge(OLD, NEW, ORDER)

    begin()
    merged()
    expected = _state()
    number, killed = 0, True
    while killed:
        number += 1
        begin()
        killed = killed_at(number, merged, after=after)
        assert len(_numbers(NEW)) in (2, 53)  # until everything is there, nothing is
        merged()
        assert _state() == expected, f"killed at write {number}"
    assert number >= 5


@pytest.mark.parametrize("code", [OLD, NEW])
def test_what_comes_in_at_any_step_of_a_merge_is_not_lost(send: Send, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str) -> None:
    _two(send)
    genuine, sent = storage.Changes.commit, 0
    party = INTO if code == NEW else {}

    def commit(changes: Any) -> None:
        nonlocal sent
        if sent < 4 and not busy:
            busy.append(True)
            sent += 1
            outcome = send("licences", a_licence(行政许可决定文书号=f"示许〔2027〕{sent}号", **party), a_licence(**party))
            busy.clear()
            assert (outcome.accepted, outcome.duplicate) == (1, 1)
        genuine(changes)

    busy: list[bool] = []
    monkeypatch.setattr(storage.Changes, "commit", commit)
    merge.merge(OLD, NEW, ORDER)
    while publish.pending()["due"]:
        pass
    assert sent == 4
    assert [number for number in _numbers(OLD) if "2027" in number] == [f"示许〔2027〕{n}号" for n in (1, 2, 3, 4)]
    assert len(_numbers(NEW)) == 9


def test_a_record_that_changes_after_it_was_copied_is_copied_again(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    _two(send)
    mine = {"行政许可决定文书号": "示许〔2026〕5号"}
    send("licences", a_licence(**mine))
    genuine, changed = merges.put_merge, []

    def put_merge(*arguments: Any) -> None:
        if not changed:
            changed.append(send("licences", a_licence(当前状态="2", **mine)).accepted)
        genuine(*arguments)

    monkeypatch.setattr(merges, "put_merge", put_merge)
    merge.merge(OLD, NEW, ORDER)
    assert changed == [1]
    (shown,) = [record for record in _shown(OLD)["records"] if record["document_no"] == mine["行政许可决定文书号"]]
    assert shown["content"]["state"] == "2"
    acts = Counter(action for entry in _items("trail") for action, _, _ in raw_items.acts_of(entry))
    assert (acts["record.copied"], acts["record.uncopied"], acts["subject.merged"]) == (5, 1, 2)


def test_a_submission_that_knew_the_closed_archive_writes_into_the_other(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    _two(send)
    before = storage.subjects_of([Identifier("uscc", OLD)])
    merge.merge(OLD, NEW, ORDER)
    genuine = storage.subjects_of

    def stale(identifiers: Any) -> dict[Identifier, str]:
        wanted = set(identifiers)
        return {**genuine(wanted), **{one: subject for one, subject in before.items() if one in wanted}}

    monkeypatch.setattr(storage, "subjects_of", stale)
    assert send("licences", a_licence(行政许可决定文书号="示许〔2027〕1号")).accepted == 1
    assert "示许〔2027〕1号" in _numbers(NEW)


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("licences", a_licence()), ("penalties", a_penalty()), ("redlist", a_red_entry()), ("blacklist", a_black_entry()),
        ("watchlist", a_watch_entry()), ("warnings", a_warning()), ("commitments", a_commitment()),
    ],
)  # fmt: skip
def test_a_stored_record_still_tells_which_document_it_is(send: Send, kind: str, row: dict[str, str]) -> None:
    assert send(kind, row).accepted == 1
    found = storage.collection(_subject_of(OLD))
    assert found is not None
    (record,) = found[1]
    city = load(settings.city())
    key = document_key(record, city.catalogue[record.catalogue])
    prefix = record.id[:2]
    assert keys.keyring().public_id(prefix, *key, record.subject_id) == record.id
