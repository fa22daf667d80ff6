"""Reads the forms that people send, and those that were kept because they came after the session had ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from urllib.parse import parse_qs

from chalice.app import Request

from chalicelib.law.decisions import Refused
from chalicelib.services.identity import drafts
from chalicelib.services.identity.people_sessions import Session
from chalicelib.web import bodies

TOKEN = "token"  # noqa: S105 - the name of the field
"""The field in which every form proves that it is ours."""
LARGEST = 200_000
"""Bytes."""
MOST_FIELDS = 1000
FILES = "multipart/form-data"
"""The type of forms that bring files."""
LONG = frozenset({"/me/reports", "/me/queries/complaints", "/me/delegations", "/me/objections"})
"""The routes whose forms take so long to fill in that they are kept when the session has ended meanwhile. Each also shows its form."""


@dataclass(frozen=True)
class Form:
    """What stands in a form when it is shown. `draft` says whether it was kept: `back` when it is given back here, `other` when it
    waits until its person acts for the same again."""

    fields: Mapping[str, Sequence[str]]
    draft: Literal["", "back", "other"] = ""

    def one(self, name: str) -> str:
        """The first value of a field; empty when it is absent."""
        return next(iter(self.many(name)), "")

    def many(self, name: str) -> Sequence[str]:
        """All values of a field."""
        return self.fields.get(name, ())

    @property
    def firsts(self) -> Mapping[str, str]:
        """The first value of every field."""
        return {name: values[0] for name, values in self.fields.items()}


def sent(request: Request) -> Form:
    """The form that came, without the token that proved it."""
    return Form({name: values for name, values in fields(request).items() if name != TOKEN})


def kept(session: Session, page: str) -> Form:
    """The form of a page to begin with: as it was kept for who is signed in, else empty."""
    draft = drafts.find(session, page)
    if draft is None:
        return Form({})
    return Form(draft.fields, "back") if draft.acting_for == session.acting_for else Form({}, "other")


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
