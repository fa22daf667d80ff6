"""Publicity for programs and readers: JSON, CSV, feeds; and the overview with its pictures."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import feedparser
import pytest
from chalice import Chalice

from chalicelib import clock
from chalicelib.services.publication import publicity
from chalicelib.services.publication.publicity import Month, Overview
from chalicelib.web import pictures, words

from .conftest import DAY, LookUps
from .examples import CODE, announcement
from .gateway import ask

ATOM = "{http://www.w3.org/2005/Atom}"
PERSON = {"subject": {"name": "王**", "code": None, "kind": "natural_person"}}


def answers(looked: LookUps, *entries: dict[str, Any], following: str | None = None) -> None:
    """From now on publicity answers with these."""
    found = {"items": list(entries), "next": following, "as_of": "2026-11-21"}
    looked.announced.side_effect = looked.newest.side_effect = lambda kind, **_: found
    looked.of_month.side_effect = lambda kind, month, **_: found


def table(public: Chalice, address: str) -> list[list[str]]:
    body = ask(public, address).body
    assert body.startswith("\ufeff"), "the mark by which spreadsheets know UTF-8"
    return list(csv.reader(io.StringIO(body.removeprefix("\ufeff"))))


# CSV


@pytest.mark.parametrize("kind", publicity.KINDS)
def test_a_kind_as_a_table_has_a_row_an_entry_and_as_many_cells_as_columns(public: Chalice, kind: str) -> None:
    head, *rows = table(public, f"/publicity/{kind}.csv")
    assert head[:3] == ["编号", "主体名称", "统一社会信用代码"]
    assert [len(row) for row in rows] == [len(head)]
    assert rows[0][2] == CODE
    assert len(set(head)) == len(head)


def test_a_penalty_as_a_row_says_what_the_page_says(public: Chalice) -> None:
    head, row = table(public, "/publicity/penalties.csv")
    cells = dict(zip(head, row, strict=True))
    assert cells["决定日期"] == "2026-02-26"
    assert cells["展示至"] == "2027-02-25"
    assert cells["失信程度"] == "一般"
    assert cells["罚款金额"] == "85000.00"
    assert cells["没收金额"] == ""
    assert cells["提供单位"] == "南通市示例住房和城乡建设局"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_a_table_starts_a_formula(public: Chalice, looked: LookUps, start: str) -> None:
    evil = start + "cmd|'/c calc'!A0"
    entry = announcement(title=evil, document_no=evil, subject={"name": evil, "code": CODE, "kind": "organisation"})
    entry["content"] = dict.fromkeys(entry["content"], evil)
    answers(looked, entry)
    for row in table(public, "/publicity/penalties.csv"):
        assert not [cell for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


def test_a_table_is_a_file_with_a_name_and_no_search_engine_keeps_it(public: Chalice) -> None:
    page, month = ask(public, "/publicity/penalties.csv"), ask(public, "/publicity/penalties.csv?month=2026-10")
    assert page.headers["Content-Type"] == month.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert page.headers["Content-Disposition"] == 'attachment; filename="penalties.csv"'
    assert month.headers["Content-Disposition"] == 'attachment; filename="penalties-2026-10.csv"'
    assert "noindex" in page.headers["X-Robots-Tag"]


def test_a_months_file_asks_for_the_month_with_its_filters(public: Chalice, looked: LookUps) -> None:
    ask(public, f"/publicity/penalties.csv?month=2026-10&body={CODE.lower()}&field=social&cursor=c")
    assert looked.of_month.call_args.args == ("penalties", date(2026, 10, 1))
    assert looked.of_month.call_args.kwargs == {"day": DAY, "body": CODE, "field": "social", "cursor": "c"}
    assert looked.announced.call_count == 0


@pytest.mark.parametrize("query", ["month=2026-10&field=social", "from=2026-10-01&to=2026-10-31&limit=5", ""])
def test_a_table_goes_on_by_a_link_that_keeps_what_was_asked(public: Chalice, looked: LookUps, query: str) -> None:
    assert "Link" not in ask(public, f"/publicity/penalties.csv?{query}").headers
    answers(looked, announcement(), following="n")
    link = ask(public, f"/publicity/penalties.csv?{query}").headers["Link"]
    found = re.fullmatch(r'<(/publicity/penalties\.csv\?[^>]*)>; rel="next"', link)
    assert found is not None
    assert parse_qs(urlsplit(found[1]).query) == {**parse_qs(query), "cursor": ["n"]}
    assert ask(public, found[1]).status == 200


def test_a_person_in_a_table_has_no_code(public: Chalice, looked: LookUps) -> None:
    answers(looked, announcement(**PERSON))
    head, row = table(public, "/publicity/penalties.csv")
    cells = dict(zip(head, row, strict=True))
    assert (cells["主体名称"], cells["统一社会信用代码"], cells["主体类别"]) == ("王**", "", "自然人")


# Atom


@pytest.mark.parametrize("kind", publicity.KINDS)
def test_a_feed_is_one_that_a_strict_reader_takes(public: Chalice, kind: str) -> None:
    answer = ask(public, f"/publicity/{kind}.atom")
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    read = feedparser.parse(answer.raw, response_headers={"content-type": answer.headers["Content-Type"]})
    assert (read.bozo, read.version) == (0, "atom10")
    (entry,) = read.entries
    assert entry.id.startswith("tag:xinyong.nantong.example,2018:records/")
    assert entry.link == f"https://xinyong.nantong.example/subjects/{CODE}#{announcement(kind)['id']}"


def test_a_feed_has_all_that_rfc_4287_demands(public: Chalice, looked: LookUps) -> None:
    answers(looked, announcement(), announcement("licences"), announcement(id="r_2", **PERSON), following="a+/=")
    root = ET.fromstring(ask(public, f"/publicity/penalties.atom?from=2026-01-01&body={CODE}").raw)
    assert root.tag == ATOM + "feed"
    ids = [element.text for element in root.iter(ATOM + "id")]
    assert len(ids) == len(set(ids)) == 4
    for element in (root, *root.iter(ATOM + "entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(ATOM + name)) == 1, name
        stamp = datetime.fromisoformat(element.findtext(ATOM + "updated") or "")
        assert stamp.utcoffset() == timedelta(hours=8)
        assert element.findtext(f"{ATOM}author/{ATOM}name")
    links = {link.get("rel"): link.get("href") for link in root.findall(ATOM + "link")}
    assert set(links) == {"self", "alternate", "next"}
    assert all(str(link).startswith("https://xinyong.nantong.example/publicity/penalties") for link in links.values())
    assert parse_qs(urlsplit(str(links["next"])).query) == {"from": ["2026-01-01"], "body": [CODE], "cursor": ["a+/="]}
    for entry in root.iter(ATOM + "entry"):
        assert entry.find(f"{ATOM}link[@rel='alternate']") is not None
        assert entry.find(ATOM + "content") is None, "what stays in readers is a notice and not the record"


def test_an_entry_of_a_feed_says_until_when_it_shows_and_holds_no_more_than_a_notice(public: Chalice, looked: LookUps) -> None:
    answers(looked, announcement(), announcement("licences"))
    text = ask(public, "/publicity/penalties.atom").body
    assert "展示至2027年2月25日，次日起不得再展示或使用" in text
    assert "没有截止日期" in text
    for detail in ("当事人发布虚假广告，事实清楚", "85000", "《示例法》"):
        assert detail not in text


def test_a_feed_gives_a_subscriber_what_was_published_last_and_as_much_as_one_page_may_hold(public: Chalice, looked: LookUps) -> None:
    assert ask(public, f"/publicity/penalties.atom?from=2026-01-01&body={CODE}").status == 200
    assert (looked.newest.call_count, looked.announced.call_count) == (1, 0)
    asked = looked.newest.call_args.kwargs
    assert (asked["limit"], asked["begin"], asked["body"]) == (100, date(2026, 1, 1), CODE)
    ask(public, "/publicity/penalties.atom?limit=5")
    assert looked.newest.call_args.kwargs["limit"] == 5


def test_a_feed_with_nothing_in_it_is_still_one(public: Chalice, looked: LookUps) -> None:
    answers(looked)
    read = feedparser.parse(ask(public, "/publicity/exits.atom").raw)
    assert (read.bozo, len(read.entries), read.feed.updated) == (0, 0, "2026-11-21T00:00:00+08:00")


def test_a_person_in_a_feed_is_masked_and_leads_to_no_page_of_their_own(public: Chalice, looked: LookUps) -> None:
    answers(looked, announcement(**PERSON))
    (entry,) = feedparser.parse(ask(public, "/publicity/penalties.atom").raw).entries
    assert entry.title.startswith("王**")
    assert entry.link == "https://xinyong.nantong.example/publicity/penalties?from=2026-02-26&to=2026-02-26#r_8fk2a"


@pytest.mark.parametrize("text", ["<b>&amp;]]>", "\x0b\x00控制", "\ufffe\ud800半个", "𬭎龴"])
def test_no_text_breaks_a_feed(public: Chalice, looked: LookUps, text: str) -> None:
    answers(looked, announcement(title=text))
    read = feedparser.parse(ask(public, "/publicity/penalties.atom").raw)
    assert read.bozo == 0
    assert len(read.entries) == 1


# Pages


@pytest.mark.parametrize("wrong", ["from=2026-10-31&to=2026-10-01", "from=2026-10-01&to=tomorrow&field=commercial"])
def test_after_a_mistake_the_form_still_holds_what_was_typed(public: Chalice, wrong: str) -> None:
    answer = ask(public, "/publicity/penalties?" + wrong)
    assert answer.status == 422
    for name, value in (part.split("=") for part in wrong.split("&")):
        assert (f'value="{value}" selected' if name == "field" else f'value="{value}"') in answer.body


def test_the_form_never_repeats_what_looks_like_a_persons_number(public: Chalice) -> None:
    answer = ask(public, "/publicity/penalties?body=11010519491231002X&from=11010519491231002X")
    assert answer.status == 422
    assert "11010519491231002X" not in answer.body


@pytest.mark.clause("SJZ-1")
def test_a_page_is_filtered_by_body_and_field_and_keeps_both_in_its_links(public: Chalice, looked: LookUps) -> None:
    answers(looked, announcement(), following="n")
    body = ask(public, f"/publicity/penalties?body={CODE}&field=commercial&from=2026-01-01").body
    assert looked.announced.call_args.kwargs["body"] == CODE
    assert looked.announced.call_args.kwargs["field"] == "commercial"
    assert f'value="{CODE}"' in body
    assert '<option value="commercial" selected>商务</option>' in body
    kept = f"from=2026-01-01&amp;body={CODE}&amp;field=commercial"
    assert f'href="/publicity/penalties?{kept}&amp;cursor=n"' in body
    for ending in ("json", "csv", "atom"):
        assert f'href="/publicity/penalties.{ending}?{kept}"' in body


def test_a_page_leads_to_the_entries_of_each_body_on_it(public: Chalice) -> None:
    body = ask(public, "/publicity/penalties").body
    assert 'href="/publicity/penalties?body=11320699000ARLRP06">南通市示例市场监督管理局</a>' in body


def test_a_page_with_nothing_yet_says_that_the_search_goes_on(public: Chalice, looked: LookUps) -> None:
    answers(looked, following="n")
    body = ask(public, f"/publicity/penalties?body={CODE}").body
    assert "已经查找的部分里没有符合条件的记录" in body
    assert "cursor=n" in body
    assert "没有正在公示的" not in body


@pytest.mark.parametrize("kind", publicity.KINDS)
def test_every_kind_has_a_page_that_names_its_feed(public: Chalice, kind: str) -> None:
    body = ask(public, f"/publicity/{kind}").body
    assert f'<link rel="alternate" type="application/atom+xml" title="{words.PUBLICITY[kind].name}公示"' in body


# The overview


def test_the_overview_draws_the_months_and_tells_them_to_who_does_not_see(public: Chalice, looked: LookUps) -> None:
    months = (Month("2026-09", 0), Month("2026-10", 4), Month("2026-11", 12))
    looked.overview.side_effect = lambda **_: Overview(
        {"penalties": months, "exits": (Month("2026-11", 0),)}, datetime(2026, 11, 21, 8, 5, tzinfo=clock.SHANGHAI)
    )
    body = ask(public, "/publicity").body
    assert looked.overview.call_count == 1
    assert looked.overview.call_args.kwargs == {"day": DAY}
    drawn = re.search(r"<svg.*?</svg>", body, re.DOTALL)
    assert drawn is not None
    root = ET.fromstring(drawn[0])
    name = "{http://www.w3.org/2000/svg}"
    told = {element.get("id"): element.text for element in (root.find(name + "title"), root.find(name + "desc")) if element is not None}
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == " ".join(str(id_) for id_ in told)
    assert list(told.values()) == [
        "行政处罚：最近12个月正在公示的条数",
        "2026年9月至2026年11月，共16条。最多的是2026年11月，12条。",
    ]
    bars = root.findall(name + "rect")
    assert [int(bar.get("height") or 0) for bar in bars] == [30, 90]
    assert 'href="/publicity/penalties?from=2026-10-01&amp;to=2026-10-31">2026年10月</a></th><td>4</td>' in body
    assert '<th scope="row">2026年9月</th><td>0</td>' in body
    assert "条数统计于2026年11月21日 08:05" in body
    assert "最近12个月没有正在公示的记录" in body


def test_without_a_count_the_overview_still_leads_to_every_kind(public: Chalice) -> None:
    body = ask(public, "/publicity").body
    assert "各月的条数还没有统计" in body
    for kind in publicity.KINDS:
        assert f'href="/publicity/{kind}"' in body


def test_the_smallest_number_still_has_a_bar_and_none_has_none() -> None:
    chart = pictures.chart([("2026-01", 0), ("2026-02", 1), ("2026-03", 100_000)])
    assert [bar.height for bar in chart.bars] == [0, 1, pictures.HEIGHT]
    assert chart.total == 100_001
    assert pictures.chart([("2026-01", 0)]).largest is None
    assert pictures.chart([]).bars == ()


@pytest.mark.parametrize(
    ("query", "marked"),
    [("from=2026-13-01", {"from", "to"}), ("to=x", {"from", "to"}), ("body=1", {"body"}), ("field=x", {"field"})],
)
def test_a_wrong_filter_is_marked_and_no_other(public: Chalice, looked: LookUps, query: str, marked: set[str]) -> None:
    answers(looked)
    answer = ask(public, f"/publicity/penalties?{query}")
    assert answer.status == 422
    wrong = re.findall(r'class="[^"]*govuk-(?:input|select)--error" id="(\w+)"', answer.body)
    assert set(wrong) == marked
    assert re.findall(r'error-summary__list"><li><a href="#(\w+)"', answer.body)[0] in marked
    assert "--error" not in ask(public, "/publicity/penalties").body
