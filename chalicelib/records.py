"""The few facts that everything passes on: subjects, records and what comes in about them. No behaviour, no storage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

SubjectKind = Literal["organisation", "individual_business", "government_body", "natural_person"]
Status = Literal["active", "revoked", "cancelled", "moved_out", "merged"]
Category = Literal["basic", "positive", "negative", "other"]
Severity = Literal["minor", "general", "severe"]
QueryKind = Literal["query", "review", "compare", "report", "export"]
QueryBasis = Literal["government_sharing", "consent", "counter"]
"""What entitles to a query: sharing between government bodies (NT-20), the consent of its subject, or that the subject came to the
counter (NT-22)."""


@dataclass(frozen=True)
class Identifier:
    """One number by which a register knows a subject: type and number belong together."""

    type: str
    number: str


@dataclass(frozen=True)
class Office:
    """A body that provides, decides or recognises: its code (USCC) and name."""

    code: str
    name: str


@dataclass(frozen=True)
class Profile:
    """What the registers say of a subject: the facts of one version."""

    name: str
    kind: SubjectKind
    status: Status = "active"
    legal_representative: str | None = None
    successor: str | None = None
    registration: Mapping[str, Any] = field(default_factory=dict)


AnnouncementKind = Literal["repairs", "exits", "corrections", "cases"]
"""What is told of a record beside it: what became of it, in kinds of publicity of their own, and typical cases (NTN-4a)."""


@dataclass(frozen=True)
class Announcement:
    """What is announced of a subject beside its records, from a civil day through a last one, in a kind of publicity.

    `id` is what people name it by, `case` the case that it belongs to, `record` the id of the record that it is about and `catalogue`
    that record's item. `source` is the rule that sets the last day, `defaulted` whether that is the default layer's. `people` are the
    names to be covered. `revision` is the version of the record that it tells of, where it is told only as long as the record is so.
    """

    id: str
    kind: AnnouncementKind
    record: str
    catalogue: str
    category: Category
    title: str
    document_no: str | None
    provider: Office
    on: date
    until: date
    source: str
    defaulted: bool
    content: Mapping[str, Any]
    people: tuple[str, ...] = ()
    case: str = ""
    revision: int = 0


@dataclass(frozen=True)
class Subject:
    """One subject under its random id. `codes` are its USCCs, the current one first; people have none.

    `version` rises with every change of what is public; `published` is the version that publication shows.
    `profiles_kept` counts the earlier versions of the profile. `merged_into` is the id of the subject that has taken this one's
    place, `absorbed` are the ids of those whose place this one has taken. `announced` is what is announced of it besides its records.
    """

    id: str
    profile: Profile
    codes: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    version: int = 0
    published: int = 0
    profiles_kept: int = 0
    merged_into: str | None = None
    absorbed: tuple[str, ...] = ()
    announced: tuple[Announcement, ...] = ()


@dataclass(frozen=True)
class Link:
    """From a record of an organisation to that in the archive of a person responsible for it, or back (NT-29).

    `role` is the person's office as the provider states it; the way back has none.
    """

    subject_id: str
    record_id: str
    role: str = ""


EndedHow = Literal["repaired", "withdrawn", "corrected", "purged", "exited", "expired_early"]
"""By which procedure a record stopped counting before its last day."""


@dataclass(frozen=True)
class Ended:
    """That a record counts no more: how, since which civil date, and by which case (its number; None where there was none)."""

    how: EndedHow
    on: date
    case: str | None = None


@dataclass(frozen=True)
class Record:
    """One document about one subject, as it was decided: the name stays that of the day.

    A list entry or a commitment is a record too: its title is the list's name or the matter, and it has no number.
    `people` are all names in the row, to be covered in free text. `responsible` links to the records of the people whom the
    provider states to be responsible; `parent` is the way back, and a record that has one is never public. `origin` is the id of
    the subject, merged into this one, in whose archive the record was entered. One that has `ended` is shown to its subject and to
    officers alone, in the archived part.
    """

    id: str
    subject_id: str
    catalogue: str
    category: Category
    title: str
    document_no: str | None
    provider: Office
    determined_on: date
    entered_on: date
    valid_until: date | None
    end_source: str
    end_defaulted: bool
    severity: Severity | None
    subject_name: str
    content: Mapping[str, Any]
    people: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    batch: str = ""
    facts_digest: str = ""
    changing_digest: str = ""
    revision: int = 1
    responsible: tuple[Link, ...] = ()
    parent: Link | None = None
    origin: str | None = None
    ended: Ended | None = None


@dataclass(frozen=True)
class Refusal:
    """Why a row was not taken: its line in the file (the header is line 1), the column, and what to do."""

    line: int
    column: str
    reason: str
    row: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What became of a submission. `covered` are the lines taken of which publication covers something in free text,
    `endless` those that are kept and not shown until their provider tells the end."""

    batch: str
    accepted: int = 0
    duplicate: int = 0
    refused: tuple[Refusal, ...] = ()
    covered: tuple[int, ...] = ()
    endless: tuple[int, ...] = ()


