"""How messages leave the window: one small interface, and behind it two senders for each kind of contact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, Protocol

Kind = Literal["phone", "email"]
Name = Literal["ses", "smtp", "sns", "gateway"]


class Unsent(Exception):
    """A message was surely not taken; the reason is a word for the log, never what it says or to whom. `passing`: later it may be."""

    def __init__(self, reason: str, *, passing: bool = False) -> None:
        super().__init__(reason)
        self.passing = passing


class Doubtful(Exception):
    """Nobody can say whether a message was taken: the answer got lost. Sending it again could send it twice."""


@dataclass(frozen=True)
class Outgoing:
    """One message as a channel carries it. `sender` is an address, or the signature in front of a text.

    `reference` is our id of it, which receipts name; `headers` are more headers of an e-mail, `template` and `values` are for
    gateways that send registered texts only.
    """

    to: str
    title: str
    text: str
    sender: str
    reference: str = ""
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    template: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


class Channel(Protocol):
    """Whoever carries messages to one kind of contact."""

    def send(self, message: Outgoing) -> str:
        """Hand a message over; what the channel calls it from then on. `Unsent` when it was not taken, `Doubtful` when nobody knows."""


@cache
def channel(name: Name) -> Channel:
    """A channel by its name."""
    if name == "ses":
        from chalicelib.channels.email import Ses

        return Ses()
    if name == "smtp":
        from chalicelib.channels.smtp import Smtp

        return Smtp()
    if name == "gateway":
        from chalicelib.channels.gateway import Gateway

        return Gateway()
    from chalicelib.channels.sms import Sns

    return Sns()
