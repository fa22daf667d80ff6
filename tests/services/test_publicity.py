"""What publicity gives: filters, whole months and counts, each within its bounds however much there is."""

from __future__ import annotations

import bisect
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from chalicelib.law.decisions import Refused
from chalicelib.services.common.cells import inert
from chalicelib.services.publication import counts, publicity
from chalicelib.storage import engine, feeds
from chalicelib.storage.feeds import Counts
from chalicelib.storage.packing import pack
from tests.services.conftest import Send
from tests.services.rows import OFFICE, OFFICE_NAME, a_code, a_commitment, a_licence, a_penalty

DAY = date(2026, 11, 21)
BODY = a_code(901, "11")
OTHER_BODY = a_code(902, "11")
NO_END = {"公示截止期": "", "处罚有效期": ""}
Answer = dict[str, Any]


def penalties(*days: str, body: str = BODY, first: int = 1) -> list[dict[str, str]]:
    """A penalty for each day, decided by a body, each with a number of its own."""
    return [
        a_penalty(
            行政处罚决定书文号=f"示罚〔2026〕{number}号", 处罚决定日期=day, 处罚机关="示例机关", 处罚机关统一社会信用代码=body, **NO_END
        )
        for number, day in enumerate(days, first)
    ]


class ManyEntries:
    """A table whose feeds hold generated entries, with a Query that answers as DynamoDB does and counts how often it is asked."""

    def __init__(self, entries: dict[str, list[str]], body: Callable[[str], Answer], answer: int = 1_000_000) -> None:
        self._keys = {pk: sorted(keys) for pk, keys in entries.items()}
        self._body = body
        self._answer = answer
        self.queries = 0
        self.read = 0

    def query(self, **asked: Any) -> Answer:
        self.queries += 1
        values = asked["ExpressionAttributeValues"]
        pk = values[":pk"]["S"]
        if pk.startswith("FEEDS#"):
            kind = pk.removeprefix("FEEDS#")
            months = sorted({key.split("#")[2] for key in self._keys if key.startswith(f"FEED#{kind}#")}, reverse=True)
            return {"Items": [{"sk": {"S": month}} for month in months]}
        keys = self._keys.get(pk, [])
        begin, end = bisect.bisect_left(keys, values[":first"]["S"]), bisect.bisect_right(keys, values[":last"]["S"])
        found: list[Answer] = []
        size = 0
        for place in range(end - 1, begin - 1, -1):
            body = pack(self._body(keys[place]))
            found.append({"pk": {"S": pk}, "sk": {"S": keys[place]}, "schema": {"N": "1"}, "body": {"B": body}})
            size += len(body)
            if len(found) == asked["Limit"] or size > self._answer:
                self.read += len(found)
                return {"Items": found, "LastEvaluatedKey": {"pk": {"S": pk}, "sk": found[-1]["sk"]}}
        self.read += len(found)
        return {"Items": found}


def an_entry(key: str, **changes: Any) -> Answer:
    """A penalty in a feed, as small as one can be."""
    day, _, record = key.partition("#")
    provider = {"code": OFFICE, "name": "示例局"}
    entry = {"id": record, "catalogue": "penalty", "determined_on": day, "provider": provider, "valid_until": None, "content": {}}
    return {**entry, **changes}


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> Callable[..., ManyEntries]:
    """Puts generated entries in the place of the table: so many in each month from 2026-11 back, over this many shards."""

    def put(number: int, months: int = 1, shards: int = 1, body: Callable[[str], Answer] = an_entry, **more: Any) -> ManyEntries:
        entries: dict[str, list[str]] = {}
        for count in range(number):
            month = f"2026-{11 - count % months:02d}"
            key = f"{month}-{count % 28 + 1:02d}#r_{count:08d}"
            entries.setdefault(f"FEED#penalties#{month}#{count % shards}", []).append(key)
        table = ManyEntries(entries, body, **more)
        monkeypatch.setattr(engine, "client", lambda: table)
        monkeypatch.setenv("MINGXIN_SHARDS", str(shards))
        return table

    return put


def all_pages(ask: Callable[[str | None], Answer], most: int = 1000) -> list[Answer]:
    """Every answer until there is no more."""
    pages, cursor = [], None
    for _ in range(most):
        pages.append(ask(cursor))
        if (cursor := pages[-1]["next"]) is None:
            return pages
    raise AssertionError("there is no end")


