"""Who a row is about: the national layouts' columns read as a kind of subject, its name and its identifiers (NT-15)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.law.decisions import Refused
from chalicelib.law.identifiers import IdentifierType, check_old_number, check_person_number, check_uscc, organisation_code_in
from chalicelib.law.masking import holds_person_number
from chalicelib.law.names import LEGAL_FORMS, fold
from chalicelib.records.identifiers import Identifier
from chalicelib.records.kinds import SubjectKind

USCC_COLUMN = "行政相对人代码_1(统一社会信用代码)"
OLD_NUMBERS: dict[str, IdentifierType] = {
    "行政相对人代码_2(工商注册号)": "registration_number",
    "行政相对人代码_3(组织机构代码)": "organisation_code",
    "行政相对人代码_4(税务登记号)": "tax_number",
    "行政相对人代码_5(事业单位证书号)": "institution_number",
    "行政相对人代码_6(社会组织登记证号)": "social_organisation_number",
}


@dataclass(frozen=True)
class Layout:
    """The columns in which a submission says whom a row is about."""

    name: str
    kind: str
    code: str
    old_numbers: Mapping[str, IdentifierType]

    def columns(self) -> tuple[str, ...]:
        """All of them, and those of people."""
        return (self.name, self.kind, self.code, *self.old_numbers, *PEOPLE)


RESPONSIBLE = "责任人员"
MOST_RESPONSIBLE = 10
PEOPLE = ("法定代表人", "法定代表人证件类型", "法定代表人证件号码", "证件类型", "证件号码", RESPONSIBLE)
NATIONAL = Layout("行政相对人名称", "行政相对人类别", USCC_COLUMN, OLD_NUMBERS)
"""The national layout of licences and penalties (双公示)."""
PLAIN = Layout("主体名称", "主体类别", "统一社会信用代码", {})
"""The layout of everything else."""
KINDS: dict[str, SubjectKind] = {
    "法人及非法人组织": "organisation",
    "法人": "organisation",
    "非法人组织": "organisation",
    "个体工商户": "individual_business",
    "自然人": "natural_person",
    "": "organisation",
}


CAPACITY_COLUMN = "行为能力"
_LACKS_CAPACITY = re.compile(r"(?<!非)(?<!不是)(?<!不属于)(?:无|限制|丧失|没有|不具有|不具备)(?:完全)?(?:民事)?行为能力")


TOLERANCE_COLUMN = "容错认定"
_TOLERATED = re.compile(r"(?<!不)(?<!未)(?<!没有)(?<!非)(?:属于|属|认定为|认定|适用|纳入|符合|予以)(?:了)?容错")


class CellRefused(Exception):
    """A cell that cannot be taken: its column and the reason."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


@dataclass(frozen=True)
class Responsible:
    """A person whom a row states to be responsible, and the office in which they are."""

    name: str
    identifier: Identifier
    role: str


@dataclass(frozen=True)
class Party:
    """Whom a row is about. The first identifier decides; `people` are everyone whom the row names."""

    kind: SubjectKind
    name: str
    identifiers: tuple[Identifier, ...]
    layout: Layout
    legal_representative: str | None = None
    people: tuple[str, ...] = ()
    private: Mapping[str, Any] = field(default_factory=dict)

    @property
    def code(self) -> str | None:
        """The party's USCC, if the row gives one."""
        return next((identifier.number for identifier in self.identifiers if identifier.type == "uscc"), None)


def party_of(cells: Mapping[str, str], layout: Layout) -> Party:
    """The party of a row, or `CellRefused`."""
    name = named(cells, layout.name)
    stated = kind_of(cells, layout.kind)
    if stated == "natural_person" or (not cells.get(layout.kind) and not cells.get(layout.code) and cells.get("证件号码")):
        return _person(cells, name, layout)
    identifiers = code_of(cells, layout.code) if cells.get(layout.code) else []
    for column, kind in layout.old_numbers.items():
        if cells.get(column):
            identifiers.append(checked(column, check_old_number, kind, cells[column]))
    if not identifiers:
        raise CellRefused(layout.code, "没有统一社会信用代码，也没有任何登记号码，无法确定是哪个主体：请补填统一社会信用代码")
    who = kind_by_code(stated, identifiers)
    if who == "government_body":
        _refuse_tolerated(cells)
    representative = cells.get("法定代表人") or None
    people = tuple(filter(None, [representative, *responsible_people(cells)]))
    return Party(who, name, tuple(dict.fromkeys(identifiers)), layout, representative, people, representative_id(cells))


def kind_of(cells: Mapping[str, str], column: str) -> SubjectKind:
    """The kind of subject that a row states."""
    words = cells.get(column, "")
    if words not in KINDS:
        raise CellRefused(column, f"类别“{words[:20]}”不认识，请填写：法人及非法人组织、个体工商户、自然人")
    return KINDS[words]


def kind_by_code(stated: SubjectKind, identifiers: list[Identifier]) -> SubjectKind:
    """The code tells an individual business (92...) and a government body (11...), whatever the row says."""
    code = next((identifier.number for identifier in identifiers if identifier.type == "uscc"), "")
    return "individual_business" if code.startswith("92") else "government_body" if code.startswith("11") else stated


