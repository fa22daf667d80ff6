"""Copies of everything that cannot be made anew, and their way back into an empty machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, groupby, islice
from pathlib import Path
from typing import Any

from chalicelib import cities, clock, settings
from chalicelib.law.decisions import Refused
from chalicelib.records.access import Act
from chalicelib.records.submissions import Batch
from chalicelib.services.publication.rebuild import rebuild
from chalicelib.storage import archive, raw_items, submissions, whole_tables
from chalicelib.storage.copies import FORMAT, Damaged, File, Folder, Manifest, items_in
from chalicelib.storage.engine import Item
from chalicelib.storage.keys import opens
from chalicelib.storage.packing import SCHEMA

TABLES = ("archive", "outbox", "trail")
"""What a backup holds. Sessions end by themselves and must not come back; publication is made anew from the archive."""
AGAIN = "again"
"""Under this word a manifest counts items that are in it a second time, as they were at the end, or that came meanwhile."""
ITEMS_IN_FILE = 5000
LONGEST_SUBMISSION = timedelta(hours=24)
"""A submission's trail entries all bear the instant of its start, so changes are looked for from the start of the oldest one open."""
CLOCKS_APART = timedelta(minutes=5)
ROUNDS = 5
"""How often what changed meanwhile is copied again while nothing comes to rest."""
WRITTEN_TOGETHER = 500
ERASED, FORGOTTEN, REVOKED = "subject.erased", "record.erased", "key.revoked"
"""Acts that an older backup must not undo, as the trail names them."""

Progress = Callable[[int, int], None]


def backup(path: Path, progress: Progress | None = None) -> dict[str, Any]:
    """Copy archive, outbox and trail to a folder while the system works; counts. An interrupted backup goes on where it was.

    Tables cannot be copied in one moment. So each is read through first; then the trail is read for what changed since the
    start, and each subject changed (and each submission) is copied again, whole and of one moment, together with the items that
    lead to it and the new trail entries, until nothing new is found or `ROUNDS` times. After the first such round no subject is
    copied half: a change that a page of the first reading cut through stands in the trail by then. Further rounds only bring
    the copy closer to the end; `quiet` in the manifest tells that the last one found nothing. The trail's last new entries are
    copied at the very end, so a restored archive never holds a change that its trail does not have. Notices are copied one by
    one, each as it is.

    The root secret is in the archive, wrapped; the master key is not here and must be kept apart. Refused: a folder with
    other things in it, a finished or another archive's backup, an archive that is being restored.
    """
    began = time.monotonic()
    folder = Folder(path)
    manifest = _begin(folder)
    about = sum(map(whole_tables.about_items, TABLES))
    copied = sum(manifest.counts.values())
    for table in TABLES:
        for items in _copy_table(folder, manifest, table):
            copied += items
            if progress:
                progress(copied, max(about, copied))
    _copy_again(folder, manifest)
    manifest.ended = clock.now().isoformat(timespec="seconds")
    folder.write_manifest(manifest)
    if progress:
        progress(copied, copied)
    size = sum((path / file.name).stat().st_size for file in manifest.files)
    counts: dict[str, Any] = {name: manifest.counts.get(name, 0) for name in (*TABLES, AGAIN)}
    return {**counts, "files": len(manifest.files), "bytes": size, "quiet": manifest.quiet, "seconds": round(time.monotonic() - began, 1)}


def _begin(folder: Folder) -> Manifest:
    """The manifest to go on with, or a new one."""
    wrapped = raw_items.wrapped_root()
    if wrapped is None:
        raise Refused("档案库是空的：没有可以备份的内容")
    if raw_items.restore_mark():
        raise Refused("档案库正在恢复、尚未完成：请先重新执行 restore 直到完成，再备份")
    root, city = raw_items.root_digest(wrapped), cities.identity(settings.city()).slug
    manifest = _read(folder)
    if manifest is None:
        if folder.path.exists() and any(folder.path.iterdir()):
            raise Refused(f"文件夹 {folder.path} 不是空的：请为每次备份另选一个新文件夹")
        folder.prepare()
        now = clock.now()
        manifest = Manifest(city, SCHEMA, root, now.isoformat(timespec="seconds"), _trail_from(now).isoformat())
        folder.write_manifest(manifest)
    elif manifest.ended:
        raise Refused(f"{folder.path} 里已有一份完整的备份（{manifest.ended}）：请为每次备份另选一个新文件夹")
    elif (manifest.root, manifest.city) != (root, city):
        raise Refused(f"{folder.path} 里未完成的备份不是这个档案库的：请另选一个新文件夹")
    folder.remove_strangers(manifest)
    return manifest


