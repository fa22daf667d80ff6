"""Makes pages: one template environment, and the few ways in which a page writes dates, money and names."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from chalicelib import cities, clock, settings
from chalicelib.law.names import standard_characters
from chalicelib.web import assets, language, prose, words
from chalicelib.web.escaping import escaped
from chalicelib.web.language import Language, address, gettext, holds_chinese, is_foreign, ngettext, say, switch

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = settings.ROOT / "templates"
COMPILED = settings.ROOT / "compiled_templates"
"""The templates as Python, in the package alone: compiling them takes 100 ms of a first answer."""
NAVIGATION = (
    ("/", "信用查询"),
    ("/publicity", "信息公示"),
    ("/help/objection", "提出异议"),
    ("/verify", "核验报告"),
    ("/about", "使用说明"),
    ("/me", "我的信用"),
)
_CODE = ' class="mx-code"'
_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]


def render(template: str, **facts: Any) -> str:
    """A page as text. `section` in the facts names the entry of the navigation that the page belongs to."""
    city = cities.identity(settings.city())
    here: dict[str, Any] = {"city": city, "demo": settings.demo(), "today": clock.today(), "language": language.current()}
    usual = {**here, "links": assets.links(), "navigation": NAVIGATION, "section": None, "words": words}
    return _environment(language.current()).get_template(template).render({**usual, **facts})


@cache
def _environment(reading: Language) -> Environment:
    # Imported with the first page: whoever answers programs pays nothing for it.
    from jinja2 import FileSystemLoader, ModuleLoader, StrictUndefined

    from chalicelib.web.compiling import TranslatedEnvironment

    compiled = COMPILED / reading
    environment = TranslatedEnvironment(
        reading,
        loader=ModuleLoader(compiled) if compiled.is_dir() else FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(
        day=day, month=month, last_day=last_day, time=time, moment=moment, marked=marked, characters=standard_characters
    )
    environment.filters.update(said=said, as_given=as_given, fact_list=fact_list)
    environment.globals.update(_=phrased, text=text, address=address, switch=switch, example=example, tag=language.TAGS)
    return environment


def compile_templates(folder: Path) -> None:
    """Write every page's template as a module of Python for each language into a folder; an error in one of them is raised."""
    for reading in language.TAGS:
        _environment(reading).compile_templates(folder / reading, extensions=["html"], zip=None, ignore_errors=False)


def text(name: str, level: int = 3) -> Markup:
    """A text of the city as HTML, its headings of a level; in Chinese where it has no other, empty where there is none."""
    texts = cities.identity(settings.city()).texts
    own = texts.get(f"{name}.{language.current()}")
    if own is not None:
        return prose.html(own, level)
    chinese = prose.html(texts.get(name, ""), level)
    return Markup('<div lang="zh-CN">{}</div>').format(chinese) if language.current() != "zh" and chinese else chinese


def example() -> cities.Example:
    """The organisation that the search form names as an example."""
    return cities.identity(settings.city()).example


def phrased(text: str, /, **values: Any) -> Markup:
    """A text of ours in the reader's language, with what belongs into its `%(gaps)s`: the `_` of templates. Texts of ours are safe."""
    ours = gettext(text)
    # Markup % values does the same and takes five times as long: a page has a hundred of them.
    return Markup(ours % {name: escaped(value) for name, value in values.items()} if values else ours)  # noqa: S704 - ours, or escaped


def fact_list(lines: Iterable[tuple[str, str, bool]]) -> Markup:
    """Labels and what stands behind them, as `dt` and `dd`; True sets it as a number or code. Most of a page of records is this."""
    reading = language.current()
    shown = escaped if reading == "zh" else _marked_as_given
    rows = [f"{_term(label, reading)}<dd{_CODE if code else ''}>{shown(text)}</dd></div>\n" for label, text, code in lines if text]
    return Markup("".join(rows))  # noqa: S704 - escaped here


@lru_cache(maxsize=2000)
def _term(label: str, reading: Language) -> str:
    """The beginning of a line, up to its `dd`; labels are few and stand on every card. `reading` is the reader's language."""
    return f"<div><dt>{escaped(as_given(label))}</dt>"


def _marked_as_given(given: str) -> str:
    """The same as `as_given`, escaped, where the page is known to be no Chinese one."""
    return escaped(given) if given.isascii() or isinstance(given, Markup) or not holds_chinese(given) else _span(given)


def as_given(given: str) -> str:
    """What somebody else wrote, as it stands: on an English page it is marked as Chinese, for screen readers and fonts.

    What is markup already says its language itself; what is no markup is escaped where it is put in.
    """
    if isinstance(given, Markup) or not is_foreign(given):
        return given
    return Markup(_span(given))  # noqa: S704 - escaped there; Markup.format takes ten times as long


def _span(chinese: str) -> str:
    return f'<span lang="zh-CN">{escaped(chinese)}</span>'


def said(word: str) -> str:
    """A word of ours in the reader's language; one that a city brought itself and nobody translated stays as it is."""
    return as_given(gettext(word))


def day(value: date | str | None) -> str:
    """A date as 2026年2月26日 or 26 February 2026; what is not a date as it stands."""
    return _day(value, language.current()) if value else ""


@lru_cache(maxsize=5000)
def _day(value: date | str, reading: Language) -> str:
    """A date in the reader's language, which is `reading`; a page names a hundred days, and most of them often."""
    try:
        when = value if isinstance(value, date) else date.fromisoformat(value)
    except ValueError:
        return str(value)
    month = when.month if reading == "zh" else _MONTHS[when.month - 1]
    return say("{year}年{month}月{day}日", year=when.year, month=month, day=when.day)


def time(value: str) -> Markup:
    """A date of the data, YYYY-MM-DD, in the reader's words and marked as what it is."""
    return Markup(f'<time datetime="{escaped(value)}">{escaped(day(value))}</time>')  # noqa: S704 - escaped here


def moment(value: str | datetime) -> Markup:
    """An instant, RFC 3339, in China's time and the reader's words."""
    when = (value if isinstance(value, datetime) else datetime.fromisoformat(value)).astimezone(clock.SHANGHAI)
    said = f"{day(when.date())} {when:%H:%M}"
    return Markup(f'<time datetime="{when.isoformat(timespec="seconds")}">{said}</time>')  # noqa: S704 - ours


def month(value: str) -> str:
    """A month, YYYY-MM, as 2026年2月 or February 2026."""
    number = int(value[5:7])
    return say("{year}年{month}月", year=value[:4], month=number if language.current() == "zh" else _MONTHS[number - 1])


def last_day(value: str) -> str:
    """The last day of a month, YYYY-MM, as YYYY-MM-DD."""
    return f"{value}-{monthrange(int(value[:4]), int(value[5:7]))[1]:02d}"


def money(value: str) -> str:
    """An amount in CNY, a decimal string, as 85,000.00 元 or CNY 85,000.00."""
    try:
        return say("{amount} 元", amount=f"{Decimal(value):,.2f}")
    except InvalidOperation:
        return str(value)


def marked(name: str, query: str) -> Markup:
    """A name with the searched words marked where they stand in it as typed."""
    if not query:
        return escape(as_given(name))
    parts = re.split(f"({re.escape(query)})", name, flags=re.IGNORECASE)
    return Markup("").join(
        Markup("<mark>{}</mark>").format(as_given(part)) if index % 2 else as_given(part) for index, part in enumerate(parts)
    )
