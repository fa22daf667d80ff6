"""The numbers by which registers know subjects."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Identifier:
    """One number by which a register knows a subject: type and number belong together."""

    type: str
    number: str