def _read(folder: Folder) -> Manifest | None:
    try:
        manifest = folder.manifest()
    except Damaged as error:
        raise Refused(f"备份已损坏（{error}）：请换用另一份备份") from error
    if manifest and (manifest.format > FORMAT or manifest.schema > SCHEMA):
        raise Refused("这份备份出自更新的程序版本：请先升级程序")
    return manifest


def _trail_from(now: datetime) -> datetime:
    """Since when the trail may still get entries: the start of the oldest submission that is open, else now; clocks differ a little."""
    batches = _batches_since(now - LONGEST_SUBMISSION, now)
    open_since = [datetime.fromisoformat(batch.started) for batch in batches if batch.ended is None]
    return min([now, *open_since]) - CLOCKS_APART


def _batches_since(begin: datetime, now: datetime) -> list[Batch]:
    batches = chain.from_iterable(map(submissions.batches_of, _months(begin, now)))
    return [batch for batch in batches if datetime.fromisoformat(batch.started) >= begin]


def _months(begin: datetime, now: datetime) -> list[str]:
    """The months (in UTC) between two instants, both included."""
    days = (now - begin).days + 1
    return sorted({f"{min(begin + timedelta(days=day), now):%Y-%m}" for day in range(days + 1)})


def _copy_table(folder: Folder, manifest: Manifest, table: str) -> Iterator[int]:
    """A table from where it was left, file by file; yields how many items each holds."""
    if table in manifest.done:
        return
    waiting: list[Item] = []
    for page in whole_tables.pages(table, position=manifest.positions.get(table)):
        waiting += page.items
        if len(waiting) < ITEMS_IN_FILE and page.position:
            continue
        if waiting:
            _add(folder, manifest, table, waiting)
        if page.position:
            manifest.positions[table] = page.position
        else:
            manifest.positions.pop(table, None)
            manifest.done.append(table)
        folder.write_manifest(manifest)
        yield len(waiting)
        waiting = []


def _add(folder: Folder, manifest: Manifest, table: str, items: list[Item], *, again: bool = False) -> None:
    number = sum(file.table == table and file.partitions == again for file in manifest.files) + 1
    name = f"{table}-{'again-' if again else ''}{number:05d}.jsonl.gz"
    manifest.files.append(folder.write(name, table, items, partitions=again))
    counted = AGAIN if again else table
    manifest.counts[counted] = manifest.counts.get(counted, 0) + len(items)


def _copy_again(folder: Folder, manifest: Manifest) -> None:
    """What changed since the start, whole; see `backup`. Nothing of it is noted until all rounds are done."""
    begin, seen = datetime.fromisoformat(manifest.trail_from), set[tuple[str, str]]()
    for done in range(ROUNDS):
        new = _new_entries(begin, seen)
        if not new and done:
            manifest.quiet = True
            return
        _copy_changed(folder, manifest, new, begin)
        manifest.rounds = done + 1
    last = _new_entries(begin, seen)
    if last:
        _add(folder, manifest, "trail", last, again=True)


def _new_entries(begin: datetime, seen: set[tuple[str, str]]) -> list[Item]:
    new = []
    for entry in raw_items.trail_since(begin, clock.now()):
        key = entry["pk"]["S"], entry["sk"]["S"]
        if key not in seen:
            seen.add(key)
            new.append(entry)
    return new


def _copy_changed(folder: Folder, manifest: Manifest, entries: list[Item], begin: datetime) -> None:
    """The subjects and submissions that trail entries name, and the submissions since; each partition whole, in files of some size."""
    subjects = sorted({subject for entry in entries for _, subject, _ in raw_items.acts_of(entry)})
    batches = {entry["reason"]["S"] for entry in entries if entry["reason"]["S"].startswith("b_")}
    batches |= {batch.id for batch in _batches_since(begin, clock.now())}
    months = ["BATCHES#" + month for month in _months(begin, clock.now())]
    providers = ["P#" + office.code for office, _ in submissions.providers()]
    partitions = [*("S#" + subject for subject in subjects), *("B#" + batch for batch in sorted(batches)), *months, raw_items.API_KEYS]
    partitions += [submissions.PROVIDERS, *providers]
    waiting: list[Item] = []
    for pk in partitions:
        waiting += raw_items.partition(pk)
        if len(waiting) >= ITEMS_IN_FILE:
            _add(folder, manifest, "archive", waiting, again=True)
            waiting = []
    waiting += _sorted(raw_items.identifiers_of(subjects))
    if waiting:
        _add(folder, manifest, "archive", waiting, again=True)
    if entries:
        _add(folder, manifest, "trail", entries, again=True)


