"""Cities are data: every parameter has its unit, source and ordered dates; every catalogue item its basis; no city speaks for another."""

from __future__ import annotations

import ast
import re
import shutil
import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from chalicelib import cities
from chalicelib.cities import measures
from chalicelib.law.catalogue import Item, parse_item
from chalicelib.law.decisions import Refused
from chalicelib.law.parameters import Parameter, Rules, in_force, parse_parameter
from chalicelib.law.validity import ends_on
from chalicelib.records.kinds import Severity
from local.docs import ROOT, city_differences

LAYERS = ("default", *cities.names())
PARAMETER_FILES = [
    pytest.param(path, id=f"{path.parent.parent.name}/{path.stem}") for path in sorted(cities.HERE.glob("*/parameters/*.toml"))
]
PLACE = re.compile(r"》(第[一二三四五六七八九十]+条|第\([一二三四五六七八九十]+\)项|[一二三四五六])")
MEASURE = """
[[measures]]
id = "praise"
effect = "incentive"
binding = "recommended"
matter = "表扬（演示）"
target = "红名单主体"
means = "公开表扬"
bodies = ["演示局"]
applies_to = ["redlist"]
term = { count = 1, unit = "years" }
term_source = "演示"
basis = "演示办法第三条"
"""
FORBIDDEN = ("宗教", "基因", "血型", "疾病", "病史")


def read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def parameters(layer: str) -> dict[str, Parameter]:
    return {path.stem: parse_parameter(path.stem, read(path)) for path in sorted((cities.HERE / layer / "parameters").glob("*.toml"))}


@cache
def catalogue(layer: str) -> list[dict[str, Any]]:
    return [item for path in sorted((cities.HERE / layer / "catalogue").glob("*.toml")) for item in read(path)["items"]]


# Parameters


def test_the_five_cities_and_the_default_layer_are_here() -> None:
    assert set(LAYERS) == {"default", "nantong", "karamay", "ankang", "hanyang", "shijiazhuang"}


@pytest.mark.parametrize("path", PARAMETER_FILES)
def test_every_parameter_has_a_unit_a_source_and_ordered_dates(path: Path) -> None:
    parameter = parse_parameter(path.stem, read(path))
    assert parameter.unit
    assert parameter.description
    days = [value.begins for value in parameter.values]
    assert days == sorted(set(days))
    assert all(value.source for value in parameter.values)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"source": " "}, "没有依据"),
        ({"source": None}, "没有依据"),
        ({"from": None}, "没有生效日期"),
        ({"from": "2018-06-26"}, "没有生效日期"),
        ({"general": None}, "没有任何值"),
    ],
)
def test_a_value_without_source_date_or_fact_does_not_load(change: dict[str, Any], reason: str) -> None:
    value = {"from": date(2018, 6, 26), "general": 1, "source": "文件第三十条", **change}
    raw = {"description": "validity", "unit": "years", "values": [{key: fact for key, fact in value.items() if fact is not None}]}
    with pytest.raises(Refused, match=reason):
        parse_parameter("validity", raw)


