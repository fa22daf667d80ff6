"""What is shown before anything about an objection is sent: the exact words that its subject or the provider will read (NT-32)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chalice.app import Response

from chalicelib import clock
from chalicelib.law import objections as law
from chalicelib.law.identifiers import check_uscc
from chalicelib.services.desk import desk_notices
from chalicelib.services.identity.people_sessions import Session
from chalicelib.services.remedies import objection_desk as service
from chalicelib.services.remedies import redacting, related_objections
from chalicelib.services.remedies.objections import Found
from chalicelib.web import forms
from chalicelib.web import objections as shared
from chalicelib.web.desk import desk_page
from chalicelib.web.language import gettext, listed, say

NOT_SENT = ("do", "step", "letter")
"""What a form says of the preview alone."""


@dataclass(frozen=True)
class Letter:
    """A letter before it is sent: the case, and the decision that it would tell of beside those that were."""

    case: service.Case
    decisions: tuple[dict[str, Any], ...]


def page(session: Session, found: Found, here: str, form: forms.Form) -> Response:
    """What will be sent when the step of a form is taken; `Refused` with what the form lacks."""
    step = form.one("step")
    facts: dict[str, Any] = {"step": step, "own": "", "kept": {k: v for k, v in form.fields.items() if k not in NOT_SENT}}
    if step == "verify":
        facts |= _question(found, form)
    elif step == "evidence":
        facts |= {"question": law.stated_text(form.one("text"), "需要补充的材料"), "notices": _notices(found, "objection asks")}
    else:
        facts |= _letters(found, form, "supervisor" if here == "/desk/appeals" else "officer")
    return desk_page(session, "desk_preview.html", here, **facts, **shared.facts_of(found))


def _question(found: Found, form: forms.Form) -> dict[str, Any]:
    code = check_uscc(form.one("provider")).number
    forwarded = redacting.forwarded(found.case, **files_in(form))
    joined = (found.case, *related_objections.chosen(found.case, form.many("also")))
    records = [record for one in joined for record in one.facts["records"]]
    told = desk_notices.to_be_sent(f"provider:{code}", "verification asked")
    question = law.stated_text(form.one("text"), "要核实的内容")
    return {"question": question, "asked": code, "records": records, "forwarded": forwarded, "notices": told}


def files_in(form: forms.Form) -> dict[str, Sequence[str]]:
    """The ids of the files that a form forwards to a provider, and of those in which it says that there is nothing to cover."""
    return {"forwarded": form.many("forward"), "clean": form.many("clean")}


def _letters(found: Found, form: forms.Form, role: str) -> dict[str, Any]:
    reasons = law.reasons_text(form.many("reason"), form.one("text"), service.verified(found))
    letter = law.letter_text(form.one("letter"))
    usual = body(found, reasons, first=not found.case.facts.get("decisions"))
    decision = {"reasons": reasons, "on": clock.today().isoformat(), "by": role, "letter": "" if _same(letter, usual) else letter}
    letters = []
    for case in (found.case, *related_objections.chosen(found.case, list(with_versions(form)))):
        results = {record: form.one(f"result-{record}") for record in case.about}
        law.results_of(results)
        letters.append(Letter(case, (*case.facts.get("decisions", ()), {**decision, "results": results})))
    told = _notices(found, "appeal decided" if role == "supervisor" else "objection decided")
    return {"letters": letters, "letter": letter or usual, "own": decision["letter"], "notices": told}


def with_versions(form: forms.Form) -> dict[str, int]:
    """The related objections that a form decides too, each with the version that was seen of it."""
    pairs = (one.rpartition("@") for one in form.many("with"))
    return {number: int(seen) for number, _, seen in pairs if seen.isascii() and seen.isdigit() and len(seen) < 6}


def own_words(found: Found, form: forms.Form) -> str:
    """What an officer wrote in place of our words of the letter; empty where they left ours."""
    reasons = law.reasons_text(form.many("reason"), form.one("text"), service.verified(found))
    written = form.one("letter")
    return "" if _same(written, body(found, reasons, first=not found.case.facts.get("decisions"))) else written


def body(found: Found, reasons: str, *, first: bool) -> str:
    """Our words of a letter, which an officer may change: why the objection was made, and why it was decided so."""
    grounds = listed(gettext(law.GROUNDS[ground]) for ground in found.case.facts["grounds"])
    opening = gettext("您（贵单位）以下列理由对记录提出异议：") + grounds if first else ""
    return "\n".join(filter(None, (opening, say("理由：{reasons}", reasons=reasons))))


def _same(written: str, ours: str) -> bool:
    return written.split() == ours.split()


def _notices(found: Found, kind: str) -> list[desk_notices.Preview]:
    return desk_notices.to_be_sent(f"s:{found.case.subject_id}", kind)
