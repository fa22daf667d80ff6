"""A procedure as data: its states, who may do what in which, on what clause; and the diagram that is drawn from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from chalicelib.law.decisions import Refused, phrase

Role = Literal["subject", "provider", "officer", "supervisor", "second_officer", "recogniser", "body", "handler", "schedule", "anyone"]
ROLES: Mapping[Role, str] = {
    "subject": phrase("信用主体"),
    "provider": phrase("信息提供单位"),
    "officer": phrase("信用中心经办人"),
    "supervisor": phrase("信用主管部门"),
    "second_officer": phrase("另一名经办人"),
    "recogniser": phrase("认定单位"),
    "body": phrase("实施单位"),
    "handler": phrase("举报办理人"),
    "schedule": phrase("系统按期限"),
    "anyone": phrase("任何人"),
}
"""Who acts in procedures, with the words for them."""


@dataclass(frozen=True)
class State:
    """Where a case can stand. `waits_for` is who must act next, None when nobody; `deadline` the parameter that says by when."""

    name: str
    label: str
    waits_for: Role | None = None
    deadline: str | None = None
    final: bool = False


@dataclass(frozen=True)
class Move:
    """What may be done: in which states, by whom, and the state it leads to; None when the case stays where it is."""

    action: str
    sources: tuple[str, ...]
    target: str | None
    by: tuple[Role, ...]
    clause: str
    label: str


@dataclass(frozen=True)
class Procedure:
    """All states and moves of one procedure; a case begins in the first state. `prefix` begins the numbers of its cases.

    `alone` is what is said when a case is begun while another of the procedure, `{number}`, is open about the same record; empty where
    any number may be.
    """

    name: str
    title: str
    prefix: str
    states: tuple[State, ...]
    moves: tuple[Move, ...]
    alone: str = ""

    def state(self, name: str) -> State:
        """A state by its name; KeyError when the procedure has none of this name."""
        return {state.name: state for state in self.states}[name]

    def target(self, move: Move, state: str) -> State:
        """The state to which a move leads from another."""
        return self.state(move.target or state)

    def move(self, state: str, action: str, role: Role) -> Move:
        """The move that an action is in a state; `Refused` when it is not possible there, or is for others to make."""
        known = [move for move in self.moves if move.action == action]
        if not known:
            raise Refused("{title}没有这一步：请刷新页面", title=self.title)
        possible = [move for move in known if state in move.sources]
        if not possible:
            label, now = known[0].label, self.state(state).label
            raise Refused("现在是“{now}”，不能{action}：请刷新页面", known[0].clause, now=now, action=label)
        for move in possible:
            if role in move.by:
                return move
        who = "、".join(ROLES[one] for move in possible for one in move.by)
        raise Refused("“{action}”由{who}办理", possible[0].clause, action=possible[0].label, who=who)

    def open_to(self, state: str, role: Role) -> tuple[Move, ...]:
        """What a role may do in a state."""
        return tuple(move for move in self.moves if state in move.sources and role in move.by)

    def diagram(self) -> str:
        """The procedure as a Mermaid state diagram: who does what, on what clause."""
        lines = ["stateDiagram-v2"]
        for state in self.states:
            waits = f"（待{ROLES[state.waits_for]}）" if state.waits_for else ""
            lines.append(f"    {_drawn(state.name)}: {state.label}{waits}")
        lines.append(f"    [*] --> {_drawn(self.states[0].name)}")
        for move in self.moves:
            told = f"{'、'.join(ROLES[role] for role in move.by)}：{move.label}（{move.clause}）"
            lines += [f"    {_drawn(source)} --> {_drawn(move.target or source)}: {told}" for source in move.sources]
        lines += [f"    {_drawn(state.name)} --> [*]" for state in self.states if state.final]
        return "\n".join(lines)


def _drawn(name: str) -> str:
    """A state's name as diagrams take it: one word."""
    return name.replace(" ", "_")
