"""How two archives of one organisation become one, and part again: proposed by one officer, confirmed by another, then carried out
(NT-18, NT-36)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from chalicelib.law.decisions import Refused, phrase
from chalicelib.law.masking import holds_person_number
from chalicelib.law.procedures import Move, Procedure, State

What = Literal["merge", "separate"]
NAMES: Mapping[What, str] = {"merge": phrase("合并"), "separate": phrase("分开")}
"""What can be done with archives, with the words for it."""
CLAUSE = "NT-18"
LONGEST_REASON, LONGEST_PROOF = 200, 100
"""Characters."""
PROCEDURE = Procedure(
    "merging",
    phrase("档案的合并和分开"),
    "HB",
    (
        State("proposed", phrase("等待另一名经办人确认"), "officer"),
        State("confirmed", phrase("已经确认，正在办理"), "officer"),
        State("done", phrase("已经办结"), final=True),
        State("turned down", phrase("不予办理"), final=True),
    ),
    (
        Move("confirm", ("proposed",), "confirmed", ("second_officer",), CLAUSE, phrase("核对无误，确认办理")),
        Move("turn down", ("proposed",), "turned down", ("second_officer",), CLAUSE, phrase("不予办理")),
        Move("set back", ("confirmed",), "proposed", ("second_officer",), CLAUSE, phrase("办不成，退回重新核对")),
        Move("finish", ("confirmed",), "done", ("second_officer",), CLAUSE, phrase("办结")),
    ),
    alone=phrase("其中一个档案已有一件合并或者分开（{number}）正在办理：请先办结"),
)


def checked(reason: str, proof: str) -> tuple[str, str]:
    """Why, and the document of the registration authority that proves it, as they are kept; `Refused` without them, or with the number
    of a person in them."""
    return checked_reason(reason), _text(proof, LONGEST_PROOF, phrase("请写明登记机关的证明文书的文号（1至{most}个字，不要写证件号码）"))


def checked_reason(reason: str) -> str:
    """Why, as it is kept; `Refused` without it, or with the number of a person in it."""
    return _text(reason, LONGEST_REASON, phrase("请写明理由（1至{most}个字，不要写证件号码）"))


def _text(text: str, most: int, wrong: str) -> str:
    text = " ".join(text.split())
    if not 1 <= len(text) <= most or not text.isprintable() or holds_person_number(text):
        raise Refused(wrong, CLAUSE, most=most)
    return text
