"""What goes upward and to other cities: records as rows that any intake of ours reads, and what was taken off since (NT-6, NT-23, KLM-22).

The layout stands in `docs/export.md`. Only organisations: what is public of them or shared between government bodies.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from chalicelib import cities, clock, settings
from chalicelib.cities import City
from chalicelib.law.decisions import Refused
from chalicelib.law.disclosure import may_be_given, may_see
from chalicelib.law.lists import exit_notice
from chalicelib.records.access import ApiKey, Given
from chalicelib.records.entries import Record
from chalicelib.records.kinds import EndedHow
from chalicelib.records.subjects import Subject
from chalicelib.services.common.cells import inert
from chalicelib.services.querying import queries
from chalicelib.services.querying.queries import Asking
from chalicelib.services.remedies import receivers
from chalicelib.services.submission.written import row_of
from chalicelib.storage import archive, exports, files, whole_tables
from chalicelib.storage.archive import Loaded

FORMAT = "mingxin-export/1"
KIND_OF = {"licence": "licences", "penalty": "penalties"}
"""The kind under which an intake takes the rows of a catalogue item, where it is called otherwise."""
REMOVED = "removed.csv"
EXITS = "exits.csv"
COLUMNS = (
    "编号",
    "种类",
    "主体名称",
    "统一社会信用代码",
    "名称",
    "文书号",
    "决定日期",
    "移出日期",
    "移出方式",
    "提供单位统一社会信用代码",
)
"""The columns of both."""
HOW: Mapping[EndedHow, str] = {
    "repaired": "已修复",
    "withdrawn": "已撤回",
    "corrected": "已更正",
    "purged": "已清除",
    "exited": "已退出",
    "expired_early": "提前到期",
}
"""How a record was taken off, in the words of the files."""
TOGETHER = 25
FOLDER = "exports/"
"""Where the job keeps its files, in a folder for each day."""
RECEIVER = "上级信用信息系统"
"""Who an export is for when nobody else is named."""
Row = dict[str, str]
Keep = Callable[[str, bytes], None]
"""Keeps a file under its name."""


def export(to: Path, *, since: date | None = None, full: bool = False, receiver: str = RECEIVER) -> dict[str, int | str]:
    """Write into a new folder what was entered, changed or taken off since a day, or since the last export; counts by file.

    `full`: everything that counts today. What is written counts as given: every subject reads of it, and receives word later of
    what becomes of it. `Refused` when the folder is not empty, or nothing was exported before and no day is named.
    """
    if to.exists() and any(to.iterdir()):
        raise Refused(f"{to} 不是空文件夹：请换一个")
    begin = since or exports.last()
    if begin is None and not full:
        raise Refused("还没有导出过：第一次请用 --full，或用 --since 写明从哪一天起")

    def keep(name: str, content: bytes) -> None:
        to.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(to / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)

    return _exported(None if full else begin, receiver, keep)


def due(day: date) -> dict[str, int]:
    """Keep the export of what has changed since the last one among the private files, once a day: counts of due, done and failed.

    The first export, of everything, is made by hand: until then nothing is due.
    """
    last = exports.last()
    if last is None or last >= day:
        return {"due": 0, "done": 0, "failed": 0}

    def keep(name: str, content: bytes) -> None:
        files.files().put(f"{FOLDER}{day.isoformat()}/{name}", content, "application/octet-stream")

    _exported(last, RECEIVER, keep, exports.begin(last, clock.now().isoformat(timespec="microseconds")))
    return {"due": 1, "done": 1, "failed": 0}


def _exported(begin: date | None, receiver: str, keep: Keep, begun: str = "") -> dict[str, int | str]:
    """Write what has changed since a day, or with none everything; counts by file. `begun` is when, for what may have been cut off."""
    today = clock.today()
    city = cities.load(settings.city())
    subjects = _all() if begin is None else _changed(begin, today)
    tables: dict[str, list[Row]] = defaultdict(list)
    waiting: list[tuple[Loaded, list[Given]]] = []
    key = ApiKey("export", receiver, (), (), clock.now().isoformat(timespec="seconds"))
    asker = Asking(key, "信息共享交换", "定期导出", receivers.of_exports(receiver))
    for loaded, records in subjects:
        given = _write(tables, loaded.subject, records, city, today)
        if given:
            waiting.append((loaded, given))
        if len(waiting) >= TOGETHER:
            _trace(asker, waiting, begun)
            waiting = []
    _trace(asker, waiting, begun)
    _save(keep, tables, {"since": begin.isoformat() if begin else None, "until": today.isoformat()}, city)
    exports.note(today, clock.now().isoformat(timespec="microseconds"))
    return {name: len(rows) for name, rows in sorted(tables.items())}


def _trace(asker: Asking, waiting: list[tuple[Loaded, list[Given]]], begun: str) -> None:
    """Nothing leaves without a trace: it is written before the files are."""
    if begun:
        whole = queries.leave_traces_again(asker, "export", waiting, begun)
    else:
        whole = None not in queries.leave_traces(asker, "export", waiting)
    if not whole:
        raise Refused("导出的记录写不进去，没有导出：请稍后重新执行")


def _all() -> Iterable[tuple[Loaded, list[Record]]]:
    keys = (key for page in whole_tables.pages("archive", ProjectionExpression="pk, sk") for key in page.items)
    ids = (key["pk"]["S"].removeprefix("S#") for key in keys if key["sk"]["S"] == "HEAD" and key["pk"]["S"].startswith("S#"))
    found = map(archive.load_collection, ids)
    return (one for one in found if one is not None and not one[0].subject.merged_into)


def _changed(since: date, today: date) -> Iterable[tuple[Loaded, list[Record]]]:
    wanted: dict[str, set[str]] = defaultdict(set)
    for subject_id, record_id in exports.changed(since, today):
        wanted[subject_id].add(record_id)
    for subject_id, ids in wanted.items():
        found = archive.load_collection(subject_id)
        if found is not None and not found[0].subject.merged_into:
            yield found[0], [record for record in found[1] if record.id in ids]


def _write(tables: dict[str, list[Row]], subject: Subject, records: Iterable[Record], city: City, today: date) -> list[Given]:
    """Put a subject's records where they belong; those that are given."""
    if subject.profile.kind == "natural_person":
        return []
    given = []
    for record in records:
        item = city.catalogue.get(record.catalogue)
        if item is None or record.parent is not None or not may_see(item, "government"):
            continue
        if may_be_given(record, item, "government", today):
            tables[f"{KIND_OF.get(item.code, item.code)}.csv"].append(row_of(record, item, subject))
            given.append(Given(record.id, record.catalogue, record.title, record.document_no))
        elif record.ended is not None or (record.valid_until is not None and record.valid_until < today):
            notice = exit_notice(record, item, city.rules, today)
            tables[EXITS if notice else REMOVED].append(_taken_off(record, subject))
    return given