@dataclass(frozen=True)
class Batch:
    """One submission: what kind, by which provider (USCC), when (instants in UTC), and how many rows became what.

    `via` is the id of the API key or of the person that brought it, or `command`; `office` is the provider's office that answers
    for its review (NT-39). `timely` says of what was new, by the month (`2026-11`) of the decision, how many came in time and how
    many late.
    """

    id: str
    kind: str
    provider: str
    started: str
    ended: str | None = None
    accepted: int = 0
    duplicate: int = 0
    refused: int = 0
    via: str = "command"
    office: str | None = None
    timely: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Recall:
    """That a whole batch is to be taken back: proposed by one person for a reason, decided by another (keyed ids; NT-37).

    `proposed` and `decided` are instants in UTC. Of the records that the batch entered `looked_at` have been gone through: `withdrawn`
    are so now, the others had ended already or came again with a later batch. `version` rises with every step.
    """

    batch: str
    provider: str
    reason: str
    proposed: str
    proposed_by: str
    state: Literal["waiting", "refused", "running", "done"] = "waiting"
    decided: str | None = None
    decided_by: str | None = None
    looked_at: int = 0
    withdrawn: int = 0
    version: int = 1


@dataclass(frozen=True)
class Declared:
    """A decision of a provider (USCC) that it says it has made and not sent yet (KLM-3): catalogue item, number and day.

    `declared` is an instant in UTC, `by` the keyed id of who declared it; `arrived` the day on which its row came in. A declaration
    made by mistake is withdrawn for a reason.
    """

    id: str
    provider: str
    item: str
    number: str
    decided_on: date
    declared: str
    by: str
    arrived: date | None = None
    withdrawn: str | None = None
    version: int = 1


@dataclass(frozen=True)
class MonthTotal:
    """How many decisions of a catalogue item a provider says that it made in a month (`2026-11`); 0 is a zero report (NTN-2)."""

    provider: str
    month: str
    item: str
    count: int
    stated: str
    by: str
    version: int = 1


@dataclass(frozen=True)
class Grant:
    """Catalogue items that a key may read besides its own, up to a last day, by the decision of a special need (HY-23b)."""

    need: str
    items: tuple[str, ...]
    until: date


@dataclass(frozen=True)
class ApiKey:
    """What a program with a key may do: never the key itself, which only its holder has.

    `office` is the office of its holder that answers for review (NT-39). `expires` is the last day on which it works;
    `networks` are CIDR ranges, none means from anywhere; `created` and `revoked` are instants in UTC; `last_used` is a civil
    date; `version` rises when the key is changed. `items` are the catalogue items that it may read, none means all of the
    classes that are open to it; `grants` are more of them for a while (HY-23b). `holder` is the organisation (USCC) in whose name
    it asks for consent.
    """

    id: str
    name: str
    scopes: tuple[str, ...]
    networks: tuple[str, ...]
    created: str
    expires: date | None = None
    last_used: date | None = None
    revoked: str | None = None
    version: int = 1
    office: str | None = None
    items: tuple[str, ...] = ()
    grants: tuple[Grant, ...] = ()
    holder: str | None = None


@dataclass(frozen=True)
class SpecialNeed:
    """What the holder of a key asks for beyond its catalogue items, and what was decided (HY-23b).

    `made` and `decided` are instants in UTC; `until` is the last day for which it is asked; `made_by` and `decided_by` are keyed
    ids, `body` the USCC of the body whose clerk asks: empty where the centre asks itself.
    """

    id: str
    key: str
    items: tuple[str, ...]
    purpose: str
    basis: str
    until: date
    made: str
    state: Literal["open", "granted", "refused"] = "open"
    decided: str | None = None
    decided_by: str | None = None
    reason: str | None = None
    version: int = 1
    made_by: str | None = None
    body: str = ""


@dataclass(frozen=True)
class Given:
    """A record that a query gave out: enough to know it again."""

    id: str
    catalogue: str
    title: str
    document_no: str | None


@dataclass(frozen=True)
class Query:
    """One query of information that is not open to everyone, as its subject sees it (HY-27b).

    `at` is an instant in UTC; `key` the id of the API key, `asker` and `office` its holder and the office that answers for
    review (NT-39); `basis` the word for what entitled the asker. `given` is empty when nothing was found or to be given.
    `receiver` is who received it, where that is not the key: an organisation (USCC), or whom an export went to.
    """

    id: str
    at: str
    kind: QueryKind
    key: str
    asker: str
    office: str | None
    purpose: str
    matter: str
    basis: QueryBasis
    given: tuple[Given, ...] = ()
    receiver: str = ""


