"""What programs get: the contract's answers, and problems in one form."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from chalice import Chalice

from app import create_app
from chalicelib.law.decisions import Refused
from chalicelib.web import pages, problems

from .conftest import DAY, LookUps
from .examples import CODE, PERSON_NUMBER, UNKNOWN, WRONG_CHECK, announcement, found, organisation
from .gateway import Answer, ask


def is_problem(answer: Answer, status: int, name: str) -> bool:
    body = answer.json
    return (
        answer.status == status
        and answer.headers["Content-Type"] == "application/problem+json"
        and answer.headers["Cache-Control"] == "no-store"
        and body["type"] == f"/problems/{name}"
        and body["status"] == status
        and bool(body["title"])
        and bool(body["detail"])
    )


@pytest.mark.clause("NT-21")
def test_an_organisation_is_given_as_the_look_up_answers_it(public: Chalice, looked: LookUps) -> None:
    answer = ask(public, f"/api/v1/subjects/{CODE.lower()}?cursor=c&lang=en")
    assert answer.json == organisation()
    assert answer.headers["Content-Type"] == "application/json"
    assert looked.organisation.call_args.args == (CODE,)
    assert looked.organisation.call_args.kwargs == {"day": DAY, "cursor": "c"}


def test_a_search_is_given_as_the_look_up_answers_it(public: Chalice, looked: LookUps) -> None:
    answer = ask(public, f"/api/v1/subjects?q={quote('瑞广')}&limit=100&cursor=c")
    assert answer.json == {"items": [found()], "next": None, "as_of": "2026-11-21"}
    assert looked.search.call_args.args == ("瑞广",)
    assert looked.search.call_args.kwargs == {"day": DAY, "cursor": "c", "limit": 100}


@pytest.mark.parametrize("address", ["/api/v1/publicity/penalties", "/publicity/penalties.json"])
def test_publicity_is_the_same_by_api_and_by_ending(public: Chalice, looked: LookUps, address: str) -> None:
    answer = ask(public, f"{address}?from=2026-10-01&to=2026-10-31&limit=1&cursor=c")
    assert answer.json == {"items": [announcement()], "next": None, "as_of": "2026-11-21"}
    assert looked.announced.call_args.args == ("penalties",)
    period = {"begin": date(2026, 10, 1), "end": date(2026, 10, 31), "body": None, "field": None}
    expected = {"day": DAY, **period, "cursor": "c", "limit": 1}
    assert looked.announced.call_args.kwargs == expected


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=1.5",
        "limit=ten",
        "limit=%C2%B2",
        "from=2026-02-30",
        "from=2026-1-1",
        "from=2026-10-02&to=2026-10-01",
        "to=tomorrow",
        "cursor=%E7%94%B2",
        "cursor=" + "a" * 5000,
    ],
)
@pytest.mark.parametrize("address", ["/api/v1/publicity/licences", "/publicity/licences.json"])
def test_wrong_parameters_are_refused(public: Chalice, looked: LookUps, address: str, query: str) -> None:
    assert is_problem(ask(public, f"{address}?{query}"), 422, "invalid-input")
    assert looked.calls() == 0


def test_a_cursor_that_the_look_up_cannot_read_is_refused(public: Chalice, looked: LookUps) -> None:
    looked.organisation.side_effect = Refused("翻页参数 cursor 无效")
    assert is_problem(ask(public, f"/api/v1/subjects/{CODE}?cursor=x"), 422, "invalid-input")


def test_a_refusal_names_its_clause_and_the_first_day_on_which_waiting_helps(public: Chalice, looked: LookUps) -> None:
    looked.search.side_effect = Refused("太早", "NT-34", date(2027, 3, 1))
    body = ask(public, f"/api/v1/subjects?q={quote('瑞广')}").json
    assert (body["detail"], body["clause"], body["from_when"]) == ("太早", "NT-34", "2027-03-01")


def test_unknown_and_wrong_codes_differ(public: Chalice) -> None:
    assert is_problem(ask(public, f"/api/v1/subjects/{UNKNOWN}"), 404, "not-found")
    assert is_problem(ask(public, f"/api/v1/subjects/{WRONG_CHECK}"), 422, "invalid-input")
    assert is_problem(ask(public, "/api/v1/subjects/000000000000000000"), 422, "invalid-input")


@pytest.mark.parametrize("address", ["/api/v1/publicity/x", "/publicity/x.json", "/publicity/x.csv?month=2026-10", "/publicity/x.atom"])
def test_kinds_that_there_are_not_are_missing(public: Chalice, address: str) -> None:
    answer = ask(public, address)
    assert is_problem(answer, 404, "not-found")
    assert "penalties" in answer.json["detail"]


@pytest.mark.parametrize("address", ["/api/v1/subjects", "/api/v1/subjects?q=", f"/api/v1/subjects?q={WRONG_CHECK}"])
def test_a_search_needs_a_question(public: Chalice, address: str) -> None:
    assert is_problem(ask(public, address), 422, "invalid-input")


@pytest.mark.parametrize("address", ["/api/v1/subjects?q={}", "/api/v1/subjects/{}"])
def test_a_persons_number_is_neither_searched_nor_repeated(public: Chalice, looked: LookUps, address: str) -> None:
    answer = ask(public, address.format(PERSON_NUMBER))
    assert is_problem(answer, 422, "invalid-input")
    assert PERSON_NUMBER[6:14] not in answer.body
    assert looked.calls() == 0


@pytest.mark.parametrize(
    "address",
    [
        "/publicity/{}",
        "/publicity/{}.json",
        "/api/v1/publicity/{}",
        "/static/{}",
        "/publicity/penalties?from={}",
        "/publicity/penalties?cursor={}&limit={}",
    ],
)
def test_no_answer_repeats_a_persons_number_wherever_it_stands(public: Chalice, address: str) -> None:
    assert PERSON_NUMBER not in ask(public, address.replace("{}", PERSON_NUMBER)).body


def test_the_health_check_tells_face_city_and_day(public: Chalice) -> None:
    answer = ask(public, "/healthz")
    facts = {"status": "ok", "face": "public", "city": "nantong", "today": "2026-11-21"}
    assert answer.json == {**facts, "ready": True, "fresh": None, "published_at": None}
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_health_check_names_a_city_in_a_folder_of_its_own_without_the_folder(
    public: Chalice, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MINGXIN_CITY", str(tmp_path / "hailing"))
    assert ask(public, "/healthz").json["city"] == "hailing"


@pytest.mark.parametrize("fresh", [True, False])
def test_the_health_check_tells_ready_from_fresh(public: Chalice, looked: LookUps, fresh: bool) -> None:
    looked.up_to_date.side_effect = lambda now: (fresh, datetime(2026, 11, 21, 0, 59, tzinfo=UTC))
    answer = ask(public, "/healthz")
    assert (answer.status, answer.json["ready"], answer.json["fresh"]) == (200, True, fresh)
    assert answer.json["published_at"] == "2026-11-21T00:59:00+00:00"


def test_the_health_check_fails_when_the_database_does_not_answer(public: Chalice, looked: LookUps) -> None:
    looked.ready.side_effect = lambda: False
    assert is_problem(ask(public, "/healthz"), 503, "unavailable")


def test_the_members_face_has_its_own_health_check() -> None:
    answer = ask(create_app("members"), "/members/healthz")
    assert answer.json == {"status": "ok", "face": "members", "city": "nantong", "today": "2026-11-21"}
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", [f"/api/v1/subjects/{CODE}", f"/subjects/{CODE}"])
def test_an_unexpected_error_leaves_a_reference_and_nothing_else(
    public: Chalice,
    looked: LookUps,
    address: str,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logging.getLogger("mingxin"), "propagate", True)
    looked.organisation.side_effect = KeyError("罗华霞 secret")
    answer = ask(public, address)
    assert answer.status == 500
    assert answer.headers["Cache-Control"] == "no-store"
    logged = caplog.text + "".join(capsys.readouterr())
    for text in (answer.body, logged):
        assert "罗华霞" not in text
        assert "Traceback" not in text
    [entry] = {record.getMessage() for record in caplog.records}
    reference = entry.split()[1].rstrip(":")
    assert reference in answer.body
    assert "KeyError" in entry
    assert "chalicelib/web/" in entry


def test_a_database_that_refuses_is_unavailable(public: Chalice, looked: LookUps) -> None:
    from botocore.exceptions import EndpointConnectionError

    looked.organisation.side_effect = EndpointConnectionError(endpoint_url="http://127.0.0.1:1/")
    assert is_problem(ask(public, f"/api/v1/subjects/{CODE}"), 503, "unavailable")


def test_broken_pages_still_answer(public: Chalice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_environment", lambda: 1 / 0)
    assert is_problem(ask(public, "/"), 500, "unexpected")


def test_paths_that_no_route_serves_are_answered_in_their_kind() -> None:
    page, data = problems.unknown_path(f"/x/{PERSON_NUMBER}"), problems.unknown_path("/api/v1/nothing")
    assert (page.status_code, data.status_code) == (404, 404)
    assert page.headers["Content-Type"].startswith("text/html")
    assert data.headers["Content-Type"] == "application/problem+json"
    assert PERSON_NUMBER not in page.body
    for response in (page, data):
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Frame-Options"] == "DENY"


def test_other_methods_are_refused_in_our_form(public: Chalice) -> None:
    answer = ask(public, "/api/v1/subjects", method="DELETE")
    assert is_problem(answer, 405, "method-not-allowed")
    assert answer.headers["Allow"] == "GET, HEAD"
    assert "text/html" in ask(public, "/search", method="POST").headers["Content-Type"]
