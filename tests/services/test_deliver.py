"""What is due is told once: by the day's one message, claimed by one worker, in whatever way the world fails."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib import channels, clock, settings
from chalicelib.channels import Doubtful, Outgoing, Unsent
from chalicelib.records.identifiers import Identifier
from chalicelib.records.messages import Contact, Contacts, Message
from chalicelib.services.common.due_work import Worked
from chalicelib.services.delivery import deliver, remind
from chalicelib.services.scheduled import notice_queue
from chalicelib.services.telling import notices, reaching, sending
from chalicelib.storage import archive as archives
from chalicelib.storage import contacts, engine, outbox, queues
from chalicelib.storage import notices as kept
from tests.services.conftest import Send
from tests.services.faults import killed_at
from tests.services.rows import a_code, a_subject

DAY = date(2026, 11, 21)
NUMBER = Identifier("uscc", a_code())


class Fake:
    """A channel that does what it is told to; `sent` is what it took."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.error: Exception | None = None

    def send(self, message: Outgoing) -> str:
        if self.error:
            raise self.error
        self.sent.append(message)
        return f"id-{len(self.sent)}"


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> dict[str, Fake]:
    """Every channel, and two of them for text messages."""
    found = {name: Fake() for name in ("ses", "sns", "gateway")}
    monkeypatch.setattr(channels, "channel", lambda name: found[name])
    monkeypatch.setattr(queues, "send", lambda queue, body: None)
    monkeypatch.setenv("MINGXIN_PHONE_CHANNELS", "gateway,sns")
    monkeypatch.setenv("MINGXIN_SITE", "https://credit.example")
    monkeypatch.setattr(sending, "_watch", sending.Watch())
    return found


@pytest.fixture
def subject(send: Send, ways: dict[str, Fake]) -> str:
    """The address of a company that nobody has written to yet."""
    assert send("subjects", a_subject()).accepted == 1
    (subject_id,) = archives.subjects_of([NUMBER]).values()
    return f"s:{subject_id}"


def reachable(*, phone: str = "", email: str = "", number: Identifier = NUMBER, **wishes: object) -> None:
    facts = {"phone": Contact(phone, DAY) if phone else None, "email": Contact(email, DAY) if email else None}
    contacts.keep(number, Contacts(**facts, **wishes), "contact.verified", "p_1", clock.now())  # type: ignore[arg-type]


def told(subject: str, *kinds: str) -> None:
    for kind in kinds:
        assert notices.announce(kind, subject, about="c_1", day=DAY)


def states(subject: str) -> list[tuple[str, str]]:
    """Each notice's state and those of its messages, the kinds in order."""
    found = []
    for notice in sorted(kept.of(subject, 50)[0], key=lambda one: one.kind):
        sent = outbox.load(notice.messages).values()
        found.append((notice.state, " ".join(sorted(message.state for message in sent))))
    return found


@pytest.mark.clause("NT-32", "NT-33")
def test_several_notices_of_a_day_come_as_one_message_by_each_way(subject: str, ways: dict[str, Fake]) -> None:
    reachable(phone="+8613800000000", email="office@example.com")
    told(subject, "objection received", "objection decided", "appeal decided")
    assert remind.remind(DAY) == Worked(due=1, done=1)
    assert deliver.deliver() == Worked(due=2, done=2)
    ((text,), (letter,)) = ways["gateway"].sent, ways["ses"].sent
    assert (text.to, text.sender) == ("+8613800000000", "【信用南通】")
    assert text.text.startswith("异议已处理等3件事")
    assert all(title in letter.text and title in letter.html for title in ("收到异议", "异议已处理", "复核已有结果"))
    assert states(subject) == [("told", "sent sent")] * 3
    assert remind.remind(DAY).due == 0
    assert deliver.deliver().due == 0
    assert len(ways["gateway"].sent) == 1, "running it again sends nothing"


def test_what_comes_later_on_a_day_waits_for_the_next(subject: str, ways: dict[str, Fake], at: Callable[[str], None]) -> None:
    reachable(email="office@example.com")
    told(subject, "objection received")
    remind.remind(DAY)
    told(subject, "objection decided")
    remind.remind(DAY)
    deliver.deliver()
    assert len(ways["ses"].sent) == 1
    at("2026-11-22T09:00:00+08:00")
    remind.remind(DAY + timedelta(days=1))
    deliver.deliver()
    assert [letter.title for letter in ways["ses"].sent] == ["收到异议", "异议已处理"]


