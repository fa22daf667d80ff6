"""A request that comes again gets the answer of the first time, and two at once are not both done (`Idempotency-Key`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib import clock
from chalicelib.law.decisions import Refused
from chalicelib.storage import sessions
from chalicelib.storage.keys import keyring


class StillRunning(Exception):
    """The same request is being done at this moment: ask again a little later."""


def once(work: Callable[[], str], *, caller: str, key: str, request: Any) -> str:
    """What `work` answers, or what it answered to the same caller, key and request in the last 24 hours.

    `request` is everything that makes the request what it is; with another one under the same key it is `Refused`. Work that
    fails leaves nothing behind here: it may be asked for again. The answer is a short text without personal data.
    """
    digest = keyring().digest(["request", request])
    claimed = sessions.claim(keyring().digest(["once", caller, key]), digest, clock.now())
    if isinstance(claimed, sessions.Earlier):
        if claimed.digest != digest:
            raise Refused("这个 Idempotency-Key 在24小时内已用于另一份内容：新的内容请用新的 Idempotency-Key")
        if claimed.outcome is None:
            raise StillRunning
        return claimed.outcome
    try:
        answer = work()
    except Exception:
        sessions.give_up(claimed)
        raise
    sessions.finish(claimed, answer)
    return answer
