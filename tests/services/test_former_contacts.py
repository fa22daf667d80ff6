"""A contact by which its owner is reached no more is told so: once, not in the night, and then nobody keeps it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib import channels, settings
from chalicelib.channels import Unsent
from chalicelib.records.identifiers import Identifier
from chalicelib.services.delivery import deliver, messages
from chalicelib.storage import engine, outbox, queues
from tests.services.test_deliver import Fake

OWNER, OLD = Identifier("resident_id", "320602199001010016"), "+8613800000001"


@pytest.fixture
def gateway(archive: None, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """The one channel for text messages; the job alone delivers."""
    found = Fake()
    monkeypatch.setattr(channels, "channel", lambda name: found)
    monkeypatch.setattr(queues, "send", lambda queue, body: None)
    return found


def items() -> list[dict[str, object]]:
    found: list[dict[str, object]] = engine.client().scan(TableName=settings.table("outbox"))["Items"]
    return found


def test_in_the_night_a_former_phone_is_told_in_the_morning_and_then_forgotten(gateway: Fake, at: Callable[[str], None]) -> None:
    at("2026-11-21T21:00:00+08:00")
    messages.tell_former(OWNER, "phone", OLD, language="zh")
    deliver.deliver()
    assert not gateway.sent
    (kept,) = items()
    assert "sealed" in kept
    assert OLD not in str(kept)
    at("2026-11-22T08:00:01+08:00")
    deliver.deliver()
    deliver.deliver()
    (said,) = gateway.sent
    assert (said.to, said.sender) == (OLD, "【信用南通】")
    assert said.text.startswith("在信用信息平台登记的联系方式已改为别的或删除")
    (told,) = items()
    assert told["state"] == {"S": "sent"}
    assert not {"sealed", "data_key"} & set(told)


def test_a_former_phone_is_told_by_day_at_once_in_its_owners_language(gateway: Fake) -> None:
    messages.tell_former(OWNER, "phone", OLD, language="en")
    deliver.deliver()
    assert [said.text.partition(".")[0] for said in gateway.sent] == ["Messages of the credit window no longer come here"]


def test_a_former_phone_is_told_again_later_when_nobody_takes_it_for_now(gateway: Fake, at: Callable[[str], None]) -> None:
    gateway.error = Unsent("HTTP 429", passing=True)
    messages.tell_former(OWNER, "phone", OLD, language="zh")
    deliver.deliver()
    gateway.error = None
    at("2026-11-21T09:02:00+08:00")
    deliver.deliver()
    assert [said.to for said in gateway.sent] == [OLD]


def test_a_code_goes_in_the_night(gateway: Fake, at: Callable[[str], None]) -> None:
    at("2026-11-21T23:00:00+08:00")
    assert messages.send("contact code", "contacts", OWNER, "phone", OLD, code="123456", minutes=10)
    assert len(gateway.sent) == 1


def test_a_former_phone_whose_message_is_damaged_is_not_told_and_stops_nothing(gateway: Fake) -> None:
    for _ in range(2):
        messages.tell_former(OWNER, "phone", OLD, language="zh")
    first, _ = outbox.waiting("messages", "9", 10)
    engine.client().update_item(
        TableName=settings.table("outbox"),
        Key={"pk": {"S": "MESSAGE#" + first}, "sk": {"S": "-"}},
        UpdateExpression="SET sealed = :sealed",
        ExpressionAttributeValues={":sealed": {"B": b"damaged" * 9}},
    )
    deliver.deliver()
    assert len(gateway.sent) == 1
    assert outbox.load([first])[first].detail == "no contact"