def test_days_of_outage_are_caught_up_in_one_message(subject: str, ways: dict[str, Fake], at: Callable[[str], None]) -> None:
    reachable(email="office@example.com")
    for days in range(3):
        assert notices.announce("objection verified", subject, about=f"c_{days}", day=DAY + timedelta(days=days))
    at("2026-11-25T09:00:00+08:00")
    assert remind.remind(date(2026, 11, 25)).lag == 4
    at("2026-11-27T09:00:00+08:00")
    assert deliver.deliver().lag == 2
    assert [letter.title for letter in ways["ses"].sent] == ["异议已核查等3件事"]


@pytest.mark.clause("NTG-2.5")
def test_who_cannot_be_reached_stands_among_the_untold_and_reads_it_on_the_page(subject: str, ways: dict[str, Fake]) -> None:
    told(subject, "objection decided")
    remind.remind(DAY)
    assert states(subject) == [("untold", "")]
    assert [one.to for one in kept.waiting(kept.UNTOLD, DAY, 10)] == [subject]


def test_what_need_not_be_sent_is_not_sent_to_who_wishes_none(subject: str, ways: dict[str, Fake]) -> None:
    reachable(email="office@example.com", notices=False)
    told(subject, "query made", "objection decided")
    remind.remind(DAY)
    deliver.deliver()
    assert states(subject) == [("told", "sent"), ("page only", "")]
    assert "查询" not in ways["ses"].sent[0].text
    assert not ways["ses"].sent[0].headers, "what the law orders cannot be unsubscribed"


def test_what_need_not_be_sent_can_be_ended_with_one_click(subject: str, ways: dict[str, Fake]) -> None:
    from chalicelib.services.telling import unsubscribing

    reachable(email="office@example.com")
    told(subject, "query made")
    remind.remind(DAY)
    deliver.deliver()
    (letter,) = ways["ses"].sent
    link = letter.headers["List-Unsubscribe"].strip("<>")
    assert letter.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in letter.text
    token = link.removeprefix("https://credit.example/unsubscribe/")
    assert not unsubscribing.unsubscribe(token[:-1] + "0")
    assert unsubscribing.unsubscribe(token)
    assert unsubscribing.unsubscribe(token), "twice is as good as once"
    assert not contacts.of(NUMBER).notices


def test_nobody_gets_a_text_message_in_the_night(subject: str, ways: dict[str, Fake], at: Callable[[str], None]) -> None:
    reachable(phone="+8613800000000")
    told(subject, "objection decided")
    at("2026-11-21T20:59:00+08:00")
    remind.remind(DAY)
    at("2026-11-21T21:00:00+08:00")
    deliver.deliver()
    assert not ways["gateway"].sent
    at("2026-11-22T07:59:00+08:00")
    deliver.deliver()
    assert not ways["gateway"].sent
    at("2026-11-22T08:00:01+08:00")
    deliver.deliver()
    assert len(ways["gateway"].sent) == 1


def test_when_one_gateway_fails_the_other_takes_the_message(subject: str, ways: dict[str, Fake]) -> None:
    reachable(phone="+8613800000000")
    told(subject, "objection decided")
    ways["gateway"].error = Unsent("HTTP 503", passing=True)
    remind.remind(DAY)
    deliver.deliver()
    assert [message.to for message in ways["sns"].sent] == ["+8613800000000"]


def test_a_channel_that_fails_three_times_rests(ways: dict[str, Fake], archive: None) -> None:
    ways["gateway"].error = Unsent("HTTP 503", passing=True)
    for _ in range(3):
        assert sending.hand_over("phone", Outgoing("+8613800000000", "", "演示", "【演示】")).provider == "sns"
    ways["gateway"].error = None
    assert sending.hand_over("phone", Outgoing("+8613800000000", "", "演示", "【演示】")).provider == "sns"
    assert not ways["gateway"].sent


def test_that_a_channel_rests_holds_in_every_process_and_ends(
    ways: dict[str, Fake], archive: None, monkeypatch: pytest.MonkeyPatch, at: Callable[[str], None]
) -> None:
    def hand_over_elsewhere() -> str | None:
        """As another process does, which has met nothing yet."""
        monkeypatch.setattr(sending, "_watch", sending.Watch())
        return sending.hand_over("phone", Outgoing("+8613800000000", "", "演示", "【演示】")).provider

    ways["gateway"].error = Unsent("HTTP 503", passing=True)
    assert [hand_over_elsewhere() for _ in range(2)] == ["sns"] * 2
    ways["gateway"].error = None
    assert hand_over_elsewhere() == "gateway", "two failures are not three"
    ways["gateway"].error = Unsent("HTTP 503", passing=True)
    assert [hand_over_elsewhere() for _ in range(3)] == ["sns"] * 3
    ways["gateway"].error = None
    assert hand_over_elsewhere() == "sns"
    at("2026-11-21T09:06:00+08:00")
    assert hand_over_elsewhere() == "gateway"


