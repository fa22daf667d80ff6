"""Reads the forms that people send: a few short fields, each once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from urllib.parse import parse_qs

from chalice.app import Request

from chalicelib.law.decisions import Refused
from chalicelib.web import bodies

TOKEN = "token"  # noqa: S105 - the name of the field
"""The field in which every form proves that it is ours."""
LARGEST = 200_000
"""Bytes."""
MOST_FIELDS = 100
FILES = "multipart/form-data"
"""The type of forms that bring files."""


def fields(request: Request) -> dict[str, list[str]]:
    """Every field of a form with its values, without the spaces around them; empty ones are left out."""
    if bodies.content_type(request) == FILES:
        from chalicelib.web import uploads  # few forms bring files

        return _tidied(uploads.read(request).fields)
    raw = request.raw_body
    body = raw if isinstance(raw, bytes) else str(raw or "").encode()
    if len(body) > LARGEST:
        raise Refused("提交的内容太长：请缩短后再提交")
    try:
        found = parse_qs(body.decode(), max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise Refused("提交的表单读不懂：请打开页面重新填写") from error
    return _tidied(found)


def _tidied(found: dict[str, list[str]]) -> dict[str, list[str]]:
    stripped = {name: [value.strip() for value in values] for name, values in found.items()}
    return {name: values for name, values in stripped.items() if any(values)}


def field(request: Request, name: str) -> str:
    """One field; empty when it is absent."""
    return fields(request).get(name, [""])[0]


def day(form: Mapping[str, str], name: str) -> date:
    """A day in a form; `Refused` when it is none."""
    try:
        return date.fromisoformat(form.get(name, ""))
    except ValueError as error:
        raise Refused("请填写日期，例如 2026-12-31") from error


def whole_number(form: Mapping[str, str], name: str) -> int:
    """A whole number of few digits in a form; `Refused` when it is none."""
    text = form.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise Refused("请填写次数，例如 1")
    return int(text)
