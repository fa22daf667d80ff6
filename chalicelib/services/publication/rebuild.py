"""Makes all of publication anew from the archive, while the window answers and submissions come in."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice
from random import SystemRandom

from chalicelib import cities, clock, settings
from chalicelib.cities import City
from chalicelib.records.identifiers import Identifier
from chalicelib.services.publication.publish import TOGETHER, WORKERS, public_part
from chalicelib.storage import archive, mending, whole_tables
from chalicelib.storage.engine import Item
from chalicelib.storage.names import END
from chalicelib.storage.publishing import Publication
from chalicelib.storage.whole_tables import Head

TRIES = 8
"""How often a subject is compared again that others change at the same moment."""
OWNED = ("ORG#", "NAME#", "FEED#")
"""How the keys begin of items that belong to a subject; nothing else is ever taken away."""

Key = tuple[str, str]
Progress = Callable[[int, int], None]
_chance = SystemRandom()
_log = logging.getLogger(__name__)


@dataclass
class Counts:
    """What a rebuild did. `published` are subjects that had to be written again, `failed` such as could not be made right."""

    subjects: int = 0
    published: int = 0
    removed: int = 0
    failed: int = 0


@dataclass
class _Rebuild:
    """One rebuild. `owned` holds a short hash of every key that some subject shows: about 60 bytes of memory each."""

    city: City
    today: date
    counts: Counts = field(default_factory=Counts)
    owned: set[int] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Shown:
    """What a subject shows in this version; `right`: publication holds exactly that; `written`: it had to be written."""

    version: int
    keys: frozenset[Key]
    right: bool
    written: bool


def rebuild(progress: Progress | None = None) -> dict[str, int | float]:
    """Publication as the archive says, and nothing else; counts of subjects, of those written, of items removed and of failures.

    First every subject is compared with all its items in publication; where one is missing or differs, all are written
    again. Then publication is read through: what no subject shows is taken away, only if it still is as it was read and
    its owner, asked again, does not show it. Every write is bound to the subject's version in the archive, so a submission
    at the same moment loses nothing. An interrupted rebuild is started again: what is right is only read.

    A month that once had entries stays marked: other processes remember which months they marked and would not mark it again.
    Records that were kept before records became due are made due first (`dated`), so that no `expire` misses them.
    `progress` hears items looked at and about how many there are.
    """
    began = time.monotonic()
    work = _Rebuild(cities.load(settings.city()), clock.today())
    about = whole_tables.about_items("archive") + whole_tables.about_items("publication")
    looked_at, dated = 0, whole_tables.date_records()
    with ThreadPoolExecutor(WORKERS) as workers:
        for seen in chain(_bring_up_all(work, workers), _sweep(work)):
            looked_at += seen
            if progress:
                progress(looked_at, max(about, looked_at))
    counts = work.counts
    return {
        "subjects": counts.subjects,
        "published": counts.published,
        "removed": counts.removed,
        "failed": counts.failed + len(work.unreadable),
        "dated": dated,
        "seconds": round(time.monotonic() - began, 1),
    }


def _bring_up_all(work: _Rebuild, workers: ThreadPoolExecutor) -> Iterator[int]:
    """Every subject made right; yields how many items of the archive were looked at."""
    for heads, looked_at in whole_tables.subject_pages():
        groups = [heads[start : start + TOGETHER] for start in range(0, len(heads), TOGETHER)]
        for shown in workers.map(lambda group: _bring_up(group, work), groups):
            _count(shown, work)
        yield looked_at


def _count(shown: dict[str, _Shown], work: _Rebuild) -> None:
    for subject in shown.values():
        work.counts.subjects += 1
        work.counts.published += subject.written
        work.counts.failed += not subject.right
        work.owned.update(map(hash, subject.keys))


def _bring_up(heads: Sequence[Head], work: _Rebuild) -> dict[str, _Shown]:
    """Compare and write again until publication holds just what the archive has at that moment."""
    shown: dict[str, _Shown] = {}
    waiting = list(heads)
    for attempt in range(TRIES):
        publications = {head.subject_id: _publication(head, work) for head in waiting}
        found = [(publication, noted) for publication, noted in filter(None, publications.values())]
        states = mending.make_right(
            [publication for publication, _ in found], {publication.subject_id for publication, noted in found if not noted}
        )
        for publication, _ in found:
            before, state = shown.get(publication.subject_id), states[publication.subject_id]
            written = not state.right or (before is not None and before.written)
            shown[publication.subject_id] = _Shown(publication.version, state.keys, state.right, written)
        waiting = [head for head in waiting if head.subject_id in shown and not shown[head.subject_id].right]
        if not waiting:
            return shown
        if attempt:
            time.sleep(_chance.uniform(0, 0.02 * 2**attempt))
        waiting = list(whole_tables.heads(head.subject_id for head in waiting).values())
    if len(heads) > 1:  # one alone is compared so quickly that nobody changes it meanwhile
        for head in waiting:
            shown |= _bring_up([head], work)
        return shown
    _log.warning("not made right, others keep changing it: %s", heads[0].subject_id)
    return shown


def _publication(head: Head, work: _Rebuild) -> tuple[Publication, bool] | None:
    """What a subject shows now, and whether the archive notes that version as public; None when it cannot be read."""
    if head.erased:  # nothing can be read any more, so nothing is shown
        return Publication(subject_id=head.subject_id, version=head.version, day=work.today, codes=()), head.published
    try:
        found = archive.collection(head.subject_id)
    except ValueError:
        _log.exception("subject %s cannot be read: what is public of it stays as it is", head.subject_id)
        work.unreadable.add(head.subject_id)
        return None
    if found is None:
        return None
    subject, records = found
    return public_part(subject, records, work.city, work.today), subject.published == subject.version


def _sweep(work: _Rebuild) -> Iterator[int]:
    """Publication read through: strangers go, months with entries are marked; yields how many items were looked at."""
    months: set[tuple[str, str]] = set()
    ownerless: list[Item] = []
    for page in whole_tables.pages("publication"):
        ownerless += _judge([item for item in page.items if item["pk"]["S"].startswith(OWNED) and not _is_owned(item, work)], work)
        months.update(_months_of(page.items, work))
        yield page.looked_at
    _judge_by_record(ownerless, work)
    mending.mark_months(months | set(_months_of(ownerless, work)))


def _is_owned(item: Item, work: _Rebuild) -> bool:
    return hash(mending.key_of(item)) in work.owned


def _months_of(items: Iterable[Item], work: _Rebuild) -> Iterator[tuple[str, str]]:
    for item in items:
        if item["pk"]["S"].startswith("FEED#") and _is_owned(item, work):
            _, kind, month, _ = item["pk"]["S"].split("#")
            yield kind, month


def _judge(strange: Sequence[Item], work: _Rebuild) -> list[Item]:
    """Take away what its owner does not show or what nobody owns; answers feed entries that do not tell their owner."""
    codes = {mending.key_of(item): _code_in(item) for item in strange}
    subjects = archive.subjects_of({Identifier("uscc", code) for code in codes.values() if code})
    owned: list[tuple[Item, str]] = []
    rest: list[Item] = []
    for item in strange:
        code = codes[mending.key_of(item)]
        if code and (subject_id := subjects.get(Identifier("uscc", code))):
            owned.append((item, subject_id))
        elif code:
            _judge_nobodys(item, code, work)
        else:
            rest.append(item)
    _judge_owned(owned, work)
    return rest


def _judge_nobodys(item: Item, code: str, work: _Rebuild) -> None:
    if mending.remove(item, code=code):
        work.counts.removed += 1
        return
    code_of = Identifier("uscc", code)
    if subject_id := archive.id_of(code_of):  # it came in meanwhile
        _judge_owned([(item, subject_id)], work)


def _judge_by_record(items: Sequence[Item], work: _Rebuild) -> None:
    """Feed entries of people, and such as cannot be read: whose they are is found by the record's id."""
    record_ids = {mending.key_of(item): mending.key_of(item)[1].partition("#")[2] for item in items}
    subjects = whole_tables.subjects_of_records(record_ids.values())
    owned = []
    for item in items:
        if subject_id := subjects.get(record_ids[mending.key_of(item)]):
            owned.append((item, subject_id))
        elif mending.remove(item):
            work.counts.removed += 1
    _judge_owned(owned, work)


