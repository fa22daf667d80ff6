"""What no queue could get done, seen at the desk: given to its function once more, or put away, each with its entry in the trail."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import clock
from chalicelib.law.decisions import Refused
from chalicelib.records.access import Act
from chalicelib.records.people import Session
from chalicelib.services.identity import people_sessions
from chalicelib.services.scheduled import job_runs
from chalicelib.storage import archive, queues
from chalicelib.storage.queues import Held

QUEUES = ("notices", "reports", "jobs")
"""The queues whose messages go aside after five tries; with those of `jobs` go the calls of schedules that failed three times."""
ASIDE = "-failed"
SHOWN = 100
"""Of each queue, how many a page shows."""
_HIDDEN_SECONDS = 60
"""For so long a message is nobody else's while it is dealt with; a crash shows it again."""
_ROLES = frozenset({"officer", "supervisor"})
_RULE = re.compile(r"-([A-Z][a-z]+)[A-Z]")
What = Literal["consent", "to", "messages", "report", "job", "call"]


@dataclass(frozen=True)
class DeadLetter:
    """A message that could not be worked off: in which queue, its id there, since when (UTC), what it asks for and about what: ids
    alone. `again` is what is put into the queue once more; empty when the next run of the job does it all anyway."""

    queue: str
    id: str
    since: datetime
    what: What
    about: str
    again: str


def overview() -> dict[str, list[DeadLetter] | None]:
    """The messages of each queue that went aside, the longest there first; None when nobody can tell now."""
    found: dict[str, list[DeadLetter] | None] = {}
    for queue in QUEUES:
        try:
            found[queue] = [_read(queue, one) for one in queues.held(queue + ASIDE, SHOWN)]
        except (BotoCoreError, ClientError):
            found[queue] = None
    return found


def act(session: Session, what: str, queue: str, ids: Iterable[str]) -> None:
    """Give messages to their function once more (`again`), or put them away (`away`), by an officer or a supervisor.

    `Refused` when one of them is not there any more: somebody else has dealt with it, or does so now.
    """
    if not _ROLES & set(session.person.roles):
        raise people_sessions.NotAllowed("officer")
    if what not in ("again", "away") or queue not in QUEUES:
        raise Refused("请用页面上的按钮办理")
    wanted = set(ids)
    for one in queues.held(queue + ASIDE, SHOWN, _HIDDEN_SECONDS):
        letter = _read(queue, one)
        if one.id in wanted and (letter.again or what == "away"):
            _deal_with(session, what, letter, one)
            wanted.remove(one.id)
        else:
            queues.show_again(queue + ASIDE, one)
    if wanted:
        raise Refused("有的消息已经由别人处理，或者不能再办：请刷新页面")


def _deal_with(session: Session, what: str, letter: DeadLetter, held: Held) -> None:
    """The trail comes first, the message leaves last: a crash in between leaves it where it was, and what it asks for is done once."""
    changes = archive.Changes()
    act = Act(f"dead_letter.{what}", "-", letter.id, [letter.queue, held.body])
    archive.put_trail(changes, [act], actor=session.person.id, reason=letter.queue, at=clock.now())
    changes.commit()
    if what == "again":
        queues.send(letter.queue, letter.again)
    queues.take_out(letter.queue + ASIDE, held)


def _read(queue: str, held: Held) -> DeadLetter:
    what, about, again = _FORMS[queue](held.body)
    return DeadLetter(queue, held.id, held.since, what, about, again)


def _of_notices(body: str) -> tuple[What, str, str]:
    kind, _, about = body.partition(":")
    known: dict[str, What] = {"consent": "consent", "to": "to"}
    return known.get(kind, "messages"), about, body


def _of_reports(body: str) -> tuple[What, str, str]:
    return "report", body, body


def _of_jobs(body: str) -> tuple[What, str, str]:
    """The rest that a run handed on; or the call of a schedule, whose rule is named after its function."""
    said: Any = json.loads(body)
    if "job" in said:
        return "job", said["job"], body
    rule = _RULE.search(" ".join(said.get("resources", ())).rpartition("/")[2])
    job = rule[1].lower() if rule else ""
    again = job_runs.message(job, clock.today()) if job in job_runs.HANDING_ON else ""
    return "call", job, again


_FORMS = {"notices": _of_notices, "reports": _of_reports, "jobs": _of_jobs}
