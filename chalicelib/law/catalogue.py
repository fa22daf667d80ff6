"""The catalogue: every kind of record that may be held, what of it is public, and on what legal basis (NT-8, NT-9, NT-19)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

from chalicelib.law.decisions import Refused
from chalicelib.law.periods import UNITS
from chalicelib.records.kinds import Category, Severity

Disclosure = Literal["public", "shared", "authorised", "secret"]
"""社会公开, 政府共享, 授权查询 (NT-19), and 不对外: fields that never leave (HY-25c); from the widest to the narrowest."""
Sphere = Literal["government", "commercial", "social", "judicial"]
"""政务, 商务, 社会, 司法 (SJZ-1)."""
PublicityRule = Literal["stated", "computed", "earlier", "none"]
SeverityRule = Literal["stated", "none"]
Shape = Literal["record", "list", "commitment"]
"""Where an organisation's document shows a record of the item: among its records, its lists or its commitments."""
WithoutEnd = Literal["open", "say", "refuse", "keep"]
"""What becomes of a row that states no end: it has none; it must say so (2099/12/31); it is refused (HY-20a); it is kept, not
published, and asked about."""
FieldType = Literal["text", "free_text", "date", "money", "money_10k", "number", "code", "person_name", "id_number", "choice"]

WIDTH: tuple[Disclosure, ...] = get_args(Disclosure)


@dataclass(frozen=True)
class Field:
    """One fact of a record: its name in JSON, its label on a page, its column in a submission, its type and class.

    A `choice` has the words that a submission may use, each with what they mean. What is `changing` may come again with
    another value: the record has a new version then, while any other change is a matter of correction.
    """

    name: str
    label: str
    column: str
    type: FieldType = "text"
    disclosure: Disclosure = "public"
    required: bool = False
    choices: Mapping[str, Any] | None = None
    changing: bool = False


@dataclass(frozen=True)
class Item:
    """One kind of record (目录项). `columns` names the submission's columns of title, number, dates and stated end.

    What is `relayed` was published by somebody above us: its dates are taken as they are, and an ended one never shows.
    """

    code: str
    name: str
    category: Category
    sphere: Sphere
    disclosure: Disclosure
    publicity_rule: PublicityRule
    severity_rule: SeverityRule
    provider: str
    update_cycle: str
    period_of_use: str
    retention_years: int
    basis: str
    source: str
    fields: tuple[Field, ...]
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    subjects: tuple[str, ...] = ("organisation", "individual_business", "government_body", "natural_person")
    validity: Mapping[str, Any] | None = None
    stated_end_source: str = ""
    shape: Shape = "record"
    without_end: WithoutEnd = "open"
    unstated_severity: Severity = "general"
    relayed: bool = False
    defaulted: bool = False

    def content_fields(self) -> Iterable[Field]:
        """The fields that may leave at all."""
        return (entry for entry in self.fields if entry.disclosure != "secret")


_REQUIRED = (
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
)
_OPTIONAL = ("stated_end_source", "shape", "without_end", "unstated_severity", "relayed")
_WORDS: dict[str, tuple[str, ...]] = {
    "shape": get_args(Shape),
    "without_end": get_args(WithoutEnd),
    "unstated_severity": get_args(Severity),
    "category": get_args(Category),
    "sphere": get_args(Sphere),
    "disclosure": WIDTH,
    "publicity_rule": get_args(PublicityRule),
    "severity_rule": get_args(SeverityRule),
}


def parse_item(raw: Mapping[str, Any], forbidden_words: Iterable[str], *, defaulted: bool = False) -> Item:
    """A catalogue item from its file, or `Refused`: no basis (NT-8), a forbidden field (NT-14), a field wider than its item."""
    label = f"目录项 {raw.get('code', '?')}"
    if not str(raw.get("basis", "")).strip():
        raise Refused(f"{label} 没有法定依据 basis，不予载入", "NT-8")
    missing = [key for key in _REQUIRED if raw.get(key) in (None, "", [])]
    if missing:
        raise Refused(f"{label} 缺少 {'、'.join(missing)}", "NT-8")
    for key, words in _WORDS.items():
        if raw.get(key, words[0]) not in words:
            raise Refused(f"{label} 的 {key} 应为 {'、'.join(words)} 之一", "NT-8")
    fields = tuple(_field(label, entry, raw["disclosure"]) for entry in raw["fields"])
    refuse_forbidden_fields(label, (text for entry in fields for text in (entry.label, entry.column)), forbidden_words)
    columns = {key: (value,) if isinstance(value, str) else tuple(value) for key, value in raw.get("columns", {}).items()}
    rest: dict[str, Any] = {key: raw[key] for key in (*_REQUIRED, *_OPTIONAL) if key in raw and key != "fields"}
    if "subjects" in raw:
        rest["subjects"] = tuple(raw["subjects"])
    return Item(
        **rest,
        basis=str(raw["basis"]),
        fields=fields,
        columns=columns,
        validity=_validity(label, raw.get("validity")),
        defaulted=defaulted,
    )


def refuse_forbidden_fields(label: str, names: Iterable[str], forbidden_words: Iterable[str]) -> None:
    """Refuse what names religion, genes, blood type, disease or medical history, or whatever else the rule lists (NT-14)."""
    words = tuple(forbidden_words)
    for name in names:
        for word in words:
            if word in name:
                raise Refused(f"{label} 含有禁止归集的字段“{name}”（{word}），整项不予接收", "NT-14")


def _field(label: str, raw: Mapping[str, Any], item_disclosure: str) -> Field:
    try:
        entry = Field(
            name=raw["name"],
            label=raw["label"],
            column=raw.get("column", raw["label"]),
            type=raw.get("type", "text"),
            disclosure=raw.get("disclosure", item_disclosure),
            required=raw.get("required", False),
            choices=raw.get("choices"),
            changing=raw.get("changing", False),
        )
    except KeyError as missing:
        raise Refused(f"{label} 的一个字段缺少 {missing}", "NT-8") from missing
    if entry.type not in get_args(FieldType) or (entry.type == "choice") != bool(entry.choices):
        raise Refused(f"{label} 的字段 {entry.label} 类型 {entry.type} 不认识", "NT-8")
    if entry.disclosure not in WIDTH or WIDTH.index(entry.disclosure) < WIDTH.index(cast(Disclosure, item_disclosure)):
        raise Refused(f"{label} 的字段 {entry.label} 的公开类别比目录项更宽", "NT-19")
    return entry


def _validity(label: str, raw: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if raw is not None and not str(raw.get("source", "")).strip():
        raise Refused(f"{label} 自定的有效期没有依据 source", "NT-30")
    if raw is not None and raw.get("unit") not in UNITS:
        raise Refused(f"{label} 自定的有效期单位 unit 应为 {'、'.join(UNITS)} 之一", "NT-30")
    return raw
