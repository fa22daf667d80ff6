"""Redacted copies of the files that came with an objection, put in by an officer, and what a provider gets of each file (NT-32)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.law.decisions import Refused
from chalicelib.law.objections import PROCEDURE
from chalicelib.records.people import Session
from chalicelib.records.remedies import Case
from chalicelib.services.remedies import attachments, casework
from chalicelib.services.remedies.attachments import Attachment
from chalicelib.services.remedies.casework import By
from chalicelib.storage.archive import Changes

MOST_COPIES = 20
"""Redacted copies of one objection, with those that another took the place of."""


def copies_of(case: Case) -> dict[str, dict[str, Any]]:
    """The redacted copy that counts of each file that has one, by the id of the file: the one that was put in last."""
    return {copy["of"]: copy for copy in case.facts.get("redacted", ())}


def put_in(session: Session, number: str, version: int, *, of: str, content: bytes | None) -> Case:
    """Put in a redacted copy of a file of an objection, in place of an earlier one; `Refused` with what is wrong with it, `Overtaken`
    when the case has gone on."""
    there = casework.current(number, PROCEDURE, version)
    PROCEDURE.move(there.state, "redact", "officer")
    original = _originals(there, [of])[0]
    if content is None:
        raise Refused("请选择遮盖后的文件", "NT-32")
    before = there.facts.get("redacted", ())
    if len(before) >= MOST_COPIES:
        raise Refused("最多可以放入{most}个遮盖件：请转发已经放入的，或者不转发这份材料", "NT-32", most=MOST_COPIES)
    if attachments.content(original) == content:
        raise Refused("放入的就是原件：请先遮盖其中的个人信息，再放入遮盖后的文件", "NT-32")
    copy = {**attachments.keep_copy(there.subject_id, original, content), "id": f"c{len(before) + 1}"}
    by = By(session.person.id, "officer", said={"to": copy["name"]})

    def work(changes: Changes) -> Case:
        case = casework.current(number, PROCEDURE, version)
        return casework.step(changes, case, PROCEDURE, "redact", by, facts={"redacted": [*before, copy]})

    return casework.attempt(work)


def forwarded(case: Case, forwarded: Sequence[str], clean: Sequence[str]) -> list[Attachment]:
    """What a provider gets of the files whose ids are `forwarded`: the redacted copy where there is one, the file itself only where it is
    `clean`, which is that an officer saw nothing in it to cover. `Refused` with the file of which neither is so."""
    copies = copies_of(case)
    originals = _originals(case, forwarded)
    for one in originals:
        if one["id"] not in copies and one["id"] not in clean:
            raise Refused("材料 {name} 还没有遮盖：请放入遮盖件，或者看过后勾选“没有需要遮盖的个人信息”", "NT-32", name=one["name"])
    return [copies.get(one["id"], one) for one in originals]


def _originals(case: Case, wanted: Sequence[str]) -> list[Mapping[str, Any]]:
    found = [one for one in case.facts["attachments"] if one["id"] in wanted]
    if len(found) < len(set(wanted)):
        raise Refused("这件异议没有这个文件：请刷新页面", "NT-32")
    return found
