"""One row made facts: what it says about whom, checked by the law, or `CellRefused` with the column and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from chalicelib.cities import City
from chalicelib.law.catalogue import Field, Item
from chalicelib.law.decisions import Refused
from chalicelib.law.identifiers import check_uscc, is_adult
from chalicelib.law.names import fold
from chalicelib.law.parameters import in_force
from chalicelib.law.validity import NO_END, Ending, public_until, severity_of
from chalicelib.records.entries import Record
from chalicelib.records.identifiers import Identifier
from chalicelib.records.kinds import Severity, Status
from chalicelib.records.subjects import Office, Profile
from chalicelib.services.submission import values
from chalicelib.services.submission.parties import (
    CAPACITY_COLUMN,
    NATIONAL,
    PLAIN,
    RESPONSIBLE,
    TOLERANCE_COLUMN,
    CellRefused,
    Layout,
    Party,
    Responsible,
    code_of,
    kind_by_code,
    kind_of,
    named,
    party_of,
    representative_id,
    responsible,
)

SUBJECT_COLUMNS = ("主体名称", "主体类别", "统一社会信用代码")
SUCCESSOR_COLUMN = "承继主体统一社会信用代码"
STATUSES: tuple[tuple[str, Status], ...] = (
    ("吊销", "revoked"),
    ("注销", "cancelled"),
    ("迁出", "moved_out"),
    ("合并", "merged"),
    ("撤销", "revoked"),
    ("存续", "active"),
    ("在业", "active"),
    ("停业", "active"),
    ("歇业", "active"),
    ("在营", "active"),
    ("开业", "active"),
    ("在册", "active"),
    ("正常", "active"),
)
_SEVERITY = re.compile(r"失信程度\s*[:：]\s*([^\s;；,，。、]+)")
REGISTRATION_COLUMNS = ("法定代表人", "法定代表人证件类型", "法定代表人证件号码", "成立日期", "住所", "经营范围", "登记机关", "登记状态")
_NOTES = ("备注", "失信程度", "处罚程序", "处罚有效期", "名单类型", CAPACITY_COLUMN, TOLERANCE_COLUMN)
SOURCE = ("数据来源单位", "数据来源单位统一社会信用代码")
CATALOGUE_OF = {"licences": "licence", "penalties": "penalty"}
"""The catalogue item that a kind of submission fills, where its code is another."""
EARLIEST = date(1949, 10, 1)
"""No document of ours is older: an earlier date is a slip, often a spreadsheet's zero."""
LIST_TYPES = {"redlist": "红名单", "blacklist": "黑名单", "watchlist": "重点关注名单"}


@dataclass(frozen=True)
class SubjectRow:
    """A row of the subjects register."""

    party: Party
    profile: Profile

    def identifiers(self) -> tuple[Identifier, ...]:
        """Everyone's identifiers in the row."""
        return self.party.identifiers


@dataclass(frozen=True)
class RecordRow:
    """A row that tells of one document. `reach` is where its subject is told of it, as the provider states: used for nothing else."""

    party: Party
    item: Item
    title: str
    document_no: str | None
    identity: tuple[str, ...]
    body: Office
    provider: Office
    determined_on: date
    ending: Ending
    severity: Severity | None
    content: Mapping[str, Any]
    responsible: tuple[Responsible, ...] = ()
    reach: Mapping[str, str] = field(default_factory=dict)

    def identifiers(self) -> tuple[Identifier, ...]:
        """Everyone's identifiers in the row: those of whom it is about first."""
        return (*self.party.identifiers, *(person.identifier for person in self.responsible))

    @property
    def identity_column(self) -> str:
        """The column that tells this document from others."""
        return self.item.columns.get("document_no", self.item.columns["title"])[0]

    @cached_property
    def key(self) -> tuple[str, ...]:
        """What makes it this document, whoever sends it: item, body and number, in one spelling."""
        body = self.body.code or self.body.name or self.provider.code
        return self.item.code, body, *map(values.same_document_no, self.identity)

    def changing(self) -> dict[str, Any]:
        """The facts that may come again with another value."""
        return {field.name: self.content.get(field.name) for field in self.item.fields if field.changing}

    def facts(self) -> dict[str, Any]:
        """What the document says, whoever sends it: two rows with equal facts are the same record (NT-16)."""
        changing = self.changing()
        return {
            "title": self.title,
            "determined_on": self.determined_on.isoformat(),
            "severity": self.severity,
            "content": {name: value for name, value in self.content.items() if name not in changing},
            "valid_until": self.ending.last_day.isoformat() if self.ending.last_day else None,
            "responsible": sorted([person.identifier.type, person.identifier.number, person.role] for person in self.responsible),
        }

    def says(self, record: Record) -> bool:
        """Whether the row says what a stored record says now, which ends then or earlier; of those responsible it is not asked."""
        known = {field.name: record.content.get(field.name) for field in self.item.fields if not field.changing}
        mine = {name: self.content.get(name) for name in known}
        same = (self.title, self.determined_on, self.severity, mine) == (record.title, record.determined_on, record.severity, known)
        ends, until = record.valid_until, self.ending.last_day
        return same and (until is None or (ends is not None and ends <= until))


