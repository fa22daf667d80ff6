"""The generated pages of `docs/`: which clause is shown by which test, and how the cities differ. `python -m local.docs` writes them."""

from __future__ import annotations

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib import cities
from chalicelib.cities import measures
from chalicelib.law import corrections, joint_measures, lists, mergers, objections, promises, repair_steps, tips, typical_cases
from chalicelib.law.catalogue import Item
from chalicelib.law.measures import Measure
from chalicelib.law.parameters import DatedValue, Parameter, Rules
from chalicelib.law.periods import UNITS as PERIODS
from chalicelib.law.procedures import Procedure

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
PROCEDURES = (
    objections.PROCEDURE,
    objections.VERIFICATION,
    repair_steps.REPAIR,
    corrections.CORRECTION,
    corrections.WITHDRAWAL,
    lists.EXIT,
    lists.REVIEW,
    lists.MONITORING,
    joint_measures.PROCEDURE,
    tips.PROCEDURE,
    promises.PROCEDURE,
    typical_cases.PROCEDURE,
    mergers.PROCEDURE,
)
"""Every procedure, in the order of its page."""
LISTS = {"redlist": "red list", "blacklist": "black list", "watchlist": "watch list", "warnings": "national warnings"}
"""The lists by their catalogue items."""
DEFAULTED = "「本市文件未规定」"
WRITTEN_BY = "<!-- Written by `make docs`; change the data or the tests, not this page. -->"


@dataclass(frozen=True)
class Clause:
    """One duty of the source documents; `state` is covered or planned."""

    id: str
    duty: str
    state: str


@dataclass(frozen=True)
class Citation:
    """A test that says by its mark which clause it shows; `test` is `file::name` as pytest takes it."""

    clause: str
    test: str


def clauses(path: Path = TESTS / "clauses.toml") -> tuple[Clause, ...]:
    """The table of clauses in its order."""
    return tuple(Clause(**entry) for entry in tomllib.loads(path.read_text(encoding="utf-8"))["clauses"])


def citations(folder: Path = TESTS) -> tuple[Citation, ...]:
    """Every clause that a test cites, read from the sources without running them. Files that are no Python yet are a SyntaxError."""
    found: set[Citation] = set()
    for path in sorted(folder.rglob("test_*.py")):
        label = path.relative_to(folder.parent).as_posix()
        found.update(Citation(clause, label + test) for test, clause in _marks(ast.parse(path.read_text(encoding="utf-8"))))
    return tuple(sorted(found, key=lambda citation: (citation.clause, citation.test)))


def _marks(node: ast.AST, inside: str = "") -> Iterator[tuple[str, str]]:
    """The marks in a module, class or test, each with the innermost test or class it stands on."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _marks(child, f"{inside}::{child.name}")
            continue
        if isinstance(child, ast.Call) and _is_clause_mark(child.func):
            yield from ((inside, word.value) for word in child.args if isinstance(word, ast.Constant) and isinstance(word.value, str))
        yield from _marks(child, inside)


def _is_clause_mark(function: ast.expr) -> bool:
    """Whether a call is `pytest.mark.clause(...)` or `mark.clause(...)`."""
    if not isinstance(function, ast.Attribute) or function.attr != "clause":
        return False
    owner = function.value
    return (owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")) == "mark"


def conformance(table: Iterable[Clause], cited: Iterable[Citation]) -> str:
    """docs/conformance.md: every clause, its duty, its state and the tests that show it."""
    tests: dict[str, list[str]] = defaultdict(list)
    for citation in cited:
        tests[citation.clause].append(citation.test)
    rows = tuple(table)
    covered = sum(clause.state == "covered" for clause in rows)
    lines = [
        "# Conformance",
        "",
        WRITTEN_BY,
        "",
        "What the source documents ask of the system, and the tests that show it. A clause is *covered* when at least one test cites it;",
        f"{covered} of {len(rows)} are. The prefix names the document: NT, NTN, NTG Nantong, KLM Karamay, AK Ankang, HY Hanyang,",
        "SJZ Shijiazhuang; what follows is the article, item or section.",
        "",
        "| clause | duty | state | tests |",
        "|---|---|---|---|",
    ]
    for clause in rows:
        shown_by = "<br>".join(f"`{test}`" for test in tests[clause.id])
        lines.append(f"| {clause.id} | {_cell(clause.duty)} | {clause.state} | {shown_by} |")
    return "\n".join(lines) + "\n"


def city_differences(loaded: Mapping[str, cities.City]) -> str:
    """docs/cities.md: one row a parameter, one column a city, the sources beneath, then each city's catalogue."""
    default = next(iter(loaded.values())).rules.default
    lines = [
        "# Cities",
        "",
        WRITTEN_BY,
        "",
        f"What each city's own document says, and what the layer `default` says where it is silent, marked {DEFAULTED}.",
        "No city takes another city's rule.",
        "",
        "## Documents",
        "",
        "| city | document | number | in force from |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {city.identity.name} | {document.title} | {document.number} | {document.in_force} |"
        for city in loaded.values()
        for document in city.identity.documents
    ]
    names = (city.identity.name for city in loaded.values())
    lines += ["", "## Parameters", "", _row("parameter", *names), "|---" * (len(loaded) + 1) + "|"]
    lines += [_row(f"[`{name}`](#{name})", *(_value_cell(name, city.rules) for city in loaded.values())) for name in sorted(default)]
    lines += _lists_and_measures(loaded)
    lines += ["", "## Sources of the parameters", ""]
    for name in sorted(default):
        lines += _sources(default[name], loaded)
    return "\n".join(lines + _measures(loaded) + _catalogues(loaded)) + "\n"