def _taken_off(record: Record, subject: Subject) -> Row:
    """What identifies a record that counts no more: nothing of its content."""
    on = record.ended.on if record.ended else record.valid_until
    how = HOW[record.ended.how] if record.ended else "已到期"
    facts = (record.id, KIND_OF.get(record.catalogue, record.catalogue), record.subject_name, subject.codes[0], record.title)
    rest = (record.document_no or "", record.determined_on.isoformat(), on.isoformat() if on else "", how, record.provider.code)
    return dict(zip(COLUMNS, (*facts, *rest), strict=True))


def _save(keep: Keep, tables: Mapping[str, list[Row]], span: Mapping[str, Any], city: City) -> None:
    """Keep every table, and last the manifest, which says that all are there."""
    described = {}
    for name, rows in sorted(tables.items()):
        content = _csv_of(rows)
        keep(name, content)
        described[name] = {"rows": len(rows), "sha256": hashlib.sha256(content).hexdigest()}
    manifest = {"format": FORMAT, "city": city.identity.slug, "made_at": clock.now().isoformat(timespec="seconds"), **span}
    keep("manifest.json", (json.dumps({**manifest, "files": described}, ensure_ascii=False, indent=2) + "\n").encode())


def _csv_of(rows: Iterable[Row]) -> bytes:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([inert(row.get(column, "")) for column in columns] for row in rows)
    return text.getvalue().encode("utf-8-sig")
