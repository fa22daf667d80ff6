"""Identifiers of people and organisations: type and number together, each with the check that belongs to its type."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Literal

from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from chalicelib.law.decisions import Refused, phrase
from chalicelib.records.identifiers import Identifier

IdentifierType = Literal[
    "uscc",
    "registration_number",
    "organisation_code",
    "tax_number",
    "institution_number",
    "social_organisation_number",
    "resident_id",
    "foreign_permanent_resident",
    "hong_kong_macao_taiwan_residence",
    "hong_kong_macao_permit",
    "taiwan_permit",
    "passport",
]
PERSON_TYPES: dict[str, IdentifierType] = {
    "身份证": "resident_id",
    "居民身份证": "resident_id",
    "外国人永久居留身份证": "foreign_permanent_resident",
    "外国人永久居留证": "foreign_permanent_resident",
    "港澳台居民居住证": "hong_kong_macao_taiwan_residence",
    "港澳居民来往内地通行证": "hong_kong_macao_permit",
    "台湾居民来往大陆通行证": "taiwan_permit",
    "护照": "passport",
    "护照号": "passport",
}
"""证件类型 of the national layouts; an empty one means a resident ID card."""

_FLOAT = re.compile(r"^\d(\.\d+)?[eE]\+?\d+$|^\d{15,}\.0+$")
_ONE_CHARACTER = re.compile(r"^(.)\1+$")
_COUNTING = "0123456789" * 3
_SHORTEST_COUNT = 8
_USCC_LAYOUT = re.compile(r"^[1-9A-GNY][0-9A-HJ-NPQRTUWXY][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$")
_NOT_PRINTED = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u00ad]")
_BETWEEN = r"[^0-9A-Z\u4e00-\u9fff]{0,3}"
_LOOKS_LIKE_ID = re.compile(
    rf"(?<![0-9])[0-9](?:{_BETWEEN}[0-9]){{14,}}{_BETWEEN}X?(?![0-9])"  # 15 digits or more in a row, however parted
    r"|(?<![0-9])[0-9]{3,6}\*{4,}[0-9]{0,4}"  # a number half covered
)
_LOOKS_LIKE_DOCUMENT = re.compile(r"^(?:[EGDPSK][A-Z]?[0-9]{7,8}|[HM][0-9]{8}(?:[0-9]{2})?|[A-Z]{3}[0-9]{12}|(?:\+?86)?1[3-9][0-9]{9})$")
_CHINESE_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_WITH_BIRTH_DATE = ("resident_id", "foreign_permanent_resident", "hong_kong_macao_taiwan_residence")
_OTHER_FORMS: dict[str, tuple[re.Pattern[str], str]] = {
    "foreign_permanent_resident": (
        re.compile(r"^([A-Z]{3}[0-9]{12}|9[0-9]{16}[0-9X])$"),
        phrase("外国人永久居留身份证号码应为3位字母加12位数字，或以9开头的18位号码"),
    ),
    "hong_kong_macao_taiwan_residence": (
        re.compile(r"^8[123][0-9]{15}[0-9X]$"),
        phrase("港澳台居民居住证号码应为81、82或83开头的18位号码"),
    ),
    "hong_kong_macao_permit": (re.compile(r"^[HM][0-9]{8}([0-9]{2})?$"), phrase("港澳居民来往内地通行证号码应为H或M加8位或10位数字")),
    "taiwan_permit": (re.compile(r"^[0-9]{8}([0-9]{2})?$"), phrase("台湾居民来往大陆通行证号码应为8位或10位数字")),
    "passport": (re.compile(r"^[A-Z0-9]{5,17}$"), phrase("护照号码应为5至17位字母或数字")),
    "organisation_code": (re.compile(r"^[0-9A-Z]{8}-?[0-9X]$"), phrase("组织机构代码应为9位")),
}


def tidy(number: str) -> str:
    """A number as registers write it: no spaces, half width, capitals. A number that Excel made a float is refused."""
    text = _NOT_PRINTED.sub("", _half_width(number)).replace("'", "").replace("`", "").upper()
    if _FLOAT.match(text):
        raise Refused("号码已被 Excel 改成小数或科学计数，末尾数字已丢失：请把该列设为“文本”后重新填写")
    return text


def _is_placeholder(text: str) -> bool:
    """Whether somebody typed anything to fill the cell: one character again and again, or digits counted up or down. One of
    those, 123456789012345678, has even the check character of a USCC."""
    counted = len(text) >= _SHORTEST_COUNT and (text in _COUNTING or text in _COUNTING[::-1])
    return counted or _ONE_CHARACTER.match(text) is not None


def check_uscc(number: str) -> Identifier:
    """A unified social credit code with a right check character (GB 32100-2015, NT-15); placeholders are refused."""
    code = tidy(number)
    if len(code) != 18:
        raise Refused("统一社会信用代码应为18位，现为{length}位，请核对", "GB 32100-2015", length=len(code))
    if _is_placeholder(code) or _ONE_CHARACTER.match(code[8:17]):
        raise Refused("统一社会信用代码是占位号码，不是任何单位的代码：请填写真实代码", "GB 32100-2015")
    if not _USCC_LAYOUT.match(code):
        raise Refused("统一社会信用代码的格式不对：应为18位，第3至8位是数字，不使用字母 I、O、S、V、Z，请核对", "GB 32100-2015")
    if not _is_uscc(code):
        raise Refused("统一社会信用代码校验位不对，请核对第9至18位", "GB 32100-2015")
    return Identifier("uscc", code)


def organisation_code_in(code: str) -> Identifier:
    """The organisation code that a USCC carries in its characters 9 to 17 (GB 32100-2015)."""
    return Identifier("organisation_code", code[8:17])


def check_person_number(type_words: str, number: str) -> Identifier:
    """A person's number by the rule of its type (GB 11643-1999 for resident ID numbers, NT-15)."""
    words = type_words.strip()
    if words and words not in PERSON_TYPES:
        raise Refused("证件类型“{words}”不认识，请填写：{known}", words=words, known="、".join(PERSON_TYPES))
    kind = PERSON_TYPES.get(words, "resident_id")
    text = tidy(number)
    if _is_placeholder(text):
        raise Refused("证件号码是占位号码，请填写真实号码")
    if kind == "resident_id":
        _check_resident_id(text)
    else:
        form, reason = _OTHER_FORMS[kind]
        if not form.match(text):
            raise Refused(reason)
        if len(text) == 18 and kind in _WITH_BIRTH_DATE:
            _check_birth_date_and_digit(text, "证件号码")
    return Identifier(kind, text)


