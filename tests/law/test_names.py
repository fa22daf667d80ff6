"""One name for the many ways in which registers write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC

from chalicelib.law.names import fold, found_by, same_name, standard_characters
from chalicelib.law.traditional import TO_SIMPLIFIED


@pytest.mark.parametrize(
    ("gb18030", "expected"),
    [
        ("FE51", "\U00020087"),
        ("FE52", "\U00020089"),
        ("FE53", "\U000200cc"),
        ("FE59", "龴"),
        ("FE61", "龵"),
        ("FE66", "龶"),
        ("FE67", "龷"),
        ("FE6C", "\U000215d7"),
        ("FE6D", "龸"),
        ("FE76", "\U0002298f"),
        ("FE7E", "龹"),
        ("FE90", "龺"),
        ("FE91", "\U000241fe"),
        ("FEA0", "龻"),
        ("A8BC", "ḿ"),
        ("CDF5", "王"),
    ],
)
def test_characters_of_old_files_become_those_that_unicode_has_now(gb18030: str, expected: str) -> None:
    assert standard_characters(bytes.fromhex(gb18030).decode("gb18030")) == expected
    assert same_name(f"王{bytes.fromhex(gb18030).decode('gb18030')}", f"王{expected}")


@pytest.mark.parametrize(
    ("case", "one", "other"),
    [
        *((f"the middle dot U+{ord(dot):04X}", f"阿卜杜{dot}示例", "阿卜杜·示例") for dot in "·•・．‧∙⋅･"),
        ("full width letters", "南通示例ＡＢＣ有限公司", "南通示例ABC有限公司"),
        ("small letters", "南通示例abc有限公司", "南通示例ABC有限公司"),
        ("full width figures", "示例１２３店", "示例123店"),
        ("brackets", "示例（南通）有限公司", "示例(南通)有限公司"),
        ("a legal form in brackets", "示例合伙企业（有限合伙）", "示例合伙企业(有限合伙)"),
        ("spaces", " 南通 示例\u3000有限公司\t", "南通示例有限公司"),
        ("a no-break space", "南通\u00a0示例", "南通示例"),
        ("a zero-width space", "南通\u200b示例", "南通示例"),
        ("a byte order mark", "\ufeff南通示例", "南通示例"),
        ("a compatibility character", "\uf900示例", "豈示例"),
    ],
)
def test_two_ways_of_writing_are_the_same_name(case: str, one: str, other: str) -> None:
    assert same_name(one, other), case


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("南通示例有限公司", "南通示例有限责任公司"),
        ("示例（南通）有限公司", "示例南通有限公司"),
        ("王伟示例", "王玮示例"),
        ("示例A店", "示例B店"),
        ("示例", ""),
    ],
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert not same_name(one, other)


@given(name=st.text(max_size=20))
def test_a_folded_name_folds_to_itself(name: str) -> None:
    assert fold(fold(name)) == fold(name)


def test_the_table_of_traditional_characters_is_that_of_opencc() -> None:
    simplified = OpenCC("t2s")
    assert len(TO_SIMPLIFIED) > 3000
    differing = {chr(one): chr(other) for one, other in TO_SIMPLIFIED.items() if simplified.convert(chr(one)) != chr(other)}
    assert differing == {}


@pytest.mark.parametrize(
    ("name", "endings"),
    [
        ("示例甲有限公司", ["示例甲有限公司", "例甲有限公司", "甲有限公司"]),
        ("示例（甲）店", ["示例(甲)店", "例(甲)店", "(甲)店", "甲)店", ")店"]),
        ("有限公司", ["有限公司"]),
        ("甲店", ["甲店"]),
        ("廣東店", ["广东店", "东店"]),
    ],
)
def test_a_name_is_found_by_its_endings_but_not_by_its_legal_form(name: str, endings: list[str]) -> None:
    assert found_by(name) == endings


@given(st.text(alphabet="示例甲乙有限公司分店（）", min_size=2, max_size=12), st.data())
def test_every_part_that_begins_before_the_form_is_the_beginning_of_an_ending(name: str, data: st.DataObject) -> None:
    endings = found_by(name)
    begin = data.draw(st.integers(0, len(endings) - 1))
    part = fold(name)[begin : begin + data.draw(st.integers(2, 12))]
    assert any(ending.startswith(part) for ending in endings)
