"""Hands one message to a channel, or to the other one when the first fails or slows; nothing is ever handed over twice."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from threading import Lock
from typing import Literal, cast

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import channels, cities, clock, settings
from chalicelib.channels import Doubtful, Kind, Outgoing, Unsent
from chalicelib.records.kinds import ChannelKind
from chalicelib.storage import allowances, channel_health, outbox

SLOW = 5.0
"""Seconds after which a channel counts as slow."""
STRIKES = 3
"""Failures or slow answers in a row after which a channel rests."""
REST = timedelta(minutes=5)
"""For how long: meanwhile the other one is first."""
LOOK_AGAIN = 10.0
"""Seconds after which a process looks again how the channels do: others may have met what it has not."""
PATIENCE = 20
"""Seconds that a message waits here for its turn under a channel's limit."""
LOG = logging.getLogger("mingxin")


@dataclass(frozen=True)
class Handed:
    """What came of it: `again` when nobody took it for now. `provider` is the channel, `provider_id` its name for the message."""

    state: Literal["sent", "failed", "again", "uncertain", "suppressed"]
    provider: str | None = None
    provider_id: str | None = None
    detail: str | None = None


class Watch:
    """How the channels of a kind do, as all processes see it: looked up now and then, told when something changes. A kind with one
    channel is not watched: there is no other."""

    def __init__(self) -> None:
        self._known: dict[str, channel_health.Health] = {}
        self._looked: dict[Kind, float] = {}
        self._lock = Lock()

    def in_order(self, kind: Kind) -> list[str]:
        """The channels of a kind, those at rest last."""
        names = list(settings.senders(kind))
        if len(names) > 1:
            self._look(kind, names)
        now = clock.now().isoformat(timespec="microseconds")
        return sorted(names, key=lambda name: name in self._known and self._known[name].rests_until > now)

    def note(self, name: str, *, fine: bool) -> None:
        """Count an answer of a channel. That it cannot be counted keeps no message from going."""
        known = self._known.get(name)
        if known is None or (fine and not known.strikes):
            return
        try:
            self._known[name] = channel_health.well(name) if fine else channel_health.strike(name, STRIKES, REST, clock.now())
        except (BotoCoreError, ClientError) as error:
            LOG.warning("how %s does was not noted: %s", name, type(error).__name__)

    def _look(self, kind: Kind, names: Iterable[str]) -> None:
        with self._lock:
            if time.monotonic() < self._looked.get(kind, 0.0):
                return
            self._looked[kind] = time.monotonic() + LOOK_AGAIN
        self._known |= channel_health.of(names)


_watch = Watch()


def hand_over(kind: Kind, message: Outgoing) -> Handed:
    """Hand a message to the first channel of its kind that takes it. A lost answer ends the search: it may have been taken."""
    listed = settings.trial()
    if listed is not None and message.to not in listed:
        return Handed("suppressed", detail="trial")
    last = Unsent("no channel")
    for name in _watch.in_order(kind):
        try:
            handed = _handed(name, message)
        except Doubtful as doubt:
            _watch.note(name, fine=False)
            LOG.warning("message %s: %s gave no answer: %s", message.reference, name, doubt)
            return Handed("uncertain", name, detail=str(doubt))
        except Unsent as refusal:
            _watch.note(name, fine=not refusal.passing)
            LOG.warning("message %s: %s did not take it: %s", message.reference, name, refusal)
            last = refusal if refusal.passing or not last.passing else last
        else:
            keep_locally(kind, message)
            return handed
    return Handed("again" if last.passing else "failed", detail=str(last))


def _handed(name: str, message: Outgoing) -> Handed:
    _await_turn(name)
    began = time.monotonic()
    provider_id = channels.channel(cast(channels.Name, name)).send(_for(name, message))
    _watch.note(name, fine=time.monotonic() - began < SLOW)
    return Handed("sent", name, provider_id)


def keep_locally(way: ChannelKind, message: Outgoing) -> None:
    """On one machine, where nobody has a phone: keep what has left the window, for the page that shows it as its reader would see it."""
    facts = {"at": clock.now().isoformat(timespec="seconds"), "way": way, "to": message.to, "sender": message.sender}
    outbox.keep_locally({**facts, "title": message.title, "text": message.text, "html": message.html})


def _for(name: str, message: Outgoing) -> Outgoing:
    """The message with the template's id at this gateway, where the city has one."""
    known = cities.identity(settings.city()).sms_templates.get(name, {})
    return replace(message, template=known.get(message.template, "")) if message.template else message


def _await_turn(name: str) -> None:
    """Wait until this second has room for one more message of a channel; `Unsent` for now when none has for long."""
    most = settings.a_second(name)
    if not most:
        return
    for _ in range(PATIENCE):
        now = clock.now()
        if allowances.take(f"channel {name}", now.strftime("%H:%M:%S"), now.date(), now, most):
            return
        time.sleep(1 - now.microsecond / 1_000_000)
    raise Unsent("rate limit", passing=True)
