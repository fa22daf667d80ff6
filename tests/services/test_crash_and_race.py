"""A submission that is cut off at any write, or that meets another on the same subjects under faults, ends in the same state."""

from __future__ import annotations

import csv
import json
import multiprocessing
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.retries import standard

from app import create_app
from chalicelib import settings
from chalicelib.services.publication import look_up, publicity, publish, search
from chalicelib.services.publication.rebuild import rebuild
from chalicelib.services.submission import intake
from chalicelib.storage import archive as storage
from chalicelib.storage import due, keys, publishing, raw_items, submissions
from chalicelib.storage import engine as engines
from tests.services.conftest import Send
from tests.services.faults import Faults, exit_code, in_a_child, killed_at
from tests.services.rows import CODE, OFFICE, PARTY, a_code, a_licence, a_penalty, a_person_number, a_subject
from tests.web.gateway import ask

DAY = date(2026, 11, 21)
DIRECTOR = a_person_number("19700101")
OTHER = {CODE: a_code(2), PARTY: "示例乙有限公司"}

forks = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


def _file(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(column for row in rows for column in row)))
        writer.writeheader()
        writer.writerows(rows)
    return path


def _items(table: str) -> list[dict[str, Any]]:
    pages = engines.client().get_paginator("scan").paginate(TableName=settings.table(table), ConsistentRead=True)
    return [item for page in pages for item in page["Items"]]


# A kill at every write

_SEVERE = {"备注": "失信程度：严重", "公示截止期": "2029/02/25", "责任人员": f"李示例/{DIRECTOR}/主要负责人"}
_NEW_NAME = {"主体名称": "示例新名食品有限公司"}
_SECOND = {"统一社会信用代码": a_code(2), "主体名称": OTHER[PARTY]}
_LATER = {"行政许可决定文书号": "示许〔2026〕2号", "许可决定日期": "2026/03/03"}

SUBMISSIONS: dict[str, tuple[str, list[dict[str, str]]]] = {
    "a new organisation, someone responsible, refused rows": (
        "penalties",
        [
            a_penalty(),
            a_penalty(行政处罚决定书文号="示罚〔2026〕2号", 处罚决定日期="2026/02/25", **_SEVERE),
            a_penalty(行政处罚决定书文号="示罚〔2026〕3号", 处罚决定日期="2026/02/24", **OTHER),
            *(a_penalty(行政处罚决定书文号=f"示罚〔2026〕{number}号", 处罚决定日期="2026/13/01") for number in range(10, 37)),
        ],
    ),
    "a rename, a change, a new organisation": (
        "subjects",
        [a_subject(**_NEW_NAME), a_subject(住所="示例路2号", **_SECOND), a_subject(统一社会信用代码=a_code(3), 主体名称="示例丙有限公司")],
    ),
    "a changed state, and a second code": (
        "licences",
        [a_licence(当前状态="2"), a_licence(**_LATER, **{CODE: a_code(1, county="320698")})],
    ),
    "several transactions a lane": (
        "penalties",
        [a_penalty(行政处罚决定书文号=f"示罚〔2026〕{n}号", 处罚决定日期=f"2026/0{n // 9 + 4}/{n % 9 + 1}") for n in range(45)],
    ),
}  # fmt: skip


def _public() -> Any:
    """Everything that readers get; ids of records hang on random ids of subjects, so they are left out."""
    codes = [a_code(1), a_code(2), a_code(3), a_code(1, county="320698")]
    found = [look_up.organisation(code, day=DAY) for code in codes]
    feeds = [publicity.announced(kind, day=DAY, limit=100)["items"] for kind in ("licences", "penalties")]
    names = [search.search(name, day=DAY)["items"] for name in ("示例甲食品有限公司", "示例新名食品有限公司", "示例丙有限公司")]
    return json.loads(json.dumps([found, feeds, names]), object_hook=lambda part: {**part, "id": ""} if "id" in part else part)


def _archived() -> Any:
    """What archive and trail hold: subjects with all their records, kinds of items, what the trail tells. Ids are random, and how
    many versions it took may differ; that the last one is noted as published may not."""
    items, subjects = _items("archive"), []
    for item in items:
        if item["type"]["S"] == "subject":
            found = storage.collection(item["pk"]["S"].removeprefix("S#"))
            assert found is not None
            subject, records = found
            assert subject.version == subject.published
            assert "due_shard" not in item
            told = [
                (one.title, one.document_no, one.revision, one.subject_name, dict(one.content), len(one.responsible)) for one in records
            ]
            subjects.append(repr((subject.profile, subject.codes, subject.former_names, subject.identifiers, sorted(told, key=repr))))
    actions = Counter(action for entry in _items("trail") for action, _, _ in raw_items.acts_of(entry))
    kinds = Counter(item["type"]["S"] for item in items if not item["pk"]["S"].startswith(("B#", "BATCHES#", "KEY#", "P#")))
    return sorted(subjects), kinds, actions


