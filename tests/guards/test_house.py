"""The house stays as it is drawn: imports go one way, the law is pure, one module knows the time."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
CODE = ROOT / "chalicelib"
MODULES = sorted([ROOT / "app.py", *CODE.rglob("*.py")])

MAY_IMPORT: dict[str, frozenset[str]] = {
    "app": frozenset({"app", "web", "jobs", "settings", "watching"}),
    "jobs": frozenset({"services", "watching"}),
    "web": frozenset({"web", "services", "law", "cities", "settings", "clock", "watching"}),
    "services": frozenset({"services", "law", "storage", "channels", "cities", "records", "settings", "clock"}),
    "channels": frozenset({"channels", "settings"}),
    "storage": frozenset({"storage", "law", "records", "settings"}),
    "cities": frozenset({"law", "cities"}),
    "law": frozenset({"law", "records"}),
    "records": frozenset({"records"}),
    "settings": frozenset(),
    "watching": frozenset({"settings"}),
    "clock": frozenset(),
}
"""Room by room, what it may import. From storage and web only the law's small pure helpers (names, refusals) are in use."""

SERVICES = (
    "common",
    "publication",
    "identity",
    "telling",
    "submission",
    "querying",
    "reporting",
    "remedies",
    "delivery",
    "consent",
    "own",
    "upkeep",
    "exchange",
    "scheduled",
    "desk",
)
"""The folders of the services, the lowest first: each may import those before it."""

IMPURE = frozenset(
    {
        "os",
        "io",
        "pathlib",
        "socket",
        "random",
        "secrets",
        "time",
        "boto3",
        "botocore",
        "pynamodb",
        "chalice",
        "jinja2",
        "tomllib",
        "subprocess",
    }
)


def _folder(module: str) -> str | None:
    """The folder of the services in which a module lies."""
    parts = module.split(".")
    return parts[2] if parts[:2] == ["chalicelib", "services"] and len(parts) > 2 else None


def _room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if parts[0] == "chalicelib" and len(parts) > 1 else parts[0]


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((f"{node.module}.{alias.name}" for alias in node.names) if node.module == "chalicelib" else (node.module,))


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_imports_go_one_way(path: Path) -> None:
    room = _room(_name(path))
    if room == "chalicelib":
        return
    wrong = {_room(name) for name in _imports(path) if name.startswith("chalicelib.")} - MAY_IMPORT[room]
    assert not wrong, f"{_name(path)} must not import {', '.join(sorted(wrong))}"


@pytest.mark.parametrize("path", sorted((CODE / "services").glob("*/*.py")), ids=_name)
def test_the_folders_of_the_services_stand_one_above_the_other(path: Path) -> None:
    reached = SERVICES.index(path.parent.name)
    above = {folder for name in _imports(path) if (folder := _folder(name)) and SERVICES.index(folder) > reached}
    assert not above, f"{_name(path)} must not import from {', '.join(sorted(above))}"


def test_every_module_of_the_services_lies_in_a_folder() -> None:
    assert [path.name for path in (CODE / "services").glob("*.py")] == ["__init__.py"]


@pytest.mark.parametrize("path", sorted((CODE / "law").glob("*.py")), ids=_name)
def test_the_law_reads_no_file_no_clock_and_no_network(path: Path) -> None:
    assert not {name.split(".")[0] for name in _imports(path)} & IMPURE
    assert not {node.attr for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Attribute)} & {
        "now",
        "today",
        "utcnow",
    }


@pytest.mark.parametrize("path", [path for path in MODULES if path.name != "clock.py"], ids=_name)
def test_only_the_clock_knows_what_time_it_is(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("now", "today", "utcnow"):
            assert ast.unparse(node.func.value) == "clock", f"{_name(path)}:{node.lineno} asks the time past clock.py"


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_every_module_says_what_belongs_there(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), f"{_name(path)} has no opening sentence"


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_no_partition_region_or_endpoint_is_written_in_the_code(path: Path) -> None:
    text = path.read_text("utf-8")
    for word in ("arn:aws", "amazonaws", "cn-north", "us-east", "127.0.0.1", "localhost"):
        assert word not in text, f"{_name(path)} holds {word}"


WHOLE_TABLES = "chalicelib.storage.whole_tables"
MAY_READ_ALL = frozenset({"rebuild", "backup", "restore", "trail_check", "export", "exports"})
"""Whatever else read a whole table would cost more with every year."""


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_nothing_scans_but_what_must_read_everything(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    pagers = [call for call in calls if ast.unparse(call.func).endswith("get_paginator")]
    scans = any(isinstance(call.func, ast.Attribute) and call.func.attr == "scan" for call in calls)
    scans = scans or any("scan" in ast.unparse(call) for call in pagers)
    assert not scans or _name(path) == WHOLE_TABLES
    reads_all = any(name == WHOLE_TABLES or name.startswith(WHOLE_TABLES + ".") for name in _imports(path))
    imports = {f"{node.module}.{alias.name}" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    if reads_all or WHOLE_TABLES in imports:
        assert path.stem in MAY_READ_ALL
