"""What all tests share: one engine in memory, empty tables, a clock that stands where a test puts it, and no network but loopback."""

from __future__ import annotations

import os
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from local import engine as engines
from local import resources

# Models and settings read these when they are imported, so they stand before anything else.
_KEYS = tempfile.TemporaryDirectory(prefix="mingxin-tests-")
for _name in [name for name in os.environ if name.startswith(("AWS_", "MINGXIN_"))]:
    del os.environ[_name]
os.environ.update(
    {
        "MINGXIN_TABLES": "mingxin-",
        "MINGXIN_KEYS": str(Path(_KEYS.name) / "keys.json"),
        "AWS_REGION": "cn-local-1",
        "AWS_DEFAULT_REGION": "cn-local-1",
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",  # nobody answers there until a test asks for `engine`
    }
)

LOOPBACK = ("127.", "::1", "localhost")
MANY = 100
"""Items in one table from which making it anew is quicker than deleting them."""


class _OnlyLoopback:
    """Refuses every connection that would leave this machine."""

    def __init__(self) -> None:
        self.connect, self.connect_ex = socket.socket.connect, socket.socket.connect_ex

    def install(self) -> None:
        for name, genuine in (("connect", self.connect), ("connect_ex", self.connect_ex)):
            setattr(socket.socket, name, self._guarded(genuine))

    def remove(self) -> None:
        for name, genuine in (("connect", self.connect), ("connect_ex", self.connect_ex)):
            setattr(socket.socket, name, genuine)

    @staticmethod
    def _guarded(genuine: Callable[..., Any]) -> Callable[..., Any]:
        def connect(self: socket.socket, address: Any) -> Any:
            if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
                raise RuntimeError(f"A test may not connect to {address[0]}: only to this machine.")
            return genuine(self, address)

        return connect


@pytest.fixture(autouse=True, scope="session")
def only_loopback() -> Iterator[None]:
    """No test reaches the network."""
    guard = _OnlyLoopback()
    guard.install()
    yield
    guard.remove()


@pytest.fixture(autouse=True)
def no_trace_of_apps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every Chalice app writes itself into this variable, and the SDK sends it along: after hundreds of apps, too long a header."""
    monkeypatch.setenv("AWS_EXECUTION_ENV", "tests")


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[engines.Engine]:
    """One DynamoDB Local in memory for the whole run, and the environment that leads to it."""
    if engines.java() is None or engines.jar() is None:
        pytest.fail("The tests need Java 17 or newer and npm's packages: run them by `make test`.", pytrace=False)
    started = engines.start_all(None, tmp_path_factory.mktemp("engine"), key=engines.access_key(), say=print, moto=False)
    try:
        os.environ.update(started.environment)
        started.wait()
        yield started
    finally:
        started.stop()


@pytest.fixture(scope="session")
def _all_tables(engine: engines.Engine) -> tuple[str, ...]:
    return resources.create(os.environ["MINGXIN_TABLES"], queues=False)


@pytest.fixture(scope="session")
def empty_tables(_all_tables: tuple[str, ...]) -> Callable[[], None]:
    """Empties all tables when it is called."""
    client = boto3.client("dynamodb")

    def empty() -> None:
        for name in _all_tables:
            _empty(client, name)

    return empty


@pytest.fixture
def tables(empty_tables: Callable[[], None]) -> str:
    """Five empty tables; gives the prefix of their names."""
    empty_tables()
    return os.environ["MINGXIN_TABLES"]


def _empty(client: Any, table: str) -> None:
    found = client.scan(TableName=table, ProjectionExpression="pk, sk", Limit=MANY + 1)
    keys = found["Items"]
    if "LastEvaluatedKey" in found:  # many items, or very large ones
        client.delete_table(TableName=table)
        resources.create(os.environ["MINGXIN_TABLES"], queues=False)
        return
    for start in range(0, len(keys), 25):
        client.batch_write_item(RequestItems={table: [{"DeleteRequest": {"Key": key}} for key in keys[start : start + 25]]})


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts the clock: `at("2026-11-21T09:00:00+08:00")`. It goes on from there."""

    def put(instant: str) -> None:
        monkeypatch.setenv("MINGXIN_NOW", instant)
        monkeypatch.setenv("MINGXIN_NOW_SINCE", repr(time.time()))

    return put
