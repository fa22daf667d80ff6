"""Sends what is due: each message claimed by one worker, handed over once, and noted; what nobody can know is said to be uncertain."""

from __future__ import annotations

import logging
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
from chalicelib.records import ChannelKind, Contact, Message
from chalicelib.services import notices, reaching, sending, unsubscribing, wording
from chalicelib.services.message_texts import Language
from chalicelib.services.reaching import Reach
from chalicelib.services.settled import still_open
from chalicelib.services.wording import Words
from chalicelib.storage import outbox

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


def deliver(limit: int = AT_ONCE) -> dict[str, int]:
    """Send everything that is due now; counts of due, done and failed. Claims that nobody works on any more become uncertain."""
    now = clock.now()
    given_up = _give_up(now)
    due = outbox.waiting("messages", _moment(now), limit)
    counts = these(due)
    return {"due": len(due) + given_up, "done": counts["done"] + given_up, "failed": counts["failed"]}


def these(ids: Sequence[str]) -> dict[str, int]:
    """Send messages by their ids, as far as they are due and nobody else has them; counts of done and failed."""
    groups = [ids[start : start + TOGETHER] for start in range(0, len(ids), TOGETHER)]
    total: Counter[str] = Counter({"done": 0, "failed": 0})
    with ThreadPoolExecutor(min(WORKERS, len(groups) or 1)) as workers:
        for counts in workers.map(_group, groups):
            total.update(counts)
    return dict(total)


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
        outbox.note(message.id, "suppressed", clock.now(), detail=why)
        return True
    handed = sending.hand_over(cast(channels.Kind, message.channel), outgoing)
    at = clock.now()
    if handed.state == "again" and claimed.attempt < TRIES:
        outbox.release(message.id, at + FIRST_WAIT * 4 ** (claimed.attempt - 1), handed.detail or "")
        return False
    state = "failed" if handed.state == "again" else handed.state
    part: outbox.Part | None = "failed" if state == "failed" else "uncertain" if state == "uncertain" and message.statutory else None
    outbox.note(message.id, state, at, provider=handed.provider, provider_id=handed.provider_id, detail=handed.detail, part=part)
    return True


def _still_open(message: Message, now: datetime) -> tuple[tuple[str, str], ...]:
    """What of a message is still to be told: one that waited, for the morning or for a channel, may be overtaken."""
    if now - datetime.fromisoformat(message.times["due"]) <= FRESH or not message.covers:
        return message.covers
    today = clock.today()
    return tuple((kind, about) for kind, about in message.covers if still_open(kind, message.to, about, today))


def _give_up(now: datetime) -> int:
    """What somebody claimed and never noted may have gone or not: it is uncertain, never sent again, and an officer's if statutory."""
    stale = outbox.load(outbox.waiting("claims", _moment(now - CLAIM_LASTS), AT_ONCE))
    for message in stale.values():
        part: outbox.Part | None = "uncertain" if message.statutory else None
        if outbox.note(message.id, "uncertain", now, detail="no answer noted", part=part) and part:
            notices.announce("notice uncertain", "officers", about=message.id, day=clock.today())
    return len(stale)


def _address(message: Message, reach: Mapping[str, Reach]) -> str | None:
    if message.stated:
        return notices.stated(message)
    found = reach.get(message.to)
    kept: Contact | None = None
    if found:
        kept = found.contacts.phone if message.channel == "phone" else found.contacts.email
    return kept.value if kept else None


def _outgoing(message: Message, to: str, reach: Reach | None) -> Outgoing:
    city = cities.identity(settings.city())
    language: Language = reach.contacts.language if reach else "zh"
    unsubscribe = unsubscribing.link(reach.number) if reach and not message.statutory and message.channel == "email" else ""
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
