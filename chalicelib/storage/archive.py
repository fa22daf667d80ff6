"""The archive: subjects, their identifiers and records, batches; read as records, written in whole-row transactions."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any, cast

from chalicelib import settings
from chalicelib.records.access import Act
from chalicelib.records.entries import Ended, Record
from chalicelib.records.identifiers import Identifier
from chalicelib.records.kinds import Category, EndedHow, Severity, SubjectKind
from chalicelib.records.subjects import Announcement, Link, Office, Profile, Subject
from chalicelib.storage import due, engine
from chalicelib.storage import reported as reporting
from chalicelib.storage.changes import LARGEST_TOGETHER as LARGEST_TOGETHER
from chalicelib.storage.changes import MOST_TOGETHER as MOST_TOGETHER
from chalicelib.storage.changes import Changes as Changes
from chalicelib.storage.changes import Conflict as Conflict
from chalicelib.storage.keys import KEY_VERSION, keyring
from chalicelib.storage.models import (
    ArchiveItem,
    CaseItem,
    IdentifierItem,
    ProfileItem,
    RecordItem,
    SubjectItem,
    TrailItem,
)

TRACE = "TRACE#"
"""Where the queries about a subject stand: behind everything else of it."""

_AFTER_RECORDS = "REC$"
"""Sorts after every `REC#...` and before all that stands beside the records: reports, queries."""


def new_subject(kind: SubjectKind, name: str) -> Subject:
    """A subject nobody has seen before, under a random id."""
    return Subject("s_" + secrets.token_hex(12), Profile(name, kind))


def subjects_of(identifiers: Iterable[Identifier]) -> dict[Identifier, str]:
    """The subject id that each known identifier means; unknown ones are left out."""
    keys = {identifier_key(identifier): identifier for identifier in identifiers}
    items = engine.batch_get(settings.table("archive"), [(pk, "-") for pk in keys], "pk, subject")
    return {keys[item["pk"]["S"]]: item["subject"]["S"] for item in items}


def id_of(identifier: Identifier) -> str | None:
    """The subject id that one identifier means; None when it is unknown."""
    return subjects_of([identifier]).get(identifier)


class Loaded:
    """A subject as read (`found`) and as it is now, with the key that its records are sealed under and the version that a change must
    still find.

    `written` is the list of what publication holds for it. `sealed` is who it is as it lies there; None when it never lay.
    `reported` is the name under which publication keeps its version for those who verify reports; None while there is no report.
    `procedures` names those of which cases lie with it; empty unless its records were read too.
    `areas` is the version that last changed each area of which reports speak, since the first report.
    """

    def __init__(
        self,
        subject: Subject,
        data_key: bytes,
        found_version: int | None,
        sealed: bytes | None = None,
        written: bytes = b"",
        reported: str | None = None,
        areas: Mapping[str, int] | None = None,
    ) -> None:
        self.subject = self.found = subject
        self.data_key = data_key
        self.found_version = found_version
        self.written = written
        self.reported = reported
        self.procedures: frozenset[str] = frozenset()
        self.areas = dict(areas or {})
        self._sealed = sealed
        self._sealed_from = subject

    def sealed(self) -> bytes:
        """Who the subject is, sealed; as it lies there when nothing of it has changed."""
        subject, before = self.subject, self._sealed_from
        if self._sealed is None or _facts(subject) != _facts(before):
            self._sealed = keyring().seal(self.data_key, _sealed_profile(subject), owner=subject.id, place="HEAD")
            self._sealed_from = subject
        return self._sealed


def _facts(subject: Subject) -> tuple[Any, ...]:
    return subject.profile, subject.former_names, subject.identifiers, subject.announced


def load_subjects(ids: Iterable[str]) -> dict[str, Loaded]:
    """Subjects by id."""
    items = engine.batch_get(settings.table("archive"), [("S#" + subject_id, "HEAD") for subject_id in ids])
    return {loaded.subject.id: loaded for loaded in map(_loaded, map(ArchiveItem.from_raw_data, items))}


def fresh(subject: Subject) -> Loaded:
    """A new subject with a data key of its own."""
    return Loaded(subject, keyring().new_data_key(subject.id), None)


def existing_records(places: Iterable[tuple[str, str]]) -> dict[str, Existing]:
    """For (subject id, record id): each record that is there, by record id."""
    keys = [("S#" + subject, "REC#" + record) for subject, record in places]
    items = map(ArchiveItem.from_raw_data, engine.batch_get(settings.table("archive"), keys))
    return {item.sk.removeprefix("REC#"): Existing(item) for item in items}


def record_of(loaded: Loaded, record_id: str) -> tuple[Record, Existing] | None:
    """One record of a subject, and how to keep it as it is; None when it is not there or does not count yet."""
    found = existing_records([(loaded.subject.id, record_id)]).get(record_id)
    if found is None or found.origin not in (None, *loaded.subject.absorbed):
        return None
    return found.opened(loaded), found


class Existing:
    """A record that is there: its digests, what procedures have noted on it, and itself as it is to be kept when a new version
    takes its place."""

    def __init__(self, item: RecordItem) -> None:
        self.item = item
        self.id, self.origin, self.subject_id = item.place.removeprefix("REC#"), item.origin, item.pk.removeprefix("S#")
        self.facts_digest, self.changing_digest, self.revision = item.facts_digest, item.changing_digest, int(item.version)
        self.flags, self.ended = tuple(map(str, item.flags)), _ended(item)

    @property
    def recalled(self) -> bool:
        """Whether its provider has taken back the whole batch that brought it: then the same document may come anew."""
        return self.ended is not None and self.ended.how == "withdrawn" and (self.ended.case or "").startswith("b_")

    def opened(self, loaded: Loaded) -> Record:
        """The record itself."""
        return _record(self.item, loaded.subject.id, loaded.data_key)

    def keep(self, changes: Changes) -> None:
        """Put the record aside as it is, under its revision; there nothing of it is due any more."""
        item = {name: value for name, value in self.item.serialize().items() if name not in ("due_shard", "next_due")}
        changes.put(RecordItem.from_raw_data({**item, "sk": {"S": f"OLD#{self.item.sk}#{self.revision:05d}"}}))


def put_profile(changes: Changes, loaded: Loaded, before: Subject) -> None:
    """The profile that a subject had before, kept beside the new one."""
    subject = loaded.subject = replace(loaded.subject, profiles_kept=loaded.subject.profiles_kept + 1)
    changes.put(_profile_item(before, loaded.data_key, subject.profiles_kept))


def put_subject(changes: Changes, loaded: Loaded, at: datetime) -> None:
    """The subject's new version; due for publication unless that version is published with it."""
    subject = loaded.subject
    behind = subject.published != subject.version
    if loaded.reported and subject.version != loaded.found_version:
        changed = reporting.areas_changed(loaded.found, subject, changes.catalogues_of(subject.id))
        loaded.areas |= dict.fromkeys(changed, subject.version)
        if changed:
            changes.mark(loaded.reported, loaded.areas)
    item = SubjectItem(
        "S#" + subject.id,
        "HEAD",
        version=subject.version,
        published=subject.published,
        profiles_kept=subject.profiles_kept,
        kind=subject.profile.kind,
        status=subject.profile.status,
        codes=list(subject.codes),
        data_key=loaded.data_key,
        sealed=loaded.sealed(),
        written=loaded.written or None,
        due_shard=due.shard_of(due.PUBLISH, subject.id) if behind else None,
        next_due=at.date().isoformat() if behind else None,
        merged_into=subject.merged_into,
        absorbed=list(subject.absorbed) or None,
        reported=loaded.reported,
        areas=loaded.areas or None,
    )
    changes.put(item, loaded.found_version)


