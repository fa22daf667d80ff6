"""Who a subject is stays sealed: in the table, on the disk, and without the right key."""

from __future__ import annotations

import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import botocore.session
import pytest
from moto import mock_aws

from chalicelib.storage.keys import KeyFile, Keyring, KmsKey


@pytest.fixture
def ring() -> Keyring:
    return Keyring(b"a root secret of thirty-two byte")


def test_sealed_facts_open_for_their_owner_and_place_alone(ring: Keyring) -> None:
    key = ring.new_data_key("s_1")
    sealed = ring.seal(key, {"name": "孙示例"}, owner="s_1", place="HEAD")
    assert ring.unseal(key, sealed, owner="s_1", place="HEAD") == {"name": "孙示例"}
    for attempt in (
        lambda: ring.unseal(key, sealed, owner="s_1", place="REC#r_1"),
        lambda: ring.unseal(key, sealed, owner="s_2", place="HEAD"),
        lambda: ring.unseal(ring.new_data_key("s_1"), sealed, owner="s_1", place="HEAD"),
        lambda: ring.unseal(key, sealed[:-1] + bytes([sealed[-1] ^ 1]), owner="s_1", place="HEAD"),
        lambda: Keyring(b"another root secret, 32 byte long").unseal(key, sealed, owner="s_1", place="HEAD"),
    ):
        _refused(attempt)


def _refused(attempt: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="do not open"):
        attempt()


def test_the_same_facts_never_look_the_same_twice(ring: Keyring) -> None:
    key = ring.new_data_key("s_1")
    assert ring.seal(key, "x", owner="s_1", place="HEAD") != ring.seal(key, "x", owner="s_1", place="HEAD")


def test_an_identifier_is_mapped_by_type_number_and_key(ring: Keyring) -> None:
    other = Keyring(b"another root secret, 32 byte long")
    numbers = {ring.index("resident_id", "1"), ring.index("passport", "1"), ring.index("resident_id", "2"), other.index("resident_id", "1")}
    assert len(numbers) == 4


def test_a_key_file_is_its_owners_alone_and_opens_what_it_wrapped(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "keys.json"
    wrapped = KeyFile(path).wrap(b"secret")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert KeyFile(path).unwrap(wrapped) == b"secret"
    with pytest.raises(ValueError, match="do not open"):
        KeyFile(tmp_path / "other.json").unwrap(wrapped)


def test_of_many_that_make_the_key_file_at_once_all_have_the_key_of_the_first(tmp_path: Path) -> None:
    ready = Barrier(16)

    def made(_: int) -> bytes:
        ready.wait()
        return KeyFile(tmp_path / "new" / "keys.json").wrap(b"secret")

    with ThreadPoolExecutor(16) as workers:
        wrapped = list(workers.map(made, range(16)))
    assert {KeyFile(tmp_path / "new" / "keys.json").unwrap(one) for one in wrapped} == {b"secret"}
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["keys.json"]


def test_a_key_in_kms_opens_what_it_wrapped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.setenv("AWS_REGION", "cn-north-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "cn-north-1")
    with mock_aws():
        key_id = botocore.session.get_session().create_client("kms").create_key()["KeyMetadata"]["KeyId"]
        wrapped = KmsKey(key_id).wrap(b"secret")
        assert b"secret" not in wrapped
        assert KmsKey(key_id).unwrap(wrapped) == b"secret"
