"""Merkle trees as in RFC 6962: one hash for many entries, and a short proof that an entry is among them. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Literal

Step = tuple[Literal["left", "right"], bytes]
"""The hash beside the way up, and on which side it stands."""


def leaf(entry: bytes) -> bytes:
    """The hash of an entry (RFC 6962, 2.1): never that of a node."""
    return hashlib.sha256(b"\x00" + entry).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The hash of a tree over leaves in their order; of no leaves that of nothing."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        level = [_node(*level[at : at + 2]) for at in range(0, len(level), 2)]
    return level[0]


def proof(leaves: Sequence[bytes], number: int) -> list[Step]:
    """The hashes that lead from a leaf to the root, from below. IndexError when there is no such leaf."""
    if not 0 <= number < len(leaves):
        raise IndexError(number)
    steps: list[Step] = []
    level = list(leaves)
    while len(level) > 1:
        beside = number ^ 1
        if beside < len(level):
            steps.append(("left" if beside < number else "right", level[beside]))
        level = [_node(*level[at : at + 2]) for at in range(0, len(level), 2)]
        number //= 2
    return steps


def leads_to(entry: bytes, steps: Sequence[Step]) -> bytes:
    """The root to which a proof leads from an entry."""
    at = leaf(entry)
    for side, beside in steps:
        at = _node(beside, at) if side == "left" else _node(at, beside)
    return at


def _node(left: bytes, right: bytes | None = None) -> bytes:
    """The hash over two; one that stands alone goes up as it is."""
    return left if right is None else hashlib.sha256(b"\x01" + left + right).digest()