def test_every_rule_that_the_law_asks_for_has_a_default() -> None:
    asked: set[str] = set()
    for path in sorted((ROOT / "chalicelib").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("in_force", "from_then_on") and node.args:
                name = node.args[0]
                asked.update([str(name.value)] if isinstance(name, ast.Constant) else [])
    assert "validity" in asked
    assert asked - parameters("default").keys() == set()


def test_the_default_layer_speaks_on_every_day_and_says_that_the_city_is_silent() -> None:
    for parameter in parameters("default").values():
        assert parameter.values[0].begins == date(1949, 10, 1), parameter.name
        assert all(value.source.startswith("本市文件未规定：") and len(value.source) > 20 for value in parameter.values), parameter.name


@pytest.mark.parametrize("city", cities.names())
def test_a_city_says_only_what_its_own_document_says(city: str) -> None:
    documents = cities.identity(city).documents
    for parameter in parameters(city).values():
        assert parameter.name in parameters("default"), f"no rule is called {parameter.name}"
        for value in parameter.values:
            cited = [document for document in documents if value.source.startswith(f"{document.number} 《{document.title}》")]
            assert cited, f"{parameter.name} cites none of {city}'s documents"
            assert PLACE.search(value.source), f"{parameter.name} names no article, item or section"
            assert value.begins in {document.in_force for document in cited}


def test_no_city_repeats_another_citys_source() -> None:
    seen: dict[str, str] = {}
    for layer in LAYERS:
        for parameter in parameters(layer).values():
            for value in parameter.values:
                document = value.source if layer == "default" else value.source.split("》")[0]
                assert seen.setdefault(document, layer) == layer, f"{layer}/{parameter.name} speaks from {seen[document]}"


NANTONG, KARAMAY, ANKANG, HANYANG, SHIJIAZHUANG = "nantong", "karamay", "ankang", "hanyang", "shijiazhuang"


@pytest.mark.parametrize(
    ("name", "value", "own"),
    [
        ("objection_decision", 10, {NANTONG}),
        ("objection_verification", 5, {NANTONG}),
        ("correction", 3, {NANTONG}),
        ("repair_publicity", 5, {NANTONG}),
        ("repair_look_back", 1, {NANTONG}),
        ("publicity_deadline", 7, {KARAMAY, HANYANG}),
        ("clean_record_years", 3, {KARAMAY, ANKANG, HANYANG}),
        ("measures_suspended_while_verified", True, {ANKANG, HANYANG}),
        ("association_lists", "shared", {ANKANG, KARAMAY}),
        ("black_list_exit_monitored", True, {HANYANG}),
        ("use_goes_on_while_objected", True, {NANTONG}),
        ("repair_wait", 0, set()),
        ("exit_notice", 30, set()),
        ("natural_persons_public", [], set()),
    ],
)
def test_the_documents_numbers_and_whose_they_are(name: str, value: object, own: set[str]) -> None:
    on = date(2026, 11, 21)
    found = {city: in_force(name, on=on, rules=cities.load(city).rules) for city in cities.names()}
    assert {city for city, rule in found.items() if not rule.defaulted} == own
    assert all(found[city].value == value for city in own or cities.names())


# City pages


@pytest.mark.parametrize("city", cities.names())
def test_a_citys_brand_colour_carries_white_text(city: str) -> None:
    assert 1.05 / (_luminance(cities.identity(city).brand_colour) + 0.05) >= 7


def _luminance(colour: str) -> float:
    """The relative luminance of a colour (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_cities_differ_in_colour_host_and_name() -> None:
    found = [cities.identity(city) for city in cities.names()]
    for key in ("brand_colour", "host", "name", "report_prefix"):
        assert len({getattr(identity, key) for identity in found}) == len(found), key


@pytest.mark.parametrize("city", cities.names())
def test_invented_contact_data_is_marked_and_reaches_nobody(city: str) -> None:
    identity = cities.identity(city)
    assert identity.demo
    assert identity.host.endswith(".example")
    assert identity.email_sender.endswith(".example")
    assert "（演示）" in identity.hotline
    assert identity.counters
    assert all("（演示）" in word for counter in identity.counters for word in (counter.name, counter.address, counter.phone))


@pytest.mark.parametrize("city", cities.names())
def test_every_city_has_the_texts_of_the_pages(city: str) -> None:
    texts = cities.identity(city).texts
    assert {"about", "how_to_object", "privacy", "what_is_not_here"} <= texts.keys()
    assert all(text.strip() for text in texts.values())


# Catalogue


@pytest.mark.parametrize("layer", LAYERS)
def test_every_catalogue_item_parses_and_names_nothing_twice(layer: str) -> None:
    items = [parse_item(raw, FORBIDDEN) for raw in catalogue(layer)]
    codes = [item.code for item in items]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", code) for code in codes)
    for item in items:
        assert len({field.name for field in item.fields}) == len({field.label for field in item.fields}) == len(item.fields), item.code
        assert {"title", "determined_on"} <= item.columns.keys(), item.code
        assert ("stated_end" in item.columns) == bool(item.stated_end_source), item.code
        columns = {field.column for field in item.fields}
        assert item.category != "negative" or item.code == "blacklist" or set(item.columns["title"]) <= columns, item.code
        named = {field.column for field in item.fields if field.name in ("authority", "authority_code")}
        assert named <= {column for key in ("authority", "authority_code") for column in item.columns.get(key, ())}, item.code
        assert (item.publicity_rule == "none") == (item.disclosure != "public"), item.code
    if layer == "default":
        assert all(item.source.startswith("本市文件未列目录：") for item in items)


@pytest.mark.parametrize("layer", ["default", "nantong"])
def test_the_kinds_that_the_command_line_imports_are_in_every_catalogue(layer: str) -> None:
    kinds = {"registration", "licence", "penalty", "redlist", "blacklist", "watchlist", "warnings", "commitments"}
    assert kinds <= {raw["code"] for raw in catalogue(layer)}


KINDS_OF_ARTICLES = (
    ("十", "一", "person_identity person_address person_employment person_marriage person_education person_travel_documents"),
    ("十", "二", "registration shareholding officers"),
    ("十", "三", "licence approval"),
    ("十", "四", "organisation_qualification person_qualification"),
    ("十一", "一", "commendation"),
    ("十一", "二", "volunteering charity"),
    (
        "十二",
        "一",
        (
            "criminal_judgment product_quality_violation work_safety_violation food_safety_violation pollution_violation "
            "wage_arrears contract_fraud financial_violation"
        ),
    ),
    ("十二", "二", "unexecuted_judgment"),
    ("十二", "三", "tax_arrears social_insurance_arrears administrative_fee_arrears government_fund_arrears"),
    (
        "十二",
        "四",
        (
            "illegal_employment social_insurance_fraud malicious_wage_arrears tax_dishonesty financial_default pyramid_selling "
            "statistics_violation illegal_business transport_violation lending_qualifications bid_rigging"
        ),
    ),
    ("十二", "五", "product_quality_accident work_safety_accident food_safety_accident pollution_accident"),
    ("十二", "六", "false_materials broken_commitment"),
    ("十二", "七", "market_restriction market_ban"),
    ("十二", "八", "academic_fraud exam_cheating"),
    ("十二", "九", "penalty administrative_enforcement"),
    ("十三", "一", "sector_assessment"),
    ("十三", "二", "commitments"),
    ("十三", "三", "inspection interview"),
    ("十三", "四", "real_estate_mortgage movable_mortgage equity_pledge trademark intellectual_property_pledge"),
)
"""Every sub-item of Nantong's Articles 10 to 13 with the kinds it lists.

The "other" ones, 10(5), 11(3) and 12(10), name no kind: nothing is held under them.
"""
CATEGORY_OF_ARTICLE = {"十": "basic", "十一": "positive", "十二": "negative", "十三": "other"}


@pytest.mark.clause("NT-10", "NT-11", "NT-13")
@pytest.mark.parametrize(("article", "number", "codes"), KINDS_OF_ARTICLES)
def test_nantong_holds_exactly_the_kinds_that_an_article_lists(article: str, number: str, codes: str) -> None:
    place = f"通政发〔2018〕25号 《南通市公共信用信息管理办法(试行)》第{article}条第({number})项"
    found = [raw for raw in catalogue("nantong") if raw["source"] == place]
    assert {raw["code"] for raw in found} == set(codes.split())
    assert {raw["category"] for raw in found} == {CATEGORY_OF_ARTICLE[article]}
    assert all(raw["basis"].startswith(place) for raw in found)


@pytest.mark.clause("NT-9")
def test_nantongs_catalogue_has_the_four_categories_and_no_kind_from_nowhere() -> None:
    items = catalogue("nantong")
    assert {raw["category"] for raw in items} == {"basic", "positive", "negative", "other"}
    listed = {code for _, _, codes in KINDS_OF_ARTICLES for code in codes.split()}
    assert {raw["code"] for raw in items} - listed == {"redlist", "blacklist", "watchlist", "warnings", "government_dishonesty"}


def test_what_the_public_never_sees_of_people_and_lists() -> None:
    items = {raw["code"]: raw for raw in catalogue("nantong")}
    assert all(raw["disclosure"] == "authorised" for code, raw in items.items() if code.startswith("person_"))
    for code in ("watchlist", "inspection", "interview", "criminal_judgment", "shareholding", "officers"):
        assert items[code]["disclosure"] == "shared"
    for code in ("licence", "penalty", "registration", "redlist", "blacklist", "warnings", "commitments"):
        assert items[code]["disclosure"] == "public"
    public = [raw for raw in items.values() if raw["disclosure"] == "public"]
    numbers = [entry for raw in public for entry in raw["fields"] if entry.get("type") == "id_number"]
    assert numbers
    assert all(entry["disclosure"] == "secret" for entry in numbers)


def an_item(**changes: Any) -> dict[str, Any]:
    """A catalogue item that loads; a test changes what it is about."""
    return {**next(raw for raw in catalogue("nantong") if raw["code"] == "interview"), **changes}


A_FIELD = {"name": "matter", "label": "事项"}


def test_an_item_without_a_legal_basis_does_not_load() -> None:
    for basis in ("", "  "):
        with pytest.raises(Refused, match="没有法定依据") as refused:
            parse_item(an_item(basis=basis), FORBIDDEN)
        assert refused.value.clause == "NT-8"


@pytest.mark.clause("NT-14")
@pytest.mark.parametrize("word", FORBIDDEN)
@pytest.mark.parametrize("city", cities.names())
def test_an_item_with_a_forbidden_field_is_refused_whole_and_says_which(city: str, word: str) -> None:
    words = in_force("forbidden_fields", on=date(2026, 11, 21), rules=cities.load(city).rules).value
    for field in ({"name": "hidden", "label": f"本人{word}信息"}, {"name": "hidden", "label": "备注", "column": f"{word}情况"}):
        with pytest.raises(Refused, match=word) as refused:
            parse_item(an_item(fields=[A_FIELD, field]), words)
        assert refused.value.clause == "NT-14"


@pytest.mark.clause("NT-19")
@pytest.mark.parametrize(
    ("item", "field", "loads"),
    [
        ("public", "secret", True),
        ("shared", "shared", True),
        ("shared", "public", False),
        ("authorised", "shared", False),
        ("authorised", "secret", True),
        ("secret", "authorised", False),
    ],
)
def test_a_field_is_never_wider_than_its_item(item: str, field: str, loads: bool) -> None:
    raw = an_item(disclosure=item, fields=[{**A_FIELD, "disclosure": field}])
    if loads:
        assert parse_item(raw, FORBIDDEN).fields[0].disclosure == field
        return
    with pytest.raises(Refused, match="更宽") as refused:
        parse_item(raw, FORBIDDEN)
    assert refused.value.clause == "NT-19"


# A city of three tiers, each with a shortest and a longest publicity: data alone

THREE_TIERS = """
description = "How long a negative record is public, by severity"
unit = "months"
[[values]]
from = 2026-04-01
minor = { minimum = 0, maximum = 3 }
general = { minimum = 3, maximum = 12 }
severe = { minimum = 12, maximum = 36 }
source = "国家发展改革委令第36号（测试数据）"
"""


def rules_of_three_tiers() -> Rules:
    own = {"validity": parse_parameter("validity", tomllib.loads(THREE_TIERS))}
    return Rules(own, parameters("default"))


@pytest.mark.parametrize(
    ("severity", "determined_on", "last_day", "shortest", "defaulted"),
    [
        ("minor", date(2026, 5, 10), date(2026, 8, 10), None, False),
        ("general", date(2026, 5, 10), date(2027, 5, 10), date(2026, 8, 10), False),
        ("severe", date(2026, 5, 10), date(2029, 5, 10), date(2027, 5, 10), False),
        ("severe", date(2028, 2, 29), date(2031, 2, 28), date(2029, 2, 28), False),
        ("severe", date(2026, 4, 1), date(2029, 4, 1), date(2027, 4, 1), False),  # the day that the rule begins
        ("severe", date(2026, 3, 31), date(2027, 3, 31), None, True),  # the day before: the default layer, not lengthened by the new rule
        ("minor", date(2026, 3, 31), date(2026, 6, 30), None, True),
    ],
)
def test_a_city_of_three_tiers_is_data_alone(
    severity: Severity,
    determined_on: date,
    last_day: date,
    shortest: date | None,
    defaulted: bool,
) -> None:
    ending = ends_on(determined_on, severity, rules_of_three_tiers())
    assert (ending.last_day, ending.minimum, ending.defaulted) == (last_day, shortest, defaulted)
    assert ("第36号" in ending.source) is not defaulted


def test_a_folder_of_ones_own_is_a_city(tmp_path: Path) -> None:
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "validity.toml").write_text(THREE_TIERS, encoding="utf-8")
    (tmp_path / "city.toml").write_text((cities.HERE / "shijiazhuang" / "city.toml").read_text(encoding="utf-8"), encoding="utf-8")
    city = cities.load(str(tmp_path))
    assert city.catalogue_defaulted
    assert isinstance(city.catalogue["penalty"], Item)
    assert ends_on(date(2026, 5, 10), "severe", city.rules, city.catalogue["penalty"]).last_day == date(2029, 5, 10)


# The page that shows all this


def test_the_page_of_the_cities_is_up_to_date() -> None:
    page = ROOT / "docs" / "cities.md"
    assert page.read_text(encoding="utf-8") == city_differences({name: cities.load(name) for name in cities.names()}), "run `make docs`"


@pytest.mark.parametrize(
    ("before", "after", "level", "told"),
    [
        ('basis = "演示办法第三条"', "", "unsourced", "没有依据"),
        ('applies_to = ["redlist"]', 'applies_to = ["weather"]', "error", "weather 不在信息目录中"),
        ('effect = "incentive"', 'effect = "scold"', "error", "effect"),
        ('id = "praise"', "id = ", "error", "TOML"),
    ],
)
@pytest.mark.clause("KLM-18")
def test_the_check_of_a_city_tells_what_is_wrong_in_its_list_of_measures(
    tmp_path: Path, before: str, after: str, level: str, told: str
) -> None:
    folder = tmp_path / "haian"
    shutil.copytree(cities.HERE / "shijiazhuang", folder)
    assert [one.level for one in measures.check(str(folder))] == ["defaulted"]
    (folder / measures.FILE).write_text(MEASURE, "utf-8")
    assert measures.check(str(folder)) == []
    (folder / measures.FILE).write_text(MEASURE + MEASURE, "utf-8")
    assert [one.text for one in measures.check(str(folder))] == ["措施 praise 重复"]
    (folder / measures.FILE).write_text(MEASURE.replace(before, after), "utf-8")
    (found,) = measures.check(str(folder))
    assert (found.level, found.where) == (level, measures.FILE)
    assert told in found.text
