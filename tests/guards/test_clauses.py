"""The table of clauses and the tests hold each other: what is covered is cited, what is cited exists and is not called planned."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from local.docs import ROOT, Citation, citations, clauses, conformance

TABLE = {clause.id: clause for clause in clauses()}
CITED = citations()


def test_every_clause_stands_once_with_its_duty_and_state() -> None:
    assert [name for name, count in Counter(clause.id for clause in clauses()).items() if count > 1] == []
    assert [clause.id for clause in clauses() if clause.state not in ("covered", "planned") or not clause.duty.strip()] == []


def test_every_covered_clause_is_cited_by_a_test() -> None:
    cited = {citation.clause for citation in CITED}
    assert [clause.id for clause in TABLE.values() if clause.state == "covered" and clause.id not in cited] == []


def test_every_cited_clause_stands_in_the_table() -> None:
    assert sorted({f"{citation.clause} in {citation.test}" for citation in CITED if citation.clause not in TABLE}) == []


def test_no_cited_clause_is_still_called_planned() -> None:
    cited = {citation.clause for citation in CITED}
    assert sorted(name for name in cited & TABLE.keys() if TABLE[name].state == "planned") == [], "say covered in tests/clauses.toml"


def test_the_conformance_page_is_up_to_date() -> None:
    page = ROOT / "docs" / "conformance.md"
    assert page.read_text(encoding="utf-8") == conformance(clauses(), CITED), "run `make docs`"


def test_marks_are_found_on_tests_classes_modules_and_rows(tmp_path: Path) -> None:
    source = """
import pytest
pytestmark = pytest.mark.clause("A-1")

@pytest.mark.clause("A-2", "A-3")
def test_one(): ...

@pytest.mark.clause("A-4")
class TestMany:
    @pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.clause("A-5"))])
    async def test_two(self, n): ...

@pytest.mark.other("A-6")
def test_three(): ...
"""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_sample.py").write_text(source, encoding="utf-8")
    file = "tests/test_sample.py"
    assert citations(tmp_path / "tests") == (
        Citation("A-1", file),
        Citation("A-2", f"{file}::test_one"),
        Citation("A-3", f"{file}::test_one"),
        Citation("A-4", f"{file}::TestMany"),
        Citation("A-5", f"{file}::TestMany::test_two"),
    )


@pytest.mark.parametrize("state", ["covered", "planned"])
def test_the_page_counts_what_is_covered(state: str) -> None:
    chosen = [clause for clause in clauses() if clause.state == state]
    covered = len(chosen) if state == "covered" else 0
    assert f"{covered} of {len(chosen)} are" in conformance(chosen, ())
