"""Who carries the city's messages and hints: takes most, refuses some for a while, tells of them early, twice and out of order."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from bench.simulation.clockwork import run

if TYPE_CHECKING:
    from bench.simulation.city import City
    from chalicelib.channels import Outgoing

KEY, SECRET = "city", "simulated"
STEMS = ("decision", "correction", "verification", "opinion")
"""What somebody is reminded of in a city."""


class Carrier:
    """All channels in one. What it takes is counted; what it takes twice, or of a settled matter, is a failure."""

    def __init__(self, city: City) -> None:
        self.city = city

    def send(self, message: Outgoing) -> str:
        """Take a message, or refuse it for now; a receipt may come before the sender has noted that it went."""
        from chalicelib.channels import Unsent

        city = self.city
        if city.chance.random() < 0.08:
            city.score["messages refused for a while"] += 1
            raise Unsent("HTTP 503", passing=True)
        city.score["messages"] += 1
        city.handed[message.reference] += 1
        if city.handed[message.reference] > 1:
            city.fails(f"message {message.reference} was sent twice")
        _look_at(city, message)
        if city.chance.random() < 0.2:
            _receipt(city, message.reference, "delivered")
        return f"id-{len(city.handed)}"


def _look_at(city: City, sent: Outgoing) -> None:
    """What a message says must be done must still be to do; of what it covers it may leave out what is settled by now."""
    from chalicelib.law.reminders import REMINDERS
    from chalicelib.storage import outbox

    message = outbox.load([sent.reference])[sent.reference]
    for kind in {kind for kind, _ in message.covers if kind.split()[-1] in ("asked", "due", "overdue")}:
        stem, abouts = kind.rpartition(" ")[0], [about for other, about in message.covers if other == kind]
        if stem in STEMS and REMINDERS[kind].name in sent.text:
            city.score["reminders"] += 1
            if not any(city.open_duty(about, stem) for about in abouts):
                city.fails(f"{kind} about {abouts} was sent to {message.to} although it is settled")


def _receipt(city: City, reference: str, state: str) -> None:
    """What the gateway tells of a message, signed."""
    from chalicelib import clock
    from chalicelib.channels import signatures
    from chalicelib.services.telling import receipts

    for name, value in (("", "https://gateway.example"), ("_KEY", KEY), ("_SECRET", SECRET)):
        os.environ["MINGXIN_SMS_GATEWAY" + name] = value
    body = json.dumps({"receipts": [{"reference": reference, "state": state}]}).encode()
    moment = str(clock.seconds_of_this_machine())
    signed = signatures.of("POST", receipts.SMS_PATH, moment, "n", body, SECRET)
    receipts.of_sms({signatures.KEY: KEY, signatures.TIME: moment, signatures.NONCE: "n", signatures.SIGNATURE: signed}, body)
    city.score["receipts"] += 1


def bring_receipts(city: City) -> None:
    """Of some of what went, that it arrived, or that it failed: again, late, in no order."""
    went = list(city.handed)[-20:]
    for reference in city.chance.sample(went, min(3, len(went))):
        _receipt(city, reference, city.chance.choice(("delivered", "delivered", "failed")))


def bring_hints(city: City) -> None:
    """What the queue brings: some of it later, some twice, in no order, and some not at all."""
    waiting, city.hints = city.hints, []
    city.chance.shuffle(waiting)
    for body in waiting:
        drawn = city.chance.random()
        if drawn < 0.15:
            city.score["hints lost"] += 1
        elif drawn < 0.3:
            city.hints.append(body)
        else:
            for _ in range(1 + (drawn < 0.45)):
                run(city, "notices", [body])
