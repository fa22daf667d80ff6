"""Makes public what is public: a subject's records as anyone may see them, until the day they end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import islice
from typing import Any

from chalicelib import cities, clock, settings
from chalicelib.cities import City
from chalicelib.law import typical_cases
from chalicelib.law.catalogue import Item
from chalicelib.law.disclosure import (
    SEES,
    Audience,
    may_see,
    shown_in_publicity,
    shown_legal_representative,
    shown_name,
    visible_content,
)
from chalicelib.law.lists import is_for_reference
from chalicelib.law.masking import mask_free_text, mask_person_numbers
from chalicelib.law.names import fold, fold_for_search, found_by
from chalicelib.law.reporting import FLAGS
from chalicelib.law.showing import counts_on, in_use
from chalicelib.records.entries import Record
from chalicelib.records.subjects import Announcement, Subject
from chalicelib.services.publication import exits
from chalicelib.storage import archive, freshness, mending, names, names_apart, publishing
from chalicelib.storage.due import awaiting_publication
from chalicelib.storage.publishing import Publication

TOGETHER = 20
"""Subjects that are read and written together: about what fits in one transaction."""
WORKERS = 4
"""Groups of subjects in flight at once."""

FEED_OF = {"licence": "licences", "penalty": "penalties"} | {code: code for code in ("redlist", "blacklist", "warnings", "commitments")}
"""The publicity kind in which records of a catalogue item appear."""


def publish(subject_ids: Iterable[str], city: City, today: date) -> int:
    """Bring the publication of subjects up to the archive; how many were. Who is changed meanwhile stays due."""

    def of_group(group: list[str]) -> int:
        found = filter(None, map(archive.collection, group))
        return len(publishing.publish([public_part(subject, records, city, today) for subject, records in found]))

    remaining = iter(subject_ids)
    groups = list(iter(lambda: list(islice(remaining, TOGETHER)), []))
    if len(groups) < 2:
        return sum(map(of_group, groups))
    with ThreadPoolExecutor(WORKERS) as workers:
        return sum(workers.map(of_group, groups))


def pending(limit: int = 1000) -> dict[str, int]:
    """Publish what an interrupted submission left behind, at most `limit` subjects and their names; counts of due, done and failed."""
    city, today = cities.load(settings.city()), clock.today()
    bring_names_left(city, today)
    due = list(awaiting_publication(limit))
    done = publish(due, city, today)
    freshness.note(clock.now(), len(due) - done)
    return {"due": len(due), "done": done, "failed": len(due) - done}


def bring_names_left(city: City, today: date) -> None:
    """Bring the names that a submission sent apart and was cut off from; what is older than a day and right is looked at no more."""
    for note in names_apart.left():
        if bring_names(note.subjects, city, today) and note.since < today.isoformat():
            names_apart.settle(note)


def bring_names(subject_ids: Iterable[str], city: City, today: date) -> bool:
    """Compare subjects with what is public of them, and publish anew where it differs; whether all was right already."""

    def is_right(group: list[str]) -> bool:
        found = list(filter(None, map(archive.collection, group)))
        parts = [public_part(subject, records, city, today) for subject, records in found]
        unnoted = {subject.id for subject, _ in found if subject.published != subject.version}
        places = {subject.id: _places_of_names(subject) for subject, _ in found}
        return all(one.right for one in mending.make_right(parts, unnoted, places).values())

    remaining = iter(subject_ids)
    found = [is_right(group) for group in iter(lambda: list(islice(remaining, TOGETHER)), [])]
    return all(found)


def _places_of_names(subject: Subject) -> list[mending.Key]:
    """Where names of a subject may stand: all of those that it has and had, and all their endings, under each of its codes."""
    named = [name for name, _ in _names(subject)]
    places = {names.key_of(ending, code) for name in named for ending in found_by(name) for code in subject.codes}
    return sorted(places | {names.key_of_whole(fold_for_search(name), code) for name in named for code in subject.codes})


def public_part(subject: Subject, records: Iterable[Record], city: City, today: date) -> Publication:
    """Everything of a subject that anyone may see on a day (NT-19, NT-21, NT-30)."""
    if subject.merged_into:
        return Publication(subject.id, subject.version, today, ())  # shown by the subject that has taken its place
    kind = subject.profile.kind
    shown: dict[str, list[dict[str, Any]]] = {"record": [], "list": [], "commitment": []}
    feeds = {}
    present: dict[str, Item] = {}
    records = sorted(records, key=lambda record: (record.determined_on, record.id), reverse=True)
    for record in records:
        item = city.catalogue.get(record.catalogue)
        if item is None or not is_public(record, item, city, today):
            continue
        present[item.code] = item
        entry = entry_of(record, item, subject, "anyone")
        shown[item.shape].append(SHAPES[item.shape](entry))
        feed = FEED_OF.get(item.code)
        if feed and shown_in_publicity(feed, kind, city.rules, record.determined_on):
            day = record.determined_on.isoformat()
            feeds[feed, day[:7], f"{day}#{record.id}"] = _feed_entry(entry, feed, subject)
    feeds |= exits.notices(subject, records, city, today)
    public = {
        record.id: record for record in records if record.catalogue in present and is_public(record, present[record.catalogue], city, today)
    }
    for announcement in subject.announced:
        if announcement.kind == typical_cases.KIND and not (
            kind in typical_cases.TOLD_OF and typical_cases.still_told(announcement, public.get(announcement.record))
        ):
            continue
        if counts_on(announcement.until, today) and shown_in_publicity(announcement.kind, kind, city.rules, announcement.on):
            day = announcement.on.isoformat()
            feeds[announcement.kind, day[:7], f"{day}#{announcement.id}"] = _announced(announcement, subject)
    if kind == "natural_person":
        return Publication(subject.id, subject.version, today, (), feeds=feeds)
    known_by = [(name, matched, _whole_only(name, subject)) for name, matched in _names(subject)]
    head = {**head_of(subject, city, today), "lists": shown["list"], "commitments": shown["commitment"]}
    head["labels"] = {code: labels(present[code]) for code in sorted(present)}
    return Publication(subject.id, subject.version, today, subject.codes, head, tuple(shown["record"]), feeds, tuple(known_by))


def _names(subject: Subject) -> list[tuple[str, str]]:
    return [(subject.profile.name, "name"), *((name, "former_name") for name in subject.former_names)]


def _whole_only(name: str, subject: Subject) -> bool:
    """Whether a name is found only by all of it: a trade name that holds its operator's name would lead to a person. So too
    where the operator is not known, or was another one then."""
    if subject.profile.kind != "individual_business":
        return False
    operator = subject.profile.legal_representative
    return not operator or fold(operator) in fold(name) or name != subject.profile.name


def is_public(record: Record, item: Item, city: City, today: date) -> bool:
    """Whether anyone may see a record on a day (NT-19, NT-21, NT-30, AK-4.2)."""
    if record.parent is not None:
        return False  # it is the organisation's, shown there; nobody was decided on as a person
    if item.without_end == "keep" and record.valid_until is None:
        return False  # the provider is asked for the end first
    if is_for_reference(record, city.rules):
        return False
    return may_see(item, "anyone") and item.publicity_rule != "none" and in_use(record, today)


def head_of(subject: Subject, city: City, today: date) -> dict[str, Any]:
    """Who an organisation is, as anyone may see it."""
    profile = subject.profile
    registration = {part: profile.registration.get(part) for part in ("established_on", "address", "scope", "authority")}
    if profile.kind == "individual_business":
        registration["address"] = None  # often a home
    registration |= {part: mask_free_text(text) for part in ("address", "scope") if (text := registration[part])}
    return {
        "code": subject.codes[0],
        "name": profile.name,
        "former_names": list(subject.former_names),
        "kind": profile.kind,
        "status": profile.status,
        "legal_representative": shown_legal_representative(profile.kind, profile.legal_representative, city.rules, today),
        "successor": {"code": profile.successor, "name": None} if profile.successor else None,
        "registration": registration,
    }


def entry_of(record: Record, item: Item, subject: Subject, audience: Audience) -> dict[str, Any]:
    """A record as an audience other than its subject may see it: people's names and numbers covered, the subject's own public name
    and code kept."""
    people = tuple(filter(None, (*record.people, subject.profile.legal_representative)))
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
        "title": mask_free_text(record.title, people=people, keep=keep),
        "document_no": mask_person_numbers(record.document_no) if record.document_no else None,
        "provider": {"code": record.provider.code, "name": _name_of_provider(record)},
        "determined_on": record.determined_on.isoformat(),
        "published_on": record.entered_on.isoformat(),
        "valid_until": record.valid_until.isoformat() if record.valid_until else None,
        "valid_until_source": record.end_source,
        "valid_until_defaulted": record.end_defaulted,
        "severity": record.severity,
        "flags": [flag for flag in record.flags if flag in FLAGS],
        "subject_name": shown_name(subject.profile.kind, record.subject_name),
        "content": visible_content(item, record.content, audience, people=people, keep=keep),
    }


def _name_of_provider(record: Record) -> str:
    """The provider's name; where only its code was told, the name that the record gives to the body with that code."""
    if record.provider.name != record.provider.code:
        return record.provider.name
    content = record.content
    named = (("authority_code", "authority"), ("recogniser_code", "recogniser"))
    known = (content.get(name) for code, name in named if content.get(code) == record.provider.code)
    return str(next(filter(None, known), record.provider.name))


