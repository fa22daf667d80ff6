"""Tells everybody what is due for them on a day and still open: all of a day in one message by each way, or on their page alone."""

from __future__ import annotations

import logging
import math
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import clock
from chalicelib.law import case_reminders, telling
from chalicelib.law.reminders import REMINDERS, SEVERAL
from chalicelib.records.kinds import ChannelKind, NoticeState
from chalicelib.records.messages import Message, Notice
from chalicelib.records.remedies import Case
from chalicelib.services.common.due_work import AGAIN, Worked, in_parts
from chalicelib.services.delivery import deliver, provider_reminders
from chalicelib.services.delivery.settled import still_open
from chalicelib.services.remedies import record_changes
from chalicelib.services.telling import notices, reaching
from chalicelib.services.telling.reaching import Reach
from chalicelib.storage import case_watch, cases, engine, outbox
from chalicelib.storage import notices as kept

WORKERS = 8
AT_ONCE = 20_000
"""Notices that one run takes from the index."""
TOGETHER = 100
"""Addressees whose contacts are read at once."""
MOST_IN_ONE = 45
"""Notices in one message: as many as one transaction can mark as told, a provider asked to serve each. The rest comes the next day."""
CASES_AT_ONCE = 10_000
_STATED_WAYS: tuple[ChannelKind, ...] = ("phone", "letter")
LOG = logging.getLogger("mingxin")


def remind(day: date, *, seconds: float = math.inf) -> Worked:
    """Everything that is due on a day or was before it. Running it again tells nobody twice; a run that has no time for more says so."""
    until = time.monotonic() + seconds
    looked_at = _look_at_cases(day, until)
    provider_reminders.announce(day)
    if kept.untold(1):
        notices.announce("notice untold", "officers", about="untold", day=day)
    told, lag = _tell(kept.WAITING, day, until)
    total = looked_at + told
    return Worked(total["due"], total["done"], total["failed"], lag, AGAIN if total["left"] and total["done"] else "")


def at_once(day: date) -> dict[str, int]:
    """What waits for no day and of which no message of the queue told."""
    told, _ = _tell(kept.AT_ONCE, day, math.inf)
    return {name: told[name] for name in ("due", "done", "failed")}


def now_to(to: str, day: date) -> None:
    """Tell somebody what waits for no day."""
    found, _ = _opened(kept.open_for(to, day, day, kept.AT_ONCE))
    deliver.hint(_tell_at_once(to, found, reaching.of([to]).get(to), day))


def _tell(part: str, day: date, until: float) -> tuple[Counter[str], int]:
    """What was told, and for how many days the oldest of it had waited."""
    since: dict[str, date] = {}
    for one in kept.waiting(part, day, AT_ONCE):
        since[one.to] = min(one.day, since.get(one.to, one.day))
    everybody = list(since)
    groups = [everybody[start : start + TOGETHER] for start in range(0, len(everybody), TOGETHER)]
    total: Counter[str] = Counter()
    with ThreadPoolExecutor(WORKERS) as workers:
        # The first ones are told in any case: a run that is given no time would hand on for ever.
        ends = (math.inf, *(until for _ in groups[1:]))
        for counted in workers.map(lambda group, end: _group(group, since, day, end, by_day=part == kept.WAITING), groups, ends):
            total.update(counted)
    return total, max(((day - first).days for first in since.values()), default=0)


def _group(group: Sequence[str], since: dict[str, date], day: date, until: float, *, by_day: bool) -> Counter[str]:
    if time.monotonic() >= until:
        return Counter(left=len(group))
    return in_parts(lambda several: _together(several, since, day, by_day=by_day), group)


def _together(group: Sequence[str], since: dict[str, date], day: date, *, by_day: bool) -> Counter[str]:
    reach, total = reaching.of(group), Counter[str]()
    sent: list[str] = []
    for to in group:
        total["due"] += 1
        try:
            found, damaged = _opened(kept.open_for(to, since[to], day, kept.WAITING if by_day else kept.AT_ONCE))
            total.update(due=damaged, failed=damaged)
            if by_day:
                sent += _tell_together(to, found[:MOST_IN_ONE], reach.get(to), day, SEVERAL, day.isoformat())
            else:
                sent += _tell_at_once(to, found, reach.get(to), day)
        except (BotoCoreError, ClientError, KeyError, ValueError) as error:  # the others are told all the same; these wait on
            LOG.error("what is due for somebody was not told: %s", type(error).__name__)
            total["failed"] += 1
        else:
            total["done"] += 1
    deliver.hint(sent)
    return total


def _opened(found: Sequence[Notice]) -> tuple[list[Notice], int]:
    """The notices that can be told, and how many cannot be opened: each of those is an officer's from now on and holds up no other."""
    damaged = [one for one in found if one.damaged]
    for one in damaged:
        engine.write_together([kept.becomes(one, "damaged"), *_asked_to_serve([one])])
    return [one for one in found if not one.damaged], len(damaged)


