"""What is certified of a record: that it was repaired, corrected, taken back or has ended; nothing of what it told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from chalicelib.law.certificates import certified
from chalicelib.law.decisions import Refused
from chalicelib.records import Ended

from .test_repair import ENDS, a_record

ON = date(2026, 11, 1)


@pytest.mark.clause("NT-36")
@pytest.mark.parametrize(
    ("changes", "day", "title", "words"),
    [
        ({"ended": Ended("repaired", ON)}, ON, "信用修复证明", "2026年11月1日 生效"),
        ({"ended": Ended("withdrawn", ON)}, ON, "信用记录撤回证明", "2026年11月1日 撤回"),
        ({"ended": Ended("exited", ON)}, ON, "退出名单证明", "2026年11月1日 退出"),
        ({"flags": ("corrected",)}, ON, "信用记录更正证明", "已经更正"),
        ({}, date(2027, 2, 26), "信用记录到期证明", "有效期至 2027年2月25日"),
    ],
)
def test_a_certificate_says_what_became_of_a_record_and_since_when(changes: Mapping[str, Any], day: date, title: str, words: str) -> None:
    found, statement = certified(a_record(**changes), day)
    assert found == title
    assert words in statement
    assert "发布虚假广告" not in statement


@pytest.mark.clause("NT-36")
def test_of_a_record_that_counts_nothing_is_certified_through_its_last_day() -> None:
    with pytest.raises(Refused, match="仍然有效"):
        certified(a_record(), ENDS)
