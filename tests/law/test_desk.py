"""Who may do what at the desk, by role; what an officer must have looked at; the rule of two persons."""

from __future__ import annotations

import pytest

from chalicelib.law import desk, two_persons
from chalicelib.law.decisions import Refused
from chalicelib.records.identifiers import Identifier
from tests.services.rows import a_code, a_person_number

PERSON = a_person_number("19900615")


@pytest.mark.parametrize(
    ("roles", "tasks"),
    [
        (
            ["officer"],
            (
                "counter mandates written-consents objections complaints special-needs lists measures "
                "typical-cases merges case-reports notices repairs batches bulletin jobs"
            ),
        ),
        ([f"provider:{a_code()}"], "verifications tips special-needs lists promises notices repairs records submissions batches declared"),
        (["supervisor"], "appeals case-reports notices bulletin jobs"),
        (["handler"], "tips"),
        ([], ""),
    ],
)
def test_each_role_has_its_tasks(roles: list[str], tasks: str) -> None:
    assert [task.path.removeprefix("/desk/") for task in desk.tasks_of(roles)] == tasks.split()


@pytest.mark.clause("NT-22")
@pytest.mark.parametrize(
    ("document", "number", "shown"),
    [
        ("resident_id", PERSON, Identifier("resident_id", PERSON)),
        ("passport", "E12345678", Identifier("passport", "E12345678")),
        ("representative", a_code(), Identifier("uscc", a_code())),
        ("agent", a_code(), Identifier("uscc", a_code())),
    ],
)
def test_the_document_says_what_kind_of_number_it_bears(document: str, number: str, shown: Identifier) -> None:
    assert desk.number_on(document, number) == shown


@pytest.mark.clause("NT-22")
@pytest.mark.parametrize(("document", "number"), [("", PERSON), ("resident_id", a_code()), ("agent", PERSON), ("resident_id", "1")])
def test_a_number_that_the_document_cannot_bear_is_refused(document: str, number: str) -> None:
    with pytest.raises(Refused):
        desk.number_on(document, number)


@pytest.mark.parametrize(("length", "taken"), [(0, False), (1, True), (200, True), (201, False)])
def test_a_reason_has_one_to_two_hundred_characters(length: int, taken: bool) -> None:
    text = "因" * length
    if taken:
        assert desk.checked_reason(f" {text} ") == text
    else:
        with pytest.raises(Refused, match="1至200个字"):
            desk.checked_reason(text)


@pytest.mark.clause("NT-22")
def test_who_enters_something_never_confirms_it() -> None:
    two_persons.refuse_own("p_1", "p_2")
    with pytest.raises(Refused, match="另一名经办人"):
        two_persons.refuse_own("p_1", "p_1")
