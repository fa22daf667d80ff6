"""Names made comparable: one form for the many ways in which registers write the same name."""

from __future__ import annotations

import unicodedata

from chalicelib.law.traditional import TO_SIMPLIFIED

_PRIVATE_USE = {
    0xE7C7: "ḿ",
    0xE816: "\U00020087",
    0xE817: "\U00020089",
    0xE818: "\U000200cc",
    0xE81E: "龴",
    0xE826: "龵",
    0xE82B: "龶",
    0xE82C: "龷",
    0xE831: "\U000215d7",
    0xE832: "龸",
    0xE83B: "\U0002298f",
    0xE843: "龹",
    0xE854: "龺",
    0xE855: "\U000241fe",
    0xE864: "龻",
}
"""Characters that GB 18030-2000 kept in the private use area, to those that Unicode has given them since (GB 18030-2022)."""

MIDDLE_DOTS = "·•・．‧∙⋅･.•᛫"
_DOTS = dict.fromkeys(map(ord, MIDDLE_DOTS), "·")
_NOTHING = dict.fromkeys(map(ord, "​‌‍﻿­"))

LEGAL_FORMS = (
    "有限责任公司",
    "股份有限公司",
    "有限公司",
    "合伙企业(有限合伙)",
    "合伙企业(普通合伙)",
    "合伙企业",
    "分公司",
    "公司",
    "经营部",
    "商行",
    "门市部",
)


def standard_characters(text: str) -> str:
    """The text with characters of the private use area replaced by their standard ones."""
    return text.translate(_PRIVATE_USE)


def fold(name: str) -> str:
    """A name for comparing and searching: half width, capitals, one middle dot, no spaces, standard characters."""
    text = unicodedata.normalize("NFKC", standard_characters(name).translate(_DOTS).translate(_NOTHING))
    return "".join(text.split()).translate(_DOTS).upper()


def fold_for_search(name: str) -> str:
    """The same, and traditional characters as simplified ones: whoever searches may type either."""
    return fold(name).translate(TO_SIMPLIFIED)


def found_by(name: str) -> list[str]:
    """The endings of a name, folded: any two or more characters in a row of the name are the beginning of one of them.

    Endings inside the legal form at the end (有限公司 ...) are left out: half of all names have them, so nobody is found by them.
    """
    folded = fold_for_search(name)
    form = max((len(form) for form in _FOLDED_FORMS if folded.endswith(form)), default=1)
    return [folded[start:] for start in range(max(len(folded) - form, 1))]


def is_too_general(folded: str) -> bool:
    """Whether a folded query is a legal form or a piece of one, alone."""
    return any(folded in form for form in _FOLDED_FORMS)


def may_be_a_trade_name(folded: str) -> bool:
    """Whether a folded text could be all of an individual business's name: such a business is no company and no partnership."""
    return not folded.endswith(_COMPANIES)


def same_name(one: str, other: str) -> bool:
    """Whether two spellings are the same name."""
    return fold(one) == fold(other)


_FOLDED_FORMS = tuple(map(fold, LEGAL_FORMS))
_COMPANIES = tuple(form for form in _FOLDED_FORMS if "公司" in form or "合伙" in form)
