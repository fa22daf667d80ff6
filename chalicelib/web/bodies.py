"""Reads the bodies that programs send: their content type, and no more than an address takes."""

from __future__ import annotations

from chalice.app import Request

from chalicelib.web import problems

MEGABYTE = 1 << 20


def content_type(request: Request) -> str:
    """The content type; a charset beside it is not needed: the content tells."""
    return (request.headers.get("Content-Type") or "").partition(";")[0].strip().lower()


def body(request: Request, largest: int) -> bytes:
    """The body of at most `largest` bytes; `Declined` when it is more."""
    raw = request.raw_body
    found: bytes = raw.encode() if isinstance(raw, str) else raw
    if len(found) > largest:
        raise problems.Declined(problems.TOO_LARGE, "请求正文超过 {most} MB，请分批提交", most=largest // MEGABYTE)
    return found


def json_body(request: Request, largest: int) -> bytes:
    """The same, of a body that says that it is JSON."""
    if content_type(request) != "application/json":
        raise problems.Declined(problems.OTHER_CONTENT_TYPE, "请求正文应为 application/json，请在 Content-Type 中写明")
    return body(request, largest)
