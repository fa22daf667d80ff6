"""Checks the whole trail against its signed roots: nothing was changed, taken away, put in, or left out of a root (NT-36)."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib import clock
from chalicelib.services.upkeep import merkle
from chalicelib.services.upkeep.roots import OPEN, certificates, digest, genuine, leaf_of, leaves_of
from chalicelib.storage import roots, whole_tables

LATE = timedelta(hours=2)
"""How long an entry may wait for the root that holds it: the job runs every hour."""


def check() -> dict[str, int]:
    """Counts of entries, days and roots, of entries that a root holds and of those that still wait for one, and of what is wrong.

    `missing`: entries that a root holds and the trail does not have, or not like that. `strange`: entries of a closed day that no
    root holds. `unsigned`: roots whose signature, tree, order or published form is not right. `late`: days with entries that
    should have had a root by now.
    """
    found: dict[str, set[bytes]] = defaultdict(set)
    for page in whole_tables.pages("trail"):
        for entry in page.items:
            found[entry["pk"]["S"].partition("#")[0]].add(leaf_of(entry))
    signed: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for root in roots.published():
        signed[root["day"]].append(root)
    known = certificates()
    counts = dict.fromkeys(("entries", "days", "roots", "held", "waiting", "missing", "strange", "unsigned", "late"), 0)
    for day in sorted(found.keys() | signed.keys()):
        for name, number in _check_day(day, found[day], signed[day], known).items():
            counts[name] += number
        counts["days"] += 1
    wrong = sum(counts[name] for name in ("missing", "strange", "unsigned", "late"))
    return {**counts, "failed": wrong}


def _check_day(day: str, entries: set[bytes], signed: list[dict[str, Any]], known: list[str]) -> dict[str, int]:
    unsigned, previous, leaves = 0, None, list[bytes]()
    for number, root in enumerate(signed, start=1):
        kept = _kept(day, root["edition"])
        leaves = leaves_of(kept)
        right = {name: value for name, value in kept.items() if name != "leaves"} == root
        right = right and root["edition"] == number and root["previous"] == previous and genuine(root, known)
        unsigned += not (right and merkle.root(leaves).hex() == root["root"] and len(leaves) == root["entries"])
        previous = digest(root)
    outside = len(entries - set(leaves))
    closed = bool(signed and signed[-1]["closed"])
    return {
        "entries": len(entries),
        "roots": len(signed),
        "held": len(entries & set(leaves)),
        "missing": len(set(leaves) - entries),
        "strange": outside if closed else 0,
        "waiting": 0 if closed else outside,
        "unsigned": unsigned,
        "late": int(bool(outside) and not closed and _should_be_closed(day)),
    }


def _kept(day: str, edition: int) -> dict[str, Any]:
    try:
        return roots.kept(day, edition)
    except FileNotFoundError:  # then nothing proves what the root was made of
        return {"leaves": ""}


def _should_be_closed(day: str) -> bool:
    return clock.now() > datetime.fromisoformat(day).replace(tzinfo=UTC) + OPEN + LATE
