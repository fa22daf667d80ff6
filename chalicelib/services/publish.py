"""Makes public what is public: a subject's records as anyone may see them, until the day they end."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import islice
from typing import Any

from chalicelib import cities, clock, settings
from chalicelib.cities import City
from chalicelib.law.catalogue import Item
from chalicelib.law.disclosure import may_see, shown_in_publicity, shown_legal_representative, shown_name, visible_content
from chalicelib.law.masking import mask_free_text
from chalicelib.law.showing import counts_on
from chalicelib.records import Record, Subject
from chalicelib.storage import archive, publishing
from chalicelib.storage.publishing import Publication

TOGETHER = 20
"""Subjects that are read and written together: about what fits in one transaction."""
WORKERS = 4
"""Groups of subjects in flight at once."""
FEED_OF = {"licence": "licences", "penalty": "penalties"}
"""The publicity kind in which records of a catalogue item appear."""


def publish(subject_ids: Iterable[str], city: City, today: date) -> int:
    """Bring the publication of subjects up to the archive; how many were. Who is changed meanwhile stays due."""
    remaining = iter(subject_ids)
    groups = list(iter(lambda: list(islice(remaining, TOGETHER)), []))
    if len(groups) < 2:
        return sum(_publish(group, city, today) for group in groups)
    with ThreadPoolExecutor(WORKERS) as workers:
        return sum(workers.map(lambda group: _publish(group, city, today), groups))


def _publish(subject_ids: Iterable[str], city: City, today: date) -> int:
    found = filter(None, map(archive.collection, subject_ids))
    return len(publishing.publish([public_part(subject, records, city, today) for subject, records in found]))


def pending(limit: int = 1000) -> dict[str, int]:
    """Publish what an interrupted submission left behind, at most `limit` subjects; counts of due, done and failed."""
    city, today = cities.load(settings.city()), clock.today()
    due = list(archive.awaiting_publication(limit))
    done = publish(due, city, today)
    return {"due": len(due), "done": done, "failed": len(due) - done}


def public_part(subject: Subject, records: Iterable[Record], city: City, today: date) -> Publication:
    """Everything of a subject that anyone may see on a day (NT-19, NT-21, NT-30)."""
    public = [
        (record, item)
        for record in records
        if (item := city.catalogue.get(record.catalogue))
        and may_see(item, "anyone")
        and item.publicity_rule != "none"
        and counts_on(record.valid_until, today)
    ]
    kind = subject.profile.kind
    entries = [(record, item, _entry(record, item, subject)) for record, item in public]
    feeds = {
        (feed, record.determined_on.isoformat()[:7], f"{record.determined_on.isoformat()}#{record.id}"): _feed_entry(entry, record, subject)
        for record, item, entry in entries
        if (feed := FEED_OF.get(item.code)) and shown_in_publicity(feed, kind, city.rules, record.determined_on)
    }
    if kind == "natural_person":
        return Publication(subject.id, subject.version, (), feeds=feeds)
    names = ((subject.profile.name, "name"), *((name, "former_name") for name in subject.former_names))
    return Publication(
        subject.id, subject.version, subject.codes, _head(subject, city, today), tuple(entry for _, _, entry in entries), feeds, names
    )


def _head(subject: Subject, city: City, today: date) -> dict[str, Any]:
    profile = subject.profile
    registration = {part: profile.registration.get(part) for part in ("established_on", "address", "scope", "authority")}
    if profile.kind == "individual_business":
        registration["address"] = None  # often a home
    return {
        "code": subject.codes[0],
        "name": profile.name,
        "former_names": list(subject.former_names),
        "kind": profile.kind,
        "status": profile.status,
        "legal_representative": shown_legal_representative(profile.kind, profile.legal_representative, city.rules, today),
        "successor": {"code": profile.successor, "name": None} if profile.successor else None,
        "registration": registration,
        "lists": [],
        "commitments": [],
    }


def _entry(record: Record, item: Item, subject: Subject) -> dict[str, Any]:
    """A record as anyone may see it: people's names and numbers covered, the subject's own public name and code kept."""
    keep = (
        ()
        if subject.profile.kind == "natural_person"
        else (*subject.codes, record.subject_name, subject.profile.name, *subject.former_names)
    )
    return {
        "id": record.id,
        "catalogue": record.catalogue,
        "catalogue_name": item.name,
        "category": record.category,
        "title": mask_free_text(record.title, people=record.people, keep=keep),
        "document_no": record.document_no,
        "provider": {"code": record.provider.code, "name": record.provider.name},
        "determined_on": record.determined_on.isoformat(),
        "published_on": record.entered_on.isoformat(),
        "valid_until": record.valid_until.isoformat() if record.valid_until else None,
        "valid_until_source": record.end_source,
        "valid_until_defaulted": record.end_defaulted,
        "severity": record.severity,
        "flags": list(record.flags),
        "subject_name": shown_name(subject.profile.kind, record.subject_name),
        "content": visible_content(item, record.content, "anyone", people=record.people, keep=keep),
    }


def _feed_entry(entry: dict[str, Any], record: Record, subject: Subject) -> dict[str, Any]:
    person = subject.profile.kind == "natural_person"
    rest = {part: value for part, value in entry.items() if part != "subject_name"}
    return {
        **rest,
        "kind": FEED_OF[record.catalogue],
        "subject": {"name": entry["subject_name"], "code": None if person else subject.codes[0], "kind": subject.profile.kind},
    }
