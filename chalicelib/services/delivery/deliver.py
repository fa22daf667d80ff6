"""Sends what is due: each message claimed by one worker, handed over once, and noted; what nobody can know is said to be uncertain."""

from __future__ import annotations

import logging
import math
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import channels, cities, clock, settings
from chalicelib.channels import Outgoing
from chalicelib.law import telling
from chalicelib.records.kinds import ChannelKind
from chalicelib.records.messages import Contact, Contacts, Message
from chalicelib.services.common.due_work import AGAIN, Worked, in_parts
from chalicelib.services.delivery.settled import still_open
from chalicelib.services.telling import notices, reaching, sending, unsubscribing, wording
from chalicelib.services.telling.message_texts import Language
from chalicelib.services.telling.reaching import Reach
from chalicelib.services.telling.wording import Words
from chalicelib.storage import outbox, queues

WORKERS = 8
TOGETHER = 25
"""Messages for which the addresses are read at once."""
AT_ONCE = 10_000
"""Messages that one run takes from the index."""
CLAIM_LASTS = timedelta(minutes=10)
"""After this nobody still works on what they have claimed: no function lives so long."""
FRESH = timedelta(minutes=10)
"""For so long what a message says is taken to be as it was when `remind` looked."""
TRIES = 6
"""How often a message is offered that nobody took."""
FIRST_WAIT = timedelta(minutes=1)
"""Before the second try; each further one waits four times as long."""
LOG = logging.getLogger("mingxin")


def deliver(limit: int = AT_ONCE, *, seconds: float = math.inf) -> Worked:
    """Send everything that is due now; a run that has no time for more says so. Claims that nobody works on any more become uncertain."""
    now, until = clock.now(), time.monotonic() + seconds
    given_up = _give_up(now)
    due = outbox.waiting("messages", _moment(now), limit)
    lag = _days_waited(due[:1])
    counts = _in_groups(due, until)
    done, left = counts["done"] + given_up, counts["left"]
    return Worked(len(due) + given_up - left, done, counts["failed"], lag, AGAIN if left and done else "")


def _days_waited(ids: Sequence[str]) -> int:
    """For how many days messages have waited to be sent, at most."""
    today, since = clock.today(), [datetime.fromisoformat(one.times["due"]) for one in outbox.load(ids).values()]
    return max(((today - one.astimezone(clock.SHANGHAI).date()).days for one in since), default=0)


def hint(ids: Sequence[str]) -> None:
    """Let the queue send messages now; the job finds what is lost here."""
    for start in range(0, len(ids), TOGETHER):
        try:
            queues.send(notices.QUEUE, "messages:" + ",".join(ids[start : start + TOGETHER]))
        except (BotoCoreError, ClientError) as error:
            LOG.warning("messages were not queued: %s", type(error).__name__)
            return


def these(ids: Sequence[str]) -> dict[str, int]:
    """Send messages by their ids, as far as they are due and nobody else has them; counts of done and failed."""
    counts = _in_groups(ids, math.inf)
    return {name: counts[name] for name in ("done", "failed")}


def _in_groups(ids: Sequence[str], until: float) -> Counter[str]:
    """Some at a time, the first ones in any case; `left` are those for which there was no time."""
    groups = [ids[start : start + TOGETHER] for start in range(0, len(ids), TOGETHER)]
    total: Counter[str] = Counter()
    with ThreadPoolExecutor(min(WORKERS, len(groups) or 1)) as workers:
        for counts in workers.map(lambda place: _in_time(groups[place], until if place else math.inf), range(len(groups))):
            total.update(counts)
    return total


def _in_time(ids: Sequence[str], until: float) -> Counter[str]:
    return in_parts(_group, ids) if time.monotonic() < until else Counter(left=len(ids))


