"""Typical cases: what an officer tells of an organisation's public record, looked at by a second one, for as long as the record shows
(NTN-4a)."""

from __future__ import annotations

from datetime import date

from chalicelib.law.decisions import Refused, phrase
from chalicelib.law.masking import mask_free_text
from chalicelib.law.procedures import Move, Procedure, State
from chalicelib.records.entries import Record
from chalicelib.records.kinds import SubjectKind
from chalicelib.records.subjects import Announcement, Subject

CLAUSE = "NTN-4a"
KIND = "cases"
TOLD_OF: frozenset[SubjectKind] = frozenset({"organisation", "government_body"})
"""Whose cases are told: an individual business is its operator, and people are never told of."""
LONGEST_TITLE, LONGEST_TEXT = 60, 2000
"""Characters."""
PROCEDURE = Procedure(
    "typical case",
    phrase("典型案例"),
    "DX",
    (
        State("proposed", phrase("等待另一名经办人复核"), "officer"),
        State("published", phrase("已公布"), "schedule"),
        State("turned down", phrase("不予公布"), final=True),
        State("taken down", phrase("已撤下"), final=True),
    ),
    (
        Move("publish", ("proposed",), "published", ("second_officer",), "NTN-4a", phrase("复核无误，公布")),
        Move("turn down", ("proposed",), "turned down", ("second_officer",), "NTN-4a", phrase("不予公布")),
        Move("take down", ("published",), "taken down", ("officer",), "NTN-4a", phrase("撤下")),
    ),
)


def refuse_untold(record: Record, subject: Subject, *, public: bool) -> date:
    """The last day on which a case may be told of a record; `Refused` of people and individual businesses, of what is not public, or
    has no end that the case could share."""
    if subject.profile.kind not in TOLD_OF:
        raise Refused("典型案例只讲单位，不讲个人和个体工商户", CLAUSE)
    if not public or record.valid_until is None:
        raise Refused("只能讲正在公开、并且有有效期的记录", CLAUSE)
    return record.valid_until


def told(title: str, text: str, record: Record, subject: Subject) -> tuple[str, str]:
    """Title and text as they are told; `Refused` when they are missing, too long, or name a person."""
    title, text = " ".join(title.split()), text.replace("\r\n", "\n").strip()
    if not 1 <= len(title) <= LONGEST_TITLE or not 1 <= len(text) <= LONGEST_TEXT:
        raise Refused("请写明标题（最多{title}个字）和经过（最多{text}个字）", CLAUSE, title=LONGEST_TITLE, text=LONGEST_TEXT)
    people = tuple(filter(None, (*record.people, subject.profile.legal_representative)))
    keep = (*subject.codes, subject.profile.name, *subject.former_names)
    if any(mask_free_text(part, people=people, keep=keep) != part for part in (title, text)):
        raise Refused("标题和经过里不要写个人的姓名、证件号码、电话和邮箱", CLAUSE)
    return title, text


def still_told(case: Announcement, record: Record | None) -> bool:
    """Whether a case still tells what its record says: one that was corrected, repaired, taken back or has left its list is told no
    more. `record` is the one that it tells of while it is public, else None."""
    return record is not None and record.revision == case.revision
