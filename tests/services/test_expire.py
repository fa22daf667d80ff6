"""On the day after its last one a record is archived and leaves publication, whatever breaks, and nothing else is touched (NT-30)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.retries import standard

from chalicelib import clock, jobs, settings
from chalicelib.cities import load
from chalicelib.records.entries import Ended
from chalicelib.records.identifiers import Identifier
from chalicelib.services.publication import publish
from chalicelib.services.publication.rebuild import rebuild
from chalicelib.services.remedies import what_follows
from chalicelib.services.remedies.record_changes import Why
from chalicelib.services.scheduled import expire, job_runs
from chalicelib.services.upkeep import backup
from chalicelib.storage import archive as storage
from chalicelib.storage import due, keys, notices, publishing, queues, raw_items
from chalicelib.storage import engine as engines
from chalicelib.storage.packing import unpack
from tests.services.conftest import Send
from tests.services.faults import Faults, exit_code, in_a_child, killed_at
from tests.services.rows import CODE, PARTY, a_black_entry, a_code, a_licence, a_penalty, a_person_number

LAST = date(2027, 2, 25)
AFTER = LAST + timedelta(days=1)
DIRECTOR = Identifier("resident_id", a_person_number("19700101"))
SEVERE = {"备注": "失信程度：严重", "责任人员": f"李示例/{DIRECTOR.number}/主要负责人"}

forks = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


def _penalties(count: int, code: str = "", **cells: str) -> list[dict[str, str]]:
    who = {CODE: code, PARTY: f"示例{code[-4:]}食品有限公司"} if code else {}
    return [a_penalty(行政处罚决定书文号=f"示罚〔2026〕{n}号", **who, **cells) for n in range(1, count + 1)]


def _items(table: str) -> list[dict[str, Any]]:
    return list(engines.client().scan(TableName=settings.table(table), ConsistentRead=True)["Items"])


def _records() -> list[dict[str, Any]]:
    return [item for item in _items("archive") if item["sk"]["S"].startswith("REC#")]


def _archived() -> int:
    return sum("archived_on" in item for item in _records())


def _in_feeds() -> int:
    return sum(item["pk"]["S"].startswith("FEED#") for item in _items("publication"))


def _document(code: str = "") -> list[str]:
    found = next(item for item in _items("publication") if item["pk"]["S"] == f"ORG#{code or a_code()}")
    return [record["document_no"] for record in unpack(found["body"]["B"])["records"]]


def _acts() -> Counter[str]:
    return Counter(action for entry in _items("trail") for action, _, _ in raw_items.acts_of(entry))


@pytest.mark.clause("NT-30", "NT-8c")
@pytest.mark.parametrize(
    ("day", "archived"),
    [(LAST - timedelta(days=1), 0), (LAST, 0), (AFTER, 2), (AFTER + timedelta(days=40), 2)],
    ids=["the day before", "its last day", "the day after", "long after"],
)
def test_a_record_is_archived_and_leaves_publication_on_the_day_after_its_last_one(send: Send, day: date, archived: int) -> None:
    send("penalties", *_penalties(2))
    send("licences", a_licence(有效期至="2030/03/01"))
    worked = expire.expire(day)
    assert (worked.due, worked.done, worked.failed) == (archived, archived, 0)
    assert (_archived(), _in_feeds(), _acts()["record.archived"]) == (archived, 3 - archived, archived)
    assert len(_document()) == 3 - archived
    kept = {item["next_due"]["S"] for item in _records() if "archived_on" in item}
    assert kept == ({"2030-02-26"} if archived else set())  # three years from the last day of use, by the catalogue item


@pytest.mark.clause("NT-29", "NT-30")
def test_the_record_of_a_person_responsible_ends_on_the_same_day(send: Send) -> None:
    send("penalties", *_penalties(1, 公示截止期="2027/02/25", **SEVERE))
    (person,) = storage.subjects_of([DIRECTOR]).values()
    ends = {item["pk"]["S"]: item["next_due"]["S"] for item in _records()}
    assert len(ends) == 2
    assert len(set(ends.values())) == 1
    assert expire.expire(date.fromisoformat(ends["S#" + person])).done == 2
    assert _archived() == 2


@pytest.mark.clause("HY-20a", "HY-20d", "HY-25d")
def test_a_list_entry_leaves_on_the_day_after_its_end_with_a_notice_of_its_exit(send: Send, at: Callable[[str], None]) -> None:
    send("blacklist", a_black_entry(有效期至="2027/02/25"))
    assert expire.expire(LAST).due == 0
    at(f"{AFTER}T00:05:00+08:00")
    assert expire.expire(AFTER).done == 1
    feeds = [item["pk"]["S"].split("#")[1] for item in _items("publication") if item["pk"]["S"].startswith("FEED#")]
    assert feeds == ["exits"]
    (subject,) = storage.subjects_of([Identifier("uscc", a_code())]).values()
    assert [one.kind for one in notices.of(f"s:{subject}", 10)[0] if one.day == AFTER] == ["left list"]


def test_a_run_in_the_cloud_tells_how_far_behind_it_was_and_how_often_the_engine_was_busy(
    send: Send, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(1, 30):
        send("penalties", *_penalties(1, a_code(number)))
    at(f"{AFTER + timedelta(days=2)}T00:05:00+08:00")
    monkeypatch.setattr(standard.ExponentialBackoff, "delay_amount", lambda self, context: 0.01)
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "expire")
    faults = Faults(3)
    faults.install()
    try:
        jobs.expire()
    finally:
        faults.remove()
    told = next(line for line in map(json.loads, capsys.readouterr().out.splitlines()) if line["Job"] == "expire")
    assert (told["Due"], told["Lag"]) == (29, 2)
    assert min(told["Conflicts"], told["Retries"], faults.seen["conflict"], faults.seen["throttled"]) > 0
    assert told["Conflicts"] <= faults.seen["conflict"]
    assert {one["Name"] for one in told["_aws"]["CloudWatchMetrics"][0]["Metrics"]} >= {"Failed", "Lag", "Conflicts", "Retries"}


def test_a_second_run_finds_nothing_and_a_late_one_makes_up_for_all_missed_days(send: Send) -> None:
    send("penalties", *_penalties(2), a_penalty(行政处罚决定书文号="示罚〔2026〕9号", 公示截止期="2027/01/05"))
    late = expire.expire(AFTER + timedelta(days=3))
    assert (late.due, late.done, late.lag) == (3, 3, 54)
    trail = len(_items("trail"))
    assert expire.expire(AFTER + timedelta(days=3)).due == 0
    assert len(_items("trail")) == trail


def test_publication_after_the_job_is_what_it_would_be_made_anew(send: Send, at: Callable[[str], None]) -> None:
    send("penalties", *_penalties(3), a_penalty(行政处罚决定书文号="示罚〔2026〕9号", 公示截止期="2027/01/05"))
    day = date(2027, 1, 6)
    expire.expire(day)
    before = {(item["pk"]["S"], item["sk"]["S"]): item.get("body") for item in _items("publication")}
    (subject,) = storage.subjects_of([Identifier("uscc", a_code())]).values()
    assert publish.publish([subject], load("nantong"), day) == 1
    assert {(item["pk"]["S"], item["sk"]["S"]): item.get("body") for item in _items("publication")} == before
    assert list(due.awaiting_publication(10)) == []


def test_what_a_transaction_cannot_hold_is_archived_and_left_to_the_job_that_publishes(send: Send, at: Callable[[str], None]) -> None:
    send("penalties", *_penalties(130))
    at(f"{AFTER}T00:05:00+08:00")
    assert (jobs.expire()["done"], _archived()) == (130, 130)
    assert jobs.publish()["done"] == 1
    assert (_in_feeds(), list(due.awaiting_publication(10))) == (0, [])


@pytest.mark.clause("NT-30")
def test_the_subject_is_told_once_that_a_record_has_ended_for_the_day_after_its_last_one(send: Send) -> None:
    send("penalties", *_penalties(1))
    for day in (LAST, AFTER + timedelta(days=2), AFTER + timedelta(days=3)):
        expire.expire(day)
    (subject,) = storage.subjects_of([Identifier("uscc", a_code())]).values()
    told, _ = notices.of(f"s:{subject}", 10)
    assert [(one.kind, one.day, one.facts) for one in told if one.kind == "record ended"] == [
        ("record ended", AFTER, {"title": "发布虚假广告"})
    ]


def test_what_a_procedure_has_ended_is_archived_too_and_the_procedure_tells_of_it(send: Send) -> None:
    send("penalties", *_penalties(1))
    (subject,) = storage.subjects_of([Identifier("uscc", a_code())]).values()
    found = storage.collection(subject)
    assert found
    repaired = Ended("repaired", date(2026, 12, 1))
    what_follows.change(subject, found[1][0].id, lambda one: replace(one, ended=repaired), Why("record.repaired", "a_1", "r", clock.now()))
    assert expire.expire(date(2026, 11, 30)).due == 0
    assert expire.expire(date(2026, 12, 1)).done == 1
    assert [item["next_due"]["S"] for item in _records()] == ["2029-12-01"]
    assert [one.kind for one in notices.of(f"s:{subject}", 10)[0] if one.kind == "record ended"] == []


def test_a_subject_that_cannot_be_read_keeps_nobody_else_from_ending_and_is_found_again(send: Send) -> None:
    codes = [a_code(number) for number in (1, 2, 3)]
    for code in codes:
        send("penalties", *_penalties(1, code))
    head = {"pk": {"S": "S#" + storage.subjects_of([Identifier("uscc", codes[1])]).popitem()[1]}, "sk": {"S": "HEAD"}}
    sound = engines.client().get_item(TableName=settings.table("archive"), Key=head)["Item"]
    engines.client().put_item(TableName=settings.table("archive"), Item={**sound, "sealed": {"B": b"damaged" * 5}})
    worked = expire.expire(AFTER)
    assert (worked.due, worked.done, worked.failed) == (3, 2, 1)
    engines.client().put_item(TableName=settings.table("archive"), Item=sound)
    again = expire.expire(AFTER + timedelta(days=1))
    assert (again.due, again.done, again.lag) == (1, 1, 1)


def test_a_run_without_time_hands_the_rest_on_and_that_goes_on_where_it_was(
    send: Send, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(queues, "send", lambda queue, body: sent.append((queue, body)))
    monkeypatch.setattr("chalicelib.services.common.due_work.A_BATCH", 4)
    send("penalties", *_penalties(10))
    at(f"{AFTER}T00:05:00+08:00")
    counts = jobs.expire(jobs.TO_END)
    assert counts["done"] == 4
    assert "expire" not in job_runs.overview().finished
    for _ in range(2):
        assert [queue for queue, _ in sent] == ["jobs"]
        jobs.more([sent.pop()[1]], jobs.TO_END)
    assert (sent, _archived()) == ([], 10)
    runs = [run for run in job_runs.overview().runs if run.job == "expire"]
    assert [(run.due, run.handed_on) for run in runs] == [(2, False), (4, True), (4, True)]
    assert job_runs.overview().finished["expire"] == AFTER


def test_records_from_before_records_became_due_are_made_due_by_a_rebuild(send: Send) -> None:
    send("penalties", *_penalties(2))
    for item in _records():
        bare = {name: value for name, value in item.items() if name not in ("due_shard", "next_due")}
        engines.client().put_item(TableName=settings.table("archive"), Item=bare)
    assert expire.expire(AFTER).due == 0
    assert (rebuild()["dated"], expire.expire(AFTER).done, rebuild()["dated"]) == (2, 2, 0)


def _state() -> Any:
    """What is archived, public and told; how many versions and transactions it took may differ."""
    told = Counter((action, about) for entry in _items("trail") for action, _, about in raw_items.acts_of(entry))
    records = sorted((item["sk"]["S"], item["archived_on"]["S"], item["next_due"]["S"]) for item in _records())
    public = {(item["pk"]["S"], item["sk"]["S"]): item["body"] for item in _items("publication") if "body" in item}
    heads = [item for item in _items("archive") if item["sk"]["S"] == "HEAD" and item["pk"]["S"].startswith("S#")]
    announced = sorted((item["pk"]["S"], item["sk"]["S"]) for item in _items("outbox") if item["type"]["S"] == "notice")
    return told, records, public, [item["version"] == item["published"] for item in heads], announced


@pytest.fixture
def much(send: Send, at: Callable[[str], None]) -> Callable[[], None]:
    """Puts the archive back to where three organisations and a person have records that end."""
    for number, cells in ((1, {}), (2, SEVERE | {"公示截止期": "2027/02/25"}), (3, {})):
        send("penalties", *_penalties(2, a_code(number), **cells))
    at("2029-06-01T00:05:00+08:00")
    kept = {table: _items(table) for table in ("archive", "publication", "trail", "outbox")}

    def again() -> None:
        for table, items in kept.items():
            keys_of = {(item["pk"]["S"], item["sk"]["S"]) for item in items}
            for item in _items(table):
                if (item["pk"]["S"], item["sk"]["S"]) not in keys_of:
                    engines.client().delete_item(TableName=settings.table(table), Key={"pk": item["pk"], "sk": item["sk"]})
            for item in items:
                engines.client().put_item(TableName=settings.table(table), Item=item)

    return again


@forks
@pytest.mark.parametrize("after", [False, True], ids=["before the write", "after the write"])
def test_a_run_killed_at_any_write_and_another_end_as_if_nothing_had_happened(much: Callable[[], None], after: bool) -> None:
    jobs.expire()
    expected = _state()
    number, killed = 0, True
    while killed:
        number += 1
        much()
        killed = killed_at(number, jobs.expire, after=after)
        jobs.publish()
        jobs.expire()
        assert _state() == expected, f"killed at write {number}"
    assert number > 5


@forks
def test_two_runs_at_once_under_faults_give_each_effect_once(much: Callable[[], None]) -> None:
    jobs.expire()
    expected = _state()
    much()
    children = [in_a_child(jobs.expire, Faults(seed).install) for seed in (1, 2)]
    assert [exit_code(child) for child in children] == [0, 0]
    jobs.publish()
    assert _state() == expected


def test_a_restored_backup_runs_what_it_missed_and_nothing_twice(
    much: Callable[[], None], empty_tables: Callable[[], None], tmp_path: Path
) -> None:
    backup.backup(tmp_path / "backup")
    jobs.expire()
    archived, acts = _archived(), _acts()["record.archived"]
    empty_tables()
    keys.keyring.cache_clear()
    publishing._marked.clear()
    backup.restore(tmp_path / "backup")
    first, second = jobs.expire(), jobs.expire()
    assert (first["done"], second["due"], _archived(), _acts()["record.archived"]) == (acts, 0, archived, acts)
