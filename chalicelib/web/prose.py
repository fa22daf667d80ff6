"""Turns the short texts of a city, written in simple Markdown, into safe HTML for a page."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_BULLET = re.compile(r"^\s*[-*]\s+")
_NUMBER = re.compile(r"^\s*\d+[.、]\s+")
_HEADING = re.compile(r"^(#{1,4})\s+(.*)$")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_LINK = re.compile(r"\[([^\]]+)\]\(((?:/|https://|mailto:|tel:)[^\s)]*)\)")


def html(text: str) -> Markup:
    """Paragraphs, lists, headings (third level), bold and links; everything else is shown as it stands."""
    blocks = (block for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if block.strip())
    return Markup("\n").join(part for block in blocks for part in _block(block.strip("\n").split("\n")))


def _block(lines: list[str]) -> list[Markup]:
    heading = _HEADING.match(lines[0])
    if heading:
        title = Markup('<h3 class="govuk-heading-s">{}</h3>').format(_inline(heading.group(2)))
        return [title] + (_block(lines[1:]) if lines[1:] else [])
    for mark, tag, name in ((_BULLET, "ul", "bullet"), (_NUMBER, "ol", "number")):
        first = next((index for index, line in enumerate(lines) if mark.match(line)), None)
        if first is not None:
            entries = Markup("").join(Markup("<li>{}</li>").format(_inline(entry)) for entry in _entries(lines[first:], mark))
            before = _block(lines[:first]) if first else []
            return [*before, Markup('<{0} class="govuk-list govuk-list--{1}">{2}</{0}>').format(tag, name, entries)]
    return [Markup('<p class="govuk-body">{}</p>').format(_inline("".join(line.strip() for line in lines)))]


def _entries(lines: list[str], mark: re.Pattern[str]) -> list[str]:
    entries: list[str] = []
    for line in lines:
        if mark.match(line):
            entries.append(mark.sub("", line).strip())
        else:
            entries[-1] += line.strip()
    return entries


def _inline(text: str) -> Markup:
    safe = str(escape(text))
    safe = _BOLD.sub(r"<strong>\1</strong>", safe)
    return Markup(_LINK.sub(r'<a class="govuk-link" href="\2">\1</a>', safe))  # noqa: S704 - escaped two lines above
