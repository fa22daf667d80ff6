"""What the queue of notices brings: requests for consent, people to be told at once, messages to be sent."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from datetime import date

from chalicelib import clock
from chalicelib.services.common.due_work import Worked
from chalicelib.services.consent import asking_consent
from chalicelib.services.delivery import deliver, remind


def work_off(bodies: Iterable[str]) -> dict[str, int]:
    """Do what each message of the queue asks for; counts of due, done and failed. ValueError for one that nobody here has sent."""
    due = done = failed = 0
    for body in bodies:
        what, _, which = body.partition(":")
        due += 1
        match what:
            case "consent":
                done += bool(asking_consent.tell(which))
            case "to":
                remind.now_to(which, clock.today())
                done += 1
            case "messages":
                counts = deliver.these(which.split(","))
                done += counts["done"]
                failed += counts["failed"]
            case _:
                raise ValueError("the queue of notices has a message of no known kind")
    return {"due": due, "done": done, "failed": failed}


def sweep(day: date, *, seconds: float = math.inf) -> Worked:
    """The same for all that the queue never brought; a run that has no time for more says so."""
    until = time.monotonic() + seconds
    due = done = failed = 0
    for counts in (asking_consent.untold(), remind.at_once(day)):
        due, done, failed = due + counts["due"], done + counts["done"], failed + counts["failed"]
    sent = deliver.deliver(seconds=until - time.monotonic())
    return Worked(due + sent.due, done + sent.done, failed + sent.failed, sent.lag, sent.left)