@pytest.mark.parametrize(("kind", "desk"), [("objection decided", True), ("query made", False)])
def test_a_lost_answer_is_uncertain_and_never_sent_again(subject: str, ways: dict[str, Fake], kind: str, desk: bool) -> None:
    reachable(phone="+8613800000000")
    told(subject, kind)
    ways["gateway"].error = Doubtful("ReadTimeoutError")
    remind.remind(DAY)
    deliver.deliver()
    ways["gateway"].error = None
    deliver.deliver()
    assert states(subject) == [("told", "uncertain")]
    assert not ways["gateway"].sent
    assert not ways["sns"].sent, "it may have gone already"
    assert bool(outbox.waiting("uncertain", "9", 10)) is desk


def test_what_nobody_takes_is_offered_again_later_and_then_an_officers(
    subject: str, ways: dict[str, Fake], at: Callable[[str], None]
) -> None:
    reachable(email="office@example.com")
    told(subject, "objection decided")
    ways["ses"].error = Unsent("Throttling", passing=True)
    remind.remind(DAY)
    for hours in range(deliver.TRIES):
        deliver.deliver()
        if hours == 0:
            assert deliver.deliver().due == 0, "not before its time"
        at(f"2026-11-{22 + hours}T09:00:00+08:00")
    assert states(subject) == [("told", "failed")]
    (one,) = outbox.load(outbox.waiting("failed", "9", 10)).values()
    assert (one.attempt, one.detail) == (deliver.TRIES, "Throttling")


def test_two_deliveries_at_once_send_each_message_once(subject: str, ways: dict[str, Fake]) -> None:
    reachable(email="office@example.com")
    ids = []
    for number in range(30):
        one = a_message(subject, f"c_{number}")
        assert outbox.put(one, clock.now(), "messages", clock.now().isoformat(timespec="microseconds"))
        ids.append(one.id)
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda _: deliver.deliver(), range(2)))
    assert sorted(message.reference for message in ways["ses"].sent) == sorted(ids)


