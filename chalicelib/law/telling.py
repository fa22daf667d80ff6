"""How people may be told: at which hours, how long a text message is, and how the state of a message may go on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from chalicelib.records.kinds import MessageState

QUIET_FROM, QUIET_UNTIL = time(21), time(8)
"""Between these, by the clock in China, nobody gets a text message but a code that they asked for."""
ONE_PART, EACH_PART = 70, 67
"""Characters of a text message outside the Latin alphabet (3GPP TS 23.038, UCS-2): alone, and as a part of several."""
_OPEN: frozenset[MessageState] = frozenset({"delivered", "bounced", "failed"})
FOLLOWS: Mapping[MessageState, frozenset[MessageState]] = {
    "due": frozenset({"claimed", "suppressed", "printed"}),
    "claimed": frozenset({"sent", "suppressed", "uncertain", "delivered", "bounced", "failed"}),
    "sent": _OPEN,
    "uncertain": _OPEN,
    "delivered": frozenset({"bounced"}),
    "printed": frozenset({"posted"}),
    "posted": frozenset({"returned"}),
    "bounced": frozenset(),
    "failed": frozenset(),
    "suppressed": frozenset(),
    "returned": frozenset(),
}
"""Which states may follow a state: only ever later ones. A receipt may come before its sender has noted anything, and what was
delivered can still come back."""


def before(state: MessageState) -> tuple[MessageState, ...]:
    """The states that a state may follow."""
    return tuple(earlier for earlier, later in FOLLOWS.items() if state in later)


def not_before(channel: str, local: datetime, *, code: bool = False) -> datetime:
    """The first moment, in China, at which a message may go: at once, or at eight o'clock for a text message in the night."""
    quiet = local.time() >= QUIET_FROM or local.time() < QUIET_UNTIL
    if channel != "phone" or code or not quiet:
        return local
    day = local.date() + timedelta(days=local.time() >= QUIET_FROM)
    return datetime.combine(day, QUIET_UNTIL, local.tzinfo)


def parts(text: str) -> int:
    """As how many text messages a text is carried and paid, counted in UTF-16 units."""
    units = len(text.encode("utf-16-le")) // 2
    return 1 if units <= ONE_PART else -(-units // EACH_PART)
