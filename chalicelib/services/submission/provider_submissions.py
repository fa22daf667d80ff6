"""A clerk of a provider submits a file on a page: looked at first with nothing stored, then taken in; refused rows come back to be mended.

Between the two steps the file is nowhere but in the clerk's own page, sealed, so that nobody reads it there and nothing has to be
forgotten here.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from chalicelib import cities, clock, settings
from chalicelib.law.decisions import Refused, phrase
from chalicelib.law.identifiers import check_uscc
from chalicelib.records.submissions import Outcome, Refusal
from chalicelib.services.common.once import StillRunning as StillRunning
from chalicelib.services.common.once import once
from chalicelib.services.submission import covering, files, intake, rows, templates
from chalicelib.services.submission.files import Fault, Row
from chalicelib.services.submission.receive import MOST_CSV_ROWS, within
from chalicelib.storage import submissions
from chalicelib.storage.keys import keyring

LARGEST = 3 << 20
"""Bytes of a file: sealed in the page it must fit through the gateway once more."""
MOST_ROWS = MOST_CSV_ROWS
SHOWN = 5
"""Rows of a file that are shown before it is sent."""
MENDED_TOGETHER = 20
"""Refused rows that are mended in one form."""
LASTS = timedelta(hours=2)
"""For how long a file that was looked at can be sent."""
LONGEST_OFFICE = 100

_OWNER = "submission"
_ABOUT = ("kind", "provider", "office")


@dataclass(frozen=True)
class Preview:
    """What a file holds before anything is stored: how many rows, the first ones with numbers covered, which rows cannot be taken,
    what is not used. `sealed` is the file itself, to be sent."""

    kind: str
    columns: tuple[str, ...]
    rows: int
    first: tuple[tuple[int, Mapping[str, str]], ...]
    refused: tuple[Refusal, ...]
    unused: tuple[str, ...]
    sealed: str


@dataclass(frozen=True)
class Mending:
    """Refused rows to be mended: their columns, their cells as they are shown, and sealed as they came."""

    columns: tuple[str, ...]
    refused: tuple[Refusal, ...]
    sealed: str


@dataclass(frozen=True)
class Taken:
    """What became of a submission, what its provider is told of rows taken, and the refused rows to be mended."""

    batch: str
    told: tuple[str, ...]
    mending: Mending | None


def kinds() -> dict[str, str]:
    """Every kind of submission that the city takes, with its name."""
    city = cities.load(settings.city())
    own = {"subjects": phrase("主体登记信息")}
    return {kind: own.get(kind) or rows.item_of(kind, city).name for kind in templates.kinds(city)}


def template(kind: str, form: str) -> bytes:
    """The empty form of a kind as a file (`csv` or `xlsx`); `Refused` for another kind or form."""
    if form not in templates.FORMATS:
        raise Refused("模板只有 {forms} 两种格式", forms="、".join(templates.FORMATS))
    return templates.FORMATS[form](kind, cities.load(settings.city()), clock.today())


def preview(kind: str, content: bytes, *, provider: str, office: str, by: str) -> Preview:
    """Look at a file that a person (keyed id) brings for a provider (USCC), whose `office` answers for the review (NT-39). Nothing is
    stored. `Refused` when it cannot be used at all."""
    if kind not in kinds():
        raise Refused("请选择报送的种类")
    if not content:
        raise Refused("请选择要报送的文件")
    if len(content) > LARGEST:
        raise Refused("文件超过 {most} MB：请拆成几个文件，分别报送", most=LARGEST >> 20)
    columns, found = _read(kind, content)
    return _look(kind, columns, found, provider=check_uscc(provider).number, office=checked_office(office), by=by)


def checked_office(office: str) -> str:
    """The office that answers for the review, as it was typed."""
    text = " ".join(office.split())
    if not 1 <= len(text) <= LONGEST_OFFICE or not text.isprintable():
        raise Refused("请填写负责审核的科室（1至{most}个字）", "NT-39", most=LONGEST_OFFICE)
    return text


def send(sealed: str, *, by: str, offices: Collection[str]) -> Taken:
    """Take in what was looked at, once: sent again it answers the same. `Refused` when it is too old, or not this person's, or not
    of one of their `offices` (USCC); `StillRunning` while it is being taken in."""
    facts = _opened(sealed, by)
    return _take_in(_rows_of(facts), facts=facts, key=facts["id"], by=by, offices=offices)


def cell_name(line: int, place: int) -> str:
    """The name under which a form sends a cell: the line of its row, and the place of its column."""
    return f"cell-{line}-{place}"


def send_mended(sealed: str, typed: Mapping[str, str], *, by: str, offices: Collection[str]) -> Taken:
    """Take in refused rows again with the cells that were typed, by `cell_name`. A cell that is as it was shown is sent as it came;
    a row of which nothing was changed is not sent."""
    facts = _opened(sealed, by)
    mended = (_mended(row, facts["columns"], typed) for row in _rows_of(facts))
    found = [row for row in mended if row is not None]
    if not found:
        raise Refused("没有改动任何一行：请改正被退回的单元格，再重新报送")
    digest = hashlib.sha256(json.dumps([[row.line, dict(row.cells)] for row in found], ensure_ascii=False).encode()).hexdigest()
    return _take_in(found, facts=facts, key=facts["id"] + digest, by=by, offices=offices)


def _mended(row: Row, columns: Sequence[str], typed: Mapping[str, str]) -> Row | None:
    """A refused row with its changes; None when there are none."""
    shown = intake.masked(row.cells)
    sent = {column: typed.get(cell_name(row.line, place), "") for place, column in enumerate(columns)}
    changed = {column: text for column, text in sent.items() if text.split() != shown[column].split()}
    return Row(row.line, {**row.cells, **changed}) if changed else None


def mending_of(batch_id: str, *, by: str) -> Mending | None:
    """The refused rows of a batch once more; their numbers are covered for good and have to be typed again. None without any."""
    batch, refusals = submissions.load_batch(batch_id)
    columns = tuple(dict.fromkeys(column for refusal in refusals for column in refusal.row))
    found = [Row(one.line, {column: one.row.get(column, "") for column in columns}) for one in refusals]
    return _mending({"kind": batch.kind, "provider": batch.provider, "office": batch.office or "-"}, columns, found, refusals, by)


def _read(kind: str, content: bytes) -> tuple[tuple[str, ...], list[Row]]:
    city = cities.load(settings.city())
    with tempfile.TemporaryDirectory(prefix="mingxin-") as folder:
        path = Path(folder) / "上传的文件"
        path.write_bytes(content)
        table = files.open_table(path)
        rows.refuse_forbidden_columns(table.columns, city, clock.today())
        intake.refuse_wrong_layout(kind, table, city)
        found = list(islice(table.rows(), MOST_ROWS + 1))
    if not found:
        raise Refused("文件只有表头，没有数据行")
    if len(found) > MOST_ROWS:
        raise Refused("一次最多报送{most}行，请分批报送", most=MOST_ROWS)
    return table.columns, found


def _look(kind: str, columns: tuple[str, ...], found: Sequence[Row], *, provider: str, office: str, by: str) -> Preview:
    city, today = cities.load(settings.city()), clock.today()
    own = [within(row, {provider}) for row in found]
    refused = tuple(intake.refused_at_sight(kind, own, provider, city, today))
    known = rows.known_columns(kind, city)
    facts = {"kind": kind, "provider": provider, "office": office}
    return Preview(
        kind,
        columns,
        len(found),
        tuple((row.line, intake.masked(row.cells)) for row in found[:SHOWN]),
        refused,
        tuple(column for column in columns if column and column not in known),
        _sealed(facts, columns, found, by),
    )


def _take_in(found: Sequence[Row], *, facts: Mapping[str, Any], key: str, by: str, offices: Collection[str]) -> Taken:
    provider = facts["provider"]
    if provider not in offices:
        raise Refused("您不是这个单位的经办人：请用该单位的身份报送")
    fresh: list[Outcome] = []

    def work() -> str:
        city = cities.load(settings.city())
        own = (within(row, {provider}) for row in found)
        outcome = intake.submit(facts["kind"], own, provider=provider, city=city, reviewer=facts["office"], via=by)
        fresh.append(outcome)
        return json.dumps({"batch": outcome.batch, "told": covering.sentences(outcome)}, ensure_ascii=False)

    noted = json.loads(once(work, caller=by, key=key, request=["submission", provider, key]))
    refusals = fresh[0].refused if fresh else submissions.load_batch(noted["batch"])[1]
    lines = {refusal.line for refusal in refusals}
    kept = [row for row in found if row.line in lines]
    return Taken(noted["batch"], tuple(noted["told"]), _mending(facts, facts["columns"], kept, refusals, by))


def _mending(facts: Mapping[str, Any], columns: Sequence[str], kept: Sequence[Row], refused: Iterable[Refusal], by: str) -> Mending | None:
    first = kept[:MENDED_TOGETHER]
    if not first:
        return None
    lines = {row.line for row in first}
    shown = tuple(one for one in refused if one.line in lines)
    return Mending(tuple(columns), shown, _sealed({part: facts[part] for part in _ABOUT}, columns, first, by))


def _sealed(facts: Mapping[str, str], columns: Sequence[str], found: Iterable[Row], by: str) -> str:
    until = int((clock.now() + LASTS).timestamp())
    cells = [(row.line, [row.cells.get(column, "") for column in columns], _fault(row)) for row in found]
    whole = {**facts, "columns": list(columns), "rows": cells, "id": secrets.token_hex(12), "until": until}
    data_key = keyring().new_data_key(_OWNER)
    body = keyring().seal(data_key, whole, owner=_OWNER, place=by)
    if len(body) > LARGEST:
        raise Refused("文件的内容太多：请拆成几个文件，分别报送")
    return base64.b64encode(len(data_key).to_bytes(2, "big") + data_key + body).decode()


def _fault(row: Row) -> tuple[str, str] | None:
    return (row.fault.column, row.fault.reason) if row.fault else None


def _rows_of(facts: Mapping[str, Any]) -> list[Row]:
    """The rows that were sealed, each as it came."""
    columns = facts["columns"]
    return [Row(line, dict(zip(columns, texts, strict=True)), Fault(*fault) if fault else None) for line, texts, fault in facts["rows"]]


def _opened(sealed: str, by: str) -> dict[str, Any]:
    stale = Refused("这份报送已经过了{hours}小时，或者不是您打开的：请重新选择文件", hours=LASTS.seconds // 3600)
    try:
        raw = base64.b64decode(sealed, validate=True)
        length = int.from_bytes(raw[:2], "big")
        facts: dict[str, Any] = keyring().unseal(raw[2 : 2 + length], raw[2 + length :], owner=_OWNER, place=by)
    except ValueError as error:
        raise stale from error
    if clock.now().timestamp() >= facts["until"]:
        raise stale
    return facts
