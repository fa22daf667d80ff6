"""Which numbers are taken, each by the check of its type; every number here is invented."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.law.decisions import Refused
from chalicelib.law.identifiers import (
    birth_date,
    check_old_number,
    check_person_number,
    check_uscc,
    is_adult,
    looks_like_person_number,
    organisation_code_in,
)
from chalicelib.records.identifiers import Identifier

from .builders import resident_id, resident_id_ending_in_x, uscc

CODE = uscc()
PERSON = resident_id("19900103")
WITH_X = resident_id_ending_in_x()


def full_width(text: str) -> str:
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


@pytest.mark.clause("NT-15")
@pytest.mark.parametrize(
    ("case", "number"),
    [
        ("as it stands", CODE),
        ("lower case", CODE.lower()),
        ("full width", full_width(CODE)),
        ("full width, lower case", full_width(CODE.lower())),
        ("spaces around and inside", f" {CODE[:8]} {CODE[8:]}\t"),
        ("an ideographic space", f"\u3000{CODE}"),
        ("Excel's apostrophe", f"'{CODE}"),
        ("a byte order mark", f"\ufeff{CODE}"),
        ("a zero-width space", f"{CODE[:9]}\u200b{CODE[9:]}"),
    ],
)
def test_a_code_is_taken_however_it_is_written(case: str, number: str) -> None:
    assert check_uscc(number) == Identifier("uscc", CODE), case


@pytest.mark.clause("NT-15")
@pytest.mark.parametrize("prefix", ["11", "12", "51", "91", "92", "93", "A1", "N1", "N2", "Y1"])
def test_codes_of_every_registering_authority_are_taken(prefix: str) -> None:
    assert check_uscc(uscc("MF1234567", prefix)).number == uscc("MF1234567", prefix)


@pytest.mark.clause("NT-15")
@pytest.mark.parametrize(
    ("case", "number", "reason"),
    [
        ("wrong check character", CODE[:-1] + ("0" if CODE[-1] != "0" else "1"), "校验位"),
        ("two characters swapped", CODE[:10] + CODE[11] + CODE[10] + CODE[12:], "校验位"),
        ("eighteen zeros", "0" * 18, "占位"),
        ("eighteen ones", "1" * 18, "占位"),
        ("eighteen X", "X" * 18, "占位"),
        ("an organisation code of zeros", uscc("000000000"), "占位"),
        ("a float", "9.1320699E+17", "Excel"),
        ("a float without sign", "9.1320699e17", "Excel"),
        ("a whole float", "9E+17", "Excel"),
        ("a float with a point and zero", "913206990000000000.0", "Excel"),
        ("17 characters", CODE[:17], "17位"),
        ("19 characters", CODE + "0", "19位"),
        ("nothing", "", "0位"),
        *((f"the letter {letter}", CODE[:9] + letter + CODE[10:], "格式不对") for letter in "IOSVZ"),
        ("a Chinese character", CODE[:9] + "南" + CODE[10:], "格式不对"),
        ("letters in the county", "91AB0699" + CODE[8:], "格式不对"),
    ],
)
def test_a_code_that_is_wrong_is_refused_with_what_is_wrong(case: str, number: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        check_uscc(number)


@pytest.mark.clause("NT-15")
@given(place=st.integers(0, 17), character=st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_no_single_slip_in_a_code_passes(place: int, character: str) -> None:
    wrong = CODE[:place] + character + CODE[place + 1 :]
    if wrong != CODE:
        with pytest.raises(Refused):
            check_uscc(wrong)


def test_a_code_carries_the_old_organisation_code() -> None:
    assert organisation_code_in(CODE) == Identifier("organisation_code", CODE[8:17])


@pytest.mark.clause("NT-15")
@pytest.mark.parametrize(
    ("case", "number", "expected"),
    [
        ("as it stands", PERSON, PERSON),
        ("check digit X", WITH_X, WITH_X),
        ("lower case x", WITH_X.lower(), WITH_X),
        ("full width", full_width(WITH_X.lower()), WITH_X),
        ("spaced", f"{PERSON[:6]} {PERSON[6:14]} {PERSON[14:]}", PERSON),
        ("born before the county code 320684 was made", resident_id("19500101", "320684"), resident_id("19500101", "320684")),
        ("a county code long gone", resident_id("19600101", "320625"), resident_id("19600101", "320625")),
        ("born on a leap day", resident_id("20000229"), resident_id("20000229")),
    ],
)
def test_a_resident_id_number_is_taken_by_its_birth_date_and_check_digit(case: str, number: str, expected: str) -> None:
    for words in ("", "身份证", "居民身份证", " 身份证 "):
        assert check_person_number(words, number) == Identifier("resident_id", expected), case


@pytest.mark.clause("NT-15")
@pytest.mark.parametrize(
    ("case", "number", "reason"),
    [
        ("wrong check digit", PERSON[:-1] + ("0" if PERSON[-1] != "0" else "1"), "校验位"),
        ("X where a digit belongs", PERSON[:-1] + "X", "校验位"),
        ("29 February of a common year", resident_id("20010229"), "出生日期"),
        ("month 13", resident_id("19901301"), "出生日期"),
        ("30 February", resident_id("20000230"), "出生日期"),
        ("day 0", resident_id("19900100"), "出生日期"),
        ("year 0", resident_id("00000101"), "出生日期"),
        ("17 digits", PERSON[:17], "18位"),
        ("15 digits", "320602900101000", "18位"),
        ("a letter inside", PERSON[:5] + "A" + PERSON[6:], "18位"),
        ("digits of another script", "\u0663" + PERSON[1:], "18位"),
        ("zeros", "0" * 18, "占位"),
        ("a float", "3.20602E+17", "Excel"),
        ("nothing", "", "18位"),
    ],
)
def test_a_resident_id_number_that_is_wrong_is_refused(case: str, number: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        check_person_number("身份证", number)


FOREIGNER = resident_id(county="933840")
HONG_KONG = resident_id(county="810000")
TAIWAN = resident_id(county="830000")


@pytest.mark.clause("NT-15")
@pytest.mark.parametrize(
    ("words", "number", "kind"),
    [
        ("外国人永久居留身份证", FOREIGNER, "foreign_permanent_resident"),
        ("外国人永久居留证", "USA320090010100", "foreign_permanent_resident"),
        ("港澳台居民居住证", HONG_KONG, "hong_kong_macao_taiwan_residence"),
        ("港澳台居民居住证", TAIWAN, "hong_kong_macao_taiwan_residence"),
        ("港澳居民来往内地通行证", "H00000001", "hong_kong_macao_permit"),
        ("港澳居民来往内地通行证", "M0000000101", "hong_kong_macao_permit"),
        ("台湾居民来往大陆通行证", "00000001", "taiwan_permit"),
        ("台湾居民来往大陆通行证", "0000000102", "taiwan_permit"),
        ("护照", "E00000001", "passport"),
        ("护照号", "ea0000001", "passport"),
    ],
)
def test_other_documents_are_taken_by_the_form_of_their_type(words: str, number: str, kind: str) -> None:
    assert check_person_number(words, number) == Identifier(kind, number.upper())


@pytest.mark.clause("NT-15")
@pytest.mark.parametrize(
    ("case", "words", "number", "reason"),
    [
        (
            "a permanent residence number with a wrong check digit",
            "外国人永久居留身份证",
            FOREIGNER[:-1] + ("0" if FOREIGNER[-1] != "0" else "1"),
            "校验位",
        ),
        (
            "a permanent residence number with an impossible birth date",
            "外国人永久居留身份证",
            resident_id("19901301", "933840"),
            "出生日期",
        ),
        ("a permanent residence number that begins with 8", "外国人永久居留身份证", HONG_KONG, "以9开头"),
        ("an old permanent residence number that is short", "外国人永久居留身份证", "USA32009001010", "3位字母"),
        ("a residence permit with a wrong check digit", "港澳台居民居住证", TAIWAN[:-1] + ("0" if TAIWAN[-1] != "0" else "1"), "校验位"),
        ("a residence permit with an impossible birth date", "港澳台居民居住证", resident_id("20010229", "820000"), "出生日期"),
        ("a residence permit that begins with 84", "港澳台居民居住证", resident_id(county="840000"), "81、82或83"),
        ("a Hong Kong permit with another letter", "港澳居民来往内地通行证", "K00000001", "H或M"),
        ("a Hong Kong permit of nine digits", "港澳居民来往内地通行证", "H000000011", "8位或10位"),
        ("a Taiwan permit of nine digits", "台湾居民来往大陆通行证", "000000012", "8位或10位"),
        ("a passport of zeros", "护照", "000000000", "占位"),
        ("a passport with a sign", "护照", "E-1234567", "5至17位"),
        ("an unknown type", "军官证", "12345678", "不认识"),
    ],
)
def test_other_documents_that_are_wrong_are_refused(case: str, words: str, number: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        check_person_number(words, number)


@pytest.mark.parametrize(
    ("kind", "number", "expected"),
    [
        ("registration_number", "320699000000017", "320699000000017"),
        ("organisation_code", "00000001-x", "00000001X"),
        ("tax_number", "32069900000001701", "32069900000001701"),
    ],
)
def test_an_old_number_is_taken_by_its_form(kind: str, number: str, expected: str) -> None:
    assert check_old_number(kind, number) == Identifier(kind, expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "number"),
    [("registration_number", "0" * 15), ("registration_number", "无"), ("registration_number", "1234"), ("organisation_code", "12345678")],
)
def test_an_old_number_that_is_none_is_refused(kind: str, number: str) -> None:
    with pytest.raises(Refused):
        check_old_number(kind, number)  # type: ignore[arg-type]


@pytest.mark.clause("NT-2")
@pytest.mark.parametrize(
    ("case", "born", "on", "adult"),
    [
        ("the day before the 18th birthday", "20080521", date(2026, 5, 20), False),
        ("the 18th birthday", "20080521", date(2026, 5, 21), True),
        ("the day after the 18th birthday", "20080521", date(2026, 5, 22), True),
        ("born on 29 February: 28 February", "20080229", date(2026, 2, 28), False),
        ("born on 29 February: 1 March", "20080229", date(2026, 3, 1), True),
        ("born on 29 February: 2 March", "20080229", date(2026, 3, 2), True),
        ("born on the last day of the year", "20071231", date(2025, 12, 30), False),
        ("New Year's Day after it", "20071231", date(2026, 1, 1), True),
        ("the year is right, the month is not", "20081201", date(2026, 5, 21), False),
        ("decided before the person was born", "20300101", date(2026, 5, 21), False),
    ],
)
def test_a_person_is_adult_from_the_eighteenth_birthday(case: str, born: str, on: date, adult: bool) -> None:
    assert is_adult(Identifier("resident_id", resident_id(born)), on) is adult, case


@pytest.mark.clause("NT-2")
@pytest.mark.parametrize(
    ("identifier", "born"),
    [
        (Identifier("resident_id", PERSON), date(1990, 1, 3)),
        (Identifier("foreign_permanent_resident", FOREIGNER), date(1990, 1, 1)),
        (Identifier("hong_kong_macao_taiwan_residence", TAIWAN), date(1990, 1, 1)),
        (Identifier("foreign_permanent_resident", "USA320090010100"), None),
        (Identifier("passport", "E00000001"), None),
        (Identifier("uscc", CODE), None),
        (Identifier("tax_number", "320699999999999999"), None),
    ],
)
def test_only_numbers_of_people_carry_a_birth_date(identifier: Identifier, born: date | None) -> None:
    assert birth_date(identifier) == born
    assert is_adult(identifier, date(2026, 1, 1))


@pytest.mark.parametrize(
    "text",
    [
        PERSON,
        WITH_X,
        WITH_X.lower(),
        full_width(PERSON),
        f"张三{PERSON}",
        f"{PERSON}的处罚",
        f"ID{PERSON}",
        f"id:{WITH_X}",
        f"No.{PERSON}a",
        " ".join(PERSON),
        f"{PERSON[:6]}-{PERSON[6:14]}-{PERSON[14:]}",
        f"{PERSON[:6]}\u3000{PERSON[6:]}",
        f"{PERSON[:9]}\u200b{PERSON[9:]}",
        f"{PERSON} 13800001234",
        f"13800001234 {PERSON}",
        f"{PERSON},{WITH_X}",
        f"{CODE} {PERSON}",
        "320602900101000",
        "3206 0290 0101 000",
        PERSON[:-1] + ("0" if PERSON[-1] != "0" else "1"),
    ],
)
def test_text_that_may_hold_a_persons_number_looks_like_one(text: str) -> None:
    assert looks_like_person_number(text)


def test_a_number_that_is_both_a_code_and_an_id_number_looks_like_a_persons_number() -> None:
    numbers = (resident_id(f"{1950 + days // 336}{days // 28 % 12 + 1:02d}{days % 28 + 1:02d}") for days in range(5000))
    both = next(number for number in numbers if number == uscc(number[8:17], number[:2], number[2:8]))
    assert check_uscc(both).number == both
    assert looks_like_person_number(both)


def all_digit_code() -> str:
    """A USCC of digits only, which has the form of an ID number but no birth date."""
    return next(code for number in range(100, 1000) if (code := uscc(f"999999{number}")).isdigit())


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        CODE.lower(),
        full_width(CODE),
        f" {CODE[:8]} {CODE[8:]}",
        all_digit_code(),
        "海安示例瑞广物流股份有限公司",
        "",
        "0513-85520000",
        "通示罚〔2026〕4号",
        CODE[:17],
    ],
)
def test_a_code_a_name_and_a_hotline_do_not_look_like_a_persons_number(text: str) -> None:
    assert not looks_like_person_number(text)


@given(
    before=st.text(st.characters(exclude_categories=("Nd", "Cs")), max_size=8),
    after=st.text(st.characters(exclude_categories=("Nd", "Cs")), max_size=8),
    born=st.dates(date(1930, 1, 1), date(2008, 1, 1)),
)
def test_whatever_stands_around_an_id_number_it_is_seen(before: str, after: str, born: date) -> None:
    assert looks_like_person_number(before + resident_id(f"{born:%Y%m%d}") + after)


@pytest.mark.parametrize(
    "text",
    [
        resident_id("20000101")[:17],
        resident_id("20000101").translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
        "".join(chr(0x1D7CE + int(digit)) for digit in resident_id("20000101")[:17]),
        "".join("〇一二三四五六七八九"[int(digit)] for digit in resident_id("20000101")[:17]),
        "—".join(resident_id("20000101")),
        "320602********0010",
        "E12345678",
        "H12345678",
        "ABC123456789012",
        "13800001234",
        "+86 13800001234",
        "6222021234567890123",
    ],
)
def test_numbers_of_people_are_seen_in_every_script_and_of_every_kind(text: str) -> None:
    assert looks_like_person_number(text)