@dataclass(frozen=True)
class Act:
    """One act for the trail: what was done, in whose archive, to what. Of the facts only a keyed digest is kept (NT-8c)."""

    action: str
    subject_id: str
    about: str
    facts: Any


@dataclass(frozen=True)
class Tell:
    """Whom a change of a record is told to: its subject and the people responsible by one kind of notice, `about` an id, with `facts`;
    everyone who received it by another kind. An empty kind is told to nobody."""

    subject: str = ""
    receivers: str = ""
    about: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Aftermath:
    """What is to follow from one change of a record, when it was done (`at`, an instant in UTC; `day`, the civil date), by whom (a
    keyed id) and by which case. `words` are those of a record that was purged, to be taken out wherever else they stand."""

    record_id: str
    subject_id: str
    act: str
    actor: str
    reason: str
    at: str
    day: date
    tell: Tell = field(default_factory=Tell)
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Complaint:
    """What a subject complains of: under which receipt, when (an instant in UTC), by whom, about which query (its id, or empty).

    `answer` is what the desk answered and `answered` when; None while it has not.
    """

    receipt: str
    made: str
    by: str
    about: str
    text: str
    answer: str | None = None
    answered: str | None = None


@dataclass(frozen=True)
class Tip:
    """What somebody told of an organisation's serious breach, under a number (`JB-20261122-7K3M9Q2X`), and what became of it (KLM-15).

    `state` is one of `law.tips.PROCEDURE`. `received` is the civil date from which its period counts, `due` the last day for the
    answer. `organisation` is the name as it was told, `code` its USCC or empty; `matter` a word of `law.tips.MATTERS`. `secret` is a
    keyed digest of what opens the answer, `named` whether the reporter said who they are: that is kept apart. `handler` is the keyed
    id of who works on it, `body` (USCC) to whom it was passed on, in the words `passed_on`. `closed` is the civil date of its end.
    """

    number: str
    state: str
    received: date
    due: date
    organisation: str
    code: str
    matter: str
    text: str
    secret: str
    named: bool
    handler: str = ""
    handler_name: str = ""
    body: str = ""
    passed_on: str = ""
    reply: str = ""
    answer: str = ""
    closed: date | None = None
    version: int = 0


@dataclass(frozen=True)
class Reporter:
    """Who made a tip: a name and how they are reached, as far as they said."""

    name: str
    contact: str


@dataclass(frozen=True)
class Opening:
    """That a handler looked at who made a tip: when (an instant in UTC), by which handler, and why."""

    at: str
    handler: str
    reason: str


@dataclass(frozen=True)
class Case:
    """One run of a procedure about records of a subject, under the number by which people speak of it (`YY-20261122-7K3M9Q2X`).

    `procedure` and `state` are names of `law.procedures`; `received` is the civil date from which its periods count, `due` the last
    day for what comes next, `provisional` while a year's holidays are not announced. `waits_for` is whose queue it stands in
    (`officer`, `supervisor`, `provider:<USCC>` ...), empty when nobody's. `assigned_to` is the keyed id of who has taken it on.
    `facts` are the procedure's own, kept sealed; `version` rises with every step.
    """

    id: str
    procedure: str
    subject_id: str
    about: tuple[str, ...]
    state: str
    received: date
    due: date | None = None
    provisional: bool = False
    waits_for: str = ""
    assigned_to: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    version: int = 0

    @property
    def number(self) -> str:
        """The number by which people speak of it."""
        return self.id


@dataclass(frozen=True)
class CaseStep:
    """One step of a case: when (an instant in UTC), by whom (a keyed id) in which role, from which state to which, and why."""

    at: str
    actor: str
    role: str
    action: str
    before: str
    after: str
    reason: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


IssuerKind = Literal["citizens", "staff"]
"""Whose sign-in it is: citizens and people who act for organisations, or people who work here."""


@dataclass(frozen=True)
class Mandate:
    """That a person may act for an organisation (USCC and name), and what they may do there.

    `delegation` is the id of the delegation by which; empty where the issuer itself states it.
    """

    code: str
    name: str
    rights: tuple[str, ...]
    delegation: str = ""


