"""Reads forms that bring a file (`multipart/form-data`)."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from chalice.app import Request
from multipart import MultipartError, MultipartParser, parse_options_header

from chalicelib.law.decisions import Refused
from chalicelib.web import bodies, forms

LARGEST_FORM = 6 << 20
"""Bytes: no more reaches a function anyway."""
MOST_PARTS = 1000


@dataclass(frozen=True)
class Sent:
    """The fields of a form with their values, and its files by the names of their fields; an empty choice of a file is none."""

    fields: dict[str, list[str]]
    files: dict[str, bytes]


def file(request: Request, name: str) -> bytes | None:
    """The file under a name; None when none was chosen."""
    return read(request).files.get(name) if bodies.content_type(request) == forms.FILES else None


def files(request: Request, name: str) -> tuple[bytes, ...]:
    """The files of the fields whose names begin with a name, in the order of the form; none when the form brings none."""
    if bodies.content_type(request) != forms.FILES:
        return ()
    return tuple(content for field, content in read(request).files.items() if field.startswith(name))


def read(request: Request) -> Sent:
    """A form of this type; `Refused` when it cannot be read."""
    raw = request.raw_body
    body = raw if isinstance(raw, bytes) else str(raw or "").encode()
    _, options = parse_options_header(request.headers.get("Content-Type") or "")
    sent = Sent({}, {})
    try:
        parts = MultipartParser(
            BytesIO(body), options.get("boundary", ""), part_limit=MOST_PARTS, spool_limit=LARGEST_FORM, memory_limit=LARGEST_FORM
        )
        for part in parts:
            if part.filename is None:
                sent.fields.setdefault(part.name, []).append(part.value)
            elif part.size:
                sent.files[part.name] = part.raw
    except (MultipartError, ValueError) as error:
        raise Refused("提交的表单读不懂：请打开页面重新填写") from error
    return sent
