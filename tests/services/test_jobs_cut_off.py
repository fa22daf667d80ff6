"""Every job that is cut off at any write, or runs twice at once, leaves the same as one quiet run; so does a city that was restored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from chalicelib import clock, jobs, settings
from chalicelib.law.repair import Application
from chalicelib.records.identifiers import Identifier
from chalicelib.records.messages import Contact, Contacts
from chalicelib.services.remedies import objections, recalls, repair_opinions, repairs, what_follows
from chalicelib.services.remedies.casework import By
from chalicelib.services.remedies.objections import Stated
from chalicelib.services.remedies.repair_opinions import Opinion
from chalicelib.services.reporting import reports
from chalicelib.services.telling import notices
from chalicelib.services.upkeep import backup
from chalicelib.storage import archive as storage
from chalicelib.storage import contacts, keys, publishing, queues, report_keys, submissions, whole_tables
from chalicelib.storage import engine as engines
from local import command
from tests.people.desk import PNG
from tests.services.conftest import Send
from tests.services.faults import cut_off, exit_code, in_a_child
from tests.services.putting_back import remembered, standing
from tests.services.rows import CODE, OFFICE, PARTY, a_black_entry, a_code, a_licence, a_penalty, a_watch_entry

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
ENTERED, LATER = "2026-11-21T09:00:00+08:00", "2026-12-15T08:30:00+08:00"
DAY = date(2026, 11, 21)
NIGHTLY = ("expire", "publish", "follow", "forget", "root", "bulletin", "count", "recall", "overdue", "remind")
ALONE = ("effect", "publish", "follow", "remind", "recall", "overdue", "bulletin", "count")
"""Jobs without a test of their own that cuts them off."""
ELSEWHERE = {"expire": "test_expire", "forget": "test_forget", "root": "test_roots", "deliver": "test_deliver", "export": "test_export"}
"""Where the others have it, beside what they do."""


def _name(number: int) -> dict[str, str]:
    return {PARTY: f"示例{number}号食品有限公司", CODE: a_code(number)}


def _listed(number: int) -> dict[str, str]:
    return {"主体名称": f"示例{number}号食品有限公司", "统一社会信用代码": a_code(number)}


def _subject(number: int) -> str:
    identifier = Identifier("uscc", a_code(number))
    return storage.subjects_of([identifier])[identifier]


def _only(number: int) -> str:
    found = storage.collection(_subject(number))
    assert found
    (record,) = found[1]
    return record.id


@pytest.fixture
def city(send: Send, at: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Puts a city back to the morning on which every job has something to do."""
    for name, place in (("FILES", "files"), ("ROOTS", "roots"), ("SIGNING", "signing.pem")):
        monkeypatch.setenv(f"MINGXIN_{name}", str(tmp_path / place))
    monkeypatch.setattr(queues, "send", lambda queue, body: None)
    monkeypatch.setattr(what_follows, "LEFT_OUT", timedelta(0))
    report_keys.report_key.cache_clear()
    submissions.note_provider(OFFICE, "", date(2026, 8, 1))
    send("watchlist", a_watch_entry(**_listed(1)))
    send("penalties", a_penalty(**_name(1), 备注="失信程度：严重", 公示截止期="2029/02/25"))
    send("blacklist", a_black_entry(**_listed(2)))
    send("penalties", a_penalty(**_name(3)), a_penalty(**_name(4)), a_penalty(**_name(5), 公示截止期="2026/12/10"))
    taken_back = send("licences", *(a_licence(**_name(6), 行政许可决定文书号=f"示许〔2026〕{number}号") for number in range(3)))
    _be_repaired(3)
    objections.receive(_subject(4), Stated((_only(4),), ("wrong",), "罚款金额写错了（演示）。", "provider"), By("p_1", "subject"))
    reports.ask_for(_subject(1), asked_by="p_1", purpose="了解自己的信用情况")
    _be_taken_back(taken_back.batch, monkeypatch)
    _leave_behind(_subject(5))
    contacts.keep(Identifier("uscc", a_code(1)), Contacts(email=Contact("office@example.com", DAY)), "contact.verified", "p_1", clock.now())
    for kind in ("objection decided", "exit decided"):
        notices.announce(kind, f"s:{_subject(1)}", about="c_1", day=DAY)
    at(LATER)
    return remembered()