def document_key(record: Record, item: Item) -> tuple[str, ...]:
    """`RecordRow.key` of a record that is stored: what makes it this document, told from the record itself."""
    name, code = (_stored(record, item, part) for part in ("authority", "authority_code"))
    body = check_uscc(code).number if code else name or record.provider.code
    identity = (record.document_no,) if record.document_no is not None else (record.title, record.determined_on.isoformat())
    return item.code, body, *map(values.same_document_no, identity)


def _stored(record: Record, item: Item, part: str) -> str:
    column = item.columns.get(part, ("",))[0]
    return next((record.content.get(field.name) or "" for field in item.fields if field.column == column), "")


def item_of(kind: str, city: City) -> Item:
    """The catalogue item that a kind of submission fills; what matches no item is refused (NT-8)."""
    item = city.catalogue.get(CATALOGUE_OF.get(kind, kind))
    if item is None or kind == "registration":
        raise Refused("信息目录中没有 {kind} 这一项，不予接收：请核对种类", "NT-8", kind=kind)
    return item


def refuse_forbidden_columns(columns: Iterable[str], city: City, today: date) -> None:
    """Refuse a submission whole when a column names what may not be collected of people: religion, disease ... (NT-14)."""
    words = in_force("forbidden_fields", on=today, rules=city.rules).value
    found = [column for column in columns if any(word in fold(column) for word in words)]
    if found:
        raise Refused("含有禁止归集的列：{columns}。整个文件不予接收：请删去这些列后重新提交", "NT-14", columns="、".join(found))


REACH: Mapping[str, str] = {"stated_phone": "当事人联系电话", "stated_address": "当事人联系地址"}
"""The columns in which a provider may say how the subject is told of the record, where nothing else is known (NTG-2.5)."""
_MOBILE = re.compile(r"1[3-9][0-9]{9}")


def layout_of(item: Item) -> Layout:
    """The layout in which an item's rows say whom they are about."""
    return NATIONAL if item.code in CATALOGUE_OF.values() else PLAIN


def required_columns(kind: str, city: City) -> tuple[str, ...]:
    """The columns without which a file of a kind cannot be read at all."""
    if kind == "subjects":
        return SUBJECT_COLUMNS
    item = item_of(kind, city)
    own = (item.columns.get("document_no", item.columns["title"])[0], item.columns["determined_on"][0])
    return (layout_of(item).name, *own)


def known_columns(kind: str, city: City) -> frozenset[str]:
    """Every column that a kind of submission uses."""
    if kind == "subjects":
        return frozenset((*SUBJECT_COLUMNS, *REGISTRATION_COLUMNS, SUCCESSOR_COLUMN))
    item = item_of(kind, city)
    own = {column for columns in item.columns.values() for column in columns} | {field.column for field in item.fields}
    return frozenset((*layout_of(item).columns(), *SOURCE, *_NOTES, *REACH.values(), *own))


def subject_row(cells: Mapping[str, str]) -> SubjectRow:
    """A row of the subjects register."""
    name = named(cells, "主体名称")
    stated = kind_of(cells, "主体类别")
    if stated == "natural_person":
        raise CellRefused("主体类别", "自然人不在主体登记表中登记；个体工商户请填“个体工商户”")
    if not cells.get("统一社会信用代码"):
        raise CellRefused("统一社会信用代码", "没有统一社会信用代码，请补填；自然人不在此表登记")
    identifiers = code_of(cells, "统一社会信用代码")
    successor = cells.get(SUCCESSOR_COLUMN) or None
    if successor:
        successor = code_of(cells, SUCCESSOR_COLUMN)[0].number
    registration = {
        "established_on": _iso(_day(cells, "成立日期")),
        "address": values.text_or_none(cells.get("住所", "")),
        "scope": values.text_or_none(cells.get("经营范围", "")),
        "authority": values.text_or_none(cells.get("登记机关", "")),
        **representative_id(cells),
    }
    representative = cells.get("法定代表人") or None
    profile = Profile(name, kind_by_code(stated, identifiers), _status(cells.get("登记状态", "")), representative, successor, registration)
    return SubjectRow(Party(profile.kind, name, tuple(identifiers), PLAIN, representative), profile)


