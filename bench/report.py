"""What a report of 60 records costs, set and signed, against typst alone on the same sheet (`make bench`).

Warm, the least of several rounds, in turns and in one run, so that the ratio is that of one machine: time of the processor, of which the
clock shows more the busier the machine is, and time by the clock.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from chalicelib import cities, clock
from chalicelib.law.reporting import Entry, Line, ReportContent, Section
from chalicelib.services.reporting import signing, typesetting
from chalicelib.storage.report_keys import KeyFile

ROWS, ROUNDS = 60, 9
CODE = "ABCDEFGH12345678"
DAY = date(2026, 11, 21)


def main() -> None:
    """Measure, print."""
    city, content = cities.identity("nantong"), _content()
    with tempfile.TemporaryDirectory() as folder:
        key = KeyFile(Path(folder) / "key.pem", city.operator)

        def whole(round_: int) -> None:
            report = replace(content, name=f"示例{round_}号食品有限公司", purpose=f"示例{round_}")
            signing.signed(typesetting.typeset(report, CODE, city, demo=True), key, name=city.operator, reason="公共信用信息报告")

        given = _given_to_typst(whole)

        def typst_alone(round_: int) -> None:
            typesetting.compiler().compile(**given(round_))

        for name, clock_ in (("processor", time.process_time), ("clock", time.perf_counter)):
            alone, signed = _least(clock_, typst_alone, whole)
            said = f"typst alone {alone:.0f} ms, set and signed {signed:.0f} ms, ratio {signed / alone:.2f} (at most 2)"
            print(f"report of {ROWS} records, {name}: {said}")


def _given_to_typst(whole: Callable[[int], None]) -> Callable[[int], dict[str, Any]]:
    """What the whole gives to typst, word for word; of every round another name, since typst remembers what it has set."""
    given: dict[str, Any] = {}
    compiler = typesetting.compiler()

    class Listening:
        def compile(self, **named: Any) -> bytes:
            given.update(named)
            return bytes(compiler.compile(**named))

    with patch.object(typesetting, "compiler", Listening):
        whole(0)

    def of_round(round_: int) -> dict[str, Any]:
        inputs = {name: text.replace("示例0", f"示例单{round_}") for name, text in given["sys_inputs"].items()}
        return {**given, "sys_inputs": inputs}

    return of_round


def _least(clock_: Callable[[], float], *works: Callable[[int], None]) -> list[float]:
    """Milliseconds of each, in turns: whatever else the machine does slows down all of them."""
    best = [float("inf")] * len(works)
    for round_ in range(1, ROUNDS + 1):
        for place, work in enumerate(works):
            began = clock_()
            work(round_ + int(began * 1000) % 1_000_000 * 100)
            best[place] = min(best[place], clock_() - began)
    return [seconds * 1000 for seconds in best]


def _content() -> ReportContent:
    entries = tuple(
        Entry(
            f"r_{number}",
            "行政处罚信息",
            "发布虚假广告（示例）",
            f"示罚〔2026〕{number}号",
            Line("示例市演示市场监督管理局", "11320699000ARLRP06"),
            date(2026, 2, 26),
            date(2027, 2, 25),
            "《示例办法》第三十条",
            "一般",
            (),
            (Line("违法事实", f"当事人发布虚假广告，事实清楚，第{number}件（示例）。"), Line("罚款金额", "85000.00 元")),
        )
        for number in range(ROWS)
    )
    return ReportContent(
        number="NT-20261121-7K3M9Q2X",
        made_at=datetime(2026, 11, 21, 9, tzinfo=clock.SHANGHAI),
        data_date=DAY,
        reader="subject",
        kind="organisation",
        name="示例甲食品有限公司",
        subject=(Line("主体名称", "示例甲食品有限公司"),),
        purpose="示例",
        recipient=None,
        bodies=("市场监督管理部门",),
        period=(date(2026, 2, 26), DAY),
        sections=(Section("negative", "负面信息", ("行政处罚信息",), entries),),
        true_through=date(2027, 2, 25),
    )


if __name__ == "__main__":
    main()