@forks
@pytest.mark.parametrize("after", [False, True], ids=["before the write", "after the write"])
@pytest.mark.parametrize("name", SUBMISSIONS)
def test_a_submission_killed_at_any_write_and_sent_again_ends_as_if_nothing_had_happened(
    send: Send, at: Callable[[str], None], empty_tables: Callable[[], None], tmp_path: Path, name: str, after: bool
) -> None:
    kind, rows = SUBMISSIONS[name]
    path = _file(tmp_path / "killed.csv", rows)

    def sent() -> Any:
        return intake.import_file(kind, path, provider=OFFICE)

    def begin() -> None:
        empty_tables()
        keys.keyring.cache_clear()
        publishing._marked.clear()
        send("subjects", a_subject(), a_subject(**_SECOND))
        send("licences", a_licence())

    begin()
    whole = sent()
    expected = _public(), _archived()
    number, killed = 0, True
    while killed:
        number += 1
        begin()
        killed = killed_at(number, sent, after=after)
        again = sent()
        publish.pending()
        at(f"{DAY + timedelta(days=1)}T00:05:00+08:00")
        publish.pending()  # what the killed one might still have put over it
        at(f"{DAY}T09:00:00+08:00")
        assert (again.accepted + again.duplicate, len(again.refused)) == (whole.accepted + whole.duplicate, len(whole.refused))
        assert len(submissions.load_batch(again.batch)[1]) == len(whole.refused)
        assert (_public(), _archived()) == expected, f"killed at write {number}"
    assert number >= 4


# Two processes, faults in both

ROUNDS = 200
ORGANISATIONS = 5
SETS = 8
"""Sets of organisations that take turns: each is hit in 25 rounds by both processes, at the same moment."""


def _party(round_: int, number: int) -> dict[str, str]:
    organisation = round_ % SETS * ORGANISATIONS + number % ORGANISATIONS + 1
    return {CODE: a_code(organisation), PARTY: f"示例{organisation}号有限公司"}


def _row(round_: int, number: str, party: dict[str, str]) -> dict[str, str]:
    """A licence or a penalty, in turn: half the rounds fill one feed, half the other."""
    day = f"2026/0{round_ % 6 + 3}/02"
    if round_ // SETS % 2:
        return a_licence(行政许可决定文书号=f"示许〔2026〕{round_}-{number}号", 许可决定日期=day, **party)
    return a_penalty(行政处罚决定书文号=f"示罚〔2026〕{round_}-{number}号", 处罚决定日期=day, **party)


def _rows_of(round_: int, process: int) -> list[dict[str, str]]:
    """Five documents of this process about five organisations, and one that both send."""
    own = [_row(round_, f"{process}-{number}", _party(round_, number)) for number in range(ORGANISATIONS)]
    return [*own, _row(round_, "both", _party(round_, round_))]


def _registered(organisation: int, address: str) -> dict[str, str]:
    return a_subject(统一社会信用代码=a_code(organisation), 主体名称=f"示例{organisation}号有限公司", 住所=address)


def _send_in_rounds(process: int, folder: Path, barrier: Any, faults: Faults) -> None:
    counts: Counter[str] = Counter()
    for round_ in range(ROUNDS):
        kind = "licences" if round_ // SETS % 2 else "penalties"
        path = _file(folder / f"{process}.csv", _rows_of(round_, process))
        barrier.wait(timeout=60)
        outcome = intake.import_file(kind, path, provider=OFFICE)
        counts += Counter(accepted=outcome.accepted, duplicate=outcome.duplicate, refused=len(outcome.refused))
        if process == 0 and round_ % 10 == 9:  # the register changes while the other process adds
            rows = [_registered(round_ % SETS * ORGANISATIONS + number, f"示例路{round_}号") for number in range(1, ORGANISATIONS + 1)]
            counts["changed"] += intake.import_file("subjects", _file(folder / "changed.csv", rows), provider=OFFICE).accepted
    told = {"counts": counts, "seen": faults.seen}
    (folder / f"{process}.json").write_text(json.dumps(told))


