"""A procedure as data: what may be done in which state by whom, and the refusals and diagrams that come of it."""

from __future__ import annotations

import pytest

from chalicelib.law import objections
from chalicelib.law.decisions import Refused
from chalicelib.law.procedures import Procedure
from local.docs import PROCEDURES, ROOT, procedures_page

every = pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda procedure: procedure.name)


@every
def test_every_state_can_be_reached_and_only_final_ones_wait_for_nobody(procedure: Procedure) -> None:
    names = {state.name for state in procedure.states}
    reached = {procedure.states[0].name}
    for _ in procedure.states:
        reached |= {move.target or source for move in procedure.moves for source in move.sources if source in reached}
    assert reached == names
    for state in procedure.states:
        assert (state.waits_for is None) == state.final, state.name


@every
def test_every_move_names_known_states_who_makes_it_and_its_clause(procedure: Procedure) -> None:
    names = {state.name for state in procedure.states}
    for move in procedure.moves:
        assert {*move.sources, *([move.target] if move.target else [])} <= names, move
        assert move.by
        assert move.sources
        assert move.clause


@every
def test_one_action_of_one_role_leads_from_one_state_to_one(procedure: Procedure) -> None:
    ways = [(move.action, source, role) for move in procedure.moves for source in move.sources for role in move.by]
    assert len(ways) == len(set(ways))


@every
def test_the_diagram_draws_every_state_and_every_move(procedure: Procedure) -> None:
    drawn = procedure.diagram().splitlines()
    assert drawn[0] == "stateDiagram-v2"
    assert sum(" --> " in line and "[*]" not in line for line in drawn) == sum(len(move.sources) for move in procedure.moves)
    assert sum("--> [*]" in line for line in drawn) == sum(state.final for state in procedure.states)
    for state in procedure.states:
        assert any(state.label in line for line in drawn)


@pytest.mark.parametrize(
    ("state", "action", "role", "words"),
    [
        ("withdrawn", "uphold", "officer", "现在是“已撤回”，不能认定无误，维持记录"),
        ("received", "uphold", "provider", "“认定无误，维持记录”由信用中心经办人办理"),
        ("received", "find wrong on appeal", "supervisor", "现在是“已受理”"),
        ("received", "forget", "officer", "没有这一步"),
    ],
)
def test_a_step_in_a_wrong_state_or_by_a_wrong_role_is_refused_with_the_reason(state: str, action: str, role: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        objections.PROCEDURE.move(state, action, role)  # type: ignore[arg-type]


def test_a_role_is_told_what_it_may_do_in_a_state() -> None:
    assert [move.action for move in objections.PROCEDURE.open_to("correcting", "officer")] == ["correct"]
    assert [move.action for move in objections.PROCEDURE.open_to("stands", "subject")] == ["appeal"]
    assert objections.PROCEDURE.open_to("withdrawn", "officer") == ()


def test_the_page_of_the_procedures_is_up_to_date() -> None:
    assert (ROOT / "docs" / "procedures.md").read_text(encoding="utf-8") == procedures_page(PROCEDURES), "run `make docs`"
