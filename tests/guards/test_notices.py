"""Every row of the table of reminders is in words, is shown to arrive by a test, and is not sent where it can be settled before."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from chalicelib.law.reminders import TABLE
from chalicelib.services.telling.notice_texts import TEXTS

TESTS = Path(__file__).resolve().parent.parent
KINDS = [row.kind for row in TABLE]


def _marked(mark: str) -> Iterator[str]:
    """The kinds that tests name by a mark."""
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == f"pytest.mark.{mark}":
                for argument in node.args:
                    if isinstance(argument, ast.Constant):
                        yield str(argument.value)
                    else:
                        assert ast.unparse(argument) == "*OF_CASES", f"{path.name}: a mark names kinds as words"
                        yield from (row.kind for row in TABLE if row.thing == "case")


def test_every_row_is_shown_to_arrive_and_no_test_names_another() -> None:
    assert sorted(set(_marked("notice"))) == sorted(KINDS)


def test_every_row_that_can_be_settled_in_the_meantime_is_shown_not_to_be_sent_then() -> None:
    assert sorted(set(_marked("settles"))) == sorted(row.kind for row in TABLE if row.thing)


def test_every_row_has_its_words_and_nothing_else_has() -> None:
    assert sorted(TEXTS) == sorted(KINDS)
