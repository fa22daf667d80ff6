"""The interface for government bodies' systems: who may ask what, what is given, and that every answer left its trace before."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import quote

import boto3
import pytest
from chalice import Chalice

from app import create_app
from chalicelib import cities, settings
from chalicelib.law.catalogue import Disclosure
from chalicelib.law.identifiers import PERSON_TYPES
from chalicelib.records.identifiers import Identifier
from chalicelib.services.common import cursors
from chalicelib.services.identity import api_keys
from chalicelib.services.publication import rebuild as making_anew
from chalicelib.services.querying import asked, queries, reviews, special_needs
from chalicelib.storage import archive as storage
from chalicelib.storage import queries as stored
from chalicelib.storage import raw_items
from chalicelib.web import schemas, words
from tests.services.conftest import Send
from tests.services.conftest import archive as archive
from tests.services.conftest import send as send
from tests.services.rows import (
    a_black_entry,
    a_code,
    a_penalty,
    a_person,
    a_person_number,
    a_subject,
    a_watch_entry,
)

from .gateway import Answer, ask
from .test_records_api import check_problem

SUBJECTS, REVIEWS, COMPARE = "/api/v1/shared/subjects", "/api/v1/reviews", "/api/v1/compare"
PURPOSE, MATTER = "行政审批", "演示事项〔2026〕12号"
PERSON, NAME = a_person_number("19900615"), "孙示例"
NOBODY = a_person_number("19910615")
EVERYTHING = ("shared:read", "review", "compare", "compare:persons")
Call = Callable[..., Answer]


@pytest.fixture
def members(archive: None) -> Chalice:
    return create_app("members")


@pytest.fixture
def call(members: Chalice) -> Call:
    """Calls with a key that may do everything, for a purpose and a matter; what is named takes the place of these."""
    own = api_keys.create("演示审批系统", EVERYTHING, office="演示审批科")[1]

    def call(
        path: str, body: Any = None, *, key: str = own, purpose: str | None = PURPOSE, matter: str | None = MATTER, **headers: str
    ) -> Answer:
        given = {"Authorization": f"Bearer {key}"} if key else {}
        given |= {name: quote(text) for name, text in (("X-Purpose", purpose), ("X-Matter", matter)) if text is not None}
        if body is not None:
            given["Content-Type"] = "application/json"
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent = body if isinstance(body, bytes) or body is None else json.dumps(body, ensure_ascii=False).encode()
        return ask(members, path, "GET" if body is None else "POST", given, sent)

    return call


@pytest.fixture
def company(send: Send) -> str:
    """An organisation with a public, a shared and a listed record; its code."""
    send("subjects", a_subject())
    send("penalties", a_penalty())
    send("watchlist", a_watch_entry())
    send("blacklist", a_black_entry())
    return a_code()


@pytest.fixture
def person(send: Send) -> dict[str, str]:
    """A natural person with a penalty, as they are asked for."""
    send("penalties", a_penalty(**a_person()))
    return {"name": NAME, "id_number": PERSON}


def items(table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = boto3.client("dynamodb").scan(TableName=settings.table(table), ConsistentRead=True)["Items"]
    return found


def traces() -> list[str]:
    """The partitions in which queries left their traces."""
    return sorted(item["pk"]["S"][:4] for item in items("archive") if item["type"]["S"] == "query")


def acts() -> list[tuple[str, str, str]]:
    """What the trail tells of queries."""
    found = [act for entry in items("trail") for act in raw_items.acts_of(entry)]
    return [act for act in found if act[0].endswith(".answered")]


def id_of(code: str) -> str:
    number = Identifier("uscc", code)
    return storage.subjects_of([number])[number]


def id_of_person(number: str) -> str:
    who = Identifier("resident_id", number)
    return storage.subjects_of([who])[who]


# One subject


@pytest.mark.clause("NT-20", "KLM-12", "NT-19", "NT-24")
def test_a_government_body_is_given_what_is_public_and_what_is_shared(call: Call, company: str) -> None:
    answer = call(f"{SUBJECTS}/{company}")
    assert answer.status == 200, answer.body
    assert answer.headers["Cache-Control"] == "no-store"
    found = answer.json
    assert (found["code"], found["name"], found["as_of"]) == (company, "示例甲食品有限公司", "2026-11-21")
    assert [(record["catalogue"], record["disclosure"]) for record in found["records"]] == [("penalty", "public")]
    assert {(entry["list"], entry["disclosure"]) for entry in found["lists"]} == {("watchlist", "shared"), ("blacklist", "public")}
    public = ask(create_app("public"), f"/api/v1/subjects/{company}").json
    assert [entry["list"] for entry in public["lists"]] == ["blacklist"]


@pytest.mark.clause("NT-19", "HY-5")
def test_what_needs_the_subjects_authorisation_and_what_is_secret_is_not_given(
    call: Call, company: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = cities.load(settings.city())
    for disclosure, shown in (("authorised", []), ("secret", []), ("shared", ["penalty"])):
        item = replace(city.catalogue["penalty"], disclosure=disclosure)
        monkeypatch.setattr(cities, "load", lambda name, item=item: replace(city, catalogue={**city.catalogue, "penalty": item}))
        assert [record["catalogue"] for record in call(f"{SUBJECTS}/{company}").json["records"]] == shown


@pytest.mark.clause("NT-25", "NT-30")
@pytest.mark.parametrize(("today", "given"), [("2027-02-24", 1), ("2027-02-25", 1), ("2027-02-26", 0)])
def test_a_record_is_given_up_to_its_last_day_and_never_after(
    call: Call, company: str, at: Callable[[str], None], today: str, given: int
) -> None:
    at(f"{today}T00:00:00+08:00")
    found = call(f"{SUBJECTS}/{company}").json
    row = call(REVIEWS, {"subjects": [{"code": company}]}).json["items"][0]
    assert len(found["records"]) == given
    assert [record["catalogue"] for record in row["records"]].count("penalty") == row["categories"]["negative"] == given
    assert {found["as_of"]} == {today}


def test_more_than_a_hundred_records_come_in_pages_and_each_page_is_a_query(call: Call, send: Send) -> None:
    rows = [a_penalty(行政处罚决定书文号=f"示例罚〔2026〕{number}号") for number in range(101)]
    assert send("penalties", *rows).accepted == 101
    first = call(f"{SUBJECTS}/{a_code()}").json
    second = call(f"{SUBJECTS}/{a_code()}?cursor={first['records_next']}").json
    assert (len(first["records"]), len(second["records"]), second["records_next"]) == (100, 1, None)
    assert len({record["id"] for record in first["records"] + second["records"]}) == 101
    assert [len(query.given) for query in queries.of_subject(id_of(a_code())).items] == [1, 100]


@pytest.mark.clause("NT-20", "HY-27b", "NT-39")
def test_the_subject_reads_who_asked_when_what_for_and_what_was_given(call: Call, company: str) -> None:
    told = call(f"{SUBJECTS}/{company}").json
    (query,) = queries.facts(queries.of_subject(id_of(company)))["items"]
    assert query | {"records": None} == {
        "id": told["query"],
        "at": query["at"],
        "kind": "query",
        "asker": {"name": "演示审批系统", "office": "演示审批科"},
        "purpose": PURPOSE,
        "matter": MATTER,
        "basis": "government_sharing",
        "records": None,
    }
    assert query["at"].startswith("2026-11-21T09:00:")
    assert {record["id"] for record in query["records"]} == {entry["id"] for part in ("records", "lists") for entry in told[part]}
    assert {"catalogue": "penalty", "document_no": "示罚〔2026〕1号", "title": "发布虚假广告"}.items() <= next(
        record for record in query["records"] if record["catalogue"] == "penalty"
    ).items()


@pytest.mark.clause("NT-36", "NT-37", "NT-8c")
def test_the_trail_tells_of_a_query_by_ids_and_digests_alone(call: Call, company: str, person: dict[str, str]) -> None:
    first = call(f"{SUBJECTS}/{company}").json["query"]
    second = call(SUBJECTS, person).json["query"]
    third = call(SUBJECTS, {"name": NAME, "id_number": NOBODY}).json["query"]
    assert {(action, about) for action, _, about in acts()} == {("query.answered", one) for one in (first, second, third)}
    assert {subject for _, subject, about in acts() if about == first} == {id_of(company)}
    text = json.dumps(items("trail") + [item for item in items("archive") if item["type"]["S"] == "query"], default=str)
    for word in (PURPOSE, MATTER, NAME, PERSON, NOBODY, "演示", json.dumps(PURPOSE), json.dumps(NAME)):
        assert word.strip('"') not in text


@pytest.mark.clause("HY-27b")
def test_an_organisation_that_is_not_here_is_not_found_and_the_query_is_registered(call: Call, company: str) -> None:
    check_problem(call(f"{SUBJECTS}/{a_code(7)}"), 404, "not-found", "没有查到")
    check_problem(call(SUBJECTS, {"code": a_code(7)}), 404, "not-found", "没有查到")
    assert traces() == ["S#n_", "S#n_"]
    assert len(acts()) == 2


# People


def nothing_of(name: str) -> dict[str, Any]:
    """The answer where nothing is to be given."""
    parts: dict[str, Any] = {"records": [], "lists": [], "commitments": [], "records_next": None}
    return {"name": name, "kind": "natural_person", **parts, "as_of": "2026-11-21"}


def test_a_person_is_found_by_name_and_full_number_together(call: Call, person: dict[str, str]) -> None:
    found = call(SUBJECTS, person).json
    assert [(record["catalogue"], record["as_responsible"]) for record in found["records"]] == [("penalty", False)]
    assert found["name"] == NAME
    assert PERSON not in json.dumps(found, ensure_ascii=False)


@pytest.mark.clause("NT-29")
def test_a_record_that_stands_in_a_responsible_persons_archive_says_so(call: Call, send: Send) -> None:
    severe = {"备注": "失信程度：严重", "公示截止期": "2029/02/25", "责任人员": f"李示例/{PERSON}/主要负责人"}
    send("penalties", a_penalty(处罚决定日期="2026/02/25", **severe))
    found = call(SUBJECTS, {"name": "李示例", "id_number": PERSON}).json
    assert [record["as_responsible"] for record in found["records"]] == [True]


def test_nobody_a_wrong_name_and_somebody_without_a_record_to_give_look_the_same(
    call: Call, person: dict[str, str], at: Callable[[str], None]
) -> None:
    limited = api_keys.create("演示系统", ("shared:read",), items=["watchlist"])[1]
    seen = []
    for name, number in ((NAME, NOBODY), ("周示例", PERSON), (NAME, PERSON)):
        before = len(items("archive")), len(items("trail")), {item["pk"]["S"] for item in items("archive")}
        answer = call(SUBJECTS, {"name": name, "id_number": number}, key=limited)
        told = answer.json
        assert told.pop("query").startswith("q_")
        assert told == nothing_of(name)
        writes = len(items("archive")) - before[0], len(items("trail")) - before[1]
        seen.append((answer.status, sorted(answer.headers), writes))
    assert seen == [seen[0]] * 3
    assert seen[0][2] == (1, 1)


@pytest.mark.clause("HY-27b")
def test_who_asked_for_a_number_before_anything_was_known_of_it_is_seen_later(call: Call, send: Send) -> None:
    asked_before = call(SUBJECTS, {"name": NAME, "id_number": PERSON}).json["query"]
    send("penalties", a_penalty(**a_person()))
    asked_wrongly = call(SUBJECTS, {"name": "周示例", "id_number": PERSON}).json["query"]
    asked_rightly = call(SUBJECTS, {"name": NAME, "id_number": PERSON}).json["query"]
    page = queries.of_subject(id_of_person(PERSON))
    assert [query.id for query in page.items] == [asked_rightly, asked_wrongly, asked_before]
    assert [len(query.given) for query in page.items] == [1, 0, 0]


def test_queries_are_read_fifty_a_page_the_latest_first(call: Call, person: dict[str, str]) -> None:
    wrong = {**person, "name": "周示例"}
    made = [call(COMPARE, person if number % 2 else wrong).json["query"] for number in range(103)]
    subject, read, cursor = id_of_person(PERSON), [], None
    sizes = []
    while True:
        page = queries.of_subject(subject, cursor)
        read += [query.id for query in page.items]
        sizes.append(len(page.items))
        cursor = page.next
        if cursor is None:
            break
    assert sizes == [50, 50, 3]
    assert read == made[::-1]


@pytest.mark.parametrize("place", ["HEAD", "A", "ZZZ", ""])
def test_a_cursor_that_leads_elsewhere_is_refused(person: dict[str, str], place: str) -> None:
    with pytest.raises(queries.Refused, match="cursor"):
        queries.of_subject(id_of_person(PERSON), cursors.cursor_at([place]))


def test_queries_do_not_weigh_on_those_who_read_the_records(call: Call, person: dict[str, str]) -> None:
    before = storage.collection(id_of_person(PERSON))
    call(SUBJECTS, person)
    assert storage.collection(id_of_person(PERSON)) == before
    assert making_anew.rebuild()["failed"] == 0


# Reviews


@pytest.mark.clause("NT-24", "NT-25")
def test_a_review_answers_each_row_by_itself(call: Call, company: str, person: dict[str, str]) -> None:
    rows = [
        {"code": company},
        person,
        {"code": a_code(7)},
        {"code": company[:-1] + ("0" if company[-1] != "0" else "1")},
        {"name": NAME, "id_number": NOBODY},
        {"name": NAME},
    ]
    answer = call(REVIEWS, {"subjects": rows}).json
    outcomes = [(row["row"], row["outcome"]) for row in answer["items"]]
    assert outcomes == list(enumerate(["answered", "answered", "unknown", "refused", "answered", "refused"], start=1))
    assert (answer["answered"], answer["unknown"], answer["refused"], answer["unavailable"]) == (3, 1, 2, 0)
    first = answer["items"][0]
    assert first["categories"] == {"basic": 0, "positive": 0, "negative": 1, "other": 0}
    assert first["severities"] == {"minor": 0, "general": 1, "severe": 1}
    assert first["lists"] == {"blacklist": 1, "watchlist": 1}
    assert {record["catalogue"] for record in first["records"]} == {"penalty", "blacklist", "watchlist"}
    assert "校验位" in answer["items"][3]["detail"]
    assert answer["items"][4]["categories"] == dict.fromkeys(("basic", "positive", "negative", "other"), 0)
    assert len(acts()) == 4


@pytest.mark.clause("NT-25", "HY-27b")
@pytest.mark.parametrize(("disclosure", "counted"), [("public", 1), ("shared", 1), ("authorised", 0), ("secret", 0)])
def test_a_review_counts_nothing_beyond_the_shared_class_and_its_subject_reads_what_it_was_for(
    call: Call, company: str, monkeypatch: pytest.MonkeyPatch, disclosure: Disclosure, counted: int
) -> None:
    city = cities.load(settings.city())
    item = replace(city.catalogue["penalty"], disclosure=disclosure)
    monkeypatch.setattr(cities, "load", lambda name: replace(city, catalogue={**city.catalogue, "penalty": item}))
    (row,) = call(REVIEWS, {"subjects": [{"code": company}]}, purpose="财政资金安排", matter="演示项目〔2026〕3号").json["items"]
    assert (row["categories"]["negative"], row["severities"]["general"] + row["severities"]["severe"]) == (counted, 1 + counted)
    assert [record["catalogue"] for record in row["records"]].count("penalty") == counted
    (query,) = queries.facts(queries.of_subject(id_of(company)))["items"]
    assert (query["id"], query["kind"], query["purpose"], query["matter"]) == (
        row["query"],
        "review",
        "财政资金安排",
        "演示项目〔2026〕3号",
    )
    assert {record["id"] for record in query["records"]} == {record["id"] for record in row["records"]}


@pytest.mark.clause("NT-25")
def test_a_review_of_five_hundred_is_answered_whole_and_each_row_left_its_trace(call: Call, send: Send) -> None:
    send("subjects", *(a_subject(统一社会信用代码=a_code(number), 主体名称=f"示例{number}号有限公司") for number in range(1, 21)))
    rows = [{"code": a_code(number % 40 + 1)} for number in range(500)]
    answer = call(REVIEWS, {"subjects": rows}).json
    assert (answer["answered"], answer["unknown"]) == (260, 240)
    assert sorted(row["query"] for row in answer["items"]) == sorted(about for _, _, about in acts())
    together = [len(raw_items.acts_of(entry)) for entry in items("trail") if "answered" in entry["acts"]["S"]]
    assert max(together) <= stored.MOST_TOGETHER
    check_problem(call(REVIEWS, {"subjects": [*rows, rows[0]]}), 422, "invalid-input", "500")
    check_problem(call(REVIEWS, {"subjects": []}), 422, "invalid-input", "500")
    check_problem(call(REVIEWS, {"rows": []}), 422, "invalid-input", "subjects")


def test_rows_whose_trace_could_not_be_written_say_so_and_tell_nothing(call: Call, company: str, monkeypatch: pytest.MonkeyPatch) -> None:
    commit, commits = storage.Changes.commit, []

    def first_fails(changes: storage.Changes) -> None:
        commits.append(1)
        if len(commits) <= stored.TRIES:
            raise storage.Conflict
        commit(changes)

    monkeypatch.setattr(storage.Changes, "commit", first_fails)
    monkeypatch.setattr(stored, "MOST_TOGETHER", 1)
    answer = call(REVIEWS, {"subjects": [{"code": company}, {"code": company}]}).json
    assert answer["items"][0] == {"row": 1, "outcome": "unavailable"}
    assert answer["items"][1]["outcome"] == "answered"
    assert [about for _, _, about in acts()] == [answer["items"][1]["query"]]


@pytest.mark.clause("HY-27b")
@pytest.mark.parametrize("path", [SUBJECTS, COMPARE])
def test_without_a_trace_there_is_no_answer(call: Call, person: dict[str, str], monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    def fails(changes: storage.Changes) -> None:
        raise storage.Conflict

    monkeypatch.setattr(storage.Changes, "commit", fails)
    answer = call(path, person)
    check_problem(answer, 503, "unavailable", "没有给出任何信息")
    assert acts() == []


# Comparing


@pytest.mark.clause("NT-24")
def test_a_name_belongs_to_a_code_or_it_does_not(call: Call, send: Send, company: str) -> None:
    assert call(COMPARE, {"code": company, "name": "示例甲食品有限公司"}).json["match"] is True
    assert call(COMPARE, {"code": company, "name": "示例乙食品有限公司"}).json["match"] is False
    assert call(COMPARE, {"code": a_code(7), "name": "示例甲食品有限公司"}).json["match"] is False
    send("subjects", a_subject(主体名称="示例新名食品有限公司", 变更日期="2026/11/01"))
    assert call(COMPARE, {"code": company, "name": "示例甲食品有限公司"}).json["match"] is False
    assert set(call(COMPARE, {"code": company, "name": "示例甲食品有限公司"}).json) == {"match", "as_of", "query"}


def test_a_persons_name_and_number_are_compared_only_for_keys_with_that_right(call: Call, person: dict[str, str]) -> None:
    organisations = api_keys.create("演示系统", ("compare",))[1]
    people = api_keys.create("演示系统", ("compare:persons",))[1]
    before = acts()
    for number in (PERSON, NOBODY):
        refused = call(COMPARE, {"name": NAME, "id_number": number}, key=organisations)
        check_problem(refused, 403, "not-allowed", "compare:persons")
    assert acts() == before
    check_problem(call(COMPARE, {"code": a_code(), "name": "示例"}, key=people), 403, "not-allowed", "compare")
    answers = [call(COMPARE, {"name": name, "id_number": number}, key=people) for name, number in ((NAME, PERSON), ("周示例", PERSON))]
    assert [answer.json["match"] for answer in answers] == [True, False]
    assert (traces(), len(acts())) == (["S#n_", f"S#{id_of_person(PERSON)[:2]}"], 2)


# Rights


@pytest.mark.clause("HY-23b", "HY-27b")
@pytest.mark.parametrize("scope", ["shared:read", "review", "compare", "compare:persons", "consent"])
def test_each_scope_opens_its_own_address_and_no_other(call: Call, company: str, scope: str) -> None:
    key = api_keys.create("演示系统", (scope,), holder=a_code())[1]
    opened = {
        "shared:read": call(f"{SUBJECTS}/{company}", key=key).status,
        "shared": call(SUBJECTS, {"code": company}, key=key).status,
        "review": call(REVIEWS, {"subjects": [{"code": company}]}, key=key).status,
        "compare": call(COMPARE, {"code": company, "name": "示例"}, key=key).status,
        "compare:persons": call(COMPARE, {"name": NAME, "id_number": NOBODY}, key=key).status,
    }
    own = {"shared:read", "shared"} if scope == "shared:read" else {scope}
    assert opened == {name: 200 if name in own else 403 for name in opened}


@pytest.mark.parametrize("known", [True, False])
def test_a_key_without_the_right_learns_nothing_and_leaves_no_query(call: Call, company: str, known: bool) -> None:
    key = api_keys.create("演示系统", ("review",))[1]
    answer = call(f"{SUBJECTS}/{company if known else a_code(7)}", key=key)
    check_problem(answer, 403, "not-allowed", "shared:read")
    assert acts() == []


def test_no_wrong_revoked_or_strange_key_gets_in(call: Call, company: str) -> None:
    made, revoked = api_keys.create("演示系统", EVERYTHING)
    api_keys.revoke(made.id)
    away = api_keys.create("演示系统", EVERYTHING, networks=["203.0.113.0/24"])[1]
    for key, status, name in (("", 401, "no-key"), ("mx_x", 401, "no-key"), (revoked, 401, "no-key"), (away, 403, "not-allowed")):
        for path, body in ((f"{SUBJECTS}/{company}", None), (SUBJECTS, {}), (REVIEWS, {}), (COMPARE, {})):
            check_problem(call(path, body, key=key), status, name)


@pytest.mark.clause("HY-23b", "NT-19")
def test_a_key_reads_the_catalogue_items_that_it_was_given_and_no_others(call: Call, company: str) -> None:
    key = api_keys.create("演示系统", ("shared:read", "review"), items=["watchlist"])[1]
    found = call(f"{SUBJECTS}/{company}", key=key).json
    assert (found["records"], [entry["list"] for entry in found["lists"]]) == ([], ["watchlist"])
    row = call(REVIEWS, {"subjects": [{"code": company}]}, key=key).json["items"][0]
    assert (row["lists"], row["categories"]["negative"]) == ({"watchlist": 1}, 0)


@pytest.mark.clause("HY-23b")
def test_a_special_need_is_applied_for_decided_and_ends(call: Call, company: str, at: Callable[[str], None]) -> None:
    made, key = api_keys.create("演示系统", ("shared:read",), items=["watchlist"])
    need = special_needs.apply(made.id, ["penalty"], purpose="演示专项检查", basis="《示例办法》第三条", until=date(2026, 12, 31))
    assert call(f"{SUBJECTS}/{company}", key=key).json["records"] == []
    assert [one.state for one in special_needs.listing()] == ["open"]
    decided = special_needs.decide(need.id, "演示工作人员", granted=True, reason="职责需要", until=date(2026, 11, 30))
    assert (decided.state, decided.until, special_needs.listing()) == ("granted", date(2026, 11, 30), [decided])
    assert len(call(f"{SUBJECTS}/{company}", key=key).json["records"]) == 1
    at("2026-11-30T23:59:00+08:00")
    assert len(call(f"{SUBJECTS}/{company}", key=key).json["records"]) == 1
    at("2026-12-01T00:00:00+08:00")
    assert call(f"{SUBJECTS}/{company}", key=key).json["records"] == []
    assert [one.id for one in api_keys.all_keys() if one.items] == [made.id]


@pytest.mark.clause("HY-23b")
def test_a_special_need_is_decided_once_and_a_refused_one_opens_nothing(call: Call, company: str) -> None:
    made, key = api_keys.create("演示系统", ("shared:read",), items=["watchlist"])
    need = special_needs.apply(made.id, ["penalty"], purpose="演示", basis="《示例办法》", until=date(2026, 12, 31))
    special_needs.decide(need.id, "演示工作人员", granted=False, reason="没有依据")
    assert call(f"{SUBJECTS}/{company}", key=key).json["records"] == []
    with pytest.raises(special_needs.Refused, match="没有这份待决定的申请"):
        special_needs.decide(need.id, "演示工作人员", granted=True, reason="职责需要")
    trail = {action for entry in items("trail") for action, _, about in raw_items.acts_of(entry) if about == need.id}
    assert trail == {"need.applied", "need.refused"}


@pytest.mark.clause("NT-19", "HY-23b")
def test_no_special_need_opens_what_only_the_subject_can(archive: None) -> None:
    made, _ = api_keys.create("演示系统", ("shared:read",), items=["watchlist"])
    for items_, words_ in ((["real_estate_mortgage"], "授权"), (["nothing"], "没有"), ([], "1至")):
        with pytest.raises(special_needs.Refused, match=words_):
            special_needs.apply(made.id, items_, purpose="演示", basis="《示例办法》", until=date(2026, 12, 31))
    with pytest.raises(special_needs.Refused, match="已经过去"):
        special_needs.apply(made.id, ["penalty"], purpose="演示", basis="《示例办法》", until=date(2026, 11, 20))
    api_keys.revoke(made.id)
    with pytest.raises(special_needs.Refused, match="没有这把密钥"):
        special_needs.apply(made.id, ["penalty"], purpose="演示", basis="《示例办法》", until=date(2026, 12, 31))


# What is turned down


@pytest.mark.clause("NT-20")
@pytest.mark.parametrize("missing", ["purpose", "matter"])
def test_no_query_without_purpose_and_matter(call: Call, company: str, missing: str) -> None:
    header = {"purpose": "X-Purpose", "matter": "X-Matter"}[missing]
    for said in (None, "", " ", "字" * 201, f"查 {PERSON}", "甲\n乙"):
        for path, body in ((f"{SUBJECTS}/{company}", None), (SUBJECTS, {"code": company}), (REVIEWS, {"subjects": [{"code": company}]})):
            answer = call(path, body, **{missing: said})
            check_problem(answer, 422, "invalid-input", header)
            assert PERSON not in answer.body
    assert acts() == []


@pytest.mark.parametrize("raw", ["行政审批", "%FF%FE", "%E5%B9", "100%", "a" * 2001])
def test_a_header_that_is_no_percent_encoded_text_is_refused(call: Call, company: str, raw: str) -> None:
    check_problem(call(f"{SUBJECTS}/{company}", purpose=None, X_Purpose=raw), 422, "invalid-input", "X-Purpose")


def test_a_purpose_in_plain_letters_is_one_too(call: Call, company: str) -> None:
    call(f"{SUBJECTS}/{company}", purpose=None, X_Purpose="annual check")
    assert queries.of_subject(id_of(company)).items[0].purpose == "annual check"


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"code": 91},
        {"code": ""},
        {"code": a_code(), "name": "示例"},
        {"name": NAME},
        {"id_number": PERSON},
        {"name": NAME, "id_number": PERSON[:-1] + ("0" if PERSON[-1] != "0" else "1")},
        {"name": NAME, "id_number": PERSON, "id_type": "uscc"},
        {"name": NAME, "id_number": PERSON, "phone": "1"},
        {"name": "字" * 201, "id_number": PERSON},
        {PERSON: "示例"},
        b"\xff",
        b"{",
        b'{"code": "1", "code": "2"}',
        b'{"code": NaN}',
    ],
)
def test_a_wrong_body_is_refused_and_not_repeated(call: Call, body: Any) -> None:
    answer = call(SUBJECTS, body)
    check_problem(answer, 422, "invalid-input")
    assert PERSON[:-1] not in answer.body
    assert acts() == []


def test_a_persons_number_in_an_address_is_refused(call: Call) -> None:
    check_problem(call(f"{SUBJECTS}/{PERSON}"), 422, "invalid-input")


def test_what_is_too_large_or_no_json_is_refused(call: Call) -> None:
    check_problem(call(REVIEWS, b" " * ((1 << 20) + 1)), 413, "too-large", "1 MB")
    check_problem(call(REVIEWS, b"{}", Content_Type="text/csv"), 415, "other-content-type", "application/json")


ENGLISH = {
    "no key": (lambda call: call(REVIEWS, {}, key="", Accept_Language="en"), 401),
    "no right": (lambda call: call(REVIEWS, {}, key=api_keys.create("演示", ("consent",), holder=a_code())[1], Accept_Language="en"), 403),
    "too large": (lambda call: call(REVIEWS, b" " * ((1 << 20) + 1), Accept_Language="en-GB,zh;q=0.5"), 413),
    "no purpose": (lambda call: call(f"{REVIEWS}?lang=en", {}, purpose=None), 422),
    "wrong body": (lambda call: call(COMPARE, {"code": a_code()}, Accept_Language="en"), 422),
    "unknown": (lambda call: call(f"{SUBJECTS}/{a_code(7)}?lang=en"), 404),
}


@pytest.mark.parametrize("case", ENGLISH)
def test_a_program_is_told_in_its_readers_language_what_is_wrong(call: Call, case: str) -> None:
    asks, status = ENGLISH[case]
    answer = asks(call)
    assert answer.status == status
    assert answer.body.isascii(), answer.body


def test_a_refused_row_of_a_review_says_why_in_the_readers_language(call: Call) -> None:
    (row,) = call(f"{REVIEWS}?lang=en", {"subjects": [{"code": "1"}]}).json["items"]
    assert row["outcome"] == "refused"
    assert row["detail"].isascii()


def test_words_and_sizes_of_the_document_are_those_of_the_code() -> None:
    assert (schemas.MOST_REVIEWED, tuple(words.OUTCOME)) == (reviews.MOST_SUBJECTS, reviews.OUTCOMES)
    assert dict(words.ID_TYPE) == asked.PERSON_WORDS
    assert {PERSON_TYPES[word] for word in words.ID_TYPE.values()} == set(words.ID_TYPE)
