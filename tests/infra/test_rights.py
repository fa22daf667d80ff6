"""Each function's role allows what the function does in production: nothing is missing, nothing is more."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from chalicelib.services import api_keys
from chalicelib.storage import archive, keys, publishing
from tests.infra import scenarios
from tests.infra.functions import HANDLERS, Function
from tests.infra.rights import BY_THE_PLATFORM, POLICIES, allowed, needed
from tests.services.rows import OFFICE, a_code, a_penalty, a_subject

Start = Callable[..., Function]


@pytest.fixture
def key(kms: dict[str, str], tables: str, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """Makes a key that submits for the office, with the master key that the functions have."""
    at("2026-11-21T09:00:00+08:00")
    monkeypatch.setenv("AWS_ENDPOINT_URL", kms["AWS_ENDPOINT_URL"])
    monkeypatch.setenv("MINGXIN_KEYS", kms["MINGXIN_KEYS"])
    keys.keyring.cache_clear()
    publishing._marked.clear()
    yield lambda: api_keys.create("示例系统", (f"submit:{OFFICE}",))[1]
    keys.keyring.cache_clear()


def assert_exactly(name: str, function: Function) -> None:
    own = allowed(name) - BY_THE_PLATFORM
    used = needed(function.calls, os.environ["MINGXIN_TABLES"])
    assert (used - own, own - used) == (set(), set()), "(missing in the policy, allowed and never used)"


def test_members_may_do_exactly_what_submissions_need(start: Start, key: Callable[[], str]) -> None:
    members = start("members")
    assert scenarios.send(members, api_keys.new_secret(), "subjects", a_subject()).status == 401  # it makes the root secret
    scenarios.submit(members, key())
    assert_exactly("members", members)


def test_public_may_do_exactly_what_look_ups_need(start: Start, key: Callable[[], str]) -> None:
    scenarios.submit(start("members"), key())
    scenarios.tick(start("publish"), "publish")
    public = start("public")
    scenarios.visit(public)
    assert_exactly("public", public)
    assert {resource for _, resource in allowed("public") - BY_THE_PLATFORM} == {"Publication"}
