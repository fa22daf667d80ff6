"""What government bodies' systems ask with a key: one subject, many in a review, whether a name belongs to a number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

from chalice.app import Request, Response

from chalicelib.law.decisions import Refused
from chalicelib.services.common import json_body
from chalicelib.services.identity.api_keys import ApiKey
from chalicelib.services.querying import asked, compare, queries, reviews
from chalicelib.services.querying import shared as sharing
from chalicelib.services.querying.asked import Asked
from chalicelib.services.querying.queries import Asking
from chalicelib.web import access, bodies, parameters, problems
from chalicelib.web import queries as reading
from chalicelib.web.answers import data
from chalicelib.web.language import told
from chalicelib.web.routes import Routes

LARGEST = 1 * bodies.MEGABYTE
_ENCODED = re.compile(parameters.PERCENT_ENCODED)

shared = Routes(__name__)
"""Who may call is looked at first and by itself, before anything is read of anyone."""


@shared.reads("/api/v1/shared/subjects/{code}", parameters.SUBJECT)
def organisation(request: Request, code: str) -> Response:
    """What the key may see of an organisation today."""
    asker = _asking(request, access.caller(request))
    return _answer(request, asked.read({"code": reading.code_in(code)}), asker)


@shared.takes("/api/v1/shared/subjects", parameters.SUBJECT)
def subject(request: Request) -> Response:
    """The same of anyone: people stand in the body, so that no number of theirs stands in an address."""
    asker = _asking(request, access.caller(request))
    return _answer(request, asked.read(_said(request)), asker)


@shared.takes("/api/v1/reviews", parameters.PLAIN)
def review(request: Request) -> Response:
    """One outcome for each of many subjects."""
    asker = _asking(request, access.caller(request))
    said = _said(request)
    if not isinstance(said, Mapping) or said.keys() != {"subjects"}:
        raise Refused('请求正文应为 {"subjects": [查询对象]}')
    with _traced():
        return data(reviews.review(said["subjects"], asker, told))


@shared.takes("/api/v1/compare", parameters.PLAIN)
def comparison(request: Request) -> Response:
    """Whether a name belongs to a number."""
    key = access.caller(request)
    asker = _asking(request, key)
    who = asked.read(_said(request), named=True)
    _refuse_without(key, "compare:persons" if who.is_person else "compare")
    with _traced():
        return data(compare.compare(who, asker))


def _answer(request: Request, who: Asked, asker: Asking) -> Response:
    with _traced():
        found = sharing.query(who, asker, cursor=reading.cursor(request))
    if found is None:
        raise problems.Missing("没有查到这个统一社会信用代码对应的主体", "请核对代码：它可能不在本市登记，或者代码与要查的单位不符。")
    return data(found)


@contextmanager
def _traced() -> Iterator[None]:
    """Say it as a problem when the trace of a query could not be written."""
    try:
        yield
    except queries.Untraceable as error:
        raise problems.Unavailable("这次查询的记录现在写不进去，所以没有给出任何信息：请稍后再问") from error


def _asking(request: Request, key: ApiKey) -> Asking:
    return queries.asking(key, _header(request, "X-Purpose"), _header(request, "X-Matter"))


def _header(request: Request, name: str) -> str:
    """The text of a header in percent-encoded UTF-8; empty when it is absent, `Refused` when it is anything else."""
    raw = (request.headers.get(name) or "").strip()
    try:
        if not raw or (len(raw) <= parameters.LONGEST_HEADER and _ENCODED.fullmatch(raw)):
            return unquote(raw, errors="strict").strip()
    except UnicodeDecodeError:
        pass
    raise Refused("请求头 {header} 应为按 UTF-8 百分号编码的文字，例如 %E5%B9%B4%E6%A3%80", header=name)


def _said(request: Request) -> Any:
    return json_body.read(bodies.json_body(request, LARGEST))


def _refuse_without(key: ApiKey, scope: str) -> None:
    if scope not in key.scopes:
        raise problems.Declined(problems.NOT_ALLOWED, "这把密钥没有此项权限（{needed}）：请换用有权限的密钥", needed=scope)
