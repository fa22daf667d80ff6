"""Case reports to the credit authority: due by the city's rule, made of counts and typical cases, sent by a person (AK-5, NT-28b)."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from chalicelib import cities, clock, settings
from chalicelib.law import case_reports as law
from chalicelib.law.joint_measures import DONE
from chalicelib.law.typical_cases import TOLD_OF
from chalicelib.records.people import Session
from chalicelib.services.common.cells import inert
from chalicelib.services.identity import who_acts
from chalicelib.services.publication import publish
from chalicelib.services.remedies import measures, record_changes
from chalicelib.services.remedies.casework import Overtaken, Unknown
from chalicelib.services.submission.timeliness import months_of
from chalicelib.services.telling import notices
from chalicelib.storage import case_reports, cases, feedback
from chalicelib.storage.archive import Conflict
from chalicelib.storage.case_reports import CaseReport as CaseReport

Facts = Mapping[str, Any]


def due(day: date) -> dict[str, int]:
    """Note the report that is due on a day and tell officers of it: counts of due, done and failed. Safe to run twice."""
    period = law.due_on(day, cities.load(settings.city()).rules)
    if period is None or case_reports.find(period.name):
        return {"due": 0, "done": 0, "failed": 0}
    first = period.last + timedelta(days=1)  # the same on whatever day this runs again after it was cut off: told once
    notices.announce("case report due", "officers", about=period.name, day=first)
    try:
        case_reports.put(period.name, day, clock.now())
    except Conflict:  # another run was first
        return {"due": 0, "done": 0, "failed": 0}
    return {"due": 1, "done": 1, "failed": 0}


def listed() -> tuple[list[CaseReport], law.Rule]:
    """Every report, the latest first, and the rule by which they are due."""
    return case_reports.all_reports(), law.rule_on(clock.today(), cities.load(settings.city()).rules)


def facts_of(name: str) -> Facts:
    """What a report says: as it was sent, else as it stands now; a case that is told no more is not in it. `Unknown` for none."""
    report = case_reports.find(name)
    if report is None:
        raise Unknown
    return report.facts or _facts(law.period(name))


def as_csv(name: str) -> str:
    """A report as the file that is sent: counts first, then the cases; no cell can start a formula."""
    facts = facts_of(name)
    rows = [("报送期", facts["period"], "", "", ""), ("措施实施情况", "实施单位", "结果", "件数", "")]
    rows += [("", one["body"], DONE[one["done"]], str(one["count"]), "") for one in facts["counts"]]
    rows.append(("典型案例", "单位", "标题", "经过", "来源"))
    rows += [("", one["name"], one["title"], one["text"], one["provider"]) for one in facts["cases"]]
    out = io.StringIO()
    csv.writer(out).writerows([inert(cell) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()


def send(session: Session, name: str) -> None:
    """Note that a person has sent a report, and keep what it said; `Unknown` for none, `Overtaken` when it was sent already."""
    report = case_reports.find(name)
    if report is None:
        raise Unknown
    if report.sent:
        raise Overtaken
    by = who_acts.keyed(session.person.id)
    try:
        case_reports.sent(report, _facts(law.period(name)), by=by, name=session.person.name, at=clock.now())
    except Conflict as error:
        raise Overtaken from error


def _facts(period: law.Period) -> Facts:
    return {"period": period.name, "counts": list(_counts(period)), "cases": list(_cases(period))}


def _counts(period: law.Period) -> Iterable[dict[str, Any]]:
    """What bodies answered about measures in a period, counted: which body, what was done, how often; nothing of whom."""
    for body in measures.bodies():
        answered = (done for done, at in feedback.answers_of(body.code) if period.first <= _day(at) <= period.last)
        for done, count in sorted(Counter(answered).items()):
            yield {"body": body.name, "done": done, "count": count}


def _cases(period: law.Period) -> Iterable[dict[str, Any]]:
    """The typical cases that were published in a period and are told still."""
    city = cities.load(settings.city())
    for number in case_reports.published_in(months_of(period.first, period.last)):
        case = cases.load(number)
        if case is None or case.state != "published":
            continue
        try:
            record, subject = record_changes.find(case.subject_id, case.about[0]), record_changes.holding(case.subject_id).subject
        except KeyError:  # it was kept long enough
            continue
        item = city.catalogue.get(record.catalogue)
        same = record.revision == case.facts["revision"] and subject.profile.kind in TOLD_OF
        if same and item is not None and publish.is_public(record, item, city, clock.today()):
            said = {part: case.facts[part] for part in ("title", "text", "name")}
            yield {**said, "code": subject.codes[0], "provider": record.provider.name}


def _day(instant: str) -> date:
    return datetime.fromisoformat(instant).astimezone(clock.SHANGHAI).date()
