"""The same row is the same record, whatever format, encoding or file name it comes in; what a format spoils is refused by row."""

from __future__ import annotations

import codecs
import csv
import json
import zipfile
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from chalicelib import cities
from chalicelib.law.decisions import Refused
from chalicelib.records.submissions import Outcome
from chalicelib.services.submission import intake, templates, xlsx_table
from chalicelib.services.submission.files import open_table
from chalicelib.storage import submissions
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
    a_person_number,
    a_red_entry,
    a_subject,
    a_warning,
    a_watch_entry,
)
from tests.services.workbooks import SHEET, write_as_excel_does

Cells = dict[str, Any]

ROWS: dict[str, Cells] = {
    "subjects": a_subject(主体名称="示例㐂𬭎食品有限公司"),
    "licences": a_licence(**{PARTY: "示例㐂𬭎食品有限公司"}),
    "penalties": a_penalty(违法事实='写有“引号”、逗号，和 "英文引号", 换行\n各一处'),
    "redlist": a_red_entry(),
    "blacklist": a_black_entry(),
    "watchlist": a_watch_entry(),
    "warnings": a_warning(),
    "commitments": a_commitment(),
    "commendation": {
        "主体名称": "示例甲食品有限公司",
        "统一社会信用代码": a_code(),
        "文号": "示奖〔2026〕1号",
        "荣誉名称": "示例先进单位",
        "授予日期": "2026/05/01",
    },
}


def write_csv(path: Path, rows: Iterable[Cells], encoding: str = "utf-8-sig") -> Path:
    rows = list(rows)
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_jsonl(path: Path, rows: Iterable[Cells], mark: bytes = b"") -> Path:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_bytes(mark + text.encode())
    return path


def write_xlsx(path: Path, rows: Iterable[Cells], titled: bool = True) -> Path:
    rows = list(rows)
    book = openpyxl.Workbook()
    if titled:
        book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list(row.values()))
    book.save(path)
    return path


def as_excel_keeps_them(row: Cells) -> Cells:
    """Days as day cells, amounts as numbers, as they are after typing them into a table."""
    kept: Cells = dict(row)
    for column, text in row.items():
        if column.endswith(("日期", "期自", "期至", "止期")) and text and not text.startswith("2099"):
            kept[column] = datetime.strptime(text, "%Y/%m/%d").date()  # noqa: DTZ007
        elif "金额" in column and text:
            kept[column] = float(text)
        elif column == "当前状态":
            kept[column] = int(text)
    return kept


def as_json_keeps_them(row: Cells) -> Cells:
    """Amounts as numbers, empty cells as null."""
    return {column: None if text == "" else float(text) if "金额" in column else text for column, text in row.items()}


WRITERS: dict[str, Callable[[Path, Cells], Path]] = {
    "utf-8.csv": lambda path, row: write_csv(path, [row], "utf-8"),
    "bom.csv": lambda path, row: write_csv(path, [row], "utf-8-sig"),
    "gb18030.csv": lambda path, row: write_csv(path, [row], "gb18030"),
    "texts.xlsx": lambda path, row: write_xlsx(path, [row]),
    "typed.xlsx": lambda path, row: write_xlsx(path, [as_excel_keeps_them(row)]),
    "excel.xlsx": lambda path, row: write_as_excel_does(path, as_excel_keeps_them(row)),
    "texts.jsonl": lambda path, row: write_jsonl(path, [row]),
    "typed.jsonl": lambda path, row: write_jsonl(path, [as_json_keeps_them(row)], codecs.BOM_UTF8),
}


def bring(kind: str, path: Path, warn: Callable[[str], None] | None = None) -> Outcome:
    return intake.import_file(kind, path, provider=OFFICE, warn=warn)


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.clause("NT-16")
def test_a_row_of_every_kind_in_every_format_is_the_same_record(archive: None, tmp_path: Path, kind: str, form: str) -> None:
    first = bring(kind, WRITERS[form](tmp_path / form, ROWS[kind]))
    assert (first.accepted, first.duplicate, first.refused) == (1, 0, ())
    again = bring(kind, WRITERS["bom.csv"](tmp_path / "again", ROWS[kind]))
    assert (again.accepted, again.duplicate, again.refused) == (0, 1, ())


