"""What a credit report says: which records, with which fields, for whom, and what it says of itself (NT-25, NT-26)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from chalicelib.law import clean_years
from chalicelib.law.catalogue import Field, Item
from chalicelib.law.certificates import certified
from chalicelib.law.disclosure import SEES, may_see, visible_content
from chalicelib.law.masking import mask_free_text, mask_number, mask_person_name, mask_person_numbers
from chalicelib.law.showing import counts, in_use
from chalicelib.records.entries import Record
from chalicelib.records.kinds import Category, SubjectKind
from chalicelib.records.subjects import Subject

Reader = Literal["subject", "authorised"]
"""Who a report is for: the subject itself, or somebody whom it has authorised."""
CATEGORIES: Mapping[Category, str] = {"basic": "基本信息", "positive": "正面信息", "negative": "负面信息", "other": "其他信息"}
"""The four categories in the order of a report (NT-9)."""
_LICENCE_STATES: Mapping[str, str] = {"1": "有效", "2": "无效"}
"""The codes of the national layout of licences."""
_NO_END = date(2099, 12, 31)
"""The day by which the national layouts say "no end"."""
SEVERITIES: Mapping[str, str] = {"minor": "轻微", "general": "一般", "severe": "严重"}
FLAGS: Mapping[str, str] = {"under_objection": "异议处理中", "corrected": "已更正"}
"""The flags that others than the subject see."""
STATUSES: Mapping[str, str] = {"active": "存续", "revoked": "吊销", "cancelled": "注销", "moved_out": "迁出", "merged": "已合并"}
KINDS: Mapping[SubjectKind, str] = {
    "organisation": "法人及非法人组织",
    "individual_business": "个体工商户",
    "government_body": "政府机关",
    "natural_person": "自然人",
}
_IDENTIFIERS: Mapping[str, str] = {
    "resident_id": "居民身份证",
    "foreign_permanent_resident": "外国人永久居留身份证",
    "hong_kong_macao_taiwan_residence": "港澳台居民居住证",
    "hong_kong_macao_permit": "港澳居民来往内地通行证",
    "taiwan_permit": "台湾居民来往大陆通行证",
    "passport": "护照",
}
_REGISTRATION: Mapping[str, str] = {"established_on": "成立日期", "authority": "登记机关", "address": "住所", "scope": "经营范围"}


@dataclass(frozen=True)
class Asked:
    """What was asked for. `scope` are the catalogue items that consent names; None is all that the reader may see.

    `recipient` is whom the report is only for; None, the subject itself. `made_at` is an instant in Shanghai time.
    """

    number: str
    reader: Reader
    purpose: str
    recipient: str | None
    made_at: datetime
    scope: tuple[str, ...] | None = None


ENGLISH = "英文（English）"
"""The label of what stands beside the Chinese for readers of English."""


@dataclass(frozen=True)
class Line:
    """A label and what stands behind it."""

    label: str
    text: str


@dataclass(frozen=True)
class Entry:
    """One record in a report: what, from whom, decided when, and until when it counts (None: it has no end)."""

    id: str
    catalogue: str
    title: str
    document_no: str | None
    source: Line
    determined_on: date
    valid_until: date | None
    valid_until_source: str
    severity: str | None
    flags: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Section:
    """One category: the items that were searched, and what was found; nothing found is said in so many words."""

    category: Category
    name: str
    searched: tuple[str, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class ReportContent:
    """Everything that a report says. The page, the JSON and the PDF are made from this and nothing else.

    `period` is what the search covered: the earliest determination that is held, and the day of the data. `bodies` are the
    providers that the catalogue names for what was searched. `true_through` is the last day on which nothing in it has ended
    (None: nothing in it ends). A certificate has no sections: `certificate` is its title, `certifies` what it says; `stays_true` tells that
    nothing that happens later changes that.
    """

    number: str
    made_at: datetime
    data_date: date
    reader: Reader
    kind: SubjectKind
    name: str
    subject: tuple[Line, ...]
    purpose: str
    recipient: str | None
    bodies: tuple[str, ...]
    period: tuple[date | None, date]
    sections: tuple[Section, ...]
    true_through: date | None
    certifies: tuple[Line, ...] = ()
    certificate: str = ""
    stays_true: bool = False

    @property
    def title(self) -> str:
        """What stands above it: what it certifies, or that it is a report."""
        return self.certificate or f"公共信用信息报告（{self.kind_name}）"

    @property
    def kind_name(self) -> str:
        """The kind of subject in words."""
        return KINDS[self.kind]

    def as_facts(self) -> dict[str, Any]:
        """The report as JSON carries it: dates YYYY-MM-DD, instants RFC 3339."""
        facts: dict[str, Any] = _plain(asdict(self))
        return facts


def content_of(asked: Asked, subject: Subject, records: Iterable[Record], catalogue: Mapping[str, Item]) -> ReportContent:
    """The report on a subject from all its records, as of the day on which it is made.

    What has ended is not in it (NT-30), nor what the class or the scope keeps from its reader (NT-19, NT-22).
    """
    today = asked.made_at.date()
    items = {code: item for code, item in catalogue.items() if _searched(item, asked, subject.profile.kind)}
    chosen = [record for record in records if record.catalogue in items and _counts(record, items[record.catalogue], asked.reader, today)]
    chosen.sort(key=lambda record: (record.determined_on, record.id), reverse=True)
    ends = [record.valid_until for record in chosen if record.valid_until]
    sections = tuple(_section(category, items.values(), chosen, subject, asked.reader) for category in CATEGORIES)
    return ReportContent(
        number=asked.number,
        made_at=asked.made_at,
        data_date=today,
        reader=asked.reader,
        kind=subject.profile.kind,
        name=subject.profile.name,
        subject=tuple(_about(subject, asked.reader)),
        purpose=asked.purpose,
        recipient=asked.recipient,
        bodies=tuple(dict.fromkeys(item.provider for item in items.values())),
        period=(min((record.determined_on for record in chosen), default=None), today),
        sections=tuple(section for section in sections if section.searched),
        true_through=min(ends, default=None),
    )


def certificate_of(asked: Asked, subject: Subject, record: Record, item: Item) -> ReportContent:
    """A certificate of what became of one record; its document, never what it told of. `Refused` while there is nothing to certify."""
    certificate = certified(record, asked.made_at.date())
    lines = (
        Line("证明的事项", certificate.statement),
        Line(ENGLISH, certificate.english),
        Line("记录种类", item.name),
        *((Line("文书号", record.document_no),) if record.document_no else ()),
        Line("提供单位", record.provider.name),
        Line("决定日期", record.determined_on.isoformat()),
    )
    return replace(_certificate(asked, subject, certificate.title, lines, (item.provider,)), stays_true=True)


def green_channel_of(asked: Asked, subject: Subject, found: clean_years.Standing) -> ReportContent:
    """A certificate that the green channel is open (KLM-6); `Refused` when it is not. A role model's ends with the list entry."""
    clean_years.refuse_closed(found)
    lines = (
        Line("证明的事项", clean_years.statement(found)),
        Line(ENGLISH, clean_years.statement_in_english(found)),
        Line("依据", found.source),
    )
    body = found.role_model.provider.name if found.role_model else "各信息提供单位"
    content = _certificate(asked, subject, clean_years.TITLE, lines, (body,))
    return replace(content, true_through=found.role_model.valid_until if found.role_model else None)


