"""Whom a security incident concerns is found from the trail, and each is told once, with what happened and what to do (NT-36b)."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from chalicelib import channels, clock
from chalicelib.law.decisions import Refused
from chalicelib.records.access import ApiKey
from chalicelib.records.identifiers import Identifier
from chalicelib.services.desk import incident
from chalicelib.services.desk.incident import Scope
from chalicelib.services.identity import api_keys
from chalicelib.services.querying import queries, shared
from chalicelib.services.querying.asked import Asked
from chalicelib.services.scheduled.notice_queue import sweep
from chalicelib.services.telling import my_notices
from chalicelib.storage import queues, raw_items
from local import command
from local.environment import RunFile
from tests.services.conftest import Send
from tests.services.faults import killed_at
from tests.services.hearing import Heard, address_of, heard, outcome, reachable
from tests.services.rows import CODE, PARTY, a_code, a_penalty, a_subject
from tests.services.test_queries import forks

pytestmark = pytest.mark.clause("NT-36b")

DAY = date(2026, 11, 21)
ONE, TWO, THREE = (Identifier("uscc", a_code(number)) for number in (1, 2, 3))
WORDS = "一把密钥被盗用（演示），有人用它查询了您的档案；请留意以您名义的来电。"


@pytest.fixture
def mail(send: Send, monkeypatch: pytest.MonkeyPatch) -> Heard:
    """Three companies with a penalty each; the first reads e-mail."""
    found = Heard()
    monkeypatch.setattr(channels, "channel", lambda name: found)
    monkeypatch.setattr(queues, "send", lambda queue, body: None)
    monkeypatch.setenv("MINGXIN_SITE", "https://credit.example")
    for number in (1, 2, 3):
        party = {CODE: a_code(number), PARTY: f"示例{number}号有限公司"}
        send("subjects", a_subject(统一社会信用代码=a_code(number), 主体名称=f"示例{number}号有限公司"))
        send("penalties", a_penalty(行政处罚决定书文号=f"示罚〔2026〕{number}号", **party))
    reachable(ONE)
    return found


@pytest.fixture
def stolen(mail: Heard, at: Callable[[str], None]) -> ApiKey:
    """A key with which two of the companies and nobody were looked up at noon."""
    at("2026-11-21T12:00:00+08:00")
    key = api_keys.create("演示系统", ("shared:read",))[0]
    for number in (ONE, TWO, Identifier("uscc", a_code(9))):
        shared.query(Asked(number), queries.asking(key, "演示用途", "演示事项"))
    at("2026-11-21T15:00:00+08:00")
    return key


def since(hours: int, **more: Any) -> Scope:
    return Scope(clock.now() - timedelta(hours=hours), clock.now(), **more)


def subjects(scope: Scope) -> set[str]:
    return {f"s:{one}" for one in incident.affected(scope).subjects}


def test_whom_it_concerns_is_found_by_time_actor_or_record(stolen: ApiKey) -> None:
    scope = since(1)
    assert subjects(scope) == set()
    assert subjects(since(4)) == subjects(since(9, actors=(stolen.id,))) == {address_of(ONE), address_of(TWO)}
    assert incident.affected(since(4)).elsewhere == 1 + 1, "nobody was found once, and the key itself was made"
    assert subjects(since(9)) == {address_of(one) for one in (ONE, TWO, THREE)}
    assert subjects(since(9, actors=("k_another",))) == set()
    acts = [act for entry in raw_items.trail_since(clock.now() - timedelta(hours=9), clock.now()) for act in raw_items.acts_of(entry)]
    record = next(about for action, subject, about in acts if action == "record.entered" and f"s:{subject}" == address_of(THREE))
    assert subjects(since(9, records=(record,))) == {address_of(THREE)}
    with pytest.raises(Refused):
        incident.affected(Scope(scope.begin, scope.begin))


@pytest.mark.notice("incident")
def test_each_is_told_once_and_at_once_and_the_trail_keeps_it(stolen: ApiKey, mail: Heard, at: Callable[[str], None]) -> None:
    scope = since(9, actors=(stolen.id,))
    first = incident.tell(scope, WORDS, "a_operator")
    assert {name: first[name] for name in ("affected", "told", "already", "gone")} == {"affected": 2, "told": 2, "already": 0, "gone": 0}
    at("2026-11-22T09:00:00+08:00")
    again = incident.tell(scope, WORDS, "a_operator")
    assert (again["incident"], again["told"], again["already"]) == (first["incident"], 0, 2)
    sweep(date(2026, 11, 22))
    assert "信息安全事件告知" in mail.titles
    assert WORDS not in "".join(message.text for message in mail.sent), "what happened is read after signing in"
    assert outcome(address_of(ONE), "incident") == "told sent"
    told = [one for one in my_notices.of_addressees([address_of(TWO)])[0] if one.notice.kind == "incident"]
    assert [(one.facts, one.clause) for one in told] == [((("what", WORDS),), "NT-36b")]
    acts = [act for entry in raw_items.trail_since(scope.begin, clock.now()) for act in raw_items.acts_of(entry)]
    assert [action for action, _, about in acts if about == first["incident"]].count("incident.told") == 2
    assert "incident" not in heard(address_of(THREE))


@pytest.mark.parametrize("text", ["太短", "字" * 501, f"发生了一件事情，涉及证件号码 {'320602198001010005'}。"])
def test_what_everybody_reads_says_enough_and_nobodys_number(stolen: ApiKey, text: str) -> None:
    with pytest.raises(Refused, match="请写明"):
        incident.tell(since(9), text, "a_operator")


@forks
def test_a_kill_at_any_write_and_another_call_tell_everybody_once(stolen: ApiKey) -> None:
    number, killed = 0, True
    while killed:
        number += 1
        for after in (False, True):
            words, scope = f"{WORDS}第{number}次{after}。", since(9, actors=(stolen.id,))
            before = [heard(address_of(one)).count("incident") for one in (ONE, TWO)]
            killed = killed_at(number, lambda scope=scope, words=words: incident.tell(scope, words, "a_1"), after=after)  # type: ignore[misc]
            incident.tell(scope, words, "a_1")
            assert [heard(address_of(one)).count("incident") for one in (ONE, TWO)] == [count + 1 for count in before]
    assert number == 4, "one write opens the incident, one tells each"


def test_the_command_counts_before_it_tells(stolen: ApiKey, monkeypatch: pytest.MonkeyPatch) -> None:
    now = {name: os.environ[name] for name in ("MINGXIN_NOW", "MINGXIN_NOW_SINCE")}
    for name in (*now, "MINGXIN_DATA", "MINGXIN_CITY"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(command, "running", lambda data, city: RunFile(os.getpid(), 8000, "memory", "nantong", 1, now))

    def run(*more: str) -> dict[str, Any]:
        span = ("--from", "2026-11-21T08:00", "--to", "2026-11-21T14:00", "--actor", stolen.id)
        result = CliRunner().invoke(command.main, ["incident", *span, *more])
        assert result.exit_code == 0, result.output
        answer: dict[str, Any] = json.loads(result.stdout.strip().split("\n")[-1])
        return answer

    assert run() == {"entries": 3, "affected": 2, "elsewhere": 1}
    assert run("--tell", WORDS)["told"] == 2
    wrong = CliRunner().invoke(command.main, ["incident", "--from", "gestern", "--to", "2026-11-21"])
    assert wrong.exit_code == 2
