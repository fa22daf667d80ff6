"""Lists, warnings, commitments and any other catalogue item, on an organisation's page and in publicity, in words."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from chalice import Chalice

from chalicelib import cities
from chalicelib.law.catalogue import Item
from chalicelib.services.publication import publicity, publish
from chalicelib.web import cards, words

from .conftest import LookUps
from .examples import CODE, CONTENTS, announcement, commitment, licence, list_entry, organisation, penalty, red_entry, warning
from .gateway import ask

NANTONG = cities.load("nantong").catalogue
PUBLIC = [
    item for item in NANTONG.values() if item.disclosure == "public" and item.publicity_rule != "none" and item.code != "registration"
]
VALUES: dict[str, Any] = {"date": "2026-05-01", "money": "1200.00", "money_10k": "1205000.00", "number": "12"}


def body_of(looked: LookUps, public: Chalice, **changes: Any) -> str:
    looked.organisation.side_effect = lambda code, **_: organisation(**changes)
    return ask(public, f"/subjects/{CODE}").body


def says(body: str, label: str, text: str) -> bool:
    return re.search(rf"<dt>{label}</dt><dd[^>]*>{re.escape(text)}</dd>", body) is not None


def card_of(item: Item, **changes: Any) -> cards.Card:
    """The card of a record of an item with every public field filled, by the labels that its document brings."""
    content = {
        field.name: next(iter(field.choices.values())) if field.choices else VALUES.get(field.type, f"示例{field.label}")
        for field in item.fields
        if field.disclosure == "public"
    }
    base = penalty(catalogue=item.code, catalogue_name=item.name, category=item.category, content=content, **changes)
    labels = json.loads(json.dumps({item.code: publish.labels(item)}))
    (card,) = cards.sections(organisation(records=[base], labels=labels))[1].cards
    return card


@pytest.mark.clause("HY-26", "HY-9")
def test_a_list_entry_shows_who_on_what_basis_why_until_when_and_how_it_can_be_repaired(public: Chalice, looked: LookUps) -> None:
    body = body_of(looked, public, records=[], lists=[list_entry()])
    for label, text in (
        ("认定单位", "南通市示例市场监督管理局"),
        ("认定依据", "《示例办法》第二条"),
        ("列入事由", "串通投标"),
        ("列入日期", "2025年4月24日"),
        ("能否修复", "可以修复"),
        ("修复方式", "履行义务并公示5个工作日"),
    ):
        assert says(body, label, text), label
    for text in ("黑名单（失信）", "严重违法失信名单", "失信程度：严重", "2028年4月23日", "依据：认定单位填报的有效期至", "如何提出异议"):
        assert text in body, text
    for text in ("True", "None", "决定机关", "决定日期", "recogniser", "没有正在公示的记录</strong>"):
        assert text not in body, text


REPAIR = [
    ({"repairable": False}, "认定单位写明不能修复，依据见“认定依据”；认为不当的，可以提出异议", None),
    ({"repairable": False, "basis": None}, "认定单位写明不能修复，没有写明依据；认为不当的，可以提出异议", None),
    ({"repairable": None, "repair_way": None}, "认定单位没有写明", None),
    ({"repairable": None}, "认定单位没有写明", "履行义务并公示5个工作日"),
    ({"repair_way": None}, "可以修复", "认定单位没有写明，请向认定单位询问"),
]


@pytest.mark.parametrize(("changes", "whether", "how"), REPAIR)
def test_what_the_recogniser_said_of_repair_is_told_as_it_is(
    public: Chalice, looked: LookUps, changes: dict[str, Any], whether: str, how: str | None
) -> None:
    body = body_of(looked, public, lists=[list_entry(**changes)])
    assert says(body, "能否修复", whether)
    assert ("<dt>修复方式</dt>" in body) == (how is not None)
    assert how is None or says(body, "修复方式", how)


def test_red_lists_and_warnings_have_their_own_words_and_nothing_of_repair(public: Chalice, looked: LookUps) -> None:
    body = body_of(looked, public, lists=[red_entry(), warning()], labels={"warnings": publish.labels(NANTONG["warnings"])})
    for text in ("红名单（守信）", "诚信典型", "纳税信用A级", "2027年4月24日", "大数据警示名单"):
        assert text in body, text
    assert says(body, "来源", "信用中国（演示）")
    assert says(body, "发布单位", "国家公共信用信息中心")
    assert "修复" not in body
    assert "mx-card--positive" in body
    assert "mx-card--warning" in body


@pytest.mark.clause("KLM-5")
def test_a_commitment_shows_its_sort_text_day_and_who_received_it(public: Chalice, looked: LookUps) -> None:
    body = body_of(looked, public, commitments=[commitment(), commitment(id="c_2", type="special", valid_until="2027-01-04")])
    assert says(body, "承诺内容", "承诺依法诚信经营（演示）。")
    assert says(body, "承诺日期", "2026年1月5日")
    assert says(body, "受理单位", "南通市示例应急管理局")
    for text in ("综合承诺", "专项承诺", "综合信用承诺", "长期展示", "承诺中写明的有效期至，没有截止日期", "2027年1月4日"):
        assert text in body, text
    for text in ("general", "special"):
        assert f">{text}<" not in body, text


def test_the_parts_stand_in_order_each_with_its_count(public: Chalice, looked: LookUps) -> None:
    body = body_of(looked, public, lists=[red_entry(), warning(), list_entry()], commitments=[commitment()])
    titles = ['id="lists"', 'id="l_b1"', 'id="l_w1"', 'id="l_r1"', 'id="records"', 'id="r_8fk2a"', 'id="commitments"', 'id="c_1"']
    places = [body.index(title) for title in titles]
    assert places == sorted(places)
    assert '红黑名单与预警</a> <span class="mx-count">3 条' in body
    assert "共 3 条" in body
    assert body.count("共 1 条") == 2


def test_a_part_without_entries_says_so_beside_the_others(public: Chalice, looked: LookUps) -> None:
    body = body_of(looked, public, records=[], lists=[list_entry()])
    assert body.count("没有正在公示的记录") == 2
    assert "不是对该主体信用的评价" not in body


def test_nothing_at_all_means_what_it_means(public: Chalice, looked: LookUps) -> None:
    body = body_of(looked, public, records=[])
    assert "<strong>没有正在公示的记录</strong>" in body
    for text in ("许可、处罚等记录", "红黑名单、预警和信用承诺", "不是对该主体信用的评价", "不表示从来没有过记录"):
        assert text in body, text


def test_later_pages_have_the_records_alone(public: Chalice, looked: LookUps) -> None:
    looked.organisation.side_effect = lambda code, **_: organisation(lists=[list_entry()], commitments=[commitment()])
    body = ask(public, f"/subjects/{CODE}?cursor=c").body
    assert 'id="r_8fk2a"' in body
    assert 'id="l_b1"' not in body
    assert 'id="c_1"' not in body


def test_entries_of_an_earlier_name_say_so(public: Chalice, looked: LookUps) -> None:
    former = {"subject_name": "海安示例瑞广运输有限公司"}
    body = body_of(looked, public, lists=[list_entry(**former)], commitments=[commitment(**former)])
    assert "名称变更：列入时，该主体的名称是“海安示例瑞广运输有限公司”" in body
    assert "名称变更：作出承诺时，该主体的名称是“海安示例瑞广运输有限公司”" in body


def test_a_list_of_a_kind_that_is_not_known_here_shows_all_the_same(public: Chalice, looked: LookUps) -> None:
    body = body_of(looked, public, lists=[list_entry(list="association_blacklist", name="示例行业协会名单")])
    assert "示例行业协会名单" in body
    assert says(body, "能否修复", "可以修复")


@pytest.mark.parametrize("item", PUBLIC, ids=lambda item: item.code)
def test_every_public_item_shows_by_the_labels_of_the_catalogue(item: Item) -> None:
    card = card_of(item)
    lines = {line.label: line.text for line in (*card.lead, *card.content)}
    assert not any(re.fullmatch(r"[a-z_]+", label) for label in lines)
    assert not {"True", "False", "general", "special", "2026-05-01"} & set(lines.values())
    for field in item.fields:
        if field.type in ("money", "money_10k") and field.disclosure == "public":
            assert lines[field.label].endswith(" 元")
        if field.type == "date" and field.disclosure == "public":
            assert lines[field.label] == "2026年5月1日"
    assert lines[item.columns["determined_on"][0]] == "2026年2月26日"


def test_an_item_of_the_catalogue_shows_in_its_own_words() -> None:
    card = card_of(NANTONG["commendation"], severity=None)
    lines = {line.label: line.text for line in (*card.lead, *card.content)}
    assert [tag.text for tag in card.tags] == ["表彰奖励"]
    assert (lines["授予单位"], lines["授予日期"]) == ("示例授予单位", "2026年2月26日")
    assert card_of(NANTONG["equity_pledge"]).content[-1] == cards.Line("出质股权数额", "1,205,000.00 元")


def test_labels_name_nothing_that_is_not_public() -> None:
    labels = publish.labels(NANTONG["registration"])
    assert "legal_representative_id" not in labels
    assert labels["legal_representative"] == {"label": "法定代表人", "type": "person_name"}


def test_a_choice_is_written_in_the_word_that_the_catalogue_has_for_it() -> None:
    labels = {"a": {"label": "甲", "type": "choice", "choices": {"有": True, "无": False}}, "b": {"label": "乙", "type": "choice"}}
    found = organisation(records=[penalty(catalogue="x", content={"a": False, "b": False})], labels={"x": labels})
    (card,) = cards.sections(found)[1].cards
    assert [(line.label, line.text) for line in card.content] == [("甲", "无"), ("乙", "否")]


def test_a_licence_without_an_end_is_valid_for_long(public: Chalice, looked: LookUps) -> None:
    record = licence()
    record["content"]["valid_to"] = "2099-12-31"
    assert says(body_of(looked, public, records=[record]), "有效期至", "长期")


def test_every_kind_of_publicity_that_is_kept_is_served_and_stands_in_one_group() -> None:
    assert tuple(words.PUBLICITY) == publicity.KINDS
    assert [kind for _, kinds in words.GROUPS.values() for kind in kinds] == list(words.PUBLICITY)


@pytest.mark.parametrize("city", ["nantong", "ankang"])
@pytest.mark.parametrize("code", sorted(words.CONTENT))
def test_the_pages_of_publicity_have_a_label_for_all_that_is_public(city: str, code: str) -> None:
    item = cities.load(city).catalogue.get(code)
    if item is None:
        return
    said = cards._SAID_ELSEWHERE | {"type"}
    assert {field.name for field in item.fields if field.disclosure == "public"} - said <= set(words.CONTENT[code])


KINDS = [
    ("redlist", ["红名单公示", "列入日期从", "最新列入的主体", "<dt>认定单位</dt><dd>南通市示例税务局</dd>", "红名单（守信）", "诚信典型"]),
    ("blacklist", ["黑名单公示", "列入日期从", "<dt>能否修复</dt><dd>可以修复</dd>", "失信程度：严重", "<dt>认定依据</dt>"]),
    ("warnings", ["预警名单公示", "发布日期从", "最新发布的预警", "<dt>发布单位</dt>", "<dt>来源</dt>", "大数据警示名单"]),
    ("commitments", ["信用承诺公示", "承诺日期从", "最新作出的承诺", "专项承诺", "<dt>承诺内容</dt>", "<dt>受理单位</dt>"]),
]


@pytest.mark.parametrize(("kind", "texts"), KINDS, ids=[kind for kind, _ in KINDS])
def test_a_kind_of_publicity_speaks_in_its_own_words(public: Chalice, kind: str, texts: list[str]) -> None:
    body = ask(public, f"/publicity/{kind}").body
    for text in [*texts, "2026年3月5日", f'href="/subjects/{CODE}"', "如何提出异议", "2027年2月25日", 'href="/publicity">信息公示</a>']:
        assert text in body, text
    for text in ("决定日期", "决定机关", "决定的内容", "True", "None", *CONTENTS[kind]):
        assert f">{text}" not in body, text


@pytest.mark.parametrize("kind", CONTENTS)
def test_a_person_on_a_page_of_publicity_is_masked_and_has_no_link(public: Chalice, looked: LookUps, kind: str) -> None:
    person = announcement(kind, subject={"name": "王**", "code": None, "kind": "natural_person"})
    looked.announced.side_effect = lambda kind, **_: {"items": [person], "next": None, "as_of": "2026-11-21"}
    body = ask(public, f"/publicity/{kind}").body
    assert "王**（自然人）" in body
    assert "/subjects/" not in body


@pytest.mark.parametrize("kind", words.PUBLICITY)
def test_an_empty_kind_says_that_nothing_shows_now(public: Chalice, looked: LookUps, kind: str) -> None:
    looked.announced.side_effect = lambda kind, **_: {"items": [], "next": None, "as_of": "2026-11-21"}
    assert f"没有正在公示的{words.PUBLICITY[kind].name}" in ask(public, f"/publicity/{kind}").body
    assert "或者那时的记录已经到期" in ask(public, f"/publicity/{kind}?from=2020-01-01").body


@pytest.mark.parametrize("kind", CONTENTS)
def test_a_kind_of_publicity_is_given_to_programs(public: Chalice, kind: str) -> None:
    for address in (f"/api/v1/publicity/{kind}", f"/publicity/{kind}.json"):
        assert ask(public, address).json["items"] == [announcement(kind)]


def test_the_overview_has_all_kinds_in_their_groups(public: Chalice) -> None:
    body = ask(public, "/publicity").body
    for group, (_, kinds) in words.GROUPS.items():
        assert f">{group}</h2>" in body
        for kind in kinds:
            assert f'href="/publicity/{kind}"' in body
    assert "尚未开通" not in body
