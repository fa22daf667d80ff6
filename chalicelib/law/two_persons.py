"""What one person enters counts only when another has looked at it: the rule of two persons, for everything the desk takes on paper."""

from __future__ import annotations

from chalicelib.law.decisions import Refused


def refuse_own(entered_by: str, decides: str) -> None:
    """`Refused` when whoever decides (the id of a person) is who entered it."""
    if entered_by == decides:
        raise Refused("录入的人不能确认或决定自己录入的内容：请由另一名经办人办理", "NT-22")
