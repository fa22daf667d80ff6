"""What is certified of a record: that it was repaired, corrected, taken back or has ended; nothing of what it told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from chalicelib.law.certificates import certified
from chalicelib.law.decisions import Refused
from chalicelib.records.entries import Ended

from .builders import ENDS, a_record

ON = date(2026, 11, 1)


@pytest.mark.clause("NT-36")
@pytest.mark.parametrize(
    ("changes", "day", "title", "words", "english"),
    [
        ({"ended": Ended("repaired", ON)}, ON, "信用修复证明", "2026年11月1日 生效", "took effect on 1 November 2026."),
        ({"ended": Ended("withdrawn", ON)}, ON, "信用记录撤回证明", "2026年11月1日 撤回", "withdrew it on 1 November 2026."),
        ({"ended": Ended("exited", ON)}, ON, "退出名单证明", "2026年11月1日 退出", "left the list on 1 November 2026."),
        ({"flags": ("corrected",)}, ON, "信用记录更正证明", "已经更正", "has been corrected"),
        ({}, date(2027, 2, 26), "信用记录到期证明", "有效期至 2027年2月25日", "valid until 25 February 2027."),
    ],
)
def test_a_certificate_says_what_became_of_a_record_and_since_when_in_both_languages(
    changes: Mapping[str, Any], day: date, title: str, words: str, english: str
) -> None:
    found = certified(a_record(**changes), day)
    assert found.title == title
    assert words in found.statement
    assert english in found.english
    assert found.english.isascii()
    assert "发布虚假广告" not in found.statement


@pytest.mark.clause("NT-36")
def test_of_a_record_that_counts_nothing_is_certified_through_its_last_day() -> None:
    with pytest.raises(Refused, match="仍然有效"):
        certified(a_record(), ENDS)