def _tell_at_once(to: str, found: Iterable[Notice], reach: Reach | None, day: date) -> list[str]:
    """A message for each notice that waits for nothing; what its reader wishes to hear once a day waits for that message."""
    sent: list[str] = []
    for one in found:
        if REMINDERS[one.kind].moment == "as wished" and not (reach and reach.contacts.queries == "at once"):
            kept.wait(one)
        else:
            sent += _tell_together(to, [one], reach, day, one.kind, one.about)
    return sent


def _tell_together(to: str, found: Sequence[Notice], reach: Reach | None, day: date, kind: str, about: str) -> list[str]:
    """One message by each way for notices that are still open, written with their new states in one transaction; the messages' ids."""
    still, settled = _still_open(found, day)
    writes = [kept.becomes(one, "settled") for one in settled]
    wanted = [one for one in still if REMINDERS[one.kind].statutory or (reach and reach.contacts.notices)]
    only_page = [one for one in still if one not in wanted]
    writes += [kept.becomes(one, "page only") for one in only_page]
    messages = _messages(to, wanted, reach, day, kind, about)
    state: NoticeState = "told" if messages else "untold" if to.startswith("s:") else "page only"
    writes += [kept.becomes(one, state, tuple(message.id for message in messages)) for one in wanted]
    now = clock.now()
    for message in messages:
        start = telling.not_before(message.channel, now.astimezone(clock.SHANGHAI)).astimezone(now.tzinfo)
        letter = message.channel == "letter"
        writes.append(outbox.write(message, now, "letters" if letter else "messages", start.isoformat(timespec="microseconds")))
    if state == "untold":
        writes += _asked_to_serve(wanted)
    if not writes or not engine.write_together(writes):
        return []  # somebody else told them at this moment, or has told them something today: what is left comes the next day
    return [message.id for message in messages if message.channel != "letter"]


def _still_open(found: Sequence[Notice], day: date) -> tuple[list[Notice], list[Notice]]:
    """What is still to be told, and what is settled. What is about something that cannot be read is told: its day comes all the same."""
    still, settled = list[Notice](), list[Notice]()
    for one in found:
        try:
            (still if still_open(one.kind, one.to, one.about, day) else settled).append(one)
        except (KeyError, ValueError) as error:
            LOG.error("whether %s is settled cannot be read: %s", one.about, type(error).__name__)
            still.append(one)
    return still, settled


def _messages(to: str, wanted: Sequence[Notice], reach: Reach | None, day: date, kind: str, about: str) -> list[Message]:
    if not wanted:
        return []
    covers = tuple((one.kind, one.about) for one in wanted)
    statutory = any(REMINDERS[one.kind].statutory for one in wanted)
    if reach:
        ways: list[ChannelKind] = []
        if reach.contacts.email:
            ways.append("email")
        if reach.contacts.phone and (statutory or not ways):
            ways.append("phone")
        return [_message(to, kind, about, day, way, statutory, covers) for way in ways]
    for way in _STATED_WAYS:  # one way is enough, and one notice that says nothing stands for all
        for one in wanted:
            if notices.STATED[way] in one.facts:
                return [_message(to, one.kind, one.about, one.day, way, True, ((one.kind, one.about),), stated=True)]
    return []


def _message(
    to: str,
    kind: str,
    about: str,
    day: date,
    way: ChannelKind,
    statutory: bool,
    covers: tuple[tuple[str, str], ...],
    *,
    stated: bool = False,
) -> Message:
    return Message(
        outbox.message_id(to, kind, about, day, way), to, kind, about, day, way, statutory=statutory, covers=covers, stated=stated
    )


def _asked_to_serve(untold: Iterable[Notice]) -> Iterator[engine.Item]:
    """Nobody can be reached: the record's provider is asked to serve the notice, as it would its own decision."""
    for one in untold:
        if REMINDERS[one.kind].thing == "record":
            try:
                provider = record_changes.find(one.to.removeprefix("s:"), one.about).provider.code
            except (KeyError, ValueError) as error:  # the desk knows of it all the same
                LOG.error("nobody is asked to serve what is about %s: %s", one.about, type(error).__name__)
                continue
            yield notices.announcement("serve notice", f"provider:{provider}", about=one.about, day=one.day)


def _look_at_cases(day: date, until: float) -> Counter[str]:
    """Announce what the table says of the cases to be looked at, and look at each again when it says something next."""
    total: Counter[str] = Counter()
    for watched in case_watch.due(day, CASES_AT_ONCE):
        if total["due"] and time.monotonic() >= until:
            total["left"] += 1
            break
        total["due"] += 1
        try:
            _look_at(watched, day)
        except (BotoCoreError, ClientError, KeyError, ValueError) as error:
            LOG.error("case %s was not looked at: %s", watched.number, type(error).__name__)
            total["failed"] += 1
        else:
            total["done"] += 1
    return total


def _look_at(watched: case_watch.Watched, day: date) -> None:
    case = cases.load(watched.number)
    planned = list(case_reminders.of_case(case, watched.since)) if case else []
    for one in planned:
        if case and one.day <= day:
            notices.announce(one.kind, one.to, about=case.id, day=one.day, facts=_standing(case))
    following = min((one.day for one in planned if one.day > day), default=None)
    case_watch.look_again(watched, following)


def _standing(case: Case) -> dict[str, str]:
    return {"state": case.state, "due": case.due.isoformat() if case.due else ""}
