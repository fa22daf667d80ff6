"""What is public, and nothing else; in one read; never older than what is there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib import cities, settings
from chalicelib.law.decisions import Refused
from chalicelib.records.identifiers import Identifier
from chalicelib.services.common import cursors
from chalicelib.services.publication import look_up, publicity, publish, search
from chalicelib.storage import archive as storage
from chalicelib.storage import engine as engines
from chalicelib.storage import publishing
from tests.services.conftest import Send
from tests.services.rows import a_black_entry, a_code, a_commitment, a_licence, a_penalty, a_person, a_person_number, a_subject

DAY = date(2026, 11, 21)


@pytest.fixture
def calls() -> Iterator[list[str]]:
    """The DynamoDB operations that a test causes."""
    made: list[str] = []
    events = engines.client().meta.events

    def note(model: Any, **_: Any) -> None:
        made.append(model.name)

    events.register("before-call.dynamodb", note)
    yield made
    events.unregister("before-call.dynamodb", note)


def _everything_public() -> str:
    """All that the publication table holds, as text."""
    items = engines.client().scan(TableName=settings.table("publication"))["Items"]
    bodies = [publishing.unpack(item["body"]["B"]) for item in items if "body" in item]
    return json.dumps(bodies, ensure_ascii=False) + json.dumps([[item["pk"], item["sk"]] for item in items], ensure_ascii=False)


@pytest.mark.clause("NT-21")
def test_a_look_up_is_one_get_item(send: Send, calls: list[str]) -> None:
    send("penalties", a_penalty())
    send("licences", a_licence())
    calls.clear()
    found = look_up.organisation(a_code(), day=DAY)
    assert found is not None
    assert len(found["records"]) == 2
    assert calls == ["GetItem"]


def test_a_publicity_page_is_two_requests(send: Send, calls: list[str]) -> None:
    send("penalties", *(a_penalty(行政处罚决定书文号=f"示罚〔2026〕{number}号") for number in range(25)))
    calls.clear()
    assert len(publicity.announced("penalties", day=DAY)["items"]) == 20
    assert calls == ["Query", "Query"]


def test_publicity_pages_hold_everything_once_latest_first_also_across_months_and_changes(send: Send) -> None:
    days = ["2026/11/03", "2026/11/03", "2026/10/31", "2026/10/01", "2026/08/15", "2026/08/15"]
    rows = [
        a_penalty(行政处罚决定书文号=f"示罚〔2026〕{number}号", 处罚决定日期=day, 公示截止期="", 处罚有效期="")
        for number, day in enumerate(days)
    ]
    send("penalties", *rows)
    seen: list[dict[str, Any]] = []
    cursor = None
    for page in range(10):
        answer = publicity.announced("penalties", day=DAY, cursor=cursor, limit=2)
        seen += answer["items"]
        if page == 0:
            send("penalties", a_penalty(行政处罚决定书文号="示罚〔2026〕99号", 处罚决定日期="2026/11/20", 公示截止期="", 处罚有效期=""))
        cursor = answer["next"]
        if cursor is None:
            break
    assert [item["determined_on"] for item in seen] == sorted((day.replace("/", "-") for day in days), reverse=True)
    assert len({item["id"] for item in seen}) == len(days)


@pytest.mark.parametrize(
    ("begin", "end", "found"),
    [("2026-10-01", "2026-10-31", 2), ("2026-10-02", "2026-10-30", 0), ("2026-10-01", "2026-10-01", 1), (None, "2026-09-30", 0)],
)
def test_publicity_between_two_days_includes_both(send: Send, begin: str | None, end: str, found: int) -> None:
    rows = [
        a_penalty(行政处罚决定书文号=f"示罚〔2026〕{day[-2:]}号", 处罚决定日期=day, 公示截止期="", 处罚有效期="")
        for day in ("2026/10/01", "2026/10/31")
    ]
    send("penalties", *rows)
    answer = publicity.announced("penalties", day=DAY, begin=date.fromisoformat(begin) if begin else None, end=date.fromisoformat(end))
    assert len(answer["items"]) == found


def test_more_than_a_hundred_records_come_in_pages_newest_first(send: Send) -> None:
    rows = [
        a_licence(
            行政许可决定文书号=f"示许〔2026〕{number}号", 许可决定日期=f"2026/{number % 9 + 1:02d}/{number % 28 + 1:02d}", 有效期自=""
        )
        for number in range(230)
    ]
    assert send("licences", *rows).accepted == 230
    pages, cursor = [], None
    while True:
        answer = look_up.organisation(a_code(), day=DAY, cursor=cursor)
        assert answer is not None
        assert answer["name"] == "示例甲食品有限公司"
        pages.append(answer["records"])
        if (cursor := answer["records_next"]) is None:
            break
    assert [len(page) for page in pages] == [100, 100, 30]
    days = [record["determined_on"] for page in pages for record in page]
    assert days == sorted(days, reverse=True)
    assert len({record["id"] for page in pages for record in page}) == 230


def test_records_that_ended_leave_no_gap_in_the_first_page(send: Send) -> None:
    late = [
        a_licence(行政许可决定文书号=f"示许〔2026〕{number}号", 许可决定日期="2026/05/02", 有效期自="", 有效期至="2026/12/01")
        for number in range(60)
    ]
    early = [a_licence(行政许可决定文书号=f"示许〔2025〕{number}号", 许可决定日期="2025/05/02", 有效期自="") for number in range(120)]
    send("licences", *late, *early)
    answer = look_up.organisation(a_code(), day=date(2026, 12, 2))
    assert answer is not None
    assert [record["determined_on"] for record in answer["records"]] == ["2025-05-02"] * 100
    rest = look_up.organisation(a_code(), day=date(2026, 12, 2), cursor=answer["records_next"])
    assert rest is not None
    assert len(rest["records"]) == 20
    assert not {record["id"] for record in rest["records"]} & {record["id"] for record in answer["records"]}


@pytest.mark.parametrize("cursor", ["x", "!!", "W10", "WzEsMV0", "WzEyMzQ1Njc4OSwiIl0", "bnVsbA"])
def test_a_broken_cursor_is_refused(send: Send, cursor: str) -> None:
    send("penalties", a_penalty())
    with pytest.raises(Refused, match="cursor"):
        look_up.organisation(a_code(), day=DAY, cursor=cursor)
    with pytest.raises(Refused, match="cursor"):
        publicity.announced("penalties", day=DAY, cursor=cursor)


@pytest.mark.clause("HY-25c", "NT-4", "SJZ-2")
def test_no_natural_person_is_public_where_the_city_names_no_kind(send: Send) -> None:
    send("penalties", a_penalty(**a_person()))
    assert publicity.announced("penalties", day=DAY)["items"] == []
    assert "孙" not in _everything_public()


@pytest.mark.clause("HY-25c", "NT-4", "SJZ-2")
def test_where_the_city_names_a_kind_a_person_shows_masked_also_in_free_text(
    send: Send, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "elsewhere"
    shutil.copytree(cities.folder("nantong"), folder)
    rule = 'description = "x"\nunit = "choice"\n[[values]]\nfrom = 2018-06-26\nvalue = ["penalties"]\nsource = "示例文件第一条"\n'
    (folder / "parameters" / "natural_persons_public.toml").write_text(rule, "utf-8")
    monkeypatch.setenv("MINGXIN_CITY", str(folder))
    number = a_person_number("19900615")
    send("penalties", a_penalty(**a_person(), 违法事实=f"孙示例（{number}）发布虚假广告。"))
    send("licences", a_licence(**a_person()))
    (item,) = publicity.announced("penalties", day=DAY)["items"]
    assert item["subject"] == {"name": "孙**", "code": None, "kind": "natural_person"}
    assert publicity.announced("licences", day=DAY)["items"] == []
    assert "孙示例" not in _everything_public()
    assert number not in _everything_public()


def test_nobody_finds_a_person_by_name_or_number(send: Send) -> None:
    send("penalties", a_penalty(**a_person()))
    assert search.search("孙示例", day=DAY)["items"] == []
    with pytest.raises(Refused, match="证件号码"):
        search.search(a_person_number("19900615"), day=DAY)


@pytest.mark.parametrize("query", ["", "示", "有限公司", "（有限公司）"[1:-1], "股份有限公司", "x" * 201])
def test_a_query_that_is_too_short_too_general_or_too_long_says_so(archive: None, query: str) -> None:
    with pytest.raises(Refused):
        search.search(query, day=DAY)


def test_organisations_of_the_same_name_are_all_found_in_pages(send: Send) -> None:
    send("subjects", *(a_subject(统一社会信用代码=a_code(number)) for number in range(1, 6)))
    seen, cursor = [], None
    while True:
        answer = search.search("示例甲食品有限公司", day=DAY, cursor=cursor, limit=2)
        seen += [item["code"] for item in answer["items"]]
        if (cursor := answer["next"]) is None:
            break
    assert seen == sorted(a_code(number) for number in range(1, 6))


def test_an_older_version_never_overwrites_a_newer_one(send: Send) -> None:
    send("penalties", a_penalty())
    subject, records = _collection()
    send("licences", a_licence())
    city = cities.load("nantong")
    assert publishing.publish([publish.public_part(subject, records, city, DAY)]) == set()
    found = look_up.organisation(a_code(), day=DAY)
    assert found is not None
    assert len(found["records"]) == 2


def test_what_a_subject_no_longer_shows_is_taken_away_from_document_feeds_and_names(send: Send) -> None:
    send("penalties", a_penalty(), a_penalty(行政处罚决定书文号="示罚〔2026〕2号"))
    subject, records = _collection()
    renamed = replace(subject, profile=replace(subject.profile, name="示例乙有限公司"))
    city = cities.load("nantong")
    assert publishing.publish([publish.public_part(renamed, records[:1], city, DAY)]) == {subject.id}
    assert len(publicity.announced("penalties", day=DAY)["items"]) == 1
    assert search.search("示例甲食品有限公司", day=DAY)["items"] == []
    assert len(search.search("示例乙有限公司", day=DAY)["items"]) == 1


RENAMED = "示例新名食品有限公司"


def test_a_submission_cut_off_before_publication_is_finished_by_the_job(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    send("subjects", a_subject(), a_subject(统一社会信用代码=a_code(2), 主体名称="示例乙有限公司"))
    renamed = [a_subject(主体名称=RENAMED), a_subject(统一社会信用代码=a_code(2), 主体名称="示例丙有限公司")]
    with monkeypatch.context() as broken:
        broken.setattr(publishing, "publish", _fails)
        with pytest.raises(ConnectionError):
            send("subjects", *renamed)
    assert search.search(RENAMED, day=DAY)["items"] == []
    assert publish.pending() == {"due": 2, "done": 2, "failed": 0}
    assert len(search.search(RENAMED, day=DAY)["items"]) == 1
    assert publish.pending() == {"due": 0, "done": 0, "failed": 0}


def test_a_submission_cut_off_is_finished_by_sending_it_again(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    send("subjects", a_subject())
    with monkeypatch.context() as broken:
        broken.setattr(publishing, "publish", _fails)
        with pytest.raises(ConnectionError):
            send("subjects", a_subject(主体名称=RENAMED))
    assert send("subjects", a_subject(主体名称=RENAMED)).duplicate == 1
    assert len(search.search(RENAMED, day=DAY)["items"]) == 1


def test_a_subject_too_large_for_one_transaction_is_published_whole(send: Send, calls: list[str]) -> None:
    rows = [a_penalty(行政处罚决定书文号=f"示罚〔2026〕{number}号") for number in range(150)]
    send("penalties", *rows)
    assert sum(1 for _ in _feed()) == 150
    subject, records = _collection()
    calls.clear()
    publishing.publish([publish.public_part(subject, records, cities.load("nantong"), DAY)])
    assert calls == ["BatchGetItem", "TransactWriteItems"]


def _feed() -> Iterator[dict[str, Any]]:
    cursor = None
    while True:
        answer = publicity.announced("penalties", day=DAY, cursor=cursor, limit=100)
        yield from answer["items"]
        if (cursor := answer["next"]) is None:
            return


def _collection() -> tuple[Any, Any]:
    identifier = Identifier("uscc", a_code())
    found = storage.collection(storage.subjects_of([identifier])[identifier])
    assert found is not None
    return found


def _fails(*_: Any) -> Callable[..., Any]:
    raise ConnectionError("cut off")


def test_an_organisation_with_very_long_records_is_published_in_parts_that_fit(send: Send) -> None:
    import random

    chance = random.Random(1)
    words = ["".join(chr(chance.randrange(0x4E00, 0x9FA5)) for _ in range(9_000)) for _ in range(60)]
    assert (
        send("penalties", *(a_penalty(行政处罚决定书文号=f"示罚〔2026〕{n}号", 违法事实=text) for n, text in enumerate(words))).accepted
        == 60
    )
    seen, cursor = [], None
    while True:
        answer = look_up.organisation(a_code(), day=DAY, cursor=cursor)
        assert answer is not None
        seen += [record["id"] for record in answer["records"]]
        if (cursor := answer["records_next"]) is None:
            break
    assert len(seen) == len(set(seen)) == 60
    assert sum(1 for _ in _feed()) == 60


def test_one_subject_that_cannot_be_published_never_keeps_others_from_it(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = engines.write_together

    def refuses_one(writes: list[dict[str, Any]]) -> bool:
        if a_code(2) in str(writes):
            raise ClientError({"Error": {"Code": "ValidationException", "Message": ""}}, "TransactWriteItems")
        return genuine(writes)

    send("subjects", a_subject(), a_subject(主体名称="示例乙有限公司", 统一社会信用代码=a_code(2)))
    engines.client().delete_item(TableName=settings.table("publication"), Key={"pk": {"S": "ORG#" + a_code()}, "sk": {"S": "DOC"}})
    ids = storage.subjects_of([Identifier("uscc", a_code()), Identifier("uscc", a_code(2))]).values()
    monkeypatch.setattr(engines, "write_together", refuses_one)
    publishing_lists = [{"pk": {"S": "WRITTEN#" + subject}, "sk": {"S": "-"}} for subject in ids]
    for key in publishing_lists:
        engines.client().delete_item(TableName=settings.table("publication"), Key=key)
    assert publish.publish(ids, cities.load("nantong"), DAY) == 1
    assert look_up.organisation(a_code(), day=DAY) is not None


@pytest.mark.clause("HY-25c", "NT-4")
def test_a_persons_number_is_covered_wherever_a_department_put_it(send: Send) -> None:
    number = a_person_number("19900615")
    send("subjects", a_subject(住所=f"示例路1号 {number}", 经营范围="联系 13800001234（示例）"))
    send("penalties", a_penalty(行政处罚决定书文号=f"罚〔2026〕{number}号"))
    send("licences", a_licence(许可编号=number))
    public = _everything_public()
    assert number not in public
    assert "13800001234" not in public
    assert search.search("示例甲食品有限公司", day=DAY)["items"]


@pytest.mark.clause("HY-25c", "NT-4")
def test_the_legal_representative_is_covered_in_texts_of_lists_and_commitments_too(send: Send) -> None:
    send("subjects", a_subject(法定代表人="何勇军"))
    send("blacklist", a_black_entry(列入事由="何勇军拒不履行（示例）"))
    send("commitments", a_commitment(承诺内容="本人何勇军承诺（示例）"))
    found = look_up.organisation(a_code(), day=DAY)
    assert found is not None
    assert found["legal_representative"] == "何勇军"
    assert found["lists"][0]["reason"] == "何**拒不履行（示例）"
    assert found["commitments"][0]["text"] == "本人何**承诺（示例）"


def test_records_go_on_where_the_page_ended_though_newer_ones_came_in_between(send: Send) -> None:
    send("penalties", *(a_penalty(行政处罚决定书文号=f"示罚〔2026〕{number}号", 处罚决定日期="2026/02/24") for number in range(130)))
    first = look_up.organisation(a_code(), day=DAY)
    assert first is not None
    send("penalties", *(a_penalty(行政处罚决定书文号=f"示罚〔2026〕{number}号", 处罚决定日期="2026/03/24") for number in range(200, 203)))
    second = look_up.organisation(a_code(), day=DAY, cursor=first["records_next"])
    assert second is not None
    assert len(second["records"]) == 30
    assert not {record["id"] for record in first["records"]} & {record["id"] for record in second["records"]}


def test_a_cursor_of_a_longer_organisation_is_refused_and_not_a_missing_one(send: Send) -> None:
    send("penalties", a_penalty())
    with pytest.raises(Refused, match="cursor"):
        look_up.organisation(a_code(), day=DAY, cursor=cursors.cursor_at([1, ""]))