def put_identifier(changes: Changes, identifier: Identifier, subject_id: str) -> None:
    """An identifier that nobody else may hold."""
    changes.put(IdentifierItem(identifier_key(identifier), "-", subject=subject_id, kind=identifier.type))


def put_record(changes: Changes, record: Record, loaded: Loaded) -> Existing:
    """A record that is not there yet, or the next version of one that is; due when it ends, so that it is archived then."""
    place, ends = "REC#" + record.id, _ends(record)
    changes.writes_record(loaded.subject.id, record.catalogue)
    private = {
        "title": record.title,
        "document_no": record.document_no,
        "subject_name": record.subject_name,
        "content": dict(record.content),
        "people": list(record.people),
        "responsible": [asdict(link) for link in record.responsible],
        "parent": asdict(record.parent) if record.parent else None,
    }
    item = RecordItem(
        "S#" + record.subject_id,
        place,
        catalogue=record.catalogue,
        category=record.category,
        provider=record.provider.code,
        provider_name=record.provider.name,
        determined_on=record.determined_on.isoformat(),
        entered_on=record.entered_on.isoformat(),
        valid_until=record.valid_until.isoformat() if record.valid_until else None,
        end_source=record.end_source,
        end_defaulted=int(record.end_defaulted),
        severity=record.severity,
        flags=list(record.flags),
        batch=record.batch,
        facts_digest=record.facts_digest,
        changing_digest=record.changing_digest,
        version=record.revision,
        place=place,
        origin=record.origin,
        due_shard=due.shard_of(due.EXPIRE, record.subject_id) if ends else None,
        next_due=ends,
        ended=record.ended.how if record.ended else None,
        ended_on=record.ended.on.isoformat() if record.ended else None,
        ended_by=record.ended.case if record.ended else None,
        sealed=keyring().seal(loaded.data_key, private, owner=record.subject_id, place=place),
    )
    changes.put(item, record.revision - 1 or None)
    return Existing(item)


