"""The documents keep their word: both languages say the same, links lead somewhere, settings are those of the code, no traces of a desk."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh.md"
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#+) (.*)$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_READ_SETTING = re.compile(r'\b(?:environ|given)(?:\.get\(|\.pop\(|\[)"([A-Z][A-Z_]*)"')
_SETTING_ROW = re.compile(r"^\| `([A-Z][A-Z_]*)` \|", re.MULTILINE)

# Written in pieces, so that this file is no finding of its own.
_MACHINE = re.compile("(?<![\\w.])/(?:" + "|".join(("wor" + "k", "hom" + "e", "roo" + "t", "User" + "s")) + r")/[\w.]")
_TRACKER = re.compile(
    r"\b(?:"
    + "|".join(("iss" + r"ues? #?\d", "pull re" + "quest", "mile" + "stone", "back" + "log", "tick" + r"et #?\d"))
    + r")|\b(?:clos|fix|resolv|se)\w+:? #\d+",
    re.IGNORECASE,
)
_FOREIGN = ("package-lock.json", "LICENSE")
"""Not written here."""


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def prose(page: str) -> str:
    """A page without its blocks of code, whose comments look like headings."""
    return _BLOCK.sub("", page)


def headings(page: str) -> list[tuple[int, str]]:
    """Depth and number (`3.`, else nothing) of each heading."""
    return [(len(marks), match[0] if (match := re.match(r"\d+\.", words)) else "") for marks, words in _HEADING.findall(prose(page))]


def blocks(page: str) -> list[tuple[str, list[str]]]:
    """Each block of code with its language; what stands behind `#` is in the reader's own language and left out."""
    return [(name, [re.sub(r"\s+#.*", "", line) for line in code.splitlines()]) for name, code in _BLOCK.findall(page)]


def anchors(page: str) -> set[str]:
    """The names under which a page's headings can be linked."""
    return {re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-") for _, words in _HEADING.findall(prose(page))}


@cache
def project_files() -> tuple[Path, ...]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file() and name not in _FOREIGN)


def findings(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in project_files():
        content = path.read_bytes()
        if b"\0" in content:
            continue
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), start=1):
            if pattern.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    return found


def test_both_languages_of_the_readme_have_the_same_headings() -> None:
    assert headings(text(ENGLISH)) == headings(text(CHINESE))
    assert len(headings(text(ENGLISH))) > 10


def test_both_languages_of_the_readme_have_the_same_commands_and_answers() -> None:
    assert blocks(text(ENGLISH)) == blocks(text(CHINESE))


def test_both_languages_of_the_readme_link_the_same_and_each_other() -> None:
    english, chinese = _LINK.findall(text(ENGLISH)), _LINK.findall(text(CHINESE))
    assert (english[0], chinese[0]) == (CHINESE.name, ENGLISH.name)
    assert english[1:] == chinese[1:]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    broken = []
    for link in _LINK.findall(prose(text(page))):
        name, _, anchor = unquote(link).partition("#")
        if re.match(r"[a-z]+:", name):
            continue
        target = (page.parent / name).resolve() if name else page
        inside = target.is_relative_to(ROOT)
        if not inside or not target.exists() or (anchor and anchor not in anchors(text(target))):
            broken.append(link)
    assert broken == []


def test_every_decision_stands_in_the_list_of_decisions() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = _LINK.findall(text(folder / "README.md"))
    assert listed == sorted(path.name for path in folder.glob("[0-9]*.md"))


def test_the_settings_of_the_operations_page_are_those_that_the_code_reads() -> None:
    sources = [ROOT / "app.py", *ROOT.glob("chalicelib/**/*.py"), *ROOT.glob("local/*.py")]
    read = {name for source in sources for name in _READ_SETTING.findall(text(source)) if not name.startswith("AWS_")}
    read -= {"CONTENT_LENGTH", "CONTENT_TYPE", "PATH_INFO", "QUERY_STRING", "REMOTE_ADDR", "REQUEST_METHOD", "REQUEST_URI"}  # WSGI's own
    told = _SETTING_ROW.findall(text(ROOT / "docs" / "operations.md"))
    assert sorted(told) == sorted(read)


def test_the_sample_of_the_tour_has_one_good_row_and_one_with_the_wrong_code_that_the_tour_mends() -> None:
    rows = text(ROOT / "docs" / "samples" / "penalties.csv").splitlines()
    wrong, right = re.findall(r"s/(\w{18})/(\w{18})/", text(ENGLISH))[0]
    assert len(rows) == 3
    assert (wrong in rows[1], wrong in rows[2]) == (False, True)
    assert right[:17] == wrong[:17]


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    assert findings(_MACHINE) == []


def test_no_file_speaks_of_a_tracker() -> None:
    assert findings(_TRACKER) == []


@pytest.mark.parametrize(
    ("line", "pattern"),
    [
        ("see /" + "home/somebody/notes", _MACHINE),
        ("as " + "issue" + " 12 says", _TRACKER),
        ("closes " + "#" + "7", _TRACKER),
    ],
)
def test_such_traces_are_seen(line: str, pattern: re.Pattern[str]) -> None:
    assert pattern.search(line)
