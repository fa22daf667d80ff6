"""Providers hear in time what they owe by a day of their own, and nobody hears of what has come in meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from chalicelib import channels
from chalicelib.services.submission import declared
from chalicelib.storage import queues, submissions
from tests.services.conftest import Send
from tests.services.hearing import Heard, heard, morning, outcome, reachable
from tests.services.rows import OFFICE

THEM = f"provider:{OFFICE}"
DUE_SOON, LAST = date(2026, 11, 26), date(2026, 11, 30)
"""Two working days before the last day of a decision of 19 November, a weekend between them; the lists of October end there too."""


@pytest.fixture
def mail(archive: None, monkeypatch: pytest.MonkeyPatch) -> Heard:
    """A provider that the window knows since summer, its clerks and the centre's officers read e-mail."""
    found = Heard()
    monkeypatch.setattr(channels, "channel", lambda name: found)
    monkeypatch.setattr(queues, "send", lambda queue, body: None)
    monkeypatch.setenv("MINGXIN_SITE", "https://credit.example")
    submissions.note_provider(OFFICE, "示例市演示市场监督管理局", date(2026, 7, 1))
    for to in (THEM, "officers"):
        reachable(to)
    return found


def declare() -> str:
    return declared.declare(OFFICE, "penalty", "示罚〔2026〕1号", date(2026, 11, 19), by="a_1").id


@pytest.mark.clause("KLM-3")
@pytest.mark.notice("publicity due")
def test_a_decision_that_must_soon_be_public_is_announced_two_working_days_before(mail: Heard, at: Callable[[str], None]) -> None:
    declare()
    (due,) = declared.waiting(OFFICE)
    assert due.due.day == LAST
    morning(at, DUE_SOON - timedelta(days=1))
    assert "publicity due" not in heard(THEM)
    for _ in range(2):
        morning(at, DUE_SOON)
    assert outcome(THEM, "publicity due") == "told sent"


@pytest.mark.settles("publicity due")
def test_a_decision_that_was_withdrawn_is_not_announced_any_more(mail: Heard, at: Callable[[str], None]) -> None:
    from chalicelib.services.delivery import provider_reminders, remind

    which = declare()
    at("2026-11-26T08:00:00+08:00")
    provider_reminders.announce(DUE_SOON)
    declared.withdraw(OFFICE, which, "登记有误", by="a_1")
    remind.remind(DUE_SOON)
    assert outcome(THEM, "publicity due") == "settled"


@pytest.mark.clause("NT-17")
@pytest.mark.notice("list report due", "list report overdue")
def test_a_month_without_a_word_is_announced_five_days_before_its_end_and_the_day_after(mail: Heard, at: Callable[[str], None]) -> None:
    declared.state_total(OFFICE, "redlist", "2026-09", 0, by="a_1")
    morning(at, LAST - timedelta(days=6))
    assert heard(THEM) == []
    morning(at, LAST - timedelta(days=5))
    assert outcome(THEM, "list report due") == "told sent"
    morning(at, LAST)
    assert heard("officers") == []
    morning(at, LAST + timedelta(days=1))
    assert outcome(THEM, "list report overdue") == outcome("officers", "list report overdue") == "told sent"


@pytest.mark.settles("list report due", "list report overdue")
def test_a_zero_report_settles_the_month(send: Send, mail: Heard, at: Callable[[str], None]) -> None:
    from chalicelib.services.delivery import provider_reminders, remind

    declared.state_total(OFFICE, "redlist", "2026-09", 0, by="a_1")
    for day, kind in ((LAST - timedelta(days=5), "list report due"), (LAST + timedelta(days=1), "list report overdue")):
        at(f"{day}T08:00:00+08:00")
        provider_reminders.announce(day)
        assert kind in heard(THEM)
    declared.state_total(OFFICE, "redlist", "2026-10", 0, by="a_1")
    remind.remind(LAST + timedelta(days=1))
    assert [outcome(to, "list report overdue") for to in (THEM, "officers")] == ["settled"] * 2
    assert outcome(THEM, "list report due") == "settled"
    assert mail.sent == []