def _judge_owned(items: Iterable[tuple[Item, str]], work: _Rebuild) -> None:
    """Ask the owners again what they show; take away what they do not, and try again when they changed meanwhile."""
    of_owner: dict[str, list[Item]] = defaultdict(list)
    for item, subject_id in items:
        of_owner[subject_id].append(item)
    owners = iter(list(of_owner))
    while group := list(islice(owners, TOGETHER)):
        for _ in range(TRIES):
            shown = _bring_up(list(whole_tables.heads(group).values()), work)
            for subject in shown.values():
                work.owned.update(map(hash, subject.keys))
            for subject_id in group:
                of_owner[subject_id] = [
                    item for item in of_owner[subject_id] if not _settled(item, subject_id, shown.get(subject_id), work)
                ]
            group = [subject_id for subject_id in group if of_owner[subject_id]]
            if not group:
                break


def _settled(item: Item, subject_id: str, shown: _Shown | None, work: _Rebuild) -> bool:
    if shown and mending.key_of(item) in shown.keys:
        return True
    if not mending.remove(item, subject=(subject_id, shown.version if shown else None)):
        return not mending.still_there(item)
    work.counts.removed += 1
    return True


def _code_in(item: Item) -> str | None:
    """The code under which an item stands: in the key of documents and names, inside a feed entry; None where there is none."""
    pk, sk = mending.key_of(item)
    if pk.startswith("ORG#"):
        return pk.removeprefix("ORG#")
    if pk.startswith("NAME#"):
        return sk.rpartition(END)[2]
    if pk.startswith("FEED#"):
        subject = (mending.entry_of(item) or {}).get("subject")
        code = subject.get("code") if isinstance(subject, dict) else None
        return code if isinstance(code, str) else None
    return None
