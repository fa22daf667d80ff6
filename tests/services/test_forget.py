"""A record that was kept long enough is deleted, and a person of whom nothing is left is forgotten for good (NT-8c)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib import jobs, settings
from chalicelib.records.identifiers import Identifier
from chalicelib.services.publication.rebuild import rebuild
from chalicelib.services.scheduled import expire, forget
from chalicelib.services.upkeep import backup
from chalicelib.storage import archive as storage
from chalicelib.storage import engine as engines
from chalicelib.storage import keys, publishing, raw_items
from tests.services.conftest import Send
from tests.services.faults import killed_at
from tests.services.rows import a_code, a_licence, a_penalty, a_person, a_person_number

KEPT = date(2030, 2, 25)
"""Three years from the last day of use, by the catalogue item."""
GONE = KEPT + timedelta(days=1)
PERSON = Identifier("resident_id", a_person_number("19900615"))
forks = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


def _items(table: str) -> list[dict[str, Any]]:
    return list(engines.client().scan(TableName=settings.table(table), ConsistentRead=True)["Items"])


def _records() -> int:
    return sum("REC#" in item["sk"]["S"] for item in _items("archive"))


def _acts() -> Counter[str]:
    return Counter(action for entry in _items("trail") for action, _, _ in raw_items.acts_of(entry) if action.endswith("erased"))


def _empty(empty_tables: Callable[[], None]) -> None:
    empty_tables()
    keys.keyring.cache_clear()
    publishing._marked.clear()


@pytest.mark.clause("NT-8c")
@pytest.mark.parametrize(("day", "left"), [(KEPT - timedelta(days=1), 1), (KEPT, 1), (GONE, 0)], ids=["before", "its last day", "after"])
def test_a_record_is_deleted_on_the_day_after_its_time_of_keeping(send: Send, day: date, left: int) -> None:
    send("penalties", a_penalty())
    expire.expire(date(2027, 2, 26))
    worked = forget.forget(day)
    assert (worked.due, worked.done, _records()) == (1 - left, 1 - left, left)
    assert _acts() == ({} if left else {"record.erased": 1})
    assert list(storage.subjects_of([Identifier("uscc", a_code())]).values())  # the register's organisation stays


@pytest.mark.clause("NT-8c")
def test_its_earlier_versions_go_with_it(send: Send) -> None:
    send("licences", a_licence())
    send("licences", a_licence(当前状态="2"))
    assert _records() == 2
    expire.expire(date(2027, 3, 2))
    forget.forget(date(2040, 1, 1))
    assert _records() == 0


@pytest.mark.clause("NT-8c")
def test_a_person_of_whom_nothing_is_left_is_forgotten_and_a_new_record_makes_another_archive(send: Send) -> None:
    send("penalties", a_penalty(**a_person()))
    (before,) = storage.subjects_of([PERSON]).values()
    expire.expire(GONE)
    assert forget.forget(GONE).done == 1
    assert storage.subjects_of([PERSON]) == {}
    head = next(item for item in _items("archive") if item["pk"]["S"] == "S#" + before)
    assert not {"sealed", "data_key"} & head.keys()
    assert _acts() == {"record.erased": 1, "subject.erased": 1}
    assert rebuild()["failed"] == 0
    assert forget.forget(GONE).due == 0
    send("penalties", a_penalty(**{**a_person(), "行政处罚决定书文号": "示罚〔2026〕7号"}))
    assert storage.subjects_of([PERSON])[PERSON] != before


def test_who_has_another_record_stays(send: Send) -> None:
    later = {"行政处罚决定书文号": "示罚〔2026〕2号", "处罚决定日期": "2026/11/20", "公示截止期": "2027/11/20"}
    send("penalties", a_penalty(**a_person()), a_penalty(**{**a_person(), **later}))
    expire.expire(GONE)
    forget.forget(GONE)
    assert (_records(), len(storage.subjects_of([PERSON])), forget.forget(GONE).due) == (1, 1, 0)


@pytest.mark.clause("NT-8c")
def test_an_older_backup_does_not_bring_back_what_was_deleted(send: Send, empty_tables: Callable[[], None], tmp_path: Path) -> None:
    send("penalties", a_penalty(**a_person()), a_penalty(行政处罚决定书文号="示罚〔2026〕3号"))
    expire.expire(GONE)
    backup.backup(tmp_path / "old")
    forget.forget(GONE)
    backup.backup(tmp_path / "new")
    _empty(empty_tables)
    backup.restore(tmp_path / "old", erasures=tmp_path / "new")
    assert (_records(), storage.subjects_of([PERSON])) == (0, {})


@forks
@pytest.mark.parametrize("after", [False, True], ids=["before the write", "after the write"])
def test_a_run_killed_at_any_write_and_another_forget_all(send: Send, at: Callable[[str], None], after: bool) -> None:
    number, killed = 0, True
    while killed:
        number += 1
        at("2026-11-21T09:00:00+08:00")
        send("penalties", a_penalty(**a_person()))
        expire.expire(GONE)
        at(f"{GONE}T01:10:00+08:00")
        killed = killed_at(number, jobs.forget, after=after)
        jobs.forget()
        assert (_records(), storage.subjects_of([PERSON])) == (0, {}), f"killed at write {number}"
    assert number > 3
