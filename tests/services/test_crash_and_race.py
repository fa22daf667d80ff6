"""A submission that is cut off at any write, or that meets another on the same subjects, ends in the same state."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

from chalicelib import settings
from chalicelib.services import intake, look_up, publicity, publish
from chalicelib.storage import engine as engines
from chalicelib.storage import keys, publishing, raw_items
from tests.services.conftest import Send
from tests.services.rows import CODE, OFFICE, PARTY, a_code, a_licence, a_penalty, a_person_number, a_subject

WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")
DAY = date(2026, 11, 21)
DIRECTOR = a_person_number("19700101")


def _rows() -> list[dict[str, str]]:
    severe = {"备注": "失信程度：严重", "公示截止期": "2029/02/25", "责任人员": f"李示例/{DIRECTOR}/主要负责人"}
    return [
        a_penalty(),
        a_penalty(行政处罚决定书文号="示罚〔2026〕2号", 处罚决定日期="2026/02/25", **severe),
        a_penalty(行政处罚决定书文号="示罚〔2026〕3号", 处罚决定日期="2026/02/24", **{CODE: a_code(2), PARTY: "示例乙有限公司"}),
        a_penalty(行政处罚决定书文号="示罚〔2026〕4号", 处罚决定日期="2026/13/01"),
    ]


def _file(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(column for row in rows for column in row)))
        writer.writeheader()
        writer.writerows(rows)
    return path


def _public() -> Any:
    """Everything that readers get; ids of records hang on random ids of subjects, so they are left out."""
    found = [look_up.organisation(a_code(number), day=DAY) for number in (1, 2)]
    feed = publicity.announced("penalties", day=DAY, limit=100)["items"]
    text = json.dumps([found, [{**item, "id": ""} for item in feed]], ensure_ascii=False, sort_keys=True)
    for organisation in filter(None, found):
        for record in organisation["records"]:
            text = text.replace(record["id"], "r_")
    return text


def _archive() -> list[str]:
    """What the archive and the trail hold, by kind and action; ids are random."""
    kinds = [item["type"]["S"] for item in _items("archive")]
    actions = [action for entry in _items("trail") for action, _, _ in raw_items.acts_of(entry)]
    return sorted(kind for kind in (*kinds, *actions) if kind not in ("batch", "refused_row", "key", "batch_of_month"))


def _items(table: str) -> list[dict[str, Any]]:
    return list(engines.client().scan(TableName=settings.table(table))["Items"])


def _killed_at(number: int, path: Path, *, after: bool) -> bool:
    """Import in a forked process that dies at its write of that number, before or after it; whether it came so far."""
    child = os.fork()
    if child == 0:  # pragma: no cover - the child never comes back
        writes = 0

        def count(model: Any, **_: Any) -> None:
            nonlocal writes
            writes += model.name in WRITES
            if writes == number and model.name in WRITES:
                os._exit(9)

        engines.client.cache_clear()  # connections are not shared with the parent
        engines.client().meta.events.register("after-call.dynamodb" if after else "before-call.dynamodb", count)
        try:
            intake.import_file("penalties", path, provider=OFFICE)
        except BaseException as error:  # noqa: BLE001 - the child must end here
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            os._exit(3)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in (0, 9)
    return os.waitstatus_to_exitcode(status) == 9


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("after", [False, True], ids=["before the write", "after the write"])
def test_a_submission_killed_at_any_write_and_sent_again_ends_as_if_nothing_had_happened(
    send: Send, empty_tables: Callable[[], None], tmp_path: Path, after: bool
) -> None:
    send("subjects", a_subject())
    send("penalties", *_rows())
    public, archive = _public(), _archive()
    path = _file(tmp_path / "killed.csv", _rows())
    number = 0
    while True:
        number += 1
        empty_tables()
        keys.keyring.cache_clear()
        publishing._marked.clear()
        send("subjects", a_subject())
        killed = _killed_at(number, path, after=after)
        outcome = intake.import_file("penalties", path, provider=OFFICE)
        assert outcome.accepted + outcome.duplicate == 3
        assert (_public(), _archive()) == (public, archive), f"killed at write {number}"
        if not killed:
            break
    assert number >= 4


def _failing(code: str, every: int) -> Callable[..., None]:
    """A hook that makes every so-many-th transaction fail as AWS would."""
    seen = 0

    def fail(model: Any, **_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen % every == 0:
            response: Any = {"Error": {"Code": code, "Message": ""}, "CancellationReasons": [{"Code": "TransactionConflict"}]}
            raise engines.client().exceptions.from_code(code)(response, model.name)

    return fail


@pytest.mark.parametrize("every", [1000, 2, 3])
def test_transactions_that_aws_cancels_for_conflicts_lose_nothing(send: Send, every: int) -> None:
    events = engines.client().meta.events
    fail = _failing("TransactionCanceledException", every)
    events.register("before-call.dynamodb.TransactWriteItems", fail)
    try:
        outcome = send("penalties", *(a_penalty(行政处罚决定书文号=f"示罚〔2026〕{n}号") for n in range(40)))
    finally:
        events.unregister("before-call.dynamodb.TransactWriteItems", fail)
    assert (outcome.accepted, outcome.refused) == (40, ())
    while publish.pending()["due"]:
        pass
    found = look_up.organisation(a_code(), day=DAY)
    assert found is not None
    assert len(found["records"]) == 40


def test_two_submissions_on_the_same_subjects_in_two_processes_lose_nothing_and_show_everything(send: Send, tmp_path: Path) -> None:
    send("subjects", *(a_subject(统一社会信用代码=a_code(number), 主体名称=f"示例{number}号有限公司") for number in range(1, 6)))
    rounds = 8

    def party(number: int) -> dict[str, str]:
        return {CODE: a_code(number % 5 + 1), PARTY: f"示例{number % 5 + 1}号有限公司"}

    files = [
        _file(tmp_path / "l.csv", [a_licence(行政许可决定文书号=f"示许〔2026〕{n}号", **party(n)) for n in range(rounds * 5)]),
        _file(tmp_path / "p.csv", [a_penalty(行政处罚决定书文号=f"示罚〔2026〕{n}号", **party(n)) for n in range(rounds * 5)]),
    ]
    children = []
    for kind, path in zip(("licences", "penalties"), files, strict=True):
        child = os.fork()
        if child == 0:  # pragma: no cover - the child never comes back
            engines.client.cache_clear()
            try:
                outcome = intake.import_file(kind, path, provider=OFFICE)
                os._exit(0 if outcome.accepted == rounds * 5 else 4)
            except BaseException as error:  # noqa: BLE001 - the child must end here
                sys.stderr.write(f"{type(error).__name__}: {error}\n")
                os._exit(3)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]
    while publish.pending()["due"]:
        pass
    for number in range(1, 6):
        found = look_up.organisation(a_code(number), day=DAY)
        assert found is not None
        assert len(found["records"]) == rounds * 2
    assert len(publicity.announced("licences", day=DAY, limit=100)["items"]) == rounds * 5


def test_an_error_that_is_no_conflict_is_not_swallowed(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(writes: Any) -> bool:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": ""}}, "TransactWriteItems")

    monkeypatch.setattr(engines, "write_together", broken)
    with pytest.raises(ClientError):
        send("penalties", a_penalty())


def test_throttled_requests_are_tried_again_and_lose_nothing(send: Send) -> None:
    seen = 0

    def throttle(request: Any, **_: Any) -> AWSResponse | None:
        nonlocal seen
        seen += 1
        if seen % 4:
            return None
        body = b'{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"slow down"}'
        return AWSResponse(request.url, 400, {"content-type": "application/x-amz-json-1.0"}, _Raw(body))

    events = engines.client().meta.events
    events.register("before-send.dynamodb", throttle)
    try:
        outcome = send("penalties", *(a_penalty(行政处罚决定书文号=f"示罚〔2026〕{n}号") for n in range(20)))
    finally:
        events.unregister("before-send.dynamodb", throttle)
    assert seen >= 4
    assert (outcome.accepted, outcome.refused) == (20, ())
    found = look_up.organisation(a_code(), day=DAY)
    assert found is not None
    assert len(found["records"]) == 20


class _Raw(io.BytesIO):
    """The raw body of an answer, as the HTTP library hands it on."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.read()


def test_keys_that_the_engine_had_no_room_for_are_asked_again(send: Send) -> None:
    send("penalties", *(a_penalty(行政处罚决定书文号=f"示罚〔2026〕{n}号") for n in range(10)))
    held_back = 0

    def hold_back(parsed: dict[str, Any], **_: Any) -> None:
        nonlocal held_back
        for table, items in parsed["Responses"].items():
            if len(items) > 1:  # one item in each answer stays behind, as when an answer grows too large
                last = items.pop()
                held_back += 1
                parsed["UnprocessedKeys"] = {table: {"Keys": [{"pk": last["pk"], "sk": last["sk"]}], "ConsistentRead": True}}

    events = engines.client().meta.events
    events.register("after-call.dynamodb.BatchGetItem", hold_back)
    try:
        keys_of_all = [(item["pk"]["S"], item["sk"]["S"]) for item in _items("archive")]
        found = [(item["pk"]["S"], item["sk"]["S"]) for item in engines.batch_get(settings.table("archive"), keys_of_all)]
    finally:
        events.unregister("after-call.dynamodb.BatchGetItem", hold_back)
    assert held_back > 0
    assert sorted(found) == sorted(keys_of_all)
