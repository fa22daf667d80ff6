"""The examples in `docs/examples` work as they stand, against a window on this machine."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import waitress

from chalicelib.records.identifiers import Identifier
from chalicelib.services.identity import api_keys
from chalicelib.services.querying import queries
from chalicelib.storage import archive as storage
from local import run
from tests.services.conftest import Send
from tests.services.rows import a_code, a_penalty, a_person, a_person_number, a_subject, a_watch_entry

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
Environment = dict[str, str]


@pytest.fixture
def window(send: Send, monkeypatch: pytest.MonkeyPatch) -> Iterator[Environment]:
    """A window with an organisation and a person, and the environment that leads to it with a key."""
    send("subjects", a_subject())
    send("penalties", a_penalty(), a_penalty(**a_person(行政处罚决定书文号="示罚〔2026〕2号")))
    send("watchlist", a_watch_entry())
    monkeypatch.setenv("MINGXIN_LIMITS", "0")
    server = waitress.create_server(run.build_front(), host="127.0.0.1", port=0, threads=2)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    key = api_keys.create("演示审批系统", ["shared:read", "review", "compare"])[1]
    yield {
        "MINGXIN_URL": f"http://127.0.0.1:{server.effective_port}",
        "MINGXIN_KEY": key,
        "no_proxy": "*",
        "PATH": "/usr/bin:/bin",
        "PYTHONUTF8": "1",
    }
    server.close()
    thread.join(10)


def run_example(name: str, *arguments: str, window: Environment) -> Any:
    program = [sys.executable] if name.endswith(".py") else ["sh"]
    done = subprocess.run([*program, str(EXAMPLES / name), *arguments], env=window, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


@pytest.mark.clause("NT-20", "KLM-19")
def test_the_example_with_curl(window: Environment) -> None:
    found = run_example("shared_query.sh", a_code(), window=window)
    assert (len(found["records"]), [entry["list"] for entry in found["lists"]]) == (1, ["watchlist"])
    organisation = Identifier("uscc", a_code())
    (query,) = queries.of_subject(storage.subjects_of([organisation])[organisation]).items
    assert (query.id, query.purpose, query.matter) == (found["query"], "行政审批", "演示事项2026-12")


def test_the_example_in_python(window: Environment) -> None:
    found = run_example("shared_query.py", a_code(), "孙示例", a_person_number("19900615"), window=window)
    assert len(found["person"]["records"]) == 1
    assert [row["outcome"] for row in found["review"]["items"]] == ["answered", "answered"]
    assert found["compare"]["match"] is True


@pytest.mark.clause("KLM-19", "HY-29", "NT-24")
def test_the_page_of_another_system_shows_the_answer_and_never_the_key(window: Environment) -> None:
    system = subprocess.Popen([sys.executable, str(EXAMPLES / "embedded_page.py"), "0"], env=window, stdout=subprocess.PIPE, text=True)
    try:
        assert system.stdout
        address = system.stdout.readline().strip()
        pages = []
        for code in (a_code(), a_code(7), "%3Cb%3E"):
            with urlopen(address + code, timeout=20) as answer:  # noqa: S310 - this machine
                pages.append(answer.read().decode())
    finally:
        system.terminate()
        system.communicate(timeout=10)
    assert "<li>发布虚假广告，有效期至 2027-02-25</li>" in pages[0]
    assert "<li>重点关注，有效期至 2027-04-24</li>" in pages[0]
    assert "没有查到" in pages[1]
    assert "<b>" not in pages[2]
    assert not any(window["MINGXIN_KEY"] in page for page in pages)
