"""The open API and the health check: the same answers as the pages give, for programs."""

from __future__ import annotations

from urllib.parse import unquote

from chalice.app import Request, Response

from chalicelib import cities, clock, settings
from chalicelib.services import look_up
from chalicelib.web import problems, queries, words
from chalicelib.web.answers import data
from chalicelib.web.language import say
from chalicelib.web.routes import Routes

api = Routes(__name__)

UNKNOWN_CODE = (
    "没有查到这个统一社会信用代码对应的主体",
    "代码的形式是对的，但本平台没有该主体的公开信息：它可能不在本市登记，或者代码与要查的单位不符。请核对代码，或者按名称查询。",
)


@api.reads("/api/v1/subjects")
def subjects(request: Request) -> Response:
    """Organisations by name, former name or code."""
    query, cursor, limit = queries.words(request), queries.cursor(request), queries.limit(request)
    return data(look_up.search(query, day=clock.today(), cursor=cursor, limit=limit))


@api.reads("/api/v1/subjects/{code}")
def subject(request: Request, code: str) -> Response:
    """One organisation with its public records."""
    found = look_up.organisation(queries.code_in(code), day=clock.today(), cursor=queries.cursor(request))
    if found is None:
        raise problems.Missing(*UNKNOWN_CODE)
    return data(found)


@api.reads("/api/v1/publicity/{kind}")
def publicity(request: Request, kind: str) -> Response:
    """Entries of a publicity kind by their day."""
    return announced(request, unquote(kind))


@api.reads("/healthz")
def health(request: Request) -> Response:
    """Whether the public face can answer: it reads one item."""
    if not look_up.ready():
        raise problems.Unavailable("数据库没有应答")
    return data(healthy("public"), {"Cache-Control": "no-store"})


def announced(request: Request, kind: str) -> Response:
    """A page of a publicity kind as JSON."""
    check_kind(kind)
    begin, end = queries.period(request)
    cursor, limit = queries.cursor(request), queries.limit(request)
    return data(look_up.publicity(kind, day=clock.today(), begin=begin, end=end, cursor=cursor, limit=limit))


def check_kind(kind: str) -> None:
    """Raise `Missing` for a kind of publicity that is not served, with what is."""
    if kind in words.PUBLICITY:
        return
    served = say("、").join(say("{name}（{code}）", name=say(entry.name), code=name) for name, entry in words.PUBLICITY.items())
    if kind in words.COMING:
        coming = say(words.COMING[kind])
        raise problems.Missing("“{kind}”栏目尚未开通", "现在可以查看：{served}。", kind=coming, served=served)
    raise problems.Missing("没有这个公示栏目", "现在可以查看：{served}。", served=served)


def healthy(face: str) -> dict[str, str]:
    """What a health check says of a face that works."""
    return {"status": "ok", "face": face, "city": cities.identity(settings.city()).slug, "today": clock.today().isoformat()}
