"""Turns the short texts of a city, written in simple Markdown, into safe HTML for a page."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from chalicelib.web.language import address

_BULLET = re.compile(r"^\s*[-*]\s+")
_NUMBER = re.compile(r"^\s*\d+[.\u3001]\s+")
_HEADING = re.compile(r"^(#{1,4})\s+(.*)$")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_BETWEEN_WORDS = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\n|\n(?=[\u3000-\u9fff\uff00-\uffef])")
_LINK = re.compile(r"\[([^\]]+)\]\(((?:/|https://|mailto:|tel:)[^\s)]*)\)")


def html(text: str, level: int = 3) -> Markup:
    """Paragraphs, lists, headings of a level, bold and links; everything else is shown as it stands.

    Links inside the window stay in the reader's language.
    """
    blocks = (block for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if block.strip())
    return Markup("\n").join(part for block in blocks for part in _block(block.strip("\n").split("\n"), level))


def _block(lines: list[str], level: int) -> list[Markup]:
    heading = _HEADING.match(lines[0])
    if heading:
        title = Markup('<h{0} class="govuk-heading-{1}">{2}</h{0}>').format(level, "m" if level < 3 else "s", _inline(heading.group(2)))
        return [title] + (_block(lines[1:], level) if lines[1:] else [])
    for mark, tag, name in ((_BULLET, "ul", "bullet"), (_NUMBER, "ol", "number")):
        first = next((index for index, line in enumerate(lines) if mark.match(line)), None)
        if first is not None:
            entries = Markup("").join(Markup("<li>{}</li>").format(_inline(entry)) for entry in _entries(lines[first:], mark))
            before = _block(lines[:first], level) if first else []
            return [*before, Markup('<{0} class="govuk-list govuk-list--{1}">{2}</{0}>').format(tag, name, entries)]
    return [Markup('<p class="govuk-body">{}</p>').format(_inline(_joined(lines)))]


def _entries(lines: list[str], mark: re.Pattern[str]) -> list[str]:
    entries: list[str] = []
    for line in lines:
        if mark.match(line):
            entries.append(mark.sub("", line).strip())
        else:
            entries[-1] = _joined([entries[-1], line])
    return entries


def _joined(lines: list[str]) -> str:
    """Lines as one: Chinese has no spaces between its words, other languages do."""
    return _BETWEEN_WORDS.sub("", "\n".join(line.strip() for line in lines)).replace("\n", " ")


def _inline(text: str) -> Markup:
    safe = str(escape(text))
    safe = _BOLD.sub(r"<strong>\1</strong>", safe)
    return Markup(_LINK.sub(_link, safe))  # noqa: S704 - escaped two lines above


def _link(found: re.Match[str]) -> str:
    target = address(found[2]) if found[2].startswith("/") else found[2]
    return f'<a class="govuk-link" href="{target}">{found[1]}</a>'
