"""A provider's clerk declares decisions that are not sent yet, sees the days left and the own light; what comes in is ticked off."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from chalice import Chalice

from chalicelib.law.decisions import Refused
from chalicelib.law.timeliness import last_of_month
from chalicelib.services.submission import declared, timeliness
from chalicelib.storage import submissions
from tests.people.browser import Browser, said
from tests.people.desk import at_desk
from tests.people.test_provider_submissions import OWN, a_row, press, preview
from tests.web.gateway import Answer

pytestmark = pytest.mark.clause("NT-5")

HERE = "/desk/declared"
DECISION = {"do": "decision", "item": "penalty", "number": "示罚〔2026〕1号", "decided_on": "2026-11-12"}
TOTAL = {"do": "total", "item": "penalty", "month": "2026-10", "count": "2"}


@pytest.fixture
def clerk(members: Chalice) -> Browser:
    submissions.note_provider(OWN, "", date(2026, 1, 1))
    return at_desk(members, "provider-yi", HERE)


def tell(browser: Browser, **form: str) -> Answer:
    browser.get(HERE)
    return browser.post(HERE, form)


def send_row(browser: Browser, **cells: str) -> None:
    preview(browser, a_row(**cells))
    assert "入库 1 行" in said(press(browser, "/desk/submissions/send"))


def figures(month: str) -> tuple[int, int, int]:
    """Of a month: in time, late, missing."""
    standing = timeliness.of(OWN, *_bounds(month))
    assert standing is not None
    found = standing.months[month]
    return found.on_time, found.late, found.missing


def _bounds(month: str) -> tuple[date, date]:
    first = date.fromisoformat(month + "-01")
    return first, last_of_month(first)


@pytest.mark.clause("KLM-3")
@pytest.mark.parametrize(
    ("today", "told"),
    [
        ("2026-11-19", "2 个工作日"),
        ("2026-11-20", "1 个工作日"),
        ("2026-11-23", "0 个工作日"),
        ("2026-11-24", "已超过 1 个工作日"),
    ],
)
def test_a_declared_decision_shows_its_last_day_and_the_working_days_left(
    clerk: Browser, members: Chalice, at: Callable[[str], None], today: str, told: str
) -> None:
    assert tell(clerk, **DECISION).status == 303
    at(f"{today}T09:00:00+08:00")
    page = said(at_desk(members, "provider-yi", HERE).get(HERE))
    assert re.search(rf"示罚〔2026〕1号 .*2026年11月23日 .*{told}", page)


def test_what_was_declared_is_ticked_off_by_its_row_whatever_its_brackets(clerk: Browser) -> None:
    tell(clerk, **DECISION)
    send_row(clerk, 行政处罚决定书文号="示罚[2026]1号", 处罚决定日期="2026/11/12")
    assert declared.waiting(OWN) == []
    assert figures("2026-11") == (1, 0, 0)


@pytest.mark.clause("KLM-3", "NTG-1")
def test_only_what_was_declared_can_be_missing_and_only_after_its_day(clerk: Browser, at: Callable[[str], None]) -> None:
    tell(clerk, **DECISION)
    at("2026-11-23T23:59:00+08:00")
    assert figures("2026-11") == (0, 0, 0)
    at("2026-11-24T00:00:00+08:00")
    assert figures("2026-11") == (0, 0, 1)


@pytest.mark.clause("KLM-3")
@pytest.mark.parametrize(
    ("decided_on", "expected"), [("2026/11/13", (1, 0, 0)), ("2026/11/12", (1, 0, 0)), ("2026/11/11", (0, 1, 0)), ("2026/11/10", (0, 1, 0))]
)
def test_a_row_counts_as_late_from_the_day_after_its_last_one(
    clerk: Browser, at: Callable[[str], None], members: Chalice, decided_on: str, expected: tuple[int, int, int]
) -> None:
    at("2026-11-23T09:00:00+08:00")
    send_row(at_desk(members, "provider-yi", HERE), 处罚决定日期=decided_on)
    assert figures("2026-11") == expected


@pytest.mark.clause("AK-1.3")
@pytest.mark.parametrize(("decided_on", "expected"), [("2026/11/11", (0, 0, 0)), ("2026/11/12", (1, 0, 0))])
def test_what_was_due_before_the_providers_first_day_is_filled_in_and_neither_late_nor_in_time(
    members: Chalice, at: Callable[[str], None], decided_on: str, expected: tuple[int, int, int]
) -> None:
    at("2026-11-23T09:00:00+08:00")
    send_row(at_desk(members, "provider-yi", HERE), 处罚决定日期=decided_on)
    assert figures("2026-11") == expected


@pytest.mark.clause("NTN-2")
def test_what_lacks_to_a_months_total_is_missing_once_its_deadlines_are_over(clerk: Browser, at: Callable[[str], None]) -> None:
    send_row(clerk, 处罚决定日期="2026/10/30")
    tell(clerk, **TOTAL)
    assert figures("2026-10") == (0, 1, 1)
    tell(clerk, **{**TOTAL, "count": "1"})
    assert figures("2026-10") == (0, 1, 0)


@pytest.mark.clause("NTN-2")
def test_a_silent_month_counts_and_a_zero_report_ends_the_silence(clerk: Browser, at: Callable[[str], None]) -> None:
    at("2026-09-30T09:00:00+08:00")
    declared.declare(OWN, "penalty", "示罚〔2026〕9号", date(2026, 9, 30), by="p_somebody")
    at("2026-12-01T09:00:00+08:00")
    silent = timeliness.of(OWN, *_bounds("2026-10"))
    assert silent is not None
    assert (silent.figures.silent_months, silent.light.colour) == (1, "yellow")
    for item in declared.items():
        declared.state_total(OWN, item, "2026-10", 0, by="p_somebody")
    quiet = timeliness.of(OWN, *_bounds("2026-10"))
    assert quiet is not None
    assert (quiet.figures.silent_months, quiet.light.colour) == (0, "green")


@pytest.mark.clause("NTN-2")
def test_a_zero_report_for_every_kind_is_one_form(clerk: Browser) -> None:
    assert tell(clerk, **{**TOTAL, "item": "all", "count": "0"}).status == 303
    page = said(clerk.get(HERE))
    assert page.count("0 （零报告）") == len(declared.items())


def test_a_mistaken_declaration_is_taken_back_for_a_reason_and_counts_no_more(clerk: Browser, at: Callable[[str], None]) -> None:
    tell(clerk, **DECISION)
    (one,) = declared.waiting(OWN)
    assert tell(clerk, do="withdraw", declared=one.declared.id).status == 422
    assert tell(clerk, do="withdraw", declared=one.declared.id, reason="登记错了").status == 303
    at("2026-11-24T09:00:00+08:00")
    assert figures("2026-11") == (0, 0, 0)
    with pytest.raises(Refused, match="可能已经报送或者撤销"):
        declared.withdraw(OWN, one.declared.id, "登记错了", by="p_somebody")


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ({**DECISION, "number": ""}, "请填写决定书文号"),
        ({**DECISION, "decided_on": "2026-11-22"}, "决定日期晚于今天"),
        ({**DECISION, "decided_on": "soon"}, "请填写日期"),
        ({**DECISION, "item": "redlist"}, "请选择行政许可或者行政处罚"),
        ({**TOTAL, "month": "2026-13"}, "请填写本月或者以前的月份"),
        ({**TOTAL, "month": "2026-12"}, "请填写本月或者以前的月份"),
        ({**TOTAL, "count": "many"}, "请填写0至9999的整数"),
        ({}, "请选择要登记什么"),
    ],
)
def test_what_cannot_be_is_refused(clerk: Browser, form: dict[str, str], reason: str) -> None:
    answer = tell(clerk, **form)
    assert answer.status == 422
    assert reason in said(answer)


def test_the_same_decision_declared_again_changes_nothing_and_with_another_day_is_refused(clerk: Browser) -> None:
    tell(clerk, **DECISION)
    assert tell(clerk, **DECISION).status == 303
    assert len(declared.waiting(OWN)) == 1
    assert "这个文号已经登记" in said(tell(clerk, **{**DECISION, "decided_on": "2026-11-13"}))


def test_a_clerk_sees_the_own_light_and_nobody_elses(clerk: Browser, members: Chalice, at: Callable[[str], None]) -> None:
    send_row(clerk, 处罚决定日期="2026/10/08")
    answer = clerk.get(HERE)
    assert re.findall(r"govuk-tag--(\w+)\">.灯<", answer.body) == ["red"]
    page = said(answer)
    assert "应当报送的1件中，迟报1件，缺报0件" in page
    assert "本市文件未规定" in page
    other = said(at_desk(members, "provider-er", HERE).get(f"{HERE}?provider={OWN}"))
    assert "还没有报送或登记过" in other
