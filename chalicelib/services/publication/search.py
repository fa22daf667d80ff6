"""Organisations found by code, or by any two or more characters in a row of a current or former name (KLM-13, HY-17).

Nobody is found who is a person: people have no name here, and a trade name that holds its operator's is found by all of it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from chalicelib.law.decisions import Refused
from chalicelib.law.identifiers import check_uscc, looks_like_person_number
from chalicelib.law.names import fold_for_search, is_too_general, may_be_a_trade_name
from chalicelib.services.common.cursors import cursor_at, position_of
from chalicelib.storage import names, publication

LONGEST_QUERY = 200
LEAST_CHARACTERS = 2
MOST_READS = 5
"""Requests for one answer at most: a second is made only where many entries found are not to be shown."""

Answer = dict[str, Any]


def search(query: str, *, day: date, cursor: str | None = None, limit: int = 20) -> Answer:
    """Organisations by code or by a part of their current or former name, each with why it matched. One request, and one more where
    nobody is found by a text that may be all of a trade name.

    The order is that of what follows the query in the name, so a cursor holds whatever comes or goes in between.
    """
    if len(query) > LONGEST_QUERY:
        raise Refused("查询内容超过{most}个字：请输入单位的名称", most=LONGEST_QUERY)
    if looks_like_person_number(query):
        raise Refused("这里不能按个人证件号码查询：请输入单位名称或统一社会信用代码。本人可凭身份认证查询自己的信息")
    folded = fold_for_search(query)
    if len(folded) < LEAST_CHARACTERS or not folded.isprintable():
        raise Refused("请输入名称中连续的至少两个字，或18位统一社会信用代码")
    if is_too_general(folded):
        raise Refused("只有组织形式（如“有限公司”）过于笼统：请加上名称中的其他字")
    by_code = _by_code(folded)
    if by_code is not None:
        return {"items": by_code, "next": None, "as_of": day.isoformat()}
    after = _position(cursor, folded) if cursor else None
    items: list[Answer] = []
    for _ in range(MOST_READS):
        found = names.beginning_with(folded, limit + 1, after)
        for entry in found:
            item = _shown(entry, folded)
            if item is not None and len(items) == limit:
                return {"items": items, "next": cursor_at([*after]) if after else None, "as_of": day.isoformat()}
            after = entry.ending, entry.code
            items += [item] if item else []
        if len(found) <= limit:
            return {"items": items or ([] if cursor else _whole_names(folded, limit)), "next": None, "as_of": day.isoformat()}
    return {"items": items, "next": cursor_at([*after]) if after else None, "as_of": day.isoformat()}


def _whole_names(folded: str, limit: int) -> list[Answer]:
    """Who is found by all of a name alone. It stands apart, so that no cursor ever holds the name of somebody who was not found."""
    if len(folded) <= names.PREFIX or not may_be_a_trade_name(folded):
        return []
    return [item for entry in names.all_of(folded, limit) if (item := _shown(entry, folded))]


def _position(cursor: str, folded: str) -> tuple[str, str]:
    ending, code = position_of(cursor, (str, str))
    if not ending.startswith(folded):
        raise Refused("翻页参数 cursor 无效：请从第一页重新开始")
    return ending, code


def _shown(entry: names.NameEntry, folded: str) -> Answer | None:
    """An entry as an answer has it; None when the same organisation is found by another entry, or by its whole name only."""
    facts = entry.facts
    former = facts.get("former")
    text = fold_for_search(former or facts["name"])
    if not text.endswith(entry.ending) or text.find(folded) != len(text) - len(entry.ending):
        return None  # the query stands earlier in this name too
    if facts["whole"] and text != folded:
        return None
    if former and any(folded in fold_for_search(name) for name in (facts["name"], *facts["rather"])):
        return None
    item = {part: facts[part] for part in ("code", "name", "kind", "status", "matched")}
    return {**item, "former_name": former} if former else item


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
