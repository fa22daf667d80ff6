"""How messages leave the window: one small interface, and a sender behind it for each kind of contact."""

from __future__ import annotations

from functools import cache
from typing import Literal, Protocol

Kind = Literal["phone", "email"]


class Unsent(Exception):
    """A message could not be handed over; the reason is a word for the log, never what it says or to whom."""


class Channel(Protocol):
    """Whoever carries messages to one kind of contact."""

    def send(self, to: str, title: str, text: str, sender: str) -> None:
        """Hand a message over; `Unsent` when it was not taken. `sender` is an address, or the signature in front of a text."""


@cache
def channel(kind: Kind) -> Channel:
    """The channel for a kind of contact."""
    if kind == "email":
        from chalicelib.channels.email import Ses

        return Ses()
    from chalicelib.channels.sms import Sns

    return Sns()