def _lists_and_measures(loaded: Mapping[str, cities.City]) -> list[str]:
    """What of lists, measures and reminders differs from city to city, in the columns of the parameters."""
    kept = {name: measures.load(name) for name in loaded}
    rows = [_row(f"list: {label}", *(_list_cell(city, code) for city in loaded.values())) for code, label in LISTS.items()]
    for effect in ("incentive", "penalty"):
        cells = (_count_cell([one for one in kept[name] if one.effect == effect]) for name in loaded)
        rows.append(_row(f"measures: {effect}", *cells))
    head = ["", "## Lists, measures and reminders", "", _row("", *(city.identity.name for city in loaded.values()))]
    told = "Reminders are the same in all cities (`chalicelib/law/reminders.py`) and count to the last days of the parameters above."
    return [*head, "|---" * (len(loaded) + 1) + "|", *rows, "", told]


def _list_cell(city: cities.City, code: str) -> str:
    item = city.catalogue.get(code)
    return (item.disclosure + (f" {DEFAULTED}" if city.catalogue_defaulted else "")) if item else "none"


def _count_cell(kept: list[Measure]) -> str:
    mandatory = sum(one.binding == "mandatory" for one in kept)
    return f"{len(kept)}, of them {mandatory} mandatory" if kept else f"none {DEFAULTED}"


def _measures(loaded: Mapping[str, cities.City]) -> list[str]:
    """Each city's list of measures, with the basis of each."""
    lines = ["## Measures", ""]
    for name, city in loaded.items():
        rows = [_measure_row(one) for one in measures.load(name)]
        if rows:
            head = "| id | matter | effect | binding | tied to | longest | basis |"
            lines += [f"### Measures of {city.identity.name_en}", "", head, "|---" * 7 + "|", *rows, ""]
    return lines


def _measure_row(one: Measure) -> str:
    longest = _words({"value": one.term.count}, one.term.unit)
    return _row(f"`{one.id}`", one.matter, one.effect, one.binding, "、".join(one.applies_to), longest, _cell(one.basis))


def _value_cell(name: str, rules: Rules) -> str:
    """A city's newest value of a parameter; a tier that its own value lacks comes from the default layer, as the law does it."""
    own, default = rules.own.get(name), rules.default[name]
    if own is None:
        return _cell(f"{_facts(default, default.values[-1])} {DEFAULTED}")
    text = _facts(own, own.values[-1])
    if own.unit in PERIODS:
        lacking = {key: value for key, value in default.values[-1].facts.items() if key not in own.values[-1].facts}
        if lacking:
            text += f"; {_words(lacking, default.unit)} {DEFAULTED}"
    return _cell(text)


def _facts(parameter: Parameter, value: DatedValue) -> str:
    return _words(value.facts, parameter.unit)


def _words(facts: Mapping[str, Any], unit: str) -> str:
    """The values of a rule with their unit, as a table shows them."""
    return ", ".join(("" if key == "value" else f"{key} ") + _plain(value) + _unit(value, unit) for key, value in facts.items())


