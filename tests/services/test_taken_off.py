"""Exits and removals of another city's export: the same records are taken off here, with trail and reason; nothing else is touched."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import boto3
import pytest

from chalicelib import clock
from chalicelib.law.decisions import Refused
from chalicelib.records.entries import Ended, Record
from chalicelib.records.identifiers import Identifier
from chalicelib.services.exchange import export, taken_off
from chalicelib.services.publication import look_up, publicity
from chalicelib.services.remedies import what_follows
from chalicelib.services.remedies.record_changes import Why
from chalicelib.services.submission import intake
from chalicelib.storage import archive as storage
from chalicelib.storage import publishing
from tests.services.conftest import Send
from tests.services.rows import OFFICE, a_black_entry, a_code, a_licence, a_penalty

DAY = date(2026, 11, 21)
ORGANISATION = Identifier("uscc", a_code())
ROW = {
    "编号": "r_there",
    "种类": "penalties",
    "主体名称": "示例甲食品有限公司",
    "统一社会信用代码": a_code(),
    "名称": "发布虚假广告",
    "文书号": "示罚〔2026〕1号",
    "决定日期": "2026-02-26",
    "移出日期": "2026-11-20",
    "移出方式": "已修复",
    "提供单位统一社会信用代码": OFFICE,
}


def records() -> dict[str, Record]:
    found = storage.collection(storage.subjects_of([ORGANISATION])[ORGANISATION])
    assert found is not None
    return {record.catalogue: record for record in found[1]}


def file_of(folder: Path, *rows: Mapping[str, str]) -> Path:
    path = folder / "removed.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(ROW))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.clause("KLM-22", "NT-23", "NTN-3a")
def test_what_one_city_takes_off_another_takes_off_by_its_export(
    send: Send, tmp_path: Path, at: Callable[[str], None], empty_tables: Callable[[], None]
) -> None:
    send("licences", a_licence())
    send("blacklist", a_black_entry())
    export.export(tmp_path / "full", full=True)
    at("2026-11-24T09:00:00+08:00")
    for catalogue, how in (("blacklist", "exited"), ("licence", "withdrawn")):
        record = records()[catalogue]
        ended = Ended(how, clock.today(), "TC-1")  # type: ignore[arg-type]

        def end(one: Record, ended: Ended = ended) -> Record:
            return replace(one, ended=ended)

        what_follows.change(record.subject_id, record.id, end, Why("record.ended", "a_1", "演示", clock.now()))
    export.export(tmp_path / "next", since=date(2026, 11, 24))
    empty_tables()
    publishing._marked.clear()  # a process marks the months of feeds once
    for kind in ("licences", "blacklist"):
        assert intake.import_file(kind, tmp_path / "full" / f"{kind}.csv", provider=OFFICE).accepted == 1
    for kind in ("exits", "removed"):
        path = tmp_path / "next" / f"{kind}.csv"
        first, again = (taken_off.import_file(kind, path, provider=OFFICE) for _ in range(2))
        assert (first.accepted, first.duplicate, first.refused) == (1, 0, ())
        assert (again.accepted, again.duplicate, again.refused) == (0, 1, ())
    shown = look_up.organisation(a_code(), day=clock.today())
    assert shown is not None
    assert (shown["records"], shown["lists"]) == ([], [])
    (announced,) = publicity.announced("exits", day=clock.today())["items"]
    assert announced["provider"]["code"] == OFFICE
    assert {name: (one.ended.how, one.ended.on) for name, one in records().items() if one.ended} == {
        "licence": ("withdrawn", date(2026, 11, 24)),
        "blacklist": ("exited", date(2026, 11, 24)),
    }


@pytest.mark.clause("NT-36")
def test_the_trail_tells_by_whose_file_a_record_was_taken_off(send: Send, tmp_path: Path) -> None:
    send("penalties", a_penalty())
    assert taken_off.import_file("removed", file_of(tmp_path, ROW), provider=OFFICE).accepted == 1
    entries = boto3.client("dynamodb").scan(TableName="mingxin-trail")["Items"]
    (entry,) = (one for one in entries if any(act[0] == "record.taken_off" for act in json.loads(one["acts"]["S"])))
    assert entry["reason"]["S"] == f"{OFFICE} 已修复"


@pytest.mark.parametrize(
    ("kind", "changes", "column"),
    [
        ("removed", {"统一社会信用代码": a_code(7)}, "统一社会信用代码"),
        ("removed", {"统一社会信用代码": "wrong"}, "统一社会信用代码"),
        ("removed", {"文书号": "示罚〔2026〕7号"}, "文书号"),
        ("removed", {"决定日期": "2026-02-27"}, "文书号"),
        ("removed", {"决定日期": "昨天"}, "决定日期"),
        ("removed", {"移出日期": "2026-11-22"}, "移出日期"),
        ("removed", {"移出方式": "忘了"}, "移出方式"),
        ("removed", {"种类": "weather"}, "种类"),
        ("removed", {"提供单位统一社会信用代码": a_code(901, "11")}, "提供单位统一社会信用代码"),
        ("exits", {}, "种类"),
        ("removed", {"种类": "blacklist", "文书号": "", "名称": "别的名单"}, "名称"),
    ],
)
def test_a_row_that_names_no_record_of_this_city_by_its_provider_is_refused_and_the_others_are_taken(
    send: Send, tmp_path: Path, kind: str, changes: dict[str, str], column: str
) -> None:
    send("penalties", a_penalty())
    outcome = taken_off.import_file(kind, file_of(tmp_path, {**ROW, **changes}), provider=OFFICE)
    assert [one.column for one in outcome.refused] == [column]
    assert records()["penalty"].ended is None
    assert column in (tmp_path / "removed.csv.refused.csv").read_text("utf-8-sig")
    if kind == "removed":
        assert taken_off.import_file(kind, file_of(tmp_path, {**ROW, **changes}, ROW), provider=OFFICE).accepted == 1


def test_what_had_to_be_purged_elsewhere_is_purged_here(send: Send, tmp_path: Path) -> None:
    send("penalties", a_penalty())
    assert taken_off.import_file("removed", file_of(tmp_path, {**ROW, "移出方式": "已清除"}), provider=OFFICE).accepted == 1
    record = records()["penalty"]
    assert (record.title, record.document_no, record.content) == ("", None, {})


def test_a_file_that_lacks_a_column_is_refused_as_a_whole(tmp_path: Path, archive: Any) -> None:
    path = tmp_path / "removed.csv"
    path.write_text("种类,名称\npenalties,演示\n", encoding="utf-8")
    with pytest.raises(Refused, match="缺少列"):
        taken_off.import_file("removed", path, provider=OFFICE)
