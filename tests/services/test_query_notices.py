"""Everybody hears who looked at what is held about them: the next morning, or at once, as they wish (HY-27b)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from chalicelib import channels, settings
from chalicelib.records.identifiers import Identifier
from chalicelib.services.identity import api_keys
from chalicelib.services.querying import queries, shared
from chalicelib.services.querying.asked import Asked
from chalicelib.services.querying.queries import Asking
from chalicelib.services.scheduled.notice_queue import sweep
from chalicelib.storage import engine, queues
from chalicelib.storage import notices as kept
from tests.services.conftest import Send
from tests.services.hearing import Heard, address_of, morning, outcome, reachable
from tests.services.rows import a_code, a_subject

DAY = date(2026, 11, 21)
COMPANY = Identifier("uscc", a_code())


@pytest.fixture
def mail(send: Send, monkeypatch: pytest.MonkeyPatch) -> Heard:
    found = Heard()
    monkeypatch.setattr(channels, "channel", lambda name: found)
    monkeypatch.setattr(queues, "send", lambda queue, body: None)
    monkeypatch.setenv("MINGXIN_SITE", "https://credit.example")
    send("subjects", a_subject())
    return found


@pytest.fixture
def asker(mail: Heard) -> Asking:
    return queries.asking(api_keys.create("演示系统", ("shared:read", "review"))[0], "演示用途", "演示事项")


def ask(asker: Asking) -> None:
    assert shared.query(Asked(COMPANY), asker)


@pytest.mark.clause("HY-27b")
@pytest.mark.notice("query made")
def test_queries_of_a_day_come_together_the_next_morning(mail: Heard, asker: Asking, at: Callable[[str], None]) -> None:
    reachable(COMPANY)
    ask(asker)
    ask(asker)
    sweep(DAY)
    assert mail.sent == []
    assert [one.to for one in kept.waiting(kept.AT_ONCE, DAY, 10)] == []
    morning(at, date(2026, 11, 22))
    assert mail.titles == ["信用信息被查询等2件事"]
    assert mail.sent[0].text.count("有单位查询了您的信用信息") == 1, "what is said twice is said once"


def test_who_wishes_so_hears_of_each_query_at_once(mail: Heard, asker: Asking, at: Callable[[str], None]) -> None:
    reachable(COMPANY, queries="at once")
    for number in (1, 2):
        ask(asker)
        sweep(DAY)
        assert mail.titles == ["信用信息被查询"] * number
    morning(at, date(2026, 11, 22))
    assert len(mail.sent) == 2


def test_who_wishes_no_more_than_must_be_sent_reads_of_queries_on_the_page(mail: Heard, asker: Asking, at: Callable[[str], None]) -> None:
    reachable(COMPANY, notices=False)
    ask(asker)
    sweep(DAY)
    morning(at, date(2026, 11, 22))
    assert (mail.sent, outcome(address_of(COMPANY), "query made")) == ([], "page only")


def test_a_query_that_finds_nobody_writes_as_much(mail: Heard, asker: Asking) -> None:
    def written(number: int) -> int:
        before = notices_kept()
        shared.query(Asked(Identifier("uscc", a_code(number))), asker)
        return notices_kept() - before

    assert written(1) == written(7) == 1


def notices_kept() -> int:
    return len(engine.client().scan(TableName=settings.table("outbox"), ConsistentRead=True)["Items"])
