"""Each function's role allows what the function does in production: nothing is missing, nothing is more."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import boto3
import pytest

from chalicelib import settings
from chalicelib.services.common import due_work
from chalicelib.services.identity import api_keys
from chalicelib.services.remedies import recalls, what_follows
from chalicelib.storage import due, engine, exports, keys, names_apart, publishing, roots, submissions
from chalicelib.storage.changes import Changes
from local import resources
from tests.infra import scenarios
from tests.infra.functions import HANDLERS, Function, asked, queued
from tests.infra.rights import POLICIES, allowed, by_the_platform, needed
from tests.people.conftest import ORGANISATION
from tests.services.rows import OFFICE, a_code, a_subject, a_warning

WHEN_ALL_HAS_ENDED = "2028-11-21T09:00:00+08:00"
WHEN_ALL_IS_FORGOTTEN = "2048-11-21T09:00:00+08:00"
Start = Callable[..., Function]


@pytest.fixture
def key(cloud: dict[str, str], tables: str, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """Makes a key that submits for the office, with the master key that the functions have."""
    at("2026-11-21T09:00:00+08:00")
    for name, value in cloud.items():
        monkeypatch.setenv(name, value)
    keys.keyring.cache_clear()
    publishing._marked.clear()
    yield lambda: api_keys.create("示例系统", (f"submit:{OFFICE}",))[1]
    keys.keyring.cache_clear()


@contextlib.contextmanager
def no_trail() -> Iterator[None]:
    """A while in which the table of the trail is not there."""
    boto3.client("dynamodb").delete_table(TableName=os.environ["MINGXIN_TABLES"] + "trail")
    try:
        yield
    finally:
        resources.create(os.environ["MINGXIN_TABLES"], queues=False)


def assert_exactly(name: str, *functions: Function) -> None:
    own = allowed(name) - by_the_platform(name)
    used = {right for function in functions for right in needed(function.calls, os.environ["MINGXIN_TABLES"])}
    assert sorted(used - own) == [], f"missing in policy-{name}.json"
    assert sorted(own - used) == [], f"allowed in policy-{name}.json and never used"


def test_members_may_do_exactly_what_pages_and_interfaces_need(
    start: Start, key: Callable[[], str], issuers: dict[str, str], beside: Callable[[str], Path], cloud: dict[str, str]
) -> None:
    members = start("members", **issuers)
    assert scenarios.send(members, api_keys.new_secret(), "subjects", a_subject()).status == 401  # it makes the root secret
    secret = key()
    scenarios.submit(members, secret)
    scenarios.submit_much(members, secret)
    scenarios.ask(members, api_keys.create("示例系统", ("shared:read", "review", "compare"))[1])
    organisation = a_subject(主体名称="演示云杉建材有限公司", 统一社会信用代码=ORGANISATION, 法定代表人="李演二")
    assert scenarios.send(members, secret, "subjects", organisation).json["accepted"] == 1
    scenarios.use_pages(members)
    scenarios.use_desk(members)
    scenarios.clear_dead_letters(members, boto3.client("sqs", endpoint_url=cloud["AWS_ENDPOINT_URL"]))
    scenarios.object_to(members, secret)
    scenarios.leave_a_list(members, secret)
    scenarios.merge_two(members, secret)
    folder, subject = beside(scenarios.REPORTS), scenarios.subject_of(a_code())
    asks, links = start("members", "probe.asks", folder), start("members", "probe.links", folder)
    number = asks.call({"subject": subject}).answer
    start("reports").call(queued(number))
    link = links.call({"subject": subject, "number": number}).answer
    assert link.startswith("/members/files/")
    assert members.call(asked(scenarios.MEMBERS, link)).status == 200
    with no_trail():  # a request that fails may come again
        assert scenarios.send(members, secret, "warnings", a_warning(), **{"Idempotency-Key": "failed"}).status == 503
    later = start("members", MINGXIN_NOW=WHEN_ALL_HAS_ENDED)
    assert scenarios.send(later, secret, "subjects", a_subject(主体名称="示例丙食品有限公司", 变更日期="2028/11/01")).json["accepted"] == 1
    assert_exactly("members", members, later, asks, links)


def counted(counts: dict[str, int]) -> tuple[int, int, int]:
    """Due, done and failed of a job's run."""
    return counts["due"], counts["done"], counts["failed"]


