"""API keys: shown once, kept as a hash, bound to scopes, days and networks, stopped at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import boto3
import pytest

from chalicelib.law.decisions import Refused
from chalicelib.records.access import ApiKey
from chalicelib.services.identity import api_keys
from chalicelib.storage import api_keys as stored
from chalicelib.storage.archive import Conflict
from chalicelib.storage.raw_items import acts_of
from tests.services.rows import OFFICE, a_code

SCOPE = f"submit:{OFFICE}"


def a_key(**facts: object) -> ApiKey:
    """A key that allows everything and is not stored."""
    return replace(ApiKey("k_1", "示例系统", (SCOPE,), (), "2026-11-21T01:00:00+00:00"), **facts)  # type: ignore[arg-type]


def raw_items() -> str:
    """Every item of every table, as text."""
    client = boto3.client("dynamodb")
    return "".join(str(client.scan(TableName=name)["Items"]) for name in client.list_tables()["TableNames"])


def test_a_key_has_a_prefix_256_random_bits_and_a_check_that_finds_every_slip() -> None:
    one, two = api_keys.new_secret(), api_keys.new_secret()
    assert one != two
    assert re.fullmatch(r"mx_[a-z2-7]{59}", one)
    assert api_keys.well_formed(one)
    for place in range(3, len(one)):
        assert not api_keys.well_formed(one[:place] + ("a" if one[place] != "a" else "b") + one[place + 1 :])
    assert not any(map(api_keys.well_formed, ["", "mx_", one[:-1], one + "a", one.upper(), " " + one, "mx_" + "a" * 59]))


def test_a_key_is_found_by_its_text_and_kept_nowhere_in_clear(archive: None) -> None:
    key, secret = api_keys.create("示例系统", [SCOPE, "shared:read", SCOPE])
    assert api_keys.identify(secret) == key
    assert key.scopes == (SCOPE, "shared:read")
    kept = raw_items()
    assert key.id in kept
    for part in (secret, secret[3:], secret[3:-7]):
        assert part not in kept


def test_only_the_right_key_is_found(archive: None) -> None:
    api_keys.create("示例系统", [SCOPE])
    assert api_keys.identify(api_keys.new_secret()) is None
    assert api_keys.identify("mx_nothing") is None


def test_a_malformed_key_costs_no_look_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "load", lambda key_id: pytest.fail("looked up"))
    assert api_keys.identify("mx_" + "a" * 59) is None


def test_a_revoked_key_stops_at_once_and_stays_in_the_list(archive: None, at: Callable[[str], None]) -> None:
    key, secret = api_keys.create("示例系统", [SCOPE])
    at("2026-11-22T09:00:00+08:00")
    revoked = api_keys.revoke(key.id)
    assert revoked.revoked == "2026-11-22T01:00:00+00:00"
    assert api_keys.identify(secret) is None
    at("2026-11-23T09:00:00+08:00")
    assert api_keys.revoke(key.id) == revoked
    assert api_keys.all_keys() == [revoked]


def test_two_revocations_at_once_are_one(archive: None, monkeypatch: pytest.MonkeyPatch) -> None:
    key, _ = api_keys.create("示例系统", [SCOPE])
    genuine = stored.revoke

    def raced(found: ApiKey, at: object) -> ApiKey:
        genuine(found, at)  # type: ignore[arg-type]
        return genuine(found, at)  # type: ignore[arg-type]

    monkeypatch.setattr(stored, "revoke", raced)
    assert api_keys.revoke(key.id).version == 2
    with pytest.raises(Conflict):
        raced(api_keys.all_keys()[0], api_keys.clock.now())


def test_an_unknown_id_cannot_be_revoked(archive: None) -> None:
    with pytest.raises(Refused, match="key list"):
        api_keys.revoke("k_nothing")


@pytest.mark.parametrize(
    ("instant", "works"),
    [("2026-11-30T00:00:00", True), ("2026-11-30T23:59:58", True), ("2026-12-01T00:00:00", False)],
)
def test_a_key_works_until_the_end_of_its_last_day(archive: None, at: Callable[[str], None], instant: str, works: bool) -> None:
    _, secret = api_keys.create("示例系统", [SCOPE], expires=date(2026, 11, 30))
    at(f"{instant}+08:00")
    assert bool(api_keys.identify(secret)) is works


def test_a_last_day_in_the_past_is_refused(archive: None) -> None:
    api_keys.create("示例系统", [SCOPE], expires=date(2026, 11, 21))
    with pytest.raises(Refused, match="已经过去"):
        api_keys.create("示例系统", [SCOPE], expires=date(2026, 11, 20))


def test_use_is_noted_once_a_day_and_changes_nothing_else(
    archive: None, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    key, secret = api_keys.create("示例系统", [SCOPE])
    assert key.last_used is None
    api_keys.note_use(key)
    api_keys.note_use(key)  # another call that read the key before the first had noted anything
    noted = api_keys.identify(secret)
    assert noted == replace(key, last_used=date(2026, 11, 21))
    with monkeypatch.context() as patched:
        patched.setattr(stored.engine, "client", lambda: pytest.fail("written again"))
        api_keys.note_use(noted)
    at("2026-11-22T09:00:00+08:00")
    api_keys.note_use(noted)
    at("2026-11-21T09:00:00+08:00")
    api_keys.note_use(key)
    assert api_keys.identify(secret) == replace(key, last_used=date(2026, 11, 22))


def test_a_call_that_is_under_way_does_not_bring_a_revoked_key_back(archive: None) -> None:
    key, secret = api_keys.create("示例系统", [SCOPE])
    api_keys.revoke(key.id)
    api_keys.note_use(key)
    assert api_keys.identify(secret) is None


def test_making_and_revoking_leave_their_trace_without_the_key_or_its_name(archive: None) -> None:
    key, secret = api_keys.create("示例系统", [SCOPE])
    api_keys.revoke(key.id)
    entries = boto3.client("dynamodb").scan(TableName="mingxin-trail")["Items"]
    assert sorted(action for entry in entries for action, _, _ in acts_of(entry)) == ["key.created", "key.revoked"]
    assert {about for entry in entries for _, _, about in acts_of(entry)} == {key.id}
    assert "示例系统" not in str(entries)
    assert secret not in str(entries)


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        (f" submit:{OFFICE.lower()} ", SCOPE),
        ("shared:read", "shared:read"),
        ("review", "review"),
        ("compare", "compare"),
        ("compare:persons", "compare:persons"),
        ("consent", "consent"),
    ],
)
def test_a_scope_is_known_in_its_one_form(text: str, scope: str) -> None:
    assert api_keys.checked_scope(text) == scope


@pytest.mark.parametrize("text", ["", "submit", "submit:", "Review", "shared", "compare:people", "*", "review,consent", f"shared:{OFFICE}"])
def test_an_unknown_scope_is_refused_with_what_there_is(text: str) -> None:
    with pytest.raises(
        Refused,
        match=r"可用的有：submit:统一社会信用代码、measures:统一社会信用代码、shared:read、review、compare、compare:persons、consent",
    ):
        api_keys.checked_scope(text)


def test_the_code_of_a_scope_is_checked() -> None:
    with pytest.raises(Refused, match="校验位"):
        api_keys.checked_scope("submit:" + OFFICE[:-1] + ("0" if OFFICE[-1] != "0" else "1"))


@pytest.mark.parametrize(("scopes", "name"), [([], "示例系统"), ([SCOPE], "  "), ([SCOPE], "名" * 101), ([SCOPE], "示例\n系统")])
def test_a_key_needs_scopes_and_a_name(archive: None, scopes: list[str], name: str) -> None:
    with pytest.raises(Refused):
        api_keys.create(name, scopes)
    assert api_keys.all_keys() == []


def test_a_key_has_not_more_scopes_than_one_can_read(archive: None) -> None:
    with pytest.raises(Refused, match="最多50个"):
        api_keys.create("示例系统", [f"submit:{a_code(number, '11')}" for number in range(1, 52)])


@pytest.mark.parametrize(
    ("networks", "address", "may"),
    [
        ((), "198.51.100.7", True),
        ((), "", True),
        (("203.0.113.0/24",), "203.0.113.255", True),
        (("203.0.113.0/24",), "203.0.114.0", False),
        (("203.0.113.0/24",), "::ffff:203.0.113.9", True),
        (("203.0.113.0/24", "2001:db8::/32"), "2001:db8::1", True),
        (("2001:db8::/32",), "203.0.113.1", False),
        (("203.0.113.7/32",), "203.0.113.7", True),
        (("203.0.113.0/24",), "", False),
        (("203.0.113.0/24",), "unknown", False),
    ],
)
def test_a_key_with_networks_works_from_them_alone(networks: tuple[str, ...], address: str, may: bool) -> None:
    assert api_keys.may_come_from(a_key(networks=networks), address) is may


@pytest.mark.parametrize(
    ("text", "network"), [("203.0.113.7", "203.0.113.7/32"), (" 10.0.0.0/8 ", "10.0.0.0/8"), ("2001:DB8::/32", "2001:db8::/32")]
)
def test_a_network_is_kept_in_one_form(text: str, network: str) -> None:
    assert api_keys.checked_network(text) == network


@pytest.mark.parametrize("text", ["", "203.0.113.7/24", "203.0.113/24", "example.org", "0.0.0.0/33"])
def test_a_wrong_network_is_refused_with_the_right_form(text: str) -> None:
    with pytest.raises(Refused, match=r"203\.0\.113\.0/24"):
        api_keys.checked_network(text)


def test_a_key_submits_for_the_providers_in_its_scopes() -> None:
    other = a_code(901, "11")
    assert api_keys.providers_of(a_key(scopes=("review", SCOPE, f"submit:{other}"))) == (OFFICE, other)
    assert api_keys.providers_of(a_key(scopes=("compare:persons",))) == ()
