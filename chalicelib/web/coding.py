"""How an answer travels: with a validator, so that what is unchanged is not sent again, and compressed for who can read that.

Only for the public face: its answers hold nothing secret that the length of a compressed answer could betray.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from datetime import date
from typing import Any

from chalice.app import Request, Response

SMALLEST = 1024
"""Bytes from which compressing pays."""
LEVEL = 1
"""Of a page of 20 records level 6 makes an eighth less than level 1 (4.1 and 4.8 KB of 42), and takes three times as long."""
_COMPRESSIBLE = re.compile(r"text/|application/(json|atom\+xml)|image/svg\+xml")
_ETAG = re.compile(r'(?:W/)?("[^"]*")')


class Bytes(Response):
    """An answer whose body is bytes: in base64, as Lambda hands bytes to the gateway, whatever their media type."""

    def to_dict(self, binary_types: list[str] | None = None) -> dict[str, Any]:
        """The answer as the gateway takes it."""
        answer: dict[str, Any] = super().to_dict()
        return {**answer, "body": base64.b64encode(self.body).decode("ascii"), "isBase64Encoded": True}


def travelling(response: Response, request: Request | None, day: date) -> Response:
    """A good answer as it travels: 304 when the asker has it already, else compressed if it reads gzip. Other answers as they are."""
    if response.status_code != 200 or not isinstance(response.body, str) or "no-store" in response.headers.get("Cache-Control", ""):
        return response
    body, type_ = response.body.encode(), str(response.headers.get("Content-Type", ""))
    etag = _etag(body, day, type_, str(response.headers.get("Content-Language", "")))
    response.headers |= {"ETag": etag, "Vary": "Accept-Encoding"}
    if request is None:
        return response
    if _has(request.headers.get("If-None-Match"), etag):
        kept = {name: value for name, value in response.headers.items() if not name.startswith("Content-") or name == "Content-Location"}
        return Response("", kept, 304)
    if len(body) < SMALLEST or not _reads_gzip(request.headers.get("Accept-Encoding")):
        return response
    if not _COMPRESSIBLE.match(type_):
        return response
    return Bytes(gzip.compress(body, LEVEL, mtime=0), {**response.headers, "Content-Encoding": "gzip"})


def _etag(body: bytes, day: date, *said: str) -> str:
    """A weak validator: the same for an answer compressed and not, another on another day or in another language."""
    # Processors know SHA-256: it takes a quarter of the time of others.
    digest = hashlib.sha256("\n".join((day.isoformat(), *said, "")).encode())
    digest.update(body)
    return f'W/"{digest.hexdigest()[:24]}"'


def _has(held: str | None, present: str) -> bool:
    """Whether the asker holds the present answer (RFC 9110, 13.1.2: weak comparison)."""
    if held is None:
        return False
    return held.strip() == "*" or present.removeprefix("W/") in _ETAG.findall(held)


def _reads_gzip(accepted: str | None) -> bool:
    """Whether gzip is accepted (RFC 9110, 12.5.3): named, or covered by a star, and with a weight above zero."""
    weights = {}
    for part in (accepted or "").lower().split(","):
        coding, _, parameters = part.partition(";")
        weights[coding.strip()] = _weight(parameters)
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
