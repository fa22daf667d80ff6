"""Rules, catalogue items, records and invented numbers for the law's tests; each builder sets only what matters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from chalicelib.law.catalogue import Field, Item, parse_item
from chalicelib.law.parameters import DatedValue, Parameter, Rules, parse_parameter
from chalicelib.records.entries import Record
from chalicelib.records.subjects import Office

NANTONG_BEGINS = date(2018, 6, 26)
NANTONG = "通政发〔2018〕25号 第三十条"
DEFAULT = "本市文件未规定（演示）"
LONG_AGO = date(1990, 1, 1)
DETERMINED, ENDS = date(2026, 2, 26), date(2027, 2, 25)
"""When the record here was determined, and the last day of its year."""

_USCC_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def resident_id(born: str = "19900101", county: str = "320602", order: str = "000") -> str:
    """An invented resident ID number with a right check digit; the order code 000 was never issued."""
    body = county + born + order
    remainder = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(body)) % 11
    return body + "10X98765432"[remainder]


def resident_id_ending_in_x() -> str:
    """An invented resident ID number whose check digit is X."""
    return next(number for day in range(1, 29) if (number := resident_id(f"199003{day:02d}"))[-1] == "X")


def uscc(body: str = "001YNATT8", prefix: str = "91", county: str = "320699") -> str:
    """An invented USCC with a right check character; the county code 320699 is not in use."""
    code = prefix + county + body
    total = sum(_USCC_CHARACTERS.index(character) * (3**place % 31) for place, character in enumerate(code))
    return code + _USCC_CHARACTERS[-total % 31]


def a_rule(name: str, *values: tuple[date, Mapping[str, Any], str], unit: str = "years") -> Parameter:
    """A parameter from (first day, facts, source)."""
    return Parameter(name, "示例", unit, tuple(DatedValue(begins, facts, source) for begins, facts, source in values))


def rules(*own: Parameter, default: tuple[Parameter, ...] = ()) -> Rules:
    """A city's rules above a default layer."""
    return Rules({rule.name: rule for rule in own}, {rule.name: rule for rule in default})


def a_choice(name: str, value: Any, unit: str = "choice", begins: date = LONG_AGO) -> Parameter:
    """A parameter that has one value only."""
    return a_rule(name, (begins, {"value": value}, f"示例文件 {name}"), unit=unit)


def default_validity(*later: tuple[date, Mapping[str, Any], str]) -> Parameter:
    """A default layer in months: minor matters are not shown, general ones 3 to 12 months, severe ones 12 months."""
    facts = {"minor": {"minimum": 0, "maximum": 0}, "general": {"minimum": 3, "maximum": 12}, "severe": 12}
    return a_rule("validity", (LONG_AGO, facts, DEFAULT), *later, unit="months")


def nantong(*later: tuple[date, Mapping[str, Any], str], count_first_day: bool = False) -> Rules:
    """Nantong's 1 and 3 years from 2018-06-26, over the default layer."""
    own = a_rule("validity", (NANTONG_BEGINS, {"general": 1, "severe": 3}, NANTONG), *later)
    return rules(own, default=(default_validity(), a_choice("count_first_day", count_first_day, "yes_no")))


def raw_parameter(**changes: Any) -> dict[str, Any]:
    """A parameter as its file gives it."""
    return {"description": "示例", "unit": "years", "values": [{"from": NANTONG_BEGINS, "general": 1, "source": NANTONG}]} | changes


def parsed_parameter(**changes: Any) -> Parameter:
    """A parameter read from such a file."""
    return parse_parameter("validity", raw_parameter(**changes))


def raw_item(**changes: Any) -> dict[str, Any]:
    """A catalogue item as its file gives it: a penalty with one public field."""
    return {
        "code": "penalty",
        "name": "行政处罚信息",
        "category": "negative",
        "sphere": "government",
        "disclosure": "public",
        "publicity_rule": "earlier",
        "severity_rule": "stated",
        "provider": "示例单位",
        "update_cycle": "7个工作日",
        "period_of_use": "有效期内",
        "retention_years": 5,
        "basis": "示例条例第一条",
        "source": "示例目录",
        "fields": [{"name": "facts", "label": "违法事实", "type": "free_text"}],
    } | changes


def an_item(**changes: Any) -> Item:
    """A catalogue item read from such a file, with no forbidden words."""
    return parse_item(raw_item(**changes), ())


def a_licence(**changes: Any) -> Item:
    """A licence: a basic record that shows until the end that its authority states."""
    return an_item(
        **(
            {
                "code": "licence",
                "category": "basic",
                "publicity_rule": "stated",
                "severity_rule": "none",
                "stated_end_source": "许可证有效期至",
            }
            | changes
        )
    )


def with_fields(*fields: Field, disclosure: str = "public") -> Item:
    """An item of a class with these fields."""
    raw = [{"name": f.name, "label": f.label, "column": f.column, "type": f.type, "disclosure": f.disclosure} for f in fields]
    return an_item(fields=raw, disclosure=disclosure)


def a_record(**changes: Any) -> Record:
    """A penalty of the general tier."""
    record = Record(
        id="r_1",
        subject_id="s_1",
        catalogue="penalty",
        category="negative",
        title="发布虚假广告",
        document_no="示罚〔2026〕1号",
        provider=Office("11990000YW00000048", "示例市场监督管理局"),
        determined_on=DETERMINED,
        entered_on=DETERMINED,
        valid_until=ENDS,
        end_source="示例",
        end_defaulted=False,
        severity="general",
        subject_name="示例公司",
        content={},
    )
    return replace(record, **changes)
