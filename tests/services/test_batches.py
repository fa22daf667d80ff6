"""Submissions looked up again: by month as a clerk counts it, with what became of them and what was refused."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chalicelib.law.decisions import Refused
from chalicelib.services.identity import api_keys
from chalicelib.services.submission import batches, intake, receive
from chalicelib.storage import archive as archives
from chalicelib.storage import engine, submissions
from tests.services.conftest import Send
from tests.services.rows import CODE, OFFICE, a_code, a_licence, a_penalty, a_person_number, a_subject

At = Callable[[str], None]


def test_a_month_lists_its_submissions_latest_first_with_counts(send: Send, at: At) -> None:
    send("subjects", a_subject())
    at("2026-11-22T09:00:00+08:00")
    second = send("penalties", a_penalty(), a_penalty(), a_penalty(**{CODE: "x"}))
    found = batches.listing()
    assert [one["kind"] for one in found] == ["penalties", "subjects"]
    assert found[0]["started"].startswith("2026-11-22T09:00:0")
    assert found[0]["ended"].endswith("+08:00")
    del found[0]["started"], found[0]["ended"]
    expected = {
        "kind": "penalties",
        "provider": OFFICE,
        "office": None,
        "via": "command",
        "state": "ended",
        "accepted": 1,
        "duplicate": 1,
        "refused": 1,
    }
    assert found[0] == {"batch": second.batch, **expected}


@pytest.mark.parametrize(
    ("instant", "month"),
    [
        ("2026-10-31T23:59:59+08:00", "2026-10"),
        ("2026-11-01T00:00:00+08:00", "2026-11"),
        ("2026-11-01T07:59:59+08:00", "2026-11"),
        ("2026-11-30T23:59:59+08:00", "2026-11"),
        ("2026-12-01T00:00:00+08:00", "2026-12"),
    ],
)
def test_a_month_is_one_of_china(archive: None, at: At, instant: str, month: str) -> None:
    at(instant)
    from chalicelib import clock

    submissions.start_batch("penalties", OFFICE, clock.parse_now(instant))
    assert {one: len(batches.listing(one)) for one in ("2026-10", "2026-11", "2026-12")} == {
        "2026-10": 0,
        "2026-11": 0,
        "2026-12": 0,
        month: 1,
    }


def test_listing_is_never_a_scan(send: Send) -> None:
    send("subjects", a_subject())
    made: list[str] = []
    events = engine.client().meta.events

    def note(model: object, **_: object) -> None:
        made.append(str(getattr(model, "name", "")))

    events.register("before-call.dynamodb", note)
    try:
        batches.listing()
    finally:
        events.unregister("before-call.dynamodb", note)
    assert "Scan" not in made


@pytest.mark.parametrize("month", ["", "2026", "2026-13", "11-2026", "x"])
def test_what_is_no_month_is_refused(archive: None, month: str) -> None:
    if month:
        with pytest.raises(Refused, match="月份"):
            batches.listing(month)
    else:
        assert batches.listing(month) == []


def test_a_submission_without_an_end_is_running_and_later_cut_off(archive: None, at: At) -> None:
    from chalicelib import clock

    batch = submissions.start_batch("penalties", OFFICE, clock.now())
    assert batches.show(batch.id)["state"] == "running"
    at("2026-11-21T10:59:00+08:00")
    assert batches.show(batch.id)["state"] == "running"
    at("2026-11-21T11:01:00+08:00")
    assert (batches.show(batch.id)["state"], batches.show(batch.id)["ended"]) == ("cut_off", None)


def test_refused_rows_come_again_as_the_same_file(send: Send, tmp_path: Path) -> None:
    wrong = a_licence(法定代表人证件号码=a_person_number(), 许可内容="=1+1", **{CODE: a_code()[:-1] + "?"})
    outcome = send("licences", a_licence(), wrong, a_licence(行政许可决定文书号="示许〔2026〕3号", 许可决定日期="昨天"))
    assert len(outcome.refused) == 2
    again = tmp_path / "again.csv"
    shown = batches.show(outcome.batch, refused_to=again)
    assert shown["refused"] == 2
    assert again.read_bytes() == (tmp_path / "sent.csv.refused.csv").read_bytes()
    with again.open(encoding="utf-8-sig", newline="") as file:
        assert [row["行号"] for row in csv.DictReader(file)] == ["3", "4"]
    assert a_person_number() not in again.read_text("utf-8-sig")


def test_without_refused_rows_no_file_is_touched(send: Send, tmp_path: Path) -> None:
    outcome = send("licences", a_licence())
    file = tmp_path / "mine.csv"
    file.write_text("mine")
    batches.show(outcome.batch, refused_to=file)
    assert file.read_text() == "mine"


def test_an_unknown_submission_is_one_sentence(archive: None) -> None:
    with pytest.raises(Refused, match="b_nothing"):
        batches.show("b_nothing")


@pytest.mark.clause("NT-39")
def test_a_submission_names_the_office_that_answers_for_its_review(archive: None, tmp_path: Path) -> None:
    path = tmp_path / "sent.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(a_penalty()))
        writer.writeheader()
        writer.writerow(a_penalty())
    outcome = intake.import_file("penalties", path, provider=OFFICE, reviewer="信用科（示例）")
    assert batches.show(outcome.batch)["office"] == "信用科（示例）"
    key, _ = api_keys.create("示例系统", [f"submit:{OFFICE}"], office=" 数据科（示例） ")
    sent = receive.read_json(
        json.dumps({"kind": "penalties", "rows": [a_penalty(行政处罚决定书文号="示罚〔2026〕9号")]}).encode(), provider=None
    )
    answer = receive.take_in(sent, provider=OFFICE, offices=[OFFICE], caller=key.id, key=None, reviewer=key.office)
    shown = batches.show(answer["batch"])
    assert (shown["office"], shown["via"], shown["accepted"]) == ("数据科（示例）", key.id, 1)
    assert api_keys.all_keys()[0].office == "数据科（示例）"


@pytest.mark.parametrize("office", ["甲" * 101, "甲\n乙"])
def test_an_office_is_a_short_text(archive: None, office: str) -> None:
    with pytest.raises(Refused, match="审核责任部门"):
        api_keys.create("示例系统", [f"submit:{OFFICE}"], office=office)


def test_a_submission_begins_although_the_engine_is_busy_and_only_once(archive: None, monkeypatch: pytest.MonkeyPatch) -> None:
    genuine, calls = archives.Changes.commit, []

    def commit(changes: archives.Changes) -> None:
        calls.append(len(calls))
        if len(calls) == 1:
            raise archives.Conflict
        genuine(changes)
        if len(calls) == 2:  # written, and the answer lost
            raise archives.Conflict

    monkeypatch.setattr(archives.Changes, "commit", commit)
    begun = submissions.start_batch("penalties", OFFICE, datetime(2026, 11, 21, 1, tzinfo=UTC))
    assert len(calls) == 2
    assert [one.id for one in submissions.batches_of_provider(OFFICE, limit=5)] == [begun.id]
    monkeypatch.setattr(archives.Changes, "commit", lambda changes: (_ for _ in ()).throw(archives.Conflict))
    with pytest.raises(archives.Conflict):
        submissions.start_batch("penalties", OFFICE, datetime(2026, 11, 21, 1, tzinfo=UTC))
