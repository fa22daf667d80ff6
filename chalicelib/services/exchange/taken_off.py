"""What another city has taken off is taken off here too: `exits.csv` and `removed.csv` of its export, row by row (KLM-22, NTN-3a)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from chalicelib import cities, clock, settings
from chalicelib.law import lists as law
from chalicelib.law.decisions import Refused
from chalicelib.law.identifiers import check_uscc
from chalicelib.law.showing import counts
from chalicelib.records.entries import Ended, Record
from chalicelib.records.identifiers import Identifier
from chalicelib.records.kinds import EndedHow
from chalicelib.records.remedies import Tell
from chalicelib.records.submissions import Outcome, Refusal
from chalicelib.services.exchange import export
from chalicelib.services.identity import who_acts
from chalicelib.services.remedies import record_changes, what_follows
from chalicelib.services.remedies.record_changes import Why
from chalicelib.services.submission import files, intake
from chalicelib.services.submission.files import Row
from chalicelib.services.submission.parties import CellRefused
from chalicelib.storage import archive
from chalicelib.storage.archive import Conflict

KINDS = ("exits", "removed")
"""The files of an export that take something off."""
LISTS = (*law.ANNOUNCED, "watchlist")
HOW: Mapping[str, EndedHow] = {**{word: how for how, word in export.HOW.items()}, "已到期": "expired_early"}
"""How something ended, by the words of an export. What has come to its last day there, and not here, ends before its own day here."""
SAID: Mapping[EndedHow, tuple[str, str]] = {
    "corrected": ("record corrected", "record corrected"),
    "purged": ("record corrected", "record corrected"),
    "repaired": ("repair took effect", "record repaired"),
}
"""What its subject and its receivers are told of a record; `record withdrawn` of the rest."""


def import_file(kind: str, path: Path, *, provider: str, progress: Callable[[int, int], None] | None = None) -> Outcome:
    """Take off what a file names, by its rows; `Refused` when it cannot be used at all.

    `provider` (USCC) is the body that answers for it here, and stands in the trail as the reason. A row whose record is not here, or
    stands here by another provider, is refused; refused rows are written beside the file as `FILE.refused.csv`. What has been taken
    off before is a duplicate.
    """
    answers = check_uscc(provider).number
    table = files.open_table(path)
    missing = [column for column in export.COLUMNS if column not in table.columns and column != "编号"]
    if missing:
        raise Refused("{file} 缺少列：{columns}", file=path.name, columns="、".join(missing))
    accepted, duplicate, refused = 0, 0, list[Refusal]()
    for done, row in enumerate(table.rows(), 1):
        try:
            taken = _take_off(kind, row, answers)
        except CellRefused as error:
            refused.append(Refusal(row.line, error.column, error.reason, row.cells))
            continue
        finally:
            if progress:
                progress(done, max(done, table.about_rows))
        accepted, duplicate = accepted + taken, duplicate + (not taken)
    intake.write_refused(path.with_name(path.name + ".refused.csv"), table.columns, refused)
    return Outcome("", accepted, duplicate, tuple(refused))


def _take_off(kind: str, row: Row, answers: str) -> bool:
    """Whether a row took something off; False when that was done before."""
    if row.fault:
        raise CellRefused(row.fault.column, row.fault.reason)
    record, on = _meant(kind, row.cells), _day(row.cells, "移出日期")
    how = HOW.get(row.cells.get("移出方式", ""))
    if how is None:
        raise CellRefused("移出方式", f"应为{'、'.join(HOW)}之一")
    if on > clock.today():
        raise CellRefused("移出日期", "还没有到这一天：到了再导入")
    if not counts(record, clock.today()):
        return False
    try:
        _end(record, Ended(how, on), f"{answers} {row.cells.get('移出方式')}")
    except (Refused, Conflict) as error:
        raise CellRefused("", "这份档案正被其他提交频繁更新，没有任何变化：请稍后重试") from error
    return True


def _end(record: Record, ended: Ended, reason: str) -> None:
    """End a record for a reason, with all that follows from it: publication, measures, notices."""

    def end(one: Record) -> Record:
        empty = replace(one, title="", document_no=None, content={}, people=()) if ended.how == "purged" else one
        return replace(empty, ended=ended)

    kind, receivers = ("left list", "left list") if record.catalogue in LISTS else SAID.get(ended.how, ("record withdrawn",) * 2)
    tell = Tell(kind, receivers, facts={"list": record.title} if record.catalogue in LISTS else {})
    what_follows.change(record.subject_id, record.id, end, Why("record.taken_off", who_acts.keyed("import"), reason, clock.now(), tell))


def _meant(kind: str, cells: Mapping[str, str]) -> Record:
    """The record that a row names, by what another city knows of it too: never by its id, which every city keeps for itself."""
    catalogue = _catalogue(kind, cells)
    try:
        identifier: Identifier = check_uscc(cells.get("统一社会信用代码", ""))
    except Refused as error:
        raise CellRefused("统一社会信用代码", str(error)) from error
    subject_id = archive.id_of(identifier)
    if subject_id is None:
        raise CellRefused("统一社会信用代码", "这里没有这个单位")
    found = archive.collection(record_changes.holding(subject_id).subject.id)
    number, title, decided = cells.get("文书号", ""), cells.get("名称", ""), _day(cells, "决定日期")
    same = [
        record
        for record in (found[1] if found else ())
        if record.catalogue == catalogue and record.parent is None and record.determined_on == decided
        if (record.document_no == number if number else record.title == title)
    ]
    if not same:
        raise CellRefused("文书号" if number else "名称", "这里没有这条记录：请核对种类、文书号（名称）和决定日期")
    theirs = [record for record in same if record.provider.code == cells.get("提供单位统一社会信用代码")]
    if len(theirs) != 1:
        raise CellRefused("提供单位统一社会信用代码", "这里的这条记录不是这个单位提供的，不能由它移出")
    return theirs[0]


def _catalogue(kind: str, cells: Mapping[str, str]) -> str:
    stated = cells.get("种类", "")
    code = {there: item for item, there in export.KIND_OF.items()}.get(stated, stated)
    if code not in cities.load(settings.city()).catalogue:
        raise CellRefused("种类", "目录里没有这个种类")
    if kind == "exits" and code not in LISTS:
        raise CellRefused("种类", "退出名单的文件里只能有名单")
    return code


def _day(cells: Mapping[str, str], column: str) -> date:
    try:
        return date.fromisoformat(cells.get(column, "").replace("/", "-"))
    except ValueError as error:
        raise CellRefused(column, "应为 YYYY-MM-DD 形式的日期") from error
