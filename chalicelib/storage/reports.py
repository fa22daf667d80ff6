"""Reports in the archive: asked for in one transaction with their trail, made ready in another with what verifies them.

Keys: `S#<subject>` / `REPORT#<number>`, and `REPORT#<number>` / `-`, which leads there.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

from chalicelib import settings
from chalicelib.law.reporting import ReportContent, from_facts
from chalicelib.records.access import Act
from chalicelib.records.reports import Report
from chalicelib.storage import archive, engine, stubs
from chalicelib.storage.keys import keyring
from chalicelib.storage.models import ArchiveItem, ReportItem, ReportNumberItem
from chalicelib.storage.stubs import Stub

DUE = "report#0"
LARGEST = 350_000
"""Bytes of what one report says, compressed and sealed; an item may have 400 KB."""


class TooLarge(Exception):
    """A report says more than one item holds."""


@dataclass(frozen=True)
class Kept:
    """A report as it is kept: itself, what it says, its check code, and what a stub needs besides."""

    report: Report
    content: ReportContent
    code: str
    version: int
    reported: str
    tries: int = 0


def put(
    report: Report,
    content: ReportContent,
    code: str,
    *,
    version: int,
    at: datetime,
    basis: str,
    beside: Callable[[archive.Changes], None] | None = None,
) -> None:
    """Keep a report that was asked for, with its entry in the trail; `Conflict` when the subject has changed meanwhile.

    `version` is the subject's from which the content was made, `basis` the right by which it is given,
    for the trail: `own` or the id of a consent. `beside` adds what must be written with it or not at all.
    """
    loaded = archive.load_subjects([report.subject_id])[report.subject_id]
    if loaded.subject.version != version:
        raise archive.Conflict
    place = "REPORT#" + report.number
    said = {"content": content.as_facts(), "code": code, "purpose": report.purpose, "recipient": report.recipient, "basis": basis}
    sealed = keyring().seal(loaded.data_key, said, owner=report.subject_id, place=place)
    if len(sealed) > LARGEST:
        raise TooLarge
    changes = archive.Changes()
    own = content.stays_true  # no later version of its subject takes its place
    reported = secrets.token_hex(16) if own else loaded.reported or secrets.token_hex(16)
    item = ReportItem(
        "S#" + report.subject_id,
        place,
        state=report.state,
        asked_at=report.asked_at,
        asked_by=report.asked_by,
        version=version,
        reported=reported,
        sealed=sealed,
        due_shard=DUE,
        next_due=at.date().isoformat(),
    )
    changes.put(item)
    changes.put(ReportNumberItem(place, "-", subject=report.subject_id))
    records = [entry.id for section in content.sections for entry in section.entries]
    facts = [report.purpose, report.recipient, basis, records]
    archive.put_trail(changes, [Act("report.asked", report.subject_id, report.number, facts)], actor=report.asked_by, reason=basis, at=at)
    changes.publish(_still_there(report.subject_id, loaded, reported) if own else _still(report.subject_id, loaded, reported), 500)
    if beside:
        beside(changes)
    changes.commit()


def _still_there(subject_id: str, loaded: archive.Loaded, reported: str) -> list[engine.Item]:
    """Only while the subject is as it was read; the name under which verifiers look has this version for good."""
    check = {
        "TableName": settings.table("archive"),
        "Key": {"pk": {"S": "S#" + subject_id}, "sk": {"S": "HEAD"}},
        "ConditionExpression": "version = :version",
        "ExpressionAttributeValues": {":version": {"N": str(loaded.subject.version)}},
    }
    return [{"ConditionCheck": check}, stubs.changed(reported, loaded.subject.version)]


def _still(subject_id: str, loaded: archive.Loaded, reported: str) -> list[engine.Item]:
    """Only while the subject is as it was read; with its first report it gets the name under which verifiers find its version."""
    version = loaded.subject.version
    at_head: dict[str, Any] = {
        "TableName": settings.table("archive"),
        "Key": {"pk": {"S": "S#" + subject_id}, "sk": {"S": "HEAD"}},
        "ExpressionAttributeValues": {":version": {"N": str(version)}, ":reported": {"S": reported}},
    }
    if loaded.reported:
        return [{"ConditionCheck": {**at_head, "ConditionExpression": "version = :version AND reported = :reported"}}]
    only = "version = :version AND attribute_not_exists(reported)"
    first = {**at_head, "UpdateExpression": "SET reported = :reported", "ConditionExpression": only}
    return [{"Update": first}, stubs.changed(reported, version)]


def kept(number: str) -> Kept | None:
    """A report by its number; None when there is none."""
    found = list(engine.batch_get(settings.table("archive"), [("REPORT#" + number, "-")]))
    return kept_of(found[0]["subject"]["S"], number) if found else None


def kept_of(subject_id: str, number: str) -> Kept | None:
    """A report on a subject; None when there is none of this number on it."""
    loaded = archive.load_subjects([subject_id]).get(subject_id)
    found = list(engine.batch_get(settings.table("archive"), [("S#" + subject_id, "REPORT#" + number)]))
    if loaded is None or not found:
        return None
    return _kept(ArchiveItem.from_raw_data(found[0]), loaded)


def reports_on(subject_id: str) -> list[Report]:
    """All reports on a subject, the latest first."""
    loaded = archive.load_subjects([subject_id]).get(subject_id)
    if loaded is None:
        return []
    items = ReportItem.query("S#" + subject_id, ReportItem.sk.startswith("REPORT#"), consistent_read=True)
    return sorted((_kept(item, loaded).report for item in items), key=lambda report: report.asked_at, reverse=True)


def sealed(subject_id: str, file: str, pdf: bytes) -> bytes:
    """A PDF as it is kept: under its subject's data key, so that nobody reads it any more once that is erased."""
    loaded = archive.load_subjects([subject_id])[subject_id]
    return keyring().seal_bytes(loaded.data_key, pdf, owner=subject_id, place=file)