@pytest.mark.clause("NT-24")
def test_publicity_is_filtered_by_the_body_that_decided_and_goes_on_by_cursor(send: Send) -> None:
    days = ["2026/11/03", "2026/10/31", "2026/10/01", "2026/08/15"]
    send("penalties", *penalties(*days), *penalties(*days, body=OTHER_BODY, first=10))
    pages = all_pages(lambda cursor: publicity.announced("penalties", day=DAY, body=BODY, cursor=cursor, limit=3))
    assert [len(page["items"]) for page in pages] == [3, 1]
    items = [item for page in pages for item in page["items"]]
    assert [item["determined_on"] for item in items] == [day.replace("/", "-") for day in days]
    assert {item["content"]["authority_code"] for item in items} == {BODY}
    assert publicity.announced("penalties", day=DAY, body=a_code(903, "11"))["items"] == []


def test_who_provided_a_record_is_found_as_its_body_too(send: Send) -> None:
    send("penalties", *penalties("2026/11/03"))
    assert len(publicity.announced("penalties", day=DAY, body=OFFICE)["items"]) == 1


@pytest.mark.clause("SJZ-1")
@pytest.mark.parametrize(("field", "found"), [("commercial", 1), ("social", 0), ("judicial", 0), ("government", 0)])
def test_publicity_is_filtered_by_the_field_of_its_catalogue_item(send: Send, field: str, found: int) -> None:
    send("penalties", *penalties("2026/11/03"))
    assert len(publicity.announced("penalties", day=DAY, field=field)["items"]) == found


def test_a_commitment_is_found_by_the_body_that_accepted_it_and_not_by_who_sent_it_in(send: Send) -> None:
    send("commitments", a_commitment(受理单位="示例受理局", 受理单位统一社会信用代码=OTHER_BODY))
    found = {body: len(publicity.announced("commitments", day=DAY, body=body)["items"]) for body in (OTHER_BODY, OFFICE)}
    assert found == {OTHER_BODY: 1, OFFICE: 0}


def test_a_provider_known_by_its_code_takes_the_name_that_the_record_gives_to_that_code(send: Send) -> None:
    send("commitments", a_commitment())
    (entry,) = publicity.announced("commitments", day=DAY)["items"]
    assert entry["provider"] == {"code": OFFICE, "name": OFFICE_NAME}


def test_a_month_comes_whole_and_nothing_of_its_neighbours(send: Send) -> None:
    send("penalties", *penalties("2026/10/01", "2026/10/31", "2026/09/30", "2026/11/01"))
    answer = publicity.of_month("penalties", date(2026, 10, 1), day=DAY)
    assert [item["determined_on"] for item in answer["items"]] == ["2026-10-31", "2026-10-01"]
    assert answer["next"] is None


@pytest.mark.clause("NT-30")
def test_a_months_file_leaves_out_what_has_ended(send: Send) -> None:
    send("penalties", *penalties("2026/10/01"))
    assert [
        len(publicity.of_month("penalties", date(2026, 10, 1), day=day)["items"]) for day in (date(2027, 10, 1), date(2027, 10, 2))
    ] == [1, 0]


@pytest.mark.parametrize("kind", publicity.KINDS)
def test_every_kind_of_the_contract_answers_even_when_it_is_empty(archive: None, kind: str) -> None:
    assert publicity.announced(kind, day=DAY) == {"items": [], "next": None, "as_of": "2026-11-21"}
    assert publicity.of_month(kind, date(2026, 10, 1), day=DAY)["items"] == []


# Bounds


@pytest.mark.parametrize("shards", [1, 4])
def test_a_page_of_twenty_is_a_query_for_the_months_and_one_a_shard(many: Callable[..., ManyEntries], shards: int) -> None:
    table = many(1000, shards=shards)
    answer = publicity.announced("penalties", day=DAY)
    assert len(answer["items"]) == 20
    assert table.queries == 1 + shards


@pytest.mark.parametrize("shards", [1, 4, 16])
def test_a_filter_that_matches_nothing_among_a_hundred_thousand_ends_after_a_bounded_number_of_requests(
    many: Callable[..., ManyEntries], shards: int
) -> None:
    table = many(100_000, months=10, shards=shards)
    answer = publicity.announced("penalties", day=DAY, body=BODY)
    assert answer["items"] == []
    assert answer["next"] is not None
    assert table.queries <= 1 + publicity.MOST_READS
    assert table.read <= publicity.MOST_READS * (publicity.AT_ONCE + 1)