def labels(item: Item, audience: Audience = "anyone") -> dict[str, dict[str, Any]]:
    """What a page calls the parts of an item's records, so that it can show any item without the catalogue: label, type, choices."""
    own = {"document_no": "code", "determined_on": "date"}
    found: dict[str, dict[str, Any]] = {
        part: {"label": item.columns[part][0], "type": type_} for part, type_ in own.items() if part in item.columns
    }
    for field in item.fields:
        if field.disclosure in SEES[audience]:
            choices = {"choices": dict(field.choices)} if field.choices else {}
            found[field.name] = {"label": field.label, "type": field.type, **choices}
    return found


def _list_entry(entry: dict[str, Any]) -> dict[str, Any]:
    """A list entry in an organisation's document: who put it there, on what basis, and whether it can be repaired (HY-9)."""
    content = entry["content"]
    return {
        "id": entry["id"],
        "list": entry["catalogue"],
        "name": entry["title"],
        "recogniser": {"code": content.get("recogniser_code"), "name": content.get("recogniser") or content.get("publisher")},
        "basis": content.get("basis"),
        "reason": content.get("reason"),
        "origin": content.get("origin"),
        "listed_on": entry["determined_on"],
        "repairable": content.get("repairable"),
        "repair_way": content.get("repair_way"),
        **{
            part: entry[part]
            for part in ("valid_until", "valid_until_source", "valid_until_defaulted", "severity", "flags", "subject_name")
        },
    }


