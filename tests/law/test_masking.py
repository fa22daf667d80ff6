"""What is covered before the public sees it, and what stays as it is; every person and number here is invented."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.law.masking import mask_free_text, mask_number, mask_person_name

from .builders import resident_id, resident_id_ending_in_x, uscc

PERSON = resident_id("19900103")
WITH_X = resident_id_ending_in_x()
COVERED = "3" + "*" * 16 + PERSON[-1]
pytestmark = pytest.mark.clause("HY-25c", "NT-4", "SJZ-2")


def full_width(text: str) -> str:
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("王伟", "王*"),
        ("王小伟", "王**"),
        ("欧阳示例", "欧***"),
        (" 王伟 ", "王*"),
        ("王", "王*"),
        ("𬭎某", "𬭎*"),
        ("阿卜杜·示例", "阿*****"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_of_a_persons_name_the_first_character_stays(name: str, expected: str) -> None:
    assert mask_person_name(name) == expected


@pytest.mark.parametrize(("number", "expected"), [(PERSON, COVERED), ("123", "1*3"), ("12", "**"), ("1", "*"), ("", "")])
def test_of_a_number_the_first_and_last_character_stay(number: str, expected: str) -> None:
    assert mask_number(number) == expected


@pytest.mark.parametrize(
    ("case", "text", "expected"),
    [
        ("a resident ID number", f"身份证号{PERSON}，", f"身份证号{COVERED}，"),
        ("one that ends in X", WITH_X, "3" + "*" * 16 + "X"),
        ("one that ends in x", WITH_X.lower(), "3" + "*" * 16 + "x"),
        ("one with a wrong check digit", f"{PERSON[:-1]}X", "3" + "*" * 16 + "X"),
        ("full width", full_width(PERSON), "３" + "*" * 16 + full_width(PERSON[-1])),
        ("full width X", full_width(WITH_X), "３" + "*" * 16 + "Ｘ"),
        ("letters before it", f"ID{PERSON}", f"ID{COVERED}"),
        ("letters after it", f"{PERSON}a", f"{COVERED}a"),
        ("in groups", f"{PERSON[:6]} {PERSON[6:14]} {PERSON[14:]}", "3" + "*" * 18 + PERSON[-1]),
        ("in groups with hyphens", f"{PERSON[:6]}-{PERSON[6:10]}-{PERSON[10:14]}-{PERSON[14:]}", "3" + "*" * 19 + PERSON[-1]),
        ("in groups of four", " ".join((PERSON[:4], PERSON[4:8], PERSON[8:12], PERSON[12:16], PERSON[16:])), "3" + "*" * 20 + PERSON[-1]),
        ("digit by digit", " ".join(PERSON), "3" + "*" * 33 + PERSON[-1]),
        ("digit by digit in full width", "　".join(full_width(PERSON)), "３" + "*" * 33 + full_width(PERSON[-1])),
        ("with dots", ".".join((PERSON[:6], PERSON[6:14], PERSON[14:])), "3" + "*" * 18 + PERSON[-1]),
        ("over two lines", f"{PERSON[:14]}\r\n{PERSON[14:]}", "3" + "*" * 18 + PERSON[-1]),
        ("two in a row", f"{PERSON},{PERSON}", f"{COVERED},{COVERED}"),
        ("before a phone", f"{PERSON} 13800001234", f"{COVERED} 1*********4"),
        ("of before 1999", "证号320602900103001。", "证号3*************1。"),
        ("of before 1999 in groups", "320602 900103 001", "3" + "*" * 15 + "1"),
        ("of before 1999 in full width", full_width("320602900103001"), "３*************１"),
        ("permanent residence, old", "USA320090010100", "U*************0"),
        ("a Hong Kong permit", "通行证H00000001", "通行证H*******1"),
        ("a passport", "护照E00000012，", "护照E*******2，"),
        ("a passport of two letters", "护照号EA0000012", "护照号E*******2"),
        ("a passport set apart", "护照号 G 00000012", "护照号 G********2"),
        ("a permit of another letter", "往来港澳通行证C00000012", "往来港澳通行证C*******2"),
        ("a permit without a letter", "台胞证号：00000012。", "台胞证号：0******2。"),
        ("a bank card in groups", "卡号6200 0000 0000 0000 012", "卡号6*********************2"),
        ("a bank card with hyphens", "6200-0000-0000-0001", "6*****************1"),
        ("a mobile phone", "电话13800001234）", "电话1*********4）"),
        ("one in groups", "138-0000-1234", "1***********4"),
        ("one with spaces", "138 0000 1234", "1***********4"),
        ("one digit by digit", "1 3 8 0 0 0 0 1 2 3 4", "1" + "*" * 19 + "4"),
        ("one with dots", "138.0000.1234", "1***********4"),
        ("one with dashes", "138—0000—1234", "1***********4"),
        ("one with full width hyphens", "138－0000－1234", "1***********4"),
        ("one in two halves", "138 00001234", "1**********4"),
        ("one with the country", "+8613800001234", "+************4"),
        ("a full width phone", full_width("13800001234"), "１*********４"),
        ("a landline", "0513-85520000", "0***********0"),
        ("a landline of Beijing", "010-12345678", "0**********8"),
        ("a landline without hyphen", "051385520000", "0**********0"),
        ("a landline in brackets", "（0513）85520000", "（************0"),
        ("a landline in groups", "0513-8552-0000", "0************0"),
        ("a landline with a dash", "0513—85520000", "0***********0"),
        ("a landline with the country", "+86-513-85520000", "+**************0"),
        ("a landline without its area", "联系电话：85520000", "联系电话：8******0"),
        ("mail", "邮箱zhang.san@example.com。", "邮箱z*******************m。"),
        ("mail that begins with a phone", "13800001234@qq.com", "1****************m"),
        ("mail with two at signs", "a@b.cn@c.cn", "a*********n"),
    ],
)
def test_numbers_phones_and_mail_in_free_text_are_covered(case: str, text: str, expected: str) -> None:
    assert mask_free_text(text) == expected, case


@pytest.mark.parametrize(
    "text",
    [
        "当事人经营超过保质期的食品，事实清楚，证据确凿。",
        "罚款23500.00元",
        "罚款人民币1,234,567.89元",
        "注册资本100000000万元",
        "没收违法所得0.350000万元",
        "2026年11月21日",
        "2026-11-21",
        "2026/11/21至2027/11/20",
        "2026-01-04 2026-02-14",
        "20261121",
        "2026-11-21 09:30:00",
        "通示罚〔2026〕4号",
        "通示许〔2026〕1234567号",
        "JY000000001",
        "JY0000000012",
        "JY13206990001234",
        "SC10632069900012",
        "苏B2-20260001",
        "（苏）JZ安许证字〔2026〕000001",
        "国药准字H20200001",
        "国药准字Z20200001",
        "国药准字S20200001",
        "国食健注G20200001",
        "国食健字G20200001",
        "国械注准20203000001",
        "GB 11643-1999",
        "GB/T 19001-2016",
        "Q/320699 ABC001-2026",
        "批号20260104",
        "条码6901234567892",
        "工商注册号320699000000017",
        "工商注册号320602000123456",
        "注册号：320602000123456",
        "经度120.12345678，纬度31.12345678",
        "东经131.12345678",
        "抽检138 125 36 2026",
        "许可证号12345678",
        "营业执照号12345678",
        "电话亭12345678号",
        "发票号码00123456",
        "第0000000001号",
        "《示例法》第一百二十条",
        "12345",
        "12315热线",
        uscc(),
        f"{uscc()}001V",
    ],
)
def test_ordinary_words_amounts_dates_and_document_numbers_stay(text: str) -> None:
    assert mask_free_text(text) == text


@pytest.mark.parametrize(
    ("case", "text", "people", "expected"),
    [
        ("a person of the row", "负责人王伟在场", ["王伟"], "负责人王*在场"),
        ("each time", "王伟、王伟", ["王伟"], "王*、王*"),
        ("the longer name first", "王伟民与王伟", ["王伟", "王伟民"], "王**与王*"),
        ("a name with blanks around it", "负责人王伟", [" 王伟 "], "负责人王*"),
        ("a surname alone stays", "王某，王府", ["王", ""], "王某，王府"),
        ("a middle dot", "阿卜杜·示例到场", ["阿卜杜·示例"], "阿*****到场"),
        ("signs that patterns know", "A.B到场，AXB不在", ["A.B"], "A**到场，AXB不在"),
        ("full width letters", "ＡＢＣ到场", ["ABC"], "Ａ**到场"),
        ("a rare character", "王𬭎到场", ["王𬭎"], "王*到场"),
        ("a name set apart", "负责人王 伟在场", ["王伟"], "负责人王**在场"),
        ("a name set apart in full width", "负责人王　伟在场", ["王伟"], "负责人王**在场"),
        ("a name over two lines", "负责人欧阳\n示例在场", ["欧阳示例"], "负责人欧****在场"),
        ("a name that its column sets apart", "负责人王伟在场", ["王　伟"], "负责人王*在场"),
        ("a middle dot of another kind", "阿卜杜•示例到场", ["阿卜杜·示例"], "阿*****到场"),
        ("a middle dot left out", "阿卜杜示例到场", ["阿卜杜·示例"], "阿****到场"),
        ("other capitals", "LI SHI到场", ["Li Shi"], "L*****到场"),
        ("Latin letters inside a word", "型号alisha", ["Li Sha"], "型号alisha"),
        ("several in one cell", "王伟与李示例到场", ["王伟、李示例"], "王*与李**到场"),
        ("a remark behind the name", "王伟从事个体经营", ["王伟（个体）"], "王*从事个体经营"),
        ("nobody is named", "负责人王伟", [], "负责人王伟"),
        ("name, number and phone", f"王伟（身份证号{PERSON}，电话13800001234）", ["王伟"], f"王*（身份证号{COVERED}，电话1*********4）"),
    ],
)
def test_the_people_of_the_row_are_covered(case: str, text: str, people: list[str], expected: str) -> None:
    assert mask_free_text(text, people=people) == expected, case


@pytest.mark.parametrize(
    ("case", "text", "expected"),
    [
        ("the trade name", "南通示例王伟建材店经营", "南通示例王伟建材店经营"),
        ("the operator beside it", "南通示例王伟建材店的王伟", "南通示例王伟建材店的王*"),
        ("the operator before it", "王伟经营南通示例王伟建材店", "王*经营南通示例王伟建材店"),
        ("another shop of that name", "海门示例王伟建材店", "海门示例王*建材店"),
    ],
)
def test_a_trade_name_stays_though_it_holds_its_operators_name(case: str, text: str, expected: str) -> None:
    assert mask_free_text(text, people=["王伟"], keep=["南通示例王伟建材店", ""]) == expected, case


def test_the_subjects_own_code_stays_though_it_looks_like_a_number() -> None:
    code = next(code for number in range(100, 1000) if (code := uscc(f"999999{number}")).isdigit())
    assert mask_free_text(f"{code}，{PERSON}", keep=[code]) == f"{code}，{COVERED}"
    assert code not in mask_free_text(code)


fragments = st.one_of(
    st.sampled_from(
        [
            "王伟",
            "南通示例王伟建材店",
            "罚款",
            "，",
            " ",
            "-",
            "@",
            ".",
            "ID",
            "E",
            "H",
            "x",
            "字",
            "＠",
            "0513-",
            "138",
            "a@b.cn",
            "13800001234",
            "2026-11-21",
        ]
    ),
    st.dates(date(1930, 1, 1), date(2030, 1, 1)).map(lambda born: resident_id(f"{born:%Y%m%d}")),
    st.text(max_size=4),
)


@given(
    before=st.text(st.characters(exclude_categories=("Nd", "Cs")), max_size=12),
    after=st.text(st.characters(exclude_categories=("Nd", "Cs")), max_size=12),
    born=st.dates(date(1930, 1, 1), date(2030, 1, 1)),
    wide=st.booleans(),
)
def test_no_id_number_survives_whatever_stands_around_it(before: str, after: str, born: date, wide: bool) -> None:
    number = resident_id(f"{born:%Y%m%d}")
    written = full_width(number) if wide else number
    assert written not in mask_free_text(before + written + after, people=["王伟"], keep=["南通示例王伟建材店"])


@given(text=st.lists(fragments, max_size=8).map("".join))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask_free_text(text, people=["王伟"], keep=["南通示例王伟建材店"])
    assert mask_free_text(once, people=["王伟"], keep=["南通示例王伟建材店"]) == once
    assert len(once) == len(text)


@given(text=st.text(st.characters(categories=["Lo"]), max_size=40))
def test_words_without_numbers_and_names_stay(text: str) -> None:
    assert mask_free_text(text) == text