def _ends(record: Record) -> str | None:
    """The first day on which a record counts no more; None while it has no end."""
    if record.ended:
        return record.ended.on.isoformat()
    return due.day_after(record.valid_until) if record.valid_until else None


def put_trail(changes: Changes, acts: Sequence[Act], *, actor: str, reason: str, at: datetime) -> None:
    """One entry of the trail (NT-36): what was done to whom by whom and why, without any of its content (NT-8c)."""
    instant = at.isoformat(timespec="microseconds")
    token = secrets.token_hex(8)
    item = TrailItem(
        f"{instant[:10]}#{int(token[:4], 16) % settings.shards()}",
        f"{instant}#{token}",
        acts=json.dumps([[act.action, act.subject_id, act.about, keyring().digest(act.facts)] for act in acts], separators=(",", ":")),
        actor=actor,
        reason=reason,
        at=instant,
    )
    changes.put(item)


def collection(subject_id: str) -> tuple[Subject, list[Record]] | None:
    """A subject and all its records; None when there is no such subject."""
    found = load_collection(subject_id)
    return (found[0].subject, found[1]) if found else None


def load_collection(subject_id: str) -> tuple[Loaded, list[Record]] | None:
    """The same, with the key under which more can be sealed there, and the procedures of the cases that are read with it."""
    head: Loaded | None = None
    rows: list[RecordItem] = []
    procedures: set[str] = set()
    for item in _items_of(subject_id):
        if isinstance(item, SubjectItem):
            head = _loaded(item)
        elif isinstance(item, RecordItem) and item.sk == item.place:
            rows.append(item)
        elif isinstance(item, CaseItem):
            procedures.add(item.procedure)
    if head is None:
        return None
    head.procedures = frozenset(procedures)
    origins = (None, *head.subject.absorbed)  # what is still coming from another does not count yet
    return head, [_record(item, subject_id, head.data_key) for item in rows if item.origin in origins]


def _items_of(subject_id: str) -> Iterator[Any]:
    """A subject and its records, also the earlier ones, but not the reports on it and the queries about it: those may be many."""
    return map(ArchiveItem.from_raw_data, engine.query(settings.table("archive"), "S#" + subject_id, before=_AFTER_RECORDS))


def earlier_records(subject_id: str, record_id: str) -> list[Record]:
    """The versions that a record had before, oldest first."""
    head = load_subjects([subject_id])[subject_id]
    return [_record(item, subject_id, head.data_key) for item in _items_of(subject_id) if item.sk.startswith(f"OLD#REC#{record_id}#")]


