"""Cities as data: finds a city's folder, reads it, and says what it lacks.

A city is a name in this folder or a folder of one's own: `city.toml`, `parameters/`, `catalogue/`, `texts/`. Whatever its
own document does not say comes from the folder `default`; no city inherits another city's rule.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from chalicelib.law.catalogue import Item, parse_item
from chalicelib.law.decisions import Refused
from chalicelib.law.parameters import DatedValue, Parameter, Rules, in_force, parse_parameter

_BLANKS = ("#", "【】")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
HERE = Path(__file__).resolve().parent
DEFAULT = HERE / "default"


@dataclass(frozen=True)
class Counter:
    """A window where people are helped in person."""

    name: str
    address: str
    hours: str
    phone: str


@dataclass(frozen=True)
class Document:
    """A municipal document that the city's rules come from."""

    id: str
    title: str
    number: str
    in_force: date


@dataclass(frozen=True)
class Example:
    """An organisation of the city that the search form names as an example."""

    name: str
    code: str


@dataclass(frozen=True)
class Identity:
    """Who runs the window: names, hosts, people to call, how it signs its messages and reports."""

    slug: str
    name: str
    name_en: str
    site_name: str
    site_name_en: str
    host: str
    organiser: str
    operator: str
    hotline: str
    supervisor: str
    email_sender: str
    sms_signature: str
    report_prefix: str
    brand_colour: str
    example: Example
    demo: bool = False
    counters: tuple[Counter, ...] = ()
    documents: tuple[Document, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    sms_templates: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By gateway, the id under which it has registered each of our texts."""


@dataclass(frozen=True)
class City:
    """A city whole: who runs it, its rules and its catalogue. `catalogue_defaulted`: its document lists no kinds."""

    identity: Identity
    rules: Rules
    catalogue: Mapping[str, Item]
    catalogue_defaulted: bool


@dataclass(frozen=True)
class Finding:
    """Something that `city check` has to say about a folder."""

    level: Literal["error", "missing", "unsourced", "defaulted"]
    where: str
    text: str


def names() -> tuple[str, ...]:
    """The cities that come with the code."""
    return tuple(sorted(path.parent.name for path in HERE.glob("*/city.toml")))


def folder(city: str) -> Path:
    """The folder of a city: one of our names, or a path. `Refused` when there is none."""
    path = HERE / city if city in names() else Path(city).expanduser()
    if not (path / "city.toml").is_file():
        raise Refused(f"找不到城市 {city}：请填写 {'、'.join(names())} 之一，或一个含有 city.toml 的文件夹")
    return path


@cache
def identity(city: str) -> Identity:
    """Who runs a city's window. Reads `city.toml` and the texts alone, so that a look-up pays for nothing else."""
    path = folder(city)
    raw = read_toml(path / "city.toml")
    known = {entry.name: entry for entry in fields(Identity)}
    needed = [name for name, entry in known.items() if entry.default is MISSING and entry.default_factory is MISSING and name != "slug"]
    lacking = [name for name in needed if not raw.get(name) or raw[name] in _BLANKS]
    if lacking:
        raise Refused(f"{path / 'city.toml'} 没有填写 {'、'.join(lacking)}")
    if not _COLOUR.fullmatch(str(raw["brand_colour"])):
        raise Refused(f"{path / 'city.toml'} 的 brand_colour 应写成 #0b4f6c 这样的颜色")
    try:
        counters = tuple(Counter(**entry) for entry in raw.pop("counters", ()))
        documents = tuple(Document(**entry) for entry in raw.pop("documents", ()))
        example = Example(**raw.pop("example"))
    except TypeError as error:
        raise Refused(f"{path / 'city.toml'} 的 counters、documents 或 example 有误：{error}") from error
    raw = {name: value for name, value in raw.items() if name in known}
    return Identity(**{**raw, "slug": path.name, "counters": counters, "documents": documents, "example": example, "texts": _texts(path)})


@cache
def load(city: str) -> City:
    """A city whole, or `Refused` with the first thing that is wrong in its folder."""
    path = folder(city)
    rules = Rules(dict(_parameters(path)), dict(_parameters(DEFAULT)))
    own = path / "catalogue"
    defaulted = not (own.is_dir() and any(own.glob("*.toml")))
    items = {item.code: item for item in _items(DEFAULT if defaulted else path, rules, defaulted)}
    return City(identity(city), rules, items, defaulted)


def check(city: str) -> list[Finding]:
    """Everything that a city's folder lacks, takes from the default layer, or states without a source, read raw."""
    path = folder(city)
    found: list[Finding] = []
    try:
        identity(city)
    except Refused as error:
        found.append(Finding("missing", "city.toml", str(error)))
    own: dict[str, Parameter] = {}
    for file in sorted((path / "parameters").glob("*.toml")):
        raw = _toml_or(found, file)
        unsourced = [value for value in raw.get("values", ()) if not str(value.get("source", "")).strip()]
        found += [Finding("unsourced", f"parameters/{file.name}", f"自 {value.get('from')} 起的值没有依据 source") for value in unsourced]
        if unsourced or not raw:
            continue
        try:
            own[file.stem] = parse_parameter(file.stem, raw)
        except Refused as error:
            found.append(Finding("error", f"parameters/{file.name}", str(error)))
    default = dict(_parameters(DEFAULT))
    found += [Finding("error", f"parameters/{name}.toml", "没有任何规则使用这个参数，请核对文件名") for name in own if name not in default]
    for name, parameter in default.items():
        if name not in own:
            value = parameter.values[-1]
            found.append(
                Finding("defaulted", f"parameters/{name}.toml", f"本市文件未规定，采用默认值 {_spelled(value)}（{parameter.description}）")
            )
    found += _check_catalogue(path, Rules(own, default))
    return found


def new(name: str, parent: Path) -> Path:
    """A new city's folder with every question of `city.toml` open and a parameter file to copy; never over an existing one.

    Its name is the city's in backups, exports and roots of the trail, so it is one word and not that of another city.
    """
    if not _NAME.fullmatch(name):
        raise Refused("城市文件夹的名称只用小写字母、数字、下划线和连字符，以字母开头，例如 hailing；放在哪里用 --to 写明")
    if name in (*names(), DEFAULT.name):
        raise Refused(f"{name} 是自带的城市，未做任何改动：请换一个名称")
    path = parent / name
    if path.exists():
        raise Refused(f"{path} 已经存在，未做任何改动")
    for part in ("parameters", "catalogue", "texts"):
        (path / part).mkdir(parents=True)
    (path / "city.toml").write_text(_CITY_TEMPLATE.format(name=name), encoding="utf-8")
    (path / "parameters" / "README.md").write_text(_PARAMETERS_README, encoding="utf-8")
    return path


def _texts(path: Path) -> Mapping[str, str]:
    """The texts of the default layer and, in their place, the city's own: `name` in Chinese, `name.en` in English.

    A text of the city's own takes the place of the default one in every language: its translation says something else.
    """
    texts: dict[str, str] = {}
    for layer in (DEFAULT, path):
        found = {file.stem: file.read_text(encoding="utf-8") for file in sorted((layer / "texts").glob("*.md"))}
        texts = {name: text for name, text in texts.items() if name.partition(".")[0] not in found} | found
    return texts


def _parameters(path: Path) -> Iterator[tuple[str, Parameter]]:
    for file in sorted((path / "parameters").glob("*.toml")):
        yield file.stem, parse_parameter(file.stem, read_toml(file))


def _items(path: Path, rules: Rules, defaulted: bool) -> Iterator[Item]:
    seen: set[str] = set()
    words = in_force("forbidden_fields", on=date.max, rules=rules).value
    for file in sorted((path / "catalogue").glob("*.toml")):
        for raw in read_toml(file).get("items", ()):
            item = parse_item(raw, words, defaulted=defaulted)
            if item.code in seen:
                raise Refused(f"目录项 {item.code} 重复", "NT-8")
            seen.add(item.code)
            yield item


def _check_catalogue(path: Path, rules: Rules) -> list[Finding]:
    files = sorted((path / "catalogue").glob("*.toml"))
    if not files:
        return [Finding("defaulted", "catalogue", "本市未列信息目录，采用默认目录")]
    found: list[Finding] = []
    words = in_force("forbidden_fields", on=date.max, rules=rules).value
    for file in files:
        for raw in _toml_or(found, file).get("items", ()):
            try:
                parse_item(raw, words)
            except Refused as error:
                level: Literal["error", "unsourced"] = "unsourced" if not raw.get("basis") or not raw.get("source") else "error"
                found.append(Finding(level, f"catalogue/{file.name}", str(error)))
    return found


def _spelled(value: DatedValue) -> str:
    return "，".join(str(fact) if name == "value" else f"{name} = {fact}" for name, fact in value.facts.items())


def read_toml(path: Path) -> dict[str, Any]:
    """A file of a city, or `Refused` with what is wrong in it."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused(f"{path} 不是有效的 TOML：{error}") from error


def _toml_or(found: list[Finding], path: Path) -> dict[str, Any]:
    try:
        return read_toml(path)
    except Refused as error:
        found.append(Finding("error", f"{path.parent.name}/{path.name}", str(error)))
        return {}


_CITY_TEMPLATE = """\
# Who runs the window of this city. Fill in every line, then run `./mingxin city check FOLDER`.
# name = "某某市"
# name_en = ""
# site_name = "信用某某"
# site_name_en = ""
# host = ""              # the public host name
# organiser = ""         # 主办单位
# operator = ""          # 承办单位
# hotline = ""
# supervisor = ""        # 信用主管部门: where people appeal
# email_sender = ""
# sms_signature = "【】"
# report_prefix = ""
# brand_colour = "#"     # dark enough for white text
demo = false             # true: contact data are invented

# [example]              # an organisation that the search form names as an example
# name = ""
# code = ""

# [[counters]]
# name = ""
# address = ""
# hours = ""
# phone = ""

# [[documents]]
# id = "{name}"
# title = ""
# number = ""
# in_force = 2026-01-01
"""

_PARAMETERS_README = """\
One file a rule, named as in `chalicelib/cities/default/parameters`. A rule without a file here takes the default, and
pages say so. When the law changes, add a dated value; never edit an old one.

    description = "How long a negative record is valid"
    unit = "years"
    [[values]]
    from = 2026-01-01
    general = 1
    severe = 3
    source = "document, number and article"
"""
