"""Whoever a record is about hears what becomes of it; who reaches nobody is asked of others; what has gone meanwhile is not told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from chalicelib import channels, cities, clock, settings
from chalicelib.records.entries import Ended
from chalicelib.records.identifiers import Identifier
from chalicelib.records.messages import Message
from chalicelib.services.common.due_work import Worked
from chalicelib.services.delivery import deliver, remind
from chalicelib.services.desk import desk_notices
from chalicelib.services.remedies import what_follows
from chalicelib.services.remedies.record_changes import Why
from chalicelib.services.scheduled import expire
from chalicelib.services.telling import notices
from chalicelib.storage import archive as storage
from chalicelib.storage import engine, outbox, queues
from chalicelib.storage import notices as kept
from tests.services.conftest import Send
from tests.services.hearing import Heard, address_of, heard, morning, outcome, reachable
from tests.services.rows import OFFICE, a_code, a_licence, a_penalty

DAY = date(2026, 11, 21)
COMPANY = Identifier("uscc", a_code())


@pytest.fixture
def mail(archive: None, monkeypatch: pytest.MonkeyPatch) -> Heard:
    found = Heard()
    monkeypatch.setattr(channels, "channel", lambda name: found)
    monkeypatch.setattr(queues, "send", lambda queue, body: None)
    monkeypatch.setenv("MINGXIN_SITE", "https://credit.example")
    return found


@pytest.fixture
def waiting_city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A city that lets thirty days pass after the determination before a repair may be applied for."""
    rules = tmp_path / "waiting" / "parameters"
    rules.mkdir(parents=True)
    identity = (cities.HERE / "nantong" / "city.toml").read_text("utf-8")
    (rules.parent / "city.toml").write_text(identity, "utf-8")
    text = (cities.HERE / "default" / "parameters" / "repair_wait.toml").read_text("utf-8").replace("value = 0", "value = 30")
    (rules / "repair_wait.toml").write_text(text.replace("本市文件未规定：", "示例规定第一条，"), "utf-8")
    monkeypatch.setenv("MINGXIN_CITY", str(rules.parent))


def taken_back(number: Identifier) -> None:
    """Every record about somebody is withdrawn today."""
    found = storage.collection(storage.subjects_of([number])[number])
    assert found
    ended = Ended("withdrawn", clock.today(), "CH-1")
    for record in found[1]:
        why = Why("record.withdrawn", "a_1", "演示", clock.now())
        what_follows.change(record.subject_id, record.id, lambda one: replace(one, ended=ended), why)


@pytest.mark.notice("record entered")
def test_a_new_record_is_told_the_next_morning(send: Send, mail: Heard, at: Callable[[str], None]) -> None:
    send("penalties", a_penalty())
    reachable(COMPANY)
    morning(at, DAY + timedelta(days=1))
    assert outcome(address_of(COMPANY), "record entered") == "told sent"


@pytest.mark.settles("record entered")
def test_a_record_that_was_withdrawn_before_anybody_was_told_is_not_told(send: Send, mail: Heard) -> None:
    send("penalties", a_penalty())
    reachable(COMPANY)
    taken_back(COMPANY)
    remind.remind(DAY)
    assert outcome(address_of(COMPANY), "record entered") == "settled"


@pytest.mark.clause("NT-34")
@pytest.mark.notice("repair possible")
def test_where_a_city_makes_one_wait_the_day_on_which_a_repair_is_possible_is_announced(
    waiting_city: None, send: Send, mail: Heard, at: Callable[[str], None]
) -> None:
    send("penalties", a_penalty(处罚决定日期="2026/11/16"))
    reachable(COMPANY)
    morning(at, date(2026, 12, 15))
    assert outcome(address_of(COMPANY), "repair possible") == "due"
    morning(at, date(2026, 12, 16))
    assert outcome(address_of(COMPANY), "repair possible") == "told sent"


@pytest.mark.settles("repair possible")
def test_what_is_gone_by_then_needs_no_repair(waiting_city: None, send: Send, mail: Heard, at: Callable[[str], None]) -> None:
    send("penalties", a_penalty(处罚决定日期="2026/11/16"))
    taken_back(COMPANY)
    morning(at, date(2026, 12, 16))
    assert outcome(address_of(COMPANY), "repair possible") == "settled"


