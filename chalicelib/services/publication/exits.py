"""The notices that a subject has left a list, as publicity shows them: short, without a reason, with an end of their own (HY-20d)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from chalicelib.cities import City
from chalicelib.law.disclosure import shown_in_publicity, shown_name
from chalicelib.law.lists import ExitNotice, exit_notice
from chalicelib.law.masking import mask_free_text
from chalicelib.records.entries import Record
from chalicelib.records.subjects import Subject

KIND = "exits"

Feeds = dict[tuple[str, str, str], dict[str, Any]]


def notices(subject: Subject, records: Iterable[Record], city: City, today: date) -> Feeds:
    """The notices of a subject that show on a day, by their place in publicity; of people only where the city shows them there."""
    found: Feeds = {}
    for record in records:
        item = city.catalogue.get(record.catalogue)
        notice = exit_notice(record, item, city.rules, today) if item else None
        if notice is None or not shown_in_publicity(record.catalogue, subject.profile.kind, city.rules, record.determined_on):
            continue
        day = notice.left_on.isoformat()
        entry = _entry(record, notice, subject)
        found[KIND, day[:7], f"{day}#{entry['id']}"] = entry
    return found


def _entry(record: Record, notice: ExitNotice, subject: Subject) -> dict[str, Any]:
    """One notice: who left which list of whom on which day, and nothing of why anybody had been on it."""
    kind = subject.profile.kind
    return {
        "id": "e" + record.id[1:],
        "kind": KIND,
        "catalogue": KIND,
        "catalogue_name": "退出名单",
        "category": "other",
        "title": mask_free_text(record.title, people=record.people, keep=(*subject.codes, record.subject_name)),
        "document_no": None,
        "provider": {"code": record.provider.code, "name": record.provider.name},
        "determined_on": notice.left_on.isoformat(),
        "published_on": notice.left_on.isoformat(),
        "valid_until": notice.valid_until.isoformat(),
        "valid_until_source": notice.source,
        "valid_until_defaulted": notice.defaulted,
        "severity": None,
        "flags": [],
        "content": {
            "list": record.catalogue,
            "recogniser": record.content.get("recogniser"),
            "recogniser_code": record.content.get("recogniser_code"),
        },
        "subject": {
            "name": shown_name(kind, record.subject_name),
            "code": None if kind == "natural_person" else subject.codes[0],
            "kind": kind,
        },
    }
