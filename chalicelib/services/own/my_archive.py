"""What is held about a subject, shown to itself: everything, with where it comes from, its class, its end, and what can be done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chalicelib import cities, settings
from chalicelib.law.disclosure import visible_content
from chalicelib.law.repair import RepairTerm, repair_term
from chalicelib.law.showing import counts
from chalicelib.records.entries import Record
from chalicelib.records.identifiers import Identifier
from chalicelib.records.people import Session
from chalicelib.services.delivery import contacts
from chalicelib.services.identity import people_sessions
from chalicelib.services.publication import publish
from chalicelib.storage import own_archive
from chalicelib.storage.own_archive import Lying

A_PAGE = 50


@dataclass(frozen=True)
class Linked:
    """An organisation that a record comes from: its name and, where it has one, its code."""

    name: str
    code: str | None


@dataclass(frozen=True)
class Entry:
    """A record as its subject sees it: all of it, its class, and the term for repairing it. `linked` is whose record it was first."""

    record: Record
    facts: dict[str, Any]
    labels: Mapping[str, Mapping[str, Any]]
    disclosure: str
    repair: RepairTerm | None
    linked: Linked | None


@dataclass(frozen=True)
class MyArchive:
    """A page of an archive: the entries, how many there are now and in the archived part, which page of how many it is, and why its
    subject should look at its contacts (empty when it need not)."""

    name: str | None
    entries: tuple[Entry, ...]
    counting: int
    archived: int
    page: int
    pages: int
    confirm: contacts.Confirming


def of_session(session: Session, *, day: date, archived: bool, page: int) -> MyArchive:
    """The archive of whom a session acts for: the person's own, or an organisation's by a mandate to read."""
    people_sessions.needed(session, "read")
    return of_identifier(people_sessions.subject_of(session), day=day, archived=archived, page=page, hint=session.leads_to)


def of_identifier(identifier: Identifier, *, day: date, archived: bool, page: int, hint: str = "") -> MyArchive:
    """The records under a number, newest first, `A_PAGE` a page: those that count, or those that have ended or are repaired.
    `hint` is the id that the number is thought to lead to."""
    part = _Part(day, archived, page)
    found = own_archive.read(identifier, part.choose, hint)
    name = found.holder.name if found.holder else None
    confirm = contacts.why_confirm(found.contacts, day)
    return MyArchive(name, tuple(_entries(found.records)), part.counting, part.archived, part.page, part.pages, confirm)


class _Part:
    """A page of what counts, or of what is archived, and what was found to be there when it was chosen."""

    def __init__(self, day: date, archived: bool, page: int) -> None:
        self._day, self._shows_archived, self._asked = day, archived, page
        self.counting = self.archived = 0
        self.page = self.pages = 1

    def choose(self, records: list[Lying]) -> list[Lying]:
        """The records of the page that was asked for, or of the last."""
        parts: tuple[list[Lying], list[Lying]] = ([], [])
        for record in records:
            parts[not counts(record, self._day)].append(record)
        self.counting, self.archived = map(len, parts)
        chosen = sorted(parts[self._shows_archived], reverse=True)
        self.pages = max(1, -(-len(chosen) // A_PAGE))
        self.page = min(max(1, self._asked), self.pages)
        return chosen[(self.page - 1) * A_PAGE : self.page * A_PAGE]


def _entries(records: Sequence[Record]) -> Iterable[Entry]:
    city = cities.load(settings.city())
    parents = {record.parent.subject_id for record in records if record.parent}
    names = own_archive.names_of(parents) if parents else {}
    named = {code: publish.labels(city.catalogue[code], "subject") for code in {one.catalogue for one in records} & set(city.catalogue)}
    for record in records:
        item = city.catalogue.get(record.catalogue)
        linked = Linked(*names[record.parent.subject_id]) if record.parent and record.parent.subject_id in names else None
        content = visible_content(item, record.content, "subject") if item else dict(record.content)
        facts = {
            "id": record.id,
            "catalogue": record.catalogue,
            "catalogue_name": item.name if item else record.catalogue,
            "category": record.category,
            "title": record.title,
            "document_no": record.document_no,
            "provider": {"code": record.provider.code, "name": record.provider.name},
            "determined_on": record.determined_on.isoformat(),
            "published_on": record.entered_on.isoformat(),
            "valid_until": record.valid_until.isoformat() if record.valid_until else None,
            "valid_until_source": record.end_source,
            "valid_until_defaulted": record.end_defaulted,
            "severity": record.severity,
            "flags": [*record.flags, *([record.ended.how] if record.ended else ())],
            "subject_name": record.subject_name,
            "content": content,
        }
        labels = named.get(record.catalogue, {})
        yield Entry(record, facts, labels, item.disclosure if item else "authorised", repair_term(record, city.rules), linked)
