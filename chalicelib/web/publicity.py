"""What is announced, for people and for programs: the overview, and each kind as page, JSON, CSV and feed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any
from urllib.parse import unquote

from chalice.app import Request, Response

from chalicelib import cities, clock, settings
from chalicelib.law.decisions import Refused
from chalicelib.services.publication import publicity as announcing
from chalicelib.web import atom, cards, language, pages, parameters, pictures, problems, queries, tables, words
from chalicelib.web.answers import NOT_INDEXED, data, page
from chalicelib.web.language import say, told
from chalicelib.web.queries import Filters
from chalicelib.web.routes import Routes

publicity = Routes(__name__)


@publicity.reads("/publicity")
def overview(request: Request) -> Response:
    """What is announced here, and how much of it month by month."""
    found = announcing.overview(day=clock.today())
    charts = {kind: pictures.chart([(month.month, month.count) for month in months]) for kind, months in found.months.items()}
    return page("publicity.html", section="/publicity", charts=charts, counted_at=found.counted_at)


@publicity.reads("/publicity/{kind}")
def announcements(request: Request, kind: str) -> Response:
    """Entries of a publicity kind by their day; with `.json`, `.csv` or `.atom` behind the kind, the same for programs."""
    name, dot, ending = unquote(kind).partition(".")
    if ending not in _ANSWERS or (dot and not ending):
        raise problems.Missing("没有这种格式", "可以用的是网页，以及 .json、.csv 和 .atom。")
    return _ANSWERS[ending](request, name)


@publicity.reads("/api/v1/publicity/{kind}", parameters.PUBLICITY)
def for_programs(request: Request, kind: str) -> Response:
    """Entries of a publicity kind by their day."""
    return as_json(request, unquote(kind))


def as_json(request: Request, kind: str) -> Response:
    """An answer of publicity as JSON."""
    return data(_found(request, kind, parameters.PUBLICITY))


def _as_csv(request: Request, kind: str) -> Response:
    """A page of a kind, or with `month` the whole month, as a file. What does not fit into one answer goes on by a link header."""
    check_kind(kind)
    month = queries.month(request)
    found = _found(request, kind, parameters.FILE, month)
    name = f"{kind}-{month:%Y-%m}.csv" if month else f"{kind}.csv"
    headers: dict[str, str | list[str]] = {
        "Content-Type": tables.CSV,
        "Content-Disposition": f'attachment; filename="{name}"',
        **NOT_INDEXED,
    }
    if found["next"]:
        sent = {part: queries.given(request, part) for part in ("month", "from", "to", "body", "field", "limit")}
        headers["Link"] = f'<{language.address(f"/publicity/{kind}.csv", **sent, cursor=found["next"])}>; rel="next"'
    return Response(tables.csv_of(kind, found["items"]), headers)


def _as_atom(request: Request, kind: str) -> Response:
    """What was published last of a kind, as a feed."""
    check_kind(kind)
    queries.refuse_unknown(request, parameters.FEED)
    asked, cursor = queries.filters(request), queries.cursor(request)
    limit = queries.limit(request, usual=parameters.LARGEST_LIMIT)
    found = announcing.newest(kind, day=clock.today(), **asdict(asked), cursor=cursor, limit=limit)
    filters = {part: queries.given(request, part) for part in ("from", "to", "body", "field", "limit")}
    text = atom.feed(kind, found, cities.identity(settings.city()), filters)
    return Response(text, {"Content-Type": atom.ATOM, **NOT_INDEXED})


def _as_page(request: Request, kind: str) -> Response:
    """A page of a kind for people; wrong input is told in its form."""
    check_kind(kind)
    today = clock.today()
    facts: dict[str, Any] = {
        "section": "/publicity",
        "kind": kind,
        "months": _months(today),
        "filters": Filters(),
        "typed": _typed(request),
    }
    facts |= {"error": None, "wrong": "", "found": None, "cards": [], "more": False, "bodies": {}, "sent": {}}
    try:
        filters, cursor = queries.filters(request), queries.cursor(request)
        facts |= {"filters": filters, "more": bool(cursor), "sent": _sent(filters)}
        found = announcing.announced(kind, day=today, **asdict(filters), cursor=cursor, limit=parameters.USUAL_LIMIT)
        facts |= {"found": found, "cards": [cards.announced(entry) for entry in found["items"]], "bodies": _bodies(found["items"])}
    except Refused as refusal:
        return problems.refused_form(
            pages.render("announcements.html", **facts | {"error": told(refusal), "wrong": queries.wrong_filter(request)})
        )
    return page("announcements.html", NOT_INDEXED, **facts)


_ANSWERS: Mapping[str, Callable[[Request, str], Response]] = {"": _as_page, "json": as_json, "csv": _as_csv, "atom": _as_atom}


def check_kind(kind: str) -> None:
    """Raise `Missing` for a kind of publicity that there is not, with those that there are."""
    if kind not in words.PUBLICITY:
        served = language.listed(say("{name}（{code}）", name=say(entry.name), code=code) for code, entry in words.PUBLICITY.items())
        raise problems.Missing("没有这个公示栏目", "可以查看：{served}。", served=served)


def _found(request: Request, kind: str, known: tuple[parameters.Parameter, ...], month: date | None = None) -> dict[str, Any]:
    """What a program asks for."""
    check_kind(kind)
    queries.refuse_unknown(request, known)
    filters, cursor, limit = queries.filters(request), queries.cursor(request), queries.limit(request)
    today = clock.today()
    if month:
        return announcing.of_month(kind, month, day=today, body=filters.body, field=filters.field, cursor=cursor)
    return announcing.announced(kind, day=today, **asdict(filters), cursor=cursor, limit=limit)


def _sent(filters: Filters) -> dict[str, Any]:
    """The filters as they stand in a link."""
    return {"from_": filters.begin, "to": filters.end, "body": filters.body, "field": filters.field}


def _typed(request: Request) -> dict[str, str]:
    """The filters as they were typed, for the form: also what is wrong in them stays there to be mended."""
    return {name: queries.may_repeat(queries.given(request, name)) for name in ("from", "to", "body", "field")}


def _bodies(entries: list[dict[str, Any]]) -> dict[str, str]:
    """The bodies that decided what a page shows, by code: each leads to its own entries."""
    bodies = {}
    for entry in entries:
        content, provider = entry["content"], entry["provider"]
        code = content.get("authority_code") or content.get("recogniser_code")
        bodies[code or provider["code"]] = atom.authority_of(entry) if code else provider["name"]
    return bodies


def _months(today: date) -> list[tuple[str, date, date]]:
    """This month and the last, each with its first and last day."""
    first = today.replace(day=1)
    last_month = first - timedelta(days=1)
    return [("本月", first, today), ("上月", last_month.replace(day=1), last_month)]
