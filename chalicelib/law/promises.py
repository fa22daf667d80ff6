"""Acceptance with missing papers: what somebody promises to bring later, by which day, and whether they did (KLM-6, AK-2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from chalicelib.law.decisions import Refused, phrase
from chalicelib.law.masking import holds_person_number
from chalicelib.law.procedures import Move, Procedure, State

LONGEST_MATTER, LONGEST_PAPERS = 100, 500
"""Characters."""
PROCEDURE = Procedure(
    "promise",
    phrase("容缺受理"),
    "RQ",
    (
        State("promised", phrase("已承诺，等待补齐材料"), "provider"),
        State("kept", phrase("已按时补齐"), final=True),
        State("late", phrase("已补齐，晚于承诺"), final=True),
        State("broken", phrase("没有补齐"), final=True),
    ),
    (
        Move("keep", ("promised",), "kept", ("provider",), "KLM-6", phrase("材料已按时补齐")),
        Move("keep_late", ("promised",), "late", ("provider",), "KLM-6", phrase("材料已补齐，晚于承诺")),
        Move("break", ("promised",), "broken", ("provider",), "KLM-6", phrase("没有补齐")),
    ),
)


@dataclass(frozen=True)
class Promised:
    """What is promised: in which matter, which papers, and the last day to bring them."""

    matter: str
    papers: str
    until: date


def promised(matter: str, papers: str, until: date, today: date, *, needed_by_law: bool) -> Promised:
    """A promise as it is taken; `Refused` for papers that the law demands (KLM-6), a day that is not ahead, or missing words."""
    if needed_by_law:
        raise Refused("法律法规要求提供的材料不能容缺：请确认所缺的不是这类材料", "KLM-6")
    if until <= today:
        raise Refused("承诺补齐的最后一天应在今天以后", "KLM-6")
    matter, papers = " ".join(matter.split()), " ".join(papers.split())
    if not 1 <= len(matter) <= LONGEST_MATTER or not 1 <= len(papers) <= LONGEST_PAPERS:
        raise Refused(
            "请写明办理事项（最多{matter}个字）和所缺的材料（最多{papers}个字）", "KLM-6", matter=LONGEST_MATTER, papers=LONGEST_PAPERS
        )
    if holds_person_number(matter + " " + papers):
        raise Refused("事项和材料中不要写证件号码", "KLM-6")
    return Promised(matter, papers, until)


def closing(action: str, until: date, today: date) -> str:
    """The step by which a promise ends: papers after the last day are late, and before the end of that day nothing is broken."""
    if action not in ("keep", "break"):
        raise Refused("请选择要办理的一步")
    if action == "break" and today <= until:
        raise Refused("承诺的最后一天还没有过去", "KLM-6", from_when=until + timedelta(days=1))
    return "keep_late" if action == "keep" and today > until else action
