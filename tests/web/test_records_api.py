"""`POST /api/v1/records`: who may send, what is taken, what is turned down and how, and that a request is done once."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import boto3
import pytest
from chalice import Chalice

from app import create_app
from chalicelib.records.submissions import Outcome
from chalicelib.services.identity import api_keys
from chalicelib.services.submission import intake
from chalicelib.storage import keys, publishing, sessions
from tests.services.rows import OFFICE, PARTY, a_code, a_penalty, a_person, a_person_number, a_subject

from .gateway import Answer, ask

PATH = "/api/v1/records"
OTHER_OFFICE = a_code(901, "11")
SOURCE = "数据来源单位统一社会信用代码"
NUMBER = "行政处罚决定书文号"
Post = Callable[..., Answer]


@pytest.fixture
def members(tables: str, morning: None) -> Iterator[Chalice]:
    """The members face on an empty archive."""
    keys.keyring.cache_clear()
    publishing._marked.clear()
    yield create_app("members")
    keys.keyring.cache_clear()


@pytest.fixture
def key(members: Chalice) -> str:
    return a_new_key()


def a_new_key(*scopes: str, **facts: Any) -> str:
    """The text of a new key; without scopes one that submits for the office."""
    return api_keys.create("示例系统", scopes or (f"submit:{OFFICE}",), **facts)[1]


@pytest.fixture
def post(members: Chalice, key: str) -> Post:
    """Posts to the records: `post({...})` as JSON, `post(b"...", "text/csv", query="?kind=penalties")`, with headers by keyword."""

    def post(
        body: Any,
        content_type: str | None = "application/json",
        *,
        query: str = "",
        app: Chalice | None = None,
        ip: str = "127.0.0.1",
        **headers: str,
    ) -> Answer:
        given = {"Authorization": f"Bearer {key}"} | ({"Content-Type": content_type} if content_type else {})
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent = body if isinstance(body, bytes | str) or body is None else json.dumps(body, ensure_ascii=False).encode()
        return ask(app or members, PATH + query, "POST", given, sent, ip)

    return post


def penalties(*rows: dict[str, str]) -> dict[str, Any]:
    return {"kind": "penalties", "rows": list(rows) or [a_penalty()]}


def as_csv(*rows: dict[str, str], encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def counts(answer: Answer) -> tuple[int, int, int]:
    assert answer.status == 200, answer.body
    return answer.json["accepted"], answer.json["duplicate"], len(answer.json["refused"])


def check_problem(answer: Answer, status: int, name: str, words: str = "") -> None:
    """A problem as RFC 9457 has it, with nothing of our inside."""
    assert answer.status == status, answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert {"type", "title", "status", "detail"} <= set(answer.json)
    assert (answer.json["type"], answer.json["status"]) == (f"/problems/{name}", status)
    assert words in answer.json["detail"]
    for trace in ("Traceback", "chalicelib", ".py", "Error"):
        assert trace not in answer.body


def test_rows_come_in_and_show(post: Post) -> None:
    answer = post(penalties())
    assert answer.json == {"batch": answer.json["batch"], "accepted": 1, "duplicate": 0, "refused": []}
    assert answer.json["batch"].startswith("b_")
    assert answer.headers["Cache-Control"] == "no-store"
    shown = ask(create_app("public"), f"/api/v1/subjects/{a_code()}").json
    assert [record["document_no"] for record in shown["records"]] == ["示罚〔2026〕1号"]
    assert shown["records"][0]["provider"]["code"] == OFFICE
    assert counts(post(penalties())) == (0, 1, 0)


def test_a_refused_row_comes_back_with_its_line_field_and_reason_as_if_a_header_were_line_1(post: Post) -> None:
    right = a_person_number()
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    answer = post(penalties(a_penalty(**a_person(证件号码=wrong)), a_penalty()))
    assert counts(answer) == (1, 0, 1)
    refused = answer.json["refused"][0]
    assert (refused["line"], refused["field"]) == (2, "证件号码")
    assert refused["reason"]
    assert set(refused) == {"line", "field", "reason"}


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"])
@pytest.mark.parametrize("in_base64", [True, False])
def test_json_comes_with_or_without_charset_in_base64_or_not(post: Post, content_type: str, in_base64: bool) -> None:
    body = json.dumps(penalties(), ensure_ascii=False)
    assert counts(post(body.encode() if in_base64 else body, content_type)) == (1, 0, 0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("content_type", ["text/csv", "text/csv; charset=gb18030; header=present"])
def test_csv_comes_in_every_encoding(post: Post, encoding: str, content_type: str) -> None:
    body = as_csv(a_penalty(), a_penalty(**{NUMBER: ""}), a_penalty(**{NUMBER: "示罚〔2026〕2号"}), encoding=encoding)
    answer = post(body, content_type, query="?kind=penalties")
    assert counts(answer) == (2, 0, 1)
    assert (answer.json["refused"][0]["line"], answer.json["refused"][0]["field"]) == (3, NUMBER)


def test_subjects_and_lists_come_in_by_the_same_way(post: Post) -> None:
    assert counts(post({"kind": "subjects", "rows": [a_subject()]})) == (1, 0, 0)
    assert counts(post(as_csv(a_subject()), "text/csv", query="?kind=subjects")) == (0, 1, 0)


def test_numbers_and_null_of_json_are_taken_as_they_are_written(post: Post) -> None:
    rows = [{**a_penalty(), "罚款金额(万元)": 8.5, "暂扣或吊销证照名称及编号": None}]
    assert counts(post({"kind": "penalties", "rows": rows})) == (1, 0, 0)
    assert counts(post(penalties())) == (0, 1, 0)


def test_a_row_that_no_file_could_hold_is_refused_alone(post: Post) -> None:
    rows: list[Any] = [a_penalty(), "text", {**a_penalty(), "违法事实": ["a"]}, {**a_penalty(), "违法事实": "\ud800"}]
    rows.append({**a_penalty(), "违法事实": "字" * 100_001})
    answer = post(json.dumps({"kind": "penalties", "rows": rows}).encode())
    assert counts(answer) == (1, 0, 4)
    assert [(refused["line"], refused["field"]) for refused in answer.json["refused"]] == [
        (3, ""),
        (4, "违法事实"),
        (5, "违法事实"),
        (6, ""),
    ]


def test_columns_that_nothing_uses_are_told(post: Post) -> None:
    answer = post(penalties({**a_penalty(), "处罚日起": "x"}))
    assert answer.json["warnings"] == ["未使用的列：处罚日起"]


# Who may


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Bearer mx_nothing", "Basic {key}", "{key}", "Bearer {key}x"])
def test_without_a_valid_key_there_is_one_answer(members: Chalice, key: str, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization.format(key=key)}
    answer = ask(members, PATH, "POST", headers, b"{}")
    check_problem(answer, 401, "no-key")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.body == ask(members, PATH, "POST", {"Authorization": f"Bearer {api_keys.new_secret()}"}, b"{}").body


def test_the_scheme_is_read_in_any_case(post: Post, key: str) -> None:
    assert counts(post(penalties(), Authorization=f"bearer  {key} ")) == (1, 0, 0)


def test_a_revoked_key_stops_at_once(post: Post) -> None:
    assert post(penalties()).status == 200
    api_keys.revoke(api_keys.all_keys()[0].id)
    check_problem(post(penalties()), 401, "no-key")


def test_an_expired_key_gets_the_answer_of_an_unknown_one(post: Post, at: Callable[[str], None]) -> None:
    key = a_new_key(expires=date(2026, 11, 21))
    assert post(penalties(), Authorization=f"Bearer {key}").status == 200
    at("2026-11-22T00:00:00+08:00")
    check_problem(post(penalties(), Authorization=f"Bearer {key}"), 401, "no-key")


def test_a_key_is_bound_to_its_networks(post: Post) -> None:
    key = a_new_key(networks=["203.0.113.0/24"])
    assert post(penalties(), Authorization=f"Bearer {key}", ip="203.0.113.8").status == 200
    check_problem(post(penalties(), Authorization=f"Bearer {key}", ip="203.0.114.8"), 403, "not-allowed", "网络地址")


def test_an_address_in_a_header_counts_for_nothing(post: Post) -> None:
    key = a_new_key(networks=["203.0.113.0/24"])
    check_problem(post(penalties(), Authorization=f"Bearer {key}", X_Forwarded_For="203.0.113.8"), 403, "not-allowed")


@pytest.mark.parametrize("scope", ["shared:read", "review", "compare", "compare:persons", "consent"])
def test_other_scopes_do_not_submit(post: Post, scope: str) -> None:
    check_problem(post(penalties(), Authorization=f"Bearer {a_new_key(scope, holder=OFFICE)}"), 403, "not-allowed", "submit")


@pytest.mark.parametrize("where", ["query", "body"])
def test_a_key_of_several_providers_says_for_which(post: Post, where: str) -> None:
    several = f"Bearer {a_new_key(f'submit:{OFFICE}', f'submit:{OTHER_OFFICE}')}"
    row = a_penalty(**{SOURCE: "", "数据来源单位": ""})
    check_problem(post(penalties(row), Authorization=several), 422, "invalid-input", "provider")

    def named(code: str) -> Answer:
        if where == "query":
            return post(penalties(row), query=f"?provider={code}", Authorization=several)
        return post({**penalties(row), "provider": code}, Authorization=several)

    assert counts(named(OTHER_OFFICE.lower())) == (1, 0, 0)
    shown = ask(create_app("public"), f"/api/v1/subjects/{a_code()}").json
    assert shown["records"][0]["provider"]["code"] == OTHER_OFFICE
    check_problem(named(a_code(902, "11")), 403, "not-allowed")
    check_problem(named("1132"), 422, "invalid-input")


def test_a_csv_says_for_which_provider_in_its_address(post: Post) -> None:
    several = f"Bearer {a_new_key(f'submit:{OFFICE}', f'submit:{OTHER_OFFICE}')}"
    body = as_csv(a_penalty())
    assert counts(post(body, "text/csv", query=f"?kind=penalties&provider={OFFICE}", Authorization=several)) == (1, 0, 0)
    check_problem(post(body, "text/csv", query=f"?kind=penalties&provider={OTHER_OFFICE}"), 403, "not-allowed")


def test_a_row_of_another_office_is_refused_and_the_others_come_in(post: Post) -> None:
    foreign = a_penalty(**{SOURCE: OTHER_OFFICE, NUMBER: "示罚〔2026〕2号"})
    answer = post(penalties(foreign, a_penalty(**{SOURCE: OFFICE.lower()}), a_penalty(**{SOURCE: "", NUMBER: "示罚〔2026〕3号"})))
    assert counts(answer) == (2, 0, 1)
    assert (answer.json["refused"][0]["line"], answer.json["refused"][0]["field"]) == (2, SOURCE)
    assert counts(post(as_csv(foreign), "text/csv", query="?kind=penalties")) == (0, 0, 1)
    both = f"Bearer {a_new_key(f'submit:{OFFICE}', f'submit:{OTHER_OFFICE}')}"
    assert counts(post(penalties(foreign), query=f"?provider={OFFICE}", Authorization=both)) == (1, 0, 0)


def test_a_source_that_is_no_code_is_refused_with_what_is_wrong_with_it(post: Post) -> None:
    answer = post(penalties(a_penalty(**{SOURCE: "1.13E+17"})))
    assert counts(answer) == (0, 0, 1)
    assert "Excel" in answer.json["refused"][0]["reason"]


# What cannot be used


@pytest.mark.parametrize(
    "content_type", [None, "", "text/plain", "application/x-www-form-urlencoded", "application/xml", "application/jsonx"]
)
def test_another_content_type_is_turned_down(post: Post, content_type: str | None) -> None:
    check_problem(post(penalties(), content_type), 415, "other-content-type", "text/csv")


@pytest.mark.parametrize(("content_type", "megabytes"), [("application/json", 1), ("text/csv", 5)])
def test_a_body_that_is_too_large_is_turned_down(post: Post, content_type: str, megabytes: int) -> None:
    body = b" " * (megabytes << 20)
    check_problem(post(body, content_type, query="?kind=penalties"), 422, "invalid-input")
    check_problem(post(body + b" ", content_type, query="?kind=penalties"), 413, "too-large", f"{megabytes} MB")


@pytest.mark.parametrize(
    "body",
    [
        None,
        b"",
        b"{",
        b"[]",
        b"{}",
        b'"text"',
        b"[" * 200_000,
        b'{"kind": "penalties"}',
        b'{"kind": "penalties", "rows": {}}',
        b'{"kind": 5, "rows": [{}]}',
        b'{"kind": "penalties", "rows": []}',
        b'{"kind": "penalties", "kind": "licences", "rows": [{}]}',
        b'{"kind": "penalties", "rows": [{"a": "1", "a": "2"}]}',
        b'{"kind": "penalties", "rows": [{"a": NaN}]}',
        b'{"kind": "penalties", "rows": [{}], "provider": 5}',
        '{"kind": "penalties", "rows": [{"违法事实": "一"}]}'.encode("gb18030"),
    ],
)
def test_json_that_cannot_be_used_is_turned_down_whole(post: Post, body: bytes | None) -> None:
    check_problem(post(body), 422, "invalid-input")


@pytest.mark.parametrize("kind", ["horoscopes", "", "Penalties"])
def test_a_kind_that_the_catalogue_does_not_have_is_turned_down(post: Post, kind: str) -> None:
    check_problem(post({**penalties(), "kind": kind}), 422, "invalid-input", "信息目录")


@pytest.mark.clause("NT-14")
def test_a_forbidden_field_turns_the_whole_down(post: Post) -> None:
    answer = post(penalties(a_penalty(), {**a_penalty(), "宗教信仰": "x"}))
    check_problem(answer, 422, "invalid-input", "宗教信仰")
    assert answer.json["clause"] == "NT-14"


def test_more_rows_than_one_call_may_have_are_turned_down(post: Post) -> None:
    row = {PARTY: "示例"}
    assert counts(post(penalties(*[row] * 500))) == (0, 0, 500)
    check_problem(post(penalties(*[row] * 501)), 422, "invalid-input", "500行")


def test_more_csv_rows_than_one_call_may_have_are_turned_down_and_nothing_is_stored(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.services.submission.receive.MOST_CSV_ROWS", 1)
    check_problem(post(as_csv(a_penalty(), a_penalty()), "text/csv", query="?kind=penalties"), 422, "invalid-input", "1行")
    assert boto3.client("dynamodb").scan(TableName="mingxin-publication")["Count"] == 0


@pytest.mark.parametrize(
    ("body", "query", "words"),
    [
        (as_csv(a_penalty()), "", "kind"),
        (as_csv(a_penalty()), "?kind=horoscopes", "信息目录"),
        (as_csv(a_penalty()), "?kind=licences", "缺少列"),
        (b"", "?kind=penalties", "没有表头"),
        (b"PK\x03\x04\0\0", "?kind=penalties", "不是 CSV"),
        (b"\xff\xff\xff,\xff", "?kind=penalties", "编码"),
        (as_csv(a_penalty()).split(b"\n")[0] + b"\n", "?kind=penalties", "没有任何行"),
    ],
)
def test_csv_that_cannot_be_used_is_turned_down_whole(post: Post, body: bytes, query: str, words: str) -> None:
    check_problem(post(body, "text/csv", query=query), 422, "invalid-input", words)
    assert boto3.client("dynamodb").scan(TableName="mingxin-publication")["Count"] == 0


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_only_post_is_served(members: Chalice, key: str, method: str) -> None:
    answer = ask(members, PATH, method, {"Authorization": f"Bearer {key}"})
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")
    if method != "HEAD":
        check_problem(answer, 405, "method-not-allowed", "POST")


def test_an_error_inside_tells_a_reference_and_logs_nothing_personal(
    post: Post, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, key: str
) -> None:
    def broken(*_: object, **__: object) -> Outcome:
        raise RuntimeError(f"示例甲食品有限公司 {a_person_number()}")

    monkeypatch.setattr(intake, "submit", broken)
    caplog.set_level("DEBUG")
    monkeypatch.setattr("chalicelib.web.problems.LOG.propagate", True)
    answer = post(penalties(), Idempotency_Key="one")
    check_problem(answer, 500, "unexpected", "编号")
    logged = caplog.text
    assert answer.json["detail"].split("编号 ")[1] in logged
    for private in ("示例甲", a_person_number(), key, "示例系统"):
        assert private not in logged
        assert private not in answer.body


# Once


def test_the_same_idempotency_key_gives_the_same_answer(post: Post, at: Callable[[str], None]) -> None:
    body = penalties(a_penalty(), a_penalty(**{NUMBER: ""}), {**a_penalty(**{NUMBER: "示罚〔2026〕2号"}), "另一列": "x"})
    first = post(body, Idempotency_Key="one")
    assert counts(first) == (2, 0, 1)
    assert first.json["warnings"]
    at("2026-11-22T08:59:00+08:00")
    again = post(body, Idempotency_Key="one")
    assert (again.status, again.body) == (200, first.body)
    assert counts(post(body, Idempotency_Key="two")) == (0, 2, 1)
    assert counts(post(body)) == (0, 2, 1)


def test_after_a_day_an_idempotency_key_is_new_even_while_its_item_is_still_there(post: Post, at: Callable[[str], None]) -> None:
    first = post(penalties(), Idempotency_Key="one")
    at("2026-11-22T09:00:05+08:00")
    assert counts(post(penalties(), Idempotency_Key="one")) == (0, 1, 0)
    assert counts(first) == (1, 0, 0)


@pytest.mark.parametrize("other", ["body", "kind", "provider"])
def test_the_same_idempotency_key_with_another_content_is_turned_down(post: Post, other: str) -> None:
    several = f"Bearer {a_new_key(f'submit:{OFFICE}', f'submit:{OTHER_OFFICE}')}"

    def send(body: Any, kind: str, provider: str) -> Answer:
        query = f"?kind={kind}&provider={provider}"
        return post(body, "text/csv", query=query, Authorization=several, Idempotency_Key="one")

    body, kind, provider = as_csv({**a_penalty(), **a_subject()}), "penalties", OFFICE
    assert send(body, kind, provider).status == 200
    changed = {"body": (body + b"\n", kind, provider), "kind": (body, "subjects", provider), "provider": (body, kind, OTHER_OFFICE)}
    check_problem(send(*changed[other]), 422, "invalid-input", "Idempotency-Key")


def test_idempotency_keys_of_two_callers_have_nothing_to_do_with_each_other(post: Post) -> None:
    assert counts(post(penalties(), Idempotency_Key="one")) == (1, 0, 0)
    assert counts(post(penalties(), Idempotency_Key="one", Authorization=f"Bearer {a_new_key()}")) == (0, 1, 0)


@pytest.mark.parametrize("idempotency_key", ["", "k" * 256, "a\tb", "键"])
def test_an_idempotency_key_is_printable_and_short(post: Post, idempotency_key: str) -> None:
    check_problem(post(penalties(), Idempotency_Key=idempotency_key), 422, "invalid-input", "Idempotency-Key")
    assert post(penalties(), Idempotency_Key="k" * 255).status == 200


def test_of_two_calls_at_once_one_is_done_and_the_other_told_to_ask_again(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, may_end = threading.Event(), threading.Event()
    genuine, calls = intake.submit, []

    def slowly(*arguments: Any, **named: Any) -> Outcome:
        calls.append(1)
        begun.set()
        assert may_end.wait(30)
        return genuine(*arguments, **named)

    monkeypatch.setattr(intake, "submit", slowly)
    answers: list[Answer] = []
    first = threading.Thread(target=lambda: answers.append(post(penalties(), app=create_app("members"), Idempotency_Key="one")))
    first.start()
    try:
        assert begun.wait(30)
        second = post(penalties(), Idempotency_Key="one")
        check_problem(second, 409, "in-progress")
        assert second.headers["Retry-After"] == "5"
        check_problem(post(penalties(a_penalty(), a_penalty()), Idempotency_Key="one"), 422, "invalid-input")
    finally:
        may_end.set()
        first.join(30)
    assert counts(answers[0]) == (1, 0, 0)
    assert post(penalties(), Idempotency_Key="one").body == answers[0].body
    assert len(calls) == 1


def test_many_calls_at_the_same_moment_are_done_once(post: Post) -> None:
    together, answers = threading.Barrier(4), list[Answer]()

    def call(app: Chalice) -> None:
        together.wait(30)
        answers.append(post(penalties(), app=app, Idempotency_Key="one"))

    threads = [threading.Thread(target=call, args=(create_app("members"),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    done = [answer for answer in answers if answer.status == 200]
    assert len(answers) == 4
    assert {answer.body for answer in done} == {done[0].body}
    assert counts(done[0]) == (1, 0, 0)
    assert {answer.status for answer in answers} <= {200, 409}


def test_a_call_that_failed_may_come_again_with_the_same_idempotency_key(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(intake, "submit", lambda *_, **__: 1 / 0)
        check_problem(post(penalties(), Idempotency_Key="one"), 500, "unexpected")
    assert counts(post(penalties(), Idempotency_Key="one")) == (1, 0, 0)


def test_a_call_that_was_killed_can_be_repeated_when_its_time_is_over(
    post: Post, monkeypatch: pytest.MonkeyPatch, at: Callable[[str], None]
) -> None:
    with monkeypatch.context() as patched:  # killed: nobody finishes or gives up what was begun
        patched.setattr(sessions, "finish", lambda *_: None)
        assert post(penalties(), Idempotency_Key="one").status == 200
    check_problem(post(penalties(), Idempotency_Key="one"), 409, "in-progress")
    at("2026-11-21T09:05:30+08:00")
    check_problem(post(penalties(a_penalty(), a_penalty()), Idempotency_Key="one"), 422, "invalid-input")
    again = post(penalties(), Idempotency_Key="one")
    assert counts(again) == (0, 1, 0)
    assert post(penalties(), Idempotency_Key="one").body == again.body


def test_who_was_overtaken_does_not_change_the_answer(members: Chalice, at: Callable[[str], None]) -> None:
    slow = sessions.claim("place", "digest", api_keys.clock.now())
    at("2026-11-21T09:05:30+08:00")
    quick = sessions.claim("place", "digest", api_keys.clock.now())
    assert isinstance(slow, sessions.Claim)
    assert isinstance(quick, sessions.Claim)
    sessions.finish(quick, "of the quick")
    sessions.finish(slow, "of the slow")
    sessions.give_up(slow)
    assert sessions.claim("place", "digest", api_keys.clock.now()) == sessions.Earlier("digest", "of the quick")


def test_the_sessions_table_holds_nothing_personal_and_no_key(post: Post, key: str) -> None:
    post(penalties(a_penalty(**{NUMBER: "", "违法事实": "钱示例"})), Idempotency_Key="readable-name")
    items = str(boto3.client("dynamodb").scan(TableName="mingxin-sessions")["Items"])
    assert "expires_at" in items
    for word in ("readable-name", key, "示例", OFFICE, a_person_number()):
        assert word not in items


IN_ENGLISH: dict[str, tuple[int, Any, dict[str, Any]]] = {
    "an unknown kind": (422, {"kind": "nothing", "rows": [a_penalty()]}, {}),
    "no JSON": (422, b"{", {}),
    "no UTF-8": (422, b"\xff", {}),
    "another shape": (422, [], {}),
    "no rows": (422, {"kind": "penalties", "rows": []}, {}),
    "too many rows": (422, {"kind": "penalties", "rows": [{}] * 501}, {}),
    "a CSV without its kind": (422, b"a\n1", {"content_type": "text/csv"}),
    "no CSV": (422, b"\0", {"content_type": "text/csv", "query": "?kind=penalties"}),
    "an empty CSV": (422, b"", {"content_type": "text/csv", "query": "?kind=penalties"}),
    "another type": (415, b"a", {"content_type": "text/plain"}),
    "too large": (413, b" " * ((1 << 20) + 1), {}),
    "a wrong Idempotency-Key": (422, penalties(), {"Idempotency_Key": "键"}),
    "no key": (401, penalties(), {"Authorization": "Bearer mx_x"}),
}


@pytest.mark.parametrize("case", IN_ENGLISH)
def test_what_a_submission_is_turned_down_for_is_said_in_the_readers_language(post: Post, case: str) -> None:
    status, body, rest = IN_ENGLISH[case]
    answer = post(body, **{"Accept_Language": "en", **rest})
    assert answer.status == status
    assert answer.body.isascii(), answer.body
    by_address = {**rest, "query": rest["query"] + "&lang=en" if "query" in rest else "?lang=en"}
    assert post(body, **by_address).body.isascii()
    assert not post(body, **rest).body.isascii()