def _unit(value: Any, unit: str) -> str:
    """The unit after a number, singular after 1; words and choices have none to show."""
    if unit not in (*PERIODS, "working_days"):
        return ""
    text = f" {unit.replace('_', ' ')}"
    return text[:-1] if value == 1 else text


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "、".join(map(str, value)) or "none"
    if isinstance(value, dict):
        return f"{value.get('minimum', 0)} to {value['maximum']}"
    return str(value)


def _sources(parameter: Parameter, loaded: Mapping[str, cities.City]) -> list[str]:
    """Every dated value of one parameter with its source, the cities first, the default layer last."""
    lines = [f"### {parameter.name}", "", f"{parameter.description}.", ""]
    layers = [(city.identity.name, city.rules.own[parameter.name]) for city in loaded.values() if parameter.name in city.rules.own]
    for label, layer in [*layers, ("default", parameter)]:
        for value in layer.values:
            begins = "" if label == "default" and value is layer.values[0] else f" from {value.begins}"
            lines.append(f"- {label}{begins}: {_facts(layer, value)}. {value.source}")
    return [*lines, ""]


def _catalogues(loaded: Mapping[str, cities.City]) -> list[str]:
    """How many items each city's catalogue has by category, then every catalogue's items once."""
    categories = ("basic", "positive", "negative", "other")
    lines = ["## Catalogues", "", "| city | " + " | ".join(categories) + " | all | of them public |", "|---" * 7 + "|"]
    for city in loaded.values():
        items = city.catalogue.values()
        counts = [sum(item.category == category for item in items) for category in categories]
        public = sum(item.disclosure == "public" for item in items)
        name = city.identity.name + (f" {DEFAULTED}" if city.catalogue_defaulted else "")
        lines.append(f"| {name} | {' | '.join(map(str, counts))} | {len(items)} | {public} |")
    for city in loaded.values():
        if not city.catalogue_defaulted:
            lines += ["", f"### Catalogue of {city.identity.name_en}", *_items(city.catalogue.values())]
    silent = next((city for city in loaded.values() if city.catalogue_defaulted), None)
    if silent is not None:
        lines += ["", f"### Default catalogue {DEFAULTED}", *_items(silent.catalogue.values())]
    return lines


def _items(items: Iterable[Item]) -> list[str]:
    rows = [_row(f"`{item.code}`", item.name, item.category, item.sphere, item.disclosure, _cell(item.basis)) for item in items]
    return ["", "| code | name | category | sphere | disclosure | basis |", "|---|---|---|---|---|---|", *rows]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def procedures_page(procedures: Iterable[Procedure]) -> str:
    """docs/procedures.md: a diagram of each procedure, and by when each state must be left."""
    lines = ["# Procedures", "", WRITTEN_BY, "", "Who does what in which state, on what clause; drawn from the data in `chalicelib/law/`."]
    for procedure in procedures:
        lines += ["", f"## {procedure.title} (`{procedure.name}`)", "", "```mermaid", procedure.diagram(), "```"]
        limited = [state for state in procedure.states if state.deadline]
        if limited:
            lines += ["", "| state | | last day by the parameter |", "|---|---|---|"]
            lines += [_row(f"`{state.name}`", state.label, f"`{state.deadline}`") for state in limited]
    return "\n".join(lines) + "\n"


def pages() -> dict[str, str]:
    """Every generated page by its file name in `docs/`."""
    loaded = {name: cities.load(name) for name in cities.names()}
    return {
        "conformance.md": conformance(clauses(), citations()),
        "cities.md": city_differences(loaded),
        "procedures.md": procedures_page(PROCEDURES),
    }


def main() -> None:
    """Write the pages, and name the clauses whose state in tests/clauses.toml does not fit the tests."""
    for name, text in pages().items():
        (ROOT / "docs" / name).write_text(text, encoding="utf-8")
        print(f"docs/{name} written")
    cited = {citation.clause for citation in citations()}
    for state, wrong in (("planned", cited), ("covered", {clause.id for clause in clauses()} - cited)):
        found = [clause.id for clause in clauses() if clause.state == state and clause.id in wrong]
        if found:
            print(f"state is {state}, but {'cited' if state == 'planned' else 'not cited'}: {' '.join(found)}")
    unknown = sorted(cited - {clause.id for clause in clauses()})
    if unknown:
        print(f"cited, but not in tests/clauses.toml: {' '.join(unknown)}")


if __name__ == "__main__":
    main()
