"""The bulletin on submissions: made once when a quarter's deadlines are over, with lights, shares, and what was collected and used."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from chalice import Chalice

from chalicelib import cities
from chalicelib.law.parameters import Rules, parse_parameter
from chalicelib.services.identity import api_keys
from chalicelib.services.scheduled import bulletin
from chalicelib.services.submission import declared
from chalicelib.storage import bulletins, submissions
from tests.people.browser import said
from tests.people.desk import at_desk
from tests.services.conftest import Send
from tests.services.rows import OFFICE, OFFICE_NAME, a_code, a_licence, a_penalty, a_subject
from tests.web.gateway import ask

pytestmark = pytest.mark.clause("NTN-4b")

HERE = "/desk/bulletin"
MADE_ON = date(2026, 11, 1)


@pytest.fixture
def sent_in_september(send: Send, at: Callable[[str], None]) -> None:
    """One penalty in time, one licence late, one penalty declared and never sent, one row refused."""
    submissions.note_provider(OFFICE, "", date(2026, 8, 1))
    at("2026-09-21T09:00:00+08:00")
    assert send("penalties", a_penalty(处罚决定日期="2026/09/18"), a_penalty(处罚决定日期="soon")).accepted == 1
    assert send("licences", a_licence(许可决定日期="2026/08/10")).accepted == 1
    declared.declare(OFFICE, "penalty", "示罚〔2026〕8号", date(2026, 9, 21), by="p_somebody")


@pytest.mark.clause("NT-5", "KLM-3")
def test_it_tells_each_providers_light_and_share(members: Chalice, sent_in_september: None, at: Callable[[str], None]) -> None:
    at("2026-11-01T09:00:00+08:00")
    assert bulletin.due(MADE_ON)["done"] == 1
    page = said(at_desk(members, "supervisor").get(f"{HERE}?quarter=2026-Q3"))
    assert re.search(rf"{OFFICE_NAME} {OFFICE} 灯 红灯 .*迟报1件，缺报1件", page)
    assert "按时的比例 33.3 %" in page
    assert "退回的比例 33.3 %" in page
    assert "各项期限都已届满" in page


@pytest.mark.clause("NTG-1")
def test_it_tells_the_share_that_is_public_in_time_of_all_together_and_its_aim(
    members: Chalice, sent_in_september: None, at: Callable[[str], None]
) -> None:
    at("2026-11-01T09:00:00+08:00")
    assert "按时公示的比例 33.3 %，目标是全部按时" in said(at_desk(members, "officer-yi").get(f"{HERE}?quarter=2026-Q3"))


@pytest.mark.parametrize(("today", "done"), [("2026-10-31", 0), ("2026-11-01", 1), ("2027-01-31", 1)])
def test_it_is_made_the_day_after_the_last_deadline_of_its_quarter(
    sent_in_september: None, at: Callable[[str], None], today: str, done: int
) -> None:
    at(f"{today}T09:00:00+08:00")
    assert bulletin.due(date.fromisoformat(today))["done"] == done
    assert bulletins.quarters() == ["2026-Q3"] * done


def test_it_is_made_once_and_stays_as_it_was(sent_in_september: None, send: Send, at: Callable[[str], None]) -> None:
    at("2026-11-01T09:00:00+08:00")
    bulletin.due(MADE_ON)
    made = bulletin.of("2026-Q3")
    assert send("penalties", a_penalty(处罚决定日期="2026/09/21", 行政处罚决定书文号="示罚〔2026〕8号")).accepted == 1
    assert bulletin.due(MADE_ON)["done"] == 0
    assert bulletin.of("2026-Q3") == made
    assert (made.figures.missing, made.final) == (1, True)


def test_a_city_without_a_quarterly_bulletin_gets_none(
    sent_in_september: None, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    at("2026-11-01T09:00:00+08:00")
    city = cities.load("nantong")
    never = {"description": "-", "unit": "choice", "values": [{"from": date(2018, 1, 1), "value": "never", "source": "示例"}]}
    rules = Rules({**city.rules.own, "bulletin": parse_parameter("bulletin", never)}, city.rules.default)
    monkeypatch.setattr(cities, "load", lambda _: replace(city, rules=rules))
    assert bulletin.due(MADE_ON)["done"] == 0


@pytest.mark.clause("NT-40", "HY-28", "KLM-25")
def test_collection_is_counted_by_provider_kind_and_month(members: Chalice, send: Send) -> None:
    assert send("subjects", a_subject()).accepted == 1
    assert send("penalties", a_penalty(), a_penalty(行政处罚决定书文号="示罚〔2026〕2号")).accepted == 2
    page = said(at_desk(members, "officer-yi").get(HERE))
    assert re.search(r"行政处罚信息 2\s?；\s?主体登记信息 1", page)
    assert "2026年11月 3" in page


@pytest.mark.clause("NT-40", "HY-28", "KLM-25")
def test_use_is_counted_by_user_from_the_trail_and_once(members: Chalice, send: Send, at: Callable[[str], None]) -> None:
    assert send("subjects", a_subject()).accepted == 1
    _, secret = api_keys.create("示例行政审批局", ["shared:read"])
    given = {"Authorization": f"Bearer {secret}", "X-Purpose": "annual", "X-Matter": "check"}
    for _ in range(2):
        assert ask(members, f"/api/v1/shared/subjects/{a_code()}", headers=given).status == 200
    at("2026-11-22T09:00:00+08:00")
    assert bulletin.due(date(2026, 11, 22))["days"] == 1
    assert bulletin.due(date(2026, 11, 22))["days"] == 0
    assert bulletin.of("2026-Q4").uses == (bulletin.Use("示例行政审批局", {"query": 2}),)
    assert re.search(r"示例行政审批局 信息查询 2 批量审查 0", said(at_desk(members, "officer-yi").get(HERE)))


def test_a_day_that_was_missed_is_counted_later(archive: None, at: Callable[[str], None]) -> None:
    assert bulletin.due(date(2026, 11, 21))["days"] == 1
    assert bulletin.due(date(2026, 11, 24))["days"] == 3
    assert list(bulletins.uses("2026-11")) == ["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"]


@pytest.mark.parametrize("quarter", ["2026-Q5", "2027-Q1", "nothing"])
def test_what_is_no_quarter_is_refused(members: Chalice, quarter: str) -> None:
    assert at_desk(members, "officer-yi").get(f"{HERE}?quarter={quarter}").status == 422
