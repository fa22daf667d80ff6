"""What holds for every route: who may call it, which face serves it, its headers, HEAD; and what importing costs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from chalice import Chalice

from app import Window, create_app
from chalicelib import clock, settings
from chalicelib.web import assets, prose
from chalicelib.web.access import ACCESS
from chalicelib.web.headers import SAFETY
from chalicelib.web.paths import face_of
from chalicelib.web.rooms import room_of
from local import gateway
from local.gateway import Match

from .conftest import LookUps
from .examples import CODE, UNKNOWN
from .gateway import ask

ADDRESSES = [
    "/",
    "/search",
    "/search?q=%E7%91%9E%E5%B9%BF",
    f"/subjects/{CODE}",
    "/publicity",
    "/publicity/penalties",
    "/publicity/licences.json",
    "/publicity/licences.csv",
    "/publicity/licences.csv?month=2026-10",
    "/publicity/licences.atom",
    "/catalogue",
    "/catalogue.json",
    "/measures",
    "/measures.json",
    "/trail",
    "/trail.json",
    "/api",
    "/api/v1/openapi.json",
    "/about",
    "/help/objection",
    "/limits",
    "/privacy",
    "/accessibility",
    "/problems/not-found",
    "/static/brand.css",
    "/healthz",
    "/api/v1/subjects?q=%E7%91%9E%E5%B9%BF",
    f"/api/v1/subjects/{CODE}",
    "/api/v1/publicity/licences",
]
CACHED = [address for address in ADDRESSES if address not in ("/healthz", "/static/brand.css")]


def test_every_route_says_who_may_call_it_and_no_row_is_left_over() -> None:
    routes = {route for face in ("public", "members") for route in create_app(face).routes}
    assert routes == set(ACCESS)


@pytest.mark.parametrize("face", ["public", "members"])
def test_every_route_is_served_by_the_face_that_the_table_of_paths_names(face: str) -> None:
    assert {face_of(route) for route in create_app(face).routes} == {face}


@pytest.mark.parametrize("face", ["public", "members"])
def test_every_route_is_served_by_the_room_that_opens_for_it(face: str) -> None:
    served = {(route, entry.view_function.__module__) for route, methods in create_app(face).routes.items() for entry in methods.values()}
    assert served == {(route, f"chalicelib.web.{room_of(face, route)}") for route, _ in served}


def test_a_deployed_face_opens_a_room_when_it_is_asked_for_one(looked: LookUps) -> None:
    window, found = Window("public"), Match("/subjects/{code}", frozenset({"GET"}), {"code": CODE})
    event = gateway.event(gateway.HttpRequest("GET", f"/subjects/{CODE}"), found)
    assert not window.routes
    assert window(event, None)["statusCode"] == 200
    assert set(window.routes) == {"/", "/search", "/static/{name}", "/subjects/{code}"}


@pytest.mark.parametrize("face", ["public", "members"])
def test_every_route_answers_get_and_head_or_takes_post_or_both_and_guards_its_errors(face: str) -> None:
    for methods in create_app(face).routes.values():
        assert set(methods) in ({"GET", "HEAD"}, {"POST"}, {"GET", "HEAD", "POST"})
        assert all(entry.view_function.guards for entry in methods.values())


@pytest.mark.parametrize(
    ("path", "face"),
    [
        ("/", "public"),
        ("/me", "members"),
        ("/me/records", "members"),
        ("/menu", "public"),
        ("/desk/", "members"),
        ("/authorise/abc", "members"),
        ("/members/healthz", "members"),
        ("/api/v1/subjects", "public"),
        ("/api/v1/records", "members"),
        ("", "public"),
    ],
)
def test_a_path_belongs_to_one_face(path: str, face: str) -> None:
    assert face_of(path) == face


def test_an_unknown_face_is_an_error() -> None:
    with pytest.raises(ValueError, match="public or members"):
        create_app("both")


@pytest.mark.parametrize("address", [*ADDRESSES, f"/subjects/{UNKNOWN}", "/api/v1/subjects", "/publicity/redlist", "/catalogue/draft"])
def test_every_answer_carries_the_safety_headers(public: Chalice, address: str) -> None:
    headers = ask(public, address).headers
    assert {name: headers.get(name) for name in SAFETY} == SAFETY


@pytest.mark.parametrize("address", [*ADDRESSES, f"/subjects/{UNKNOWN}", "/api/v1/subjects"])
def test_head_answers_as_get_without_the_body(public: Chalice, address: str) -> None:
    get, head = ask(public, address), ask(public, address, method="HEAD")
    assert (head.status, head.headers, head.raw) == (get.status, get.headers, b"")


def test_apps_of_one_process_do_not_mix_up_their_requests(looked: LookUps) -> None:
    one, two = create_app("public"), create_app("public")
    assert [ask(app, f"/api/v1/subjects/{code}").status for app, code in ((one, CODE), (two, UNKNOWN), (one, CODE))] == [200, 404, 200]


@pytest.mark.parametrize(
    ("instant", "seconds"),
    [("2026-11-21T09:00:00", 60), ("2026-11-21T23:58:59", 60), ("2026-11-21T23:59:20.5", 39), ("2026-11-22T00:00:00", 60)],
)
@pytest.mark.parametrize("address", CACHED)
def test_nothing_is_kept_longer_than_a_minute_or_past_midnight(
    public: Chalice, at: Callable[[str], None], address: str, instant: str, seconds: int
) -> None:
    at(f"{instant}+08:00")
    kept = ask(public, address).headers["Cache-Control"]
    assert kept in [f"public, max-age={left}, must-revalidate, stale-if-error=0" for left in (seconds, seconds - 1)]


def test_an_answer_begun_before_midnight_and_ended_after_it_is_not_kept(
    public: Chalice, looked: LookUps, at: Callable[[str], None]
) -> None:
    at("2026-11-21T23:59:59.9+08:00")
    give = looked.organisation.side_effect

    def slowly(code: str, **facts: object) -> object:
        at("2026-11-22T00:00:00.1+08:00")
        return give(code, **facts)

    looked.organisation.side_effect = slowly
    assert ask(public, f"/subjects/{CODE}").headers["Cache-Control"] == "public, max-age=0, must-revalidate, stale-if-error=0"
    assert clock.today().day == 22


def test_styles_are_kept_for_ever_under_the_address_of_their_content(public: Chalice) -> None:
    body = ask(public, "/").body
    for address in assets.links().values():
        assert f'href="{address}"' in body
        answer = ask(public, address)
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    stale = ask(public, "/static/brand.000000000000.css")
    assert (stale.status, stale.headers["Cache-Control"]) == (200, "public, max-age=60")
    assert "#0b4f6c" in stale.body


def test_pages_stay_readable_without_the_built_style(public: Chalice, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "plain.css").write_text("body{}")
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    assets._all.cache_clear()
    try:
        assert "/static/plain." in ask(public, "/").body
    finally:
        assets._all.cache_clear()


@pytest.mark.parametrize("name", ["nothing.css", "..%2Fapp.py", "%2e%2e%2fapp.py", "mingxin.scss", "src", "brand.css%00"])
def test_only_listed_files_are_served(public: Chalice, name: str) -> None:
    assert ask(public, f"/static/{name}").status == 404


@pytest.mark.parametrize("name", ["mingxin.scss", "plain.css"])
def test_styles_fetch_nothing_from_elsewhere(name: str) -> None:
    folder = settings.ROOT / "static"
    text = (folder / "src" / name if name.endswith("scss") else folder / name).read_text(encoding="utf-8")
    for unwanted in ("url(", "http:", "https:", "@font-face", "@import"):
        assert unwanted not in text


def test_a_citys_colour_reaches_the_style_only_if_it_is_one() -> None:
    assert assets.brand_colour("#0B4f6c") == "#0B4f6c"
    assert assets.brand_colour("red}body{display:none") == "#1d4f91"
    assert "--mingxin-on-brand:#ffffff" in assets._brand("#0b4f6c")
    assert "--mingxin-on-brand:#0b0c0c" in assets._brand("#ffe066")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("一段\n两行", '<p class="govuk-body">一段两行</p>'),
        ("先说：\n- 甲\n- 乙", '<p class="govuk-body">先说：</p>\n<ul class="govuk-list govuk-list--bullet"><li>甲</li><li>乙</li></ul>'),
        ("1. 甲\n2. 乙", '<ol class="govuk-list govuk-list--number"><li>甲</li><li>乙</li></ol>'),
        ("## 标题\n正文", '<h3 class="govuk-heading-s">标题</h3>\n<p class="govuk-body">正文</p>'),
        ("**重** <b>[去](/about)", '<p class="govuk-body"><strong>重</strong> &lt;b&gt;<a class="govuk-link" href="/about">去</a></p>'),
        ("[坏](javascript:alert(1))", '<p class="govuk-body">[坏](javascript:alert(1))</p>'),
        ('[坏](/x"onclick="y)', '<p class="govuk-body"><a class="govuk-link" href="/x&#34;onclick=&#34;y">坏</a></p>'),
        ("", ""),
    ],
)
def test_a_citys_texts_become_plain_safe_html(text: str, html: str) -> None:
    assert prose.html(text) == html


def test_the_public_face_loads_nothing_heavy() -> None:
    heavy = ("pynamodb", "holidays", "moto", "openpyxl", "click", "boto3", "cryptography")
    code = f"import json, sys; import app; print(json.dumps([name for name in {heavy!r} if name in sys.modules]))"
    assert json.loads(_python(code, face="public")) == []


def test_schedules_that_touch_the_archive_belong_to_the_members_face_alone() -> None:
    code = "import json, app; print(json.dumps([job.handler_string for job in app.app.event_sources] + [hasattr(app, 'publish')]))"
    ours = ["publish", "expire", "follow", "forget", "root", "more", "count", "reports", "overdue"]
    ours += ["notices", "remind", "deliver", "recall", "bulletin", "export"]
    assert json.loads(_python(code, face="members")) == [*(f"app.{name}" for name in ours), True]
    assert json.loads(_python(code, face="public")) == ["app.canary", False]


def _python(code: str, face: str) -> str:
    environment = os.environ | {"MINGXIN_FACE": face}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=settings.ROOT, env=environment, check=True, capture_output=True, text=True
    ).stdout
