"""Objections that belong together: to the same record, or of the same subject against the same provider; asked and decided together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from chalicelib.law.decisions import Refused
from chalicelib.law.objections import PROCEDURE
from chalicelib.records.remedies import Case
from chalicelib.records.subjects import Link
from chalicelib.services.remedies import record_changes
from chalicelib.storage import cases


def of(case: Case) -> list[Case]:
    """The other objections that are not closed and belong to one, the oldest first."""
    subject = record_changes.holding(case.subject_id).subject
    found = {
        one.id: one
        for one in cases.of_subject((subject.id, *subject.absorbed), PROCEDURE.name)
        if one.facts["provider"] == case.facts["provider"]
    }
    for link in _copies(case):
        found |= {one.id: one for one in cases.of_subject((link.subject_id,), PROCEDURE.name) if link.record_id in one.about}
    open_ones = (one for one in found.values() if one.id != case.id and not PROCEDURE.state(one.state).final)
    return sorted(open_ones, key=lambda one: (one.received, one.id))


def chosen(case: Case, numbers: Sequence[str]) -> list[Case]:
    """Those of the objections that belong to one that were chosen; `Refused` when one does not, or is closed meanwhile."""
    there = {one.id: one for one in of(case)} if numbers else {}
    if not set(numbers) <= there.keys():
        raise Refused("选择的异议不相关，或者已经办结：请刷新页面")
    return [there[number] for number in dict.fromkeys(numbers)]


def _copies(case: Case) -> Iterator[Link]:
    """Where else the records of a case stand: with the organisation, and with every person responsible (NT-29)."""
    for record_id in case.about:
        try:
            record = record_changes.find(case.subject_id, record_id)
            origin = record_changes.find(record.parent.subject_id, record.parent.record_id) if record.parent else record
        except KeyError:  # it is at the end of its retention
            continue
        yield from _but_here(case, (Link(origin.subject_id, origin.id), *origin.responsible))


def _but_here(case: Case, links: Iterable[Link]) -> Iterator[Link]:
    return (link for link in links if link.record_id not in case.about)
