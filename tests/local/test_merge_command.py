"""`merge` and `separate`: they show before they do, say what they did, and print it as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from chalicelib.law.decisions import Refused
from chalicelib.services.upkeep import merge, separate
from local import command

POSSIBLE = {
    "state": "possible",
    "from": {"code": "A", "name": "示例甲有限公司"},
    "into": {"code": "B", "name": "示例乙有限公司"},
    "identifiers": 2,
    "moved": 3,
    "same": 1,
    "contradicting": [],
}
DONE = {
    "state": "merged",
    "from": "A",
    "at": "2026-11-21T01:00:00+00:00",
    "by": "示例科",
    "reason": "演示",
    "confirmed_by": [],
    "moved": 3,
    "same": 1,
}


@pytest.fixture(autouse=True)
def system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "use_running_system", lambda: None)


def invoke(*more: str) -> Result:
    return CliRunner().invoke(command.main, ["merge", "A", "B", "--reason", "演示", "--by", "示例科", *more])


@pytest.mark.parametrize(
    ("told", "said"),
    [(POSSIBLE, "尚未合并"), ({**POSSIBLE, "state": "contradicting", "contradicting": ["示罚1号"]}, "不能合并")],
)
def test_without_yes_it_only_shows(monkeypatch: pytest.MonkeyPatch, told: dict[str, Any], said: str) -> None:
    monkeypatch.setattr(merge, "show", lambda source, target: told)
    monkeypatch.setattr(merge, "merge", lambda *_: pytest.fail("nobody asked for it"))
    result = invoke()
    assert (result.exit_code, json.loads(result.stdout)) == (0, told)
    assert said in result.stderr


def test_with_yes_it_merges_in_the_name_of_those_who_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(merge, "merge", lambda *arguments: asked.append(arguments) or DONE)
    result = invoke("--yes", "--confirmed-by", "示例复核岗")
    assert (result.exit_code, json.loads(result.stdout)) == (0, DONE)
    assert "已于 2026-11-21T01:00:00+00:00 由 示例科 合并" in result.stderr
    assert asked == [("A", "B", merge.Order("示例科", "演示", ("示例复核岗",)))]


def test_what_cannot_be_merged_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: Any) -> None:
        raise Refused("两个主体的类别不同，不能合并")

    monkeypatch.setattr(merge, "show", refuses)
    result = invoke()
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)


APART = {
    "state": "possible",
    "code": "A",
    "name": "示例甲有限公司",
    "from": {"code": "B", "name": "示例乙有限公司"},
    "returned": 3,
    "in_the_way": [],
}
SEPARATED = {"state": "separated", "code": "A", "at": "2026-11-22T01:00:00+00:00", "by": "示例科", "returned": 3}


def apart(*more: str) -> Result:
    return CliRunner().invoke(command.main, ["separate", "A", "--reason", "演示", "--by", "示例科", *more])


@pytest.mark.parametrize(("told", "said"), [(APART, "尚未分开"), ({**APART, "state": "in the way", "in_the_way": ["示罚1号"]}, "不能分开")])
def test_without_yes_it_only_shows_what_a_separation_would_do(monkeypatch: pytest.MonkeyPatch, told: dict[str, Any], said: str) -> None:
    monkeypatch.setattr(separate, "show", lambda code: told)
    monkeypatch.setattr(separate, "separate", lambda *_: pytest.fail("nobody asked for it"))
    result = apart()
    assert (result.exit_code, json.loads(result.stdout)) == (0, told)
    assert said in result.stderr


def test_with_yes_it_separates_in_the_name_of_those_who_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(separate, "separate", lambda *arguments: asked.append(arguments) or SEPARATED)
    result = apart("--yes", "--confirmed-by", "示例复核岗")
    assert (result.exit_code, json.loads(result.stdout)) == (0, SEPARATED)
    assert "归还 3 条记录" in result.stderr
    assert asked == [("A", merge.Order("示例科", "演示", ("示例复核岗",)))]
