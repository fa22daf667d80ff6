"""Entries of publicity as a feed for readers (Atom, RFC 4287; paging by RFC 5005): who, what, by whom, and until when it shows.

Feed readers keep what they once got. So an entry holds no more than a notice does and names its last day; the record itself
stays here, behind a link.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

from chalicelib.cities import Identity
from chalicelib.web import words
from chalicelib.web.language import TAGS, address, current, either, gettext, is_foreign, say
from chalicelib.web.pages import day

ATOM = "application/atom+xml; charset=utf-8"
_SPACE = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, however they are written."""
_SINCE = "2018"
"""The year in the ids' tag (RFC 4151): any in which the city had its host name."""


def feed(kind: str, found: Mapping[str, Any], city: Identity, filters: Mapping[str, Any]) -> str:
    """A feed of an answer of publicity. Civil dates become the first instant of that day in China."""
    announced, here = words.PUBLICITY[kind], f"https://{city.host}/publicity/{kind}"
    root = ET.Element("feed", {"xmlns": _SPACE, "xml:lang": TAGS[current()]})
    _add(root, "id", address(f"tag:{city.host},{_SINCE}:publicity/{kind}", **filters))
    _add(root, "title", say("{site}：{name}公示", site=either(city.site_name, city.site_name_en), name=say(announced.name)))
    _add(root, "subtitle", say(announced.about))
    _add(root, "updated", _instant(max((entry["published_on"] for entry in found["items"]), default=found["as_of"])))
    _given(_add(root, "author"), "name", city.organiser)
    _add(root, "rights", say("每条都有截止日期，过期后请不要继续展示或使用。"))
    _link(root, "self", address(here + ".atom", **filters), "application/atom+xml")
    _link(root, "alternate", address(here, **filters), "text/html")
    if found["next"]:
        _link(root, "next", address(here + ".atom", **filters, cursor=found["next"]), "application/atom+xml")
    for entry in found["items"]:
        _entry(root, kind, entry, city)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _entry(root: ET.Element, kind: str, entry: Mapping[str, Any], city: Identity) -> None:
    element = _add(root, "entry")
    _add(element, "id", f"tag:{city.host},{_SINCE}:records/{entry['id']}")
    _given(element, "title", f"{entry['subject']['name']}{gettext('：')}{entry['title']}")
    _add(element, "updated", _instant(entry["published_on"]))
    _add(element, "published", _instant(entry["published_on"]))
    _given(_add(element, "author"), "name", authority_of(entry))
    _link(element, "alternate", _page_of(kind, entry, city), "text/html")
    _add(element, "category").attrib.update(term=kind, label=say(words.PUBLICITY[kind].name))
    _add(element, "summary", _summary(kind, entry))


def authority_of(entry: Mapping[str, Any]) -> str:
    """Who decided, recognised or published; else who provided the record."""
    content = entry["content"]
    named = next((content[part] for part in ("authority", "recogniser", "publisher") if content.get(part)), None)
    return str(named or entry["provider"]["name"])


def _page_of(kind: str, entry: Mapping[str, Any], city: Identity) -> str:
    code, on = entry["subject"]["code"], entry["determined_on"]
    path = address(f"/subjects/{code}") if code else address(f"/publicity/{kind}", from_=on, to=on)
    return f"https://{city.host}{path}#{entry['id']}"


def _summary(kind: str, entry: Mapping[str, Any]) -> str:
    facts = [(words.PUBLICITY[kind].day, day(entry["determined_on"])), ("单位", authority_of(entry)), ("文书号", entry["document_no"])]
    parts = [gettext(label) + gettext("：") + value for label, value in facts if value]
    parts += [say(words.FLAG.get(flag, flag)) for flag in entry["flags"]]
    end = entry["valid_until"]
    parts.append(say("展示至{day}，次日起不得再展示或使用", day=day(end)) if end else say("没有截止日期"))
    return gettext("；").join(parts) + gettext("。")


def _add(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
    element = ET.SubElement(parent, name)
    element.text = None if text is None else _NOT_XML.sub("", text)
    return element


def _given(parent: ET.Element, name: str, text: str) -> None:
    """An element with what others wrote: a feed in another language says that it is Chinese."""
    element = _add(parent, name, text)
    if is_foreign(text):
        element.set("xml:lang", TAGS["zh"])


def _link(parent: ET.Element, relation: str, target: str, type_: str) -> None:
    ET.SubElement(parent, "link", {"rel": relation, "href": target, "type": type_})


def _instant(civil: str) -> str:
    return f"{civil}T00:00:00+08:00"