def earlier_profiles(subject_id: str) -> list[Profile]:
    """The profiles that a subject had before, oldest first."""
    head = load_subjects([subject_id])[subject_id]
    items = ProfileItem.query("S#" + subject_id, ProfileItem.sk.startswith("PROFILE#"), consistent_read=True)
    return [_profile(keyring().unseal(head.data_key, item.sealed, owner=subject_id, place=item.sk)) for item in items]


def coming_records(subject_id: str, origin: str) -> list[Record]:
    """The records that have been copied here from another archive and do not count yet."""
    head = load_subjects([subject_id])[subject_id]
    found = [item for item in _items_of(subject_id) if isinstance(item, RecordItem) and item.sk == item.place and item.origin == origin]
    return [_record(item, subject_id, head.data_key) for item in found]


def identifier_key(identifier: Identifier) -> str:
    """The partition key under which an identifier is mapped to its subject."""
    return f"ID#{KEY_VERSION}#{keyring().index(identifier.type, identifier.number)}"


def _sealed_profile(subject: Subject) -> dict[str, Any]:
    return {
        "profile": asdict(subject.profile),
        "former_names": list(subject.former_names),
        "identifiers": [asdict(identifier) for identifier in subject.identifiers],
        "announced": [{**asdict(one), "on": one.on.isoformat(), "until": one.until.isoformat()} for one in subject.announced],
    }


def _profile_item(subject: Subject, data_key: bytes, number: int) -> ProfileItem:
    place = f"PROFILE#{number:05d}"
    sealed = keyring().seal(data_key, _sealed_profile(subject), owner=subject.id, place=place)
    return ProfileItem("S#" + subject.id, place, version=subject.version, sealed=sealed)


def _announcement(facts: Mapping[str, Any]) -> Announcement:
    days = {name: date.fromisoformat(facts[name]) for name in ("on", "until")}
    return Announcement(**{**facts, **days, "provider": Office(**facts["provider"]), "people": tuple(facts["people"])})


def _profile(facts: Mapping[str, Any]) -> Profile:
    return Profile(**facts["profile"])


def _loaded(item: SubjectItem) -> Loaded:
    subject_id = item.pk.removeprefix("S#")
    facts = keyring().unseal(item.data_key, item.sealed, owner=subject_id, place="HEAD")
    subject = Subject(
        subject_id,
        _profile(facts),
        tuple(map(str, item.codes)),
        tuple(facts["former_names"]),
        tuple(Identifier(**entry) for entry in facts["identifiers"]),
        int(item.version),
        int(item.published),
        int(item.profiles_kept),
        item.merged_into,
        tuple(map(str, item.absorbed or ())),
        tuple(map(_announcement, facts.get("announced", ()))),
    )
    return Loaded(subject, item.data_key, subject.version, item.sealed, item.written or b"", item.reported, item.areas)


def _record(item: RecordItem, subject_id: str, data_key: bytes) -> Record:
    private = keyring().unseal(data_key, item.sealed, owner=subject_id, place=item.place)
    return Record(
        id=item.place.removeprefix("REC#"),
        subject_id=subject_id,
        catalogue=item.catalogue,
        category=cast(Category, item.category),
        title=private["title"],
        document_no=private["document_no"],
        provider=Office(item.provider, item.provider_name),
        determined_on=date.fromisoformat(item.determined_on),
        entered_on=date.fromisoformat(item.entered_on),
        valid_until=date.fromisoformat(item.valid_until) if item.valid_until else None,
        end_source=item.end_source,
        end_defaulted=bool(item.end_defaulted),
        severity=cast(Severity | None, item.severity),
        subject_name=private["subject_name"],
        content=private["content"],
        people=tuple(private["people"]),
        flags=tuple(map(str, item.flags)),
        batch=item.batch,
        facts_digest=item.facts_digest,
        changing_digest=item.changing_digest,
        revision=int(item.version),
        responsible=tuple(Link(**link) for link in private["responsible"]),
        parent=Link(**private["parent"]) if private["parent"] else None,
        origin=item.origin,
        ended=_ended(item),
    )


def _ended(item: RecordItem) -> Ended | None:
    return Ended(cast(EndedHow, item.ended), date.fromisoformat(item.ended_on or ""), item.ended_by) if item.ended else None
