"""Routes, events and answers are those of API Gateway."""

from __future__ import annotations

from typing import Any

import pytest

from local.gateway import HttpRequest, Routes, answer, event

ROUTES = Routes(
    {
        "/": ["GET"],
        "/subjects/{code}": ["GET"],
        "/subjects/new": ["POST"],
        "/publicity/{kind}": ["GET"],
        "/publicity/{kind}/months": ["GET"],
        "/publicity/all/{month}": ["GET"],
        "/{page}/about": ["GET"],
    }
)


@pytest.mark.parametrize(
    ("path", "route", "parameters"),
    [
        ("/", "/", {}),
        ("/subjects/9132", "/subjects/{code}", {"code": "9132"}),
        ("/subjects/9132/", "/subjects/{code}", {"code": "9132"}),
        ("/subjects/new", "/subjects/new", {}),
        ("/subjects/%E6%98%8E%2F%20", "/subjects/{code}", {"code": "%E6%98%8E%2F%20"}),
        ("/publicity/penalties.csv", "/publicity/{kind}", {"kind": "penalties.csv"}),
        ("/publicity/all/months", "/publicity/all/{month}", {"month": "months"}),
        ("/publicity/licences/months", "/publicity/{kind}/months", {"kind": "licences"}),
        ("/help/about", "/{page}/about", {"page": "help"}),
    ],
)
def test_a_literal_wins_and_no_parameter_of_another_route_leaks(path: str, route: str, parameters: dict[str, str]) -> None:
    found = ROUTES.find(path)
    assert found is not None
    assert (found.route, found.parameters) == (route, parameters)


@pytest.mark.parametrize("path", ["/subjects", "/subjects/", "/subjects//", "//", "/subjects/a/b", "/nothing", "/subjects/{code}/x"])
def test_a_path_that_no_route_serves_is_not_found(path: str) -> None:
    assert ROUTES.find(path) is None


def an_event(**given: Any) -> dict[str, Any]:
    request = HttpRequest(**{"method": "GET", "path": "/subjects/1", **given})
    found = ROUTES.find(request.path)
    assert found is not None
    return event(request, found)


def test_an_event_repeats_what_came() -> None:
    made = an_event(query="q=%E6%98%8E&q=+b&empty=", headers={"X-Purpose": "a"}, source_ip="127.0.0.7")
    assert made["multiValueQueryStringParameters"] == {"q": ["明", " b"], "empty": [""]}
    assert made["queryStringParameters"] == {"q": " b", "empty": ""}
    assert made["multiValueHeaders"] == {"X-Purpose": ["a"]}
    assert made["pathParameters"] == {"code": "1"}
    assert made["requestContext"]["identity"]["sourceIp"] == "127.0.0.7"
    assert (made["body"], made["isBase64Encoded"]) == (None, False)


def test_an_event_without_parameters_has_null_as_the_gateway_does() -> None:
    made = an_event(path="/")
    assert (made["pathParameters"], made["queryStringParameters"], made["multiValueQueryStringParameters"]) == (None, None, None)


def test_a_body_travels_as_base64() -> None:
    made = an_event(path="/subjects/new", method="POST", body=b"\x00\xff")
    assert (made["body"], made["isBase64Encoded"]) == ("AP8=", True)


def test_an_answer_keeps_repeated_headers_and_binary_bodies() -> None:
    given = answer(
        {"statusCode": 200, "headers": {"A": "1"}, "multiValueHeaders": {"Set-Cookie": ["a", "b"]}, "body": "AP8=", "isBase64Encoded": True}
    )
    assert given.headers == (("A", "1"), ("Set-Cookie", "a"), ("Set-Cookie", "b"))
    assert given.body == b"\x00\xff"
