"""Makes a card of what the look-ups answer: a record, a list entry or a commitment, with the words for everything in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from chalicelib.web import words
from chalicelib.web.language import say
from chalicelib.web.pages import day, money

Facts = Mapping[str, Any]

NO_END = "2099-12-31"
"""The day by which the national layouts say "no end"."""
_AUTHORITIES = ("authority", "recogniser", "publisher")
"""Parts of a content that name who decided; a record has one of them."""
_SAID_ELSEWHERE = frozenset({*_AUTHORITIES, "authority_code", "recogniser_code", "repairable", "repair_way"})
_MONEY = frozenset({"money", "money_10k"})


class Tag(NamedTuple):
    """A word in colour at the head of a card."""

    text: str
    colour: str


class Line(NamedTuple):
    """A label and what stands behind it; `code` sets it as a number or code."""

    label: str
    text: str
    code: bool = False


@dataclass(frozen=True)
class Card:
    """What a card shows. `lead` tells who decided and when, `content` what; it shows until `valid_until`, by `source`, which is
    the default rule where `defaulted`. `subject` is whom it is about, on pages that are not about one.

    `number` is what an objection names the entry by, `answerable` the body that answers for its truth and takes objections.
    """

    id: str
    tone: str
    tags: tuple[Tag, ...]
    title: str
    name_then: str | None
    lead: tuple[Line, ...]
    content: tuple[Line, ...]
    valid_until: str | None
    source: str | None
    defaulted: bool
    number: str
    answerable: str | None
    subject: Facts | None


@dataclass(frozen=True)
class Section:
    """Cards of one sort on an organisation's page."""

    name: str
    title: str
    cards: tuple[Card, ...]


def sections(organisation: Facts) -> list[Section]:
    """What is public of an organisation: the lists (black, warnings, red, others), the records, the commitments."""
    rank = {code: place for place, code in enumerate(("blacklist", "warnings", "redlist"))}
    lists = sorted(organisation.get("lists") or (), key=lambda entry: rank.get(entry["list"], len(rank)))
    return [
        Section("lists", say("红黑名单与预警"), _cards(map(_list_entry, lists), organisation)),
        Section("records", say("许可、处罚等记录"), _cards(organisation.get("records") or (), organisation)),
        Section("commitments", say("信用承诺"), _cards(map(_commitment, organisation.get("commitments") or ()), organisation)),
    ]


def announced(entry: Facts) -> Card:
    """An entry of a publicity kind."""
    return _card(entry, words.CONTENT.get(entry["catalogue"], {}), entry["subject"]["name"])


def _cards(records: Iterable[Facts], organisation: Facts) -> tuple[Card, ...]:
    """Cards with the labels that the document brings, else with the usual ones."""
    labels: Mapping[str, words.Labels] = organisation.get("labels") or {}
    return tuple(
        _card(record, labels.get(record["catalogue"]) or words.CONTENT.get(record["catalogue"], {}), organisation["name"])
        for record in records
    )


def _list_entry(entry: Facts) -> Facts:
    """A list entry in the form of a record."""
    parts = ("basis", "reason", "origin", "repairable", "repair_way")
    content = {"recogniser": (entry.get("recogniser") or {}).get("name"), **{part: entry.get(part) for part in parts}}
    return {**entry, "catalogue": entry["list"], "title": entry["name"], "determined_on": entry["listed_on"], "content": content}


def _commitment(entry: Facts) -> Facts:
    """A commitment in the form of a record."""
    content = {"authority": (entry.get("received_by") or {}).get("name"), **{part: entry.get(part) for part in ("type", "matter", "text")}}
    title = entry.get("matter") or say("信用承诺")
    return {**entry, "catalogue": "commitments", "title": title, "determined_on": entry["made_on"], "content": content}


def _card(record: Facts, labels: words.Labels, name: str) -> Card:
    catalogue, number = record["catalogue"], record.get("document_no") or ""
    then = record.get("subject_name")
    return Card(
        id=record["id"],
        tone=words.TONE.get(catalogue) or record.get("category") or "other",
        tags=tuple(_tags(record)),
        title=record["title"],
        name_then=then if then != name else None,
        lead=tuple(_lead(record, labels)),
        content=tuple(_content(record, labels)),
        valid_until=record.get("valid_until"),
        source=record.get("valid_until_source"),
        defaulted=bool(record.get("valid_until_defaulted")),
        number=number or record["title"],
        answerable=_provider(record) or _authority(record["content"]) or (record.get("provider") or {}).get("name"),
        subject=record.get("subject"),
    )


