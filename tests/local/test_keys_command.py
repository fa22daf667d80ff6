"""`./mingxin key`: the key is shown once, the list never has it, a revoked one is revoked."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result

from chalicelib.services.identity import api_keys
from chalicelib.storage import keys
from local import command
from local.environment import RunFile
from tests.services.rows import OFFICE

SCOPE = f"submit:{OFFICE}"


@pytest.fixture(autouse=True)
def system(monkeypatch: pytest.MonkeyPatch, tables: str, at: Callable[[str], None]) -> Iterator[None]:
    """A system that seems to run, on the tests' own engine."""
    at("2026-11-21T09:00:00+08:00")
    now = {name: os.environ[name] for name in ("MINGXIN_NOW", "MINGXIN_NOW_SINCE")}
    for name in (*now, "MINGXIN_DATA", "MINGXIN_CITY"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(command, "running", lambda data, city: RunFile(os.getpid(), 8000, "memory", "nantong", 1, now))
    keys.keyring.cache_clear()
    yield
    keys.keyring.cache_clear()


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(command.main, ["key", *arguments])


def last_line(result: Result) -> Any:
    return json.loads(result.stdout.strip().split("\n")[-1])


def test_a_key_is_shown_once_with_what_it_may() -> None:
    networks = ("--network", "203.0.113.0/24", "--network", "2001:db8::/32")
    result = invoke("create", "--name", "示例系统", "--scope", SCOPE, "--scope", "review", "--expires", "2027-12-31", *networks)
    assert result.exit_code == 0, result.output
    shown = last_line(result)
    assert list(shown) == ["id", "key", "name", "office", "scopes", "expires", "networks", "items"]
    assert shown["scopes"] == [SCOPE, "review"]
    assert (shown["expires"], shown["networks"]) == ("2027-12-31", ["203.0.113.0/24", "2001:db8::/32"])
    assert api_keys.identify(shown["key"]) is not None
    assert "只显示这一次" in result.stderr
    assert shown["key"] not in result.stderr


def test_a_key_names_the_catalogue_items_that_it_reads() -> None:
    made = last_line(invoke("create", "--name", "示例系统", "--scope", "shared:read", "--item", "watchlist", "--item", "penalty"))
    assert made["items"] == ["watchlist", "penalty"]
    for item, words in (("nothing", "没有 nothing 这一项"), ("real_estate_mortgage", "授权")):
        result = invoke("create", "--name", "示例系统", "--scope", "shared:read", "--item", item)
        assert result.exit_code == 2
        assert words in result.stderr


def test_the_list_has_every_key_and_never_the_key_itself() -> None:
    made = [last_line(invoke("create", "--name", name, "--scope", "review")) for name in ("示例一", "示例二")]
    invoke("revoke", made[0]["id"])
    result = invoke("list")
    listed = last_line(result)["keys"]
    assert {one["name"] for one in listed} == {"示例一", "示例二"}
    assert {one["name"]: bool(one["revoked"]) for one in listed} == {"示例一": True, "示例二": False}
    assert "已撤销" in result.stdout
    assert not any(one["key"] in result.output for one in made)


def test_a_revoked_key_stops() -> None:
    made = last_line(invoke("create", "--name", "示例系统", "--scope", "review"))
    result = invoke("revoke", made["id"])
    assert last_line(result) == {"id": made["id"], "name": "示例系统", "revoked": "2026-11-21T01:00:00+00:00"}
    assert api_keys.identify(made["key"]) is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("create", "--name", "示例系统", "--scope", "all"), "可用的有"),
        (("create", "--name", "示例系统", "--scope", "submit:1132"), "18位"),
        (("create", "--name", "示例系统", "--scope", "review", "--expires", "2026-11-20"), "已经过去"),
        (("create", "--name", "示例系统", "--scope", "review", "--network", "10.0.0.1/8"), "网段"),
        (("create", "--name", "", "--scope", "review"), "名称"),
        (("create", "--name", "示例系统"), "--scope"),
        (("revoke", "k_nothing"), "key list"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(arguments: tuple[str, ...], said: str) -> None:
    result = invoke(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert api_keys.all_keys() == []
