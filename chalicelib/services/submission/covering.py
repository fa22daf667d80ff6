"""What a provider is told of rows that were taken: what publication covers in them (HY-25c, NT-4), and what does not show yet."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.law.masking import mask_free_text
from chalicelib.records.submissions import Outcome
from chalicelib.services.submission.rows import RecordRow, SubjectRow

_NAMED = 20
"""Lines that a sentence names; the rest it only counts."""


def is_covered(row: SubjectRow | RecordRow) -> bool:
    """Whether something in a record's free text is covered before anybody else reads it.

    That is ID numbers, phones, mail addresses and the names of the people whom the row itself names; ordinary words stay.
    A name that is an ordinary word too is covered wherever it stands: where 高明 is the legal representative, 手段高明
    loses its 明. Nothing in the text tells the two apart, and a name left open cannot be taken back.
    """
    if isinstance(row, SubjectRow):
        return False
    keep = () if row.party.kind == "natural_person" else tuple(filter(None, (row.party.code, row.party.name)))
    texts = [row.title, *(row.content.get(field.name) for field in row.item.fields if field.type in ("free_text", "text"))]
    text = "\n".join(filter(None, texts))
    return mask_free_text(text, people=row.party.people, keep=keep) != text


def is_endless(row: SubjectRow | RecordRow) -> bool:
    """Whether a row is kept and not shown, because its provider has not told until when it counts."""
    return isinstance(row, RecordRow) and row.item.without_end == "keep" and row.ending.last_day is None


def sentences(outcome: Outcome) -> list[str]:
    """What the provider is told of lines that were taken."""
    told = []
    if outcome.covered:
        told.append(f"{len(outcome.covered)} 行的自由文本含证件号码、电话或有关人员姓名，公示时已遮盖：第 {_listed(outcome.covered)} 行")
    if outcome.endless:
        told.append(f"{len(outcome.endless)} 行没有有效期至，已保存，暂不公示，请补报截止日期：第 {_listed(outcome.endless)} 行")
    return told


def _listed(lines: Sequence[int]) -> str:
    return "、".join(map(str, lines[:_NAMED])) + ("等" if len(lines) > _NAMED else "")