def _certificate(asked: Asked, subject: Subject, title: str, lines: tuple[Line, ...], bodies: tuple[str, ...]) -> ReportContent:
    today = asked.made_at.date()
    return ReportContent(
        number=asked.number,
        made_at=asked.made_at,
        data_date=today,
        reader="subject",
        kind=subject.profile.kind,
        name=subject.profile.name,
        subject=tuple(_about(subject, "authorised")),
        purpose=asked.purpose,
        recipient=None,
        bodies=bodies,
        period=(None, today),
        sections=(),
        true_through=None,
        certifies=lines,
        certificate=title,
    )


def from_facts(facts: Mapping[str, Any]) -> ReportContent:
    """A report again from what `as_facts` gave."""
    day = date.fromisoformat
    first, last = facts["period"]

    def entry(raw: Mapping[str, Any]) -> Entry:
        ends = raw["valid_until"]
        rest = {"determined_on": day(raw["determined_on"]), "valid_until": day(ends) if ends else None, "flags": tuple(raw["flags"])}
        return Entry(**{**raw, **rest, "source": Line(**raw["source"]), "lines": tuple(Line(**line) for line in raw["lines"])})

    def section(raw: Mapping[str, Any]) -> Section:
        return Section(raw["category"], raw["name"], tuple(raw["searched"]), tuple(map(entry, raw["entries"])))

    return ReportContent(
        **{
            **facts,
            "made_at": datetime.fromisoformat(facts["made_at"]),
            "data_date": day(facts["data_date"]),
            "subject": tuple(Line(**line) for line in facts["subject"]),
            "bodies": tuple(facts["bodies"]),
            "period": (day(first) if first else None, day(last)),
            "sections": tuple(map(section, facts["sections"])),
            "true_through": day(facts["true_through"]) if facts["true_through"] else None,
            "certifies": tuple(Line(**line) for line in facts.get("certifies", ())),
        }
    )


