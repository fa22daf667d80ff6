"""Reads what visitors send in an address, strictly: what is wrong is refused with what to do, what is unknown is ignored."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import unquote

from chalice.app import Request

from chalicelib.law.decisions import Refused, phrase
from chalicelib.law.identifiers import check_uscc, looks_like_person_number, tidy

PERSON_NUMBER = phrase(
    "输入内容像是个人证件号码。本平台不提供按个人证件号码查询，这次输入没有被查询或保存；请输入单位名称或统一社会信用代码"
)
LONGEST_ECHO = 200
LONGEST_CURSOR = 4000
USUAL_LIMIT = 20
LARGEST_LIMIT = 100

_WRONG_DAY = {
    "from": phrase("开始日期（from）应为 YYYY-MM-DD 形式的日期，例如 2026-10-01"),
    "to": phrase("结束日期（to）应为 YYYY-MM-DD 形式的日期，例如 2026-10-01"),
}

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LIMIT = re.compile(r"[0-9]{1,4}")
_CODE_LIKE = re.compile(r"[0-9][0-9A-Z]{17}")


def given(request: Request, name: str) -> str | None:
    """A parameter without the spaces around it; None when it is absent or empty."""
    parameters = request.query_params
    return ((parameters.get(name) if parameters else None) or "").strip() or None


def code_in(raw: str) -> str:
    """The USCC in a path, in the registers' form; `Refused` when it cannot be one or looks like a person's number."""
    text = unquote(raw)
    if looks_like_person_number(text):
        raise Refused(PERSON_NUMBER)
    return check_uscc(text).number


def words(request: Request) -> str:
    """The search words `q`; `Refused` when there are none, when they look like a person's number or like a wrong code."""
    query = given(request, "q")
    if query is None:
        raise Refused("请输入主体名称（至少2个字）或18位统一社会信用代码")
    if looks_like_person_number(query):
        raise Refused(PERSON_NUMBER)
    compact = tidy(query)
    return check_uscc(compact).number if _CODE_LIKE.fullmatch(compact) else query


def may_repeat(query: str | None) -> str:
    """The search words as a form may show them again: nothing that looks like a person's number."""
    return "" if query is None or looks_like_person_number(query) else query[:LONGEST_ECHO]


def limit(request: Request) -> int:
    """How many items an answer holds, `limit`, 1 to 100."""
    text = given(request, "limit")
    if text is None:
        return USUAL_LIMIT
    if not _LIMIT.fullmatch(text) or not 1 <= int(text) <= LARGEST_LIMIT:
        raise Refused("limit 应为1至{most}的整数", most=LARGEST_LIMIT)
    return int(text)


def cursor(request: Request) -> str | None:
    """The opaque place at which the next answer begins; only the service that made it can read it."""
    text = given(request, "cursor")
    if text is not None and (len(text) > LONGEST_CURSOR or not text.isascii() or not text.isprintable()):
        raise Refused("cursor 无效，请从第一页重新查询")
    return text


def period(request: Request) -> tuple[date | None, date | None]:
    """First and last day, `from` and `to`, each may be absent."""
    begin, end = _day(request, "from"), _day(request, "to")
    if begin and end and begin > end:
        raise Refused("开始日期（from）不能晚于结束日期（to）")
    return begin, end


def _day(request: Request, name: str) -> date | None:
    text = given(request, name)
    if text is None:
        return None
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Refused(_WRONG_DAY[name])