def named(cells: Mapping[str, str], column: str) -> str:
    """The name in a column; it must be there."""
    name = cells.get(column, "").strip()
    if not name:
        raise CellRefused(column, "名称没有填写，请补填")
    if len(name) > 200:
        raise CellRefused(column, "名称超过200个字，请核对")
    if holds_person_number(name):
        raise CellRefused(column, "名称中有像个人证件号码的数字：请删去号码，只填登记的名称")
    if not name.isprintable():
        raise CellRefused(column, "名称中有换行或不可见的字符：请重新填写")
    folded = fold(name)
    if len(folded) < 2 or not any(character.isalpha() for character in folded) or folded in LEGAL_FORMS:
        raise CellRefused(column, "这不是完整的名称，请填写登记的全称")
    return name


def code_of(cells: Mapping[str, str], column: str) -> list[Identifier]:
    """The USCC in a column, and the organisation code inside it."""
    identifier = checked(column, check_uscc, cells.get(column, ""))
    return [identifier, organisation_code_in(identifier.number)]


def representative_id(cells: Mapping[str, str]) -> dict[str, Any]:
    """The legal representative's identifier, kept sealed; a number that fails its check is a reason to refuse the row."""
    column = "法定代表人证件号码"
    if not cells.get(column):
        return {}
    found = checked(column, check_person_number, cells.get("法定代表人证件类型", ""), cells[column])
    return {"legal_representative_id": {"type": found.type, "number": found.number}}


def responsible_people(cells: Mapping[str, str]) -> list[str]:
    """The names in 责任人员 (姓名/证件号码/职务;...)."""
    return [entry.split("/")[0].strip() for entry in _entries(cells)]


def responsible(cells: Mapping[str, str]) -> tuple[Responsible, ...]:
    """The people whom a row states to be responsible, each with a checked number (NT-29); `CellRefused` for one without.

    A number is a resident ID number unless `证件类型:` stands before it.
    """
    found = []
    for entry in _entries(cells):
        name, number, role = (*(part.strip() for part in entry.split("/")), "", "")[:3]
        if not name or not number:
            raise CellRefused(RESPONSIBLE, "责任人员应写成 姓名/证件号码/职务，多人之间用分号隔开：缺少姓名或证件号码")
        kind, _, digits = number.rpartition(":") if ":" in number else number.rpartition("：")
        found.append(Responsible(name, checked(RESPONSIBLE, check_person_number, kind, digits), role))
    if len(found) > MOST_RESPONSIBLE:
        raise CellRefused(RESPONSIBLE, f"责任人员超过{MOST_RESPONSIBLE}人，请分行报送")
    if len({person.identifier for person in found}) < len(found):
        raise CellRefused(RESPONSIBLE, "责任人员中同一证件号码出现了两次，请核对")
    return tuple(found)


def _entries(cells: Mapping[str, str]) -> list[str]:
    return [entry for entry in re.split("[;；]", cells.get(RESPONSIBLE, "")) if entry.strip()]


def checked(column: str, check: Any, *arguments: str) -> Identifier:
    """An identifier by the check of its type; the refusal names the column."""
    try:
        found: Identifier = check(*arguments)
    except Refused as error:
        raise CellRefused(column, error.reason) from error
    return found


def _person(cells: Mapping[str, str], name: str, layout: Layout) -> Party:
    if cells.get(layout.code):
        raise CellRefused(layout.kind, "类别是自然人，却填写了统一社会信用代码：个体工商户请改填“个体工商户”，自然人请删去代码")
    if not cells.get("证件号码"):
        raise CellRefused("证件号码", "自然人没有证件号码，无法确定是谁：请补填")
    _refuse_lack_of_capacity(cells)
    number = checked("证件号码", check_person_number, cells.get("证件类型", ""), cells["证件号码"])
    return Party("natural_person", name, (number,), layout, people=(name, *responsible_people(cells)))


def _refuse_lack_of_capacity(cells: Mapping[str, str]) -> None:
    """Subjects are people of full civil capacity; whoever is stated to lack it is not recorded (NT-2)."""
    stated = cells.get(CAPACITY_COLUMN, "")
    for column, lacks in (
        (CAPACITY_COLUMN, stated.startswith(("无", "限制", "丧失", "没有", "不")) or _LACKS_CAPACITY.search(stated)),
        ("备注", _LACKS_CAPACITY.search(cells.get("备注", ""))),
    ):
        if lacks:
            raise CellRefused(column, "当事人不具有完全民事行为能力，不归集其信用信息，本行不予接收")


def _refuse_tolerated(cells: Mapping[str, str]) -> None:
    """What a government body did that was found to fall under error tolerance is not recorded (NTG-2.2)."""
    stated = cells.get(TOLERANCE_COLUMN, "")
    for column, tolerated in (
        (TOLERANCE_COLUMN, stated in ("是", "属于", "适用", "容错") or _TOLERATED.search(stated)),
        ("备注", _TOLERATED.search(cells.get("备注", ""))),
    ):
        if tolerated:
            raise CellRefused(column, "经认定属于容错的事项，不作为政务失信记录归集，本行不予接收")
