"""Columns, days and amounts are read as departments really type them; what cannot be meant is told with what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from chalicelib import cities
from chalicelib.law.decisions import Refused
from chalicelib.services.submission import intake, jsonl_table, templates, values
from chalicelib.services.submission.files import open_table
from chalicelib.services.submission.rows import known_columns
from chalicelib.services.submission.table import heading
from tests.services.rows import CODE, OFFICE, a_licence, a_penalty, a_subject
from tests.services.test_formats import write_csv, write_jsonl, write_xlsx

FINE = "罚款金额(万元)"


@pytest.mark.parametrize("written", [FINE, "罚款金额（万元）", "罚款金额 (万元)", " 罚款金额（ 万元 ）", "罚款金额(万元）"])
def test_a_column_is_known_whatever_its_brackets(written: str) -> None:
    assert heading(written) == FINE


@pytest.mark.parametrize("city", cities.names())
def test_every_column_that_we_know_is_written_as_it_is_read(city: str) -> None:
    loaded = cities.load(city)
    columns = {column for kind in templates.kinds(loaded) for column in known_columns(kind, loaded)}
    assert {column for column in columns if heading(column) != column} == set()


@pytest.mark.parametrize("write", [write_csv, write_xlsx, write_jsonl])
def test_no_fine_is_lost_by_brackets_in_full_width(tmp_path: Path, write: Callable[..., Path]) -> None:
    row = {column.replace("(", "（").replace(")", "）"): text for column, text in a_penalty().items()}
    cells = next(iter(open_table(write(tmp_path / "sent", [row])).rows())).cells
    assert (cells[FINE], cells[CODE]) == (a_penalty()[FINE], a_penalty()[CODE])


def test_two_spellings_of_one_column_are_one_column_twice(tmp_path: Path) -> None:
    row = {**a_penalty(), "罚款金额（万元）": "1"}
    with pytest.raises(Refused, match="重复的列：罚款金额"):
        open_table(write_csv(tmp_path / "sent.csv", [row]))
    assert jsonl_table.cells_of(row)[1] is not None


WITHOUT_COLUMNS = [
    (b"", "没有表头"),
    (b"\r\n\r\n", "没有表头"),
    ("\r\n名称,代码\r\n".encode(), "第一行应为列名"),
    ("名称;代码;日期\r\n示例;1;2\r\n".encode(), "英文逗号"),
    ("名称\t代码\t日期\r\n示例\t1\t2\r\n".encode(), "英文逗号"),
    ("名称，代码，日期\r\n示例，1，2\r\n".encode(), "英文逗号"),
]


@pytest.mark.parametrize(("content", "reason"), WITHOUT_COLUMNS)
def test_a_file_whose_columns_cannot_be_told_says_why(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "sent.csv"
    path.write_bytes(content)
    with pytest.raises(Refused, match=reason):
        open_table(path)


DAYS = [
    "2026/3/1", "2026-03-01", "2026.3.1", "20260301", "2026年3月1日", "2026年03月01日", "2026/3/1 0:00", "2026-03-01T00:00:00",
    "２０２６／３／１", "２０２６－０３－０１", "２０２６年３月１日",
]  # fmt: skip


@pytest.mark.parametrize("text", DAYS)
def test_a_day_is_read_in_each_spelling(text: str) -> None:
    assert values.day(text) == date(2026, 3, 1)


@pytest.mark.parametrize("text", ["", "无", "/", "／", "－", "—"])
def test_no_day_is_none(text: str) -> None:
    assert values.day(text) is None


NO_DAYS = [
    ("2026/2/29", "不是有效日期"), ("2026/13/1", "不是有效日期"), ("01/03/2026", "不是有效日期"), ("26/3/1", "不是有效日期"),
    ("3月1日", "不是有效日期"), ("46082", "序号"), ("46082.5", "序号"), ("19999", "不是有效日期"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "reason"), NO_DAYS)
def test_what_is_no_day_says_what_to_do(text: str, reason: str) -> None:
    with pytest.raises(Refused, match=f"{reason}.*2026/02/26"):
        values.day(text)


AMOUNTS = [("1.5", "15000.00"), ("１．５", "15000.00"), ("1,234.5", "12345000.00"), ("１，２３４", "12340000.00"), ("—", None)]


@pytest.mark.parametrize(("text", "yuan"), AMOUNTS)
def test_an_amount_is_read_in_half_and_full_width(text: str, yuan: str | None) -> None:
    assert values.yuan_from_10k(text) == yuan


@pytest.mark.parametrize("text", ["1.5万元", "-1", "十万", "1e3", ".5", "￥1", "12,34", "0.0000001"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="请"):
        values.yuan_from_10k(text)


@pytest.mark.clause("NT-8")
def test_the_register_comes_in_under_the_code_of_its_catalogue_item_too(archive: None, tmp_path: Path) -> None:
    sent = write_csv(tmp_path / "sent.csv", [a_subject()])
    assert intake.import_file("registration", sent, provider=OFFICE).accepted == 1
    assert intake.import_file("subjects", sent, provider=OFFICE).duplicate == 1
    with pytest.raises(Refused, match="缺少列"):
        intake.import_file("registration", write_csv(tmp_path / "other.csv", [a_licence()]), provider=OFFICE)
