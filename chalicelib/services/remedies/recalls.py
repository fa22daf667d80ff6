"""A provider takes a whole batch back: one person proposes it for a reason, another confirms, then every record is withdrawn (NT-37)."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import date
from itertools import islice

from chalicelib import clock
from chalicelib.law import two_persons
from chalicelib.law.decisions import Refused, phrase
from chalicelib.law.masking import holds_person_number
from chalicelib.records.entries import Ended, Record
from chalicelib.records.remedies import Tell
from chalicelib.records.subjects import Announcement
from chalicelib.records.submissions import Recall as Recall
from chalicelib.services.common.due_work import OF_ONE
from chalicelib.services.remedies import announcing, casework, record_changes, what_follows
from chalicelib.services.remedies.record_changes import Why
from chalicelib.storage import recalls, submissions
from chalicelib.storage.archive import Changes, Conflict
from chalicelib.storage.submissions import Entered

LOG = logging.getLogger("mingxin")
LONGEST = 200
"""Characters of a reason."""
AT_ONCE = 20
"""Records that are withdrawn while the person who confirms waits; a job goes on with the rest."""
STEP = 25
"""Records after which it is noted how far a recall has come."""
NAMED = 20
"""Documents of one subject that the announcement of a recall names one by one."""
ANNOUNCED = phrase("原公示的记录有误，提供单位已经整批撤回。")
"""What is announced of records that had been public; never what they had said."""


class Unknown(Exception):
    """There is no such batch, or not for whoever asks."""


class _Faster(Exception):
    """Another run has ended the record at this moment."""


def propose(batch_id: str, reason: str, *, by: str, offices: Collection[str]) -> None:
    """Propose that a batch of one's own body (USCC) is taken back; `by` is a keyed id. `Refused` without a reason, while it is being
    taken in, when nothing was taken in, or when it is proposed or taken back already."""
    batch = submissions.find_batch(batch_id)
    if batch is None or batch.provider not in offices:
        raise Unknown
    text = " ".join(reason.split())
    if not 1 <= len(text) <= LONGEST or not text.isprintable() or holds_person_number(text):
        raise Refused("请写明撤回的理由（1至{most}个字，不要写证件号码）", "NT-37", most=LONGEST)
    if next(submissions.taken(batch_id), None) is None:
        raise Refused("这一批没有新入库的记录，不用撤回")
    before = recalls.of(batch_id)
    if before is not None and before.state != "refused":
        raise Refused("这一批已经有人提出撤回：请刷新页面")
    now = clock.now()
    version = before.version + 1 if before else 1
    _keep(Recall(batch_id, batch.provider, text, now.isoformat(timespec="seconds"), by, version=version), "recall.proposed", by)


def confirm(batch_id: str, *, by: str, offices: Collection[str], officer: bool) -> None:
    """Confirm a recall that somebody else has proposed, and begin to withdraw. `Refused` to who proposed it, and when it does not wait."""
    recall = replace(_waiting(batch_id, by, offices, officer), state="running")
    recall = _decided(recall, "recall.confirmed", by)
    with suppress(Conflict):  # others work on the same subject: the job goes on with it
        work(recall, most=AT_ONCE)


def turn_down(batch_id: str, *, by: str, offices: Collection[str], officer: bool) -> None:
    """Leave the batch as it is. `Refused` to who proposed the recall, and when it does not wait."""
    _decided(replace(_waiting(batch_id, by, offices, officer), state="refused"), "recall.refused", by)


def of(batch_id: str) -> Recall | None:
    """The recall of a batch; None when there is none."""
    return recalls.of(batch_id)


def waiting() -> list[Recall]:
    """The recalls that wait for a second person, the oldest first."""
    return recalls.listed(recalls.WAITING, clock.today())


def go_on(day: date, *, seconds: float = math.inf) -> dict[str, int]:
    """Go on with the recalls that are confirmed, each by a step at least, until the time is out: counts of recalls due, done and
    failed."""
    began = time.monotonic()
    counts = {"due": 0, "done": 0, "failed": 0}
    for recall in recalls.listed(recalls.RUNNING, day):
        counts["due"] += 1
        now = recall
        while now.state == "running":
            try:
                now = work(now, most=STEP)
            except (Conflict, *OF_ONE) as error:  # the other recalls go on; this one is found again
                LOG.error("the recall of %s did not go on: %s", recall.batch, type(error).__name__)
                counts["failed"] += 1
                break
            if time.monotonic() - began >= seconds:
                break
        counts["done"] += now.state == "done"
    return counts


def work(recall: Recall, *, most: int) -> Recall:
    """Withdraw at most so many records of a batch from where the recall stands, and note how far it has come. What a crash leaves out
    is gone through again: what is withdrawn already stays as it is."""
    batch = submissions.find_batch(recall.batch)
    found = list(islice(submissions.taken(recall.batch), recall.looked_at, recall.looked_at + most))
    withdrawn = sum(_withdraw(one, recall) for one in found)
    over = len(found) < most and batch is not None
    after = replace(
        recall,
        state="done" if over else "running",
        looked_at=recall.looked_at + len(found),
        withdrawn=recall.withdrawn + withdrawn,
        version=recall.version + 1,
    )
    recalls.put(after, "recall.done" if over else "recall.worked", recall.decided_by or "-", clock.now())
    return after


def _withdraw(entered: Entered, recall: Recall) -> bool:
    """Whether a record is withdrawn by this recall, now or before; False for what had ended, or came again with a later batch."""
    record = record_changes.find(entered.subject_id, entered.record_id)
    if record.batch != recall.batch:
        return False
    if record.ended is None:
        record = _end(record, recall)
    if record.ended is None or record.ended.case != recall.batch:
        return False
    what_follows.settle([record.id])
    return True


def _end(record: Record, recall: Recall) -> Record:
    """The record as it is withdrawn, by this run or by one that was faster: once."""

    def withdrawn(one: Record) -> Record:
        if one.ended is not None:
            raise _Faster
        return replace(one, ended=Ended("withdrawn", clock.today(), recall.batch))

    why = Why("record.withdrawn", recall.decided_by or "-", recall.batch, clock.now(), Tell("record withdrawn", "record withdrawn"))

    def work(changes: Changes) -> Record:
        after = record_changes.change(changes, record.subject_id, record.id, withdrawn, why)
        if announcing.was_public(record):
            announcing.put(changes, record.subject_id, _announcement(record, recall), clock.now())
        return after

    try:
        return casework.attempt(work)
    except _Faster:
        return record_changes.find(record.subject_id, record.id)


def _announcement(record: Record, recall: Recall) -> Announcement:
    """One announcement for each subject and kind of record, however many of its records the batch held."""
    fresh = announcing.correction(record, ANNOUNCED, number=f"{recall.batch}-{record.catalogue}", case=recall.batch)
    announced = record_changes.holding(record.subject_id).subject.announced
    earlier = next((one for one in announced if one.id == fresh.id), None)
    if earlier is None:
        return fresh
    numbers = dict.fromkeys(filter(None, [*(earlier.document_no or "").split("、"), fresh.document_no]))
    named = "、".join(numbers) if len(numbers) <= NAMED else earlier.document_no
    return replace(fresh, document_no=named or None, people=tuple(dict.fromkeys((*earlier.people, *fresh.people))))


def _waiting(batch_id: str, by: str, offices: Collection[str], officer: bool) -> Recall:
    recall = recalls.of(batch_id)
    if recall is None or not (officer or recall.provider in offices):
        raise Unknown
    if recall.state != "waiting":
        raise Refused("这一批的撤回已经有人决定：请刷新页面")
    two_persons.refuse_own(recall.proposed_by, by)
    return recall


def _decided(recall: Recall, action: str, by: str) -> Recall:
    at = clock.now().isoformat(timespec="seconds")
    return _keep(replace(recall, decided=at, decided_by=by, version=recall.version + 1), action, by)


def _keep(recall: Recall, action: str, by: str) -> Recall:
    try:
        recalls.put(recall, action, by, clock.now())
    except Conflict as error:
        raise Refused("另有人正在办理这一批的撤回：请刷新页面") from error
    return recall
