"""What may not be collected is refused with its reason, and what publication covers is told to who sent it."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chalicelib import cities
from chalicelib.cities import City
from chalicelib.law.decisions import Refused
from chalicelib.law.parameters import DatedValue, Parameter, Rules
from chalicelib.records.identifiers import Identifier
from chalicelib.records.submissions import Outcome
from chalicelib.services.publication import look_up
from chalicelib.services.submission import covering, intake, rows
from chalicelib.services.submission.parties import CellRefused
from chalicelib.storage import archive as storage
from tests.services.conftest import Send
from tests.services.rows import (
    CODE,
    OFFICE,
    PARTY,
    REGISTRATION_NUMBER,
    a_code,
    a_licence,
    a_penalty,
    a_person,
    a_person_number,
    a_subject,
)
from tests.services.test_formats import write_csv, write_jsonl, write_xlsx

TODAY = date(2026, 11, 21)


def a_city(simple: bool) -> City:
    """Nantong, but for its rule on simple procedure."""
    city = cities.load("nantong")
    rule = Parameter("simple_procedure_penalties", "", "yes_no", (DatedValue(date(2026, 1, 1), {"value": simple}, "演示规定第一条"),))
    return City(city.identity, Rules({**city.rules.own, rule.name: rule}, city.rules.default), city.catalogue, False)


# NT-14


@pytest.mark.clause("NT-14")
@pytest.mark.parametrize("column", ["宗教信仰", "当事人血型", "既往病史", "疾病情况", "基因 检测", "宗　教"])
@pytest.mark.parametrize("write", [write_csv, write_xlsx, write_jsonl])
def test_a_file_with_a_forbidden_column_is_refused_whole(archive: None, tmp_path: Path, write: Any, column: str) -> None:
    path = write(tmp_path / "sent", [a_penalty(**{column: ""}), a_penalty(行政处罚决定书文号="示罚〔2026〕2号", **{column: "x"})])
    with pytest.raises(Refused, match=f"禁止归集的列：{column.replace('　', '.')}") as refused:
        intake.import_file("penalties", path, provider=OFFICE)
    assert refused.value.clause == "NT-14"
    assert look_up.organisation(a_code(), day=TODAY) is None


@pytest.mark.clause("NT-14")
def test_a_forbidden_column_on_a_later_line_alone_refuses_the_file_too(archive: None, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "sent", [a_penalty(), a_penalty(宗教="x")])
    with pytest.raises(Refused, match="宗教"):
        intake.import_file("penalties", path, provider=OFFICE)


# NT-2


CAPACITY = [
    ("行为能力", "无民事行为能力", False),
    ("行为能力", "限制民事行为能力人", False),
    ("行为能力", "限制", False),
    ("行为能力", "无", False),
    ("行为能力", "不具有完全民事行为能力", False),
    ("行为能力", "完全民事行为能力", True),
    ("行为能力", "具有完全民事行为能力", True),
    ("行为能力", "", True),
    ("备注", "当事人系限制民事行为能力人", False),
    ("备注", "失信程度：一般；无民事行为能力", False),
    ("备注", "经鉴定丧失行为能力", False),
    ("备注", "当事人非无民事行为能力人", True),
    ("备注", "当事人具有完全民事行为能力", True),
    ("备注", "限制开展经营活动", True),
]


@pytest.mark.clause("NT-2")
@pytest.mark.parametrize(("column", "text", "taken"), CAPACITY)
def test_a_person_stated_to_lack_capacity_is_not_recorded(send: Send, column: str, text: str, taken: bool) -> None:
    outcome = send("penalties", a_penalty(**a_person(), **{column: text}))
    assert outcome.accepted == taken
    assert [(refusal.column, "行为能力" in refusal.reason) for refusal in outcome.refused] == [(column, True)] * (not taken)


# NTG-2.2


TOLERANCE = [
    ("容错认定", "是", False),
    ("容错认定", "经认定属于容错", False),
    ("容错认定", "否", True),
    ("容错认定", "不属于容错", True),
    ("容错认定", "", True),
    ("备注", "失信程度：一般；市纪委认定为容错", False),
    ("备注", "经核查不属于容错情形", True),
    ("备注", "未认定容错", True),
]


@pytest.mark.clause("NTG-2.2")
@pytest.mark.parametrize(("column", "text", "taken"), TOLERANCE)
def test_what_falls_under_error_tolerance_is_not_recorded_of_a_government_body(send: Send, column: str, text: str, taken: bool) -> None:
    office = {CODE: a_code(7, "11"), PARTY: "示例市演示局"}
    outcome = send("penalties", a_penalty(**office, **{column: text}), a_penalty(**{column: text}))
    assert outcome.accepted == 1 + taken  # of a company error tolerance is not known
    assert [(refusal.line, refusal.column, "容错" in refusal.reason) for refusal in outcome.refused] == [(2, column, True)] * (not taken)


def test_a_word_on_a_companys_people_does_not_refuse_the_company(send: Send) -> None:
    assert send("penalties", a_penalty(备注="受害人系限制民事行为能力人")).accepted == 1


# NT-12


@pytest.mark.clause("NT-12")
@pytest.mark.parametrize(
    ("simple", "day", "taken"), [(False, "2026/02/26", False), (True, "2026/02/26", True), (True, "2025/12/31", False)]
)
@pytest.mark.parametrize("words", ["简易", "简易程序", "适用简易程序"])
def test_whether_simple_procedure_counts_is_the_rule_of_the_day_of_the_decision(simple: bool, day: str, taken: bool, words: str) -> None:
    city = a_city(simple)
    cells = a_penalty(处罚程序=words, 处罚决定日期=day)
    expected = nullcontext() if taken else pytest.raises(CellRefused, match="简易程序")
    with expected:
        rows.record_row(cells, rows.item_of("penalties", city), city, provider=OFFICE, today=TODAY)


def test_simple_procedure_is_a_matter_of_negative_information_alone(send: Send) -> None:
    assert send("licences", a_licence(处罚程序="简易")).accepted == 1


# NT-15


PLACEHOLDERS: list[tuple[dict[str, str], str]] = [
    ({CODE: "0" * 18}, CODE),
    ({CODE: "1" * 18}, CODE),
    ({CODE: "XXXXXXXXXXXXXXXXXX"}, CODE),
    ({CODE: "123456789012345678"}, CODE),
    ({CODE: "913206990000000000"}, CODE),
    ({CODE: "", REGISTRATION_NUMBER: "000000000000000"}, REGISTRATION_NUMBER),
    (a_person(证件号码="0" * 18), "证件号码"),
    (a_person(证件号码="111111111111111111"), "证件号码"),
    ({CODE: "", REGISTRATION_NUMBER: "123456789012345"}, REGISTRATION_NUMBER),
    (a_person(证件类型="护照", 证件号码="000000000"), "证件号码"),
    (a_person(证件类型="护照", 证件号码="987654321"), "证件号码"),
]


@pytest.mark.clause("NT-15")
@pytest.mark.parametrize(("cells", "column"), PLACEHOLDERS)
@pytest.mark.parametrize("build", [a_penalty, a_licence])
def test_a_placeholder_never_makes_a_subject(send: Send, build: Any, cells: dict[str, str], column: str) -> None:
    outcome = send("penalties" if build is a_penalty else "licences", build(**cells))
    assert [refusal.column for refusal in outcome.refused] == [column]
    number = cells[column]
    kinds = ("uscc", "organisation_code", "registration_number", "resident_id", "passport")
    candidates = [Identifier(kind, text) for kind in kinds for text in (number, number[8:17])]
    assert storage.subjects_of(candidates) == {}


@pytest.mark.clause("NT-15")
@pytest.mark.parametrize("code", ["0" * 18, "1" * 18, ""])
def test_a_placeholder_is_not_registered(send: Send, code: str) -> None:
    assert [refusal.column for refusal in send("subjects", a_subject(统一社会信用代码=code)).refused] == ["统一社会信用代码"]


@pytest.mark.clause("NT-8")
@pytest.mark.parametrize("kind", ["horoscopes", "", "Penalties"])
def test_an_unknown_item_is_refused_whole(archive: None, tmp_path: Path, kind: str) -> None:
    with pytest.raises(Refused, match="信息目录中没有") as refused:
        intake.import_file(kind, write_csv(tmp_path / "sent", [a_penalty()]), provider=OFFICE)
    assert refused.value.clause == "NT-8"


# HY-25c


COVERED = [
    ({"违法事实": f"身份证号{a_person_number('19850505')}"}, True),
    ({"违法事实": "电话13800001234"}, True),
    ({"处罚内容": "联系 demo@example.org"}, True),
    ({"违法事实": "钱示例作为负责人知情"}, True),
    ({"违法事实": "李演示称不知情", "责任人员": f"李演示/{a_person_number('19850505')}/经理"}, True),
    ({"违法事实": "责令改正，示例甲食品有限公司已整改。"}, False),
    ({"违法事实": f"当事人代码{a_code()}，票据号 2026000123"}, False),
    ({"违法事实": ""}, False),
    ({"备注": "电话13800001234"}, False),
    (a_person(违法事实="孙示例拒不改正"), True),
    (a_person(违法事实="当事人拒不改正"), False),
]


@pytest.mark.clause("HY-25c", "NT-4", "SJZ-2")
@pytest.mark.parametrize(("cells", "covered"), COVERED)
def test_the_provider_hears_in_which_lines_something_is_covered(
    archive: None, tmp_path: Path, cells: dict[str, str], covered: bool
) -> None:
    heard: list[str] = []
    path = write_csv(tmp_path / "sent", [{**a_penalty(), "责任人员": "", **cells}])
    outcome = intake.import_file("penalties", path, provider=OFFICE, warn=heard.append)
    assert outcome.refused == ()
    assert outcome.covered == ((2,) if covered else ())
    assert heard == (["1 行的自由文本含证件号码、电话或有关人员姓名，公示时已遮盖：第 2 行"] if covered else [])


def test_what_the_provider_hears_is_what_the_public_sees(send: Send) -> None:
    facts = "钱示例（电话13800001234）责令改正"
    assert send("penalties", a_penalty(违法事实=facts)).covered == (2,)
    found = look_up.organisation(a_code(), day=TODAY)
    assert found is not None
    assert found["records"][0]["content"]["facts"] == "钱**（电话1*********4）责令改正"


ORDINARY = ["手段高明", "责令停产停业，限期改正", "罚款人民币20000元", "《示例法》第二百三十一条", "2026年2月26日", "编号JY00000001"]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_stay_unless_they_are_the_name_of_someone_in_the_row(send: Send, text: str) -> None:
    assert send("penalties", a_penalty(违法事实=text)).covered == ()
    again = a_penalty(违法事实=text, 行政处罚决定书文号="示罚〔2026〕2号", 法定代表人="高明", 法定代表人证件号码="")
    assert send("penalties", again).covered == ((2,) if "高明" in text else ())


def test_refused_rows_are_not_told_of_again_as_covered(send: Send) -> None:
    facts = {"违法事实": "电话13800001234"}
    outcome = send("penalties", a_penalty(**facts, 罚款="x"), a_penalty(**facts, **{PARTY: "", "罚款": "x"}))
    assert (outcome.accepted, outcome.covered) == (1, (2,))


def test_many_lines_are_counted_and_the_first_are_named() -> None:
    (told,) = covering.sentences(Outcome("b_", covered=tuple(range(2, 102))))
    assert told.startswith("100 行")
    assert told.endswith("20、21等 行")


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        ({"处罚程序": "当场处罚"}, "处罚程序", "简易程序"),
        ({"处罚程序": "乱写"}, "处罚程序", "不认识"),
        ({"备注": "失信程度：特别"}, "备注", "不认识"),
        ({"失信程度": "特别", "备注": "失信程度：一般"}, "失信程度", "不认识"),
        ({PARTY: f"示例{a_person_number()}有限公司"}, PARTY, "证件号码"),
        ({PARTY: "示例\r\n有限公司"}, PARTY, "换行"),
        ({"处罚决定日期": a_person_number()}, "处罚决定日期", "3****************"),
    ],
)
def test_what_cannot_be_meant_comes_back_and_no_reason_repeats_a_persons_number(
    send: Send, cells: dict[str, str], column: str, said: str
) -> None:
    (refusal,) = send("penalties", a_penalty(**cells)).refused
    assert refusal.column == column
    assert said in refusal.reason
    assert a_person_number() not in refusal.reason