@pytest.mark.parametrize("form", ["gb18030.csv", "typed.jsonl"])
def test_every_catalogue_item_comes_in(archive: None, tmp_path: Path, form: str) -> None:
    """CSV with byte order mark and XLSX do so in test_templates."""
    city = cities.load("nantong")
    for kind in templates.kinds(city):
        row = templates.example(kind, city, date(2026, 11, 21))
        texts = {column: f"{value:%Y/%m/%d}" if isinstance(value, date) else value for column, value in row.items()}
        outcome = bring(kind, WRITERS[form](tmp_path / form, texts))
        assert (outcome.accepted, outcome.refused) == (1, ()), kind


@pytest.mark.parametrize(("form", "name"), [("texts.xlsx", "table.csv"), ("texts.jsonl", "table.xlsx"), ("bom.csv", "table.jsonl")])
def test_a_format_is_known_by_what_the_file_holds_not_by_its_name(archive: None, tmp_path: Path, form: str, name: str) -> None:
    assert bring("penalties", WRITERS[form](tmp_path / name, ROWS["penalties"])).accepted == 1


NO_TABLES = [
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "XLS"),
    (b"PK\x03\x04rest", "XLSX"),
    (b"%PDF-1.7", "PDF"),
    (b'[{"a": 1}]', "JSON 数组"),
    (b'\xef\xbb\xbf\n [\n{"a": 1}]', "JSON 数组"),
    (b'{\n  "a": 1\n}\n', "每行写一个对象"),
    ('{"名称": "甲"}\n'.encode("gb18030"), "UTF-8"),
    (b"{}\n", "完整的 JSON 对象"),
]


