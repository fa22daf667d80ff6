"""The zips themselves: unpacked into an empty folder, with nothing but their contents and DynamoDB Local, each function answers."""

from __future__ import annotations

import gzip
import http.server
import json
import re
import shutil
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from chalicelib.services.identity import api_keys
from chalicelib.services.reporting import signing
from chalicelib.storage import keys, publishing
from chalicelib.storage import reports as stored
from chalicelib.web import records
from tests.infra import scenarios
from tests.infra.building import build
from tests.infra.functions import FACE_OF, HANDLERS, ROOT, SECRET, Function, asked, kinds, queued, scheduled
from tests.services.rows import OFFICE, a_code, a_penalty, a_subject

Start = Callable[..., Function]
LAMBDA_EVENT = 6 * 1024 * 1024
"""Bytes of an event that calls a function and waits (AWS Lambda quotas)."""
GATEWAY_HEADERS = 10_240
"""Bytes of all headers together that API Gateway takes; an event holds them twice (Amazon API Gateway quotas)."""
DEPLOYED_CSV = 4 * 1024 * 1024


@pytest.fixture
def key(cloud: dict[str, str], tables: str, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A key that submits for the office from one network."""
    at("2026-11-21T09:00:00+08:00")
    for name, value in cloud.items():
        monkeypatch.setenv(name, value)
    keys.keyring.cache_clear()
    publishing._marked.clear()
    yield api_keys.create("示例系统", (f"submit:{OFFICE}",), networks=["203.0.113.0/24"])[1]
    keys.keyring.cache_clear()


THROUGH_THE_FRONT = {"X-Mingxin-Origin": SECRET, "X-Forwarded-For": "192.0.2.1, 203.0.113.9, 198.51.100.7"}


# Every function, by what calls it


def answers_the_web(function: Function, name: str) -> None:
    assert function.call(asked(ROUTES[name], "/healthz" if name == "public" else "/members/healthz")).status == 200


def answers_the_clock(function: Function, name: str) -> None:
    counts = function.call(scheduled(name)).answer
    assert counts
    assert all(isinstance(count, int) for count in counts.values())


def answers_a_queue(function: Function, name: str) -> None:
    """A message that says nothing either is passed over or fails, and so comes again; the function itself has to be there."""
    failure = ""
    try:
        function.call(queued("{}"))
    except AssertionError as error:
        failure = str(error)
    assert not re.search(r"the function ended|ImportError|ModuleNotFoundError|NameError|AttributeError", failure)


ROUTES = {"public": scenarios.PUBLIC, "members": scenarios.MEMBERS}
ANSWERS = {"Api": answers_the_web, "Schedule": answers_the_clock, "SQS": answers_a_queue}
NOBODY_LISTENS = "http://127.0.0.1:1"


@pytest.mark.parametrize("name", HANDLERS)
def test_every_function_answers_what_calls_it_in_production(start: Start, dist: Path, key: str, name: str) -> None:
    template = yaml.safe_load((dist / "prod" / f"{FACE_OF[name]}.yaml").read_text(encoding="utf-8"))
    called_by = kinds(template)[HANDLERS[name]]
    assert called_by
    function = start(name, MINGXIN_SITE=NOBODY_LISTENS)
    for kind in called_by:
        ANSWERS[kind](function, name)


def test_a_function_of_a_queue_gets_each_message_as_it_was_sent(start: Start, beside: Callable[[str], Path]) -> None:
    probe = start("members", "probe.probe", beside(PROBE))
    assert probe.call(queued('{"id": "n_1"}', "示例")).answer == ['{"id": "n_1"}', "示例"]


PROBE = """
from app import app

@app.on_sqs_message(queue="mingxin-notices", batch_size=10)
def probe(event):
    return [record.body for record in event]
"""


def test_bytes_travel_in_base64_in_both_directions_and_a_header_may_come_twice(start: Start, key: str) -> None:
    page = scenarios.read(start("public"), "/", **{"Accept-Encoding": "gzip"})
    assert page.answer["isBase64Encoded"] is True
    assert "信用" in gzip.decompress(page.body).decode()
    event = asked(scenarios.MEMBERS, scenarios.RECORDS, "kind=penalties", "POST", csv_headers(key), CSV)
    assert (event["isBase64Encoded"], len(event["multiValueHeaders"]["Via"])) == (True, 2)
    assert start("members").call(event).json["accepted"] == 1


CSV = scenarios.csv_of([a_penalty()])


def csv_headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}", "Content-Type": "text/csv", **THROUGH_THE_FRONT}


# What functions do together


def test_a_row_that_a_department_sends_is_found_by_a_visitor(start: Start, key: str) -> None:
    members, public = start("members"), start("public")
    assert scenarios.send(members, key, "penalties", a_penalty(), **THROUGH_THE_FRONT).json["accepted"] == 1
    found = scenarios.read(public, f"/api/v1/subjects/{a_code()}", Accept="application/json")
    assert [record["title"] for record in found.json["records"]] == [a_penalty()["违法行为类型"]]
    page = scenarios.read(public, f"/subjects/{a_code()}")
    assert page.answer["headers"]["Content-Type"].startswith("text/html")
    assert "示例甲食品有限公司" in page.body.decode()


def test_a_key_of_one_network_works_from_there_and_a_made_up_address_does_not(start: Start, key: str) -> None:
    members = start("members")
    claimed = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}
    assert scenarios.send(members, key, "subjects", a_subject(), **claimed).status == 403
    assert scenarios.send(members, key, "subjects", a_subject(), **claimed, **{"X-Mingxin-Origin": "guessed"}).status == 403
    made_up = {**THROUGH_THE_FRONT, "X-Forwarded-For": "203.0.113.9, 192.0.2.1, 198.51.100.7"}
    assert scenarios.send(members, key, "subjects", a_subject(), **made_up).status == 403
    assert scenarios.send(members, key, "subjects", a_subject(), **THROUGH_THE_FRONT).status == 200


def test_a_report_that_is_asked_for_is_made_signed_by_kms_kept_in_the_bucket_and_verified_by_anybody(
    start: Start, key: str, cloud: dict[str, str], beside: Callable[[str], Path]
) -> None:
    members, public, reports = start("members"), start("public"), start("reports")
    assert scenarios.send(members, key, "penalties", a_penalty(), **THROUGH_THE_FRONT).json["accepted"] == 1
    folder, subject = beside(scenarios.REPORTS), scenarios.subject_of(a_code())
    number = start("members", "probe.asks", folder).call({"subject": subject}).answer
    assert reports.call(queued(number, queue="mingxin-reports")).answer == {"due": 1, "done": 1, "failed": 0}
    link = start("members", "probe.links", folder).call({"subject": subject, "number": number}).answer
    pdf = members.call(asked(scenarios.MEMBERS, link)).body
    certificates = scenarios.read(public, "/verify/certificate").body.decode()
    assert signing.checked(pdf, [certificates]).genuine
    kept = stored.kept(number)
    assert kept
    verdict = scenarios.read(public, f"/api/v1/verify/{number}/{kept.code}").json
    assert (verdict["genuine"], verdict["superseded"]) == (True, False)


def test_the_style_sheet_that_a_page_links_is_in_the_zip(start: Start) -> None:
    style = scenarios.read(start("public"), "/static/mingxin.css")
    assert (style.status, len(style.body) > 5_000) == (200, True)


def test_the_public_face_imports_nothing_that_opens_the_archive(start: Start) -> None:
    called = scenarios.read(start("public"), "/")
    assert called.status == 200
    assert called.modules & {"boto3", "pynamodb", "cryptography", "holidays", "openpyxl"} == set()


def test_every_request_tells_its_route_and_milliseconds_and_nothing_that_was_asked(start: Start) -> None:
    called = scenarios.read(start("public"), "/search", "q=示例甲食品有限公司")
    (told,) = called.said
    assert {name: told[name] for name in ("event", "Face", "route", "status", "Requests", "Errors")} == {
        "event": "request",
        "Face": "public",
        "route": "/search",
        "status": 200,
        "Requests": 1,
        "Errors": 0,
    }
    assert told["request"] == "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
    declared = told["_aws"]["CloudWatchMetrics"][0]
    assert declared["Dimensions"] == [["Window", "Face"]]
    assert {metric["Name"] for metric in declared["Metrics"]} == {"Requests", "Errors", "Milliseconds"}
    assert "示例" not in json.dumps(told, ensure_ascii=False)


def test_a_submission_tells_how_many_rows_came_in_and_were_refused(start: Start, key: str) -> None:
    called = scenarios.send(start("members"), key, "subjects", a_subject(), a_subject(统一社会信用代码="wrong"), **THROUGH_THE_FRONT)
    rows = next(told for told in called.said if told["event"] == "rows")
    assert {name: rows[name] for name in ("RowsIn", "RowsDuplicate", "RowsRefused", "batch")} == {
        "RowsIn": 1,
        "RowsDuplicate": 0,
        "RowsRefused": 1,
        "batch": called.json["batch"],
    }


def test_no_line_that_a_function_tells_names_a_person_a_company_or_an_address(start: Start, key: str) -> None:
    members, public = start("members"), start("public")
    row = a_penalty()
    told = [*scenarios.send(members, key, "penalties", row, a_subject(统一社会信用代码="wrong"), **THROUGH_THE_FRONT).said]
    for path, query in (
        (f"/subjects/{a_code()}", ""),
        ("/search", "q=示例甲食品"),
        ("/search", f"q={A_PERSON}"),
        ("/problems/nothing", ""),
    ):
        told += scenarios.read(public, path, query).said
    told += start("publish").call(scheduled("publish")).said
    lines = json.dumps(told, ensure_ascii=False)
    given = {value for value in row.values() if len(value) > 5} | {a_code(), key, "203.0.113.9", "示例甲食品", A_PERSON}
    assert len(told) >= 6
    assert [value for value in given if value in lines] == []
    assert {name for line in told for name in line} <= KNOWN_FIELDS


A_PERSON = "32068119900101001X"
"""Shaped like a resident ID number."""
KNOWN_FIELDS = {"event", "_aws", "Window", "Face", "Job", "route", "method", "status", "request", "batch"} | {
    *("Requests", "Errors", "Milliseconds", "RowsIn", "RowsDuplicate", "RowsRefused", "Due", "Done", "Failed", "Stale"),
    *("Lag", "Retries", "Conflicts"),
}
"""All that lines may hold: names of routes and jobs, ids, counts."""


def test_a_schedule_is_answered_with_counts_and_told(start: Start) -> None:
    publish = start("publish")
    called = publish.call(scenarios.scheduled("publish"))
    assert {name: called.answer[name] for name in ("due", "done", "failed")} == {"due": 0, "done": 0, "failed": 0}
    assert [(told["event"], told["Job"], told["Failed"]) for told in called.said] == [("job", "publish", 0)]


def test_a_failed_schedule_is_told_and_fails_so_that_it_is_tried_again(start: Start) -> None:
    publish = start("publish", MINGXIN_TABLES="not-there-")
    with pytest.raises(AssertionError, match="ResourceNotFoundException"):
        publish.call(scenarios.scheduled("publish"))


def test_health_tells_ready_from_fresh(start: Start) -> None:
    public = start("public")
    assert scenarios.read(public, "/healthz").json["fresh"] is None
    scenarios.tick(start("publish"), "publish")
    health = scenarios.read(public, "/healthz").json
    assert (health["ready"], health["fresh"]) == (True, True)
    late = start("public", MINGXIN_NOW="2026-11-21T09:16:00+08:00")
    assert scenarios.read(late, "/healthz").json["fresh"] is False


def test_the_canary_looks_from_outside(start: Start) -> None:
    class Window(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"code": "91990000YW001000X5", "ready": True, "fresh": True}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Window) as window:
        thread = threading.Thread(target=window.serve_forever)
        thread.start()
        canary = start("canary", MINGXIN_SITE=f"http://127.0.0.1:{window.server_port}")
        called = canary.call(scenarios.scheduled("canary"))
        window.shutdown()
        thread.join()
    assert called.answer == {"failed": 0, "stale": 0}
    assert [(told["Job"], told["Failed"], told["Stale"]) for told in called.said] == [("canary", 0, 0)]


def test_a_city_of_ones_own_is_packaged_by_its_folder_and_serves_its_own_window(start: Start, tmp_path: Path) -> None:
    city = tmp_path / "hailing"
    shutil.copytree(ROOT / "chalicelib" / "cities" / "nantong", city)
    stated = (city / "city.toml").read_text(encoding="utf-8")
    (city / "city.toml").write_text(re.sub(r'(?m)^site_name = ".*"', 'site_name = "信用海陵示例"', stated), encoding="utf-8")
    build(tmp_path / "dist", city=str(city))
    template = yaml.safe_load((tmp_path / "dist" / "prod" / "public.yaml").read_text(encoding="utf-8"))
    assert template["Parameters"]["City"]["Default"] == "hailing"
    with zipfile.ZipFile(tmp_path / "dist" / "public.zip") as zipped:
        zipped.extractall(tmp_path / "unpacked")
    home = scenarios.read(start("public", folder=tmp_path / "unpacked", MINGXIN_CITY="hailing"), "/")
    assert "信用海陵示例" in home.body.decode()


# How much a department can send at once


def event_size(body: bytes) -> int:
    """The bytes of the event of a request with this body and the most headers that there can be."""
    headers = {"Authorization": "Bearer " + "x" * 65, "Content-Type": "text/csv", "X-Filler": "x" * (GATEWAY_HEADERS - 600)}
    return len(json.dumps(asked(scenarios.MEMBERS, scenarios.RECORDS, "kind=penalties", "POST", headers, body)).encode())


def test_four_megabytes_fit_in_an_event_and_five_do_not() -> None:
    sizes = {megabytes: event_size(b"x" * megabytes * 1024 * 1024) for megabytes in (4, 5)}
    print(sizes)
    assert sizes[4] <= LAMBDA_EVENT < sizes[5]
    assert records.LARGEST_CSV > DEPLOYED_CSV  # on one machine there is no gateway


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_csv_file_arrives_byte_by_byte(start: Start, key: str, encoding: str) -> None:
    members = start("members")
    body = scenarios.csv_of([a_penalty()], encoding)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "text/csv", **THROUGH_THE_FRONT}
    called = members.call(asked(scenarios.MEMBERS, scenarios.RECORDS, "kind=penalties", "POST", headers, body))
    assert called.json["accepted"] == 1
