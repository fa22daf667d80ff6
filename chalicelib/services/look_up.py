"""What anyone may look up: one organisation, organisations by name or code, publicity by kind and month (NT-21, KLM-13).

Everything is read from `publication` and filtered by the day itself, whether or not any job has run (NT-30).
"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import date, timedelta
from typing import Any

from chalicelib.law.decisions import Refused
from chalicelib.law.identifiers import check_uscc, looks_like_person_number
from chalicelib.law.names import LEGAL_FORMS, fold
from chalicelib.law.showing import counts_on
from chalicelib.storage import publication

RECORDS_AN_ANSWER = 100
MOST_PARTS = 5
"""Parts of a document that one answer reads at most: later parts are read only where ended records left gaps."""
MOST_READS = 40
"""Reads of a feed for one answer at most; the cursor goes on from there."""

LONGEST_QUERY = 200
KINDS = ("licences", "penalties", "redlist", "blacklist", "warnings", "commitments")

Answer = dict[str, Any]


def organisation(code: str, *, day: date, cursor: str | None = None) -> Answer | None:
    """All that is public of an organisation on a day; None when nothing is known under the code. One GetItem.

    `records` holds the newest hundred, `records_next` the cursor to the next. `code` has been checked.
    """
    part, passed = _position(cursor, (int, str)) if cursor else (0, "")
    document = publication.read_document(code, part)
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
            if number == part and passed and _place(record) >= passed:
                continue
            if len(records) == RECORDS_AN_ANSWER:
                following = _cursor([number, _place(records[-1])])
                break
            records.append(record)
        if following or not document.more:
            break
        if number == part + MOST_PARTS - 1 or len(records) == RECORDS_AN_ANSWER:
            following = _cursor([number + 1, ""])
            break
    return {**head, "records": records, "records_next": following, "as_of": day.isoformat()}


def search(query: str, *, day: date, cursor: str | None = None, limit: int = 20) -> Answer:
    """Organisations by code or by their whole current or former name, each with why it matched."""
    if len(query) > LONGEST_QUERY:
        raise Refused("查询内容超过{most}个字：请输入单位的全称", most=LONGEST_QUERY)
    if looks_like_person_number(query):
        raise Refused("这里不能按个人证件号码查询：请输入单位名称或统一社会信用代码。本人可凭身份认证查询自己的信息")
    folded = fold(query)
    if len(folded) < 2:
        raise Refused("请输入至少两个字的名称，或18位统一社会信用代码")
    if folded in {fold(form) for form in LEGAL_FORMS}:
        raise Refused("只有组织形式（如“有限公司”）过于笼统：请输入单位的全称")
    by_code = _by_code(folded)
    if by_code is not None:
        return {"items": by_code, "next": None, "as_of": day.isoformat()}
    (after,) = _position(cursor, (str,)) if cursor else ("",)
    found = publication.names_equal(folded, limit + 1, after)
    following = _cursor([found[limit - 1]["code"]]) if len(found) > limit else None
    return {"items": found[:limit], "next": following, "as_of": day.isoformat()}


def publicity(
    kind: str, *, day: date, begin: date | None = None, end: date | None = None, cursor: str | None = None, limit: int = 20
) -> Answer:
    """Entries of a publicity kind by the day of the decision, latest first, from `begin` to `end`, both included."""
    first = begin.isoformat() if begin else "0"
    (last,) = _position(cursor, (str,)) if cursor else ((end + timedelta(days=1)).isoformat() if end and end < date.max else "~",)
    latest = min(last[:7], end.isoformat()[:7] if end else "~")
    months = [month for month in publication.months_with_entries(kind) if first[:7] <= month <= latest]
    items: list[Answer] = []
    for _ in range(MOST_READS):
        if not months:
            return {"items": items, "next": None, "as_of": day.isoformat()}
        found = publication.read_feed(kind, months[0], first=first, last=last, limit=limit + 1)
        for entry in found:
            if len(items) == limit:
                return {"items": items, "next": _cursor([last]), "as_of": day.isoformat()}
            last = entry.key
            if counts_on(_date_or_none(entry.entry["valid_until"]), day):
                items.append(entry.entry)
        if len(found) <= limit:
            last = months.pop(0)
    return {"items": items, "next": _cursor([last]) if months else None, "as_of": day.isoformat()}


def ready() -> bool:
    """Whether look-ups can be answered."""
    return publication.ready()


def _by_code(text: str) -> list[Answer] | None:
    """The organisation whose code the text is; None when the text is no code."""
    try:
        code = check_uscc(text).number
    except Refused:
        return None
    document = publication.read_document(code)
    if document is None:
        return []
    return [{**{part: document.head[part] for part in ("code", "name", "kind", "status")}, "matched": "code"}]


def _counting(entries: list[Answer], good_through: str, day: date) -> list[Answer]:
    if day.isoformat() <= good_through:
        return entries
    return [entry for entry in entries if counts_on(_date_or_none(entry["valid_until"]), day)]


def _place(record: Answer) -> str:
    return f"{record['determined_on']}#{record['id']}"


def _date_or_none(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _cursor(position: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(position, separators=(",", ":")).encode()).decode().rstrip("=")


def _position(cursor: str, types: tuple[type, ...]) -> list[Any]:
    try:
        position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise Refused("翻页参数 cursor 无效：请从第一页重新开始") from error
    if not isinstance(position, list) or [type(part) for part in position] != list(types) or not _sane(position):
        raise Refused("翻页参数 cursor 无效：请从第一页重新开始")
    return position


def _sane(position: list[Any]) -> bool:
    return all(0 <= part < 10_000 if isinstance(part, int) else len(part) < 100 for part in position)