def test_what_ends_records_may_do_exactly_that_and_hand_on_what_it_has_no_time_for(
    start: Start, key: Callable[[], str], issuers: dict[str, str]
) -> None:
    members, secret = start("members", **issuers), key()
    scenarios.submit(members, secret)
    organisation = a_subject(主体名称="演示云杉建材有限公司", 统一社会信用代码=ORGANISATION, 法定代表人="李演二")
    assert scenarios.send(members, secret, "subjects", organisation).json["accepted"] == 1
    scenarios.use_desk(members)
    scenarios.object_to(members, secret)
    scenarios.leave_a_list(members, secret)
    scenarios.submit_much(members, secret)
    scenarios.submit_what_ends(members, secret)
    told = start("more", MINGXIN_NOW="2026-11-21T10:00:00+08:00", MINGXIN_SES_A_SECOND="100")
    scenarios.to_be_told()
    for job in ("remind", "deliver"):
        handed = {"job": job, "day": "2026-11-21", "place": due_work.AGAIN}
        assert told.call(queued(json.dumps(handed), queue="mingxin-jobs")).answer["failed"] == 0
    expire, more = start("expire", MINGXIN_NOW=WHEN_ALL_HAS_ENDED), start("more", MINGXIN_NOW=WHEN_ALL_HAS_ENDED)
    assert counted(scenarios.tick(expire, "expire")) == (100, 100, 0)
    handed = {"job": "expire", "day": WHEN_ALL_HAS_ENDED[:10], "place": ""}
    assert counted(more.call(queued(json.dumps(handed), queue="mingxin-jobs")).answer) == (100, 100, 0)
    assert more.call(queued(json.dumps(handed), queue="mingxin-jobs")).answer["failed"] == 0
    assert_exactly("expire", expire)
    while more.call(queued(json.dumps(handed), queue="mingxin-jobs")).answer["due"]:
        pass
    forget = start("forget", MINGXIN_NOW=WHEN_ALL_IS_FORGOTTEN)
    papers, cases = 2, 2
    assert counted(scenarios.tick(forget, "forget")) == (100 + papers + cases, 100 + papers + cases, 0)
    handed = {"job": "forget", "day": WHEN_ALL_IS_FORGOTTEN[:10], "place": ""}
    assert more.call(queued(json.dumps(handed), queue="mingxin-jobs")).answer["failed"] == 0
    assert_exactly("more", more, told)
    assert_exactly("forget", forget)


def test_what_signs_roots_may_read_the_trail_and_put_roots_for_good(start: Start, key: Callable[[], str]) -> None:
    scenarios.submit(start("members"), key())
    root = start("root")
    assert scenarios.tick(root, "root")["done"] == 1
    table = settings.table("publication")
    for item in engine.query(table, roots.ROOTS):  # as after a run that was cut off between keeping a root and publishing it
        engine.client().delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})
    assert scenarios.tick(root, "root")["failed"] == 0
    assert list(engine.query(table, roots.ROOTS))
    assert_exactly("root", root)