def _group(ids: Sequence[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    messages = list(outbox.load(ids).values())
    reach = reaching.of(message.to for message in messages if not message.stated)
    addresses = {message.id: _address(message, reach) for message in messages}
    refused = outbox.suppressed((message.channel, to) for message in messages if (to := addresses[message.id]))
    for message in messages:
        to = addresses[message.id]
        try:
            counts["done"] += _one(message, to, reach.get(message.to), (message.channel, to) in refused)
        except (BotoCoreError, ClientError, ValueError, KeyError) as error:  # the others go all the same; this one is found again
            LOG.error("message %s was not delivered: %s", message.id, type(error).__name__)
            counts["failed"] += 1
    return counts


def _one(message: Message, to: str | None, reach: Reach | None, refused: bool) -> bool:
    """Send one message; whether it came to an end."""
    now = clock.now()
    local = now.astimezone(clock.SHANGHAI)
    start = telling.not_before(message.channel, local)
    if start > local:
        outbox.postpone(message.id, start.astimezone(now.tzinfo))
        return False
    covers = _still_open(message, now)
    # Before the claim: what fails here surely did not go.
    outgoing = _outgoing(replace(message, covers=covers), to, reach) if to and covers and not refused else None
    claimed = outbox.claim(message.id, now)
    if claimed is None:
        return False
    if outgoing is None:
        why = "settled" if not covers else "refused before" if to else "no contact"
        nobody_knows = bool(covers) and message.statutory and not _goes_otherwise(message, reach)
        outbox.note(message.id, "suppressed", clock.now(), detail=why, part="failed" if nobody_knows else None)
        return True
    handed = sending.hand_over(cast(channels.Kind, message.channel), outgoing)
    at = clock.now()
    if handed.state == "again" and claimed.attempt < TRIES:
        outbox.release(message.id, at + FIRST_WAIT * 4 ** (claimed.attempt - 1), handed.detail or "")
        return False
    state = "failed" if handed.state == "again" else handed.state
    part: outbox.Part | None = "failed" if state == "failed" else None
    if state == "uncertain" and message.statutory:
        part = for_an_officer(message)
    outbox.note(message.id, state, at, provider=handed.provider, provider_id=handed.provider_id, detail=handed.detail, part=part)
    return True


def _goes_otherwise(message: Message, reach: Reach | None) -> bool:
    """Whether the same goes to the same reader by another way, at which nothing came back."""
    kept = reach.contacts if reach else Contacts()
    ways = {way: one.value for way, one in (("email", kept.email), ("phone", kept.phone)) if one and way != message.channel}
    others = outbox.load(outbox.message_id(message.to, message.kind, message.about, message.day, way) for way in ways).values()
    return len(outbox.suppressed((one.channel, ways[one.channel]) for one in others)) < len(others)


def _still_open(message: Message, now: datetime) -> tuple[tuple[str, str], ...]:
    """What of a message is still to be told: one that waited, for the morning or for a channel, may be overtaken."""
    if now - datetime.fromisoformat(message.times["due"]) <= FRESH or message.former:
        return message.covers
    today = clock.today()
    return tuple((kind, about) for kind, about in message.covers if still_open(kind, message.to, about, today))


def _give_up(now: datetime) -> int:
    """What somebody claimed and never noted may have gone or not: it is uncertain, never sent again, and an officer's if statutory."""
    stale = outbox.load(outbox.waiting("claims", _moment(now - CLAIM_LASTS), AT_ONCE))
    for message in stale.values():
        part = for_an_officer(message) if message.statutory else None
        outbox.note(message.id, "uncertain", now, detail="no answer noted", part=part)
    return len(stale)


def for_an_officer(message: Message) -> outbox.Part:
    """An officer hears that nobody knows of a message, before that is noted: should it turn out otherwise, it is not sent."""
    notices.announce("notice uncertain", "officers", about=message.id, day=clock.today())
    return "uncertain"


def _address(message: Message, reach: Mapping[str, Reach]) -> str | None:
    if message.former:
        return message.former.value
    if message.stated:
        return notices.stated(message)
    found = reach.get(message.to)
    kept: Contact | None = None
    if found:
        kept = found.contacts.phone if message.channel == "phone" else found.contacts.email
    return kept.value if kept else None


def _outgoing(message: Message, to: str, reach: Reach | None) -> Outgoing:
    city = cities.identity(settings.city())
    language: Language = message.former.language if message.former else reach.contacts.language if reach else "zh"
    unsubscribe = unsubscribing.link(reach.number) if reach and not message.statutory and message.channel == "email" else ""
    if message.former:
        words = wording.contact_changed(city, language)
    else:
        words = worded(message.channel, kinds_of(message), language, to=message.to, unsubscribe=unsubscribe, stated=message.stated)
    return Outgoing(
        to=to,
        title=words.title,
        text=words.text,
        sender=city.email_sender if message.channel == "email" else city.sms_signature,
        reference=message.id,
        html=words.html,
        headers=unsubscribing.headers(unsubscribe) if unsubscribe else {},
        template=words.template,
        values=dict(words.values),
    )


def kinds_of(message: Message) -> list[str]:
    """The kinds of the notices in a message, in their order."""
    return [kind for kind, _ in message.covers]


def worded(
    channel: ChannelKind, kinds: Sequence[str], language: Language, *, to: str = "s:", unsubscribe: str = "", stated: bool = False
) -> Words:
    """What a message of these kinds says by a channel: sent so, and shown so before it is."""
    city = cities.identity(settings.city())
    if stated or channel == "letter":
        return wording.content_free(city, language)
    if channel == "phone":
        return wording.text_message(kinds, city, language)
    return wording.email(kinds, city, settings.site() + wording.page_for(to), language, unsubscribe)


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")
