"""Copies that hold everything, found damaged when they are, and a way back that can be cut off anywhere and undoes no erasure."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chalicelib import clock, jobs, settings
from chalicelib.law.decisions import Refused
from chalicelib.records.access import Act
from chalicelib.services.publication import look_up, publicity, rebuild, search
from chalicelib.services.upkeep import backup
from chalicelib.storage import archive as storage
from chalicelib.storage import copies, keys, publishing, raw_items, submissions, whole_tables
from chalicelib.storage import engine as engines
from chalicelib.storage.packing import SCHEMA
from local.command import JOBS
from tests.services.conftest import Send
from tests.services.rows import CODE, OFFICE, PARTY, a_black_entry, a_code, a_licence, a_penalty, a_person, a_subject

DAY = date(2026, 11, 21)
Tables = dict[str, list[dict[str, Any]]]


class Killed(BaseException):
    """The process ends here."""


def contents(*names: str) -> Tables:
    """All items of tables, in the order of their keys."""
    found = {}
    for name in names or ("archive", "outbox", "trail", "publication"):
        items = [item for page in whole_tables.pages(name) for item in page.items]
        found[name] = sorted(items, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))
    return found


def make_publication_anew() -> None:
    """From nothing, as after a restore: what stayed the same over several versions has then the last one's number too."""
    for item in contents("publication")["publication"]:
        engines.client().delete_item(TableName=settings.table("publication"), Key={"pk": item["pk"], "sk": item["sk"]})
    rebuild.rebuild()


def _tells_of(entry: dict[str, Any], action: str) -> bool:
    return any(done == action for done, _, _ in raw_items.acts_of(entry))


def restored_equals(before: Tables) -> bool:
    """Whether all is as before, but for the restore's own entry in the trail."""
    now = contents()
    now["trail"] = [entry for entry in now["trail"] if not _tells_of(entry, "archive.restored")]
    return now == before


def answers() -> list[Any]:
    found: list[Any] = [look_up.organisation(a_code(number), day=DAY) for number in range(1, 4)]
    found += [publicity.announced(kind, day=DAY) for kind in ("licences", "penalties", "blacklist")]
    return [*found, search.search("示例", day=DAY), search.search("示例乙有限公司", day=DAY)]


@pytest.fixture
def town(send: Send, monkeypatch: pytest.MonkeyPatch) -> Tables:
    """A few subjects and a notice, in a system whose publication was made anew; small pages and files, so that there are several."""
    send("subjects", a_subject(), a_subject(统一社会信用代码=a_code(2), 主体名称="示例乙有限公司"))
    send("licences", a_licence(), a_licence(**{CODE: a_code(2), PARTY: "示例乙有限公司"}))
    send("penalties", a_penalty(), a_penalty(**a_person()), a_penalty(**{CODE: "x"}))
    send("blacklist", a_black_entry())
    notice = {"pk": {"S": "N#1"}, "sk": {"S": "-"}, "schema": {"N": "1"}, "state": {"S": "sent"}, "set": {"BS": [b"\x00", b"\xff"]}}
    whole_tables.put_all("outbox", [{**notice, "map": {"M": {"B": {"S": "QUJD"}, "deep": {"L": [{"B": b"\x01"}, {"NULL": True}]}}}}])
    make_publication_anew()
    monkeypatch.setattr(whole_tables, "PAGE", 5)
    monkeypatch.setattr(backup, "ITEMS_IN_FILE", 10)
    monkeypatch.setattr(backup, "WRITTEN_TOGETHER", 7)
    return contents()


@pytest.fixture
def empty(empty_tables: Callable[[], None]) -> Callable[[], None]:
    """An empty machine: no items, and nothing remembered."""

    def forget() -> None:
        empty_tables()
        keys.keyring.cache_clear()
        publishing._marked.clear()

    return forget


