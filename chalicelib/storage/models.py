"""The shapes of items in `archive` and `trail`, for PynamoDB. Nobody outside `storage` sees a model."""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import (
    BinaryAttribute,
    DiscriminatorAttribute,
    JSONAttribute,
    ListAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.models import Model

from chalicelib import settings
from chalicelib.storage.packing import SCHEMA, upcast


class _Item(Model):
    """What every item has: two keys and a schema number."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    schema = NumberAttribute(default=SCHEMA)

    @classmethod
    def from_raw_data(cls, data: dict[str, Any]) -> Any:
        return super().from_raw_data(upcast(data))


class ArchiveItem(_Item):
    """Any item of the archive; `type` tells which. What is due is in the index `due`, by shard and day."""

    class Meta:
        table_name = settings.table("archive")

    type = DiscriminatorAttribute()
    due_shard = UnicodeAttribute(null=True)
    next_due = UnicodeAttribute(null=True)


class SubjectItem(ArchiveItem, discriminator="subject"):
    """The current profile of a subject, under its random id; who it is, is sealed under its own data key.

    `published` is the version that publication shows, `written` the list of everything that was written there for it.
    `reported`, once there is a report on it, is the name under which publication keeps the versions that verifiers compare, `areas` those
    versions: which one last changed who the subject is, or a catalogue item.
    """

    version = NumberAttribute()
    published = NumberAttribute(default=0)
    profiles_kept = NumberAttribute(default=0)
    kind = UnicodeAttribute()
    status = UnicodeAttribute()
    codes = ListAttribute(of=UnicodeAttribute)
    data_key = BinaryAttribute(legacy_encoding=False)
    sealed = BinaryAttribute(legacy_encoding=False)
    written = BinaryAttribute(legacy_encoding=False, null=True)
    merged_into = UnicodeAttribute(null=True)
    absorbed = ListAttribute(of=UnicodeAttribute, null=True)
    reported = UnicodeAttribute(null=True)
    areas = JSONAttribute(null=True)


class NamesItem(ArchiveItem, discriminator="names"):
    """The ids of subjects whose names were sent apart from their documents, while it is not known that they came."""

    subjects = ListAttribute(of=UnicodeAttribute)


class ProfileItem(ArchiveItem, discriminator="profile"):
    """An earlier version of a profile, kept as it was."""

    version = NumberAttribute()
    sealed = BinaryAttribute(legacy_encoding=False)


class IdentifierItem(ArchiveItem, discriminator="identifier"):
    """From the keyed hash of an identifier to the subject that it means."""

    subject = UnicodeAttribute()
    kind = UnicodeAttribute()


class RecordItem(ArchiveItem, discriminator="record"):
    """One document; dates and classes in the clear for jobs, everything descriptive sealed, bound to the place `place`.

    An earlier version of it stands beside it under `OLD#`, as it was. With an `origin` it counts once the subject has absorbed that.
    It is due on the day after its last one, and then, from `archived_on`, on the day after the last on which it is kept.
    """

    catalogue = UnicodeAttribute()
    category = UnicodeAttribute()
    provider = UnicodeAttribute()
    provider_name = UnicodeAttribute()
    determined_on = UnicodeAttribute()
    entered_on = UnicodeAttribute()
    valid_until = UnicodeAttribute(null=True)
    end_source = UnicodeAttribute()
    end_defaulted = NumberAttribute(default=0)
    severity = UnicodeAttribute(null=True)
    flags = ListAttribute(of=UnicodeAttribute, default=list)
    batch = UnicodeAttribute()
    facts_digest = UnicodeAttribute()
    changing_digest = UnicodeAttribute()
    version = NumberAttribute()
    place = UnicodeAttribute()
    origin = UnicodeAttribute(null=True)
    ended = UnicodeAttribute(null=True)
    ended_on = UnicodeAttribute(null=True)
    ended_by = UnicodeAttribute(null=True)
    archived_on = UnicodeAttribute(null=True)
    sealed = BinaryAttribute(legacy_encoding=False)


class QueryItem(ArchiveItem, discriminator="query"):
    """A query about a subject, sealed under the subject's data key; where nobody was found it brings a data key of its own.

    It lies under `TRACE#`, behind the records, so that whoever reads these does not read all queries too.
    """

    data_key = BinaryAttribute(legacy_encoding=False, null=True)
    sealed = BinaryAttribute(legacy_encoding=False)


class ComplaintItem(ArchiveItem, discriminator="complaint"):
    """A complaint of a subject, sealed as queries are; due until the desk has answered it."""

    data_key = BinaryAttribute(legacy_encoding=False, null=True)
    sealed = BinaryAttribute(legacy_encoding=False)


class TipItem(ArchiveItem, discriminator="tip"):
    """A tip, sealed under a data key of its own; in the queue of whoever must act next, then due to be deleted."""

    version = NumberAttribute()
    data_key = BinaryAttribute(legacy_encoding=False)
    sealed = BinaryAttribute(legacy_encoding=False)


class ReporterItem(ArchiveItem, discriminator="reporter"):
    """Who made a tip, sealed under a data key that opens nothing else."""

    data_key = BinaryAttribute(legacy_encoding=False)
    sealed = BinaryAttribute(legacy_encoding=False)


class OpeningItem(ArchiveItem, discriminator="opening"):
    """That somebody looked at who made a tip, sealed under the key of that."""

    sealed = BinaryAttribute(legacy_encoding=False)


class FollowUpItem(ArchiveItem, discriminator="follow_up"):
    """Marks a new record that is looked at once more; due until it was."""


class CaseItem(ArchiveItem, discriminator="case"):
    """One run of a procedure about records of a subject; due in the queue of whoever must act next."""

    procedure = UnicodeAttribute()
    state = UnicodeAttribute()
    received = UnicodeAttribute()
    due = UnicodeAttribute(null=True)
    provisional = NumberAttribute(default=0)
    waits_for = UnicodeAttribute(null=True)
    assigned_to = UnicodeAttribute(null=True)
    version = NumberAttribute()
    sealed = BinaryAttribute(legacy_encoding=False)
    files_gone = UnicodeAttribute(null=True)


class CaseStepItem(ArchiveItem, discriminator="case_step"):
    """One step of a case, put once, sealed."""

    sealed = BinaryAttribute(legacy_encoding=False)


class CaseNumberItem(ArchiveItem, discriminator="case_number"):
    """From a case's number to the subject in whose collection it is."""

    subject = UnicodeAttribute()


class MergeItem(ArchiveItem, discriminator="merge"):
    """In the archive that was merged into another: who did it, when and why, and what became of its records."""

    sealed = BinaryAttribute(legacy_encoding=False)


class DelegationItem(ArchiveItem, discriminator="delegation"):
    """In an organisation's archive: what its legal representative lets somebody do, sealed."""

    version = NumberAttribute()
    sealed = BinaryAttribute(legacy_encoding=False)


class DelegateItem(ArchiveItem, discriminator="delegate"):
    """From the keyed hash of a person's number to a delegation that they have."""


class PaperMandateItem(ArchiveItem, discriminator="paper_mandate"):
    """In an organisation's archive: a mandate on paper as an officer entered it, and what became of it, sealed."""

    version = NumberAttribute()
    sealed = BinaryAttribute(legacy_encoding=False)


class PaperMandateOfDeskItem(ArchiveItem, discriminator="paper_mandate_of_desk"):
    """Names a mandate on paper among those that the desk has taken in, so that they can be listed."""


class ReportItem(ArchiveItem, discriminator="report"):
    """A report on a subject, in its collection: what it says is sealed; due until its PDF is made, or that
    has failed too often (`tries`)."""

    state = UnicodeAttribute()
    asked_at = UnicodeAttribute()
    asked_by = UnicodeAttribute()
    version = NumberAttribute()
    reported = UnicodeAttribute()
    file = UnicodeAttribute(null=True)
    digest = UnicodeAttribute(null=True)
    tries = NumberAttribute(default=0)
    sealed = BinaryAttribute(legacy_encoding=False)


class ReportNumberItem(ArchiveItem, discriminator="report_number"):
    """From a report's number to the subject in whose collection it is."""

    subject = UnicodeAttribute()


class BatchItem(ArchiveItem, discriminator="batch"):
    """One submission: who, when, how many, and whether it came to its end."""

    kind = UnicodeAttribute()
    provider = UnicodeAttribute()
    started = UnicodeAttribute()
    ended = UnicodeAttribute(null=True)
    accepted = NumberAttribute(default=0)
    duplicate = NumberAttribute(default=0)
    refused = NumberAttribute(default=0)
    via = UnicodeAttribute(default="command")
    office = UnicodeAttribute(null=True)
    timely = UnicodeAttribute(null=True)
    data_key = BinaryAttribute(legacy_encoding=False)


class TakenItem(ArchiveItem, discriminator="taken"):
    """Names the records that one transaction entered for a batch: `entered` is JSON, `[subject id, record id, catalogue item, day of
    the decision]` for each."""

    entered = UnicodeAttribute()


class BatchOfProviderItem(ArchiveItem, discriminator="batch_of_provider"):
    """Names a submission among those of its provider, so that they can be listed."""


class BatchOfMonthItem(ArchiveItem, discriminator="batch_of_month"):
    """Names a submission among those that started in its month, so that they can be listed."""


class RefusedRowItem(ArchiveItem, discriminator="refused_row"):
    """A row that was not taken, sealed, with its reason."""

    line = NumberAttribute()
    sealed = BinaryAttribute(legacy_encoding=False)


class RecallItem(ArchiveItem, discriminator="recall"):
    """In a batch: that it is to be taken back; its reason is sealed under the batch's key. Due until it is decided and done."""

    provider = UnicodeAttribute()
    state = UnicodeAttribute()
    proposed = UnicodeAttribute()
    proposed_by = UnicodeAttribute()
    decided = UnicodeAttribute(null=True)
    decided_by = UnicodeAttribute(null=True)
    looked_at = NumberAttribute(default=0)
    withdrawn = NumberAttribute(default=0)
    version = NumberAttribute()
    sealed = BinaryAttribute(legacy_encoding=False)


class BulletinItem(ArchiveItem, discriminator="bulletin"):
    """The bulletin of a quarter, as it was made."""

    body = BinaryAttribute(legacy_encoding=False)


class IncidentItem(ArchiveItem, discriminator="incident"):
    """A security incident of which people were told from a day on, and how many it concerned."""

    day = UnicodeAttribute()
    affected = NumberAttribute()


class UsesItem(ArchiveItem, discriminator="uses"):
    """How many queries each user made on a day."""

    body = BinaryAttribute(legacy_encoding=False)


class DeclaredItem(ArchiveItem, discriminator="declared"):
    """A decision that its provider has declared; its number and any reason are sealed under a data key of its own."""

    item = UnicodeAttribute()
    decided_on = UnicodeAttribute()
    declared = UnicodeAttribute()
    by = UnicodeAttribute()
    arrived = UnicodeAttribute(null=True)
    version = NumberAttribute()
    data_key = BinaryAttribute(legacy_encoding=False)
    sealed = BinaryAttribute(legacy_encoding=False)


class MonthTotalItem(ArchiveItem, discriminator="month_total"):
    """How many decisions of an item a provider says that it made in a month."""

    decisions = NumberAttribute()
    stated = UnicodeAttribute()
    by = UnicodeAttribute()
    version = NumberAttribute()


class TrailItem(_Item):
    """One entry of the trail, put once: the acts of one transaction, ids and keyed digests only.

    `acts` is JSON: `[action, subject id, id of what it was done to, digest of the facts]` for each.
    """

    class Meta:
        table_name = settings.table("trail")

    acts = UnicodeAttribute()
    actor = UnicodeAttribute()
    reason = UnicodeAttribute()
    at = UnicodeAttribute()
