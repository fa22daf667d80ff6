"""No answer without its trace: many who ask at once under faults, and an end at any write."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from threading import Barrier
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.retries import standard

from chalicelib import settings
from chalicelib.law.decisions import Refused
from chalicelib.records.access import ApiKey
from chalicelib.records.identifiers import Identifier
from chalicelib.services.identity import api_keys
from chalicelib.services.querying import asked, compare, queries, reviews, shared
from chalicelib.services.querying.asked import Asked
from chalicelib.services.querying.queries import Asking
from chalicelib.services.upkeep import merge
from chalicelib.storage import archive as storage
from chalicelib.storage import keys, raw_items
from tests.services.conftest import Send
from tests.services.faults import Faults, killed_at
from tests.services.rows import a_code, a_penalty, a_person, a_person_number, a_subject, a_watch_entry

CALLERS = 50
PERSON = Asked(Identifier("resident_id", a_person_number("19900615")), "孙示例")
NOBODY = replace(PERSON, name="周示例")
COMPANY = Asked(Identifier("uscc", a_code()))

forks = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


def items(table: str) -> list[dict[str, Any]]:
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=settings.table(table), ConsistentRead=True)
    return [item for page in pages for item in page["Items"]]


def in_the_trail() -> list[str]:
    """The ids of the queries that the trail tells of."""
    return sorted(about for entry in items("trail") for action, _, about in raw_items.acts_of(entry) if action.endswith(".answered"))


def in_archives() -> list[str]:
    """The ids of the queries that lie in archives."""
    return sorted(item["sk"]["S"].rpartition("#")[2] for item in items("archive") if item["type"]["S"] == "query")


def id_of(identifier: Identifier) -> str:
    return storage.subjects_of([identifier])[identifier]


@pytest.fixture
def key(send: Send) -> ApiKey:
    """A key that may ask anything, of an archive with an organisation and a person."""
    send("subjects", a_subject())
    send("penalties", a_penalty(), a_penalty(**a_person(行政处罚决定书文号="示罚〔2026〕2号")))
    send("watchlist", a_watch_entry())
    return api_keys.create("演示系统", ("shared:read", "review", "compare", "compare:persons"))[0]


@pytest.fixture
def asker(key: ApiKey) -> Asking:
    return queries.asking(key, "演示用途", "演示事项")


def ask(asker: Asking, number: int) -> list[str]:
    """One call of four kinds in turn; the ids of the queries that were answered."""
    if number % 4 == 0:
        answer = shared.query(COMPANY, asker)
        assert answer is not None
        assert answer["records"]
        return [answer["query"]]
    if number % 4 == 1:
        found = shared.query(PERSON, asker)
        assert found is not None
        return [found["query"]]
    if number % 4 == 2:
        told = compare.compare(NOBODY, asker)
        assert told["match"] is False
        return [told["query"]]
    rows = [{"code": a_code()}, {"code": a_code(7)}] * 15
    review = reviews.review(rows, asker, Refused.__str__)
    return [row["query"] for row in review["items"] if row["outcome"] in ("answered", "unknown")]


@pytest.mark.clause("HY-27b", "NT-36")
@pytest.mark.parametrize("faults", [Faults(7), Faults(11)], ids=["one way", "another way"])
def test_of_fifty_who_ask_at_once_under_faults_none_is_answered_without_its_trace(
    asker: Asking, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    # How long the SDK waits after throttling is its own affair, and would make minutes of this.
    monkeypatch.setattr(standard.ExponentialBackoff, "delay_amount", lambda self, context: 0.01)
    barrier, failed = Barrier(CALLERS), Counter[str]()

    def call(number: int) -> list[str]:
        barrier.wait(timeout=60)
        answered = []
        for turn in range(4):
            try:
                answered += ask(asker, number + turn)
            except (queries.Untraceable, ClientError, TimeoutError) as error:
                failed[type(error).__name__] += 1
        return answered

    faults.install()
    try:
        with ThreadPoolExecutor(CALLERS) as callers:
            answered = sorted(query for one in callers.map(call, range(CALLERS)) for query in one)
    finally:
        faults.remove()
    assert faults.seen["conflict"] > 20
    assert faults.seen["answer lost"] > 3
    written = in_the_trail()
    assert len(answered) >= CALLERS * 3
    assert len(set(answered)) == len(answered)
    assert set(answered) <= set(written)
    assert in_archives() == written
    assert sum(failed.values()) < CALLERS


@forks
@pytest.mark.parametrize("after", [False, True], ids=["before the write", "after the write"])
def test_a_review_killed_at_any_write_leaves_each_trace_whole(asker: Asking, after: bool) -> None:
    rows = [{"code": a_code()}, {"name": PERSON.name, "id_number": PERSON.identifier.number}, {"code": a_code(7)}] * 20
    number, killed, before = 0, True, 0
    while killed:
        number += 1
        killed = killed_at(number, lambda: reviews.review(rows, asker, Refused.__str__), after=after)
        written = in_the_trail()
        assert in_archives() == written
        expected = 25 * (number if after else number - 1)
        assert len(written) - before == (min(expected, len(rows)) if killed else len(rows))
        before = len(written)
    assert number == 4


@pytest.mark.clause("NT-37", "NT-36")
def test_a_query_that_somebody_alters_or_takes_away_is_seen_by_the_trail(asker: Asking) -> None:
    told = shared.query(COMPANY, asker)
    assert told is not None
    (query,) = queries.of_subject(id_of(COMPANY.identifier)).items
    told_of = [act for entry in items("trail") for act in json.loads(entry["acts"]["S"])]
    (digest,) = [digest for action, _, about, digest in told_of if (action, about) == ("query.answered", told["query"])]
    assert keys.keyring().digest(asdict(query)) == digest
    for altered in (replace(query, purpose="别的用途"), replace(query, given=()), replace(query, asker="别的单位")):
        assert keys.keyring().digest(asdict(altered)) != digest
    (lies,) = [item for item in items("archive") if item["type"]["S"] == "query"]
    boto3.client("dynamodb").delete_item(TableName=settings.table("archive"), Key={"pk": lies["pk"], "sk": lies["sk"]})
    assert (in_archives(), in_the_trail()) == ([], [told["query"]])


def test_a_merged_organisation_is_answered_by_the_one_that_took_its_place_and_keeps_its_queries(asker: Asking, send: Send) -> None:
    send("subjects", a_subject(统一社会信用代码=a_code(2), 主体名称="示例乙食品有限公司", 法定代表人证件号码=""))
    other = Asked(Identifier("uscc", a_code(2)))
    before = shared.query(other, asker)
    assert before is not None
    merge.merge(a_code(2), a_code(), merge.Order("示例经办人", "同一单位", ("示例复核岗",)))
    after = shared.query(other, asker)
    assert after is not None
    assert (before["name"], after["name"]) == ("示例乙食品有限公司", "示例甲食品有限公司")
    page = queries.of_subject(id_of(COMPANY.identifier))
    assert [query.id for query in page.items] == [after["query"], before["query"]]


def test_a_flag_of_a_running_objection_is_given(asker: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    find = asked.find

    def flagged(wanted: Any) -> list[asked.Found]:
        return [replace(one, records=tuple(replace(record, flags=("under_objection",)) for record in one.records)) for one in find(wanted)]

    monkeypatch.setattr(shared, "find", flagged)
    told = shared.query(COMPANY, asker)
    assert told is not None
    assert [record["flags"] for record in told["records"]] == [["under_objection"]]
    monkeypatch.setattr(asked, "find", flagged)
    (row,) = reviews.review([{"code": a_code()}], asker, Refused.__str__)["items"]
    assert {tuple(record["flags"]) for record in row["records"]} == {("under_objection",)}
