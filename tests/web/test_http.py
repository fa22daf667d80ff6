"""How answers travel: validators and 304, compression, what caches may do, and what addresses may hold."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from chalice import Chalice

from app import create_app
from local.gateway import HttpRequest, Match, call
from local.gateway import answer as answered

from .conftest import LookUps
from .examples import CODE, UNKNOWN, organisation
from .gateway import Answer, ask

LONG = f"/subjects/{CODE}"
JSON = f"/api/v1/subjects/{CODE}"
COMPRESSED = [LONG, "/publicity/penalties", "/publicity/penalties.atom", "/catalogue.json", "/api/v1/openapi.json"]


def etag(answer: Answer) -> str:
    assert answer.status == 200
    return answer.headers["ETag"]


@pytest.mark.parametrize("address", [*COMPRESSED, JSON, "/publicity/penalties.csv", "/"])
def test_what_the_asker_holds_is_not_sent_again(public: Chalice, address: str) -> None:
    first = ask(public, address)
    again = ask(public, address, headers={"If-None-Match": etag(first)})
    assert (again.status, again.raw) == (304, b"")
    for name in ("ETag", "Cache-Control", "Vary", "X-Frame-Options"):
        assert again.headers[name] == first.headers[name]
    assert not {name for name in again.headers if name.startswith("Content-")} - {"Content-Security-Policy"}


@pytest.mark.parametrize(
    ("held", "status"),
    [
        ("{}", 304),
        ('"x", {}', 304),
        ("*", 304),
        ('"x"', 200),
        ("", 200),
        ("nonsense", 200),
        ('W/"', 200),
    ],
)
def test_validators_are_compared_weakly_and_one_of_several_is_enough(public: Chalice, held: str, status: int) -> None:
    present = etag(ask(public, JSON))
    assert ask(public, JSON, headers={"If-None-Match": held.format(present)}).status == status
    strong = held.format(present.removeprefix("W/"))
    assert ask(public, JSON, headers={"If-None-Match": strong}).status == status


def test_a_head_request_is_told_too_that_nothing_has_changed(public: Chalice) -> None:
    held = {"If-None-Match": etag(ask(public, JSON))}
    assert ask(public, JSON, method="HEAD", headers=held).status == 304


def test_a_validator_changes_with_the_document_the_day_and_the_language(
    public: Chalice, looked: LookUps, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = etag(ask(public, JSON))
    assert etag(ask(public, JSON)) == first
    looked.organisation.side_effect = lambda code, **_: organisation(status="revoked")
    assert etag(ask(public, JSON)) != first
    looked.organisation.side_effect = lambda code, **_: organisation()
    at("2026-11-22T00:00:00+08:00")
    assert etag(ask(public, JSON)) != first, "the same document on the next day"


@pytest.mark.parametrize("address", COMPRESSED)
def test_a_compressed_answer_is_the_same_answer(public: Chalice, address: str) -> None:
    plain, packed = ask(public, address), ask(public, address, headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.raw) == plain.raw
    assert len(packed.raw) < len(plain.raw)
    assert packed.headers["ETag"] == plain.headers["ETag"], "weak: the same for both"
    assert packed.headers["ETag"].startswith("W/")
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert packed.raw == ask(public, address, headers={"Accept-Encoding": "gzip"}).raw, "the same bytes every time"


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("GZIP;q=0.5", "gzip"),
        ("*", "gzip"),
        ("deflate, *;q=0.1", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip;q=0", None),
        ("*;q=0", None),
        ("gzip;q=0, *", None),
        ("gzip;q=none", None),
        ("br", None),
        ("identity", None),
        ("", None),
    ],
)
def test_only_who_reads_gzip_gets_it(public: Chalice, accepted: str, coding: str | None) -> None:
    assert ask(public, LONG, headers={"Accept-Encoding": accepted}).headers.get("Content-Encoding") == coding


@pytest.mark.parametrize("address", [f"/subjects/{UNKNOWN}", "/api/v1/subjects", "/healthz"])
def test_errors_and_the_health_check_carry_no_validator_and_are_never_kept(public: Chalice, address: str) -> None:
    answer = ask(public, address, headers={"Accept-Encoding": "gzip", "If-None-Match": "*"})
    assert answer.status in (200, 404, 422)
    assert not {"ETag", "Content-Encoding"} & set(answer.headers)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_short_answer_is_not_compressed(public: Chalice) -> None:
    answer = ask(public, "/api/v1/subjects?q=%E7%91%9E%E5%B9%BF", headers={"Accept-Encoding": "gzip"})
    assert answer.status == 200
    assert "Content-Encoding" not in answer.headers


def test_the_members_face_neither_compresses_nor_validates() -> None:
    answer = ask(create_app("members"), "/members/healthz", headers={"Accept-Encoding": "gzip", "If-None-Match": "*"})
    assert (answer.status, answer.headers.get("ETag"), answer.headers.get("Content-Encoding")) == (200, None, None)


def test_lambda_hands_compressed_answers_over_in_base64_and_others_as_text(public: Chalice) -> None:
    def event(headers: dict[str, str]) -> dict[str, Any]:
        return {
            "resource": "/about",
            "path": "/about",
            "httpMethod": "GET",
            "headers": headers,
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "queryStringParameters": None,
            "multiValueQueryStringParameters": None,
            "pathParameters": None,
            "stageVariables": None,
            "body": None,
            "isBase64Encoded": False,
            "requestContext": {"resourcePath": "/about", "httpMethod": "GET", "path": "/dev/about", "identity": {}},
        }

    packed, plain = public(event({"Accept-Encoding": "gzip"}), None), public(event({}), None)
    json.dumps(packed)  # as Lambda has to
    assert packed["isBase64Encoded"] is True
    assert gzip.decompress(base64.b64decode(packed["body"])).decode() == plain["body"]
    assert not plain.get("isBase64Encoded")
    assert answered(packed).body == base64.b64decode(packed["body"])


def test_the_gateway_of_one_machine_passes_compressed_bytes_on(public: Chalice) -> None:
    request = HttpRequest("GET", "/about", headers={"Accept-Encoding": "gzip"})
    answer = call(public, request, Match("/about", frozenset({"GET", "HEAD"}), {}))
    assert answer.header("Content-Encoding") == "gzip"
    assert "使用说明" in gzip.decompress(answer.body).decode()


@pytest.mark.clause("NT-30")
@pytest.mark.parametrize("address", [LONG, JSON, "/publicity/penalties", "/publicity/penalties.csv", "/publicity/penalties.atom"])
def test_what_is_kept_at_half_past_to_midnight_is_gone_when_the_day_ends(public: Chalice, at: Callable[[str], None], address: str) -> None:
    at("2026-11-21T23:59:30+08:00")
    directives = dict(part.strip().partition("=")[::2] for part in ask(public, address).headers["Cache-Control"].split(","))
    assert 0 < int(directives["max-age"]) <= 30
    assert "must-revalidate" in directives
    assert directives["stale-if-error"] == "0"
    assert "stale-while-revalidate" not in directives


def test_nothing_inline_needs_an_exception_from_the_content_policy(public: Chalice) -> None:
    for address in ("/", LONG, "/publicity", "/publicity/penalties", "/catalogue", "/api", "/about"):
        answer = ask(public, address)
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert "nonce" not in answer.headers["Content-Security-Policy"]
        for inline in ("<script", "<style", " style=", " onclick=", "javascript:"):
            assert inline not in answer.body, f"{inline} on {address}"


# What an address may hold


@pytest.mark.parametrize(
    "query",
    [
        "q=a&q=b",
        "limit=1&limit=2",
        "lang=en&lang=en",
        "q=%00%E7%91%9E%E5%B9%BF",
        "q=a%0Ab",
        "q=a%1Bb",
        "q=a%C2%85b",
        "q%00=a",
        "q=%FF%FE%FD",
    ],
)
@pytest.mark.parametrize("path", ["/search", "/api/v1/subjects", "/publicity/penalties", "/publicity/penalties.csv"])
def test_repeated_and_unreadable_parameters_are_refused_everywhere_in_one_form(
    public: Chalice, looked: LookUps, path: str, query: str
) -> None:
    answer = ask(public, f"{path}?{query}")
    assert answer.status == 422
    page = path in ("/search", "/publicity/penalties")
    assert answer.headers["Content-Type"] == ("text/html; charset=utf-8" if page else "application/problem+json")
    assert "\x00" not in answer.body
    assert "\x1b" not in answer.body
    assert looked.calls() == 0


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/subjects?q=%E7%91%9E%E5%B9%BF&nme=x",
        f"{JSON}?limit=5",
        "/api/v1/publicity/penalties?month=2026-10",
        "/publicity/penalties.json?form=2026-10-01",
        "/publicity/penalties.csv?utm_source=x",
        "/publicity/penalties.atom?month=2026-10",
        "/catalogue.json?page=2",
        "/api/v1/openapi.json?v=3",
    ],
)
def test_programs_are_told_of_a_parameter_that_there_is_not_and_of_those_that_there_are(
    public: Chalice, looked: LookUps, address: str
) -> None:
    answer = ask(public, address)
    assert answer.status == 422
    assert "lang" in answer.json["detail"]
    assert looked.calls() == 0


def test_a_name_of_a_parameter_that_is_somebodys_number_is_not_repeated(public: Chalice) -> None:
    assert "320602195001060009" not in ask(public, "/api/v1/subjects?320602195001060009=1").body


@pytest.mark.parametrize("address", ["/?utm_source=x", f"{LONG}?from=share", "/publicity/penalties?spm=1", "/search?ref=a"])
def test_pages_ignore_the_tails_that_links_gather(public: Chalice, address: str) -> None:
    assert ask(public, address).status == 200


@pytest.mark.parametrize(
    "query",
    ["body=1", "body=91320699001YNATT8X", "body=320602195001060009", "field=sports", "field=%E5%95%86%E5%8A%A1"],
)
@pytest.mark.parametrize("path", ["/api/v1/publicity/penalties", "/publicity/penalties", "/publicity/penalties.atom"])
def test_a_filter_that_cannot_be_is_refused(public: Chalice, looked: LookUps, path: str, query: str) -> None:
    answer = ask(public, f"{path}?{query}")
    assert answer.status == 422
    assert "320602195001060009" not in answer.body
    assert looked.calls() == 0


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "202610", "2026-10-01", "9999-12", "２０２６-10", "2026-00"])
def test_a_month_that_is_none_is_refused(public: Chalice, looked: LookUps, month: str) -> None:
    assert ask(public, f"/publicity/penalties.csv?month={quote(month)}").status == 422
    assert looked.calls() == 0


@pytest.mark.parametrize("beside", ["from=2026-10-01", "to=2026-10-31", "limit=5"])
def test_a_whole_month_is_not_cut_short_at_once(public: Chalice, looked: LookUps, beside: str) -> None:
    answer = ask(public, f"/publicity/penalties.csv?month=2026-10&{beside}")
    assert answer.status == 422
    assert "整月" in answer.json["detail"]
    assert looked.calls() == 0
