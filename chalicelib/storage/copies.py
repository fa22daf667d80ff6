"""A backup on disk: raw items as JSON Lines in compressed files, each with its digest, and a manifest that names them all.

Folder and files belong to their owner alone (modes 700 and 600). The manifest is replaced whole after every file, so that
what it names is always complete; a file that it does not name is left from an interruption and is written again.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from chalicelib.storage.engine import Item

MANIFEST = "manifest.json"
FORMAT = 1


@dataclass(frozen=True)
class File:
    """One file of a backup. `partitions`: it holds whole partitions (all items of a pk), which take the place of earlier copies."""

    name: str
    table: str
    items: int
    sha256: str
    partitions: bool = False


@dataclass
class Manifest:
    """What a backup holds and how far it has come. Instants are UTC; `ended` stays None until all is there.

    `positions` has, for each table that is not through, the key to go on from; `trail_from` is the instant since which the trail
    is read again for changes; `root` is the digest of the wrapped root secret, which tells the archive.
    """

    city: str
    schema: int
    root: str
    started: str
    trail_from: str
    ended: str | None = None
    quiet: bool = False
    rounds: int = 0
    format: int = FORMAT
    done: list[str] = field(default_factory=list)
    positions: dict[str, Item] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    files: list[File] = field(default_factory=list)


class Damaged(Exception):
    """A backup is not what its manifest says: which file, and how."""


class Folder:
    """The folder of one backup."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def prepare(self) -> None:
        """Make the folder, for its owner alone."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.chmod(0o700)

    def manifest(self) -> Manifest | None:
        """The manifest; None when there is none; `Damaged` when it cannot be read."""
        try:
            text = (self.path / MANIFEST).read_text("utf-8")
        except FileNotFoundError:
            return None
        try:
            facts = json.loads(text)
            files = [File(**entry) for entry in facts.pop("files")]
            return Manifest(**facts, files=files)
        except (ValueError, TypeError, KeyError) as error:
            raise Damaged(f"{MANIFEST}: {error}") from error

    def mark(self) -> str:
        """What tells this backup from every other: the digest of its manifest."""
        return hashlib.sha256((self.path / MANIFEST).read_bytes()).hexdigest()

    def write_manifest(self, manifest: Manifest) -> None:
        """Replace the manifest."""
        text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1)
        fresh = self.path / (MANIFEST + ".new")
        with _private(fresh) as out:
            out.write(text.encode())
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(self.path / MANIFEST)

    def remove_strangers(self, manifest: Manifest) -> None:
        """Remove what an interruption left: files that the manifest does not name."""
        named = {file.name for file in manifest.files} | {MANIFEST}
        for path in [*self.path.glob("*.jsonl.gz"), *self.path.glob("*.new")]:
            if path.name not in named:
                path.unlink()

    def write(self, name: str, table: str, items: Iterable[Item], *, partitions: bool = False) -> File:
        """Write items as one file, safe on disk when this returns."""
        count = 0
        path = self.path / name
        with _private(path) as out:
            with gzip.GzipFile("", "wb", 3, out, mtime=0) as packed:
                for item in items:
                    packed.write(line_of(item))
                    count += 1
            out.flush()
            os.fsync(out.fileno())
        return File(name, table, count, _sha256(path), partitions)

    def check(self, file: File) -> None:
        """`Damaged` when a file is missing or not what was written."""
        path = self.path / file.name
        if not path.is_file():
            raise Damaged(f"{file.name}: missing")
        if _sha256(path) != file.sha256:
            raise Damaged(f"{file.name}: sha256")
        if sum(1 for _ in _lines(path)) != file.items:
            raise Damaged(f"{file.name}: items")

    def items(self, file: File) -> Iterator[Item]:
        """The items of a file in their order."""
        return items_in(self.path / file.name)


def items_in(path: Path) -> Iterator[Item]:
    """The items of a file, compressed or not; `Damaged` when it holds something else."""
    try:
        for line in _lines(path):
            item = json.loads(line, object_hook=_typed)
            if not isinstance(item, dict) or not {"pk", "sk"} <= item.keys():
                raise Damaged(f"{path.name}: not an item")
            yield item
    except (ValueError, EOFError, OSError, zlib.error) as error:
        raise Damaged(f"{path.name}: {error}") from error


def line_of(item: Item) -> bytes:
    """An item as one line: DynamoDB's typed JSON, bytes in Base64."""
    return json.dumps(item, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_text).encode() + b"\n"


def _text(value: Any) -> str:
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    raise TypeError(f"no DynamoDB value: {type(value)}")


def _typed(value: dict[str, Any]) -> dict[str, Any]:
    """Bytes from Base64. In a map, an attribute called B is not text itself but a typed value, so nothing is mistaken."""
    if len(value) == 1:
        (kind, content), *_ = value.items()
        if kind == "B" and isinstance(content, str):
            return {"B": base64.b64decode(content)}
        if kind == "BS" and isinstance(content, list):
            return {"BS": [base64.b64decode(part) for part in content]}
    return value


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        if packed:
            with gzip.GzipFile(fileobj=file) as plain:
                yield from plain
        else:
            yield from file


def _private(path: Path) -> Any:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
