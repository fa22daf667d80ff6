"""Who may do what with a merge of archives, and what has to be said for one."""

from __future__ import annotations

import pytest

from chalicelib.law.decisions import Refused
from chalicelib.law.mergers import LONGEST_PROOF, LONGEST_REASON, PROCEDURE, checked
from chalicelib.law.procedures import Role

ALLOWED: dict[tuple[str, str], tuple[Role, str]] = {
    ("proposed", "confirm"): ("second_officer", "confirmed"),
    ("proposed", "turn down"): ("second_officer", "turned down"),
    ("confirmed", "set back"): ("second_officer", "proposed"),
    ("confirmed", "finish"): ("second_officer", "done"),
}


@pytest.mark.clause("NT-18", "NT-36")
@pytest.mark.parametrize("role", ["officer", "second_officer", "supervisor", "provider"])
@pytest.mark.parametrize("action", ["confirm", "turn down", "set back", "finish"])
@pytest.mark.parametrize("state", ["proposed", "confirmed", "done", "turned down"])
def test_each_step_is_made_by_a_second_officer_in_one_state(state: str, action: str, role: Role) -> None:
    allowed = ALLOWED.get((state, action))
    if allowed and allowed[0] == role:
        move = PROCEDURE.move(state, action, role)
        assert PROCEDURE.target(move, state).name == allowed[1]
    else:
        with pytest.raises(Refused):
            PROCEDURE.move(state, action, role)


@pytest.mark.parametrize(
    ("reason", "proof", "taken"),
    [
        ("字" * LONGEST_REASON, "字" * LONGEST_PROOF, True),
        ("字" * (LONGEST_REASON + 1), "文号", False),
        ("理由", "字" * (LONGEST_PROOF + 1), False),
        (" ", "文号", False),
        ("理由", " ", False),
        ("理由", "990000198004050001", False),
    ],
)
def test_a_merge_needs_a_reason_and_a_document_and_no_persons_number(reason: str, proof: str, taken: bool) -> None:
    if taken:
        assert checked(f" {reason} ", proof) == (reason, proof)
    else:
        with pytest.raises(Refused):
            checked(reason, proof)