def opened(file: str, content: bytes) -> bytes | None:
    """A PDF as it was made; None when its subject's data key is erased."""
    number = file.rpartition("/")[2].rpartition("-")[0]
    found = list(engine.batch_get(settings.table("archive"), [("REPORT#" + number, "-")]))
    subject_id = found[0]["subject"]["S"] if found else ""
    heads = engine.batch_get(settings.table("archive"), [("S#" + subject_id, "HEAD")], "data_key")
    data_key = next((head["data_key"]["B"] for head in heads if "data_key" in head), None)
    return keyring().open_bytes(data_key, content, owner=subject_id, place=file) if data_key else None


def make_ready(kept: Kept, file: str, stub: Stub) -> bool:
    """Note that the PDF is made, and make it verifiable; False when another worker was first."""
    values = {":ready": {"S": "ready"}, ":asked": {"S": "asked"}, ":file": {"S": file}, ":digest": {"S": stub.digest}}
    update = {
        "TableName": settings.table("archive"),
        "Key": {"pk": {"S": "S#" + kept.report.subject_id}, "sk": {"S": "REPORT#" + kept.report.number}},
        "UpdateExpression": "SET #state = :ready, #file = :file, digest = :digest REMOVE due_shard, next_due",
        "ConditionExpression": "#state = :asked",
        "ExpressionAttributeNames": {"#state": "state", "#file": "file"},
        "ExpressionAttributeValues": values,
    }
    return engine.write_together([{"Update": update}, *stubs.issued(stub)])


def note_failure(kept: Kept, again: datetime | None) -> None:
    """Count a try that failed: the PDF is tried again at an instant, with None never. One that another worker made stays made."""
    change = "SET tries = :tries, next_due = :again" if again else "SET tries = :tries, #state = :failed REMOVE due_shard, next_due"
    then = {":again": {"S": again.astimezone(UTC).isoformat()}} if again else {":failed": {"S": "failed"}}
    update = {
        "TableName": settings.table("archive"),
        "Key": {"pk": {"S": "S#" + kept.report.subject_id}, "sk": {"S": "REPORT#" + kept.report.number}},
        "UpdateExpression": change,
        "ConditionExpression": "#state = :asked",
        "ExpressionAttributeNames": {"#state": "state"},
        "ExpressionAttributeValues": {":tries": {"N": str(kept.tries + 1)}, ":asked": {"S": "asked"}, **then},
    }
    engine.write_together([{"Update": update}])


def waiting(limit: int, now: datetime) -> Iterator[str]:
    """Numbers of reports whose PDF is to be made by now, at most `limit`, from the index."""
    answer = engine.client().query(
        TableName=settings.table("archive"),
        IndexName="due",
        KeyConditionExpression="due_shard = :shard AND next_due <= :now",
        ExpressionAttributeValues={":shard": {"S": DUE}, ":now": {"S": now.astimezone(UTC).isoformat()}},
        Limit=limit,
    )
    yield from (item["sk"]["S"].removeprefix("REPORT#") for item in answer["Items"])


def _kept(item: ReportItem, loaded: archive.Loaded) -> Kept:
    subject_id = loaded.subject.id
    said: Mapping[str, Any] = keyring().unseal(loaded.data_key, item.sealed, owner=subject_id, place=item.sk)
    report = Report(
        number=item.sk.removeprefix("REPORT#"),
        subject_id=subject_id,
        state=cast(Any, item.state),
        asked_at=item.asked_at,
        asked_by=item.asked_by,
        purpose=said["purpose"],
        recipient=said["recipient"],
    )
    report = replace(report, file=item.file, digest=item.digest, basis=said.get("basis", "own"))
    return Kept(report, from_facts(said["content"]), said["code"], int(item.version), item.reported, int(item.tries))
