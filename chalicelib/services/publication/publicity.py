"""What anyone may read of the publicity: entries of a kind by their day, filtered, whole months, and how many there are (NT-21, HY-9).

Everything is read from `publication` and filtered by the day itself, whether or not any job has run (NT-30). Every answer is
bounded: in entries, in bytes and in requests. Where one of the bounds ends it, the cursor goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, get_args

from chalicelib import cities, clock, settings
from chalicelib.law.catalogue import Sphere
from chalicelib.law.decisions import Refused
from chalicelib.law.showing import counts_on
from chalicelib.services.common.cursors import cursor_at, position_of
from chalicelib.storage import feeds

KINDS = ("licences", "penalties", "redlist", "blacklist", "warnings", "repairs", "exits", "corrections", "commitments")
FIELDS: tuple[str, ...] = get_args(Sphere)
"""The four fields of SJZ-1, by which entries are filtered."""

MOST_ENTRIES = 5000
"""Entries of a month's file in one answer."""
MOST_BYTES = 2_000_000
"""Bytes of entries in one answer: half of what fits into Lambda's 6 MB when every character is escaped."""
MOST_READS = 20
"""Queries of a feed for one answer."""
AT_ONCE = 200
"""Entries that one Query asks for where not every entry will be shown."""

Answer = dict[str, Any]
Entry = dict[str, Any]
_AUTHORITIES = ("authority_code", "recogniser_code")


@dataclass(frozen=True)
class Month:
    """How many entries of a month count on a day."""

    month: str
    count: int


@dataclass(frozen=True)
class Overview:
    """The months of each kind that has been counted, oldest first, and when the oldest count was made; None: never counted."""

    months: dict[str, tuple[Month, ...]]
    counted_at: datetime | None


