"""The pages on which whoever received a report finds out whether it is genuine: by number and check code, or by the file."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, unquote

from chalice.app import Request, Response

from chalicelib import clock
from chalicelib.services.reporting import verify as verifying
from chalicelib.services.reporting.verify import LARGEST_FILE, Verdict
from chalicelib.web import parameters, problems
from chalicelib.web.answers import NOT_INDEXED, data, page
from chalicelib.web.routes import Routes

ROOM_AROUND = 4096
"""Bytes that a form adds to the file in it."""
PRIVATE = {**NOT_INDEXED, "Cache-Control": "no-store"}
_LARGEST_WORDS = 200
_MOST_PARTS, _LONGEST_HEAD = 8, 2000
"""Parts of a form, and bytes that stand before the content of one."""
_EDGE = re.compile(r'boundary="?([^";,\s]{1,70})', re.IGNORECASE)
_OF_FILE = re.compile(rb'^Content-Disposition:[^\r\n]*[; ]name="?file"?(?:[;\r]|$)', re.IGNORECASE | re.MULTILINE)

verify = Routes(__name__)


@verify.reads("/verify")
def form(request: Request) -> Response:
    """The two forms: number and check code, or the file; and how to check it without us."""
    return _answered(None)


@verify.takes("/verify")
def check(request: Request) -> Response:
    """The verdict on what a form sent: a number with its check code, or a file, which is hashed and not kept."""
    given = request.raw_body
    body = given.encode() if isinstance(given, str) else given
    type_ = str(request.headers.get("Content-Type") or "")
    if len(body) > LARGEST_FILE + ROOM_AROUND:
        raise problems.Declined(problems.TOO_LARGE, "文件超过 {most} MB：报告没有这么大，请核对文件", most=LARGEST_FILE // (1 << 20))
    match type_.partition(";")[0].strip().lower():
        case "application/x-www-form-urlencoded":
            words = parse_qs(body[: 8 * _LARGEST_WORDS].decode("utf-8", "replace"))
            number, code = (words.get(name, [""])[-1] for name in ("number", "code"))
            return _answered(verifying.by_code(number, code, day=clock.today()))
        case "multipart/form-data":
            return _answered(verifying.by_file(_file(type_, body), day=clock.today()), by_file=True)
        case _:
            raise problems.Declined(problems.OTHER_CONTENT_TYPE, "请用核验页的表单提交报告编号和校验码，或者文件")


@verify.reads("/verify/certificate")
def certificate(request: Request) -> Response:
    """The certificates that have signed reports, for checking a file without us."""
    found = verifying.certificates()
    if not found:
        raise problems.Missing("还没有出具过报告，所以没有证书")
    named: dict[str, Any] = {
        "Content-Type": "application/x-pem-file",
        "Content-Disposition": 'attachment; filename="report-certificates.pem"',
    }
    return Response(found, named)


@verify.reads("/verify/{number}/{code}")
def scanned(request: Request, number: str, code: str) -> Response:
    """The verdict on a number and code, where the QR code of a report leads."""
    return _answered(verifying.by_code(unquote(number), unquote(code), day=clock.today()))


@verify.reads("/api/v1/verify/{number}/{code}", parameters.PLAIN)
def for_programs(request: Request, number: str, code: str) -> Response:
    """The same verdict for programs."""
    return data(verifying.by_code(unquote(number), unquote(code), day=clock.today()).as_facts(), PRIVATE)


def _answered(verdict: Verdict | None, *, by_file: bool = False) -> Response:
    facts: dict[str, Any] = {"verdict": verdict, "by_file": by_file, "largest": LARGEST_FILE // (1 << 20)}
    return page("verify.html", PRIVATE, section=None, certified=bool(verifying.certificates()), **facts)


def _file(type_: str, body: bytes) -> bytes:
    """The file in a form; empty when there is none, which no report is.

    Cut at the edges and nothing more: a parser of whole messages can be kept busy for minutes by what fits into one form.
    """
    edge = _EDGE.search(type_)
    if edge is None:
        return b""
    parts = (b"\r\n" + body).split(b"\r\n--" + edge[1].encode("latin-1", "replace"), _MOST_PARTS)
    heads = (part.partition(b"\r\n\r\n") for part in parts[1:_MOST_PARTS])
    return next((content for head, _, content in heads if len(head) <= _LONGEST_HEAD and _OF_FILE.search(head)), b"")
