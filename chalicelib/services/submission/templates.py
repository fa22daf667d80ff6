"""Empty forms for departments: for every kind of submission a file with the right columns and one example row marked 演示."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from datetime import date
from io import BytesIO, StringIO

from chalicelib.cities import City
from chalicelib.law.catalogue import Field, Item
from chalicelib.law.decisions import Refused
from chalicelib.services.submission.parties import NATIONAL
from chalicelib.services.submission.rows import (
    CATALOGUE_OF,
    LIST_TYPES,
    REGISTRATION_COLUMNS,
    SOURCE,
    SUBJECT_COLUMNS,
    item_of,
    known_columns,
    layout_of,
)

_REPRESENTATIVE = ("法定代表人", "法定代表人证件类型", "法定代表人证件号码")
_PERSON = ("证件类型", "证件号码")
_PARTY = (NATIONAL.name, NATIONAL.kind, NATIONAL.code, *NATIONAL.old_numbers, *_REPRESENTATIVE, *_PERSON)
_LICENCE = (
    *_PARTY, "行政许可决定文书名称", "行政许可决定文书号", "许可类别", "许可证书名称", "许可编号", "许可内容", "许可决定日期",
    "有效期自", "有效期至", "许可机关", "许可机关统一社会信用代码", "当前状态", *SOURCE, "备注",
)  # fmt: skip
_PENALTY = (
    *_PARTY, "行政处罚决定书文号", "违法行为类型", "违法事实", "处罚依据", "处罚类别", "处罚内容", "罚款金额(万元)",
    "没收违法所得、没收非法财物的金额(万元)", "暂扣或吊销证照名称及编号", "处罚决定日期", "处罚有效期", "公示截止期", "处罚机关",
    "处罚机关统一社会信用代码", *SOURCE, "备注", "责任人员",
)  # fmt: skip
_LIST = (
    "名单类型", "名单名称", "主体名称", "主体类别", "统一社会信用代码", "证件号码", "认定单位", "认定单位统一社会信用代码",
    "认定依据", "列入事由", "列入日期", "有效期至", "失信程度", "是否可修复", "修复方式", *SOURCE,
)  # fmt: skip
_WARNING = ("主体名称", "统一社会信用代码", "预警名称", "发布单位", "发布日期", "有效期至", "来源")
_COMMITMENT = (
    "主体名称", "统一社会信用代码", "承诺类型", "承诺事项", "承诺内容", "承诺日期", "有效期至", "受理单位", "受理单位统一社会信用代码",
)  # fmt: skip
NATIONAL_ORDER = {
    "subjects": (*SUBJECT_COLUMNS, *REGISTRATION_COLUMNS),
    "licence": _LICENCE,
    "penalty": _PENALTY,
    **dict.fromkeys(LIST_TYPES, _LIST),
    "warnings": _WARNING,
    "commitments": _COMMITMENT,
}
"""The order of columns where a national layout gives one, by kind or catalogue item."""

_COMPANY, _COMPANY_NAME = "9132069999999901XM", "演示示例商贸有限公司"
_OFFICE, _OFFICE_NAME = "1132069999999902XY", "演示示例管理局"
_PERSON_NUMBER, _PERSON_NAME = "320602198001010005", "演示人"
_ALWAYS = {
    "法定代表人": _PERSON_NAME,
    "法定代表人证件类型": "身份证",
    "法定代表人证件号码": _PERSON_NUMBER,
    "数据来源单位": _OFFICE_NAME,
    "数据来源单位统一社会信用代码": _OFFICE,
    "登记状态": "存续",
    "许可类别": "普通",
    "当前状态": "1",
    "备注": "演示行，填报时请删去",
}
"""Examples that are the same in every layout; the companies and people are invented, their numbers never issued."""
_LEFT_EMPTY = frozenset({*NATIONAL.old_numbers, "责任人员"})


def kinds(city: City) -> tuple[str, ...]:
    """Every kind of submission that a city takes."""
    plural = {item: kind for kind, item in CATALOGUE_OF.items()}
    return ("subjects", *(plural.get(code, code) for code in city.catalogue if code != "registration"))


def columns(kind: str, city: City) -> tuple[str, ...]:
    """The columns of a kind: in the order of its national layout, else whom it is about, what, when and by whom."""
    if kind == "subjects":
        return NATIONAL_ORDER["subjects"]
    item = _item(kind, city)
    order = NATIONAL_ORDER.get(item.code) or _own_order(item)
    own = _own_order(item) if item.code not in NATIONAL_ORDER else (field.column for field in item.fields)
    unused = {"失信程度"} if item.severity_rule == "none" else set()
    wanted = (column for column in order if column in known_columns(kind, city) and column not in unused)
    return tuple(dict.fromkeys((*wanted, *own)))


def example(kind: str, city: City, today: date) -> dict[str, str | date]:
    """One invented row of a kind that would be taken in as of a day."""
    if kind == "subjects":
        given = {**_ALWAYS, **_party("主体名称", "主体类别", "统一社会信用代码", ("organisation",))}
        return {column: given.get(column) or _day(column, today) or f"演示{column}" for column in columns(kind, city)}
    item = _item(kind, city)
    layout, fields = layout_of(item), {field.column: field for field in item.fields}
    given = {**_ALWAYS, **_party(layout.name, layout.kind, layout.code, item.subjects), **_offices(item)}
    given["名单类型"] = LIST_TYPES.get(item.code, "")
    given["失信程度"] = "严重" if item.unstated_severity == "severe" else "一般"
    if item.code == "penalty":
        given["备注"] = f"失信程度：一般；{_ALWAYS['备注']}"
    return {column: "" if column in _LEFT_EMPTY else given.get(column) or _cell(column, fields, today) for column in columns(kind, city)}


def as_csv(kind: str, city: City, today: date) -> bytes:
    """The form as CSV (UTF-8 with byte order mark), which tables open with a double click."""
    row = example(kind, city, today)
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(row)
    writer.writerow(_slashed(value) if isinstance(value, date) else value for value in row.values())
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(kind: str, city: City, today: date) -> bytes:
    """The form as a workbook whose code columns are text, so that no table program makes a number of them."""
    from openpyxl import Workbook  # slow to import: only who wants a workbook waits for it
    from openpyxl.utils import get_column_letter

    row = example(kind, city, today)
    codes = _code_columns(kind, city)
    book = Workbook()
    sheet = book.active
    sheet.title = "填报"
    sheet.freeze_panes = "A2"
    sheet.append(list(row))
    sheet.append(list(row.values()))
    for place, (column, value) in enumerate(row.items(), start=1):
        form = "@" if column in codes else "yyyy/mm/dd" if isinstance(value, date) else "General"
        dimension = sheet.column_dimensions[get_column_letter(place)]
        dimension.number_format, dimension.width = form, max(14, 2 * len(column) + 2)
        sheet.cell(2, place).number_format = form
    content = BytesIO()
    book.save(content)
    return content.getvalue()


FORMATS: dict[str, Callable[[str, City, date], bytes]] = {"csv": as_csv, "xlsx": as_xlsx}
"""How a form is written, by the ending of its file."""


def _item(kind: str, city: City) -> Item:
    try:
        return item_of(kind, city)
    except Refused as error:
        raise Refused(f"没有 {kind} 这一种报送，请填写 {'、'.join(kinds(city))} 之一", "NT-8") from error


def _own_order(item: Item) -> tuple[str, ...]:
    """Whom it is about, number and name, its facts, its days, who decided, who sends."""
    layout, own = layout_of(item), item.columns
    last = [
        column
        for part in ("determined_on", "begins", "stated_end", "authority", "authority_code", "severity")
        for column in own.get(part, ())
    ]
    only_people, no_people = item.subjects == ("natural_person",), "natural_person" not in item.subjects
    party = (layout.name, layout.kind, *(() if only_people else (layout.code,)), *(() if no_people else _PERSON))
    facts = (field.column for field in item.fields if field.column not in last)
    return (*party, *own.get("document_no", ()), *own["title"][:1], *facts, *last, *SOURCE, "备注")


def _party(name: str, kind: str, code: str, subjects: Iterable[str]) -> dict[str, str]:
    """The example's subject: a company, else an office, else a person, as the item allows."""
    if "organisation" in subjects:
        return {name: _COMPANY_NAME, kind: "法人及非法人组织", code: _COMPANY, **dict.fromkeys(_PERSON, "")}
    if "government_body" in subjects:
        return {name: _OFFICE_NAME, kind: "法人及非法人组织", code: _OFFICE}
    return {name: _PERSON_NAME, kind: "自然人", "证件类型": "身份证", "证件号码": _PERSON_NUMBER}