def _commitment(entry: dict[str, Any]) -> dict[str, Any]:
    """A commitment in an organisation's document (KLM-5)."""
    content = entry["content"]
    return {
        "id": entry["id"],
        "type": content.get("type"),
        "matter": content.get("matter"),
        "text": content.get("text"),
        "received_by": {"code": content.get("authority_code"), "name": content.get("authority")},
        "made_on": entry["determined_on"],
        **{part: entry[part] for part in ("valid_until", "valid_until_source", "valid_until_defaulted", "flags", "subject_name")},
    }


SHAPES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "record": lambda entry: entry,
    "list": _list_entry,
    "commitment": _commitment,
}


def _feed_entry(entry: dict[str, Any], feed: str, subject: Subject) -> dict[str, Any]:
    person = subject.profile.kind == "natural_person"
    rest = {part: value for part, value in entry.items() if part != "subject_name"}
    return {
        **rest,
        "kind": feed,
        "subject": {"name": entry["subject_name"], "code": None if person else subject.codes[0], "kind": subject.profile.kind},
    }


def _announced(announcement: Announcement, subject: Subject) -> dict[str, Any]:
    """An announcement as it shows in its kind of publicity: people covered as in the record that it is about."""
    people = tuple(filter(None, (*announcement.people, subject.profile.legal_representative)))
    person = subject.profile.kind == "natural_person"
    keep = () if person else (*subject.codes, subject.profile.name, *subject.former_names)
    text = {name: mask_free_text(value, people=people, keep=keep) for name, value in announcement.content.items() if value}
    return {
        "id": announcement.id,
        "kind": announcement.kind,
        "catalogue": announcement.kind,
        "about": announcement.catalogue,
        "category": announcement.category,
        "title": mask_free_text(announcement.title, people=people, keep=keep),
        "document_no": mask_person_numbers(announcement.document_no) if announcement.document_no else None,
        "provider": {"code": announcement.provider.code, "name": announcement.provider.name},
        "determined_on": announcement.on.isoformat(),
        "published_on": announcement.on.isoformat(),
        "valid_until": announcement.until.isoformat(),
        "valid_until_source": announcement.source,
        "valid_until_defaulted": announcement.defaulted,
        "severity": None,
        "flags": [],
        "content": text,
        "subject": {
            "name": shown_name(subject.profile.kind, subject.profile.name),
            "code": None if person else subject.codes[0],
            "kind": subject.profile.kind,
        },
    }
