"""The HTTP front: two faces behind one port, and no request ever meets another."""

from __future__ import annotations

import io
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from chalice.app import Blueprint, Chalice, Response

from local.front import LARGEST_BODY, Front

THREADS, REQUESTS = 20, 50


def a_blueprint() -> Blueprint:
    blueprint = Blueprint("echoes")

    @blueprint.route("/echo/{word}", methods=["GET", "POST"], content_types=["text/plain", "application/json"])
    def echo(word: str) -> Response:
        before = blueprint.current_request.query_params["id"]
        time.sleep(0.0005)  # lets another thread in between
        request, context = blueprint.current_request, blueprint.lambda_context
        body = {"word": word, "before": before, "after": request.query_params["id"], "call": context.aws_request_id}
        return Response({**body, "length": len(request.raw_body)}, {"Content-Type": "application/json", "Set-Cookie": ["a=1", "b=2"]})

    return blueprint


def an_app(name: str) -> Chalice:
    app = Chalice(name, configure_logs=False)
    app.register_blueprint(a_blueprint())

    @app.route("/me" if name == "members" else "/", methods=["GET"])
    def home() -> Response:
        return Response(f"{name} 明信", {"Content-Type": "text/html; charset=utf-8"})

    @app.route("/picture", methods=["GET"])
    def picture() -> Response:
        return Response(b"\x89PNG\x00", {"Content-Type": "image/png"})

    return app


@pytest.fixture
def front() -> Front:
    apps = {name: an_app(name) for name in ("public", "members")}
    unknown = Response({"status": 404}, {"Content-Type": "application/problem+json"}, 404)
    return Front(apps, lambda path: "members" if path.startswith("/me") else "public", lambda path, language: unknown)


def ask(front: Front, path: str, method: str = "GET", body: bytes = b"", **environ: Any) -> tuple[int, list[tuple[str, str]], bytes]:
    raw, _, query = path.partition("?")
    answered: list[Any] = []
    base = {"REQUEST_METHOD": method, "PATH_INFO": raw, "REQUEST_URI": path, "QUERY_STRING": query, "REMOTE_ADDR": "127.0.0.1"}
    content_type = {"CONTENT_TYPE": "text/plain"} if method == "POST" else {}
    given = {**base, "HTTP_ACCEPT": "*/*", **content_type, "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
    content = b"".join(front({**given, **environ}, lambda status, headers: answered.extend((status, headers))))
    return int(answered[0][:3]), answered[1], content


def test_the_path_chooses_the_face(front: Front) -> None:
    assert ask(front, "/")[2].decode() == "public 明信"
    assert ask(front, "/me")[2].decode() == "members 明信"
    assert ask(front, "/me?x=1")[0] == 200


def test_what_is_no_path_leads_to_no_page(front: Front) -> None:
    assert ask(front, "*")[0] == 404
    assert ask(front, "*", "OPTIONS")[0] == 404


def test_head_says_how_long_the_page_is_and_sends_none(front: Front) -> None:
    status, headers, body = ask(front, "/", "HEAD")
    assert (status, body) == (200, b"")
    assert dict(headers)["Content-Length"] == str(len("public 明信".encode()))


def test_a_picture_arrives_as_it_is(front: Front) -> None:
    assert ask(front, "/picture")[2] == b"\x89PNG\x00"


def test_cookies_arrive_one_by_one(front: Front) -> None:
    headers = ask(front, "/echo/a?id=1")[1]
    assert [value for name, value in headers if name == "Set-Cookie"] == ["a=1", "b=2"]


def test_an_unknown_path_and_a_wrong_method_are_told_apart(front: Front) -> None:
    assert ask(front, "/nothing")[0] == 404
    status, headers, _ = ask(front, "/", "DELETE")
    assert (status, dict(headers)["Allow"]) == (405, "GET")


def test_a_body_above_six_megabytes_is_refused_unread(front: Front) -> None:
    assert json.loads(ask(front, "/echo/a?id=1", "POST", b"x" * 10)[2])["length"] == 10
    status, headers, body = ask(front, "/echo/a?id=1", "POST", CONTENT_LENGTH=str(LARGEST_BODY + 1))
    assert (status, dict(headers)["Content-Type"]) == (413, "application/problem+json")
    assert json.loads(body)["type"] == "/problems/too-large"


def test_raw_bytes_in_an_address_do_no_harm(front: Front) -> None:
    status, _, body = ask(front, "/echo/\xe6\x98\x8e?id=\xe6\x98\x8e")
    assert status == 200
    assert json.loads(body)["word"] == "%E6%98%8E"
    assert json.loads(body)["before"] == "明"


def test_no_thread_sees_the_request_of_another(front: Front) -> None:
    start = threading.Barrier(THREADS)

    def work(thread: int) -> list[dict[str, Any]]:
        start.wait()
        answers = []
        for number in range(REQUESTS):
            own = f"{thread}-{number}"
            _, _, body = ask(front, f"/echo/{own}?id={own}")
            answers.append({"own": own, **json.loads(body)})
        return answers

    with ThreadPoolExecutor(THREADS) as pool:
        answers = [one for many in pool.map(work, range(THREADS)) for one in many]
    assert len(answers) == THREADS * REQUESTS
    assert [one for one in answers if {one["word"], one["before"], one["after"]} != {one["own"]}] == []
    assert len({one["call"] for one in answers}) == THREADS * REQUESTS