@pytest.mark.parametrize(("content", "reason"), NO_TABLES)
def test_what_is_no_table_says_what_to_do(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "sent.csv"
    path.write_bytes(content)
    with pytest.raises(Refused, match=reason):
        open_table(path)


# XLSX


def a_sheet(path: Path, *rows: Iterable[Any]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


def changed(path: Path, part: str, change: Callable[[str], str]) -> Path:
    """The workbook with one part written anew."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part].decode()).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


CELLS = [
    (date(2026, 2, 26), "2026-02-26"),
    (datetime(2026, 2, 26), "2026-02-26"),  # noqa: DTZ001
    (datetime(2026, 2, 26, 9, 30), "2026-02-26 09:30:00"),  # noqa: DTZ001
    (time(9, 30), "09:30:00"),
    (12, "12"),
    (12.0, "12"),
    (100000, "100000"),
    (8.5, "8.5"),
    (0.1 + 0.2, "0.3"),
    (0.00001, "0.00001"),
    (-3, "-3"),
    (999_999_999_999_999, "999999999999999"),
    (True, "是"),
    (False, "否"),
    ("  两边有空格 ", "两边有空格"),
    ("320602198001010005", "320602198001010005"),
    ("#N/A 不是错误", "#N/A 不是错误"),
    ("换行_x000D_", "换行"),
]


@pytest.mark.parametrize(("value", "text"), CELLS)
def test_a_cell_is_read_as_its_reader_would_type_it(tmp_path: Path, value: Any, text: str) -> None:
    (row,) = open_table(a_sheet(tmp_path / "a.xlsx", ["甲", "乙"], [value, "x"])).rows()
    assert (row.line, row.cells, row.fault) == (2, {"甲": text, "乙": "x"}, None)


@pytest.mark.parametrize("value", [320602198001010005, 3.20602198001010e17, 10**15, -(10**15)])
def test_a_code_that_became_a_number_is_refused_with_what_to_do(archive: None, tmp_path: Path, value: float) -> None:
    good, bad = a_penalty(), a_penalty(行政处罚决定书文号="示罚〔2026〕2号")
    outcome = bring("penalties", write_xlsx(tmp_path / "a.xlsx", [good, {**bad, CODE: value}]))
    (refusal,) = outcome.refused
    assert (outcome.accepted, refusal.line, refusal.column) == (1, 3, CODE)
    assert "文本" in refusal.reason


@pytest.mark.parametrize("value", ["#N/A", "#VALUE!", "#REF!"])
def test_an_error_in_a_cell_is_refused(tmp_path: Path, value: str) -> None:
    (row,) = open_table(a_sheet(tmp_path / "a.xlsx", ["甲", "乙"], ["x", value])).rows()
    assert row.fault is not None
    assert (row.fault.column, value in row.fault.reason) == ("乙", True)


def test_a_formula_counts_by_its_result_and_without_one_is_refused(tmp_path: Path) -> None:
    path = a_sheet(tmp_path / "a.xlsx", ["甲", "乙"], ["=1+1", "x"], ["=2+2", "y"], ['=IF(A1="","",A1)', "z"])

    def calculated(text: str) -> str:
        text = text.replace("<f>1+1</f><v></v>", "<f>1+1</f><v>2</v>").replace("<f>1+1</f><v />", "<f>1+1</f><v>2</v>")
        return text.replace('<c r="A4">', '<c r="A4" t="str">')

    first, second, third = open_table(changed(path, SHEET, calculated)).rows()
    assert (first.cells["甲"], first.fault) == ("2", None)
    assert second.fault is not None
    assert (second.fault.column, "公式" in second.fault.reason) == ("甲", True)
    assert (third.cells["甲"], third.fault) == ("", None)


def test_rows_count_as_the_spreadsheet_shows_them_and_empty_ones_do_not_count(tmp_path: Path) -> None:
    path = a_sheet(tmp_path / "a.xlsx", ["甲", "乙", None], ["x", None], [None, None], ["", " "], [None, "y"], [None, None])
    assert [(row.line, dict(row.cells)) for row in open_table(path).rows()] == [(2, {"甲": "x", "乙": ""}), (5, {"甲": "", "乙": "y"})]


def test_a_row_beyond_the_header_is_refused(tmp_path: Path) -> None:
    (row,) = open_table(a_sheet(tmp_path / "a.xlsx", ["甲"], ["x", None, "y"])).rows()
    assert row.fault is not None
    assert "第3格" in row.fault.reason


def test_what_a_sheet_says_of_its_own_size_is_not_believed(tmp_path: Path) -> None:
    path = a_sheet(tmp_path / "a.xlsx", ["甲", "乙"], ["x", "y"])
    table = open_table(changed(path, SHEET, lambda text: text.replace('ref="A1:B2"', 'ref="A1"')))
    assert [dict(row.cells) for row in table.rows()] == [{"甲": "x", "乙": "y"}]


def test_the_one_sheet_with_content_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    second = book.create_sheet("报送")
    second.append(["甲"])
    second.append(["x"])
    choices = book.create_sheet("选项")
    choices.append(["普通"])
    choices.sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    assert [dict(row.cells) for row in open_table(tmp_path / "a.xlsx").rows()] == [{"甲": "x"}]
    book.active.append(["说明"])
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(Refused, match="几张工作表"):
        open_table(tmp_path / "a.xlsx")


@pytest.mark.parametrize("rows", [[], [[None, "甲"], ["x", "甲"]], [["甲", "甲"]], [[None], ["x"]]])
def test_a_workbook_without_a_usable_header_is_refused(tmp_path: Path, rows: list[list[Any]]) -> None:
    path = a_sheet(tmp_path / "a.xlsx", *rows)
    if rows and rows[0] == [None, "甲"]:
        assert open_table(path).columns == ("", "甲")
        return
    with pytest.raises(Refused, match="表头"):
        open_table(path)


def test_a_workbook_is_bounded_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = a_sheet(tmp_path / "a.xlsx", ["甲"], *(["x"] for _ in range(100)))
    for limit in ("MOST_UNPACKED", "MOST_OTHER"):
        with monkeypatch.context() as lower:
            lower.setattr(xlsx_table, limit, 500)
            with pytest.raises(Refused, match="过大"):
                open_table(path)
    with monkeypatch.context() as lower:
        lower.setattr(xlsx_table, "MOST_ROWS", 100)
        with pytest.raises(Refused, match="超过 100 行"):
            list(open_table(path).rows())


def test_a_row_number_beyond_every_sheet_does_not_run_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = changed(a_sheet(tmp_path / "a.xlsx", ["甲"], ["x"]), SHEET, lambda text: text.replace('r="2"', 'r="2000000000"'))
    monkeypatch.setattr(xlsx_table, "MOST_ROWS", 1000)
    with pytest.raises(Refused, match="超过 1000 行"):
        list(open_table(path).rows())


BROKEN: list[Callable[[Path], object]] = [
    lambda path: path.write_bytes(path.read_bytes()[:-200]),
    lambda path: path.write_bytes(path.read_bytes()[:60]),
    lambda path: changed(path, SHEET, lambda text: text[: len(text) // 2]),
    lambda path: changed(write_as_excel_does(path, {"甲": "x"}), SHEET, lambda text: text.replace("<v>0</v>", "<v>99</v>")),
    lambda path: changed(write_as_excel_does(path, {"甲": "x"}), "xl/sharedStrings.xml", lambda text: text[:-9]),
    lambda path: changed(path, "xl/workbook.xml", lambda text: "<workbook/>"),
    lambda path: changed(path, "[Content_Types].xml", lambda text: "<Types/>"),
    lambda path: changed(path, SHEET, lambda text: "<!DOCTYPE a [<!ENTITY b 'c'>]>" + text),
    lambda path: zipfile.ZipFile(path, "w").writestr("word/document.xml", "<a/>"),
]


@pytest.mark.parametrize("damage", BROKEN)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_damaged_workbook_is_refused_in_one_sentence(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    path = a_sheet(tmp_path / "a.xlsx", ["甲", "乙"], ["x", "y"])
    damage(path)
    with pytest.raises(Refused, match=r"XLSX|损坏|不安全|空文件"):
        list(open_table(path).rows())


# JSON Lines


def lines(path: Path, *texts: str) -> Path:
    path.write_text("\n".join(texts), encoding="utf-8")
    return path


JSON_VALUES = [
    ('"文字"', "文字"),
    ("12", "12"),
    ("320602198001010005", "320602198001010005"),
    ("3.2E+17", "3.2E+17"),
    ("8.500000", "8.500000"),
    ("true", "是"),
    ("false", "否"),
    ("null", ""),
    ('"\\ud842\\udfb7"', "𠮷"),
]


@pytest.mark.parametrize(("value", "text"), JSON_VALUES)
def test_a_json_value_loses_nothing(tmp_path: Path, value: str, text: str) -> None:
    (row,) = open_table(lines(tmp_path / "a.jsonl", f'{{"甲": {value}, "乙": "x"}}')).rows()
    assert (row.line, row.cells, row.fault) == (1, {"甲": text, "乙": "x"}, None)


JSON_FAULTS = [
    ('{"甲": {"子": 1}}', "甲", "嵌套"),
    ('{"甲": ["x"]}', "甲", "嵌套"),
    ('{"甲": "x", "甲": "y"}', "甲", "两次"),
    ('{"甲": "x", " 甲": "y"}', "甲", "两次"),
    ('{"甲": "\\ud800"}', "甲", "无效的字符"),
    ('{"甲": NaN}', "", "完整的 JSON"),
    ('{"甲": "x"', "", "完整的 JSON"),
    ('{"甲": "x"},', "", "完整的 JSON"),
    ("[" * 100_000, "", "完整的 JSON"),
    ('["x"]', "", "不是 JSON 对象"),
    ("7", "", "不是 JSON 对象"),
    (f'{{"甲": "{"x" * (1 << 20)}"}}', "", "超过 1 MB"),
]


@pytest.mark.parametrize(("line", "column", "reason"), JSON_FAULTS)
def test_a_broken_line_is_refused_by_its_number_in_the_file(tmp_path: Path, line: str, column: str, reason: str) -> None:
    good = '{"甲": "x"}'
    first, second, third = open_table(lines(tmp_path / "a.jsonl", good, "", line, good)).rows()
    assert [first.line, second.line, third.line] == [1, 3, 4]
    assert (first.fault, third.fault) == (None, None)
    assert second.fault is not None
    assert second.fault.column == column
    assert reason in second.fault.reason


def test_a_float_where_a_code_belongs_is_refused(archive: None, tmp_path: Path) -> None:
    text = json.dumps(a_penalty(), ensure_ascii=False).replace(f'"{a_code()}"', "9.1320699E+17")
    (refusal,) = bring("penalties", lines(tmp_path / "a.jsonl", text)).refused
    assert (refusal.column, "Excel" in refusal.reason) == (CODE, True)


def test_a_later_line_may_bring_a_column_of_its_own(archive: None, tmp_path: Path) -> None:
    first = a_penalty()
    second = {**a_penalty(行政处罚决定书文号="示罚〔2026〕2号"), "处罚程序": "简易", "内部编号": "7"}
    heard: list[str] = []
    outcome = bring("penalties", write_jsonl(tmp_path / "a.jsonl", [first, second]), warn=heard.append)
    assert [refusal.column for refusal in outcome.refused] == ["处罚程序"]
    assert heard == ["未使用的列：内部编号"]


@pytest.mark.parametrize("form", ["bom.csv", "texts.jsonl", "texts.xlsx"])
def test_a_row_too_long_to_be_kept_is_refused_alone(archive: None, tmp_path: Path, form: str) -> None:
    part = "长" * 30_000
    long = a_penalty(违法事实=part, 处罚依据=part, 处罚内容=part, 备注=part)
    (refusal,) = bring("penalties", WRITERS[form](tmp_path / form, long)).refused
    assert "2万字" in refusal.reason


# What goes back


def test_refused_rows_of_every_format_go_back_in_the_same_form(archive: None, tmp_path: Path) -> None:
    number = a_person_number("20150101")
    bad = a_penalty(**a_person(证件号码=number), 备注=f"证件{number}")
    seen = []
    for form, write in WRITERS.items():
        path = write(tmp_path / form, bad)
        assert len(bring("penalties", path).refused) == 1
        raw = (tmp_path / f"{form}.refused.csv").read_bytes()
        assert raw.startswith(codecs.BOM_UTF8)
        assert number not in raw.decode()
        header, row = csv.reader(raw.decode("utf-8-sig").splitlines())
        assert header == ["行号", "字段", "原因", *bad]
        assert row[:2] == ["1" if form.endswith("jsonl") else "2", "证件号码"]
        seen.append(row[3:10])
    assert all(cells == seen[0] for cells in seen)


def test_a_number_that_excel_spoilt_goes_back_covered(archive: None, tmp_path: Path) -> None:
    bring(
        "penalties",
        write_xlsx(tmp_path / "a.xlsx", [{**a_penalty(**a_person()), "证件号码": 320602199006150005, "备注": 320602199006150005}]),
    )
    text = (tmp_path / "a.xlsx.refused.csv").read_text("utf-8-sig")
    assert "证件号码" in text
    assert "3206021990" not in text


def test_a_batch_keeps_the_rows_that_no_format_could_read(archive: None, tmp_path: Path) -> None:
    good = json.dumps(a_penalty(), ensure_ascii=False)
    outcome = bring("penalties", lines(tmp_path / "a.jsonl", good, "{broken"))
    batch, refusals = submissions.load_batch(outcome.batch)
    assert (batch.accepted, batch.refused, [refusal.line for refusal in refusals]) == (1, 1, [2])
