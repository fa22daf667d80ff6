"""Programs that believe the API's document get what it says: made-up requests, real answers, and the examples as they stand."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
import schemathesis
import waitress
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi import checks as openapi_checks
from werkzeug.test import Client

from chalicelib import cities
from chalicelib.services.identity import api_keys
from chalicelib.web import openapi
from chalicelib.web.operations import OPERATIONS, Operation
from local import run
from local.front import Front
from tests.services.conftest import Send
from tests.services.rows import (
    OFFICE,
    a_black_entry,
    a_code,
    a_commitment,
    a_licence,
    a_penalty,
    a_person_number,
    a_red_entry,
    a_subject,
    a_warning,
)

CHECKS = [
    schemathesis.checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.negative_data_rejection,
    openapi_checks.ignored_auth,
]
KINDS = {
    "subjects": a_subject(),
    "licences": a_licence(),
    "penalties": a_penalty(),
    "redlist": a_red_entry(),
    "blacklist": a_black_entry(),
    "warnings": a_warning(),
    "commitments": a_commitment(),
}


@pytest.fixture
def front(send: Send, monkeypatch: pytest.MonkeyPatch) -> Front:
    """Both faces on one machine with a record of every kind, and no limit on calls."""
    for kind, row in KINDS.items():
        assert send(kind, row).accepted == 1, kind
    monkeypatch.setenv("MINGXIN_LIMITS", "0")
    return run.build_front()


@pytest.fixture
def described(front: Front) -> Any:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", front)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_no_request_breaks_the_api_or_gets_an_answer_that_is_not_described(described: Any, operation: Operation) -> None:
    described_operation = described[operation.path][operation.method]

    @given(case=described_operation.as_strategy() | described_operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    @settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
    def ask(case: Case) -> None:
        case.call_and_validate(checks=CHECKS, headers={"Accept-Encoding": "identity"})

    ask()


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.keyed], ids=lambda operation: operation.name)
def test_no_request_with_a_key_breaks_the_api_or_gets_an_answer_that_is_not_described(described: Any, operation: Operation) -> None:
    _, key = api_keys.create("演示系统", [f"submit:{OFFICE}", *api_keys.SCOPES], holder=OFFICE)
    described_operation = described[operation.path][operation.method]
    answered = set()

    @given(case=described_operation.as_strategy() | described_operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    @settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
    def ask(case: Case) -> None:
        given_headers = {"Accept-Encoding": "identity", "Authorization": f"Bearer {key}"}
        checks = [check for check in CHECKS if check is not openapi_checks.ignored_auth]
        answered.add(case.call_and_validate(checks=checks, headers=given_headers).status_code)

    ask()
    assert answered - {401, 403, 500}


def test_a_query_is_answered_as_described(front: Front) -> None:
    _, key = api_keys.create("演示系统", ["shared:read", "review", "compare"])
    components = json.loads(json.dumps(openapi.document()["components"]))
    _close(components["schemas"])
    asked: list[tuple[str, str, Any]] = [
        ("SharedSubject", f"/api/v1/shared/subjects/{a_code()}", None),
        ("SharedSubject", "/api/v1/shared/subjects", {"name": "示例某", "id_number": a_person_number()}),
        ("Review", "/api/v1/reviews", {"subjects": [{"code": a_code()}, {"code": a_code(7)}, {"code": "1"}]}),
        ("Comparison", "/api/v1/compare", {"code": a_code(), "name": "示例"}),
    ]
    for schema, path, body in asked:
        answer = _Client(front).ask(path, body, key)
        jsonschema.Draft202012Validator({"$ref": f"#/components/schemas/{schema}", "components": components}).validate(answer)


@pytest.fixture
def address(front: Front) -> Iterator[str]:
    """Where the system answers on this machine."""
    server = waitress.create_server(front, host="127.0.0.1", port=0, threads=2)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(10)


@pytest.mark.parametrize("number", range(len(openapi.examples())))
def test_the_examples_of_the_page_work_as_they_stand(address: str, number: int, send: Send) -> None:
    example = openapi.examples()[number]
    city = cities.identity("nantong")
    send("subjects", a_subject(主体名称=city.example.name, 统一社会信用代码=city.example.code, 法定代表人证件号码=""))
    curl, python = (text.replace(f"https://{city.host}", address) for text in (example.curl, example.python))
    assert urlsplit(address).netloc in curl
    by_curl = subprocess.run([*shlex.split(curl), "-sS", "--fail", "--noproxy", "*"], check=True, capture_output=True, text=True)
    by_python = subprocess.run([sys.executable, "-c", python], check=True, capture_output=True, text=True, env={"no_proxy": "*"})
    answer = json.loads(by_curl.stdout)
    assert answer["as_of"] == "2026-11-21"
    assert str(answer) == by_python.stdout.strip()


def test_every_real_answer_holds_only_what_the_document_names(front: Front, described: Any) -> None:
    document = json.loads(json.dumps(openapi.document()))
    _close(document["components"]["schemas"])
    client = _Client(front)
    subject = client.get(f"/api/v1/subjects/{a_code()}")
    asked = {
        "Subject": subject,
        "FoundList": client.get(f"/api/v1/subjects?q={a_code()}"),
        "Catalogue": client.get("/catalogue.json"),
        "Measures": client.get("/measures.json"),
        "Problem": client.get("/api/v1/subjects?q="),
        "AnnouncedList": client.get("/api/v1/publicity/penalties"),
    }
    kinds = [client.get(f"/api/v1/publicity/{kind}") for kind in ("licences", "redlist", "blacklist", "warnings", "commitments")]
    assert all(subject[part] for part in ("records", "lists", "commitments"))
    assert all(answer["items"] for answer in kinds)
    for name, answer in [*asked.items(), *(("AnnouncedList", answer) for answer in kinds)]:
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        jsonschema.Draft202012Validator(schema).validate(answer)


def test_a_submission_is_answered_as_described(front: Front) -> None:
    _, key = api_keys.create("示例系统", [f"submit:{OFFICE}"])
    rows = [{**a_penalty(), "行政处罚决定书文号": "示罚〔2026〕77号"}, {**a_penalty(), "行政处罚决定书文号": ""}]
    answer = _Client(front).post("/api/v1/records", {"kind": "penalties", "rows": rows}, key)
    schemas = json.loads(json.dumps(openapi.document()["components"]))
    _close(schemas["schemas"])
    jsonschema.Draft202012Validator({"$ref": "#/components/schemas/Accepted", "components": schemas}).validate(answer)
    assert (answer["accepted"], len(answer["refused"])) == (1, 1)


def _close(schemas: dict[str, Any]) -> None:
    """Let objects hold nothing but what they name: for this test alone, since programs are told to expect more in time."""
    for schema in schemas.values():
        if isinstance(schema, dict):
            if "properties" in schema:
                schema["additionalProperties"] = False
            _close(schema)


class _Client:
    """Asks a WSGI app."""

    def __init__(self, app: Any) -> None:
        self._client = Client(app)

    def get(self, address: str) -> Any:
        return json.loads(self._client.get(address).data)

    def ask(self, address: str, facts: Any, key: str) -> Any:
        headers = {"Authorization": f"Bearer {key}", "X-Purpose": "annual", "X-Matter": "check"}
        answer = self._client.open(address, method="GET" if facts is None else "POST", json=facts, headers=headers)
        assert answer.status_code == 200, answer.data
        return json.loads(answer.data)

    def post(self, address: str, facts: Any, key: str) -> Any:
        return json.loads(self._client.post(address, json=facts, headers={"Authorization": f"Bearer {key}"}).data)
