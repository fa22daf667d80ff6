"""The export: complete and current, read by the import of another city, and known to every subject as something that was given."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib import clock, jobs
from chalicelib.law.decisions import Refused
from chalicelib.records.entries import Ended
from chalicelib.records.identifiers import Identifier
from chalicelib.services.exchange import export as exporting
from chalicelib.services.exchange.export import export
from chalicelib.services.publication import look_up
from chalicelib.services.querying import queries
from chalicelib.services.remedies import what_follows
from chalicelib.services.remedies.record_changes import Why
from chalicelib.services.submission import intake
from chalicelib.storage import archive as storage
from chalicelib.storage import exports, files, notices
from tests.services.conftest import Send
from tests.services.faults import killed_at
from tests.services.rows import (
    CODE,
    OFFICE,
    PARTY,
    a_black_entry,
    a_code,
    a_commitment,
    a_licence,
    a_penalty,
    a_person,
    a_red_entry,
    a_watch_entry,
)

DAY = date(2026, 11, 21)
ORGANISATION = Identifier("uscc", a_code())


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def _shown() -> dict[str, Any]:
    """What anyone sees of the organisation, without what belongs to this intake alone."""
    found = look_up.organisation(a_code(), day=DAY)
    assert found is not None
    own = {"id", "published_on"}

    def told(entries: Any) -> list[dict[str, Any]]:
        found = [{name: value for name, value in one.items() if name not in own} for one in entries]
        return sorted(found, key=str)

    parts = {part: told(found[part]) for part in ("records", "lists")}
    return {**parts, "commitments": [one["text"] for one in found["commitments"]]}


def _everything(send: Send) -> None:
    send("licences", a_licence())
    send("penalties", a_penalty())
    send("redlist", a_red_entry())
    send("blacklist", a_black_entry())
    send("watchlist", a_watch_entry())
    send("commitments", a_commitment())
    send("penalties", a_penalty(**a_person(), 行政处罚决定书文号="示罚〔2026〕9号"))


@pytest.mark.clause("NT-6", "NT-23", "KLM-22", "NTN-3b", "NT-24")
def test_the_import_of_another_city_reads_a_full_export(send: Send, tmp_path: Path, empty_tables: Callable[[], None]) -> None:
    _everything(send)
    before, out = _shown(), tmp_path / "out"
    counts = export(out, full=True)
    assert counts == {f"{kind}.csv": 1 for kind in ("licences", "penalties", "redlist", "blacklist", "watchlist", "commitments")}
    empty_tables()
    for kind in ("licences", "penalties", "redlist", "blacklist", "watchlist", "commitments"):
        outcome = intake.import_file(kind, out / f"{kind}.csv", provider=OFFICE)
        assert (outcome.accepted, outcome.refused) == (1, ()), kind
    assert _shown() == before


@pytest.mark.clause("NT-6")
def test_people_and_what_only_consent_opens_stay_here(send: Send, tmp_path: Path) -> None:
    _everything(send)
    send("redlist", a_red_entry(名单名称="没有截止日期的名单", 有效期至=""))
    export(tmp_path / "out", full=True)
    everything = "".join(file.read_text("utf-8") for file in (tmp_path / "out").iterdir())
    for kept in ("孙示例", a_person()["证件号码"], "没有截止日期的名单"):
        assert kept not in everything
    assert {oct(file.stat().st_mode & 0o777) for file in (tmp_path / "out").iterdir()} == {"0o600"}


@pytest.mark.clause("NT-6", "NTN-3a")
def test_the_next_export_holds_what_came_and_what_was_taken_off_since(send: Send, tmp_path: Path, at: Callable[[str], None]) -> None:
    _everything(send)
    export(tmp_path / "first", full=True)
    at("2026-11-24T09:00:00+08:00")
    send("penalties", a_penalty(行政处罚决定书文号="示罚〔2026〕2号"))
    records = {record.catalogue: record for record in _records()}
    _end("blacklist", "exited", records)
    _end("licence", "withdrawn", records)
    counts = export(tmp_path / "second", since=date(2026, 11, 24))
    assert counts == {"penalties.csv": 1, "exits.csv": 1, "removed.csv": 1}
    (exit_,), (removed,) = (_rows(tmp_path / "second" / name) for name in ("exits.csv", "removed.csv"))
    assert (exit_["种类"], exit_["移出方式"], exit_["移出日期"], exit_["统一社会信用代码"]) == (
        "blacklist",
        "已退出",
        "2026-11-24",
        a_code(),
    )
    assert (removed["种类"], removed["移出方式"], removed["文书号"]) == ("licences", "已撤回", "示许〔2026〕1号")
    assert "串通投标" not in str(exit_)
    manifest = json.loads((tmp_path / "second" / "manifest.json").read_text("utf-8"))
    assert (manifest["since"], manifest["until"], manifest["files"]["exits.csv"]["rows"]) == ("2026-11-24", "2026-11-24", 1)


def _records() -> list[Any]:
    found = storage.collection(storage.subjects_of([ORGANISATION])[ORGANISATION])
    assert found is not None
    return found[1]


def _end(catalogue: str, how: Any, records: dict[str, Any]) -> None:
    record = records[catalogue]

    def end(one: Any) -> Any:
        return replace(one, ended=Ended(how, clock.today(), "TC-1"))

    what_follows.change(record.subject_id, record.id, end, Why("record.ended", "a_1", "演示", clock.now()))


def test_without_a_day_an_export_goes_on_from_the_last_one(send: Send, tmp_path: Path, at: Callable[[str], None]) -> None:
    with pytest.raises(Refused, match="--full"):
        export(tmp_path / "none")
    send("penalties", a_penalty())
    export(tmp_path / "first", full=True)
    at("2026-11-25T09:00:00+08:00")
    assert export(tmp_path / "second") == {"penalties.csv": 1}  # the last day is given again: nothing of it is lost
    at("2026-11-27T09:00:00+08:00")
    assert export(tmp_path / "third") == {}
    with pytest.raises(Refused, match="不是空文件夹"):
        export(tmp_path / "second")


@pytest.mark.clause("HY-27b")
def test_every_subject_reads_that_its_records_were_given_to_whom(send: Send, tmp_path: Path) -> None:
    _everything(send)
    export(tmp_path / "out", full=True, receiver="示例省信用平台")
    (query,) = queries.of_subject(storage.subjects_of([ORGANISATION])[ORGANISATION]).items
    assert (query.kind, query.asker, len(query.given)) == ("export", "示例省信用平台", 6)


@pytest.mark.clause("NT-6", "NTN-3a", "KLM-22")
def test_the_job_exports_once_a_day_what_came_since_and_begins_after_the_first_one(
    send: Send, tmp_path: Path, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "files", lambda: files.Folder(tmp_path / "files"))
    send("penalties", a_penalty())
    assert exporting.due(DAY) == {"due": 0, "done": 0, "failed": 0}
    export(tmp_path / "first", full=True)
    at("2026-11-22T02:00:00+08:00")
    send("licences", a_licence())
    assert [exporting.due(clock.today())["done"] for _ in range(2)] == [1, 0]
    kept = tmp_path / "files" / "exports" / "2026-11-22"
    assert [row["许可编号"] for row in _rows(kept / "licences.csv")] == [a_licence()["许可编号"]]
    manifest = json.loads((kept / "manifest.json").read_text("utf-8"))
    assert (manifest["since"], manifest["until"], set(manifest["files"])) == ("2026-11-21", "2026-11-22", {"licences.csv", "penalties.csv"})
    assert {oct(file.stat().st_mode & 0o777) for file in kept.iterdir()} == {"0o600"}


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("after", [False, True])
def test_a_job_killed_at_any_write_and_another_run_export_once_and_leave_each_trace_once(
    send: Send, tmp_path: Path, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    monkeypatch.setattr(files, "files", lambda: files.Folder(tmp_path / "files"))
    export(tmp_path / "first", full=True)
    number, killed = 0, True
    while killed:
        number += 1
        day, code = DAY + timedelta(days=2 * number), Identifier("uscc", a_code(number))
        at(f"{day}T02:00:00+08:00")
        send("licences", a_licence(**{PARTY: f"示例{number}号食品有限公司", CODE: code.number}))
        killed = killed_at(number, jobs.export, after=after)
        at(f"{day}T03:00:00+08:00")
        jobs.export()
        subject_id = storage.subjects_of([code])[code]
        given = [query for query in queries.of_subject(subject_id).items if query.given]
        assert [(query.kind, len(query.given)) for query in given] == [("export", 1)], f"killed at write {number}"
        assert [one.kind for one in notices.of(f"s:{subject_id}", 10)[0]] == ["query made"]
        assert exports.last() == day
        kept = tmp_path / "files" / "exports" / day.isoformat()
        assert "licences.csv" in json.loads((kept / "manifest.json").read_text("utf-8"))["files"]
        assert code.number in {row[CODE] for row in _rows(kept / "licences.csv")}
    assert number > 3
