"""What a form asks for: done, and on to a page; or the page again, with what was wrong; or word that there is no such thing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chalice.app import Response

from chalicelib.law.decisions import Refused
from chalicelib.web import problems
from chalicelib.web.language import address, told


def taken(step: Callable[[], object], onward: str, again: Callable[[str], Response]) -> Response:
    """Take a step and go on to a page; when it is refused, the page `again` with the reason in the reader's language."""
    try:
        step()
    except Refused as refusal:
        return again(told(refusal))
    raise problems.Elsewhere(address(onward))


@contextmanager
def known(unknown: type[Exception], title: str, what: str = "请从列表中选择。") -> Iterator[None]:
    """Say it as a problem when what is done inside finds that there is no such thing: its title, and what to do."""
    try:
        yield
    except unknown as error:
        raise problems.Missing(title, what) from error