def _offices(item: Item) -> dict[str, str]:
    """The example's body."""
    names = dict.fromkeys(item.columns.get("authority", ()), _OFFICE_NAME)
    return {**names, **dict.fromkeys(item.columns.get("authority_code", ()), _OFFICE)}


def _cell(column: str, fields: dict[str, Field], today: date) -> str | date:
    field = fields.get(column)
    if field is None:
        return "" if column in _PERSON else _day(column, today) or f"演示{column}"
    return _typed(field, today)


def _typed(field: Field, today: date) -> str | date:
    if field.choices:
        return next(iter(field.choices))
    examples: dict[str, str | date] = {
        "date": _day(field.column, today) or date(today.year + 1, 12, 31),
        "money": "10000.00",
        "money_10k": "1.000000",
        "number": "1",
        "code": "YS000000001",
        "person_name": _PERSON_NAME,
        "id_number": _PERSON_NUMBER,
    }
    return examples.get(field.type) or f"演示{field.label}"


def _day(column: str, today: date) -> date | None:
    """The example's day in a column by its name: days of events lie behind, ends ahead."""
    if column == "出生日期":
        return date(1980, 1, 1)
    if column.endswith(("日期", "期自")):
        return today.replace(month=1, day=1)
    return date(today.year + 1, 12, 31) if column.endswith(("期至", "期限", "期")) else None


def _code_columns(kind: str, city: City) -> set[str]:
    """Columns of numbers that are names, not amounts."""
    always = {column for column in columns(kind, city) if column.endswith(("统一社会信用代码", "统一社会信用代码)", "证件号码"))}
    if kind == "subjects":
        return always
    item = _item(kind, city)
    typed = {field.column for field in item.fields if field.type in ("code", "id_number")}
    return always | typed | set(NATIONAL.old_numbers) | set(item.columns.get("document_no", ()))


def _slashed(day: date) -> str:
    return f"{day:%Y/%m/%d}"