def _tags(record: Facts) -> Iterator[Tag]:
    """What it is, how severe, what is going on."""
    catalogue, severity = record["catalogue"], record.get("severity")
    tone = words.TONE.get(catalogue) or record.get("category") or "other"
    if catalogue == "commitments":
        sort = words.COMMITMENT.get(record["content"].get("type"), "信用承诺")
    else:
        sort = words.CATALOGUE.get(catalogue) or record.get("catalogue_name") or "名单"
    yield Tag(say(sort), words.TONE_COLOUR.get(tone, "blue"))
    if severity:
        said = say("失信程度：{severity}", severity=say(words.SEVERITY.get(severity, severity)))
        yield Tag(said, words.SEVERITY_COLOUR.get(severity, "grey"))
    for flag in record.get("flags") or ():
        yield Tag(say(words.FLAG.get(flag, flag)), "purple")


def _lead(record: Facts, labels: words.Labels) -> Iterator[Line]:
    """Who decided, when, by which document, and who answers for it here."""
    content, provider = record["content"], _provider(record)
    authority = _authority(content) or provider
    part = next((part for part in _AUTHORITIES if part in labels), "")
    if record.get("document_no"):
        yield Line(_label("document_no", labels, "文书号"), record["document_no"], code=True)
    if authority:
        yield Line(_label(part, labels, "决定机关"), authority)
    yield Line(_label("determined_on", labels, "决定日期"), day(record["determined_on"]))
    if provider and provider != authority:
        yield Line(say("提供单位"), provider)
    if record.get("published_on"):
        yield Line(say("公示日期"), day(record["published_on"]))


def _provider(record: Facts) -> str | None:
    """Who answers for the record here, by name; None where nobody told the name that belongs to the code."""
    provider = record.get("provider") or {}
    return provider.get("name") if provider.get("name") != provider.get("code") else None


def _authority(content: Facts) -> str | None:
    return next((content[part] for part in _AUTHORITIES if content.get(part)), None)


def _content(record: Facts, labels: words.Labels) -> Iterator[Line]:
    """The content by its labels, without what is empty and what the card says elsewhere."""
    said = _SAID_ELSEWHERE | ({"type", "matter"} if record["catalogue"] == "commitments" else set())
    for name, value in record["content"].items():
        if value in (None, "") or name in said:
            continue
        label = labels.get(name, {})
        yield Line(_label(name, labels, name), _written(record["catalogue"], name, value, label), label.get("type") == "code")
    if record["catalogue"] == "blacklist" or record["content"].get("repairable") is not None:
        yield from _repair(record["content"])


def _repair(content: Facts) -> Iterator[Line]:
    """Whether and how a listing can be repaired, as the recogniser stated it at listing (HY-26)."""
    repairable, way = content.get("repairable"), content.get("repair_way")
    if repairable is False:
        cited = say("认定单位写明不能修复，依据见“认定依据”；认为不当的，可以提出异议")
        uncited = say("认定单位写明不能修复，没有写明依据；认为不当的，可以提出异议")
        yield Line(say("能否修复"), cited if content.get("basis") else uncited)
        return
    yield Line(say("能否修复"), say("可以修复") if repairable else say("认定单位没有写明"))
    if way or repairable:
        yield Line(say("修复方式"), way or say("认定单位没有写明，请向认定单位询问"))


def _label(name: str, labels: words.Labels, usual: str) -> str:
    return say(str(labels[name]["label"]) if name in labels else usual)


def _written(catalogue: str, name: str, value: Any, label: Mapping[str, Any]) -> str:
    """A value by the type of its field, in the words that a reader uses."""
    if label.get("type") in _MONEY:
        return money(str(value))
    if label.get("type") == "date":
        return say("长期") if str(value) >= NO_END else day(str(value))
    if (catalogue, name) == ("licence", "state"):
        return say(words.LICENCE_STATE[str(value)]) if str(value) in words.LICENCE_STATE else str(value)
    usual = say("是" if value else "否") if isinstance(value, bool) else str(value)
    return next((say(word) for word, meant in (label.get("choices") or {}).items() if meant == value), usual)
