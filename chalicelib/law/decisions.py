"""How the law says no: one type for every refusal, with its clause and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(eq=False)  # not frozen: Python itself sets an exception's traceback
class Refused(Exception):
    """A refusal in the reader's words.

    `reason` says what is wrong and what to do; `clause` is an ID of the conformance table or a standard;
    `from_when` is the first day on which the same request could succeed, where waiting helps.
    """

    reason: str
    clause: str = ""
    from_when: date | None = None

    def __str__(self) -> str:
        return self.reason
