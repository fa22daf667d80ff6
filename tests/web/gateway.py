"""Calls an app as API Gateway does: a request becomes a proxy event, the route is found among the app's own."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from chalice import Chalice

if TYPE_CHECKING:
    from tests.infra.functions import Served


@dataclass(frozen=True)
class Answer:
    """What came back. `raw` is the body as it travelled, `body` its text, `cookies` the headers that set some."""

    status: int
    headers: Mapping[str, str]
    raw: bytes
    cookies: tuple[str, ...] = ()

    @property
    def body(self) -> str:
        return (gzip.decompress(self.raw) if self.headers.get("Content-Encoding") == "gzip" else self.raw).decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(
    app: Chalice | Served,
    address: str,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: str | bytes | None = None,
    source_ip: str = "127.0.0.1",
) -> Answer:
    """One request. `address` is percent-encoded where a browser would; LookupError when no route serves its path.

    A body of bytes comes in base64, as the gateway sends it.
    """
    parts = urlsplit(address)
    resource, parameters = _match(app, parts.path)
    query = parse_qs(parts.query, keep_blank_values=True)
    event = {
        "resource": resource,
        "path": parts.path,
        "httpMethod": method,
        "headers": dict(headers or {}),
        "multiValueHeaders": {name: [value] for name, value in (headers or {}).items()},
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": parameters or None,
        "stageVariables": None,
        "body": base64.b64encode(body).decode() if isinstance(body, bytes) else body,
        "isBase64Encoded": isinstance(body, bytes),
        "requestContext": {
            "resourcePath": resource,
            "httpMethod": method,
            "path": "/dev" + parts.path,
            "identity": {"sourceIp": source_ip},
        },
    }
    answer = app(event, None)
    several = answer["multiValueHeaders"]
    assert set(several) <= {"Set-Cookie"}
    body = answer["body"]
    raw = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    return Answer(answer["statusCode"], answer["headers"], raw, tuple(several.get("Set-Cookie", ())))


def _match(app: Chalice | Served, path: str) -> tuple[str, dict[str, str]]:
    segments = path.split("/")
    for resource in sorted(app.routes, key=lambda route: route.count("{")):
        pattern = resource.split("/")
        pairs = list(zip(pattern, segments, strict=False))
        if len(pattern) == len(segments) and all(part.startswith("{") or part == segment for part, segment in pairs):
            return resource, {part[1:-1]: segment for part, segment in pairs if part.startswith("{")}
    raise LookupError(path)
