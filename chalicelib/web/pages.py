"""Makes pages: one template environment, and the few ways in which a page writes dates, money and names."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from chalicelib import cities, clock, settings
from chalicelib.law.names import standard_characters
from chalicelib.web import assets, prose, words

HTML = "text/html; charset=utf-8"
NAVIGATION = (("/", "信用查询"), ("/publicity", "信息公示"), ("/about", "使用说明"))


def render(template: str, **facts: Any) -> str:
    """A page as text. `section` in the facts names the entry of the navigation that the page belongs to."""
    city = cities.identity(settings.city())
    usual = {"city": city, "today": clock.today(), "links": assets.links(), "navigation": NAVIGATION, "section": None, "words": words}
    return _environment().get_template(template).render({**usual, **facts})


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(settings.ROOT / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(day=day, month=month, last_day=last_day, marked=marked, characters=standard_characters)
    environment.globals.update(text=text, address=address, example=example)
    return environment


def text(name: str) -> Markup:
    """A text of the city as HTML, empty when neither the city nor the default layer has it."""
    return prose.html(cities.identity(settings.city()).texts.get(name, ""))


def example() -> cities.Example:
    """The organisation that the search form names as an example."""
    return cities.identity(settings.city()).example


def address(path: str, **parameters: Any) -> str:
    """A link with parameters; those without a value are left out."""
    query = urlencode({name.rstrip("_"): value for name, value in parameters.items() if value})
    return f"{path}?{query}" if query else path


def day(value: date | str | None) -> str:
    """A date as 2026年2月26日; what is not a date as it stands."""
    if not value:
        return ""
    try:
        when = value if isinstance(value, date) else date.fromisoformat(value)
    except ValueError:
        return str(value)
    return f"{when.year}年{when.month}月{when.day}日"


def month(value: str) -> str:
    """A month, YYYY-MM, as 2026年2月."""
    return f"{value[:4]}年{int(value[5:7])}月"


def last_day(value: str) -> str:
    """The last day of a month, YYYY-MM, as YYYY-MM-DD."""
    return f"{value}-{monthrange(int(value[:4]), int(value[5:7]))[1]:02d}"


def money(value: str) -> str:
    """An amount in CNY, a decimal string, as 85,000.00 元."""
    try:
        return f"{Decimal(value):,.2f} 元"
    except InvalidOperation:
        return str(value)


def marked(name: str, query: str) -> Markup:
    """A name with the searched words marked where they stand in it as typed."""
    if not query:
        return escape(name)
    parts = re.split(f"({re.escape(query)})", name, flags=re.IGNORECASE)
    return Markup("").join(Markup("<mark>{}</mark>").format(part) if index % 2 else escape(part) for index, part in enumerate(parts))