def record_row(cells: Mapping[str, str], item: Item, city: City, *, provider: str, today: date) -> RecordRow:
    """A row of a catalogue item's layout, as of a day."""
    layout = layout_of(item)
    party = party_of(cells, layout)
    if party.kind not in item.subjects:
        raise CellRefused(layout.kind, f"{item.name}不适用于这一类主体")
    _refuse_other_list(cells, item)
    determined_on = _determined_on(cells, item.columns["determined_on"][0], party, today)
    _refuse_simple_procedure(cells, item, city, determined_on)
    title = _first(cells, item.columns["title"])
    document_no, identity = _identity(cells, item, title, determined_on)
    content = {field.name: _value(cells, field) for field in item.fields}
    stated_end = _stated_end(cells, item, determined_on)
    column, stated = _stated_severity(cells)
    if stated and item.severity_rule != "none" and stated not in in_force("severity_words", on=determined_on, rules=city.rules).facts:
        raise CellRefused(column, f"失信程度“{stated[:20]}”不认识：请按本行业标准填写轻微、一般或严重")
    severity = severity_of(item, stated, city.rules, determined_on)
    body = _office(cells, item.columns.get("authority", ("",))[0], item.columns.get("authority_code", ("",))[0])
    return RecordRow(
        party=party,
        item=item,
        title=title or item.name,
        document_no=document_no,
        identity=identity,
        body=body,
        provider=_named_provider(_office(cells, *SOURCE), body, provider),
        determined_on=determined_on,
        ending=public_until(item, determined_on=determined_on, severity=severity, stated_end=stated_end, rules=city.rules),
        severity=severity,
        content=content,
        responsible=_responsible(cells, party, severity, determined_on),
        reach=_reach(cells),
    )


def _reach(cells: Mapping[str, str]) -> dict[str, str]:
    """Where the subject can be told of the record; a number that cannot be a mobile one is no reason to refuse a row."""
    digits = re.sub(r"[ -]", "", cells.get(REACH["stated_phone"], ""))
    address = " ".join(cells.get(REACH["stated_address"], "").split())[:200]
    phone = {"stated_phone": "+86" + digits} if _MOBILE.fullmatch(digits) else {}
    return phone | ({"stated_address": address} if address else {})


def _responsible(cells: Mapping[str, str], party: Party, severity: Severity | None, determined_on: date) -> tuple[Responsible, ...]:
    """The people in whose archives a severe record of an organisation is entered too; nobody for any other record (NT-29)."""
    if severity != "severe" or party.kind == "natural_person":
        return ()
    people = responsible(cells)
    if not all(is_adult(person.identifier, determined_on) for person in people):
        raise CellRefused(RESPONSIBLE, "责任人员在决定日期未满18周岁，不归集其信用信息，本行不予接收")
    return people


def _identity(cells: Mapping[str, str], item: Item, title: str, determined_on: date) -> tuple[str | None, tuple[str, ...]]:
    """A document's number, and what tells it from others of its body and subject: that number, or else name and date."""
    if "document_no" in item.columns:
        number = _first(cells, item.columns["document_no"])
        if not number:
            raise CellRefused(item.columns["document_no"][0], "没有文书号，无法与其他文书区分：请补填")
        return number, (number,)
    if not title:
        raise CellRefused(item.columns["title"][0], "没有填写，无法与其他记录区分：请补填")
    return None, (title, determined_on.isoformat())


def _refuse_other_list(cells: Mapping[str, str], item: Item) -> None:
    words = cells.get("名单类型", "")
    if words and item.code in LIST_TYPES and words != LIST_TYPES[item.code]:
        raise CellRefused("名单类型", f"本行是“{words[:20]}”，本文件报送的是“{LIST_TYPES[item.code]}”：请分开报送")


