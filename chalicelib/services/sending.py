"""Hands one message to a channel, or to the other one when the first fails or slows; nothing is ever handed over twice."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Literal, cast

from chalicelib import channels, cities, clock, settings
from chalicelib.channels import Doubtful, Kind, Outgoing, Unsent
from chalicelib.storage import allowances, outbox

SLOW = 5.0
"""Seconds after which a channel counts as slow."""
STRIKES = 3
"""Failures or slow answers in a row after which a channel rests."""
REST = 300.0
"""Seconds for which it does: meanwhile the other one is first."""
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


@dataclass
class Health:
    """How a channel does in this process: failures in a row, and until when it rests (seconds of a clock that only goes on)."""

    strikes: int = 0
    rests_until: float = 0.0
    lock: Lock = field(default_factory=Lock)

    def note(self, fine: bool) -> None:
        """Count an answer."""
        with self.lock:
            self.strikes = 0 if fine else self.strikes + 1
            if self.strikes >= STRIKES:
                self.strikes, self.rests_until = 0, time.monotonic() + REST


_health: defaultdict[str, Health] = defaultdict(Health)


def hand_over(kind: Kind, message: Outgoing) -> Handed:
    """Hand a message to the first channel of its kind that takes it. A lost answer ends the search: it may have been taken."""
    listed = settings.trial()
    if listed is not None and message.to not in listed:
        return Handed("suppressed", detail="trial")
    last = Unsent("no channel")
    for name in _in_order(kind):
        try:
            return _handed(name, message)
        except Doubtful as doubt:
            _health[name].note(fine=False)
            LOG.warning("message %s: %s gave no answer: %s", message.reference, name, doubt)
            return Handed("uncertain", name, detail=str(doubt))
        except Unsent as refusal:
            _health[name].note(fine=not refusal.passing)
            LOG.warning("message %s: %s did not take it: %s", message.reference, name, refusal)
            last = refusal if refusal.passing or not last.passing else last
    return Handed("again" if last.passing else "failed", detail=str(last))


def _handed(name: str, message: Outgoing) -> Handed:
    _await_turn(name)
    began = time.monotonic()
    provider_id = channels.channel(cast(channels.Name, name)).send(_for(name, message))
    _health[name].note(fine=time.monotonic() - began < SLOW)
    outbox.keep_locally(
        {
            "at": clock.now().isoformat(timespec="seconds"),
            "channel": name,
            "to": message.to,
            "title": message.title,
            "text": message.sender + message.text if name in ("sns", "gateway") else message.text,
        }
    )
    return Handed("sent", name, provider_id)


def _for(name: str, message: Outgoing) -> Outgoing:
    """The message with the template's id at this gateway, where the city has one."""
    known = cities.identity(settings.city()).sms_templates.get(name, {})
    return replace(message, template=known.get(message.template, "")) if message.template else message


def _in_order(kind: Kind) -> list[str]:
    """The channels of a kind, those at rest last."""
    now = time.monotonic()
    return sorted(settings.senders(kind), key=lambda name: _health[name].rests_until > now)


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
