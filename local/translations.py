"""Gathers every text that a reader may meet into the catalogues of translations, and compiles them: `python -m local.translations`.

The texts stand in Chinese where they are said; a catalogue holds them with their translation. Run it after any change of a text:
it prints what still has to be translated, in `chalicelib/translations/en/LC_MESSAGES/mingxin.po`.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes

from chalicelib.web.language import PROVIDER
from local.environment import ROOT

FOLDER = ROOT / "chalicelib" / "translations"
LANGUAGES = ("en",)
CHINESE = re.compile(r"[\u3001-\u303f\u3400-\u9fff\uff00-\uffef]")
SAYING = ("chalicelib/law/*.py", "chalicelib/services/**/*.py")
"""Where refusals are made that visitors and programs can meet; every text of `chalicelib/web` is said to somebody."""
SILENT = (
    "chalicelib/law/catalogue.py",
    "chalicelib/law/measures.py",
    "chalicelib/law/parameters.py",
    "chalicelib/law/validity.py",
    "chalicelib/cities/drafts.py",
    "chalicelib/cities/measures.py",
    *(
        f"chalicelib/services/{place}.py"
        for place in (
            "desk/incident",
            "exchange/export",
            "exchange/taken_off",
            "upkeep/backup",
            "upkeep/roots",
        )
    ),
)
"""They refuse what is wrong in a city's folder, which only those who set up a city read, or what is typed at the command line."""
ENVIRONMENT = Environment(extensions=["jinja2.ext.i18n"])  # noqa: S701 - it reads templates and renders nothing
SHOWN_RULES = ("validity", "objection_verification", "objection_decision", "correction")
"""The parameters whose source a public page shows: where a city is silent, the source is a sentence of ours."""
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "gettext": None, "ngettext": (1, 2)}

WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)
"""The date that compiled catalogues carry: always the same, so that the same texts make the same file."""
HEADER = """\
# What Mingxin says, in another language. The msgid is the Chinese text itself; `python -m local.translations` gathers and compiles.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {forms}\\n"

"""

Found = tuple[str, str | tuple[str, str]]
"""The place of a text and the text, or both its forms."""


def source_texts() -> Catalog:
    """All texts as they stand in the sources now, each with the files in which it stands."""
    catalogue = Catalog(project="Mingxin", charset="utf-8")
    for place, text in [*_templates(), *_spoken(), *_refusals(), *_limits(), *_cities()]:
        catalogue.add(text, locations=[(place, 0)])
    for place, provider in _providers():
        catalogue.add(provider, locations=[(place, 0)], context=PROVIDER)
    return catalogue


def _templates() -> Iterator[Found]:
    for path in sorted((ROOT / "templates").glob("*.html")):
        with path.open("rb") as file:
            for _line, text, _comments, _context in extract("jinja2.ext:babel_extract", file, KEYWORDS, options={"trimmed": "true"}):
                if isinstance(text, tuple):
                    yield _name(path), (text[0], text[1])
                else:
                    yield _name(path), text
        # Words that a template gives to a macro or a filter: they are translated there.
        for constant in ENVIRONMENT.parse(path.read_text(encoding="utf-8")).find_all(nodes.Const):
            if isinstance(constant.value, str) and CHINESE.search(constant.value) and "%(" not in constant.value:
                yield _name(path), constant.value


def _spoken() -> Iterator[Found]:
    """Every Chinese text in the modules of the pages, but for what only documents the code."""
    for path in sorted({*(ROOT / "chalicelib" / "web").glob("*.py")}):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        silent |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CHINESE.search(node.value) and id(node) not in silent:
                yield _name(path), node.value


def _refusals() -> Iterator[Found]:
    """What `Refused` and `phrase` say."""
    for path in sorted({path for pattern in SAYING for path in ROOT.glob(pattern)} - {ROOT / name for name in SILENT}):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Refused", "phrase") and node.args:
                text = node.args[0]
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    yield _name(path), text.value