def _refuse_simple_procedure(cells: Mapping[str, str], item: Item, city: City, determined_on: date) -> None:
    """Penalties by simple procedure are negative information only where the rule of their day says so (NT-12)."""
    procedure = cells.get("处罚程序", "").strip()
    if item.category != "negative" or procedure in ("", "一般", "普通", "一般程序", "普通程序"):
        return
    if "简易" not in procedure and "当场" not in procedure:
        raise CellRefused("处罚程序", f"“{procedure[:20]}”不认识：请填写“一般”或“简易”")
    if not in_force("simple_procedure_penalties", on=determined_on, rules=city.rules).value:
        raise CellRefused("处罚程序", "适用简易程序的处罚不作为失信信息归集（只归集适用一般程序的处罚），本行不予接收")


def _determined_on(cells: Mapping[str, str], column: str, party: Party, today: date) -> date:
    determined_on = _day(cells, column)
    if determined_on is None:
        raise CellRefused(column, "决定日期没有填写，请补填")
    if determined_on < EARLIEST:
        raise CellRefused(column, f"决定日期 {determined_on} 早于 {EARLIEST}，请核对")
    if determined_on > today:
        raise CellRefused(column, f"决定日期 {determined_on} 晚于今天 {today}，请核对")
    if party.kind == "natural_person" and not is_adult(party.identifiers[0], determined_on):
        raise CellRefused("证件号码", "当事人在决定日期未满18周岁，不归集其信用信息，本行不予接收")
    return determined_on


def _stated_end(cells: Mapping[str, str], item: Item, determined_on: date) -> date | None:
    begins = next((day for column in item.columns.get("begins", ()) if (day := _day(cells, column))), determined_on)
    for column in item.columns.get("stated_end", ()):
        end = _day(cells, column)
        if end is not None and end < begins and not item.relayed:
            raise CellRefused(column, f"截止日期 {end} 早于开始日期 {begins}，请核对")
        if item.without_end == "say" and end is None:
            raise CellRefused(column, "有效期至没有填写：请补填；长期有效的填 2099/12/31")
        if item.without_end == "refuse" and (end is None or end >= NO_END):
            raise CellRefused(column, f"{item.name}没有写明截止日期，不予接收：请由认定单位补填")
        if end is not None:
            return end
    return None


def _stated_severity(cells: Mapping[str, str]) -> tuple[str, str]:
    """The column that states the severity, and its word."""
    own, found = cells.get("失信程度", ""), _SEVERITY.search(cells.get("备注", ""))
    return ("失信程度", own.strip()) if own else ("备注", found.group(1) if found else "")


def _value(cells: Mapping[str, str], field: Field) -> Any:
    text = cells.get(field.column, "")
    if field.required and not text:
        raise CellRefused(field.column, "没有填写，请补填")
    try:
        if field.type == "date":
            return _iso(values.day(text))
        if field.type == "money_10k":
            return values.yuan_from_10k(text)
        if field.type == "money":
            return values.yuan(text)
        if field.choices:
            return _chosen(text, field.choices)
    except Refused as error:
        raise CellRefused(field.column, error.reason) from error
    return values.text_or_none(text)


def _chosen(text: str, choices: Mapping[str, Any]) -> Any:
    if text and text not in choices:
        raise Refused(f"“{text[:20]}”不在 {'、'.join(choices)} 之中，请改填")
    return choices[text] if text else None


def _office(cells: Mapping[str, str], name_column: str, code_column: str) -> Office:
    code = cells.get(code_column, "")
    if code:
        try:
            code = check_uscc(code).number
        except Refused as error:
            raise CellRefused(code_column, error.reason) from error
    return Office(code, cells.get(name_column, ""))


def _named_provider(source: Office, body: Office, submitter: str) -> Office:
    """Who answers for the record: the source that the row names, else the submitter."""
    code = source.code or submitter
    name = source.name or (body.name if body.code == code else "")
    return Office(code, name or code)


def _status(words: str) -> Status:
    if not words:
        return "active"
    for word, status in STATUSES:
        if word in words:
            return status
    raise CellRefused("登记状态", f"登记状态“{words[:20]}”不认识，请填写：存续、吊销、注销、迁出、合并")


def _first(cells: Mapping[str, str], columns: tuple[str, ...]) -> str:
    return next((cells[column] for column in columns if cells.get(column)), "")


def _day(cells: Mapping[str, str], column: str) -> date | None:
    try:
        return values.day(cells.get(column, ""))
    except Refused as error:
        raise CellRefused(column, error.reason) from error


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