def test_what_takes_batches_back_may_do_exactly_that(start: Start, key: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    scenarios.submit(start("members"), key())
    batch = next(one for one in submissions.batches_of_provider(OFFICE, limit=20) if one.kind == "penalties" and one.accepted)
    recalls.propose(batch.id, "示例理由", by="p_one", offices=(OFFICE,))
    monkeypatch.setattr(recalls, "AT_ONCE", 0)
    recalls.confirm(batch.id, by="p_two", offices=(OFFICE,), officer=False)
    recall = start("recall")
    assert counted(scenarios.tick(recall, "recall")) == (1, 1, 0)
    assert_exactly("recall", recall)


def test_the_bulletin_may_do_exactly_what_counting_needs(start: Start, key: Callable[[], str]) -> None:
    scenarios.submit(start("members"), key())
    bulletin = start("bulletin", MINGXIN_NOW="2027-02-01T09:00:00+08:00")
    assert counted(scenarios.tick(bulletin, "bulletin")) == (2, 2, 0)
    assert_exactly("bulletin", bulletin)


def test_what_exports_may_do_exactly_that(start: Start, key: Callable[[], str]) -> None:
    exports.note(date(2026, 11, 20), "2026-11-20T09:00:00.000000+00:00")
    scenarios.submit(start("members"), key())
    export = start("export")
    assert counted(scenarios.tick(export, "export")) == (1, 1, 0)
    assert_exactly("export", export)


def test_what_looks_at_new_records_and_at_what_follows_from_changes_may_do_exactly_that(
    start: Start, key: Callable[[], str], beside: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    members, secret = start("members"), key()
    scenarios.submit_to_follow(members, secret)
    asks = start("members", "probe.asks", beside(scenarios.REPORTS))
    start("reports").call(queued(asks.call({"subject": scenarios.subject_of(a_code())}).answer))
    with monkeypatch.context() as crash:
        crash.setattr(what_follows, "settle", lambda _: None)
        scenarios.purge_one(a_code())
    follow = start("follow", MINGXIN_NOW="2026-11-21T10:00:00+08:00")
    found = counted(scenarios.tick(follow, "follow"))
    assert (found[0] > 3, found[2]) == (True, 0)
    assert_exactly("follow", follow)


@pytest.mark.parametrize("name", ["reports", "overdue"])
def test_what_makes_reports_may_do_exactly_that(start: Start, key: Callable[[], str], beside: Callable[[str], Path], name: str) -> None:
    scenarios.submit(start("members"), key())
    asks = start("members", "probe.asks", beside(scenarios.REPORTS))
    number = asks.call({"subject": scenarios.subject_of(a_code())}).answer
    make = start(name)
    counts = make.call(queued(number)).answer if name == "reports" else scenarios.tick(make, name)
    assert counts == {"due": 1, "done": 1, "failed": 0}
    assert_exactly(name, make)


def test_the_job_may_do_exactly_what_publishing_needs(start: Start, key: Callable[[], str]) -> None:
    members, publish = start("members"), start("publish", MINGXIN_NOW=WHEN_ALL_HAS_ENDED)
    secret = key()
    scenarios.submit(members, secret)
    scenarios.submit_much(members, secret)
    assert counted(scenarios.tick(publish, "publish")) == (0, 0, 0)
    leave_behind(a_code())
    assert counted(scenarios.tick(publish, "publish")) == (1, 1, 0)
    leave_names(a_code())
    for _ in ("brought", "found right"):
        assert counted(scenarios.tick(publish, "publish")) == (0, 0, 0)
    assert names_apart.left() == []
    assert_exactly("publish", publish)


def test_the_hourly_count_may_do_exactly_what_counting_needs(start: Start, key: Callable[[], str]) -> None:
    scenarios.submit(start("members"), key())
    count = start("count")
    assert scenarios.tick(count, "count")["entries"] > 0
    assert_exactly("count", count)


def test_the_canary_may_do_nothing_with_our_data() -> None:
    assert allowed("canary") - by_the_platform("canary") == set()


def test_the_trail_can_only_be_put_to() -> None:
    rights = {name: {action for action, resource in allowed(name) if resource == "Trail"} for name in HANDLERS}
    reading = {name: {"dynamodb:PutItem", "dynamodb:Query"} for name in ("bulletin", "export")}  # what was used and changed on a day
    put_only = {name: {"dynamodb:PutItem"} for name in PUTTING}
    assert {name: actions for name, actions in rights.items() if actions} == put_only | reading | {"root": {"dynamodb:Query"}}


PUTTING = ("members", "expire", "follow", "forget", "more", "recall", "bulletin", "export")
"""The functions that change something, each with its entry in the trail."""


def test_every_deployed_function_has_a_policy_of_its_own() -> None:
    assert {path.name for path in POLICIES.glob("policy-*.json")} == {f"policy-{name}.json" for name in HANDLERS}


def test_no_policy_names_a_star_but_for_the_files_of_one_folder() -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in POLICIES.glob("policy-*.json")}
    without = {name: re.sub(r'"\$\{(Files|Roots)Arn\}/[a-z]+/\*"', "", text) for name, text in texts.items()}
    to_anybody = r'"(sns:Publish|ses:SendEmail)"\s*\],\s*"Resource": \[\s*"\*"'  # a phone number is no resource
    assert [name for name, text in without.items() if "*" in re.sub(to_anybody, "", text)] == []


def leave_behind(code: str) -> None:
    """As a submission leaves a subject that ends before it publishes: something public changed, and nobody has shown it yet."""
    head = {"pk": {"S": "S#" + scenarios.subject_of(code)}, "sk": {"S": "HEAD"}}
    boto3.client("dynamodb").update_item(
        TableName=os.environ["MINGXIN_TABLES"] + "archive",
        Key=head,
        UpdateExpression="SET version = version + :one, due_shard = :shard, next_due = :day",
        ExpressionAttributeValues={":one": {"N": "1"}, ":shard": {"S": f"{due.PUBLISH}#0"}, ":day": {"S": "2026-11-21"}},
    )


def leave_names(code: str) -> None:
    """As a submission leaves names that it was cut off from sending, the day before."""
    publication = {"TableName": os.environ["MINGXIN_TABLES"] + "publication"}
    for item in boto3.client("dynamodb").scan(**publication)["Items"]:
        if item["pk"]["S"].startswith("NAME#"):
            boto3.client("dynamodb").delete_item(**publication, Key={"pk": item["pk"], "sk": item["sk"]})
    changes = Changes()
    names_apart.announce(changes, [scenarios.subject_of(code)], datetime(2026, 11, 20, tzinfo=UTC))
    changes.commit()


def test_public_may_do_exactly_what_look_ups_need(start: Start, key: Callable[[], str]) -> None:
    scenarios.submit(start("members"), key())
    scenarios.tick(start("publish"), "publish")
    public = start("public")
    scenarios.visit(public)
    assert_exactly("public", public)
    assert {resource for _, resource in allowed("public") - by_the_platform("public")} == {"Publication", "Publication/index/latest"}
