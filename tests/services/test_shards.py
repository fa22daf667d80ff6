"""What is due is found in however many parts the index is spread, and each part is handed on where another run goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from chalicelib import channels, clock, settings
from chalicelib.records.identifiers import Identifier
from chalicelib.services.delivery import deliver, remind
from chalicelib.services.scheduled import expire, job_runs
from chalicelib.services.telling import notices
from chalicelib.storage import archive, engine, queues
from tests.services.conftest import Send
from tests.services.hearing import Heard, outcome, reachable
from tests.services.rows import CODE, PARTY, a_code, a_penalty

SHARDS, MANY = 3, 12
ENDED, DAY = date(2026, 11, 21), date(2026, 11, 22)


@pytest.fixture
def told(send: Send, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Companies with e-mail and a penalty each that has ended, in several parts of the index; to whom messages are sent."""
    monkeypatch.setenv("MINGXIN_SHARDS", str(SHARDS))
    monkeypatch.setenv("MINGXIN_SITE", "https://credit.example")
    monkeypatch.setattr(queues, "send", lambda queue, body: None)
    mail = Heard()
    monkeypatch.setattr(channels, "channel", lambda name: mail)
    for number in range(1, MANY + 1):
        who = {CODE: a_code(number), PARTY: f"示例{number}号有限公司"}
        row = a_penalty(行政处罚决定书文号=f"示罚〔2026〕{number}号", 公示截止期=f"{ENDED:%Y/%m/%d}", 处罚有效期=f"{ENDED:%Y/%m/%d}", **who)
        assert send("penalties", row).accepted == 1
        reachable(Identifier("uscc", a_code(number)))
    at(f"{DAY.isoformat()}T09:00:00+08:00")
    return [f"s:{one}" for one in archive.subjects_of(Identifier("uscc", a_code(n)) for n in range(1, MANY + 1)).values()]


def parts(table: str, beginning: str) -> set[str]:
    """The parts of the index in which something waits."""
    items = engine.client().scan(TableName=settings.table(table))["Items"]
    return {item["due_shard"]["S"] for item in items if item.get("due_shard", {}).get("S", "").startswith(beginning)}


def test_each_part_is_worked_off_and_a_run_without_time_hands_on_the_part_where_it_was(told: list[str]) -> None:
    assert len(parts("archive", "expire#")) > 1
    done, place, runs = 0, "", 0
    while runs == 0 or place:
        worked = expire.expire(clock.today(), seconds=-1, place=place)
        done, place, runs = done + worked.done, worked.left, runs + 1
    assert (done, runs) == (MANY, SHARDS)
    assert parts("archive", "expire#") == set()


def test_everybody_in_every_part_is_told_once(told: list[str]) -> None:
    for to in told:
        assert notices.announce("objection decided", to, about="c_1", day=DAY)
    assert len(parts("outbox", "notices#")) > 1
    for _ in range(2):
        job_runs.kept("remind", remind.remind)
        job_runs.kept("deliver", lambda day: deliver.deliver())
    assert [outcome(to, "objection decided") for to in told] == ["told sent"] * MANY
