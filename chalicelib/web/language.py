"""In which language a reader is answered: Chinese, in which the texts are written, or English from the catalogue of translations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from gettext import GNUTranslations
from pathlib import Path
from typing import Literal
from urllib.parse import quote_plus, unquote

from chalice.app import Request

from chalicelib import settings
from chalicelib.law.decisions import Refused
from chalicelib.law.identifiers import looks_like_person_number

Language = Literal["zh", "en"]
CATALOGUES = settings.ROOT / "chalicelib" / "translations"
TAGS: Mapping[Language, str] = {"zh": "zh-CN", "en": "en"}
"""The languages as HTML names them."""
_PREFERENCE = re.compile(r"\s*(?P<tag>[a-zA-Z]+)[^;]*(?:;\s*q\s*=\s*(?P<weight>[01](?:\.\d{0,3})?))?\s*")
_CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef\U00020000-\U0003ffff]")
_PLAIN = re.compile(r"[A-Za-z0-9_.~-]*")
PROVIDER = "来源单位"
"""The context in which a word names who provides information: a body, and not the label in front of one."""
LONGEST_SWITCH = 2000
"""Characters of an address that the language switch repeats at most; a longer one leads to the same page without its parameters."""


@dataclass(frozen=True)
class Reader:
    """Who is answered: in which language, and what was asked for. Only pages look at the address again, to repeat it in links."""

    language: Language = "zh"
    request: Request | None = None

    @property
    def path(self) -> str:
        """The path that was asked for; the start page's where it is not to be repeated."""
        return self._repeatable[0]

    @property
    def parameters(self) -> tuple[tuple[str, str], ...]:
        """The parameters that were asked with, without the language and without what looks like a person's number."""
        return self._repeatable[1]

    @cached_property
    def _repeatable(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        if self.request is None:
            return "/", ()
        path = _path(self.request)
        if path == "/login/callback" or any(map(looks_like_person_number, unquote(path).split("/"))):
            return "/", ()
        given: Mapping[str, str] = self.request.query_params or {}
        kept = ((name, value) for name, value in given.items() if name != "lang" and value)
        return path, tuple(pair for pair in kept if not looks_like_person_number(pair[1]))


_NOBODY = Reader()
READER: ContextVar[Reader] = ContextVar("reader", default=_NOBODY)
"""Whoever is answered here and now; the middleware sets it, and no other thread sees it."""


def reader_of(request: Request | None, *, program: bool) -> Reader:
    """The reader by `lang` in the address. A program that does not say it there is asked for by its Accept-Language: for errors
    alone, since what else a program gets has no words of ours."""
    if request is None:
        return Reader()
    given: Mapping[str, str] = request.query_params or {}
    asked = given.get("lang", "")
    return Reader(language_of(asked if asked in TAGS or not program else _preferred(request.headers.get("Accept-Language") or "")), request)


def language_of(asked: str) -> Language:
    """The language that `lang` in an address asks for: Chinese unless it is one of ours."""
    return "en" if asked == "en" else "zh"


def _path(request: Request) -> str:
    """The path as it was asked for: Chalice knows the route and its parameters, still percent-encoded."""
    path = str(request.path)
    for name, value in (request.uri_params or {}).items():
        path = path.replace(f"{{{name}}}", value)
    return path


def _preferred(accepted: str) -> str:
    """Of our languages the one that an Accept-Language header likes best; Chinese where it names neither (RFC 9110, 12.5.4)."""
    found = [match for part in accepted.split(",")[:20] if (match := _PREFERENCE.fullmatch(part))]
    known = [(float(match["weight"] or 1), match["tag"].lower()) for match in found if match["tag"].lower() in TAGS]
    return max(known, key=lambda one: one[0], default=(0.0, "zh"))[1]


def current() -> Language:
    """The language of this answer."""
    return READER.get().language


@cache
def _english() -> GNUTranslations:
    with Path(CATALOGUES / "en" / "LC_MESSAGES" / "mingxin.mo").open("rb") as file:
        return GNUTranslations(file)


def gettext(text: str) -> str:
    """The text in the reader's language; as it stands where there is no translation."""
    return translated(text, READER.get().language)


@lru_cache(maxsize=5000)
def translated(text: str, language: Language) -> str:
    """The text in a language; as it stands where there is no translation."""
    return _english().gettext(text) if text and language == "en" else text


def ngettext(one: str, many: str, count: int) -> str:
    """The text for a count of things in the reader's language; Chinese has one form."""
    return _english().ngettext(one, many, count) if current() == "en" else many


def provider(name: str) -> str:
    """Who provides an item of the catalogue, in the reader's language; as it stands where nobody translated it."""
    return _english().pgettext(PROVIDER, name) if current() == "en" else name


def say(text: str, /, **values: object) -> str:
    """The text in the reader's language with its `{values}` put in."""
    return gettext(text).format(**values) if values else gettext(text)


def listed(words: Iterable[str]) -> str:
    """Words in a row, as the reader's language sets them apart."""
    return gettext("、").join(words)


def either(chinese: str, english: str) -> str:
    """Of what a city brings in both languages, that in the reader's."""
    return english if current() == "en" else chinese


def told(refusal: Refused) -> str:
    """A refusal in the reader's language."""
    values = {name: listed(map(gettext, value)) if isinstance(value, tuple) else value for name, value in refusal.values.items()}
    return say(refusal.template, **values)


def is_foreign(text: str) -> bool:
    """Whether a text holds Chinese on a page that is not."""
    return READER.get().language != "zh" and holds_chinese(text)


def holds_chinese(text: str) -> bool:
    """Whether a text holds a Chinese character or mark."""
    return _CHINESE.search(text) is not None


def address(path: str, **parameters: object) -> str:
    """A link inside the window, which stays in the reader's language: every page makes all its links by this.

    Parameters without a value are left out; a `#place` in the path comes last, and a `_` behind a name goes (`from_`). A path may bring
    parameters of its own, as they are.
    """
    page, mark, place = path.partition("#")
    return _with(page, ((name.rstrip("_"), str(value)) for name, value in parameters.items() if value), current()) + mark + place


def switch(to: Language) -> str:
    """The page that is shown, in another language. What looks like a person's number is not repeated."""
    reader = READER.get()
    link = _with(reader.path, iter(reader.parameters), to)
    return link if len(link) <= LONGEST_SWITCH else _with(reader.path, iter(()), to)


def _with(path: str, parameters: Iterator[tuple[str, str]], language: Language) -> str:
    pairs = [f"{_quoted(name)}={_quoted(value)}" for name, value in parameters]
    if language == "en":
        pairs.append("lang=en")
    return f"{path}{'&' if '?' in path else '?'}{'&'.join(pairs)}" if pairs else path


def _quoted(text: str) -> str:
    """A part of an address; most are ids, which stand in one as they are: that is told in a tenth of the time."""
    return text if _PLAIN.fullmatch(text) else quote_plus(text)