def _searched(item: Item, asked: Asked, kind: SubjectKind) -> bool:
    """Whether an item is looked through: its class, the scope of the consent, and the kinds of subject that it knows."""
    return may_see(item, asked.reader) and (asked.scope is None or item.code in asked.scope) and kind in item.subjects


def _counts(record: Record, item: Item, reader: Reader, today: date) -> bool:
    """Whether a record is given. One whose missing end is still asked for (HY-20a), or whose use is suspended while an objection
    to it runs (NT-32f), is nobody's but the subject's."""
    if item.without_end == "keep" and record.valid_until is None and reader != "subject":
        return False
    return counts(record, today) if reader == "subject" else in_use(record, today)


def _section(category: Category, items: Iterable[Item], records: Iterable[Record], subject: Subject, reader: Reader) -> Section:
    own = {item.code: item for item in items if item.category == category}
    entries = tuple(_entry(record, own[record.catalogue], subject, reader) for record in records if record.catalogue in own)
    return Section(category, CATEGORIES[category], tuple(item.name for item in own.values()), entries)


def _entry(record: Record, item: Item, subject: Subject, reader: Reader) -> Entry:
    own = reader == "subject"
    people = tuple(name for name in record.people if name != subject.profile.name)
    keep = (*subject.codes, record.subject_name, subject.profile.name, *subject.former_names)
    content = visible_content(item, record.content, reader, people=people, keep=keep)
    title = record.title if own else mask_free_text(record.title, people=people, keep=keep)
    number = record.document_no if own or not record.document_no else mask_person_numbers(record.document_no)
    return Entry(
        id=record.id,
        catalogue=item.name,
        title=title,
        document_no=number,
        source=Line(record.provider.name, record.provider.code),
        determined_on=record.determined_on,
        valid_until=record.valid_until,
        valid_until_source=record.end_source,
        severity=SEVERITIES[record.severity] if record.severity else None,
        flags=tuple(FLAGS[flag] for flag in record.flags if flag in FLAGS),
        lines=tuple(_lines(item, content, reader)),
    )


def _lines(item: Item, content: Mapping[str, Any], reader: Reader) -> Iterable[Line]:
    for field in item.fields:
        value = content.get(field.name)
        if field.disclosure in SEES[reader] and value not in (None, ""):
            yield Line(field.label, _said(item, field, value))


def _said(item: Item, field: Field, value: Any) -> str:
    """A value in words: a choice as submissions write it, a day as people write it, money with its unit."""
    if (item.code, field.name) == ("licence", "state"):
        return _LICENCE_STATES.get(str(value), str(value))
    if field.type == "date":
        day = date.fromisoformat(str(value))
        return "长期" if day >= _NO_END else f"{day.year}年{day.month}月{day.day}日"
    if field.choices:
        return next((word for word, meant in field.choices.items() if meant == value), str(value))
    return f"{value} 元" if field.type in ("money", "money_10k") else str(value)


def _about(subject: Subject, reader: Reader) -> Iterable[Line]:
    """Who the report is about. To others a person's number is covered; a home address is given to nobody but its owner."""
    profile, own = subject.profile, reader == "subject"
    yield Line("主体名称", profile.name)
    if subject.former_names:
        yield Line("曾用名", "、".join(subject.former_names))
    yield Line("主体类别", KINDS[profile.kind])
    if profile.kind == "natural_person":
        for identifier in subject.identifiers:
            number = identifier.number if own else mask_number(identifier.number)
            yield Line(_IDENTIFIERS.get(identifier.type, "证件号码"), number)
        return
    yield from (Line("统一社会信用代码", code) for code in subject.codes[:1])
    operator = profile.kind == "individual_business"
    if profile.legal_representative:
        name = mask_person_name(profile.legal_representative) if operator and not own else profile.legal_representative
        yield Line("经营者" if operator else "法定代表人", name)
    yield Line("登记状态", STATUSES[profile.status])
    hidden: Collection[str] = ("address",) if operator and not own else ()
    for part, label in _REGISTRATION.items():
        if part not in hidden and (text := profile.registration.get(part)):
            yield Line(label, str(text))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, (date, datetime)) else value