def test_everything_comes_back_into_an_empty_machine(town: Tables, empty: Callable[[], None], tmp_path: Path) -> None:
    before = answers()
    made = backup.backup(tmp_path / "copy")
    assert (made["outbox"], made["quiet"]) == (4, True)
    assert made["files"] > 3
    empty()
    counts = backup.restore(tmp_path / "copy")
    assert (counts["subjects"], counts["removed"], counts["failed"], counts["erased"]) == (3, 0, 0, 0)
    assert restored_equals(town)
    assert answers() == before
    (entry,) = [entry for entry in contents("trail")["trail"] if _tells_of(entry, "archive.restored")]
    assert [subject for _, subject, _ in raw_items.acts_of(entry)] == ["-"]


def test_the_backup_says_what_it_holds(town: Tables, tmp_path: Path) -> None:
    backup.backup(tmp_path / "copy")
    manifest = json.loads((tmp_path / "copy" / "manifest.json").read_text("utf-8"))
    assert (manifest["city"], manifest["schema"], manifest["format"]) == ("nantong", SCHEMA, 1)
    assert manifest["started"] <= manifest["ended"]
    assert "mingxin-archive" not in json.dumps(manifest)  # table names are the restoring system's own
    assert {file["name"] for file in manifest["files"]} == {path.name for path in (tmp_path / "copy").iterdir()} - {"manifest.json"}


def test_only_the_owner_may_read_a_backup(town: Tables, tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        backup.backup(tmp_path / "copy")
    finally:
        os.umask(old)
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "copy").iterdir()} == {0o600}


def test_the_master_key_is_not_in_the_backup(town: Tables, tmp_path: Path) -> None:
    backup.backup(tmp_path / "copy")
    master = json.loads(Path(settings.keys()).read_text())["master"]
    text = b"".join(copies.line_of(item) for path in (tmp_path / "copy").glob("*.gz") for item in copies.items_in(path))
    assert master.encode() not in text
    assert "孙示例".encode() not in text


