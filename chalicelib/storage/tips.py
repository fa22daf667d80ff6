"""Tips, each in a collection of its own, and who made them in another, under a key that opens nothing else (KLM-15, HY-18).

Keys: `S#t_<keyed hash of the number>` / `TIP`; `S#w_<another one>` / `WHO` and `OPENED#<instant>`. An open tip stands in the index `due`
under whoever must act next, `tip#<waits for>`; a closed one until it is deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from chalicelib import settings
from chalicelib.records.access import Act
from chalicelib.records.tips import Opening, Reporter, Tip
from chalicelib.storage import archive, due, engine
from chalicelib.storage.archive import Changes
from chalicelib.storage.keys import keyring
from chalicelib.storage.models import ArchiveItem, OpeningItem, ReporterItem, TipItem

HEAD, WHO, OPENED = "TIP", "WHO", "OPENED#"
_DAYS = ("received", "due", "closed")


def owner_of(number: str) -> str:
    """Whose collection holds the tip of a number; nobody can tell the number from it."""
    return "t_" + keyring().digest(["tip", number])[:24]


def reporter_of(number: str) -> str:
    """Whose collection holds who made the tip; without the key nobody can tell that the two belong together."""
    return "w_" + keyring().digest(["reporter", number])[:24]


def put(tip: Tip, reporter: Reporter | None, at: datetime) -> Tip:
    """Keep a new tip, with its entry in the trail; `Conflict` when the number is taken."""
    changes, owner = Changes(), owner_of(tip.number)
    kept = _put(changes, tip, keyring().new_data_key(owner), waits_for="handler")
    if reporter:
        who = reporter_of(tip.number)
        key = keyring().new_data_key(who)
        changes.put(ReporterItem("S#" + who, WHO, data_key=key, sealed=keyring().seal(key, asdict(reporter), owner=who, place=WHO)))
    archive.put_trail(changes, [Act("tip.made", owner, tip.number, _facts(kept))], actor="anyone", reason=tip.number, at=at)
    changes.commit()
    return kept


def step(tip: Tip, action: str, *, waits_for: str = "", look_again: date | None = None, by: str, at: datetime) -> Tip:
    """Keep the next version of a tip, with its entry in the trail: an open one waits for somebody, the last one until a day on which
    it is looked at again to be forgotten. `Conflict` when somebody else was first."""
    changes, owner = Changes(), owner_of(tip.number)
    kept = _put(changes, tip, _key(owner), waits_for=waits_for, look_again=look_again)
    archive.put_trail(changes, [Act(f"tip.{action}", owner, tip.number, _facts(kept))], actor=by, reason=tip.number, at=at)
    changes.commit()
    return kept


def load(number: str) -> Tip | None:
    """The tip of a number; None when there is none."""
    return next(iter(_load([owner_of(number)])), None)


def waiting(waits_for: str, limit: int) -> list[Tip]:
    """The tips that wait for somebody, the nearest last day first."""
    answer = engine.client().query(
        TableName=settings.table("archive"),
        IndexName="due",
        KeyConditionExpression="due_shard = :shard",
        ExpressionAttributeValues={":shard": {"S": f"tip#{waits_for}"}},
        Limit=limit,
    )
    found = _load((item["pk"]["S"].removeprefix("S#") for item in answer["Items"]), still=f"tip#{waits_for}")
    return sorted(found, key=lambda tip: (tip.due, tip.number))


def open_reporter(number: str, opening: Opening, *, by: str, at: datetime) -> Reporter | None:
    """Who made a tip, given only once it is written down that somebody looked; None when nobody said, or it is forgotten."""
    who = reporter_of(number)
    found = [item for item in _items([(who, WHO)]) if isinstance(item, ReporterItem)]
    if not found:
        return None
    changes, place, key = Changes(), OPENED + at.isoformat(timespec="microseconds"), found[0].data_key
    changes.put(OpeningItem("S#" + who, place, sealed=keyring().seal(key, asdict(opening), owner=who, place=place)))
    archive.put_trail(changes, [Act("reporter.opened", who, number, asdict(opening))], actor=by, reason=number, at=at)
    changes.commit()
    return Reporter(**keyring().unseal(key, found[0].sealed, owner=who, place=WHO))


def openings(number: str) -> list[Opening]:
    """Every time that somebody looked at who made a tip, the first one first."""
    who = reporter_of(number)
    found = [item for item in _items([(who, WHO)]) if isinstance(item, ReporterItem)]
    if not found:
        return []
    opener = keyring().opener(found[0].data_key, who)
    items = map(ArchiveItem.from_raw_data, engine.query(settings.table("archive"), "S#" + who, beginning=OPENED))
    return [Opening(**opener(item.sealed, item.sk)) for item in items]


def _put(changes: Changes, tip: Tip, data_key: bytes, *, waits_for: str = "", look_again: date | None = None) -> Tip:
    owner, after = owner_of(tip.number), replace(tip, version=tip.version + 1)
    item = TipItem(
        "S#" + owner,
        HEAD,
        version=after.version,
        data_key=data_key,
        sealed=keyring().seal(data_key, _facts(after), owner=owner, place=HEAD),
        due_shard=due.shard_of(due.FORGET, owner) if look_again else f"tip#{waits_for}",
        next_due=look_again.isoformat() if look_again else f"{tip.due.isoformat()}#{tip.number}",
    )
    changes.put(item, tip.version or None)
    return after


def _key(owner: str) -> bytes:
    (item,) = _items([(owner, HEAD)])
    return bytes(item.data_key)


def _load(owners: Iterable[str], still: str = "") -> list[Tip]:
    items = [item for item in _items((owner, HEAD) for owner in owners) if not still or item.due_shard == still]
    return [_tip(item) for item in items]


def _items(places: Iterable[tuple[str, str]]) -> Sequence[Any]:
    """The items in these places; one that came back from a copy after it was erased has no key, and is none."""
    found = engine.batch_get(settings.table("archive"), [("S#" + owner, place) for owner, place in places])
    return [ArchiveItem.from_raw_data(item) for item in found if "data_key" in item]


def _facts(tip: Tip) -> dict[str, Any]:
    days = {name: value.isoformat() for name in _DAYS if (value := getattr(tip, name))}
    return {**asdict(tip), **days}


def _tip(item: TipItem) -> Tip:
    facts = keyring().unseal(item.data_key, item.sealed, owner=item.pk.removeprefix("S#"), place=HEAD)
    days = {name: date.fromisoformat(facts[name]) for name in _DAYS if facts[name]}
    return Tip(**{**facts, **days})


def of_owner(owner: str) -> Tip | None:
    """The tip of a collection; None when it was erased."""
    return next(iter(_load([owner])), None)


def erase_reporter(tip: Tip, again: date, at: datetime) -> None:
    """Delete who made a tip with all notes on who looked, and look at the tip itself again on a day; `Conflict` as above."""
    changes, who = Changes(), reporter_of(tip.number)
    _put(changes, tip, _key(owner_of(tip.number)), look_again=again)
    _erase(changes, who, tip.number, at)
    changes.commit()


def erase(owner: str, number: str, at: datetime) -> None:
    """Delete a tip; one that came back from a copy is deleted without its number."""
    changes = Changes()
    _erase(changes, owner, number, at)
    changes.commit()


def _erase(changes: Changes, owner: str, number: str, at: datetime) -> None:
    places = [item["sk"]["S"] for item in engine.query(settings.table("archive"), "S#" + owner)]
    keys = [{"pk": {"S": "S#" + owner}, "sk": {"S": place}} for place in places]
    changes.publish([{"Delete": {"TableName": settings.table("archive"), "Key": key}} for key in keys], 500)
    archive.put_trail(changes, [Act("subject.erased", owner, number, "forget")], actor="schedule", reason="forget", at=at)
