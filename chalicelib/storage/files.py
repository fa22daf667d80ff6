"""Private files: a bucket in the cloud, a folder on one machine; given out by links that live a few minutes."""

from __future__ import annotations

import base64
import hmac
import json
import os
import secrets
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import botocore.session

from chalicelib import settings
from chalicelib.storage import engine
from chalicelib.storage.keys import keyring

LIFE = 300
"""Seconds for which a link works."""
LINKS = "/members/files/"


class Files(Protocol):
    """Whoever keeps private files, each under a key like `reports/x.pdf`."""

    def put(self, key: str, content: bytes, type_: str) -> None: ...

    def get(self, key: str) -> bytes: ...

    def delete(self, key: str) -> None: ...

    def link(self, key: str, name: str, now: datetime) -> str: ...


class Folder:
    """A folder that only its owner may read (modes 700 and 600), for one machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, content: bytes, type_: str) -> None:
        """Keep a file, whole or not at all."""
        path = self._folder / key
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f".{secrets.token_hex(8)}")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        fresh.replace(path)

    def get(self, key: str) -> bytes:
        """A file; FileNotFoundError when it is not there."""
        return (self._folder / key).read_bytes()

    def delete(self, key: str) -> None:
        """Take a file away; one that is not there is gone already."""
        (self._folder / key).unlink(missing_ok=True)

    def link(self, key: str, name: str, now: datetime) -> str:
        """A path inside the window that gives the file for five minutes; a new one each time."""
        return link_here(key, name, now)


class Bucket:
    """A private S3 bucket; it encrypts by its own rule."""

    def __init__(self, name: str) -> None:
        self._s3: Any = botocore.session.get_session().create_client("s3", config=engine.CONFIG)
        self._name = name

    def put(self, key: str, content: bytes, type_: str) -> None:
        """Keep a file."""
        self._s3.put_object(Bucket=self._name, Key=key, Body=content, ContentType=type_)

    def get(self, key: str) -> bytes:
        """A file; FileNotFoundError when it is not there."""
        try:
            return bytes(self._s3.get_object(Bucket=self._name, Key=key)["Body"].read())
        except self._s3.exceptions.NoSuchKey as error:
            raise FileNotFoundError(key) from error

    def delete(self, key: str) -> None:
        """Take a file away; one that is not there is gone already. The bucket keeps what was deleted for its own time, sealed as it is."""
        self._s3.delete_object(Bucket=self._name, Key=key)

    def link(self, key: str, name: str, now: datetime) -> str:
        """An address of S3 that gives the file for five minutes."""
        wanted = {"Bucket": self._name, "Key": key, "ResponseContentDisposition": f'attachment; filename="{name}"'}
        return str(self._s3.generate_presigned_url("get_object", Params=wanted, ExpiresIn=LIFE))


@cache
def files() -> Files:
    """The private files of this window."""
    where = settings.files()
    return Bucket(where.removeprefix("s3:")) if where.startswith("s3:") else Folder(Path(where))


def link_here(key: str, name: str, now: datetime) -> str:
    """A path inside the window, wherever files are kept, that gives a file for five minutes; a new one each time."""
    return LINKS + _signed([key, name, int(now.timestamp()) + LIFE, secrets.token_hex(8)])


def named(token: str, now: datetime) -> tuple[str, str] | None:
    """Key and name of the file that a link inside the window gives; None when the link is wrong or its time is over."""
    body, _, signature = token.partition(".")
    if not hmac.compare_digest(keyring().digest(["link", body]).encode(), signature.encode("utf-8", "replace")):
        return None
    key, name, until, _ = json.loads(base64.urlsafe_b64decode(body))
    return (key, name) if now.timestamp() < until else None


def _signed(facts: list[Any]) -> str:
    body = base64.urlsafe_b64encode(json.dumps(facts).encode()).decode()
    return f"{body}.{keyring().digest(['link', body])}"
