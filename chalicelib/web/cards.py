"""Makes a card of what the look-ups answer: a record, a list entry or a commitment, with the words for everything in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
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


class Card(NamedTuple):
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


class _Column(NamedTuple):
    """How a field of a content is shown: its label in the reader's language, how its values are written, whether as code."""

    label: str
    written: Callable[[Any], str]
    code: bool


class _Layout:
    """How the records of one catalogue item are shown to one reader: what is the same for all of them is found once."""

    def __init__(self, catalogue: str, labels: words.Labels) -> None:
        self._catalogue, self._labels = catalogue, labels
        self.columns: dict[str, _Column] = {}
        self.document_no, self.determined_on = self._label("document_no", "文书号"), self._label("determined_on", "决定日期")
        self.authority = self._label(next((part for part in _AUTHORITIES if part in labels), ""), "决定机关")
        self.said_elsewhere = _SAID_ELSEWHERE | ({"type", "matter"} if catalogue == "commitments" else set())

    def column(self, name: str) -> _Column:
        """The column of a field, made when it is first met."""
        label = self._labels.get(name, {})
        column = _Column(self._label(name, name), _writer(self._catalogue, name, label), label.get("type") == "code")
        self.columns[name] = column
        return column

    def _label(self, name: str, usual: str) -> str:
        """What stands in front of a field, in the reader's language."""
        return say(str(self._labels[name]["label"]) if name in self._labels else usual)


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
    layout = _Layout(entry["catalogue"], words.CONTENT.get(entry["catalogue"], {}))
    return _card(entry, layout, entry["subject"]["name"])


def of_subject(records: Iterable[tuple[Facts, words.Labels]], name: str) -> list[Card]:
    """Entries of an archive, each with its labels, as their subject sees them."""
    layouts: dict[str, _Layout] = {}
    cards = []
    for record, labels in records:
        catalogue = record["catalogue"]
        if catalogue not in layouts:
            layouts[catalogue] = _Layout(catalogue, labels)
        cards.append(_card(record, layouts[catalogue], name))
    return cards


def _cards(records: Iterable[Facts], organisation: Facts) -> tuple[Card, ...]:
    """Cards with the labels that the document brings, else with the usual ones."""
    labels: Mapping[str, words.Labels] = organisation.get("labels") or {}
    layouts: dict[str, _Layout] = {}
    cards = []
    for record in records:
        catalogue = record["catalogue"]
        if catalogue not in layouts:
            layouts[catalogue] = _Layout(catalogue, labels.get(catalogue) or words.CONTENT.get(catalogue, {}))
        cards.append(_card(record, layouts[catalogue], organisation["name"]))
    return tuple(cards)


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


def _card(record: Facts, layout: _Layout, name: str) -> Card:
    catalogue, number = record["catalogue"], record.get("document_no") or ""
    then = record.get("subject_name")
    return Card(
        id=record["id"],
        tone=words.TONE.get(catalogue) or record.get("category") or "other",
        tags=tuple(_tags(record)),
        title=record["title"],
        name_then=then if then != name else None,
        lead=tuple(_lead(record, layout)),
        content=tuple(_content(record, layout)),
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
        yield Tag(say(words.OWN_FLAG.get(flag, flag)), "purple")


def _lead(record: Facts, layout: _Layout) -> Iterator[Line]:
    """Who decided, when, by which document, and who answers for it here."""
    content, provider = record["content"], _provider(record)
    authority = _authority(content) or provider
    if record.get("document_no"):
        yield Line(layout.document_no, record["document_no"], code=True)
    if authority:
        yield Line(layout.authority, authority)
    yield Line(layout.determined_on, day(record["determined_on"]))
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


def _content(record: Facts, layout: _Layout) -> Iterator[Line]:
    """The content by its labels, without what is empty and what the card says elsewhere."""
    for name, value in record["content"].items():
        if value is None or value == "" or name in layout.said_elsewhere:
            continue
        column = layout.columns.get(name) or layout.column(name)
        yield Line(column.label, column.written(value), column.code)
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


def _writer(catalogue: str, name: str, label: Mapping[str, Any]) -> Callable[[Any], str]:
    """How the values of a field are written: by its type, in the words that a reader uses."""
    if label.get("type") in _MONEY:
        return lambda value: money(str(value))
    if label.get("type") == "date":
        return lambda value: say("长期") if str(value) >= NO_END else day(str(value))
    if (catalogue, name) == ("licence", "state"):
        return lambda value: say(words.LICENCE_STATE.get(str(value), str(value)))
    chosen = [(meant, word) for word, meant in (label.get("choices") or {}).items()]
    if chosen:
        return lambda value: next((say(word) for meant, word in chosen if meant == value), _plain(value))
    return _plain


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return say("是" if value else "否")
    return str(value)