def _be_repaired(number: int) -> None:
    stated = Application(date(2026, 3, 2), ("payment", "training"), "罚款已缴清（示例）", "今后守法经营（示例）", "已建立制度（示例）")
    case = repairs.apply(_subject(number), _only(number), stated, [PNG], By("p_1", "subject"))
    repair_opinions.agree(case.number, Opinion("ends", "同意修复（示例）"), [OFFICE], By("p_2", "provider"))


def _be_taken_back(batch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    recalls.propose(batch, "整批有误（演示）", by="p_1", offices=(OFFICE,))
    with monkeypatch.context() as waits:
        waits.setattr(recalls, "work", lambda recall, most: recall)
        recalls.confirm(batch, by="p_2", offices=(OFFICE,), officer=False)


def _leave_behind(subject_id: str) -> None:
    """A submission that ended between storing and publishing."""
    client, key = engines.client(), {"pk": {"S": "S#" + subject_id}, "sk": {"S": "HEAD"}}
    head = client.get_item(TableName=settings.table("archive"), Key=key)["Item"]
    behind = {"published": {"N": "0"}, "due_shard": {"S": "publish#0"}, "next_due": {"S": ENTERED}}
    client.put_item(TableName=settings.table("archive"), Item={**head, **behind})
    client.delete_item(TableName=settings.table("publication"), Key={"pk": {"S": f"ORG#{a_code(5)}"}, "sk": {"S": "DOC"}})


def _run(job: str) -> None:
    getattr(jobs, job)()


def _quietly(*names: str) -> Counter[str]:
    """What is left when nothing happens to jobs: the second time they do what came of the first, and two others what was left out."""
    for job in (*names, *names, "follow", "publish"):
        _run(job)
    return standing()


def _differ(expected: Counter[str], found: Counter[str]) -> list[str]:
    """What is missing, and what is too much."""
    return sorted(f"- {one}" for one in (expected - found)) + sorted(f"+ {one}" for one in (found - expected))


@pytest.mark.parametrize("job", ALONE)
def test_a_job_killed_at_any_write_and_another_run_leave_what_one_run_leaves(city: Callable[[], None], job: str) -> None:
    before = standing()
    expected = _quietly(job)
    assert job == "count" or expected != before
    number, killed = 0, True
    while killed:
        number += 1
        city()
        with cut_off(number) as died:
            _run(job)
        killed = bool(died)
        assert _differ(expected, _quietly(job)) == [], f"killed at write {number}"
    assert number > 1


def test_every_job_is_cut_off_by_a_test() -> None:
    assert sorted([*ALONE, *ELSEWHERE]) == sorted(command.JOBS)
    assert all("killed_at(" in (Path(__file__).parent / f"{name}.py").read_text("utf-8") for name in ELSEWHERE.values())


def test_no_job_reads_a_whole_table(city: Callable[[], None]) -> None:
    scans: list[str] = []
    events = engines.client().meta.events
    events.register("before-call.dynamodb.Scan", lambda model, **_: scans.append(model.name), unique_id="scans")
    try:
        for job in command.JOBS:
            _run(job)
        assert scans == []
        assert next(whole_tables.pages("outbox")).looked_at > 0
        assert scans == ["Scan"], "a Scan would have been seen"
    finally:
        events.unregister("before-call.dynamodb.Scan", unique_id="scans")


@pytest.mark.parametrize("job", ["effect", "publish", "follow", "remind", "recall"])
def test_two_runs_of_a_job_at_once_leave_what_one_leaves(city: Callable[[], None], job: str) -> None:
    expected = _quietly(job)
    for _ in range(3):
        city()
        children = [in_a_child(lambda: _run(job)) for _ in range(2)]
        assert [exit_code(child) for child in children] == [0, 0]
        assert _differ(expected, _quietly(job)) == []


def test_a_restored_city_runs_what_it_missed_and_nothing_twice(
    city: Callable[[], None], empty_tables: Callable[[], None], tmp_path: Path
) -> None:
    backup.backup(tmp_path / "backup")
    _quietly(*NIGHTLY)
    expected = standing("archive", "outbox")
    empty_tables()
    keys.keyring.cache_clear()
    publishing._marked.clear()
    backup.restore(tmp_path / "backup")
    _quietly(*NIGHTLY)
    assert _differ(expected, standing("archive", "outbox")) == []
