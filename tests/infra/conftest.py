"""The package, built once for its present sources, unpacked into empty folders; DynamoDB Local and a stand-in for KMS."""

from __future__ import annotations

import fcntl
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest

from local import engine as engines
from local.children import stop, wait_for
from tests.infra.building import build, fingerprint
from tests.infra.functions import FACE_OF, ROOT, SECRET, Function


@pytest.fixture(scope="session")
def dist() -> Path:
    """What `make package` makes of the present sources; built when it is not there yet."""
    folder = ROOT / ".package" / "tested"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = folder / fingerprint()
        if not made.exists():
            build(made)
    return made


@pytest.fixture(scope="session")
def unpacked(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The zip of each face in a folder where nothing else is."""
    folders = {}
    for face in ("public", "members"):
        folders[face] = tmp_path_factory.mktemp(face)
        with zipfile.ZipFile(dist / f"{face}.zip") as zipped:
            zipped.extractall(folders[face])
    return folders


@pytest.fixture(scope="session")
def kms(engine: engines.Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A stand-in for KMS, and the settings that lead a function to it and to a master key."""
    child = engines._moto(tmp_path_factory.mktemp("moto"))
    try:
        wait_for(child)
        endpoint = f"http://127.0.0.1:{child.port}"
        key = boto3.client("kms", endpoint_url=endpoint).create_key()["KeyMetadata"]["Arn"]
        yield {"AWS_ENDPOINT_URL": endpoint, "MINGXIN_KEYS": f"kms:{key}"}
    finally:
        stop([child])


@pytest.fixture
def start(
    engine: engines.Engine, kms: dict[str, str], tables: str, unpacked: dict[str, Path], at: Callable[[str], None]
) -> Iterator[Callable[..., Function]]:
    """Starts functions, by name, on empty tables on the morning of 21 November 2026; ends them after the test."""
    at("2026-11-21T09:00:00+08:00")
    clock = {name: os.environ[name] for name in ("MINGXIN_NOW", "MINGXIN_NOW_SINCE")}
    started: list[Function] = []

    def started_function(name: str, handler: str = "", folder: Path | None = None, **settings: str) -> Function:
        face = FACE_OF[name]
        given = {
            **engine.environment,
            "AWS_ENDPOINT_URL": kms["AWS_ENDPOINT_URL"],
            **clock,
            "MINGXIN_TABLES": tables,
            "MINGXIN_CITY": "nantong",
        }
        if face == "members":
            given |= {"MINGXIN_KEYS": kms["MINGXIN_KEYS"], "MINGXIN_ORIGIN_SECRET": SECRET}
        started.append(Function.start(name, folder or unpacked[face], {**given, **settings}, handler))
        return started[-1]

    yield started_function
    for function in started:
        function.stop()
