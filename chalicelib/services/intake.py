"""A department's file comes in: read, checked row by row, stored, published; what is refused goes back with its reasons."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path

from chalicelib import cities, clock, settings
from chalicelib.cities import City
from chalicelib.law.decisions import Refused
from chalicelib.law.identifiers import check_uscc
from chalicelib.law.masking import mask_free_text, mask_number
from chalicelib.records import Outcome, Refusal
from chalicelib.services import publish
from chalicelib.services.submission import files, rows
from chalicelib.services.submission.files import Row, Table
from chalicelib.services.submission.parties import CellRefused
from chalicelib.services.submission.store import GROUP, Line, store
from chalicelib.storage import archive

PUBLISH_EVERY = 5000
"""Subjects touched before their publication is brought up: what is stored first shows first, also in a long file."""
NUMBER_COLUMNS = ("证件号码", "法定代表人证件号码")

Checked = tuple[Row, Line | CellRefused]


def import_file(
    kind: str, path: Path, *, provider: str, progress: Callable[[int, int], None] | None = None, warn: Callable[[str], None] | None = None
) -> Outcome:
    """Take in one file of a kind; `Refused` when it cannot be used at all.

    `progress` hears rows done and about how many there are; `warn` hears what was ignored. Refused rows are written
    beside the file as `FILE.refused.csv`; one left from before is removed when nothing is refused.
    """
    city = cities.load(settings.city())
    office = check_uscc(provider).number
    if kind != "subjects":
        rows.item_of(kind, city)
    table = files.open_table(path)
    _refuse_wrong_layout(kind, table, city)
    _warn_of_unknown_columns(kind, table, city, warn)
    outcome = submit(
        kind,
        table.rows(),
        provider=office,
        city=city,
        progress=lambda done: progress(done, max(done, table.about_rows)) if progress else None,
    )
    _write_refused(path.with_name(path.name + ".refused.csv"), table.columns, outcome)
    return outcome


def submit(kind: str, submitted: Iterable[Row], *, provider: str, city: City, progress: Callable[[int], None] | None = None) -> Outcome:
    """Take in rows of a kind, sent by a provider (USCC)."""
    today, at = clock.today(), clock.now()
    batch = archive.start_batch(kind, provider, at)
    accepted = duplicate = done = 0
    refusals: list[Refusal] = []
    touched: dict[str, None] = {}
    for group in _groups(_checked(kind, submitted, provider, city, today)):
        cells = {row.line: row for row, _ in group}
        refusals += [_refusal(row, refused) for row, refused in group if isinstance(refused, CellRefused)]
        results = store([line for _, line in group if isinstance(line, Line)], batch, today, at)
        for result in results:
            if isinstance(result.decided, CellRefused):
                refusals.append(_refusal(cells[result.line], result.decided))
                continue
            accepted, duplicate = accepted + (result.decided == "accepted"), duplicate + (result.decided == "duplicate")
            if result.subject_id:
                touched[result.subject_id] = None
        done += len(group)
        if progress:
            progress(done)
        if len(touched) >= PUBLISH_EVERY:
            publish.publish(touched, city, today)
            touched = {}
    publish.publish(touched, city, today)
    refusals.sort(key=lambda refusal: refusal.line)
    ended = clock.now().isoformat(timespec="seconds")
    archive.end_batch(replace(batch, ended=ended, accepted=accepted, duplicate=duplicate, refused=len(refusals)), refusals)
    return Outcome(batch.id, accepted, duplicate, tuple(refusals))


def _groups(checked: Iterator[Checked]) -> Iterator[list[Checked]]:
    while group := list(islice(checked, GROUP)):
        yield group


def _checked(kind: str, submitted: Iterable[Row], provider: str, city: City, today: date) -> Iterator[Checked]:
    for row in submitted:
        try:
            yield row, Line(row.line, _read(kind, row, provider, city, today))
        except CellRefused as refused:
            yield row, refused


def _read(kind: str, row: Row, provider: str, city: City, today: date) -> rows.SubjectRow | rows.RecordRow:
    if row.surplus:
        raise CellRefused("", f"本行比表头多{row.surplus}格：内容里的逗号请用引号括起来")
    if kind == "subjects":
        return rows.subject_row(row.cells)
    return rows.record_row(row.cells, rows.item_of(kind, city), city, provider=provider, today=today)


def _refusal(row: Row, refused: CellRefused) -> Refusal:
    return Refusal(row.line, refused.column, refused.reason, masked(row.cells))


def masked(cells: Mapping[str, str]) -> dict[str, str]:
    """A row's cells with people's numbers covered, in their own columns and inside other text."""
    return {column: mask_number(text) if column in NUMBER_COLUMNS else mask_free_text(text) for column, text in cells.items()}


def _refuse_wrong_layout(kind: str, table: Table, city: City) -> None:
    missing = [column for column in rows.required_columns(kind, city) if column not in table.columns]
    if missing:
        raise Refused(f"{table.path.name} 缺少列：{'、'.join(missing)}。请核对文件种类是否为 {kind}，列名须与国家“双公示”目录一致")


def _warn_of_unknown_columns(kind: str, table: Table, city: City, warn: Callable[[str], None] | None) -> None:
    unknown = [column for column in table.columns if column and column not in rows.known_columns(kind, city)]
    if unknown and warn:
        warn(f"未使用的列：{'、'.join(unknown)}")


def _write_refused(path: Path, columns: tuple[str, ...], outcome: Outcome) -> None:
    if not outcome.refused:
        with suppress(FileNotFoundError):
            path.unlink()
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["行号", "字段", "原因", *columns])
        for refusal in outcome.refused:
            writer.writerow(
                map(_inert, [str(refusal.line), refusal.column, refusal.reason, *(refusal.row.get(column, "") for column in columns)])
            )


def _inert(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + cell if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
