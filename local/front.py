"""The HTTP front of one machine: a WSGI app that runs both faces behind one port, as CloudFront and API Gateway do in the cloud."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from chalice.app import Chalice, Response

from local.gateway import HttpAnswer, HttpRequest, Routes, answer, call, thread_safe

LARGEST_BODY = 6 * 1024 * 1024
"""Bytes of a request body: Lambda takes no larger event."""

_LOG = logging.getLogger("mingxin.front")
_UNRESERVED = "/%:@!$&'()*+,;=~-._"


class Front:
    """Answers every request of both faces. `face_of` says which face serves a path, `unknown_path` answers where no route does.

    `turned_down` answers a call that comes too often, by path and address, and is None for every other. Both of them answer in
    the language that `lang` in the address asks for. `let_through` says what of a path's query and cookies reaches its face; by
    default all.
    """

    def __init__(
        self,
        apps: Mapping[str, Chalice],
        face_of: Callable[[str], str],
        unknown_path: Callable[[str, str], Response],
        let_through: Callable[[str, str, str], tuple[str, str]] = lambda path, query, cookies: (query, cookies),
        turned_down: Callable[[str, str, str], Response | None] = lambda path, address, language: None,
    ) -> None:
        self._apps = {face: thread_safe(app) for face, app in apps.items()}
        self._routes = {face: Routes(app.routes) for face, app in apps.items()}
        self._face_of = face_of
        self._unknown_path = unknown_path
        self._let_through = let_through
        self._turned_down = turned_down

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """One request (WSGI)."""
        try:
            given = self._answer(environ)
        except Exception:  # noqa: BLE001 (the last place before the server)
            _LOG.exception("A request failed in the front.")
            given = problem(500, "unexpected", "服务出错", "系统暂时无法处理这个请求，请稍后再试。")
        start_response(f"{given.status} {_phrase(given.status)}", _headers(given))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [given.body]

    def _answer(self, environ: dict[str, Any]) -> HttpAnswer:
        language = dict(parse_qsl(environ.get("QUERY_STRING", ""))).get("lang", "")
        if not environ["PATH_INFO"].startswith("/"):  # `OPTIONS *` asks about the server and names no page
            return answer(self._unknown_path("/", language).to_dict([]))
        too_often = self._turned_down(environ["PATH_INFO"], environ.get("REMOTE_ADDR", ""), language)
        if too_often is not None:
            return answer(too_often.to_dict([]))
        if int(environ.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
            return problem(413, "too-large", "内容过大", "提交的内容超过 6 MB，请分批提交。")
        request = self._admitted(_request(environ))
        face = self._face_of(request.path)
        match = self._routes[face].find(request.path)
        if match is None:
            return answer(self._unknown_path(request.path, language).to_dict([]))
        return call(self._apps[face], request, match)

    def _admitted(self, request: HttpRequest) -> HttpRequest:
        query, cookies = self._let_through(request.path, request.query, request.headers.get("Cookie", ""))
        headers = {name: value for name, value in request.headers.items() if name != "Cookie"}
        return replace(request, query=query, headers={**headers, "Cookie": cookies} if cookies else headers)


def problem(status: int, name: str, title: str, detail: str) -> HttpAnswer:
    """An error that the front itself finds, as RFC 9457 tells it. A method that a route does not take is left to the app."""
    body = {"type": f"/problems/{name}", "title": title, "status": status, "detail": detail}
    headers = (("Content-Type", "application/problem+json"), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"))
    return HttpAnswer(status, headers, json.dumps(body, ensure_ascii=False).encode())


def _request(environ: dict[str, Any]) -> HttpRequest:
    raw = urlsplit(environ.get("REQUEST_URI") or quote(environ["PATH_INFO"], encoding="latin-1"))
    headers = {key[5:].replace("_", "-").title(): value for key, value in environ.items() if key.startswith("HTTP_")}
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").title()] = environ[name]
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return HttpRequest(
        method=environ["REQUEST_METHOD"],
        path=quote(raw.path or "/", safe=_UNRESERVED, encoding="latin-1"),
        query=quote(environ.get("QUERY_STRING", ""), safe=_UNRESERVED + "?[]", encoding="latin-1"),
        headers=headers,
        body=environ["wsgi.input"].read(length) if length else b"",
        source_ip=environ.get("REMOTE_ADDR", "127.0.0.1"),
    )


def _headers(given: HttpAnswer) -> list[tuple[str, str]]:
    headers = [(name, value) for name, value in given.headers if name.lower() != "content-length"]
    if given.status not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
        headers.append(("Content-Length", str(len(given.body))))
    return headers


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