@dataclass(frozen=True)
class Person:
    """Somebody as an issuer identified them. `id` names them in the trail, keyed, so that nothing can be guessed back.

    `name_differs` says that the archive knows the number under another name. `roles` are those of the staff issuer alone.
    """

    id: str
    issuer: IssuerKind
    name: str
    identifier: Identifier | None = None
    name_differs: bool = False
    mandates: tuple[Mandate, ...] = ()
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Colleague:
    """Somebody who works at the desk, by the keyed id under which cases are assigned to them."""

    id: str
    name: str


@dataclass(frozen=True)
class CounterSession:
    """A subject's archive, opened by an officer for the subject who stands at the counter (NT-22).

    `document` is what the officer looked at, in words; `until` the instant at which it closes by itself.
    """

    id: str
    subject_id: str
    identifier: Identifier
    name: str
    document: str
    reason: str
    until: datetime


@dataclass(frozen=True)
class Session:
    """A person who is signed in: since when, last seen when (instants in UTC), and for which organisation (USCC) they act;
    empty when for themselves. `key` is where the session is kept, never what opens it. `counter` is what an officer has opened."""

    key: str
    person: Person
    started: datetime
    seen: datetime
    acting_for: str = ""
    counter: CounterSession | None = None


@dataclass(frozen=True)
class Delegation:
    """What a legal representative lets somebody else do for an organisation until a last day.

    `representative` is who the register named when it was given; `by` is the id of the person who gave it, `revoked` an
    instant in UTC. `on_paper` says that it was given on paper, at the counter.
    """

    id: str
    code: str
    organisation: str
    to: Identifier
    to_name: str
    rights: tuple[str, ...]
    last_day: date
    representative: str | None
    by: str
    given: str
    revoked: str | None = None
    on_paper: bool = False


@dataclass(frozen=True)
class PaperMandate:
    """A mandate on paper as it was handed in: it counts, as a delegation, once a second officer has confirmed it.

    `delegation` is what it gives; `entered_by` and `decided_by` are ids of persons, `decided` an instant in UTC; `scan` is
    where the scan of the paper is kept; `version` rises with every step.
    """

    delegation: Delegation
    entered_by: str
    entered_by_name: str
    scan: str | None = None
    state: Literal["waiting", "confirmed", "refused", "revoked"] = "waiting"
    decided: str | None = None
    decided_by: str | None = None
    reason: str | None = None
    version: int = 1


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


ConsentWay = Literal["asked", "in advance", "written"]
"""How a consent came about: the other side asked for it, the subject gave it unasked, or on paper at the window."""


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


@dataclass(frozen=True)
class Contact:
    """A phone number or an e-mail address that its owner has verified by a code; `verified` is the civil date of that."""

    value: str
    verified: date


@dataclass(frozen=True)
class Contacts:
    """How a subject is reached: only what it verified itself. `notices` says whether it wishes more than it must be sent,
    `language` in which language; `version` is 0 while nothing is kept."""

    phone: Contact | None = None
    email: Contact | None = None
    notices: bool = True
    language: Literal["zh", "en"] = "zh"
    version: int = 0


NoticeState = Literal["due", "told", "page only", "untold", "served", "settled"]
"""What became of a notice: it waits for its day, went out by messages, stands only on its reader's page, reached nobody by any way,
was then served by hand, or was settled before it went out."""


@dataclass(frozen=True)
class Notice:
    """Something that somebody is to be told: which kind, about what (an id), for which day, and the few facts to say.

    `to` is `s:<subject id>`, `provider:<USCC>`, `body:<id>`, `officers` or `supervisors`; `at` is the instant of the announcement
    (UTC), `messages` are the ids of those by which it went out.
    """

    to: str
    kind: str
    about: str
    day: date
    at: str
    facts: Mapping[str, str] = field(default_factory=dict)
    state: NoticeState = "due"
    messages: tuple[str, ...] = ()


ChannelKind = Literal["phone", "email", "letter"]
MessageState = Literal[
    "due", "claimed", "sent", "delivered", "bounced", "failed", "suppressed", "uncertain", "printed", "posted", "returned"
]


@dataclass(frozen=True)
class Message:
    """What goes to somebody by one channel: one notice, or several of a day together.

    `to` is as in `Notice`; codes and links that carry no notice have a keyed id there. `covers` are the kinds and abouts of the
    notices in it. `times` are the instants (UTC) of its states; `provider_id` is what the channel `provider` calls it, `detail` a
    word on why it did not go. `stated` says that its address comes from a record's provider, so that it may say nothing else.
    """

    id: str
    to: str
    kind: str
    about: str
    day: date
    channel: ChannelKind
    state: MessageState = "due"
    statutory: bool = False
    covers: tuple[tuple[str, str], ...] = ()
    times: Mapping[str, str] = field(default_factory=dict)
    attempt: int = 0
    provider: str | None = None
    provider_id: str | None = None
    detail: str | None = None
    stated: bool = False
