"""Cells made facts: dates, amounts and texts in one form, or a reason why not."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from unicodedata import normalize

from chalicelib.law.decisions import Refused
from chalicelib.law.names import fold

_DATE = re.compile(r"^(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))(?:[T\s]+0?0:00(?::00(?:\.0+)?)?)?$")
_AMOUNT = re.compile(r"^([0-9]{1,18}|[0-9]{1,3}(,[0-9]{3}){1,5})(\.[0-9]{1,12})?$")
_SERIAL = re.compile(r"[2-6][0-9]{4}(?:\.[0-9]+)?")
_NONE = frozenset({"", "无", "/", "-", "—", "NULL", "null", "None"})
_BRACKETS = str.maketrans({"[": "〔", "(": "〔", "【": "〔", "{": "〔", "<": "〔", "]": "〕", ")": "〕", "】": "〕", "}": "〕", ">": "〕"})


def day(text: str) -> date | None:
    """A civil date from 2026/2/26, 2026-02-26, 2026年2月26日 or 20260226, in half or full width; None for an empty cell."""
    text = normalize("NFKC", text)
    if text in _NONE:
        return None
    found = _DATE.match(text)
    try:
        return date(*(int(part) for part in found.groups() if part)) if found else _no_date(text)
    except ValueError:
        return _no_date(text)


def _no_date(text: str) -> date:
    if _SERIAL.fullmatch(text):
        raise Refused(f"“{text[:20]}”是表格软件里日期的序号，不是日期：请把该列设为日期格式，或写成 2026/02/26")
    raise Refused(f"“{text[:20]}”不是有效日期，请写成 2026/02/26")


def yuan_from_10k(text: str) -> str | None:
    """An amount in 万元 as CNY, a decimal string with two places; None for an empty cell."""
    return _yuan(text, 10_000)


def yuan(text: str) -> str | None:
    """An amount in 元 as CNY, a decimal string with two places; None for an empty cell."""
    return _yuan(text, 1)


def _yuan(text: str, unit: int) -> str | None:
    text = normalize("NFKC", text)
    if text in _NONE:
        return None
    if not _AMOUNT.match(text):
        raise Refused(f"“{text[:20]}”不是金额，请只填数字，例如 8.5")
    amount = Decimal(text.replace(",", "")) * unit
    if amount >= Decimal(10) ** 15:
        raise Refused(f"金额“{text[:20]}”不在合理范围内，请核对")
    if amount != amount.quantize(Decimal("0.01")):
        raise Refused(f"金额“{text[:20]}”折合后不到一分，请核对单位是否为{'万元' if unit > 1 else '元'}")
    return str(amount.quantize(Decimal("0.01")))


def text_or_none(text: str) -> str | None:
    """A text, or None for an empty cell."""
    return text or None


def same_document_no(number: str) -> str:
    """A document's number for telling whether two are the same: brackets of all shapes alike, no spaces."""
    return fold(number).translate(_BRACKETS)