@forks
def test_two_submissions_on_the_same_subjects_in_two_processes_lose_nothing_and_show_everything(
    send: Send, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everyone = range(1, ORGANISATIONS * SETS + 1)
    # Every other one is new to the archive when both send of it for the first time.
    send("subjects", *(_registered(organisation, "示例路") for organisation in everyone if organisation % 2))
    # How long the SDK waits after throttling is its own affair, and would make minutes of this.
    monkeypatch.setattr(standard.ExponentialBackoff, "delay_amount", lambda self, context: 0.01)
    barrier = multiprocessing.get_context("fork").Barrier(2)
    faults = [Faults(seed) for seed in (1, 2)]

    def work(process: int) -> Callable[[], None]:
        return lambda: _send_in_rounds(process, tmp_path, barrier, faults[process])

    children = [in_a_child(work(process), faults[process].install) for process in (0, 1)]
    assert list(map(exit_code, children)) == [0, 0]
    told = [json.loads((tmp_path / f"{process}.json").read_text()) for process in (0, 1)]

    # Each process was told right what became of its rows: of a document that both sent, one stored it.
    counts = [Counter(one["counts"]) for one in told]
    assert [one["accepted"] + one["duplicate"] for one in counts] == [ROUNDS * 6] * 2
    assert [one["refused"] for one in counts] == [0, 0]
    assert counts[0]["accepted"] + counts[1]["accepted"] == ROUNDS * 11
    assert counts[0]["changed"] == ROUNDS // 10 * ORGANISATIONS
    for one in told:
        assert one["seen"].keys() - {"items unprocessed"} == {"conflict", "throttled", "answer lost", "keys unprocessed"}
    assert any("items unprocessed" in one["seen"] for one in told)

    publish.pending()
    assert list(due.awaiting_publication(1)) == []
    documents = _documents()
    changes = Counter(subject for entry in _items("trail") for subject in {about for _, about, _ in raw_items.acts_of(entry)})
    for organisation in everyone:
        _assert_whole(organisation, documents[a_code(organisation)], changes)
    _assert_announced(documents)
    shown = _bodies()
    made_anew = rebuild()
    assert (made_anew["removed"], made_anew["failed"], _bodies() == shown) == (0, 0, True)


def _bodies() -> dict[tuple[str, str], Any]:
    """All of publication but the numbers of versions: what did not change keeps an earlier one."""
    return {(item["pk"]["S"], item["sk"]["S"]): item.get("body") for item in _items("publication")}


def _documents() -> dict[str, set[str]]:
    """By code, the numbers of all documents that were sent."""
    documents: dict[str, set[str]] = {}
    for round_ in range(ROUNDS):
        for row in (*_rows_of(round_, 0), *_rows_of(round_, 1)):
            documents.setdefault(row[CODE], set()).add(row.get("行政许可决定文书号") or row["行政处罚决定书文号"])
    return documents


def _assert_whole(organisation: int, expected: set[str], changes: Counter[str]) -> None:
    """In the archive, on the page and in JSON each document once; one version for each transaction that the trail tells of."""
    code = a_code(organisation)
    (subject_id,) = storage.subjects_of([storage.Identifier("uscc", code)]).values()
    found = storage.collection(subject_id)
    assert found is not None
    subject, records = found
    assert sorted(record.document_no or "" for record in records) == sorted(expected)
    assert (subject.version, subject.published) == (changes[subject_id], changes[subject_id])
    app = create_app("public")
    shown: list[str] = []
    cursor = ""
    while True:
        answer = ask(app, f"/api/v1/subjects/{code}{cursor}").json
        page = ask(app, f"/subjects/{code}{cursor}").body
        assert all(record["document_no"] in page for record in answer["records"])
        shown += [record["document_no"] for record in answer["records"]]
        if not answer["records_next"]:
            break
        cursor = f"?cursor={answer['records_next']}"
    assert sorted(shown) == sorted(expected)
    changed = [round_ for round_ in range(9, ROUNDS, 10) if round_ % SETS == (organisation - 1) // ORGANISATIONS]
    assert answer["registration"]["address"] == (f"示例路{changed[-1]}号" if changed else "示例路" if organisation % 2 else None)


def _assert_announced(documents: dict[str, set[str]]) -> None:
    app = create_app("public")
    found = []
    for kind in ("licences", "penalties"):
        following: str | None = ""
        while following is not None:
            cursor = f"&cursor={following}" if following else ""
            answer = ask(app, f"/api/v1/publicity/{kind}?limit=100{cursor}").json
            found += [(entry["subject"]["code"], entry["document_no"]) for entry in answer["items"]]
            following = answer["next"]
    assert sorted(found) == sorted((code, number) for code, numbers in documents.items() for number in numbers)


# One fault at a time


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


def test_an_error_that_is_no_conflict_is_not_swallowed(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(writes: Any) -> bool:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": ""}}, "TransactWriteItems")

    monkeypatch.setattr(engines, "write_together", broken)
    with pytest.raises(ClientError):
        send("penalties", a_penalty())


def test_refused_rows_that_the_engine_had_no_room_for_are_kept_in_the_end(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standard.ExponentialBackoff, "delay_amount", lambda self, context: 0.01)
    faults = Faults(3)
    faults.install()
    try:
        outcome = send("penalties", *(a_penalty(行政处罚决定书文号=f"示罚〔2026〕{n}号", 处罚决定日期="2026/13/01") for n in range(60)))
    finally:
        faults.remove()
    assert faults.seen["items unprocessed"] > 0
    assert sorted(refusal.line for refusal in submissions.load_batch(outcome.batch)[1]) == list(range(2, 62))


def test_an_engine_that_has_no_room_at_all_is_asked_ten_times_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    asked = {"Responses": {}, "UnprocessedKeys": {"t": {"Keys": [{"pk": {"S": "a"}, "sk": {"S": "b"}}]}}}
    monkeypatch.setattr(engines, "client", lambda: type("Busy", (), {"batch_get_item": lambda self, RequestItems: asked})())  # noqa: N803
    monkeypatch.setattr(engines.time, "sleep", waits.append)
    with pytest.raises(TimeoutError):
        list(engines.batch_get("t", [("a", "b")]))
    assert len(waits) == 9
    assert waits[-1] > waits[0]