@pytest.mark.clause("HY-25d", "NT-30")
@pytest.mark.notice("publicity ended", "record ended")
def test_the_end_of_a_licence_is_the_end_of_its_publicity_and_that_of_a_penalty_the_end_of_a_record(
    send: Send, mail: Heard, at: Callable[[str], None]
) -> None:
    send("licences", a_licence(有效期至="2026/12/01"))
    send("penalties", a_penalty(公示截止期="2026/12/01"))
    reachable(COMPANY)
    at("2026-12-02T00:05:00+08:00")
    expire.expire(date(2026, 12, 2))
    morning(at, date(2026, 12, 2))
    for kind in ("publicity ended", "record ended"):
        assert outcome(address_of(COMPANY), kind) == "told sent"


@pytest.mark.clause("NTG-2.5")
@pytest.mark.notice("serve notice", "notice untold")
def test_where_nobody_can_be_reached_the_provider_is_asked_to_serve_and_officers_know(
    send: Send, mail: Heard, at: Callable[[str], None]
) -> None:
    send("penalties", a_penalty())
    for to in (f"provider:{OFFICE}", "officers"):
        reachable(to)
    for days in (1, 2):
        morning(at, DAY + timedelta(days=days))
    assert outcome(address_of(COMPANY), "record entered") == "untold"
    assert outcome(f"provider:{OFFICE}", "serve notice") == outcome("officers", "notice untold") == "told sent"


@pytest.mark.settles("notice untold")
def test_once_all_is_served_officers_hear_no_more_of_it(send: Send, mail: Heard, at: Callable[[str], None]) -> None:
    send("penalties", a_penalty())
    remind.remind(DAY)
    ((to, place),) = kept.untold(10)
    assert kept.served(to, place)
    for days in (1, 2):
        morning(at, DAY + timedelta(days=days))
    assert heard("officers") == []


@pytest.mark.notice("notice uncertain")
@pytest.mark.settles("notice uncertain")
def test_officers_hear_of_a_statutory_message_that_nobody_knows_about_unless_it_turns_up(
    send: Send, mail: Heard, at: Callable[[str], None]
) -> None:
    send("penalties", a_penalty())
    reachable(COMPANY)
    reachable("officers")
    for place, (about, arrives) in enumerate((("r_1", False), ("r_2", True))):
        at(f"2026-11-2{2 + 2 * place}T08:00:00+08:00")
        to, day = address_of(COMPANY), clock.today()
        lost = Message(
            outbox.message_id(to, "record entered", about, day, "email"),
            to,
            "record entered",
            about,
            day,
            "email",
            "claimed",
            statutory=True,
        )
        outbox.put(lost, clock.now(), "claims", clock.now().isoformat(timespec="microseconds"))
        at(f"2026-11-2{2 + 2 * place}T08:20:00+08:00")
        deliver.deliver()
        assert lost.id in {one.id for one in desk_notices.overview().parts["uncertain"]}
        if arrives:
            outbox.note(lost.id, "delivered", clock.now())
        remind.remind(day)
        (notice,) = [one for one in kept.of("officers", 10)[0] if one.about == lost.id]
        assert notice.state == ("settled" if arrives else "told")


def test_a_notice_that_cannot_be_opened_holds_up_no_other_and_is_an_officers(send: Send, mail: Heard, at: Callable[[str], None]) -> None:
    send("penalties", a_penalty(当事人联系电话="13800000000"))
    reachable(COMPANY)
    us, provider = address_of(COMPANY), f"provider:{OFFICE}"
    for to in (provider, "officers"):
        reachable(to)
    notices.announce("objection decided", us, about="c_1", day=DAY)
    (damaged,) = [one for one in kept.of(us, 10)[0] if one.facts]
    key = {name: {"S": value} for name, value in zip(("pk", "sk"), kept.key(damaged), strict=True)}
    engine.client().update_item(
        TableName=settings.table("outbox"),
        Key=key,
        UpdateExpression="SET sealed = :sealed",
        ExpressionAttributeValues={":sealed": {"B": b"damaged" * 9}},
    )
    assert remind.remind(DAY) == Worked(due=2, done=1, failed=1)
    deliver.deliver()
    assert mail.titles == ["异议已处理"]
    assert outcome(us, "record entered") == "damaged"
    assert desk_notices.overview().untold == ((us, kept.key(damaged)[1]),)
    morning(at, DAY + timedelta(days=1))
    assert outcome("officers", "notice untold") == outcome(provider, "serve notice") == "told sent"
    assert kept.served(us, kept.key(damaged)[1])
    assert outcome(us, "record entered") == "served"
    assert desk_notices.overview().untold == ()
