"""Every query of information that is not open to everyone leaves its trace before it is answered; its subject reads who asked (HY-27b)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib import clock
from chalicelib.law.decisions import Refused
from chalicelib.law.masking import holds_person_number
from chalicelib.records.access import ApiKey, Given, Query
from chalicelib.records.identifiers import Identifier
from chalicelib.records.kinds import QueryKind
from chalicelib.services.common.cursors import cursor_at, position_of
from chalicelib.storage import archive, queries
from chalicelib.storage.archive import Loaded
from chalicelib.storage.keys import keyring
from chalicelib.storage.queries import Traces

A_PAGE = 50
LONGEST = 200
"""Characters of a purpose, and of a matter."""


class Untraceable(Exception):
    """The trace could not be written now, so there is no answer: the same query may come again."""


@dataclass(frozen=True)
class Asking:
    """Who asks and what for (NT-20): the key, the purpose and the matter, as they are kept for the subject to read. `receiver` is the
    id of who receives the answer, where that is not the key's holder."""

    key: ApiKey
    purpose: str
    matter: str
    receiver: str = ""


@dataclass(frozen=True)
class Page:
    """Queries about a subject, the latest first, and the cursor to earlier ones; None where there are none."""

    items: tuple[Query, ...]
    next: str | None


def asking(key: ApiKey, purpose: str, matter: str) -> Asking:
    """Who asks and what for; `Refused` when either is missing, too long, or holds somebody's number."""
    return Asking(key, _stated("X-Purpose", purpose), _stated("X-Matter", matter))


def leave_trace(asker: Asking, kind: QueryKind, about: Loaded | Identifier, given: Sequence[Given]) -> str:
    """Write the trace of one query, and answer its id; `Untraceable` when that cannot be done: nothing may be given out then."""
    (written,) = leave_traces(asker, kind, [(about, given)])
    if written is None:
        raise Untraceable
    return written


def leave_traces(asker: Asking, kind: QueryKind, entries: Iterable[tuple[Loaded | Identifier, Sequence[Given]]]) -> list[str | None]:
    """Write the traces of one call's queries in transactions of some, and answer their ids; None for each that was not written,
    of which nothing may be given out."""
    at, call = clock.now(), "c_" + secrets.token_hex(10)
    outcome: list[str | None] = []
    traces, ids = Traces(clock.today()), list[str]()
    for about, given in entries:
        query = _query(asker, kind, at, tuple(given))
        traces.add(query, about)
        ids.append(query.id)
        if traces.full:
            outcome += ids if traces.commit(actor=asker.key.id, call=call, at=at) else [None] * len(ids)
            traces, ids = Traces(clock.today()), []
    if ids:
        outcome += ids if traces.commit(actor=asker.key.id, call=call, at=at) else [None] * len(ids)
    return outcome


def leave_traces_again(asker: Asking, kind: QueryKind, entries: Iterable[tuple[Loaded, Sequence[Given]]], begun: str) -> bool:
    """The same for what was begun at an instant (UTC) and may have been cut off: what has left its trace since leaves no second one.
    False when one was not written: nothing may be given out then."""
    at, call = clock.now(), "c_" + secrets.token_hex(10)
    began = datetime.fromisoformat(begun)
    traces, whole = Traces(began.astimezone(clock.SHANGHAI).date()), True
    for about, given in entries:
        query_id = keyring().public_id("q_", kind, begun, about.subject.id, *(one.id for one in given))
        query = replace(_query(asker, kind, began, tuple(given)), id=query_id)
        if queries.stands(query, about):
            continue
        traces.add(query, about)
        if traces.full:
            whole = traces.commit(actor=asker.key.id, call=call, at=at) and whole
            traces = Traces(began.astimezone(clock.SHANGHAI).date())
    return (traces.empty or traces.commit(actor=asker.key.id, call=call, at=at)) and whole


def of_subject(subject_id: str, cursor: str | None = None) -> Page:
    """Who asked about a subject, what for, on what basis, and what was given, the latest first, 50 a page. KeyError for no such subject.

    Queries of the archives that were merged into this one are among them, and those that asked for one of its numbers and found
    nobody: because it was not in the archive yet, or because the name was wrong.
    """
    subject = archive.load_subjects([subject_id])[subject_id].subject
    return _page((subject_id, *subject.absorbed), subject.identifiers, cursor)


def of_number(identifier: Identifier, cursor: str | None = None) -> Page:
    """The same about a number that the archive does not know: whoever asked for it found nobody."""
    return _page((), (identifier,), cursor)


def _page(subject_ids: Iterable[str], identifiers: Iterable[Identifier], cursor: str | None) -> Page:
    before = _place(cursor) if cursor else None
    found = queries.about(subject_ids, identifiers, before=before, limit=A_PAGE + 1)
    following = cursor_at([found[A_PAGE - 1][0]]) if len(found) > A_PAGE else None
    return Page(tuple(query for _, query in found[:A_PAGE]), following)


def _place(cursor: str) -> str:
    place: str = position_of(cursor, (str,))[0]
    if not queries.is_place(place):
        raise Refused("翻页参数 cursor 无效：请从第一页重新开始")
    return place


def facts(page: Page) -> dict[str, Any]:
    """A page of queries as JSON: instants in China's time; the id of the key stays inside."""
    return {"items": [_facts(query) for query in page.items], "next": page.next}


def _facts(query: Query) -> dict[str, Any]:
    return {
        "id": query.id,
        "at": datetime.fromisoformat(query.at).astimezone(clock.SHANGHAI).isoformat(timespec="seconds"),
        "kind": query.kind,
        "asker": {"name": query.asker, "office": query.office},
        "purpose": query.purpose,
        "matter": query.matter,
        "basis": query.basis,
        "records": [
            {"id": record.id, "catalogue": record.catalogue, "title": record.title, "document_no": record.document_no}
            for record in query.given
        ],
    }


def _query(asker: Asking, kind: QueryKind, at: datetime, given: tuple[Given, ...]) -> Query:
    key = asker.key
    instant = at.isoformat(timespec="microseconds")
    query_id = "q_" + secrets.token_hex(10)
    words = asker.purpose, asker.matter
    return Query(query_id, instant, kind, key.id, key.name, key.office, *words, "government_sharing", given, asker.receiver)


def _stated(header: str, text: str) -> str:
    if not 1 <= len(text) <= LONGEST or not text.isprintable():
        raise Refused("请在请求头 {header} 中写明（1至{most}个字，按 UTF-8 百分号编码）", header=header, most=LONGEST)
    if holds_person_number(text):
        raise Refused("请求头 {header} 中不要写个人证件号码：请写办件编号或事项名称", header=header)
    return text
