"""Look-ups for programs, which get the same answers as the pages give, and the health check."""

from __future__ import annotations

from chalice.app import Request, Response

from chalicelib import clock, settings
from chalicelib.services.publication import look_up, search
from chalicelib.web import parameters, problems, queries
from chalicelib.web.answers import as_json, data
from chalicelib.web.routes import Routes

api = Routes(__name__)

UNKNOWN_CODE = (
    "没有查到这个统一社会信用代码对应的主体",
    "代码的形式是对的，但本平台没有该主体的公开信息：它可能不在本市登记，或者代码与要查的单位不符。请核对代码，或者按名称查询。",
)


@api.reads("/api/v1/subjects", parameters.SEARCH)
def subjects(request: Request) -> Response:
    """Organisations by name, former name or code."""
    query, cursor, limit = queries.words(request), queries.cursor(request), queries.limit(request)
    return data(search.search(query, day=clock.today(), cursor=cursor, limit=limit))


@api.reads("/api/v1/subjects/{code}", parameters.SUBJECT)
def subject(request: Request, code: str) -> Response:
    """One organisation with its public records."""
    found = look_up.organisation_as_json(queries.code_in(code), day=clock.today(), cursor=queries.cursor(request))
    if found is None:
        raise problems.Missing(*UNKNOWN_CODE)
    return as_json(found)


@api.reads("/healthz")
def health(request: Request) -> Response:
    """Whether the public face can answer (ready), and whether what it shows is up to date (fresh; null while no job has run)."""
    if not look_up.ready():
        raise problems.Unavailable("数据库没有应答")
    fresh, published = look_up.up_to_date(clock.now())
    facts = {"ready": True, "fresh": fresh, "published_at": published.isoformat() if published else None}
    return data({**healthy("public"), **facts}, {"Cache-Control": "no-store"})


def healthy(face: str) -> dict[str, str]:
    """What a health check says of a face that works."""
    return {"status": "ok", "face": face, "city": settings.slug(), "today": clock.today().isoformat()}