def test_the_only_match_among_many_is_found_by_going_on(many: Callable[..., ManyEntries]) -> None:
    def body(key: str) -> Answer:
        return an_entry(key, content={"authority_code": BODY}) if key.endswith("#r_00000007") else an_entry(key)

    many(20_000, months=10, shards=2, body=body)
    pages = all_pages(lambda cursor: publicity.announced("penalties", day=DAY, body=BODY, cursor=cursor))
    assert [item["id"] for page in pages for item in page["items"]] == ["r_00000007"]


@pytest.mark.parametrize("shards", [1, 3])
def test_many_ended_entries_bound_a_page_too_and_lose_nothing(many: Callable[..., ManyEntries], shards: int) -> None:
    def body(key: str) -> Answer:
        return an_entry(key, valid_until=None if key.endswith("5") else "2026-11-20")

    table = many(9_000, months=3, shards=shards, body=body)
    pages = all_pages(lambda cursor: publicity.announced("penalties", day=DAY, cursor=cursor, limit=100))
    found = [item["id"] for page in pages for item in page["items"]]
    assert len(found) == len(set(found)) == 900
    assert table.queries <= len(pages) * (1 + publicity.MOST_READS)


@pytest.mark.parametrize("shards", [1, 3])
def test_a_month_in_parts_holds_every_entry_once(many: Callable[..., ManyEntries], shards: int) -> None:
    many(12_345, shards=shards)
    pages = all_pages(lambda cursor: publicity.of_month("penalties", date(2026, 11, 1), day=DAY, cursor=cursor))
    found = [item["id"] for page in pages for item in page["items"]]
    assert len(found) == len(set(found)) == 12_345
    assert [item["determined_on"] for page in pages for item in page["items"]] == sorted(
        (item["determined_on"] for page in pages for item in page["items"]), reverse=True
    )
    assert max(len(page["items"]) for page in pages) <= publicity.MOST_ENTRIES


@pytest.mark.parametrize("shards", [1, 3])
def test_long_entries_end_an_answer_before_it_is_too_long_for_lambda(many: Callable[..., ManyEntries], shards: int) -> None:
    def body(key: str) -> Answer:
        return an_entry(key, content={"facts": "字" * 100_000})

    many(30, shards=shards, body=body, answer=3200)
    pages = all_pages(lambda cursor: publicity.announced("penalties", day=DAY, cursor=cursor, limit=100))
    assert len({item["id"] for page in pages for item in page["items"]}) == 30
    assert max(len(str(page["items"]).encode()) for page in pages) <= publicity.MOST_BYTES


@pytest.mark.parametrize("cursor", ["x", "W10", "WzFd", "WyJcdTAwMDAiXQ", "bnVsbA"])
def test_a_cursor_of_another_make_is_refused(archive: None, cursor: str) -> None:
    with pytest.raises(Refused, match="cursor"):
        publicity.of_month("penalties", date(2026, 10, 1), day=DAY, cursor=cursor)


def test_a_cursor_leads_on_in_its_own_kind_month_and_order_alone(send: Send) -> None:
    send("penalties", *penalties("2026/10/01", "2026/10/02", "2026/09/30"))
    by_decision = publicity.announced("penalties", day=DAY, limit=1)["next"]
    by_publication = publicity.newest("penalties", day=DAY, limit=1)["next"]
    elsewhere: tuple[Callable[[], Answer], ...] = (
        lambda: publicity.announced("licences", day=DAY, cursor=by_decision),
        lambda: publicity.announced("penalties", day=DAY, cursor=by_publication),
        lambda: publicity.newest("penalties", day=DAY, cursor=by_decision),
        lambda: publicity.newest("licences", day=DAY, cursor=by_publication),
        lambda: publicity.of_month("penalties", date(2026, 10, 1), day=DAY, cursor=by_decision),
    )
    for asked in elsewhere:
        with pytest.raises(Refused, match="cursor"):
            asked()


# By the day of publication


@pytest.mark.parametrize("shards", ["1", "3"])
def test_a_subscriber_finds_what_was_published_last_on_top_however_old_the_decision(
    send: Send, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, shards: str
) -> None:
    monkeypatch.setenv("MINGXIN_SHARDS", shards)
    send("penalties", *penalties("2026/11/20", "2026/03/01"))
    at("2026-11-23T09:00:00+08:00")
    send("penalties", *penalties("2026/01/05", "2026/11/10", first=3))
    pages = all_pages(lambda cursor: publicity.newest("penalties", day=date(2026, 11, 23), cursor=cursor, limit=3))
    found = [(item["published_on"], item["document_no"]) for page in pages for item in page["items"]]
    assert [on for on, _ in found] == ["2026-11-23", "2026-11-23", "2026-11-21", "2026-11-21"]
    assert {number for _, number in found[:2]} == {"示罚〔2026〕3号", "示罚〔2026〕4号"}
    assert len({number for _, number in found}) == 4
    assert next(item["determined_on"] for item in publicity.announced("penalties", day=DAY)["items"]) == "2026-11-20"