def test_a_backup_cut_off_at_any_write_goes_on_and_holds_the_same(
    town: Tables, empty: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine = copies._sha256
    for allowed in range(30):
        folder, left = tmp_path / f"copy{allowed}", [allowed]

        def cut_off(path: Path, left: list[int] = left) -> str:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            return genuine(path)

        with monkeypatch.context() as broken:
            broken.setattr(copies, "_sha256", cut_off)
            try:
                backup.backup(folder)
                break
            except Killed:
                pass
        names = {path.name for path in folder.glob("*.gz")}
        backup.backup(folder)
        assert names <= {path.name for path in folder.glob("*.gz")}
        if allowed in (0, 3, 6):
            empty()
            backup.restore(folder)
            assert restored_equals(town)
            entries = [entry for entry in contents("trail")["trail"] if _tells_of(entry, "archive.restored")]
            whole_tables.delete_all("trail", [(entry["pk"]["S"], entry["sk"]["S"]) for entry in entries])
    assert allowed > 6


def test_what_a_submission_changes_during_the_backup_is_in_it_whole(
    town: Tables, send: Send, empty: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New and known subjects change after every page read; the copy is as of the end."""
    genuine, sent = whole_tables.pages, []

    def pages(table: str, **more: Any) -> Iterator[whole_tables.Page]:
        for page in genuine(table, **more):
            yield page
            number = len(sent) + 10
            if len(sent) < 6:
                sent.append(number)
                send("subjects", a_subject(统一社会信用代码=a_code(number), 主体名称=f"示例第{number}有限公司"))
                send("licences", a_licence(行政许可决定文书号=f"示许〔2026〕{number}号"))

    with monkeypatch.context() as busy:
        busy.setattr(whole_tables, "pages", pages)
        made = backup.backup(tmp_path / "copy")
    assert (len(sent), made["quiet"]) == (6, True)
    make_publication_anew()
    before = contents()
    empty()
    backup.restore(tmp_path / "copy")
    assert restored_equals(before)


def test_a_submission_that_was_under_way_before_the_backup_is_in_it_too(
    town: Tables, at: Callable[[str], None], empty: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its trail entries bear the instant of its start, long before the backup's."""
    started = clock.now()
    batch = submissions.start_batch("licences", OFFICE, started)
    at("2026-11-21T15:00:00+08:00")
    genuine = backup._copy_table

    def copy_table(*arguments: Any) -> Iterator[int]:
        yield from genuine(*arguments)
        if arguments[2] != "trail":
            return
        loaded = storage.fresh(storage.new_subject("organisation", "示例丙有限公司"))
        changes = storage.Changes()
        storage.put_subject(changes, loaded, started)
        act = Act("subject.entered", loaded.subject.id, loaded.subject.id, [])
        storage.put_trail(changes, [act], actor=OFFICE, reason=batch.id, at=started)
        changes.commit()

    monkeypatch.setattr(backup, "_copy_table", copy_table)
    backup.backup(tmp_path / "copy")
    before = contents("archive", "trail")
    empty()
    monkeypatch.setattr(backup, "rebuild", lambda progress: {})
    backup.restore(tmp_path / "copy")
    now = contents("archive", "trail")
    now["trail"] = [entry for entry in now["trail"] if not _tells_of(entry, "archive.restored")]
    assert now == before


def test_when_nothing_comes_to_rest_the_trail_is_ahead_and_never_behind(
    town: Tables, send: Send, empty: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine, number = raw_items.identifiers_of, [10]

    def identifiers_of(subject_ids: Any) -> list[Any]:
        found = genuine(subject_ids)
        number[0] += 1
        send("licences", a_licence(行政许可决定文书号=f"示许〔2026〕{number[0]}号"))
        return found

    with monkeypatch.context() as busy:
        busy.setattr(raw_items, "identifiers_of", identifiers_of)
        assert backup.backup(tmp_path / "copy")["quiet"] is False
    empty()
    assert backup.restore(tmp_path / "copy")["failed"] == 0
    now = contents("archive", "trail")
    records = {item["sk"]["S"].removeprefix("REC#") for item in now["archive"] if item["sk"]["S"].startswith("REC#")}
    assert records <= {about for entry in now["trail"] for _, _, about in raw_items.acts_of(entry)}


def _writes_until(monkeypatch: pytest.MonkeyPatch, allowed: int, end: Callable[[], Any]) -> pytest.MonkeyPatch:
    left = [allowed]

    def count(model: Any, **_: Any) -> None:
        if model.name in ("BatchWriteItem", "PutItem", "TransactWriteItems", "DeleteItem"):
            left[0] -= 1
            if left[0] < 0:
                end()

    engines.client().meta.events.register("before-call.dynamodb", count, unique_id="kill")
    return monkeypatch


def _raise() -> None:
    raise Killed


def test_a_restore_cut_off_at_any_write_goes_on_to_the_same_end(
    town: Tables, empty: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup.backup(tmp_path / "copy")
    empty()
    allowed = cuts = 0
    while cuts < 60:
        _writes_until(monkeypatch, allowed, _raise)
        try:
            backup.restore(tmp_path / "copy")
            break
        except Killed:
            cuts += 1
            allowed = 1 + cuts % 4  # each run comes a little further than the mark of the one before
            if cuts == 3:
                with pytest.raises(Refused, match="恢复"):
                    backup.backup(tmp_path / "other")
        finally:
            engines.client().meta.events.unregister("before-call.dynamodb", unique_id="kill")
            keys.keyring.cache_clear()
    else:
        backup.restore(tmp_path / "copy")
    assert cuts > 10
    assert restored_equals(town)


@pytest.mark.parametrize("allowed", [0, 1, 4, 9, 14])
def test_a_restore_killed_as_a_process_goes_on_to_the_same_end(
    town: Tables, empty: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, allowed: int
) -> None:
    backup.backup(tmp_path / "copy")
    empty()
    child = os.fork()
    if child == 0:
        engines.client.cache_clear()
        _writes_until(monkeypatch, allowed, lambda: os._exit(9))
        backup.restore(tmp_path / "copy")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert backup.restore(tmp_path / "copy")["failed"] == 0
    assert restored_equals(town)


def test_damage_is_found_before_anything_is_written(town: Tables, empty: Callable[[], None], tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    backup.backup(folder)
    empty()
    for path in [*sorted(folder.glob("*.gz"))[:3], folder / "manifest.json"]:
        whole = path.read_bytes()
        flipped = bytearray(whole)
        flipped[len(whole) // 2] ^= 1
        for damaged in (bytes(flipped), whole[:-9], None):
            if damaged is None:
                path.unlink()
            elif path.name == "manifest.json" and damaged == bytes(flipped):
                path.write_bytes(whole.replace(b'"items": 10', b'"items": 11'))
            else:
                path.write_bytes(damaged)
            with pytest.raises(Refused, match=r"损坏|没有备份"):
                backup.restore(folder)
            path.write_bytes(whole)
    assert contents("archive", "trail", "outbox") == {"archive": [], "trail": [], "outbox": []}
    assert backup.restore(folder)["failed"] == 0


def test_another_master_key_is_refused_and_none_is_made(
    town: Tables, empty: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup.backup(tmp_path / "copy")
    empty()
    other = tmp_path / "other.json"
    monkeypatch.setenv("MINGXIN_KEYS", str(other))
    with pytest.raises(Refused, match="主密钥"):
        backup.restore(tmp_path / "copy")
    assert not other.exists()
    keys.KeyFile(other)
    with pytest.raises(Refused, match="主密钥"):
        backup.restore(tmp_path / "copy")
    assert contents("archive") == {"archive": []}


def test_only_an_empty_archive_takes_a_backup(town: Tables, tmp_path: Path) -> None:
    backup.backup(tmp_path / "copy")
    with pytest.raises(Refused, match="不是空的"):
        backup.restore(tmp_path / "copy")
    assert contents() == town


@pytest.mark.clause("NT-36")
def test_a_machine_on_which_jobs_have_run_and_nothing_was_stored_takes_a_backup_and_does_what_was_missed(
    town: Tables, empty: Callable[[], None], tmp_path: Path, at: Callable[[str], None]
) -> None:
    backup.backup(tmp_path / "copy")
    empty()
    at("2027-12-01T09:00:00+08:00")  # a report of cases is due, days of queries are to be counted, the penalties have ended
    for name in JOBS:
        getattr(jobs, name)()
    assert contents("archive", "trail") == {"archive": [], "trail": []}
    counts = backup.restore(tmp_path / "copy")
    assert (counts["subjects"], counts["failed"]) == (3, 0)
    for job, counted in ((jobs.expire, "done"), (jobs.bulletin, "days")):
        assert (job()[counted] > 0, job()[counted]) == (True, 0), job


def test_an_archive_with_nothing_but_the_same_root_key_counts_as_empty(town: Tables, empty: Callable[[], None], tmp_path: Path) -> None:
    backup.backup(tmp_path / "copy")
    (root,) = [item for item in town["archive"] if raw_items.is_root(item)]
    empty()
    whole_tables.put_all("archive", [root])
    backup.restore(tmp_path / "copy")
    assert restored_equals(town)
    keys.keyring.cache_clear()


def test_what_cannot_be_right_is_one_sentence(
    town: Tables, empty: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup.backup(tmp_path / "copy")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").touch()
    for folder, said in (("copy", "完整的备份"), ("full", "不是空的")):
        with pytest.raises(Refused, match=said):
            backup.backup(tmp_path / folder)
    with pytest.raises(Refused, match="没有备份"):
        backup.restore(tmp_path / "full")
    manifest = tmp_path / "copy" / "manifest.json"
    whole = manifest.read_text("utf-8")
    for old, new, said in (
        (f'"schema": {SCHEMA}', f'"schema": {SCHEMA + 1}', "升级"),
        ('"ended": "2026', '"ended": null, "x": "2026', r"损坏|完成"),
    ):
        manifest.write_text(whole.replace(old, new), "utf-8")
        with pytest.raises(Refused, match=said):
            backup.restore(tmp_path / "copy")
    manifest.write_text(whole, "utf-8")
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("MINGXIN_CITY", "karamay")
        with pytest.raises(Refused, match="另一座城市"):
            backup.restore(tmp_path / "copy")
    empty()
    with pytest.raises(Refused, match="没有可以备份"):
        backup.backup(tmp_path / "nothing")


def _erasure(subject_id: str) -> dict[str, Any]:
    texts = {"action": "subject.erased", "subject": subject_id, "about": subject_id, "actor": "-", "reason": "-", "digest": "-"}
    texts |= {"pk": "2026-11-22#0", "sk": "2026-11-22T01:00:00.000000+00:00#00", "at": "2026-11-22T01:00:00.000000+00:00"}
    return {"schema": {"N": "1"}, **{name: {"S": text} for name, text in texts.items()}}


@pytest.mark.parametrize("told_by", ["trail", "file", "folder"])
def test_what_was_erased_since_stays_unreadable(
    town: Tables, send: Send, empty: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told_by: str
) -> None:
    heads = [item for item in town["archive"] if item["sk"]["S"] == "HEAD" and item["pk"]["S"].startswith("S#")]
    (gone,) = [item["pk"]["S"].removeprefix("S#") for item in heads if {"S": a_code(2)} in item["codes"]["L"]]
    backup.backup(tmp_path / "copy")
    entry, erasures = _erasure(gone), None
    if told_by == "file":
        erasures = tmp_path / "trail.jsonl"
        erasures.write_bytes(copies.line_of(entry))
    if told_by == "folder":
        whole_tables.put_all("trail", [entry])
        erasures = tmp_path / "newer"
        backup.backup(erasures)
    empty()
    if told_by == "trail":
        whole_tables.put_all("trail", [entry])
    seen: list[Any] = []
    genuine = whole_tables.put_all

    def put_all(table: str, items: Any) -> int:
        items = list(items)
        seen.extend(items)
        return genuine(table, items)

    monkeypatch.setattr(whole_tables, "put_all", put_all)
    counts = backup.restore(tmp_path / "copy", erasures=erasures)
    assert (counts["erased"], counts["failed"]) == (1, 0)
    written = [item for item in seen if item["pk"]["S"] == "S#" + gone]
    assert len(written) > 1
    assert not any({"data_key", "sealed"} & item.keys() for item in written)
    assert look_up.organisation(a_code(2), day=DAY) is None
    assert look_up.organisation(a_code(), day=DAY) is not None
    assert search.search("示例乙有限公司", day=DAY)["items"] == []
    assert [entry] == [one for one in contents("trail")["trail"] if _tells_of(one, "subject.erased")]
    assert not any(item.get("subject") == {"S": gone} for item in contents("archive")["archive"])
    assert send("subjects", a_subject(统一社会信用代码=a_code(2), 主体名称="示例乙有限公司")).accepted == 1  # as somebody new


def test_an_api_key_revoked_since_stays_revoked(town: Tables, empty: Callable[[], None], tmp_path: Path) -> None:
    item = {"pk": {"S": raw_items.API_KEYS}, "sk": {"S": "k_1"}, "schema": {"N": "1"}, "type": {"S": "api_key"}}
    whole_tables.put_all("archive", [item])
    backup.backup(tmp_path / "copy")
    empty()
    whole_tables.put_all("trail", [{**_erasure("-"), "action": {"S": "key.revoked"}, "about": {"S": "k_1"}}])
    backup.restore(tmp_path / "copy")
    assert raw_items.partition(raw_items.API_KEYS)[0]["revoked"] == {"S": "2026-11-22T01:00:00.000000+00:00"}


def test_what_the_engine_has_no_room_for_is_written_again_and_never_for_ever(town: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    items = [{"pk": {"S": f"X#{number}"}, "sk": {"S": "-"}, "schema": {"N": "1"}} for number in range(40)]
    genuine = engines.client()
    calls: list[int] = []

    class Busy:
        def __init__(self, room: int) -> None:
            self.room = room

        def batch_write_item(self, RequestItems: dict[str, list[Any]]) -> dict[str, Any]:  # noqa: N803
            ((table, requests),) = RequestItems.items()
            calls.append(len(requests))
            if requests[: self.room]:
                genuine.batch_write_item(RequestItems={table: requests[: self.room]})
            return {"UnprocessedItems": {table: requests[self.room :]} if requests[self.room :] else {}}

    monkeypatch.setattr(engines.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(engines, "client", lambda: Busy(10))
    assert whole_tables.put_all("outbox", items) == 40
    assert calls == [25, 15, 5, 15, 5]
    monkeypatch.setattr(engines, "client", lambda: Busy(0))
    with pytest.raises(TimeoutError):
        whole_tables.put_all("outbox", items)
    monkeypatch.setattr(engines, "client", lambda: genuine)
    assert len(contents("outbox")["outbox"]) == 44
