"""One decision on several objections that belong together, each with its own letter and its own way to appeal (NT-32)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.law import objections as law
from chalicelib.law.decisions import Refused
from chalicelib.records.people import Session
from chalicelib.records.remedies import Case
from chalicelib.services.remedies import casework, objection_desk, objections, related_objections
from chalicelib.services.remedies.casework import Conflict, Overtaken


def decide(
    session: Session,
    number: str,
    versions: Mapping[str, int],
    *,
    results: Mapping[str, str],
    reasons: Sequence[str],
    text: str,
    letter: str = "",
) -> list[Case]:
    """Decide on an objection, and for the same reasons on those related ones that `versions` holds beside it, with what was seen of
    each. Nothing is decided when one of them cannot be; `Refused` with those that somebody else decided at the same moment."""
    case = casework.current(number, law.PROCEDURE, versions[number])
    together = [case, *related_objections.chosen(case, [one for one in versions if one != number])]
    for one in together:
        if one.version != versions[one.id]:
            raise Overtaken
        law.PROCEDURE.move(one.state, "uphold", "officer")
        if not set(one.about) <= results.keys():
            raise Refused("请对每一条记录写明维持、更正、删除或者清除", "NT-32")
        law.reasons_text(reasons, text, objection_desk.verified(objections.with_all(one)))
    done, missed = [], []
    for one in together:
        own = {record: results[record] for record in one.about}
        try:
            done.append(objection_desk.decide(session, one.id, one.version, results=own, reasons=reasons, text=text, letter=letter))
        except (Overtaken, Conflict):
            missed.append(one.number)
    if not done:
        raise Overtaken
    if missed:
        raise Refused("另有人先办理了{missed}，没有一并决定；其余的已经决定", "NT-32", missed="、".join(missed))
    return done
