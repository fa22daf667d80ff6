"""Tells everybody what is due for them on a day and still open: all of a day in one message by each way, or on their page alone."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import clock
from chalicelib.law import case_reminders, telling
from chalicelib.law.reminders import REMINDERS, SEVERAL
from chalicelib.records import Case, ChannelKind, Message, Notice, NoticeState
from chalicelib.services import deliver, notices, reaching, record_changes
from chalicelib.services.reaching import Reach
from chalicelib.services.settled import still_open
from chalicelib.storage import case_watch, cases, engine, outbox, queues
from chalicelib.storage import notices as kept

WORKERS = 8
AT_ONCE = 20_000
"""Notices that one run takes from the index."""
TOGETHER = 100
"""Addressees whose contacts are read at once."""
MOST_IN_ONE = 80
"""Notices in one message: as many as one transaction can mark as told. The rest comes the next day."""
CASES_AT_ONCE = 10_000
_STATED_WAYS: tuple[ChannelKind, ...] = ("phone", "letter")
LOG = logging.getLogger("mingxin")


def remind(day: date) -> dict[str, int]:
    """Everything that is due on a day or was before it; counts of due, done and failed. Running it again tells nobody twice."""
    looked_at = _look_at_cases(day)
    told = _tell(kept.WAITING, day)
    return {name: looked_at[name] + told[name] for name in ("due", "done", "failed")}


def at_once(day: date) -> dict[str, int]:
    """What waits for no day and of which no message of the queue told."""
    return dict(_tell(kept.AT_ONCE, day))


def now_to(to: str, day: date) -> None:
    """Tell somebody what waits for no day."""
    found = [one for one in kept.open_for(to, day, day) if REMINDERS[one.kind].moment == "at once"]
    reach = reaching.of([to])
    for notice in found:
        _send_hint(_tell_together(to, [notice], reach.get(to), day, notice.kind, notice.about))


def _tell(part: str, day: date) -> Counter[str]:
    since: dict[str, date] = {}
    for one in kept.waiting(part, day, AT_ONCE):
        since[one.to] = min(one.day, since.get(one.to, one.day))
    everybody = list(since)
    groups = [everybody[start : start + TOGETHER] for start in range(0, len(everybody), TOGETHER)]
    total: Counter[str] = Counter()
    with ThreadPoolExecutor(WORKERS) as workers:
        for counted in workers.map(lambda group: _group(group, since, day, by_day=part == kept.WAITING), groups):
            total.update(counted)
    return total


def _group(group: Sequence[str], since: dict[str, date], day: date, *, by_day: bool) -> Counter[str]:
    reach, total = reaching.of(group), Counter[str]()
    sent: list[str] = []
    for to in group:
        total["due"] += 1
        try:
            found = [one for one in kept.open_for(to, since[to], day) if (REMINDERS[one.kind].moment == "at once") != by_day]
            if by_day:
                sent += _tell_together(to, found[:MOST_IN_ONE], reach.get(to), day, SEVERAL, day.isoformat())
            else:
                for one in found:
                    sent += _tell_together(to, [one], reach.get(to), day, one.kind, one.about)
        except (BotoCoreError, ClientError, KeyError, ValueError) as error:  # the others are told all the same; these wait on
            LOG.error("what is due for somebody was not told: %s", type(error).__name__)
            total["failed"] += 1
        else:
            total["done"] += 1
    _send_hint(sent)
    return total


def _tell_together(to: str, found: Sequence[Notice], reach: Reach | None, day: date, kind: str, about: str) -> list[str]:
    """One message by each way for notices that are still open, written with their new states in one transaction; the messages' ids."""
    still = [one for one in found if still_open(one.kind, one.to, one.about, day)]
    settled = [one for one in found if one not in still]
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
        _ask_to_serve(wanted)  # before it is noted: whoever is cut off in between asks again, and is heard once
    if not writes or not engine.write_together(writes):
        return []  # somebody else told them at this moment, or has told them something today: what is left comes the next day
    return [message.id for message in messages if message.channel != "letter"]


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


def _ask_to_serve(untold: Iterable[Notice]) -> None:
    """Nobody can be reached: the record's provider is asked to serve the notice, as it would its own decision."""
    for one in untold:
        if REMINDERS[one.kind].thing == "record":
            provider = record_changes.find(one.to.removeprefix("s:"), one.about).provider.code
            notices.announce("serve notice", f"provider:{provider}", about=one.about, day=one.day)


def _look_at_cases(day: date) -> Counter[str]:
    """Announce what the table says of the cases to be looked at, and look at each again when it says something next."""
    total: Counter[str] = Counter()
    for watched in case_watch.due(day, CASES_AT_ONCE):
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


def _send_hint(ids: Sequence[str]) -> None:
    for start in range(0, len(ids), deliver.TOGETHER):
        try:
            queues.send(notices.QUEUE, "messages:" + ",".join(ids[start : start + deliver.TOGETHER]))
        except (BotoCoreError, ClientError) as error:  # the sweep finds them
            LOG.warning("messages were not queued: %s", type(error).__name__)
            return
