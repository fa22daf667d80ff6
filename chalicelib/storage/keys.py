"""Keys: where the master key is held, what is derived from it, and how personal data are sealed.

One root secret is wrapped by the master key (KMS in the cloud, a key file on one machine) and kept in the archive. From it
come the key that maps identifiers, the key of public ids, and the key that wraps one data key per subject. Erasing a
subject's data key makes everything sealed under it unreadable.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from chalicelib import settings
from chalicelib.storage import engine
from chalicelib.storage.packing import SCHEMA, pack, unpack

KEY_VERSION = 1
"""The generation of the index key, part of every `ID#` item, so that a rotation can run beside the old one."""

_ROOT = {"pk": {"S": "KEY#root"}, "sk": {"S": str(KEY_VERSION)}}
_NONCE = 12


class KeySource(Protocol):
    """Whoever holds the master key."""

    def wrap(self, secret: bytes) -> bytes: ...

    def unwrap(self, wrapped: bytes) -> bytes: ...


class KeyFile:
    """A master key in a file that only its owner may read (mode 600), for one machine."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            make_once(path, json.dumps({"master": base64.b64encode(secrets.token_bytes(32)).decode()}).encode())
        self._key = AESGCM(base64.b64decode(json.loads(path.read_text())["master"]))

    def wrap(self, secret: bytes) -> bytes:
        return seal_with(self._key, secret, b"root")

    def unwrap(self, wrapped: bytes) -> bytes:
        return open_with(self._key, wrapped, b"root")


def make_once(path: Path, content: bytes) -> None:
    """A new private file that is there whole or not at all; where another process was first, its file stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    with contextlib.suppress(FileExistsError):
        os.link(fresh, path)
    fresh.unlink()


class KmsKey:
    """A master key in AWS KMS; it never leaves there. One call for each start of a process."""

    def __init__(self, key_id: str) -> None:
        self._kms: Any = engine.create_client("kms")
        self._key_id = key_id

    def wrap(self, secret: bytes) -> bytes:
        return bytes(self._kms.encrypt(KeyId=self._key_id, Plaintext=secret)["CiphertextBlob"])

    def unwrap(self, wrapped: bytes) -> bytes:
        return bytes(self._kms.decrypt(KeyId=self._key_id, CiphertextBlob=wrapped)["Plaintext"])


class Keyring:
    """What is derived from the root secret. Every derived key has one purpose."""

    def __init__(self, root: bytes) -> None:
        self._index = _derive(root, b"identifier index")
        self._ids = _derive(root, b"public ids")
        self._digests = _derive(root, b"digests")
        self._wrapping = AESGCM(_derive(root, b"data keys"))

    def index(self, kind: str, number: str) -> str:
        """The keyed hash under which an identifier is found; useless without the key."""
        return hmac.new(self._index, f"{kind}|{number}".encode(), hashlib.sha256).hexdigest()

    def public_id(self, prefix: str, *parts: str) -> str:
        """An id that is always the same for the same parts, and that nobody without the key can compute (130 bits)."""
        digest = hmac.new(self._ids, "\x1f".join(parts).encode(), hashlib.sha256).digest()
        return prefix + base64.b32encode(digest).decode().lower()[:26]

    def digest(self, facts: Any) -> str:
        """A keyed digest of facts: equal facts, equal digest; nothing can be guessed back."""
        text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hmac.new(self._digests, text.encode(), hashlib.sha256).hexdigest()[:32]

    def new_data_key(self, owner: str) -> bytes:
        """A new data key, wrapped for its owner (a subject's or batch's id)."""
        return seal_with(self._wrapping, secrets.token_bytes(32), owner.encode())

    def seal(self, data_key: bytes, facts: Any, *, owner: str, place: str) -> bytes:
        """Facts sealed under an owner's wrapped data key, bound to the place where they are kept."""
        return seal_with(self._data_key(data_key, owner), pack(facts), f"{owner}|{place}".encode())

    def unseal(self, data_key: bytes, sealed: bytes, *, owner: str, place: str) -> Any:
        """The facts again; ValueError when the bytes, the owner or the place are not those they were sealed with."""
        return unpack(open_with(self._data_key(data_key, owner), sealed, f"{owner}|{place}".encode()))

    def seal_bytes(self, data_key: bytes, content: bytes, *, owner: str, place: str) -> bytes:
        """The same of bytes as they are: a file."""
        return seal_with(self._data_key(data_key, owner), content, f"{owner}|{place}".encode())

    def open_bytes(self, data_key: bytes, sealed: bytes, *, owner: str, place: str) -> bytes:
        """The bytes again; ValueError as with `unseal`."""
        return open_with(self._data_key(data_key, owner), sealed, f"{owner}|{place}".encode())

    def opener(self, data_key: bytes, owner: str) -> Callable[[bytes, str], Any]:
        """Opens by (sealed, place) what is sealed under one owner's key: the key is unwrapped once for many."""
        key = self._data_key(data_key, owner)
        return lambda sealed, place: unpack(open_with(key, sealed, f"{owner}|{place}".encode()))

    def _data_key(self, wrapped: bytes, owner: str) -> AESGCM:
        return AESGCM(open_with(self._wrapping, wrapped, owner.encode()))


def seal_with(key: AESGCM, plain: bytes, bound_to: bytes) -> bytes:
    """AES-256-GCM with a random nonce in front."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + key.encrypt(nonce, plain, bound_to)


def open_with(key: AESGCM, sealed: bytes, bound_to: bytes) -> bytes:
    """The plain bytes, or ValueError when anything was changed."""
    try:
        return key.decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to)
    except InvalidTag as error:
        raise ValueError("sealed data do not open with this key: is it the key of this archive?") from error


@cache
def keyring() -> Keyring:
    """The keyring of this archive; its root secret is made, once, when there is none."""
    source = _source(settings.keys())
    dynamodb, table = engine.client(), settings.table("archive")
    found = dynamodb.get_item(TableName=table, Key=_ROOT, ConsistentRead=True).get("Item")
    if found is None:
        item = {**_ROOT, "type": {"S": "key"}, "schema": {"N": str(SCHEMA)}, "wrapped": {"B": source.wrap(secrets.token_bytes(32))}}
        try:
            dynamodb.put_item(TableName=table, Item=item, ConditionExpression="attribute_not_exists(pk)")
            found = item
        except dynamodb.exceptions.ConditionalCheckFailedException:  # another process was first
            found = dynamodb.get_item(TableName=table, Key=_ROOT, ConsistentRead=True)["Item"]
    return Keyring(source.unwrap(bytes(found["wrapped"]["B"])))


def has_root() -> bool:
    """Whether this archive has its root secret, as it has from the first thing on that was sealed or digested in it."""
    found = engine.client().get_item(TableName=settings.table("archive"), Key=_ROOT, ConsistentRead=True)
    return "Item" in found


def opens(wrapped: bytes) -> bool:
    """Whether the master key of this process opens a wrapped root secret. Makes no key where there is none."""
    name = settings.keys()
    if not name.startswith("kms:") and not Path(name).exists():
        return False
    try:
        _source(name).unwrap(wrapped)
    except (ValueError, ClientError):
        return False
    return True


def _source(name: str) -> KeySource:
    return KmsKey(name.removeprefix("kms:")) if name.startswith("kms:") else KeyFile(Path(name))


def _derive(root: bytes, purpose: bytes) -> bytes:
    return HKDFExpand(SHA256(), 32, b"mingxin " + purpose).derive(root)
