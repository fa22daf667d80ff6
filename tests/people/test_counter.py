"""At the counter: an officer who has looked at a document opens that archive for a while, and its subject sees it."""

from __future__ import annotations

import re
from collections.abc import Callable

import boto3
import pytest
from chalice import Chalice

from chalicelib.records.identifiers import Identifier
from chalicelib.services.querying import queries
from chalicelib.services.reporting import reports
from chalicelib.storage import archive, people_sessions
from local.demo import a_person_number
from tests.people.browser import Browser, said
from tests.people.conftest import NAME, ORGANISATION
from tests.people.desk import COUNTER, at_desk, opened
from tests.web.gateway import ask

pytestmark = pytest.mark.clause("NT-22")

PERSON = Identifier("resident_id", a_person_number(200))


@pytest.fixture
def officer(members: Chalice, register: None) -> Browser:
    return at_desk(members, "officer-yi", "/desk/counter")


def traces(identifier: Identifier = PERSON) -> list[tuple[str, str, str, str, int]]:
    """What a subject reads of queries: by whom, why, after a look at what, on what basis, how many records."""
    (subject_id,) = archive.subjects_of([identifier]).values()
    found = queries.of_subject(subject_id).items
    return [(one.asker, one.purpose, one.matter, one.basis, len(one.given)) for one in found]


def trail() -> str:
    return str(boto3.client("dynamodb").scan(TableName="mingxin-trail")["Items"])


@pytest.mark.clause("HY-27b", "NT-36")
def test_whoever_came_is_found_by_the_document_and_sees_who_opened_the_archive_and_why(officer: Browser) -> None:
    where = opened(officer)
    assert re.fullmatch(r"/desk/counter/c_\w+", where)
    page = said(officer.get(where))
    assert "钱演甲" in page
    assert re.search(r"关闭时间 09:2\d", page)
    assert PERSON.number not in page
    assert traces() == [("演经办一", COUNTER["reason"], "窗口办理，已核对居民身份证原件", "counter", 0)]
    assert "counter.opened" in trail()
    assert PERSON.number not in trail()
    assert COUNTER["reason"] not in str(boto3.client("dynamodb").scan(TableName="mingxin-sessions")["Items"])


@pytest.mark.clause("HY-27b")
def test_the_printed_archive_is_all_that_the_subject_sees_and_leaves_its_trace(officer: Browser) -> None:
    page = said(officer.get(opened(officer) + "/archive"))
    assert "示罚〔2026〕2号" in page
    assert "已到期或已修复的记录 0 条" in page
    assert [count for *_, count in traces()] == [1, 0]


def test_an_organisation_is_served_by_its_code(officer: Browser) -> None:
    form = {**COUNTER, "document": "representative", "number": ORGANISATION}
    page = said(officer.get(opened(officer, form) + "/archive"))
    assert NAME in page
    assert "示罚〔2026〕1号" in page


@pytest.mark.clause("NT-27", "HY-27b")
def test_a_report_is_asked_for_and_fetched_at_the_counter(officer: Browser, members: Chalice) -> None:
    where = opened(officer)
    officer.get(where + "/reports")
    assert officer.post(where + "/reports", {"purpose": "本人了解情况"}).status == 303
    (report,) = reports.reports_on(next(iter(archive.subjects_of([PERSON]).values())))
    assert "正在制作" in said(officer.get(where + "/reports"))
    assert officer.post(f"{where}/reports/{report.number}").headers["Location"] == where + "/reports"
    assert reports.render(report.number)
    assert "下载打印" in said(officer.get(where + "/reports"))
    link = officer.post(f"{where}/reports/{report.number}").headers["Location"]
    assert ask(members, link).raw.startswith(b"%PDF")
    assert [count for *_, count in traces()] == [1, 0]
    assert officer.post(f"{where}/reports/MX-20260101-AAAAAAAA").status == 404


def test_an_open_archive_closes_by_itself_after_twenty_minutes(officer: Browser, at: Callable[[str], None]) -> None:
    where = opened(officer)
    at("2026-11-21T09:19:00+08:00")
    assert officer.get(where + "/archive").status == 200
    at("2026-11-21T09:25:00+08:00")
    assert officer.get(where + "/archive").status == 404
    assert "档案还开着" not in officer.get("/desk").body


@pytest.mark.clause("NT-36")
def test_an_open_archive_closes_by_the_button(officer: Browser) -> None:
    where = opened(officer)
    officer.get(where)
    assert officer.post(where + "/end").headers["Location"] == "/desk/counter"
    assert officer.get(where).status == 404
    assert "counter.closed" in trail()


def test_an_open_archive_closes_when_the_officer_signs_out(officer: Browser, members: Chalice) -> None:
    where = opened(officer)
    before = dict(officer.cookies)
    officer.get(where)
    officer.post("/logout")
    officer.cookies = before
    assert officer.get(where).headers["Location"].startswith("/login")
    assert officer.get("/desk/counter").status == 303
    again = at_desk(members, "officer-yi")
    assert again.get(where).status == 404


def test_another_archive_closes_the_one_before(officer: Browser) -> None:
    first = opened(officer)
    second = opened(officer, {**COUNTER, "document": "agent", "number": ORGANISATION})
    assert officer.get(first + "/archive").status == 404
    assert officer.get(second + "/archive").status == 200


def test_what_another_officer_has_open_is_as_what_is_not(officer: Browser, members: Chalice) -> None:
    where = opened(officer)
    other = at_desk(members, "officer-er")
    made_up = "/desk/counter/c_0123456789abcdef0123"
    guessed, missing = other.get(where), other.get(made_up)
    assert (guessed.status, missing.status) == (404, 404)
    assert guessed.body.replace(where, "") == missing.body.replace(made_up, "")


@pytest.mark.clause("HY-27b")
def test_a_number_that_nobody_has_opens_nothing_and_leaves_a_trace_too(officer: Browser) -> None:
    answer = officer.post("/desk/counter", {**COUNTER, "number": a_person_number(77)})
    assert answer.status == 422
    assert "档案里没有这个号码" in said(answer)
    assert "query.answered" in trail()
    assert "档案还开着" not in officer.get("/desk").body


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"checked": ""}, "勾选“已核对”"),
        ({"reason": ""}, "请写明办理事由"),
        ({"reason": f"替 {a_person_number(1)} 打印"}, "不要写证件号码"),
        ({"document": "library card"}, "核对了哪一种证件"),
        ({"number": "123"}, "18位"),
        ({"document": "agent"}, "统一社会信用代码"),
    ],
)
def test_without_a_document_and_a_reason_nothing_opens(officer: Browser, wrong: dict[str, str], reason: str) -> None:
    answer = officer.post("/desk/counter", {**COUNTER, **wrong})
    assert answer.status == 422
    assert reason in said(answer)
    assert "query.answered" not in trail()


@pytest.mark.clause("HY-27b")
def test_nothing_opens_when_its_trace_cannot_be_written(officer: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    key = str(people_sessions._place("SESSION#", "another")["pk"]["S"])
    monkeypatch.setattr(people_sessions, "_key", lambda session: {"pk": {"S": key}, "sk": {"S": "-"}})  # as if signed out meanwhile
    assert officer.post("/desk/counter", COUNTER).status == 503
    assert traces() == []
