"""Credit review (信用审查): many subjects in one go, each row answered by itself and traced before (NT-24, NT-25)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from chalicelib import cities, clock, settings
from chalicelib.cities import City
from chalicelib.law.decisions import Refused
from chalicelib.records.kinds import Category, Severity
from chalicelib.services.publication import publish
from chalicelib.services.querying import asked as asking_for
from chalicelib.services.querying import queries
from chalicelib.services.querying.asked import Asked, Found
from chalicelib.services.querying.queries import Asking
from chalicelib.services.querying.shared import Entries, entries_for, given

OUTCOMES = ("answered", "unknown", "refused", "unavailable")
MOST_SUBJECTS = 500
TOGETHER = 25
"""Subjects that are read together: no more of their archives are in memory."""
NAMED = 10
"""Records that a row names, the newest first; all are counted."""
BRIEF = (
    *("id", "catalogue", "catalogue_name", "category", "title", "document_no"),
    *("provider", "determined_on", "valid_until", "severity", "flags"),
)
"""What a row says of a record."""

Answer = dict[str, Any]
Tell = Callable[[Refused], str]


@dataclass(frozen=True)
class _Row:
    """One row: its number, counted from 1, and whom it asks about, or why it cannot be answered."""

    number: int
    asked: Asked | None
    refused: Refused | None = None


def review(subjects: Any, asker: Asking, tell: Tell) -> Answer:
    """One outcome a row, in the order of the rows: answered; unknown, for an organisation that is not here; refused, with what to do;
    unavailable, where the trace could not be written: ask for that row again.

    `tell` says a refusal in the reader's language. A person who is not here, or has another name, is answered like one of whom
    nothing is to be given. `Refused` when the whole is no list of 1 to 500.
    """
    if not isinstance(subjects, list) or not 1 <= len(subjects) <= MOST_SUBJECTS:
        raise Refused("subjects 应为1至{most}个查询对象的数组", most=MOST_SUBJECTS)
    city, day = cities.load(settings.city()), clock.today()
    rows = [_read(number, said) for number, said in enumerate(subjects, start=1)]
    answers = {row.number: _refused(row, tell) for row in rows if row.refused}
    readable = [(row.number, row.asked) for row in rows if row.asked]
    for start in range(0, len(readable), TOGETHER):
        part = readable[start : start + TOGETHER]
        answers |= dict(zip((number for number, _ in part), _answered([one for _, one in part], asker, city, day), strict=True))
    outcomes = [{"row": row.number, **answers[row.number]} for row in rows]
    counts = Counter(answer["outcome"] for answer in outcomes)
    return {"items": outcomes, **{name: counts[name] for name in OUTCOMES}, "as_of": day.isoformat()}


def _read(number: int, said: Any) -> _Row:
    try:
        return _Row(number, asking_for.read(said))
    except Refused as refused:
        return _Row(number, None, refused)


def _refused(row: _Row, tell: Tell) -> Answer:
    return {"outcome": "refused", "detail": tell(row.refused) if row.refused else ""}


def _answered(asked: Sequence[Asked], asker: Asking, city: City, day: date) -> list[Answer]:
    """The answers to some rows; their traces are written by the time they are put together."""
    found = asking_for.find(asked)
    entries = [entries_for(one.records, asker.key, city, day) for one in found]
    about = [(one.loaded or one.asked.identifier, given(shown)) for one, shown in zip(found, entries, strict=True)]
    traced = queries.leave_traces(asker, "review", about)
    return [_answer(*row) for row in zip(found, entries, traced, strict=True)]


def _answer(found: Found, entries: Entries, traced: str | None) -> Answer:
    if traced is None:
        return {"outcome": "unavailable"}
    if found.loaded is None and not found.asked.is_person:
        return {"outcome": "unknown", "query": traced}
    return {"outcome": "answered", **_who(found), **_counted(entries), "records": _named(entries, found), "query": traced}


def _who(found: Found) -> Answer:
    if found.loaded is None or found.asked.is_person:
        return {"code": None, "name": found.asked.name, "kind": "natural_person"}
    subject = found.loaded.subject
    return {"code": subject.codes[0], "name": subject.profile.name, "kind": subject.profile.kind}


def _counted(entries: Entries) -> Answer:
    """How many records of each category, negative ones by severity, list entries by list."""
    categories = Counter(item.category for _, item in entries if item.shape == "record")
    severities = Counter(record.severity for record, item in entries if item.category == "negative")
    lists = Counter(item.code for _, item in entries if item.shape == "list")
    return {
        "categories": _all(get_args(Category), categories),
        "severities": _all(get_args(Severity), severities),
        "lists": dict(sorted(lists.items())),
    }


def _all(words: Iterable[str], counts: Counter[Any]) -> dict[str, int]:
    return {word: counts[word] for word in words}


def _named(entries: Entries, found: Found) -> list[Answer]:
    """The newest records in brief; the rest of a record is read by a query."""
    if found.loaded is None:
        return []
    told = (publish.entry_of(record, item, found.loaded.subject, "government") for record, item in entries[:NAMED])
    return [{part: entry[part] for part in BRIEF} for entry in told]
