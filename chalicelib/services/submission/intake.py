"""A department's file comes in: read, checked row by row, stored, published; what is refused goes back with its reasons."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from io import StringIO
from itertools import chain, islice
from pathlib import Path

from chalicelib import cities, clock, settings
from chalicelib.cities import City
from chalicelib.law.decisions import Refused
from chalicelib.law.identifiers import check_uscc
from chalicelib.law.masking import mask_free_text, mask_number
from chalicelib.records.submissions import Outcome, Refusal
from chalicelib.services.common.cells import inert
from chalicelib.services.publication import publish
from chalicelib.services.submission import covering, files, rows
from chalicelib.services.submission.files import Row, Table
from chalicelib.services.submission.lanes import GROUP, Lanes
from chalicelib.services.submission.parties import CellRefused
from chalicelib.services.submission.stored import Line, Stored
from chalicelib.services.submission.tally import Tally
from chalicelib.storage import submissions

PUBLISH_EVERY = 1000
"""Subjects whose publication is behind before it is brought up: what is stored first shows first, also in a long file."""
AHEAD = 2
"""Groups of rows that are being stored while the next is read and checked."""
NUMBER_COLUMNS = ("证件号码", "法定代表人证件号码")

Checked = tuple[Row, Line | CellRefused]
_Begun = tuple[list[Checked], Callable[[], Stored]]


def import_file(
    kind: str,
    path: Path,
    *,
    provider: str,
    reviewer: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    warn: Callable[[str], None] | None = None,
) -> Outcome:
    """Take in one file of a kind; `Refused` when it cannot be used at all.

    `reviewer` is the provider's office that answers for its review (NT-39). `progress` hears rows done and about how many there
    are; `warn` hears what was ignored. Refused rows are written beside the file as `FILE.refused.csv`; one left from before is
    removed when nothing is refused.
    """
    city, kind = cities.load(settings.city()), submitted_as(kind)
    office = check_uscc(provider).number
    if kind != "subjects":
        rows.item_of(kind, city)
    table = files.open_table(path)
    rows.refuse_forbidden_columns(table.columns, city, clock.today())
    refuse_wrong_layout(kind, table, city)
    warn = warn or (lambda text: None)
    _warn_of_unknown_columns(kind, table, city, warn)
    outcome = submit(
        kind,
        _some(table),
        provider=office,
        city=city,
        reviewer=reviewer,
        progress=lambda done: progress(done, max(done, table.about_rows)) if progress else None,
    )
    for sentence in covering.sentences(outcome):
        warn(sentence)
    beside = path.with_name(path.name + ".refused.csv")
    try:
        write_refused(beside, table.columns, outcome.refused)
    except OSError as error:
        warn(f"拒收明细无法写入 {beside}（{error.strerror}）：请用 ./mingxin batch show {outcome.batch} --refused 文件 取回")
    return outcome


def submitted_as(kind: str) -> str:
    """The kind of submission that somebody means who names the register by the code of its catalogue item."""
    return "subjects" if kind == "registration" else kind


def _some(table: Table) -> Iterator[Row]:
    """The rows of a table; `Refused` before the first when there is none."""
    rows_there = table.rows()
    first = next(rows_there, None)
    if first is None:
        raise Refused("{file} 只有表头，没有数据行", file=table.path.name)
    return chain((first,), rows_there)


def submit(
    kind: str,
    submitted: Iterable[Row],
    *,
    provider: str,
    city: City,
    reviewer: str | None = None,
    via: str = "command",
    progress: Callable[[int], None] | None = None,
) -> Outcome:
    """Take in rows of a kind, sent by a provider (USCC): by which way (`command` or the id of an API key), and which of its
    offices answers for the review."""
    today, at = clock.today(), clock.now()
    publish.bring_names_left(city, today)
    batch = submissions.start_batch(kind, provider, at, via=via, office=reviewer)
    taken = _Taken(city, today, Tally(provider, city.rules, today))
    begun: deque[_Begun] = deque()
    with Lanes(batch, city, today, at) as lanes:
        for group in _groups(_checked(kind, submitted, provider, city, today)):
            begun.append((group, lanes.begin([line for _, line in group if isinstance(line, Line)])))
            if len(begun) > AHEAD:
                taken.note(*begun.popleft())
                if progress:
                    progress(taken.rows)
        while begun:
            taken.note(*begun.popleft())
    taken.publish()
    if progress:
        progress(taken.rows)
    outcome = taken.outcome(batch.id)
    ended = clock.now().isoformat(timespec="seconds")
    tally = taken.tally
    tally.finish(at)
    submissions.note_provider(provider, tally.name, today)
    done = replace(batch, ended=ended, accepted=outcome.accepted, duplicate=outcome.duplicate, refused=len(outcome.refused))
    submissions.end_batch(replace(done, timely=tally.timely()), outcome.refused)
    return outcome


@dataclass
class _Taken:
    """What has become of the rows so far."""

    city: City
    today: date
    tally: Tally
    rows: int = 0
    accepted: int = 0
    duplicate: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    covered: list[int] = field(default_factory=list)
    endless: list[int] = field(default_factory=list)
    behind: set[str] = field(default_factory=set)

    def note(self, group: Sequence[Checked], finish: Callable[[], Stored]) -> None:
        """A group of rows; waits until they are stored."""
        cells = {row.line: row for row, _ in group}
        read = {line.number: line.row for _, line in group if isinstance(line, Line)}
        to_cover = {number for number, row in read.items() if covering.is_covered(row)}
        endless = {number for number, row in read.items() if covering.is_endless(row)}
        self.refusals += [_refusal(row, refused) for row, refused in group if isinstance(refused, CellRefused)]
        stored = finish()
        for result in stored.results:
            if isinstance(result.decided, CellRefused):
                self.refusals.append(_refusal(cells[result.line], result.decided))
                continue
            self.accepted, self.duplicate = self.accepted + (result.decided == "accepted"), self.duplicate + (result.decided == "duplicate")
            self.tally.note(read[result.line], new=result.decided == "accepted")
            if result.line in to_cover:
                self.covered.append(result.line)
            if result.line in endless:
                self.endless.append(result.line)
        self.rows += len(group)
        self.behind |= stored.behind
        if len(self.behind) >= PUBLISH_EVERY:
            self.publish()

    def publish(self) -> None:
        """Bring up the publication that is behind."""
        publish.publish(sorted(self.behind), self.city, self.today)
        self.behind = set()

    def outcome(self, batch: str) -> Outcome:
        """What is told to the provider."""
        refusals = sorted(self.refusals, key=lambda refusal: refusal.line)
        return Outcome(batch, self.accepted, self.duplicate, tuple(refusals), tuple(sorted(self.covered)), tuple(sorted(self.endless)))


def _groups(checked: Iterator[Checked]) -> Iterator[list[Checked]]:
    while group := list(islice(checked, GROUP)):
        yield group


def _checked(kind: str, submitted: Iterable[Row], provider: str, city: City, today: date) -> Iterator[Checked]:
    for row in submitted:
        try:
            yield row, Line(row.line, _read(kind, row, provider, city, today))
        except CellRefused as refused:
            yield row, refused
        except Refused as refused:  # a rule that has no value for this row: the others go on
            yield row, CellRefused("", refused.reason)


def refused_at_sight(kind: str, submitted: Iterable[Row], provider: str, city: City, today: date) -> Iterator[Refusal]:
    """The rows that cannot be taken whatever the archive holds; nothing is read or stored."""
    for row, found in _checked(kind, submitted, provider, city, today):
        if isinstance(found, CellRefused):
            yield _refusal(row, found)


def _read(kind: str, row: Row, provider: str, city: City, today: date) -> rows.SubjectRow | rows.RecordRow:
    if row.fault:
        raise CellRefused(row.fault.column, row.fault.reason)
    if kind == "subjects":
        return rows.subject_row(row.cells)
    return rows.record_row(row.cells, rows.item_of(kind, city), city, provider=provider, today=today)


def _refusal(row: Row, refused: CellRefused) -> Refusal:
    return Refusal(row.line, refused.column, mask_free_text(refused.reason), masked(row.cells))


def masked(cells: Mapping[str, str]) -> dict[str, str]:
    """A row's cells with people's numbers covered, in their own columns and inside other text."""
    return {column: mask_number(text) if column in NUMBER_COLUMNS else mask_free_text(text) for column, text in cells.items()}


def refuse_wrong_layout(kind: str, table: Table, city: City) -> None:
    """Raise `Refused` when columns are missing without which no row of this kind can be read."""
    missing = [column for column in rows.required_columns(kind, city) if column not in table.columns]
    if missing:
        raise Refused(
            "{file} 缺少列：{missing}。请核对文件种类是否为 {kind}，列名须与国家“双公示”目录一致",
            file=table.path.name,
            missing="、".join(missing),
            kind=kind,
        )


def _warn_of_unknown_columns(kind: str, table: Table, city: City, warn: Callable[[str], None]) -> None:
    unknown = [column for column in table.columns if column and column not in rows.known_columns(kind, city)]
    if unknown:
        warn(f"未使用的列：{'、'.join(unknown)}")


def write_refused(path: Path, columns: Sequence[str], refused: Sequence[Refusal]) -> None:
    """Refused rows as a file for their provider. Without any, no file stays."""
    if not refused:
        with suppress(FileNotFoundError):
            path.unlink()
        return
    path.write_text(refused_csv(columns, refused), encoding="utf-8-sig", newline="")


def refused_csv(columns: Sequence[str], refused: Iterable[Refusal]) -> str:
    """Refused rows as a table: 行号, 字段, 原因, then the columns as they came."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["行号", "字段", "原因", *columns])
    for refusal in refused:
        writer.writerow(
            map(inert, [str(refusal.line), refusal.column, refusal.reason, *(refusal.row.get(column, "") for column in columns)])
        )
    return text.getvalue()