def _limits() -> Iterator[Found]:
    """What the limits of calls are about."""
    path = ROOT / "chalicelib" / "web" / "limits.toml"
    for limit in tomllib.loads(path.read_text(encoding="utf-8"))["limits"]:
        yield _name(path), limit["about"]


def _providers() -> Iterator[tuple[str, str]]:
    """Who provides the items of the catalogues. The same words are labels too, which say "recognised by" and not by whom."""
    for path, item in _items():
        yield _name(path), item["provider"]


def _items() -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted((ROOT / "chalicelib" / "cities").glob("*/catalogue/*.toml")):
        for item in tomllib.loads(path.read_text(encoding="utf-8")).get("items", ()):
            yield path, item


def _cities() -> Iterator[Found]:
    """What the catalogues say of their kinds and fields, and how the default rules say that a city's document is silent."""
    for path, item in _items():
        for text in _item_texts(item):
            if CHINESE.search(text):
                yield _name(path), text
    for name in SHOWN_RULES:
        path = ROOT / "chalicelib" / "cities" / "default" / "parameters" / f"{name}.toml"
        for value in tomllib.loads(path.read_text(encoding="utf-8"))["values"]:
            yield _name(path), value["source"]


def _item_texts(item: dict[str, Any]) -> Iterator[str]:
    yield from (item["name"], item.get("stated_end_source", ""), item["update_cycle"], item["period_of_use"])
    if "《" not in item["source"]:  # a citation stays as it is; where there is none, a sentence of ours says why
        yield item["source"]
    for column in ("document_no", "determined_on"):
        names = item.get("columns", {}).get(column, ())
        yield names if isinstance(names, str) else next(iter(names), "")
    for field in item["fields"]:
        yield from (field["label"], *(field.get("choices") or {}))


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def catalogue_file(language: str) -> Path:
    """The catalogue of a language, to be edited by translators; the compiled one stands beside it."""
    return FOLDER / language / "LC_MESSAGES" / "mingxin.po"


def read(language: str) -> Catalog:
    """The catalogue of a language as it stands. FileNotFoundError: a new language begins with a copy of another one's header."""
    with io.BytesIO(catalogue_file(language).read_bytes()) as stream:
        catalogue = read_po(stream, locale=language)
    catalogue.creation_date = catalogue.revision_date = WRITTEN
    return catalogue


def brought_up(catalogue: Catalog, texts: Catalog) -> bytes:
    """A catalogue with exactly the texts of the sources, and its translations of them. New ones are empty; nothing is guessed."""
    catalogue.update(texts, no_fuzzy_matching=True, update_creation_date=False)
    out = io.BytesIO()
    write_po(out, catalogue, width=120, include_lineno=False, sort_output=True, ignore_obsolete=True, omit_header=True)
    return HEADER.format(language=catalogue.locale_identifier, forms=catalogue.plural_forms).encode() + out.getvalue()


def compiled(language: str) -> bytes:
    """The catalogue of a language as the program reads it."""
    out = io.BytesIO()
    write_mo(out, read(language))
    return out.getvalue()


def untranslated(catalogue: Catalog) -> list[Message]:
    """The texts without a translation."""
    return [message for message in catalogue if message.id and not all(forms(message.string))]


def forms(text: Any) -> tuple[str, ...]:
    """A text and its other forms, where it counts things."""
    return (text,) if isinstance(text, str) else tuple(text or ("",))


def main() -> int:
    """The exit code: 0 when every text has its translation."""
    texts, open_ones = source_texts(), 0
    for language in LANGUAGES:
        file = catalogue_file(language)
        file.write_bytes(brought_up(read(language), texts))
        file.with_suffix(".mo").write_bytes(compiled(language))
        for message in untranslated(read(language)):
            open_ones += 1
            print(f"{language}: {message.id}")
    return 1 if open_ones else 0


if __name__ == "__main__":
    sys.exit(main())
