"""Each day of the trail has a signed root; whatever is changed, taken away or put in afterwards is found (NT-36)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib import jobs, settings
from chalicelib.law.decisions import Refused
from chalicelib.services.upkeep import merkle, roots, trail_check
from chalicelib.storage import engine as engines
from chalicelib.storage import report_keys
from chalicelib.storage import roots as stored
from tests.services.conftest import Send
from tests.services.faults import killed_at
from tests.services.rows import a_licence, a_penalty, a_subject

DAY = "2026-11-21"
LATER = "2026-11-23T08:20:00+08:00"
forks = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


@pytest.fixture(autouse=True)
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MINGXIN_ROOTS", str(tmp_path / "roots"))
    monkeypatch.setenv("MINGXIN_SIGNING", str(tmp_path / "signing.pem"))
    report_keys.report_key.cache_clear()
    return tmp_path / "roots"


def _entries() -> list[dict[str, Any]]:
    return stored.entries_of(DAY)


def _put(entry: dict[str, Any]) -> None:
    engines.client().put_item(TableName=settings.table("trail"), Item=entry)


def _delete(entry: dict[str, Any]) -> None:
    engines.client().delete_item(TableName=settings.table("trail"), Key={"pk": entry["pk"], "sk": entry["sk"]})


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 9, 33])
def test_a_proof_leads_from_each_entry_to_the_root_and_from_no_other(count: int) -> None:
    entries = [f"entry {number}".encode() for number in range(count)]
    leaves = [merkle.leaf(entry) for entry in entries]
    for number, entry in enumerate(entries):
        steps = merkle.proof(leaves, number)
        assert merkle.leads_to(entry, steps) == merkle.root(leaves)
        assert merkle.leads_to(entry + b"!", steps) != merkle.root(leaves)
    with pytest.raises(IndexError):
        merkle.proof(leaves, count)


@pytest.mark.clause("NT-36")
def test_a_day_gets_a_new_edition_while_there_is_more_and_is_closed_once(send: Send, at: Callable[[str], None]) -> None:
    send("subjects", a_subject())
    assert [jobs.root()["done"] for _ in range(2)] == [1, 0]
    send("penalties", a_penalty())
    assert jobs.root()["done"] == 1
    at(LATER)
    assert [jobs.root()["done"] for _ in range(2)] == [1, 0]
    made = stored.published()
    assert [(one["day"], one["edition"], one["closed"], one["entries"]) for one in made] == [
        (DAY, 1, False, 1),
        (DAY, 2, False, 2),
        (DAY, 3, True, 2),
    ]
    assert [one["previous"] for one in made] == [None, roots.digest(made[0]), roots.digest(made[1])]
    assert all(roots.genuine(one, roots.certificates()) for one in made)
    assert not roots.genuine({**made[2], "entries": 1}, roots.certificates())


@pytest.mark.clause("NT-36")
def test_the_check_finds_nothing_wrong_with_a_trail_as_it_was_written(send: Send, at: Callable[[str], None]) -> None:
    send("subjects", a_subject())
    jobs.root()
    send("penalties", a_penalty())
    counts = trail_check.check()
    assert (counts["held"], counts["waiting"], counts["failed"]) == (1, 1, 0)
    at(LATER)
    jobs.root()
    counts = trail_check.check()
    assert (counts["entries"], counts["held"], counts["roots"], counts["failed"]) == (2, 2, 2, 0)


def _change() -> None:
    entry = _entries()[0]
    _put({**entry, "actor": {"S": "somebody-else"}})


def _take_away() -> None:
    _delete(_entries()[0])


def _put_in() -> None:
    entry = _entries()[0]
    _put({**entry, "sk": {"S": entry["sk"]["S"] + "0"}})


def _sign_otherwise() -> None:
    (one,) = stored.published()
    stored.publish(DAY, 1, {**one, "entries": one["entries"] + 1})


@pytest.mark.clause("NT-36")
@pytest.mark.parametrize(
    ("tamper", "found"),
    [(_change, {"missing": 1, "strange": 1}), (_take_away, {"missing": 1}), (_put_in, {"strange": 1}), (_sign_otherwise, {"unsigned": 1})],
    ids=["changed", "taken away", "put in", "published otherwise"],
)
def test_the_check_finds_what_was_done_to_the_trail(
    send: Send, at: Callable[[str], None], tamper: Callable[[], None], found: dict[str, int]
) -> None:
    send("subjects", a_subject())
    send("licences", a_licence())
    at(LATER)
    jobs.root()
    tamper()
    counts = trail_check.check()
    assert {name: counts[name] for name in ("missing", "strange", "unsigned", "late") if counts[name]} == found
    assert counts["failed"] == sum(found.values())


def test_a_day_that_was_never_signed_is_found(send: Send, at: Callable[[str], None]) -> None:
    send("subjects", a_subject())
    at("2026-11-23T11:00:00+08:00")
    assert (trail_check.check()["late"], trail_check.check()["failed"]) == (1, 1)


def test_days_on_which_nothing_ran_are_signed_by_the_next_run(send: Send, at: Callable[[str], None]) -> None:
    jobs.root()
    send("subjects", a_subject())
    at("2026-12-10T09:20:00+08:00")
    jobs.root()
    assert (stored.published()[0]["day"], stored.published()[0]["closed"], trail_check.check()["failed"]) == (DAY, True, 0)


@pytest.mark.clause("NT-36")
def test_that_an_entry_is_in_the_trail_can_be_proved_without_the_system(send: Send) -> None:
    send("subjects", a_subject())
    send("penalties", a_penalty(), a_penalty(行政处罚决定书文号="示罚〔2026〕2号"))
    name = _entries()[-1]["sk"]["S"]
    with pytest.raises(Refused, match="签名的根"):
        roots.prove(name)
    jobs.root()
    told = json.loads(json.dumps(roots.prove(name)))
    steps = [(side, bytes.fromhex(beside)) for side, beside in told["path"]]
    assert merkle.leads_to(told["entry"].encode(), steps).hex() == told["root"]["root"]
    assert roots.genuine(told["root"], roots.certificates())


@pytest.mark.clause("NT-36")
def test_a_root_that_is_not_kept_any_more_is_found(send: Send, vault: Path) -> None:
    send("subjects", a_subject())
    jobs.root()
    (vault / "trail" / DAY / "00001.json").unlink()
    assert (trail_check.check()["unsigned"], trail_check.check()["waiting"]) == (1, 1)


def test_a_kept_root_cannot_be_replaced(send: Send, vault: Path) -> None:
    send("subjects", a_subject())
    jobs.root()
    assert stored.keep(DAY, 1, {"root": "another"}) is False
    assert (vault / "trail" / DAY / "00001.json").stat().st_mode & 0o777 == 0o400


@forks
@pytest.mark.parametrize("after", [False, True], ids=["before the write", "after the write"])
def test_a_run_killed_at_any_write_and_another_leave_one_right_root(send: Send, at: Callable[[str], None], after: bool) -> None:
    send("subjects", a_subject())
    at(LATER)
    number, killed = 0, True
    while killed:
        number += 1
        send("penalties", a_penalty(行政处罚决定书文号=f"示罚〔2026〕{number}号"))
        killed = killed_at(number, jobs.root, after=after)
        jobs.root()
        counts = trail_check.check()
        assert (counts["waiting"], counts["failed"]) == (0, 0), f"killed at write {number}"
    assert number > 3
