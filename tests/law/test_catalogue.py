"""Which catalogue items may be held at all."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.law.catalogue import WIDTH, parse_item, refuse_forbidden_fields
from chalicelib.law.decisions import Refused

from .builders import an_item, raw_item

FORBIDDEN = ("宗教", "基因", "指纹", "血型", "疾病", "病史")


def a_field(**changes: Any) -> dict[str, Any]:
    return {"name": "facts", "label": "违法事实"} | changes


@pytest.mark.clause("NT-8")
def test_an_item_that_has_all_it_needs_is_taken() -> None:
    item = parse_item(raw_item(), FORBIDDEN)
    assert (item.code, item.basis, item.retention_years, item.defaulted) == ("penalty", "示例条例第一条", 5, False)


@pytest.mark.clause("NT-8")
@pytest.mark.parametrize("basis", ["", "  ", None])
def test_an_item_without_a_legal_basis_is_refused(basis: Any) -> None:
    raw = raw_item(basis=basis) if basis is not None else {key: value for key, value in raw_item().items() if key != "basis"}
    with pytest.raises(Refused, match="法定依据") as refused:
        parse_item(raw, FORBIDDEN)
    assert refused.value.clause == "NT-8"


@pytest.mark.clause("NT-8")
@pytest.mark.parametrize(
    "key",
    [
        "code",
        "name",
        "category",
        "sphere",
        "disclosure",
        "publicity_rule",
        "severity_rule",
        "provider",
        "update_cycle",
        "period_of_use",
        "retention_years",
        "source",
        "fields",
    ],
)
def test_an_item_that_lacks_a_part_is_refused_by_its_name(key: str) -> None:
    for raw in (raw_item(**{key: ""}), {name: value for name, value in raw_item().items() if name != key}):
        with pytest.raises(Refused, match=key):
            parse_item(raw, FORBIDDEN)


@pytest.mark.clause("NT-9", "SJZ-1", "NT-19")
@pytest.mark.parametrize("key", ["category", "sphere", "disclosure", "publicity_rule", "severity_rule"])
def test_an_item_with_a_word_that_nobody_knows_is_refused(key: str) -> None:
    with pytest.raises(Refused, match=key):
        an_item(**{key: "whatever"})


@pytest.mark.clause("NT-9")
@pytest.mark.parametrize("category", ["basic", "positive", "negative", "other"])
def test_the_four_categories_are_known(category: str) -> None:
    assert an_item(category=category).category == category


@pytest.mark.clause("SJZ-1")
@pytest.mark.parametrize("sphere", ["government", "commercial", "social", "judicial"])
def test_the_four_spheres_are_known(sphere: str) -> None:
    assert an_item(sphere=sphere).sphere == sphere


@pytest.mark.clause("NT-14")
@pytest.mark.parametrize("word", FORBIDDEN)
@pytest.mark.parametrize("place", ["label", "column"])
def test_an_item_with_a_forbidden_field_is_refused_whole_and_the_field_named(word: str, place: str) -> None:
    raw = raw_item(fields=[a_field(), a_field(**{place: f"本人{word}情况"})])
    with pytest.raises(Refused, match=f"本人{word}情况") as refused:
        parse_item(raw, FORBIDDEN)
    assert refused.value.clause == "NT-14"


@pytest.mark.clause("NT-14")
def test_an_upload_with_a_forbidden_column_is_refused_and_the_column_named() -> None:
    with pytest.raises(Refused, match="血型"):
        refuse_forbidden_fields("文件", ["行政相对人名称", "血型"], FORBIDDEN)
    refuse_forbidden_fields("文件", ["行政相对人名称", "违法事实"], FORBIDDEN)


@pytest.mark.clause("NT-19", "HY-5")
@pytest.mark.parametrize("field_class", WIDTH)
@pytest.mark.parametrize("item_class", WIDTH)
def test_a_field_is_never_wider_than_its_item(item_class: str, field_class: str) -> None:
    raw = raw_item(disclosure=item_class, fields=[a_field(disclosure=field_class)])
    if ["public", "shared", "authorised", "secret"].index(field_class) < ["public", "shared", "authorised", "secret"].index(item_class):
        with pytest.raises(Refused, match="更宽"):
            parse_item(raw, FORBIDDEN)
    else:
        assert parse_item(raw, FORBIDDEN).fields[0].disclosure == field_class


@pytest.mark.clause("NT-19")
def test_a_field_has_its_items_class_and_its_label_as_column_unless_it_says_otherwise() -> None:
    field = an_item(disclosure="shared", fields=[a_field()]).fields[0]
    assert (field.disclosure, field.column, field.type, field.required) == ("shared", "违法事实", "text", False)


@pytest.mark.parametrize(
    ("case", "field", "reason"),
    [
        ("no name", {"label": "事实"}, "name"),
        ("no label", {"name": "facts"}, "label"),
        ("an unknown type", a_field(type="picture"), "picture"),
        ("an unknown class", a_field(disclosure="everyone"), "更宽"),
    ],
)
def test_a_field_that_is_not_whole_is_refused(case: str, field: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        an_item(fields=[field])


@pytest.mark.clause("HY-25c")
def test_secret_fields_are_not_among_those_that_may_leave() -> None:
    item = an_item(fields=[a_field(), a_field(name="method", label="工艺", disclosure="secret")])
    assert [field.name for field in item.content_fields()] == ["facts"]


@pytest.mark.clause("NT-30")
@pytest.mark.parametrize(
    ("case", "validity", "reason"),
    [
        ("no source", {"unit": "years", "general": 1}, "依据"),
        ("a blank source", {"unit": "years", "general": 1, "source": " "}, "依据"),
        ("no unit", {"general": 1, "source": "示例法"}, "unit"),
        ("an unknown unit", {"unit": "working_days", "general": 1, "source": "示例法"}, "unit"),
    ],
)
def test_a_validity_of_an_items_own_needs_source_and_unit(case: str, validity: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match=reason) as refused:
        an_item(validity=validity)
    assert refused.value.clause == "NT-30", case


def test_a_column_may_have_one_name_or_several() -> None:
    assert an_item(columns={"title": "违法行为类型", "number": ["文号", "文书号"]}).columns == {
        "title": ("违法行为类型",),
        "number": ("文号", "文书号"),
    }
