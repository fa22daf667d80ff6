"""What every answer carries: protection in the browser, and how long it may be kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chalice.app import Request, Response

from chalicelib import clock
from chalicelib.web import language, problems
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
        add_safety(response)
        if "Cache-Control" not in response.headers:
            public = face == "public" and response.status_code < 400
            left = clock.seconds_to_midnight()
            # An answer that was begun yesterday is yesterday's: nobody may keep it.
            seconds = min(LONGEST_CACHE, left) if clock.today() == day else 0
            response.headers["Cache-Control"] = f"public, max-age={seconds}" if public else "no-store"
        if request is not None and request.method == "HEAD":
            response.body = ""
        return response

    return finished
