"""The API's document is true: to the routes, to the parameters that they check, to what they answer, to the limits."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from chalice import Chalice

from app import create_app
from chalicelib.services.publication import publicity
from chalicelib.services.submission import receive
from chalicelib.web import limits, openapi, parameters, records, schemas, words
from chalicelib.web.access import ACCESS

from .gateway import ask

METHODS = {"get", "post"}


@pytest.fixture
def document(public: Chalice) -> dict[str, Any]:
    found: dict[str, Any] = ask(public, "/api/v1/openapi.json").json
    return found


def routes() -> dict[tuple[str, str], Any]:
    """Every route of both faces by method and path, with its view."""
    return {
        (method.lower(), path): entry.view_function
        for face in ("public", "members")
        for path, methods in create_app(face).routes.items()
        for method, entry in methods.items()
        if method != "HEAD"
    }


def described(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(method, path): operation for path, methods in document["paths"].items() for method, operation in methods.items()}


def queries_of(operation: dict[str, Any]) -> set[str]:
    return {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "query"}


def test_every_route_of_the_api_is_in_the_document_and_none_that_there_is_not(document: dict[str, Any]) -> None:
    ours = {(method, path) for method, path in routes() if path.startswith("/api/v1/")}
    assert {key for key in described(document) if key[1].startswith("/api/v1/")} == ours
    ways = {re.sub(r"\{kind\}\.(json|csv|atom)$", "{kind}", path) for _, path in described(document)}
    assert ways <= {path for _, path in routes()}


def test_every_parameter_that_a_route_checks_is_in_the_document_and_none_that_it_refuses(document: dict[str, Any]) -> None:
    views = routes()
    for key, operation in described(document).items():
        if key in views:
            known = views[key].parameters
            assert known is not None, f"{key} takes any parameter"
            assert queries_of(operation) == {parameter.name for parameter in known}, key
    assert queries_of(document["paths"]["/publicity/{kind}.csv"]["get"]) == {parameter.name for parameter in parameters.FILE}
    assert queries_of(document["paths"]["/publicity/{kind}.atom"]["get"]) == {parameter.name for parameter in parameters.PUBLICITY}


def test_an_optional_parameter_may_be_empty_as_the_document_says(public: Chalice, document: dict[str, Any]) -> None:
    operation = document["paths"]["/api/v1/publicity/{kind}"]["get"]
    optional = [parameter for parameter in operation["parameters"] if parameter["in"] == "query"]
    assert all(parameter["allowEmptyValue"] for parameter in optional)
    for parameter in optional:
        assert ask(public, f"/api/v1/publicity/penalties?{parameter['name']}=").status == 200, parameter["name"]


def test_the_parts_of_a_path_are_described_each_by_each(document: dict[str, Any]) -> None:
    for (_, path), operation in described(document).items():
        named = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"}
        assert named == set(re.findall(r"\{(\w+)\}", path))


def test_who_needs_a_key_is_told(document: dict[str, Any]) -> None:
    for (_, path), operation in described(document).items():
        assert ("security" in operation) == (ACCESS.get(path, "anyone") != "anyone")
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


def test_the_sizes_and_words_in_the_document_are_those_of_the_code() -> None:
    assert receive.MOST_JSON_ROWS == schemas.MOST_ROWS
    assert (records.LARGEST_JSON, records.LARGEST_CSV) == (1 << 20, 5 << 20)
    assert tuple(parameters.FIELDS) == publicity.FIELDS
    assert tuple(words.PUBLICITY) == publicity.KINDS


def test_every_reference_leads_somewhere_and_every_schema_is_used(document: dict[str, Any]) -> None:
    named = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert named == set(document["components"]["schemas"])


def test_every_operation_has_a_name_of_its_own_and_says_when_to_come_back(document: dict[str, Any]) -> None:
    operations = list(described(document).values())
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    for operation in operations:
        assert "Retry-After" in operation["responses"]["429"]["headers"]


def test_the_limits_stand_in_the_document_and_on_its_page(public: Chalice, document: dict[str, Any]) -> None:
    page = ask(public, "/api").body
    for limit in limits.LIMITS:
        assert f"{limit.about}：每{limit.seconds // 60}分钟最多{limit.requests}次" in page
    stated = {path: methods["get"]["x-limit"]["requests"] for path, methods in document["paths"].items() if "get" in methods}
    assert stated["/api/v1/subjects"] == next(limit.requests for limit in limits.LIMITS if limit.name == "api")
    assert stated["/publicity/{kind}.csv"] == next(limit.requests for limit in limits.LIMITS if limit.name == "files")


def test_the_page_shows_every_address_and_every_parameter_and_has_no_script(public: Chalice, document: dict[str, Any]) -> None:
    page = ask(public, "/api").body
    for (method, path), operation in described(document).items():
        assert f"{method.upper()} {path}" in page
        for parameter in operation["parameters"]:
            assert f'<dt class="mx-code">{parameter["name"]}' in page
    assert "<script" not in page
    for example in openapi.examples():
        assert example.curl.split("?")[0].replace("'", "&#39;") in page


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/publicity/penalties.csv", "files"),
        ("/publicity/penalties.atom", "files"),
        ("/publicity/penalties.json", "api"),
        ("/catalogue.json", "api"),
        ("/measures.json", "api"),
        ("/api/v1/subjects", "api"),
        ("/api/v1/records", "api"),
        ("/api", "pages"),
        ("/", "pages"),
        ("/subjects/91320699001YNATT8R", "pages"),
        ("/static/mingxin.css", None),
        ("/healthz", None),
    ],
)
def test_each_path_has_the_limit_that_is_meant_for_it(path: str, name: str | None) -> None:
    limit = limits.limit_of(path)
    assert (limit.name if limit else None) == name