def announced(
    kind: str,
    *,
    day: date,
    begin: date | None = None,
    end: date | None = None,
    body: str | None = None,
    field: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Answer:
    """Entries of a publicity kind by the day of the decision, latest first, from `begin` to `end`, both included.

    `body` is the USCC of the body that decided or provided, `field` one of FIELDS. An answer may hold fewer than `limit`
    entries, even none, and still have a `next`: then a bound ended it.
    """
    wanted = _wanted(day, body, field)
    first = begin.isoformat() if begin else "0"
    last = _position(cursor, kind) if cursor else ((end + timedelta(days=1)).isoformat() if end and end < date.max else "~")
    latest = min(last[:7], end.isoformat()[:7] if end else "~")
    months = [month for month in feeds.months_with_entries(kind) if first[:7] <= month <= latest]
    read = partial(feeds.read, kind, first=first)
    return _gathered(kind, read, months, last, wanted, limit, day, at_once=AT_ONCE if body or field else limit + 1)


def newest(
    kind: str,
    *,
    day: date,
    begin: date | None = None,
    end: date | None = None,
    body: str | None = None,
    field: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Answer:
    """The same entries by the day of their publication, latest first: what was published today stands on top, however long ago it
    was decided. `begin` and `end` are days of the decision here too."""
    meant, place = _wanted(day, body, field), f"newest {kind}"

    def wanted(entry: Entry) -> bool:
        on = date.fromisoformat(entry["determined_on"])
        return (begin or on) <= on <= (end or on) and meant(entry)

    def read(_: str, *, last: str, limit: int) -> feeds.FeedPage:
        return feeds.read_latest(kind, last=last, limit=limit)

    last = _position(cursor, place) if cursor else "~"
    return _gathered(place, read, [""], last, wanted, limit, day, at_once=AT_ONCE if begin or end or body or field else limit + 1)


def of_month(kind: str, month: date, *, day: date, body: str | None = None, field: str | None = None, cursor: str | None = None) -> Answer:
    """All entries of a month, given by its first day, in as few parts as fit into an answer."""
    name = month.isoformat()[:7]
    place = f"{kind} {name}"
    last = _position(cursor, place) if cursor else name + "~"
    read = partial(feeds.read, kind, first=name)
    return _gathered(place, read, [name], last, _wanted(day, body, field), MOST_ENTRIES, day, at_once=MOST_ENTRIES // 5)


def _position(cursor: str, place: str) -> str:
    """The place in a cursor; `Refused` for one of another kind, month or order."""
    of, last = position_of(cursor, (str, str))
    if of != place:
        raise Refused("翻页参数 cursor 无效：请从第一页重新开始")
    return str(last)


def overview(*, day: date) -> Overview:
    """How many entries of each kind count on a day, by month; one Query. What has ended since the count is left out."""
    counted = feeds.read_counts()
    months = {
        kind: tuple(
            Month(month, sum(number for last_day, number in ends.items() if counts_on(_date_or_none(last_day), day)))
            for month, ends in sorted(counts.months.items())
        )
        for kind, counts in counted.items()
        if kind in KINDS
    }
    oldest = min((counts.counted_at for counts in counted.values()), default=None)
    return Overview(months, datetime.fromisoformat(oldest).astimezone(clock.SHANGHAI) if oldest else None)


def _wanted(day: date, body: str | None, field: str | None) -> Callable[[Entry], bool]:
    """What an entry has to be: valid on the day, of the body, in the field."""
    in_field = _items_of(field) if field else None

    def wanted(entry: Entry) -> bool:
        return (
            counts_on(_date_or_none(entry["valid_until"]), day)
            and (body is None or body in _bodies(entry))
            and (in_field is None or _item_of(entry) in in_field)
        )

    return wanted


def _bodies(entry: Entry) -> set[str]:
    """The codes of who decided an entry and who provided it; of a commitment, of who accepted it, where that is known."""
    content = entry["content"]
    if entry["catalogue"] == "commitments" and content.get("authority_code"):
        return {content["authority_code"]}
    return {entry["provider"]["code"], *(content[part] for part in _AUTHORITIES if content.get(part))}


def _item_of(entry: Entry) -> str:
    """The catalogue item of an entry; of an announcement of what became of a record, and of the notice that a subject has left a list,
    that of the record or list."""
    return str(entry["content"].get("list", entry["catalogue"]) if entry["kind"] == "exits" else entry.get("about", entry["catalogue"]))


def _items_of(field: str) -> frozenset[str]:
    # The catalogue is read only where somebody asks for a field: a look-up without one does not pay for it.
    return frozenset(code for code, item in cities.load(settings.city()).catalogue.items() if item.sphere == field)


def _gathered(
    place: str,
    read: Callable[..., feeds.FeedPage],
    months: list[str],
    last: str,
    wanted: Callable[[Entry], bool],
    limit: int,
    day: date,
    *,
    at_once: int,
) -> Answer:
    """An answer of what `read` finds in these months below the key `last`; its cursor leads back to this place alone."""
    items, following = _gather(read, months, last, wanted, limit, at_once=at_once)
    return {"items": items, "next": cursor_at([place, following]) if following else None, "as_of": day.isoformat()}


def _gather(
    read: Callable[..., feeds.FeedPage], months: list[str], last: str, wanted: Callable[[Entry], bool], limit: int, *, at_once: int
) -> tuple[list[Entry], str | None]:
    """Entries of these months with keys up to but without `last`, and the key from which to go on."""
    items: list[Entry] = []
    size = 0
    for _ in range(max(1, MOST_READS // settings.shards())):
        if not months:
            return items, None
        page = read(months[0], last=last, limit=at_once)
        for found in page.entries:
            fits = len(items) < limit and (not items or size + found.size <= MOST_BYTES)
            if wanted(found.entry):
                if not fits:
                    return items, last
                items.append(found.entry)
                size += found.size
            last = found.key
        if not page.more:
            last = months.pop(0)
        at_once = max(at_once, AT_ONCE)  # what has been read so far did not fill the answer
    return items, last if months else None


def _date_or_none(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
