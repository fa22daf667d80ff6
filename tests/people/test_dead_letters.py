"""Officers see what no queue could get done, give it to its function once more, or put it away."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator

import boto3
import pytest
from chalice import Chalice
from moto import mock_aws

from chalicelib import clock, settings
from chalicelib.services.scheduled import dead_letters, job_runs
from chalicelib.storage import engine, queues
from local import resources, worker
from tests.people.browser import Browser, said
from tests.people.desk import at_desk

HERE = "/desk/jobs/failed"
TRIES = 5


@pytest.fixture
def sqs(archive: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The queues of the window, at a stand-in inside this process; tables stay where they are."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", "https://sqs.us-east-1.amazonaws.com")
    monkeypatch.setenv("MOTO_ALLOW_NONEXISTENT_REGION", "true")
    with mock_aws(config={"core": {"mock_credentials": False, "passthrough": {"services": ["dynamodb"]}}}):  # type: ignore[typeddict-item]
        resources.create(os.environ["MINGXIN_TABLES"])
        queues._client.cache_clear()
        queues._address.cache_clear()
        yield
    queues._client.cache_clear()
    queues._address.cache_clear()


def fail(monkeypatch: pytest.MonkeyPatch, queue: str, body: str) -> None:
    """A message that its function could not work off, as often as a queue offers it."""

    def breaks(_: object) -> None:
        raise OSError("down")

    monkeypatch.setitem(worker.QUEUES, queue, breaks)  # type: ignore[misc]
    queues.send(queue, body)
    client = boto3.client("sqs")
    address = client.get_queue_url(QueueName=settings.tables() + queue)["QueueUrl"]
    client.set_queue_attributes(QueueUrl=address, Attributes={"VisibilityTimeout": "0"})
    for _ in range(TRIES):
        with pytest.raises(OSError, match="down"):
            worker.take(client, settings.tables(), queue, wait=0)
    assert worker.take(client, settings.tables(), queue, wait=0) == 0


def waiting(queue: str) -> list[str]:
    """What lies in a queue."""
    return [one.body for one in queues.held(queue, 100)]


def acts(action: str) -> list[str]:
    """About what an act stands in today's trail."""
    entries = [json.loads(item["acts"]["S"]) for item in engine.query(settings.table("trail"), f"{clock.now():%Y-%m-%d}#0")]
    return [about for entry in entries for done, _, about, _ in entry if done == action]


def step(browser: Browser, what: str, queue: str, *ids: str) -> int:
    """The status of one step at the desk."""
    browser.get(HERE)
    return browser.post(HERE, {"do": what, "queue": queue, "which": ",".join(ids)}).status


def test_a_message_that_failed_five_times_is_seen_and_given_to_its_function_once_more(
    sqs: None, members: Chalice, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(monkeypatch, "notices", "consent:演示-1")
    officer, supervisor = at_desk(members, "officer-yi", HERE), at_desk(members, "supervisor", HERE)
    page = " ".join(said(supervisor.get(HERE)).split())
    assert "通知 1" in page
    assert "请本人决定是否同意查询 演示-1" in page
    (letter,) = dead_letters.overview()["notices"] or ()
    assert step(supervisor, "again", "notices", letter.id) == 303
    assert waiting("notices") == ["consent:演示-1"]
    assert waiting("notices-failed") == []
    assert acts("dead_letter.again") == [letter.id]
    assert officer.post(HERE, {"do": "again", "queue": "notices", "which": letter.id}).status == 422, "somebody was first"
    assert waiting("notices") == ["consent:演示-1"]


def test_what_is_not_dealt_with_stays_where_it_is_and_what_is_put_away_does_not_come_back(sqs: None, members: Chalice) -> None:
    for number in ("演示-1", "演示-2"):
        queues.send("reports-failed", number)
    first, second = dead_letters.overview()["reports"] or ()
    officer = at_desk(members, "officer-yi", HERE)
    assert step(officer, "away", "reports", first.id) == 303
    assert [one.id for one in dead_letters.overview()["reports"] or ()] == [second.id]
    assert (waiting("reports"), acts("dead_letter.away")) == ([], [first.id])
    queues.send("reports-failed", "演示-3")
    all_of_them = [one.id for one in dead_letters.overview()["reports"] or ()]
    assert step(officer, "again", "reports", *all_of_them) == 303
    assert sorted(waiting("reports")) == ["演示-2", "演示-3"]


def test_a_call_of_a_schedule_is_done_once_more_where_a_queue_goes_on_with_its_job(sqs: None, at: Callable[[str], None]) -> None:
    at("2026-11-25T09:00:00+08:00")
    for rule in ("mingxin-members-ExpireExpireEvent-1ABC", "mingxin-members-PublishPublishEvent-2DEF"):
        queues.send("jobs-failed", json.dumps({"resources": [f"arn:aws-cn:events:cn-north-1:123456789012:rule/{rule}"]}))
    queues.send("jobs-failed", job_runs.message("remind", clock.today(), "[0, 3]"))
    found = {(one.what, one.about): one.again for one in dead_letters.overview()["jobs"] or ()}
    assert found.keys() == {("call", "expire"), ("call", "publish"), ("job", "remind")}
    assert job_runs.handed(found["call", "expire"]) == job_runs.Handed("expire", clock.today(), "")
    assert found["call", "publish"] == "", "its next run does it all"
    assert job_runs.handed(found["job", "remind"]).place == "[0, 3]"


def test_a_step_that_breaks_off_leaves_the_message_where_it_was(sqs: None, members: Chalice, monkeypatch: pytest.MonkeyPatch) -> None:
    queues.send("reports-failed", "演示-1")
    (letter,) = dead_letters.overview()["reports"] or ()
    officer = at_desk(members, "officer-yi", HERE)
    monkeypatch.setattr(dead_letters, "_HIDDEN_SECONDS", 0)
    with monkeypatch.context() as crash:
        crash.setattr(queues, "take_out", lambda *_: (_ for _ in ()).throw(OSError("down")))
        assert step(officer, "again", "reports", letter.id) == 500
    assert step(officer, "again", "reports", letter.id) == 303
    assert waiting("reports-failed") == []
    assert acts("dead_letter.again") == [letter.id] * 2
