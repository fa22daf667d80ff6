"""5,000 rows come in, in a process of their own, while publication is made anew again and again: nothing is lost, nothing stays."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chalicelib.services.publication import look_up, rebuild
from tests.services.conftest import Send
from tests.services.rows import CODE, OFFICE, PARTY, a_code, a_licence, a_subject
from tests.services.test_publication import DAY
from tests.services.test_rebuild import Items, an_item, delete, public_items, put

ROOT = Path(__file__).resolve().parent.parent.parent
ROWS, OLD, ALL = 5000, 100, 500
"""Rows that come in; organisations that are known before; organisations that they are about."""
MOST_REBUILDS = 3
IMPORT = """
import sys
from pathlib import Path
from chalicelib.services.submission import intake
outcome = intake.import_file("licences", Path(sys.argv[1]), provider=sys.argv[2])
print(outcome.accepted, outcome.duplicate, len(outcome.refused))
"""


def _file(path: Path) -> Path:
    rows = [
        a_licence(
            **{CODE: a_code(number % ALL + 1), PARTY: f"示例第{number % ALL + 1}有限公司"},
            行政许可决定文书号=f"示许〔2026〕{number}号",
            许可决定日期=f"2026/{number % 9 + 1:02d}/02",
            有效期自="",
        )
        for number in range(ROWS)
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def _said(items: Items) -> dict[tuple[str, str], Any]:
    """What items say. Their versions tell when they were written last, which a rebuild makes equal."""
    return {key: item.get("body") for key, item in items.items()}


def test_a_rebuild_during_an_import_of_5000_rows_ends_as_a_quiet_one(send: Send, tmp_path: Path) -> None:
    send("subjects", *(a_subject(统一社会信用代码=a_code(one + 1), 主体名称=f"示例第{one + 1}有限公司") for one in range(OLD)))
    code = [sys.executable, "-c", IMPORT, str(_file(tmp_path / "licences.csv")), OFFICE]
    importing = subprocess.Popen(code, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True)
    try:
        rebuilds = _rebuild_while(lambda: importing.poll() is None)
        assert importing.wait(300) == 0
        assert importing.stdout is not None
        assert importing.stdout.read().split() == [str(ROWS), "0", "0"]
    finally:
        importing.kill()
        importing.wait()
        if importing.stdout:
            importing.stdout.close()
    assert rebuilds >= 2
    busy = public_items()
    quiet = rebuild.rebuild()
    assert (quiet["subjects"], quiet["removed"], quiet["failed"]) == (ALL, 0, 0)
    after = public_items()
    said_then, said_now = _said(busy), _said(after)
    wrong = {key for key in busy.keys() | after.keys() if said_then.get(key, "-") != said_now.get(key, "-")}
    assert not wrong, f"{len(wrong)} items, as {sorted(wrong)[:3]}"
    assert sum(key[0].startswith("FEED#") for key in after) == ROWS
    found = look_up.organisation(a_code(ALL), day=DAY)
    assert found is not None
    assert len(found["records"]) == ROWS // ALL


def _rebuild_while(running: Callable[[], bool]) -> int:
    """How many rebuilds there were; before each, some of what is public is taken away, and strangers are put among it."""
    rebuilds = 0
    while running() and rebuilds < MOST_REBUILDS:
        put(an_item("ORG#" + a_code(5000 + rebuilds), "DOC", {}), an_item("FEED#licences#2026-01#0", f"2026-01-02#r_{rebuilds}", {}))
        delete(*[key for key in public_items() if key[0].startswith("FEED#")][rebuilds % 3 :: 40])
        assert rebuild.rebuild()["failed"] == 0
        rebuilds += 1
    return rebuilds
