"""What anyone may look up: one organisation, organisations by name or code (NT-21, KLM-13); publicity is apart.

Everything is read from `publication` and filtered by the day itself, whether or not any job has run (NT-30).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from chalicelib.law.decisions import Refused
from chalicelib.law.identifiers import check_uscc, looks_like_person_number
from chalicelib.law.names import LEGAL_FORMS, fold
from chalicelib.law.showing import counts_on
from chalicelib.services.cursors import cursor_at as _cursor
from chalicelib.services.cursors import position_of as _position
from chalicelib.storage import publication

RECORDS_AN_ANSWER = 100
MOST_PARTS = 5
"""Parts of a document that one answer reads at most: later parts are read only where ended records left gaps."""

LONGEST_QUERY = 200

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
        raise Refused(f"查询内容超过{LONGEST_QUERY}个字：请输入单位的全称")
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
