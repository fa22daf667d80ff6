"""Style sheets and the icon: what may be fetched under /static, and under which address its present content stands."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache, cached_property

from chalicelib import cities, settings

FOLDER = settings.ROOT / "static"
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_PLAIN_COLOUR = "#1d4f91"
_HASHED = re.compile(r"(?P<stem>[a-z]+)\.(?P<digest>[0-9a-f]{12})\.(?P<ending>css|svg)")
_TYPES = {"css": "text/css; charset=utf-8", "svg": "image/svg+xml"}


@dataclass(frozen=True)
class Asset:
    """A file for the browser. `digest` is of its content, so that a changed file has another address."""

    name: str
    text: str

    @cached_property
    def digest(self) -> str:
        """The first 12 hexadecimal digits of the content's SHA-256."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]

    @property
    def address(self) -> str:
        """Where this content stands for ever."""
        stem, _, ending = self.name.partition(".")
        return f"/static/{stem}.{self.digest}.{ending}"

    @property
    def type(self) -> str:
        """Its media type."""
        return _TYPES[self.name.rpartition(".")[2]]


def find(name: str) -> tuple[Asset, bool] | None:
    """An asset by its name, with or without digest, and whether the digest is the present content's. None: there is none."""
    hashed = _HASHED.fullmatch(name)
    asset = _all(settings.city()).get(f"{hashed['stem']}.{hashed['ending']}" if hashed else name)
    if asset is None:
        return None
    return asset, hashed is not None and hashed["digest"] == asset.digest


def links() -> dict[str, str]:
    """The addresses that a page links: the style, the city's colours and the icon. Without a built style, the plain one."""
    known = _all(settings.city())
    style = known["mingxin.css"] if "mingxin.css" in known else known["plain.css"]
    return {"style": style.address, "brand": known["brand.css"].address, "icon": known["icon.svg"].address}


@cache
def _all(city: str) -> dict[str, Asset]:
    colour = brand_colour(cities.identity(city).brand_colour)
    made = [Asset("brand.css", _brand(colour)), Asset("icon.svg", _icon(colour))]
    files = [Asset(path.name, path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.css"))]
    return {asset.name: asset for asset in made + files}


def brand_colour(stated: str) -> str:
    """The city's colour if it is one (#rrggbb), else a plain blue: it goes into a style sheet as it stands."""
    return stated if _COLOUR.fullmatch(stated) else _PLAIN_COLOUR


def _brand(colour: str) -> str:
    return f":root{{--mingxin-brand:{colour};--mingxin-on-brand:{_readable_on(colour)}}}\n"


def _readable_on(colour: str) -> str:
    """White or near black, whichever stands out more against a colour (WCAG 2 relative luminance)."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#ffffff" if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.053 else "#0b0c0c"


def _icon(colour: str) -> str:
    ink = _readable_on(colour)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="{colour}"/>'
        f'<path d="M8 17l5.5 5.5L24.5 10" fill="none" stroke="{ink}" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"/>'
        "</svg>\n"
    )