def check_old_number(kind: IdentifierType, number: str) -> Identifier:
    """A number of the time before USCCs; only its form is known."""
    text = tidy(number).replace("-", "")
    if _is_placeholder(text) or not re.fullmatch(r"[0-9A-Z]{5,20}", text):
        raise Refused("号码应为5至20位字母或数字，且不是占位号码")
    if kind == "organisation_code" and not _OTHER_FORMS[kind][0].match(text):
        raise Refused(_OTHER_FORMS[kind][1])
    return Identifier(kind, text)


def birth_date(identifier: Identifier) -> date | None:
    """The birth date inside a number of 18 digits that carries one; None for other types."""
    if identifier.type in _WITH_BIRTH_DATE and len(identifier.number) == 18:
        return date(int(identifier.number[6:10]), int(identifier.number[10:12]), int(identifier.number[12:14]))
    return None


def is_adult(identifier: Identifier, on: date) -> bool:
    """Whether a person was 18 on a day (NT-2); a number without a birth date cannot tell and passes."""
    born = birth_date(identifier)
    return born is None or (on.year - born.year, (on.month, on.day) >= (born.month, born.day)) >= (18, True)


def looks_like_person_number(text: str) -> bool:
    """Whether a query could hold a number of a person (ID card, permit, passport, phone, bank card): such text is never
    searched, echoed or logged.

    A text that is a valid USCC is not one, unless it is also a valid resident ID number. Digits of every script count.
    """
    plain = (text if text.isascii() else _in_ascii_digits(text)).upper()
    token = _NOT_PRINTED.sub("", plain).replace("-", "")
    if not (_LOOKS_LIKE_ID.search(plain.translate(_CHINESE_DIGITS)) or _LOOKS_LIKE_DOCUMENT.search(token)):
        return False
    return not _is_uscc(token) or is_resident_id(token)


def _in_ascii_digits(text: str) -> str:
    return "".join(str(unicodedata.digit(character, character)) for character in unicodedata.normalize("NFKC", text))


def _half_width(text: str) -> str:
    return text.translate(_HALF_WIDTH)


def _is_uscc(code: str) -> bool:
    # stdnum's own validation wants a digit first and so refuses rural collectives (N...), A... and Y... codes.
    return bool(_USCC_LAYOUT.match(code)) and uscc.calc_check_digit(code) == code[17]


def is_resident_id(text: str) -> bool:
    """Whether 18 characters are a valid resident ID number (GB 11643-1999)."""
    try:
        _check_resident_id(text)
    except Refused:
        return False
    return True


def _check_resident_id(text: str) -> None:
    # The county is not checked: people keep the number of a county that was dissolved or not yet founded.
    if not re.fullmatch(r"[0-9]{17}[0-9X]", text):
        raise Refused("身份证号码应为18位（末位可为X），请核对", "GB 11643-1999")
    _check_birth_date_and_digit(text, "身份证号码")


def _check_birth_date_and_digit(text: str, what: str) -> None:
    try:
        ric.get_birth_date(text)
    except ValidationError as error:
        raise Refused("{what}中的出生日期不存在，请核对", "GB 11643-1999", what=what) from error
    if ric.calc_check_digit(text) != text[-1]:
        raise Refused("{what}校验位不对，请核对", "GB 11643-1999", what=what)
