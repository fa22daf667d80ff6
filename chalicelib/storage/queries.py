"""The trace of every query: in the collection of its subject, sealed, and in the trail, both or neither (HY-27b).

Keys: `S#<subject id>` / `TRACE#<instant>#<query id>`. A query that found nobody stands in a collection of its own for the number that
was asked for, `S#n_...`: as many writes as if somebody had been found, and there for whoever the number belongs to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from heapq import merge
from itertools import islice
from typing import Any

from chalicelib import settings
from chalicelib.records.access import Act, Given, Query
from chalicelib.records.identifiers import Identifier
from chalicelib.records.kinds import NoticeState
from chalicelib.records.messages import Notice
from chalicelib.storage import archive, engine, notices
from chalicelib.storage.archive import TRACE, Changes, Conflict, Loaded
from chalicelib.storage.keys import keyring
from chalicelib.storage.models import ArchiveItem, QueryItem

MOST_TOGETHER = 25
"""Queries of one transaction: few enough for its entry of the trail to stay small."""
TRIES = 3
"""How often a transaction that others are in the way of begins anew: every time it waits longer inside."""

NOTICE = "query made"
"""The kind of notice by which a subject hears of a query."""
_AFTER_ALL = TRACE + "~"


class Traces:
    """Queries of a day that leave their traces in one transaction: any number of subjects, one entry of the trail."""

    def __init__(self, day: date) -> None:
        self._day = day
        self._changes = Changes()
        self._acts: list[Act] = []

    @property
    def full(self) -> bool:
        """Whether the next one should begin another transaction."""
        return len(self._acts) >= MOST_TOGETHER or self._changes.size > archive.LARGEST_TOGETHER

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not self._acts

    def add(self, query: Query, about: Loaded | Identifier) -> None:
        """A query about a subject, or about a number that nobody was found under; its subject is told of it (HY-27b)."""
        self._acts.append(put(self._changes, query, about))
        self._changes.publish([_notice(query, about, self._day)], 500)

    def also(self, act: Act, writes: Sequence[engine.Item]) -> None:
        """Something that is done together with the queries: its act for the trail, and writes that bring their own conditions."""
        self._acts.append(act)
        self._changes.publish(writes, 1000)

    def commit(self, *, actor: str, call: str, at: datetime) -> bool:
        """Write all of them; False when others are in the way for long: nothing is written then."""
        archive.put_trail(self._changes, self._acts, actor=actor, reason=call, at=at)
        for _ in range(TRIES):
            try:
                self._changes.commit()
            except Conflict:
                continue
            return True
        return False


def stands(query: Query, about: Loaded) -> bool:
    """Whether a query has left its trace already."""
    key = {"pk": {"S": "S#" + about.subject.id}, "sk": {"S": f"{TRACE}{query.at}#{query.id}"}}
    found = engine.client().get_item(TableName=settings.table("archive"), Key=key, ConsistentRead=True, ProjectionExpression="pk")
    return "Item" in found


def put(changes: Changes, query: Query, about: Loaded | Identifier) -> Act:
    """Add the trace of a query to a transaction; the act that its entry in the trail tells of."""
    if isinstance(about, Loaded):
        owner, data_key, own_key = about.subject.id, about.data_key, None
    else:
        owner = nobody(about)
        data_key = own_key = keyring().new_data_key(owner)
    place = f"{TRACE}{query.at}#{query.id}"
    facts = asdict(query)
    sealed = keyring().seal(data_key, facts, owner=owner, place=place)
    changes.put(QueryItem("S#" + owner, place, data_key=own_key, sealed=sealed))
    return Act(f"{query.kind}.answered", owner, query.id, facts)


def _notice(query: Query, about: Loaded | Identifier, day: date) -> engine.Item:
    """That somebody asked, for whoever it was about; as many writes where nobody was found."""
    state: NoticeState
    to, state = (about.subject.id, "due") if isinstance(about, Loaded) else (nobody(about), "page only")
    notice = Notice(f"s:{to}", NOTICE, query.id, day, query.at, state=state)
    return notices.write(notice, datetime.fromisoformat(query.at), at_once=True)


def is_place(text: str) -> bool:
    """Whether a text can be the place of a query."""
    return text.startswith(TRACE)


def about(subject_ids: Iterable[str], numbers: Iterable[Identifier], *, before: str | None, limit: int) -> list[tuple[str, Query]]:
    """The queries about subjects and about numbers before they were theirs, the latest first, each with its place; those that lie
    before a place."""
    owners = [*subject_ids, *map(nobody, numbers)]
    heads = archive.load_subjects(owners)
    keys = {owner: loaded.data_key for owner, loaded in heads.items()}
    found = [_page(owner, keys.get(owner, b""), before or _AFTER_ALL, limit) for owner in owners]
    return list(islice(merge(*found, key=lambda one: one[0], reverse=True), limit))


def _page(owner: str, data_key: bytes, before: str, limit: int) -> Sequence[tuple[str, Query]]:
    request: dict[str, Any] = {
        "TableName": settings.table("archive"),
        "KeyConditionExpression": "pk = :pk AND sk BETWEEN :begin AND :before",
        "ExpressionAttributeValues": {":pk": {"S": "S#" + owner}, ":begin": {"S": TRACE}, ":before": {"S": before}},
        "ScanIndexForward": False,
        "ConsistentRead": True,
        "Limit": limit + 1,  # the last one of the page before may be among them
    }
    items: list[QueryItem] = []
    while len(items) < limit:
        answer = engine.client().query(**request)
        items += (ArchiveItem.from_raw_data(item) for item in answer["Items"] if item["sk"]["S"] != before)
        if "LastEvaluatedKey" not in answer:
            break
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
    return [(item.sk, _query(item, owner, data_key)) for item in items]


def _query(item: QueryItem, owner: str, data_key: bytes) -> Query:
    facts = keyring().unseal(item.data_key or data_key, item.sealed, owner=owner, place=item.sk)
    return Query(**{**facts, "given": tuple(Given(**record) for record in facts["given"])})


def nobody(identifier: Identifier) -> str:
    """Whose collection it is in which stands what concerns a number that the archive does not know."""
    return keyring().public_id("n_", "asked for", identifier.type, identifier.number)