def _sorted(items: Iterable[Item]) -> list[Item]:
    return sorted(items, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


def restore(path: Path, *, erasures: Path | None = None, progress: Progress | None = None) -> dict[str, Any]:
    """Bring a backup into an empty archive and make publication anew; counts. After an interruption the same call goes on.

    Before anything is written: every file is what the manifest says, and the master key given here opens the backup. What
    the trail says was erased or revoked (here, in the backup, or in `erasures`: a file of a newer trail export, or the folder
    of a newer backup) is left out as it is written, so it can be read or used at no moment. Notices and trail entries that are
    here already are never overwritten. The restore is itself noted in the trail. Refused in one sentence when it cannot be done.
    """
    began = time.monotonic()
    folder = Folder(path)
    manifest = _finished(folder)
    total = sum(file.items for file in manifest.files)
    _check(folder, manifest, total, progress)
    mark = folder.mark()
    done = _take_over(mark, _root_in(folder, manifest))
    final = _final_acts(folder, manifest, erasures)
    written = sum(file.items for file in manifest.files[:done])
    for number, file in enumerate(manifest.files[done:], start=done + 1):
        for count in _write(folder, file, final):
            written += count
            if progress:
                progress(total + written, 2 * total)
        raw_items.mark_restore(mark, number)
    whole_tables.put_missing("trail", [*final.erased.values(), *final.forgotten.values(), *final.revoked.values()])
    _note(mark, manifest)
    counts = rebuild(progress)
    raw_items.unmark_restore()
    tables: dict[str, Any] = {name: manifest.counts.get(name, 0) for name in (*TABLES, AGAIN)}
    return {**tables, "erased": len(final.erased), **counts, "seconds": round(time.monotonic() - began, 1)}


def _finished(folder: Folder) -> Manifest:
    manifest = _read(folder)
    if manifest is None:
        raise Refused(f"{folder.path} 里没有备份（找不到 manifest.json）：请核对文件夹")
    if manifest.ended is None:
        raise Refused("这份备份没有完成：请在原来的系统上对同一文件夹再执行一次 backup")
    city = cities.identity(settings.city()).slug
    if manifest.city != city:
        raise Refused(f"这是另一座城市（{manifest.city}）的备份，本系统是 {city}：请核对 MINGXIN_CITY")
    return manifest


def _check(folder: Folder, manifest: Manifest, total: int, progress: Progress | None) -> None:
    checked = 0
    for file in manifest.files:
        try:
            folder.check(file)
        except (Damaged, OSError, EOFError) as error:
            raise Refused(f"备份已损坏（{error}），什么也没有写入：请换用另一份备份") from error
        checked += file.items
        if progress:
            progress(checked, 2 * total)


def _root_in(folder: Folder, manifest: Manifest) -> bytes:
    """The wrapped root secret of the backup, which the master key given here must open."""
    for file in manifest.files:
        for item in folder.items(file) if file.table == "archive" else ():
            if raw_items.is_root(item):
                wrapped = bytes(item["wrapped"]["B"])
                if not opens(wrapped):
                    raise Refused("主密钥打不开这份备份，什么也没有写入：请把备份时的主密钥（keys.json 或 KMS 密钥）放回原处")
                return wrapped
    raise Refused("备份里没有根密钥：这不是完整的备份")


def _take_over(mark: str, wrapped: bytes) -> int:
    """How many files are in from an interrupted restore of the same backup; 0 for an empty archive; else refused."""
    found = raw_items.restore_mark()
    if found is None:
        here = whole_tables.first_items("archive", 2)
        if len(here) > 1 or any(not raw_items.is_root(item) or item["wrapped"]["B"] != wrapped for item in here):
            raise Refused("档案库不是空的，什么也没有写入：只能恢复到空的系统（新的数据文件夹，MINGXIN_DEMO=0）")
        raw_items.mark_restore(mark, 0)
        return 0
    if found[0] != mark:
        raise Refused("这里有另一份备份的恢复没有完成：请先用那份备份完成恢复，或换一个空的系统")
    return found[1]


@dataclass(frozen=True)
class _FinalActs:
    """The trail entries of acts that no backup undoes: erasures by subject id and by (subject id, record id), revocations by the id of
    the API key."""

    erased: dict[str, Item] = field(default_factory=dict)
    forgotten: dict[tuple[str, str], Item] = field(default_factory=dict)
    revoked: dict[str, Item] = field(default_factory=dict)


def _final_acts(folder: Folder, manifest: Manifest, erasures: Path | None) -> _FinalActs:
    """From every trail there is, of whatever day: ids are random and never used again."""
    sources: list[Iterable[Item]] = [folder.items(file) for file in manifest.files if file.table == "trail"]
    sources.append(chain.from_iterable(page.items for page in whole_tables.pages("trail")))
    if erasures is not None:
        sources += _exported(erasures)
    final = _FinalActs()
    try:
        for entry in chain.from_iterable(sources):
            for action, subject_id, about in raw_items.acts_of(entry):
                if action == ERASED:
                    final.erased[subject_id] = entry
                elif action == FORGOTTEN:
                    final.forgotten[subject_id, about] = entry
                elif action == REVOKED:
                    final.revoked[about] = entry
    except (Damaged, KeyError, ValueError) as error:
        raise Refused(f"删除清单无法读取（{error}）：请给出新近的跟踪记录文件，或新近备份的文件夹") from error
    return final


def _exported(erasures: Path) -> list[Iterable[Item]]:
    if not erasures.exists():
        raise Refused(f"找不到删除清单 {erasures}")
    if not erasures.is_dir():
        return [items_in(erasures)]
    newer = Folder(erasures)
    manifest = _finished(newer)
    return [newer.items(file) for file in manifest.files if file.table == "trail"]


def _write(folder: Folder, file: File, final: _FinalActs) -> Iterator[int]:
    """One file into its table; writing it again changes nothing."""
    items = filter(None, (_as_it_may_return(item, final) for item in folder.items(file)))
    if file.table != "archive":
        while some := list(islice(items, WRITTEN_TOGETHER)):
            whole_tables.put_missing(file.table, some)
            yield len(some)
    elif not file.partitions:
        while some := list(islice(items, WRITTEN_TOGETHER)):
            whole_tables.put_all("archive", some)
            yield len(some)
    else:
        for pk, group in groupby(items, key=lambda item: item["pk"]["S"]):
            partition = list(group)
            whole_tables.put_all("archive", partition)
            keys = {(item["pk"]["S"], item["sk"]["S"]) for item in partition}
            whole_tables.delete_all("archive", raw_items.keys_under(pk) - keys)
            yield len(partition)


def _as_it_may_return(item: Item, final: _FinalActs) -> Item | None:
    """An item without what was erased (no key, nothing sealed, no number that leads to the subject); a revoked key stays so."""
    pk, sk = item["pk"]["S"], item["sk"]["S"]
    if (pk.removeprefix("S#"), _record_in(sk)) in final.forgotten:
        return None
    if pk.removeprefix("S#") in final.erased:
        return {name: value for name, value in item.items() if name not in ("data_key", "sealed")}
    if pk.startswith("ID#") and item.get("subject", {}).get("S") in final.erased:
        return None
    if pk == raw_items.API_KEYS and sk in final.revoked and "revoked" not in item:
        return {**item, "revoked": final.revoked[sk]["at"]}
    return item


def _record_in(place: str) -> str:
    """The id of the record that stands in a place, or stood there in an earlier version; empty for anything else."""
    parts = place.removeprefix("OLD#").split("#")
    return parts[1] if parts[0] == "REC" else ""


def _note(mark: str, manifest: Manifest) -> None:
    """The restore in the trail: which backup, of when."""
    changes = archive.Changes()
    act = Act("archive.restored", "-", mark[:32], [mark, manifest.ended])
    archive.put_trail(changes, [act], actor="operator", reason=str(manifest.ended), at=clock.now())
    changes.commit()
