"""How fast submissions come in, against a bare loop that writes as many items of as many bytes (`make bench`).

Runs on DynamoDB Local in memory. Prints, for each kind, rows a second, the bare loop's seconds, and their ratio: 1 would
mean that reading, checking, sealing, the trail and publication cost nothing beside the writing itself.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.engines import OFFICE, in_memory, write_bare
from local import demo

ORGANISATIONS, LICENCES, PENALTIES = 2000, 4000, 3000


def main() -> None:
    """Measure each kind, each before and after by the bare loop, and print the table."""
    with in_memory() as folder:
        print(f"{'kind':<12}{'rows':>8}{'rows/s':>10}{'seconds':>10}{'items/row':>11}{'bare loop':>12}{'ratio':>8}")
        for kind, rows in (("subjects", subjects()), ("licences", licences()), ("penalties", penalties())):
            _measure(kind, list(rows), folder)


def penalties_of_one(folder: Path, count: int = 20) -> str:
    """Stores an organisation with penalties, through the front door of files; its code."""
    from chalicelib.services.submission import intake

    row = next(penalties())
    path = folder / "penalties-of-one.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerows({**row, "行政处罚决定书文号": f"示例罚〔2026〕{number}号"} for number in range(count))
    outcome = intake.import_file("penalties", path, provider=OFFICE[1])
    assert outcome.accepted == count, outcome
    return row["行政相对人代码_1(统一社会信用代码)"]


def _measure(kind: str, rows: list[dict[str, str]], folder: Path) -> None:
    from chalicelib.services.submission import intake

    path = folder / f"{kind}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    written = _Written()
    began = time.perf_counter()
    outcome = intake.import_file(kind, path, provider=OFFICE[1])
    seconds = time.perf_counter() - began
    written.stop()
    assert outcome.accepted == len(rows), outcome
    began = time.perf_counter()
    write_bare(written.items, written.bytes // max(written.items, 1))
    bare = time.perf_counter() - began
    numbers = f"{len(rows):>8}{len(rows) / seconds:>10.0f}{seconds:>10.2f}{written.items / len(rows):>11.1f}"
    print(f"{kind:<12}{numbers}{bare:>12.2f}{bare / seconds:>8.2f}", flush=True)


class _Written:
    """Counts the items that are written, and the bytes of the requests that write them."""

    def __init__(self) -> None:
        from chalicelib.storage import engine as storage

        self.items = self.bytes = 0
        self._events = storage.client().meta.events
        self._events.register("before-call.dynamodb", self._note)

    def _note(self, model: Any, params: dict[str, Any], **_: Any) -> None:
        if model.name in ("TransactWriteItems", "PutItem", "BatchWriteItem"):
            body = params["body"] if isinstance(params["body"], bytes) else params["body"].encode()
            self.items += max(body.count(b'"TableName"'), body.count(b'"PutRequest"'))
            self.bytes += len(body)

    def stop(self) -> None:
        self._events.unregister("before-call.dynamodb", self._note)


def _name(number: int) -> str:
    return f"示例演示{number}号食品有限公司"


def _organisation(number: int) -> tuple[str, str]:
    organisation = number * 7919 % ORGANISATIONS
    return _name(organisation), demo.a_code("91", 10_000 + organisation)


def subjects() -> Iterator[dict[str, str]]:
    """The organisations."""
    for number in range(ORGANISATIONS):
        yield subject(_name(number), demo.a_code("91", 10_000 + number), number)


def licences() -> Iterator[dict[str, str]]:
    """Licences of theirs."""
    for number in range(LICENCES):
        yield licence(*_organisation(number), number)


def penalties() -> Iterator[dict[str, str]]:
    """Penalties of theirs."""
    for number in range(PENALTIES):
        yield penalty(*_organisation(number + 13), number)


def subject(name: str, code: str, number: int = 0) -> dict[str, str]:
    """A row of the register."""
    return {
        "主体名称": name,
        "主体类别": "法人及非法人组织",
        "统一社会信用代码": code,
        "法定代表人": "钱示例",
        "法定代表人证件号码": demo.a_person_number(number % 300),
        "成立日期": "2015/03/01",
        "住所": "示例路1号",
        "经营范围": "示例经营范围",
        "登记机关": OFFICE[0],
        "登记状态": "存续",
    }


def _party(name: str, code: str) -> dict[str, str]:
    return {
        "行政相对人名称": name,
        "行政相对人类别": "法人及非法人组织",
        "行政相对人代码_1(统一社会信用代码)": code,
        "法定代表人": "钱示例",
        "数据来源单位": OFFICE[0],
        "数据来源单位统一社会信用代码": OFFICE[1],
    }


def licence(name: str, code: str, number: int) -> dict[str, str]:
    """A row of a licence."""
    day = f"2026/{number % 9 + 1:02d}/{number % 28 + 1:02d}"
    return {
        **_party(name, code),
        "行政许可决定文书名称": "准予许可决定书",
        "行政许可决定文书号": f"示许〔2026〕{number}号",
        "许可类别": "普通",
        "许可证书名称": "食品经营许可证",
        "许可编号": f"YW{number:08d}",
        "许可内容": "准予食品经营（示例）",
        "许可决定日期": day,
        "有效期自": day,
        "有效期至": "2099/12/31",
        "许可机关": OFFICE[0],
        "许可机关统一社会信用代码": OFFICE[1],
        "当前状态": "1",
    }


def penalty(name: str, code: str, number: int) -> dict[str, str]:
    """A row of a penalty."""
    return {
        **_party(name, code),
        "行政处罚决定书文号": f"示罚〔2026〕{number}号",
        "违法行为类型": "发布虚假广告",
        "违法事实": "当事人发布虚假广告，事实清楚，证据确凿（示例）。",
        "处罚依据": "《示例法》第一条",
        "处罚类别": "罚款",
        "处罚内容": "处以罚款",
        "罚款金额(万元)": "8.5",
        "处罚决定日期": f"2026/{number % 9 + 1:02d}/{number % 28 + 1:02d}",
        "公示截止期": "",
        "处罚机关": OFFICE[0],
        "处罚机关统一社会信用代码": OFFICE[1],
        "备注": "失信程度：一般",
    }


if __name__ == "__main__":
    main()
