"""The names of a new organisation go out after its transaction: late, cut off or without room, they are right in the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib import settings
from chalicelib.services.publication import publish, search
from chalicelib.services.publication.rebuild import rebuild
from chalicelib.storage import engine as engines
from chalicelib.storage import names_apart
from tests.services.conftest import Send
from tests.services.faults import Crash
from tests.services.rows import a_code, a_subject

DAY, NEXT = date(2026, 11, 21), "2026-11-22T00:05:00+08:00"
OLD, NEW = "示例甲食品有限公司", "示例新名食品有限公司"

Batch = Callable[[str, list[engines.Item]], None]
Meet = Callable[[Callable[[Batch, str, list[engines.Item]], None]], None]


@pytest.fixture
def on_their_way(monkeypatch: pytest.MonkeyPatch) -> Meet:
    """Has something happen in the moment in which names are sent, once."""
    real = engines.batch_write

    def meet(happens: Callable[[Batch, str, list[engines.Item]], None]) -> None:
        def batch_write(table: str, requests: list[engines.Item]) -> None:
            monkeypatch.setattr(engines, "batch_write", real)
            happens(real, table, requests)

        monkeypatch.setattr(engines, "batch_write", batch_write)

    return meet


def _found(text: str) -> list[tuple[str, str]]:
    return [(found["name"], found["matched"]) for found in search.search(text, day=DAY)["items"]]


def _shown() -> dict[tuple[str, str], Any]:
    items = engines.client().scan(TableName=settings.table("publication"))["Items"]
    return {(item["pk"]["S"], item["sk"]["S"]): item.get("body") for item in items}


def _assert_as_made_anew() -> None:
    shown = _shown()
    counts = rebuild()
    assert (counts["published"], counts["removed"], _shown() == shown) == (0, 0, True)


def test_a_new_organisation_is_found_at_once_and_no_note_stays(send: Send) -> None:
    send("subjects", a_subject())
    assert (_found("甲食品"), names_apart.left()) == ([(OLD, "name")], [])
    _assert_as_made_anew()


@pytest.mark.parametrize("cut_off", [False, True], ids=["late", "late, then cut off"])
@pytest.mark.parametrize("code", [a_code(), a_code(1, county="320698")], ids=["another name", "another code"])
def test_names_that_come_after_a_newer_version_do_not_stay(
    send: Send, at: Callable[[str], None], on_their_way: Meet, code: str, cut_off: bool
) -> None:
    registered = {"工商注册号": "320600000000011"}
    newer = {"统一社会信用代码": code} if code != a_code() else {"主体名称": NEW}
    name, former = (NEW, [(NEW, "former_name")]) if code == a_code() else (OLD, [(OLD, "name")])

    def changed_meanwhile(put: Batch, table: str, requests: list[engines.Item]) -> None:
        assert send("subjects", a_subject(**registered, **newer)).accepted == 1
        put(table, requests)
        if cut_off:
            raise Crash

    on_their_way(changed_meanwhile)
    if cut_off:
        with pytest.raises(Crash):
            send("subjects", a_subject(**registered))
    else:
        assert send("subjects", a_subject(**registered)).accepted == 1
        assert _found("甲食品") == former

    publish.pending()
    assert (_found(name[2:6]), _found("甲食品"), len(names_apart.left())) == ([(name, "name")], former, 1)
    at(NEXT)
    publish.pending()
    assert names_apart.left() == []
    _assert_as_made_anew()


@pytest.mark.parametrize("error", [TimeoutError("full"), ClientError({"Error": {"Code": "InternalServerError"}}, "BatchWriteItem")])
def test_names_without_room_are_published_by_the_same_submission(
    send: Send, on_their_way: Meet, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def no_room(put: Batch, table: str, requests: list[engines.Item]) -> None:
        raise error

    on_their_way(no_room)
    assert send("subjects", a_subject()).accepted == 1
    assert _found("甲食品") == [(OLD, "name")]
    assert OLD not in caplog.text


def test_whoever_sends_next_brings_the_names_that_were_cut_off(send: Send, at: Callable[[str], None], on_their_way: Meet) -> None:
    def cut_off(put: Batch, table: str, requests: list[engines.Item]) -> None:
        raise Crash

    on_their_way(cut_off)
    with pytest.raises(Crash):
        send("subjects", a_subject())
    assert _found("甲食品") == []
    assert send("subjects", a_subject()).duplicate == 1
    assert (_found("甲食品"), len(names_apart.left())) == ([(OLD, "name")], 1)
    at(NEXT)
    publish.pending()
    assert names_apart.left() == []
    _assert_as_made_anew()
