"""Reads what visitors send in an address, strictly: what is wrong is refused with what to do.

A parameter that comes twice or holds control characters is refused everywhere. One that nobody knows is refused where programs
ask, because a filter with a slip in its name would answer as if it were not there; pages ignore it, because links gather tails.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import unquote

from chalice.app import Request

from chalicelib.law.decisions import Refused, phrase
from chalicelib.law.identifiers import check_uscc, is_resident_id, looks_like_person_number, tidy
from chalicelib.web.language import gettext, listed, told
from chalicelib.web.parameters import FIELDS, LARGEST_LIMIT, LONGEST_CURSOR, MONTH_PATTERN, USUAL_LIMIT, Parameter

PERSON_NUMBER = phrase(
    "输入内容像是个人证件号码。本平台不提供按个人证件号码查询，这次输入没有被查询或保存；请输入单位名称或统一社会信用代码"
)
LONGEST_ECHO = 200

_WRONG_DAY = {
    "from": phrase("开始日期（from）应为 YYYY-MM-DD 形式的日期，例如 2026-10-01"),
    "to": phrase("结束日期（to）应为 YYYY-MM-DD 形式的日期，例如 2026-10-01"),
}

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LIMIT = re.compile(r"[0-9]{1,4}")
_CODE_LIKE = re.compile(r"[0-9][0-9A-Z]{17}")
_MONTH = re.compile(MONTH_PATTERN, re.ASCII)
_UNREADABLE = ("Cc", "Cs")
"""Unicode's categories of control characters and of halves of characters."""
_REPLACED = "\N{REPLACEMENT CHARACTER}"
"""What stands where bytes were no UTF-8."""


@dataclass(frozen=True)
class Filters:
    """Which entries of publicity are asked for: by day, by deciding body (USCC), by field."""

    begin: date | None = None
    end: date | None = None
    body: str | None = None
    field: str | None = None


def refuse_unreadable(request: Request) -> None:
    """Raise `Refused` for a parameter that comes twice, or holds control characters or broken text; its value is not repeated."""
    for name, values in _all(request).items():
        if len(values) > 1:
            raise Refused("参数 {name} 只能写一次", name=_shown(name))
        if any(unicodedata.category(character) in _UNREADABLE or character == _REPLACED for character in name + values[0].strip()):
            raise Refused("参数 {name} 含有控制字符或无法识别的字符，请去掉后重试", name=_shown(name))


def refuse_unknown(request: Request, known: Iterable[Parameter]) -> None:
    """Raise `Refused` for a parameter that this address does not have, or a word that it cannot be; with what there is."""
    parameters = {parameter.name: parameter for parameter in known}
    for name in _all(request):
        if name not in parameters:
            raise Refused("不认识参数 {name}：这里可以用 {known}", name=_shown(name), known=listed(parameters))
        words, value = parameters[name].schema.get("enum"), given(request, name)
        if words and value is not None and value not in words:
            raise Refused("参数 {name} 应为 {known} 之一", name=name, known=listed(words))


def _all(request: Request) -> dict[str, list[str]]:
    parameters = request.query_params
    return {name: parameters.getlist(name) for name in parameters} if parameters else {}


def _shown(name: str) -> str:
    """A parameter's name as far as it can be one: anything else may be somebody's number."""
    return name if re.fullmatch(r"[A-Za-z_]{1,20}", name) else gettext("（名称不是字母）")


def given(request: Request, name: str) -> str | None:
    """A parameter without the spaces around it; None when it is absent or empty."""
    parameters = request.query_params
    return ((parameters.get(name) if parameters else None) or "").strip() or None


def code_in(raw: str) -> str:
    """The USCC in a path, in the registers' form; `Refused` when it cannot be one or looks like a person's number."""
    text = unquote(raw)
    try:
        code = check_uscc(text).number
    except Refused:
        if looks_like_person_number(text):
            raise Refused(PERSON_NUMBER) from None
        raise
    if is_resident_id(code):
        raise Refused(PERSON_NUMBER)
    return code


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


def limit(request: Request, usual: int = USUAL_LIMIT) -> int:
    """How many items an answer holds, `limit`; `usual` where nothing is said."""
    text = given(request, "limit")
    if text is None:
        return usual
    if not _LIMIT.fullmatch(text) or not 1 <= int(text) <= LARGEST_LIMIT:
        raise Refused("limit 应为1至{most}的整数", most=LARGEST_LIMIT)
    return int(text)


def page_number(request: Request) -> int:
    """Which page of a list, `page`; the first when nothing is said."""
    text = given(request, "page") or "1"
    if not _LIMIT.fullmatch(text):
        raise Refused("page 应为正整数")
    return int(text)


def cursor(request: Request) -> str | None:
    """The opaque place at which the next answer begins; only the service that made it can read it."""
    text = given(request, "cursor")
    if text is not None and (len(text) > LONGEST_CURSOR or not text.isascii() or not text.isprintable()):
        raise Refused("翻页参数 cursor 无效：请从第一页重新开始")
    return text


def period(request: Request) -> tuple[date | None, date | None]:
    """First and last day, `from` and `to`, each may be absent."""
    begin, end = _day(request, "from"), _day(request, "to")
    if begin and end and begin > end:
        raise Refused("开始日期（from）不能晚于结束日期（to）")
    return begin, end


def filters(request: Request) -> Filters:
    """By what entries of publicity are filtered."""
    begin, end = period(request)
    return Filters(begin, end, _body(request), _field(request))


def wrong_filter(request: Request) -> str:
    """Which part of the filters is wrong: `dates`, `body` or `field`; empty when none is."""
    for part, read in (("dates", period), ("body", _body), ("field", _field)):
        try:
            read(request)
        except Refused:
            return part
    return ""


def month(request: Request) -> date | None:
    """The first day of the month `month`; it excludes what would cut the month short."""
    text = given(request, "month")
    if text is None:
        return None
    if not _MONTH.fullmatch(text):
        raise Refused("month 应为 YYYY-MM 形式的月份，例如 2026-10")
    if any(given(request, name) for name in ("from", "to", "limit")):
        raise Refused("month 给出整月的记录，不能与 from、to、limit 同用")
    return date.fromisoformat(text + "-01")


def _body(request: Request) -> str | None:
    text = given(request, "body")
    if text is None:
        return None
    if looks_like_person_number(text):
        raise Refused(PERSON_NUMBER)
    try:
        return check_uscc(text).number
    except Refused as refused:
        raise Refused("决定机关（body）应为统一社会信用代码：{why}", why=told(refused)) from refused


def _field(request: Request) -> str | None:
    text = given(request, "field")
    if text is not None and text not in FIELDS:
        raise Refused("领域（field）应为 {known} 之一", known=listed(FIELDS))
    return text


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
