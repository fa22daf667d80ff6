"""What anyone may look up: one organisation, organisations by name or code (NT-21, KLM-13); publicity is apart.

Everything is read from `publication` and filtered by the day itself, whether or not any job has run (NT-30).
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

from chalicelib.law.decisions import Refused
from chalicelib.law.showing import counts_on
from chalicelib.services.common.cursors import cursor_at as _cursor
from chalicelib.services.common.cursors import position_of as _position
from chalicelib.storage import freshness, publication

RECORDS_AN_ANSWER = 100
MOST_PARTS = 5
"""Parts of a document that one answer reads at most: later parts are read only where ended records left gaps."""

FRESH_FOR = timedelta(minutes=15)
"""Three rounds of the job that publishes what an interrupted submission left behind."""

Answer = dict[str, Any]


def organisation_as_json(code: str, *, day: date, cursor: str | None = None) -> str | None:
    """The same as `organisation`, as compact JSON. While nothing in the document has ended it is given out as it lies there."""
    document = publication.read_document(code) if cursor is None else None
    if document is not None and not document.more and day.isoformat() <= document.good_through:
        return f'{document.text[:-1]},"records_next":null,"as_of":"{day.isoformat()}"}}'
    found = organisation(code, day=day, cursor=cursor) if document or cursor else None
    return None if found is None else json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def organisation(code: str, *, day: date, cursor: str | None = None) -> Answer | None:
    """All that is public of an organisation on a day; None when nothing is known under the code. One GetItem.

    `records` holds the newest hundred, `records_next` the cursor to the next. `code` has been checked.
    """
    part, passed = _position(cursor, (int, str)) if cursor else (0, "")
    document = _part(code, part)
    if document is None:
        return None
    first = document if part == 0 else publication.read_document(code) or document
    head = {**first.head, **{kind: _counting(first.head.get(kind, []), first.good_through, day) for kind in ("lists", "commitments")}}
    records: list[Answer] = []
    following: str | None = None
    for number in range(part, part + MOST_PARTS):
        if number > part:
            document = publication.read_document(code, number)
        if document is None:
            break
        for record in _counting(document.records, document.good_through, day):
            if passed and _place(record) >= passed:
                continue
            if len(records) == RECORDS_AN_ANSWER:
                following = _cursor([number, _place(records[-1])])
                break
            records.append(record)
        if following or not document.more:
            break
        if number == part + MOST_PARTS - 1 or len(records) == RECORDS_AN_ANSWER:
            following = _cursor([number, _place(records[-1])] if records else [number + 1, passed])
            break
    return {**head, "records": records, "records_next": following, "as_of": day.isoformat()}


def _part(code: str, part: int) -> publication.Document | None:
    """A part of a document; `Refused` for a later one that is not there, to which only a wrong cursor leads."""
    document = publication.read_document(code, part)
    if document is None and part:
        raise Refused("翻页参数 cursor 无效：请从第一页重新开始")
    return document


def ready() -> bool:
    """Whether look-ups can be answered."""
    return publication.ready()


def up_to_date(now: datetime) -> tuple[bool | None, datetime | None]:
    """Whether what is shown is all that should be, and when that was last seen to (UTC); None while no job has run yet.

    It is not when the job that publishes what is left behind has not run for `FRESH_FOR`, or left something.
    """
    noted = freshness.read()
    if noted is None:
        return None, None
    return noted.behind == 0 and now - noted.at <= FRESH_FOR, noted.at


def _counting(entries: list[Answer], good_through: str, day: date) -> list[Answer]:
    if day.isoformat() <= good_through:
        return entries
    return [entry for entry in entries if counts_on(_date_or_none(entry["valid_until"]), day)]


def _place(record: Answer) -> str:
    return f"{record['determined_on']}#{record['id']}"


def _date_or_none(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