def test_a_run_that_has_no_time_for_more_hands_the_rest_on_and_nothing_is_sent_twice(
    subject: str, ways: dict[str, Fake], monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib import jobs

    handed: list[str] = []
    monkeypatch.setattr(queues, "send", lambda queue, body: handed.append(body) if queue == "jobs" else None)
    monkeypatch.setattr(deliver, "WORKERS", 1)
    passed = iter([0.0, 0.0, 0.0, 0.0, 100.0])
    for number in range(deliver.TOGETHER + 5):
        outbox.put(a_message(subject, f"c_{number}"), clock.now(), "messages", clock.now().isoformat(timespec="microseconds"))
    reachable(email="office@example.com")
    running = type("Clock", (), {"monotonic": staticmethod(lambda: next(passed, 0.0))})
    for module in (deliver, notice_queue):
        monkeypatch.setattr(module, "time", running)
    first = jobs.deliver(jobs.TO_END + 50)
    assert (first["done"], len(ways["ses"].sent), len(handed)) == (deliver.TOGETHER, deliver.TOGETHER, 1)
    assert jobs.more(handed)["done"] == 5
    assert len({message.reference for message in ways["ses"].sent}) == len(ways["ses"].sent) == deliver.TOGETHER + 5


def test_reminders_are_handed_on_too(subject: str, ways: dict[str, Fake], monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib import jobs

    handed: list[str] = []
    monkeypatch.setattr(queues, "send", lambda queue, body: handed.append(body) if queue == "jobs" else None)
    monkeypatch.setattr(remind, "TOGETHER", 1)
    monkeypatch.setattr(remind, "WORKERS", 1)
    reachable(email="office@example.com")
    told(subject, "objection decided")
    notices.announce("case arrived", "officers", about="c_1", day=DAY)
    left = iter([0.0, 0.0, 100.0])
    monkeypatch.setattr(remind, "time", type("Clock", (), {"monotonic": staticmethod(lambda: next(left, 0.0))}))
    assert jobs.remind(jobs.TO_END + 50)["done"] == 1
    assert len(handed) == 1
    assert jobs.more(handed)["done"] == 1
    assert jobs.remind()["due"] == 0


def a_message(to: str, about: str, kind: str = "objection decided") -> Message:
    return Message(outbox.message_id(to, kind, about, DAY, "email"), to, kind, about, DAY, "email", statutory=True, covers=((kind, about),))


def test_a_kill_at_any_write_tells_once_or_says_that_nobody_knows(
    subject: str, ways: dict[str, Fake], at: Callable[[str], None], tmp_path_factory: pytest.TempPathFactory
) -> None:
    reachable(email="office@example.com")
    taken = tmp_path_factory.mktemp("sent") / "sent"
    taken.touch()

    class Remembers(Fake):
        def send(self, message: Outgoing) -> str:
            with taken.open("a") as file:
                file.write(message.reference + "\n")
            return "id"

    ways["ses"] = Remembers()
    for number in range(1, 20):
        for after in (False, True):
            day = DAY + timedelta(days=2 * number + after)
            at(f"{day.isoformat()}T09:00:00+08:00")
            taken.write_text("")
            about = f"c_{number}_{after}"
            assert notices.announce("objection decided", subject, about=about, day=day)

            def work(day: date = day) -> None:
                remind.remind(day)
                deliver.deliver()

            died = killed_at(number, work, after=after)
            at(f"{day.isoformat()}T10:00:00+08:00")
            work()
            (notice,) = [one for one in kept.of(subject, 50)[0] if one.about == about]
            (message,) = outbox.load(notice.messages).values()
            assert len(taken.read_text().splitlines()) == 1 if message.state == "sent" else message.state == "uncertain"
            assert len(taken.read_text().splitlines()) <= 1
        if not died:
            break
    assert 3 <= number < 19


def test_in_a_stage_on_trial_only_listed_addresses_receive(subject: str, ways: dict[str, Fake], monkeypatch: pytest.MonkeyPatch) -> None:
    reachable(email="office@example.com")
    monkeypatch.setenv("MINGXIN_STAGE", "dev")
    monkeypatch.setenv("MINGXIN_TRIAL", "someone@example.com, other@example.com")
    told(subject, "objection decided")
    remind.remind(DAY)
    deliver.deliver()
    assert states(subject) == [("told", "suppressed")]
    monkeypatch.setenv("MINGXIN_TRIAL", "office@example.com")
    assert sending.hand_over("email", Outgoing("office@example.com", "", "演示", "x@example.com")).state == "sent"


def test_no_channel_gets_more_a_second_than_it_takes(archive: None, ways: dict[str, Fake], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGXIN_SES_A_SECOND", "2")
    monkeypatch.setattr(sending, "PATIENCE", 1)
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 21, 1, 0, 0, 999_000, tzinfo=UTC))
    outcomes = [sending.hand_over("email", Outgoing("a@example.com", "", "演示", "x@example.com")).state for _ in range(3)]
    assert outcomes == ["sent", "sent", "again"]


def test_who_cannot_be_read_keeps_nobody_else_from_being_told(subject: str, ways: dict[str, Fake]) -> None:
    reachable(email="office@example.com")
    for office, kind in (("officers", "receiver to tell"), ("supervisors", "appeal received")):
        reachable(email=f"{office}@example.com", number=reaching.office(office))
        assert notices.announce(kind, office, about="c_1", day=DAY)
    told(subject, "objection decided")
    assert remind.remind(DAY).done == 3
    damage(reaching.office("officers"))
    waits = deliver.deliver()
    assert (waits.done, waits.failed) == (2, 1)
    assert sorted(letter.to for letter in ways["ses"].sent) == ["office@example.com", "supervisors@example.com"]
    assert notices.announce("appeal decided", subject, about="c_1", day=DAY + timedelta(days=1))
    assert notices.announce("receiver to tell", "officers", about="c_2", day=DAY + timedelta(days=1))
    later = remind.remind(DAY + timedelta(days=1))
    assert (later.done, later.failed) == (1, 1)


def damage(number: Identifier) -> None:
    """What is kept of how somebody is reached cannot be opened any more."""
    engine.client().update_item(
        TableName=settings.table("archive"),
        Key={"pk": {"S": contacts.place(number)}, "sk": {"S": "-"}},
        UpdateExpression="SET sealed = :sealed",
        ConditionExpression="attribute_exists(sealed)",
        ExpressionAttributeValues={":sealed": {"B": b"damaged" * 9}},
    )


def test_nobody_is_named_in_the_outbox(subject: str, ways: dict[str, Fake]) -> None:
    reachable(phone="+8613800000000", email="office@example.com")
    told(subject, "objection decided")
    remind.remind(DAY)
    deliver.deliver()
    items = str(engine.client().scan(TableName="mingxin-outbox")["Items"])
    assert not any(word in items for word in ("13800000000", "office@example.com", NUMBER.number))
