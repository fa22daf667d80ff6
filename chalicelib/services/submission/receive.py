"""What a program sends by the API: read within bounds, kept to the key's providers, taken in like a file, once."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from chalicelib import cities, clock, settings
from chalicelib.law.decisions import Refused
from chalicelib.law.identifiers import tidy
from chalicelib.records.submissions import Outcome
from chalicelib.services.common import json_body
from chalicelib.services.common.once import StillRunning as StillRunning
from chalicelib.services.common.once import once
from chalicelib.services.submission import covering, csv_table, intake, jsonl_table, rows
from chalicelib.services.submission.files import Fault, Row
from chalicelib.services.submission.table import bounded
from chalicelib.storage import submissions

MOST_JSON_ROWS = 500
MOST_CSV_ROWS = 10_000
"""What is taken in while the caller waits; larger files come in parts, or by the command line."""
SOURCE_COLUMN = "数据来源单位统一社会信用代码"

_FIRST_LINE = 2
"""Rows count as in a file whose header is line 1."""
_MOST_NAMED = 20
_ONE_MORE = 1


@dataclass(frozen=True)
class Sent:
    """What came: the kind, the provider if it was named, the rows, what was not used, and a digest of all that was said."""

    kind: str
    provider: str | None
    rows: tuple[Row, ...]
    warnings: tuple[str, ...]
    digest: str


def read_json(body: bytes, *, provider: str | None) -> Sent:
    """`{"kind", "rows": [{column: text}]}`, with `provider` where a key has several; `Refused` when it cannot be used at all."""
    said = json_body.read(body, numbers_as_text=True)
    if not isinstance(said, dict) or not isinstance(said.get("kind"), str) or not isinstance(said.get("rows"), list):
        raise Refused('请求正文应为 {"kind": "种类", "rows": [{"列名": "内容"}]}')
    named = said.get("provider")
    if named is not None and not isinstance(named, str):
        raise Refused("provider 应为提供单位的统一社会信用代码（字符串）")
    _refuse_too_many(len(said["rows"]), MOST_JSON_ROWS)
    found = [_json_row(line, values) for line, values in enumerate(said["rows"], start=_FIRST_LINE)]
    columns = tuple(dict.fromkeys(column for row in found for column in row.cells))
    return _sent(intake.submitted_as(said["kind"]), named or provider, found, columns, body)


def read_csv(body: bytes, *, kind: str | None, provider: str | None) -> Sent:
    """A CSV file as a department saves it (UTF-8 or GB18030); `Refused` when it cannot be used at all."""
    if kind is None:
        raise Refused("没有写明种类：CSV 请在地址中写明，例如 ?kind=penalties")
    kind = intake.submitted_as(kind)
    if b"\0" in body:
        raise Refused("请求正文不是 CSV 文本：请另存为 CSV（UTF-8）后重新提交")
    _item_exists(kind)
    with tempfile.TemporaryDirectory(prefix="mingxin-") as folder:
        path = Path(folder) / "submitted.csv"
        path.write_bytes(body)
        table = csv_table.open_table(path)
        intake.refuse_wrong_layout(kind, table, cities.load(settings.city()))
        # All rows are read before the first is stored: a file that breaks off in its middle is refused whole.
        found = list(islice(table.rows(), MOST_CSV_ROWS + _ONE_MORE))
    _refuse_too_many(len(found), MOST_CSV_ROWS)
    return _sent(kind, provider, found, table.columns, body)


def take_in(
    sent: Sent, *, provider: str, offices: Collection[str], caller: str, key: str | None, reviewer: str | None = None
) -> dict[str, Any]:
    """Take in what was sent for a provider by a caller (a key's id) who may submit for `offices`: the contract's answer.
    `reviewer` is the office that answers for its review (NT-39).

    With an idempotency `key` the same request gets the same answer; `StillRunning` while the first one is under way.
    """
    fresh: list[Outcome] = []

    def work() -> str:
        submitted = (within(row, offices) for row in sent.rows)
        city = cities.load(settings.city())
        outcome = intake.submit(sent.kind, submitted, provider=provider, city=city, reviewer=reviewer, via=caller)
        fresh.append(outcome)
        return json.dumps({"batch": outcome.batch, "warnings": [*sent.warnings, *covering.sentences(outcome)]}, ensure_ascii=False)

    noted = json.loads(work() if key is None else once(work, caller=caller, key=key, request=["records", provider, sent.digest]))
    return _answer(fresh[0] if fresh else _outcome_of(noted["batch"]), noted["warnings"])


def _answer(outcome: Outcome, warnings: Iterable[str]) -> dict[str, Any]:
    refused = [{"line": refusal.line, "field": refusal.column, "reason": refusal.reason} for refusal in outcome.refused]
    answer = {"batch": outcome.batch, "accepted": outcome.accepted, "duplicate": outcome.duplicate, "refused": refused}
    return {**answer, "warnings": warnings} if warnings else answer


def _outcome_of(batch_id: str) -> Outcome:
    """What became of an earlier submission, from the archive: it keeps the refused rows sealed."""
    batch, refusals = submissions.load_batch(batch_id)
    return Outcome(batch.id, batch.accepted, batch.duplicate, tuple(refusals))


def _sent(kind: str, provider: str | None, found: list[Row], columns: tuple[str, ...], body: bytes) -> Sent:
    _item_exists(kind)
    if not found:
        raise Refused("没有任何行：请核对内容")
    city = cities.load(settings.city())
    rows.refuse_forbidden_columns(columns, city, clock.today())
    known = rows.known_columns(kind, city)
    unknown = [column[:_MOST_NAMED] for column in columns if column and column not in known]
    warnings = (f"未使用的列：{'、'.join(unknown[:_MOST_NAMED])}",) if unknown else ()
    return Sent(kind, provider, tuple(map(bounded, found)), warnings, hashlib.sha256(kind.encode() + b"\0" + body).hexdigest())


def _item_exists(kind: str) -> None:
    if kind != "subjects":
        rows.item_of(kind, cities.load(settings.city()))


def _refuse_too_many(count: int, most: int) -> None:
    if count > most:
        raise Refused("一次最多报送{most}行，请分批报送", most=most)


def _json_row(line: int, values: Any) -> Row:
    if not isinstance(values, Mapping):
        return Row(line, {}, Fault("", '本行不是 JSON 对象：请写成 {"列名": "内容"}'))
    cells, fault = jsonl_table.cells_of(values)
    return Row(line, cells, fault)


def within(row: Row, offices: Collection[str]) -> Row:
    """The row, with the fault that it names an office as its source for which the caller may not submit."""
    named = row.cells.get(SOURCE_COLUMN, "")
    try:
        foreign = bool(named) and tidy(named) not in offices
    except Refused:  # no number at all: intake says what is wrong with it
        return row
    if row.fault or not foreign:
        return row
    reason = "您不能替本行写明的数据来源单位报送：请由该单位自己报送，或核对代码"
    return replace(row, fault=Fault(SOURCE_COLUMN, reason))
