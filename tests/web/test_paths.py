"""What reaches which face: the table of paths, and what the front keeps back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chalicelib.web import paths
from chalicelib.web.access import ACCESS

WEB = Path(paths.__file__).parent


@pytest.mark.parametrize(
    ("path", "query", "cookies", "let_through"),
    [
        ("/search", "q=%E7%94%B2&utm_source=x&lang=en", "session=1", ("q=%E7%94%B2&lang=en", "")),
        ("/search", "a=1", "", ("", "")),
        ("/publicity/penalties", "from=2026-11-01&form=2026-11-02", "", ("from=2026-11-01", "")),
        ("/publicity/penalties.csv", "form=2026-11-02", "", ("form=2026-11-02", "")),
        ("/api/v1/subjects", "quary=1", "session=1", ("quary=1", "")),
        ("/api/v1/records", "kind=penalties&provider=1", "other=1", ("kind=penalties&provider=1", "")),
        ("/api/v1/shared/subjects/91320699001YNATT8R", "cursor=1&lang=en", "other=1", ("cursor=1&lang=en", "")),
        ("/static/plain.css", "v=1", "", ("", "")),
    ],
)
def test_what_the_table_does_not_name_does_not_reach_a_face(path: str, query: str, cookies: str, let_through: tuple[str, str]) -> None:
    assert paths.let_through(path, query, cookies) == let_through


def test_every_parameter_that_pages_read_is_let_through() -> None:
    read = {name for file in WEB.glob("*.py") for name in re.findall(r'given\(request, "(\w+)"\)', file.read_text(encoding="utf-8"))}
    of_members = {
        "about",
        "after",
        "before",
        "code",
        "done",
        "format",
        "iss",
        "kept",
        "kind",
        "next",
        "number",
        "out",
        "over",
        "page",
        "provider",
        "quarter",
        "receipt",
        "record",
        "state",
        "taken",
        "waiting",
    }
    assert read >= {"q", "limit", "cursor"}
    assert read - of_members <= set(paths.ASKED_ON_PAGES)


@pytest.mark.parametrize("path", sorted(path for path, access in ACCESS.items() if access != "anyone"))
def test_every_address_that_needs_a_key_is_served_by_the_members_face(path: str) -> None:
    assert paths.face_of(path.replace("{code}", "91320699001YNATT8R")) == "members"
