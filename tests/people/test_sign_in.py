"""Signing in at an issuer, how long it lasts, and how it ends."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from html import unescape
from typing import NoReturn
from urllib.parse import quote_plus

import boto3
import pytest
from chalice import Chalice

from chalicelib.services.identity import identity_provider
from chalicelib.storage import people_sessions
from local.demo import a_person_number
from tests.people.browser import SITE, Browser, said, way_back
from tests.people.conftest import CLAIMS_A_ROLE, ORGANISATION
from tests.web.gateway import ask

SESSION = "__Host-mingxin"


def raw_sessions() -> str:
    """Everything in the table of sessions, as text."""
    return str(boto3.client("dynamodb").scan(TableName="mingxin-sessions")["Items"])


@pytest.mark.clause("NT-22")
def test_who_signs_in_comes_to_the_page_that_was_asked_for(browser: Browser) -> None:
    turned_away = browser.get("/me/archived")
    assert (turned_away.status, turned_away.headers["Location"]) == (303, "/login?next=%2Fme%2Farchived")
    answer = browser.sign_in("qian-yanjia", onward="/me/archived")
    assert answer.status == 200
    assert "已登录：钱演甲" in said(answer)
    assert "没有已到期或已修复的记录" in said(answer)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "page",
    [
        f"/me/objections?record=r_{'a' * 26}",
        "/me/queries/complaints?about=q_0123456789",
        "/me/repairs/objection?number=XF-20261121-7K3M9Q2X",
    ],
)
@pytest.mark.parametrize("english", [False, True])
def test_who_signs_in_comes_to_the_record_query_or_repair_that_was_asked_for(browser: Browser, page: str, english: bool) -> None:
    lang = "&lang=en" if english else ""
    turned_away = browser.get(page + "&x=1" + lang).headers["Location"]
    assert turned_away == f"/login?next={quote_plus(page)}{lang}"
    link = re.search(r'href="(/login/citizens\?[^"]+)"', browser.get(turned_away).body)
    assert link
    back = browser.get(way_back(browser.get(unescape(link[1])).headers["Location"], "qian-yanjia"))
    assert (back.status, back.headers["Location"]) == (303, page + lang)
    assert browser.get(back.headers["Location"]).status == 200


def test_what_else_stood_in_an_address_is_not_repeated(browser: Browser) -> None:
    for tail in (f"number={a_person_number(200)}", f"record={a_person_number(200)}", "cursor=abc"):
        assert browser.get(f"/me/objections?{tail}").headers["Location"] == "/login?next=%2Fme%2Fobjections"


@pytest.mark.parametrize(
    "onward",
    [
        *("https://elsewhere.example/", "//elsewhere.example", "/me//elsewhere", "/login", "/me?x=1", "javascript:1"),
        *("/me?record=//x", "/me?record=r_1&x=1", "/me?record=r_1?record=r_2", "/me?number=990000198004050001"),
    ],
)
def test_signing_in_leads_to_no_page_but_ours(browser: Browser, onward: str) -> None:
    browser.get(way_back(browser.to_issuer(onward=onward), "qian-yanjia"))
    assert browser.get("/login?next=" + onward).status == 200
    assert f'next={onward}"' not in browser.page


def test_the_cookie_is_for_this_host_alone_and_opens_nothing_that_is_kept(browser: Browser) -> None:
    begun = browser.get("/login/citizens")
    done = browser.get(way_back(begun.headers["Location"], "qian-yanjia"))
    for cookie in (*begun.cookies, *done.cookies):
        assert cookie.startswith("__Host-mingxin")
        assert {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"} <= set(cookie.split("; "))
    kept = raw_sessions()
    assert browser.cookies[SESSION] not in kept
    for private in ("钱演甲", a_person_number(200)):
        assert private not in kept


def test_every_sign_in_gets_a_new_id_whatever_the_browser_had(browser: Browser) -> None:
    browser.cookies[SESSION] = "chosen-by-somebody-else"
    browser.sign_in("qian-yanjia")
    first = browser.cookies[SESSION]
    browser.sign_in("qian-yanjia")
    assert len({"chosen-by-somebody-else", first, browser.cookies[SESSION]}) == 3


def test_an_answer_counts_once_and_in_the_browser_that_asked(members: Chalice, browser: Browser) -> None:
    back = way_back(browser.to_issuer(), "qian-yanjia")
    assert Browser(members).get(back).status == 401
    assert browser.get(back).status == 401  # whoever brought it elsewhere has used it up
    again = way_back(browser.to_issuer(), "qian-yanjia")
    attempt = dict(browser.cookies)
    assert browser.get(again).status == 303
    browser.cookies = attempt
    assert browser.get(again).status == 401


def test_an_answer_that_fits_no_question_of_ours_signs_nobody_in(browser: Browser, at: Callable[[str], None]) -> None:
    back = way_back(browser.to_issuer(), "qian-yanjia")
    for wrong in (
        "/login/callback",
        "/login/callback?code=a&state=b",
        back.replace("state=", "state=x"),
        back + "&iss=https%3A%2F%2Fother.example",
    ):
        assert browser.get(wrong).status == 401
    late = way_back(browser.to_issuer(), "qian-yanjia")
    at("2026-11-21T09:16:00+08:00")
    assert browser.get(late).status == 401
    assert SESSION not in browser.cookies


def test_a_code_of_another_sign_in_is_refused(browser: Browser) -> None:
    first = way_back(browser.to_issuer(), "qian-yanjia")
    second = way_back(browser.to_issuer(), "qian-yanyi")
    code = first.partition("code=")[2].partition("&")[0]
    own = second.partition("code=")[2].partition("&")[0]
    assert browser.get(second.replace(own, code)).status == 401


def test_the_page_of_a_failed_sign_in_repeats_neither_code_nor_state(browser: Browser) -> None:
    body = browser.get("/login/callback?code=the-code&state=the-state").body
    assert "the-code" not in body
    assert "the-state" not in body


@pytest.mark.parametrize(
    ("instants", "stays"),
    [
        (["09:29:59"], True),
        (["09:30:09"], False),
        (["09:29:00", "09:58:00"], True),
        (["09:29:00", "09:59:09"], False),
        ([f"{hour:02}:{minute:02}:00" for hour in range(9, 17) for minute in (1, 29, 57)] + ["16:59:59"], True),
        ([f"{hour:02}:{minute:02}:00" for hour in range(9, 17) for minute in (1, 29, 57)] + ["17:00:09"], False),
    ],
)
def test_a_session_ends_after_half_an_hour_without_a_request_and_after_eight_hours(
    browser: Browser, at: Callable[[str], None], instants: list[str], stays: bool
) -> None:
    browser.sign_in("qian-yanjia")
    for instant in instants:
        at(f"2026-11-21T{instant}+08:00")
        answer = browser.get("/me")
    assert (answer.status == 200) == stays
    assert stays or answer.headers["Location"] == "/login?next=%2Fme&over=1"


def test_every_page_says_until_when_the_session_lasts(browser: Browser, at: Callable[[str], None]) -> None:
    assert "到 09:30 之前不再操作" in said(browser.sign_in("qian-yanjia"))
    at("2026-11-21T09:10:00+08:00")
    assert "到 09:40 之前不再操作" in said(browser.get("/me"))


def test_signing_out_ends_the_session_also_for_who_kept_its_cookie(browser: Browser) -> None:
    browser.sign_in("qian-yanjia")
    kept = dict(browser.cookies)
    assert browser.post("/logout").headers["Location"] == "/login?out=citizens"
    assert SESSION not in browser.cookies
    browser.cookies = kept
    assert browser.get("/me").status == 303


def test_a_session_that_was_ended_is_not_brought_back_by_a_page_under_way(browser: Browser, at: Callable[[str], None]) -> None:
    browser.sign_in("qian-yanjia")
    session = people_sessions.find_session(browser.cookies[SESSION])
    assert session is not None
    people_sessions.end_session(session)
    at("2026-11-21T09:10:00+08:00")
    people_sessions.note_seen(session, session.seen.replace(minute=20))
    people_sessions.act_for(session, "", "")
    assert people_sessions.find_session(browser.cookies[SESSION]) is None


def test_one_can_sign_out_from_a_page_that_was_opened_before_one_acted_for_another(browser: Browser, register: None) -> None:
    old = browser.sign_in("li-yaner").body
    browser.act_for(ORGANISATION)
    browser.page = old
    assert browser.post("/logout").headers["Location"] == "/login?out=citizens"


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://elsewhere.example"}, {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site", "Origin": SITE}],
)
def test_a_form_from_elsewhere_is_turned_down(browser: Browser, headers: dict[str, str]) -> None:
    browser.sign_in("qian-yanjia")
    assert browser.post("/logout", **headers).status == 403
    assert browser.get("/me").status == 200


@pytest.mark.parametrize("token", ["", "x", "令牌", "0" * 32])
def test_a_form_without_our_token_is_turned_down(members: Chalice, browser: Browser, token: str) -> None:
    browser.sign_in("qian-yanjia")
    assert browser.post("/logout", {"token": token}).status == 403
    other = Browser(members)
    other.sign_in("qian-yanyi")
    assert browser.post("/logout", {"token": other.token()}).status == 403
    browser.get("/me")
    assert browser.post("/logout", Origin=SITE, Sec_Fetch_Site="same-origin").status == 303


def test_roles_count_from_the_staff_issuer_alone(browser: Browser) -> None:
    assert "信用中心经办人" in said(browser.sign_in("officer-yi", "staff"))
    browser.sign_in(CLAIMS_A_ROLE)
    session = people_sessions.find_session(browser.cookies[SESSION])
    assert session is not None
    assert session.person.roles == ()
    assert browser.get("/desk").status == 403


def test_a_name_that_differs_is_said_and_locks_nobody_out(browser: Browser, register: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "登记的姓名与认证的姓名不同" not in said(browser.sign_in("qian-yanjia"))
    monkeypatch.setenv("MINGXIN_CITIZENS_CLAIMS", '{"name": "email"}')
    answer = browser.sign_in("qian-yanjia")
    assert "登记的姓名与认证的姓名不同" in said(answer)
    assert "示罚〔2026〕2号" in said(answer)


def test_who_has_no_number_that_can_be_one_is_not_signed_in_and_nothing_of_it_is_logged(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MINGXIN_CITIZENS_CLAIMS", '{"id_number": "email"}')
    with caplog.at_level(logging.INFO):
        assert browser.get(way_back(browser.to_issuer(), "qian-yanjia")).status == 401
    assert "citizens" in caplog.text
    assert "qian-yanjia" not in caplog.text


def test_an_issuer_that_does_not_answer_is_said_so(members: Chalice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGXIN_CITIZENS_ISSUER", "http://127.0.0.1:9")
    assert ask(members, "/login/citizens").status == 503


def test_pages_of_one_machine_name_the_people_and_deployments_never_do(members: Chalice, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "qian-yanjia" in ask(members, "/login").body
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "members")
    assert "qian-yanjia" not in ask(members, "/login").body


def test_who_has_signed_out_is_led_to_sign_out_at_the_issuer_that_names_a_place_for_it(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.sign_in("qian-yanjia")
    page = browser.get(browser.post("/logout").headers["Location"])
    assert "/oauth2/end_session?client_id=mingxin&amp;post_logout_redirect_uri=https%3A%2F%2Fcredit.example%2Flogin" in page.body
    metadata = identity_provider._metadata
    monkeypatch.setattr(identity_provider, "_metadata", lambda issuer: {**metadata(issuer), "end_session_endpoint": None})
    assert "end_session" not in browser.get("/login?out=citizens").body
    monkeypatch.setattr(identity_provider, "_metadata", silent)
    for out in ("citizens", "staff", "1", "%2F%2Felsewhere.example"):
        answer = browser.get(f"/login?out={out}")
        assert (answer.status, "您已退出登录" in said(answer)) == (200, True)


def silent(issuer: object) -> NoReturn:
    raise identity_provider.Silent
