"""What API Gateway does in the cloud: finds the route of a path, makes an event of a request and an answer of what comes back."""

from __future__ import annotations

import base64
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from chalice.app import Chalice


@dataclass(frozen=True)
class HttpRequest:
    """One request as it came. `path` is percent-encoded, `query` is what follows the question mark."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    source_ip: str = "127.0.0.1"


@dataclass(frozen=True)
class HttpAnswer:
    """One answer: a header that occurs twice is there twice."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first value of a header, or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True)
class Match:
    """The route that serves a path, the methods it takes, and its parameters, still percent-encoded."""

    route: str
    methods: frozenset[str]
    parameters: Mapping[str, str]


class Routes:
    """Finds the route of a path. Segment by segment a literal wins over a parameter; a parameter is never empty."""

    def __init__(self, routes: Mapping[str, Iterable[str]]) -> None:
        split = [(_segments(route), route, frozenset(methods)) for route, methods in routes.items()]
        self._routes = sorted(split, key=lambda entry: [_is_parameter(segment) for segment in entry[0]])

    def find(self, path: str) -> Match | None:
        """The one route for this path, or None. A slash at the end makes no difference."""
        wanted = _segments(path)
        for segments, route, methods in self._routes:
            parameters = _parameters(segments, wanted)
            if parameters is not None:
                return Match(route, methods, parameters)
        return None


def _segments(path: str) -> list[str]:
    return (path[:-1] if path.endswith("/") else path).split("/")[1:]


def _is_parameter(segment: str) -> bool:
    return segment.startswith("{") and segment.endswith("}")


def _parameters(segments: list[str], wanted: list[str]) -> dict[str, str] | None:
    """What the parameters of a route stand for in a path; None when the route is not the path's."""
    if len(segments) != len(wanted):
        return None
    found: dict[str, str] = {}
    for segment, value in zip(segments, wanted, strict=True):
        if _is_parameter(segment) and value:
            found[segment[1:-1]] = value
        elif segment != value:
            return None
    return found


class _OneRequestPerThread:
    """Keeps what Chalice writes onto the app during a call in the calling thread, so that threads never see each other's request."""

    _here = threading.local()

    @property
    def current_request(self) -> Any:
        return getattr(self._here, "request", None)

    @current_request.setter
    def current_request(self, value: Any) -> None:
        self._here.request = value

    @property
    def lambda_context(self) -> Any:
        return getattr(self._here, "context", None)

    @lambda_context.setter
    def lambda_context(self, value: Any) -> None:
        self._here.context = value


def thread_safe(app: Chalice) -> Chalice:
    """The same app, made safe for many threads. In the cloud each Lambda environment takes one request at a time, so Chalice is not."""
    if not isinstance(app, _OneRequestPerThread):
        app.__class__ = type(type(app).__name__, (_OneRequestPerThread, type(app)), {})
    return app


@dataclass(frozen=True)
class Context:
    """What Lambda tells a function about its call."""

    function_name: str
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    memory_limit_in_mb: int = 1024

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds left: on one machine nothing ends a slow call."""
        return 29_000


def event(request: HttpRequest, match: Match) -> dict[str, Any]:
    """The event of a REST API's proxy integration, version 1.0. Every body is base64, as with `*/*` among the binary media types.

    HEAD is asked as GET where that is served, so that the length of the body is known; the front leaves the body out.
    """
    pairs = parse_qsl(request.query, keep_blank_values=True, errors="replace")
    method = "GET" if request.method == "HEAD" and "GET" in match.methods else request.method
    return {
        "resource": match.route,
        "path": request.path,
        "httpMethod": method,
        "headers": dict(request.headers),
        "multiValueHeaders": {name: [value] for name, value in request.headers.items()},
        "queryStringParameters": dict(pairs) or None,
        "multiValueQueryStringParameters": _gathered(pairs) or None,
        "pathParameters": dict(match.parameters) or None,
        "stageVariables": None,
        "body": base64.b64encode(request.body).decode("ascii") if request.body else None,
        "isBase64Encoded": bool(request.body),
        "requestContext": {
            "resourcePath": match.route,
            "httpMethod": method,
            "path": request.path,
            "protocol": "HTTP/1.1",
            "requestId": str(uuid.uuid4()),
            "stage": "local",
            "identity": {"sourceIp": request.source_ip, "userAgent": request.headers.get("User-Agent")},
        },
    }


def _gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def answer(result: Mapping[str, Any]) -> HttpAnswer:
    """The answer in what a Lambda proxy integration returned."""
    body = result.get("body") or b""
    if result.get("isBase64Encoded"):
        body = base64.b64decode(body)
    elif isinstance(body, str):
        body = body.encode("utf-8")
    single = [(name, str(value)) for name, value in (result.get("headers") or {}).items()]
    several = [(name, str(value)) for name, values in (result.get("multiValueHeaders") or {}).items() for value in values]
    return HttpAnswer(int(result["statusCode"]), tuple(single + several), body)


def call(app: Callable[[Any, Any], Mapping[str, Any]], request: HttpRequest, match: Match) -> HttpAnswer:
    """One request through an app, as in the cloud."""
    return answer(app(event(request, match), Context(getattr(app, "app_name", "mingxin"))))