def test_what_comes_in_while_a_subscriber_turns_pages_repeats_and_hides_nothing(send: Send, at: Callable[[str], None]) -> None:
    send("penalties", *penalties("2026/11/01", "2026/11/02", "2026/11/03"))
    first = publicity.newest("penalties", day=DAY, limit=2)
    at("2026-11-22T09:00:00+08:00")
    send("penalties", *penalties("2026/02/01", first=9))
    rest = publicity.newest("penalties", day=date(2026, 11, 22), cursor=first["next"], limit=2)
    seen = [item["document_no"] for item in (*first["items"], *rest["items"])]
    assert sorted(seen) == [f"示罚〔2026〕{number}号" for number in (1, 2, 3)]
    assert publicity.newest("penalties", day=date(2026, 11, 22))["items"][0]["document_no"] == "示罚〔2026〕9号"


@pytest.mark.clause("NT-30")
def test_a_feed_is_filtered_as_a_page_is_and_shows_nothing_that_has_ended(send: Send) -> None:
    send("penalties", *penalties("2026/11/03", "2026/10/31"), *penalties("2026/11/03", body=OTHER_BODY, first=9))
    filters: tuple[tuple[dict[str, Any], int], ...] = (
        ({"begin": date(2026, 11, 3)}, 2),
        ({"end": date(2026, 11, 2)}, 1),
        ({"body": OTHER_BODY}, 1),
        ({"field": "social"}, 0),
    )
    assert [len(publicity.newest("penalties", day=DAY, **asked)["items"]) for asked, _ in filters] == [count for _, count in filters]
    ends = (date(2027, 10, 31), date(2027, 11, 1), date(2027, 11, 3), date(2027, 11, 4))
    assert [len(publicity.newest("penalties", day=day)["items"]) for day in ends] == [3, 2, 2, 0]


# Counts


def test_counts_tell_each_of_twelve_months_and_take_one_query(send: Send) -> None:
    send("penalties", *penalties("2026/11/03", "2026/11/04", "2026/10/31", "2025/12/01"))
    send("licences", a_licence(许可决定日期="2026/09/05", 有效期自=""))
    assert counts.refresh() == {"months": 4, "entries": 5}
    found = publicity.overview(day=DAY)
    penalties_by_month = {month.month: month.count for month in found.months["penalties"]}
    assert list(penalties_by_month) == [f"2025-{12}", *(f"2026-{month:02d}" for month in range(1, 12))]
    assert {month: count for month, count in penalties_by_month.items() if count} == {"2026-11": 2, "2026-10": 1, "2025-12": 1}
    assert sum(month.count for month in found.months["licences"]) == 1
    assert set(found.months) == set(publicity.KINDS)
    assert found.counted_at is not None
    assert found.counted_at.isoformat(timespec="minutes") == "2026-11-21T09:00+08:00"


@pytest.mark.clause("NT-30")
def test_what_has_ended_since_the_count_is_not_in_the_number_any_more(send: Send) -> None:
    send("penalties", *penalties("2026/11/03", "2026/11/04"))
    counts.refresh()
    days = (date(2027, 11, 3), date(2027, 11, 4), date(2027, 11, 5))
    assert [sum(month.count for month in publicity.overview(day=day).months["penalties"]) for day in days] == [2, 1, 0]


def test_before_the_first_count_the_overview_says_that_there_is_none(archive: None) -> None:
    assert publicity.overview(day=DAY) == publicity.Overview({}, None)


def test_counting_reads_all_of_a_month_in_pages(many: Callable[..., ManyEntries], monkeypatch: pytest.MonkeyPatch) -> None:
    table, written = many(5_500, months=2, shards=2), dict[str, Counts]()
    monkeypatch.setattr(feeds, "write_counts", written.__setitem__)
    assert counts.refresh()["entries"] == 5_500
    assert sum(written["penalties"].months["2026-11"].values()) == 2_750
    assert table.queries < 30


def test_the_last_twelve_months_go_over_the_turn_of_the_year() -> None:
    assert counts.last_months(date(2026, 2, 28)) == ["2026-02", "2026-01", *(f"2025-{month:02d}" for month in range(12, 2, -1))]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", "＝1"])
def test_a_cell_never_begins_a_formula(cell: str) -> None:
    assert inert(cell) == "'" + cell
    assert inert("示例") == "示例"
