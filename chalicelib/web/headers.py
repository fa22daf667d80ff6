"""What every answer carries: protection in the browser, and how long it may be kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from chalice.app import Request, Response

from chalicelib import clock
from chalicelib.web import coding, language, problems
from chalicelib.web.routes import SERVING

LONGEST_CACHE = 60
"""Seconds for which a page of public data may be kept at most."""

SAFETY: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Strict-Transport-Security": "max-age=31536000",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


def add_safety(response: Response) -> None:
    """Put the headers on that every answer has, whatever it is."""
    response.headers.update(SAFETY)


def finish(face: str) -> Callable[[Request | None, Callable[[Request | None], Response]], Response]:
    """The middleware that every answer of a face passes last."""

    def finished(request: Request | None, get_response: Callable[[Request | None], Response]) -> Response:
        day = clock.today()
        SERVING.set(request)
        language.READER.set(language.reader_of(request, program=problems.wants_json(request)))
        try:
            response = problems.tidied(get_response(request), request)
        finally:
            SERVING.set(None)
            language.READER.set(language.Reader())
            problems.MEMBER.set(None)
        add_safety(response)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = _kept(day) if face == "public" and response.status_code < 400 else "no-store"
        if face == "public":
            response = coding.travelling(response, request, day)
        if request is not None and request.method == "HEAD":
            response = Response("", response.headers, response.status_code)
        return response

    return finished


def _kept(day: date) -> str:
    """How long an answer that was begun on a day may be kept: up to a minute, never past midnight, and never a moment longer.

    `must-revalidate` forbids every cache to use it later, also one that cannot reach us (RFC 9111, 5.2.2.2). CloudFront hands
    out what has expired when we answer with an error, unless `stale-if-error=0` (RFC 5861, 4) says that it may for no second.
    """
    # An answer that was begun yesterday is yesterday's: nobody may keep it.
    seconds = min(LONGEST_CACHE, clock.seconds_left(day))
    return f"public, max-age={seconds}, must-revalidate, stale-if-error=0"
