"""What a subject lets others have: reports and consents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from chalicelib.records.identifiers import Identifier
from chalicelib.records.kinds import ConsentWay
from chalicelib.records.subjects import Office


@dataclass(frozen=True)
class Report:
    """One report that was asked for: on whom, by whom, for what; instants in UTC.

    `state` says whether its PDF is made yet, could not be made, or was withdrawn because something in it was purged (NT-14b).
    `recipient` is whom it is only for, None the subject itself. `file` is where the signed PDF is kept and `digest` its SHA-256,
    both None until it is made. `basis` is the right by which it was given: `own`, or the id of a consent or of an archive that was
    open at the counter.
    """

    number: str
    subject_id: str
    state: Literal["asked", "ready", "failed", "withdrawn"]
    asked_at: str
    asked_by: str
    purpose: str
    recipient: str | None = None
    file: str | None = None
    digest: str | None = None
    basis: str = "own"


@dataclass(frozen=True)
class Consent:
    """That an organisation may have reports on a subject, or asks for it: what for, how much, how often, until when.

    `id` is the request number. `subject` and `subject_name` are as the asker stated them; an organisation may be without a name.
    `items` are catalogue items, `uses` is how many reports it entitles to, `last_day` the last on which. `asked` and `answered`
    and `revoked` are instants in UTC, `asked_by` and `answered_by` ids of people or keys. An unanswered one lapses after
    `answer_until`. `scan` is where the signed paper is kept, `signed_on` its date. `reports` are the numbers
    of those given. `version` rises with every change.
    """

    id: str
    way: ConsentWay
    subject: Identifier
    subject_name: str | None
    asker: Office
    purpose: str
    items: tuple[str, ...]
    uses: int
    last_day: date
    asked: str
    asked_by: str
    answer_until: date
    answer: Literal["open", "agreed", "refused"] = "open"
    answered: str | None = None
    answered_by: str | None = None
    used: int = 0
    revoked: str | None = None
    scan: str | None = None
    signed_on: date | None = None
    reports: tuple[str, ...] = ()
    version: int = 1
