"""A form that a department downloads comes in as it is: right columns, one example row, codes kept as text."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from chalicelib import cities
from chalicelib.law.decisions import Refused
from chalicelib.services.submission import intake, templates
from local import command
from tests.services.rows import CODE, OFFICE

TODAY = date(2026, 11, 21)
NANTONG = cities.load("nantong")


def header(kind: str) -> list[str]:
    return next(csv.reader(io.StringIO(templates.as_csv(kind, NANTONG, TODAY).decode("utf-8-sig"))))


@pytest.mark.parametrize("form", templates.FORMATS)
@pytest.mark.parametrize("city", cities.names())
def test_the_form_of_every_kind_comes_in_as_it_is(
    archive: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, city: str, form: str
) -> None:
    monkeypatch.setenv("MINGXIN_CITY", city)
    loaded, heard = cities.load(city), list[str]()
    for kind in templates.kinds(loaded):
        path = tmp_path / f"{kind}.{form}"
        path.write_bytes(templates.FORMATS[form](kind, loaded, TODAY))
        outcome = intake.import_file(kind, path, provider=OFFICE, warn=heard.append)
        assert (outcome.accepted, outcome.refused) == (1, ()), kind
    assert [text for text in heard if text.startswith("未使用")] == []


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2026, 1, 1), date(2026, 12, 31)])
def test_the_example_can_be_made_on_any_day_and_says_that_it_is_one(today: date) -> None:
    for kind in templates.kinds(NANTONG):
        row = templates.example(kind, NANTONG, today)
        assert any("演示" in str(value) for value in row.values()), kind
        assert row.get("成立日期", today) <= today  # type: ignore[operator]


ORDERS = {
    "subjects": ["主体名称", "主体类别", "统一社会信用代码", "法定代表人"],
    "licences": ["行政相对人名称", "行政相对人类别", CODE, "行政相对人代码_2(工商注册号)"],
    "penalties": ["行政相对人名称", "行政相对人类别", CODE, "行政相对人代码_2(工商注册号)"],
    "blacklist": ["名单类型", "名单名称", "主体名称", "主体类别"],
    "warnings": ["主体名称", "统一社会信用代码", "预警名称", "发布单位"],
    "commitments": ["主体名称", "统一社会信用代码", "承诺类型", "承诺事项"],
    "wage_arrears": ["主体名称", "主体类别", "统一社会信用代码", "证件类型", "证件号码", "文号", "事项名称", "主要事实"],
    "person_marriage": ["主体名称", "主体类别", "证件类型", "证件号码", "信息编号"],
}


@pytest.mark.parametrize(("kind", "first"), ORDERS.items())
def test_columns_stand_in_the_order_of_the_national_layout(kind: str, first: list[str]) -> None:
    assert header(kind)[: len(first)] == first


def test_the_national_layouts_are_whole() -> None:
    assert [len(header(kind)) for kind in ("licences", "penalties", "blacklist", "warnings", "commitments", "subjects")] == [
        28,
        31,
        17,
        7,
        9,
        11,
    ]
    assert header("penalties")[-4:] == ["数据来源单位", "数据来源单位统一社会信用代码", "备注", "责任人员"]
    assert header("watchlist")[-1] == "领域"


def test_code_columns_of_a_workbook_are_text_to_the_last_row() -> None:
    for kind, codes in {
        "penalties": {
            CODE,
            "行政相对人代码_2(工商注册号)",
            "法定代表人证件号码",
            "证件号码",
            "行政处罚决定书文号",
            "处罚机关统一社会信用代码",
        },
        "subjects": {"统一社会信用代码", "法定代表人证件号码"},
        "person_identity": {"证件号码", "身份证号码", "信息编号"},
    }.items():
        sheet = openpyxl.load_workbook(io.BytesIO(templates.as_xlsx(kind, NANTONG, TODAY))).active
        text = {cell.value for cell in sheet[1] if sheet.column_dimensions[cell.column_letter].number_format == "@"}
        assert codes <= text
        assert {cell.number_format for cell in sheet[2] if sheet.cell(1, cell.column).value in codes} == {"@"}


def test_what_no_city_takes_has_no_form() -> None:
    for kind in ("horoscopes", "registration"):
        with pytest.raises(Refused, match="subjects"):
            templates.columns(kind, NANTONG)


def test_the_command_writes_a_form_without_a_running_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "running", lambda data, city: None)
    for arguments, name in [
        (["penalties"], "penalties.xlsx"),
        (["penalties", "--format", "csv"], "penalties.csv"),
        (["redlist", "--to", "red.csv"], "red.csv"),
        (["redlist", "--to", "red.dat", "--format", "xlsx"], "red.dat"),
    ]:
        result = CliRunner().invoke(command.main, ["template", *arguments])
        assert (result.exit_code, result.stdout) == (0, f"{name}\n"), result.stderr
        assert Path(name).read_bytes().startswith(b"PK" if "csv" not in name else b"\xef\xbb\xbf")
    assert CliRunner().invoke(command.main, ["template", "penalties", "--format", "pdf"]).exit_code == 2


def test_the_command_never_writes_over_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("mine")
    result = CliRunner().invoke(command.main, ["template", "penalties", "--to", str(path)])
    assert (result.exit_code, path.read_text()) == (2, "mine")
    assert "已经存在" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"), [(["horoscopes"], "没有 horoscopes"), (["penalties", "--to", "no/such/folder.csv"], "No such file")]
)
def test_what_cannot_be_written_is_one_sentence(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(command.main, ["template", *arguments])
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert said in result.stderr
